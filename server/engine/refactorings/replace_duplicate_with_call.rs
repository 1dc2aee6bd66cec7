//! # Replace duplicate with call
//!
//! ## What it does
//! Replaces the body of a function that duplicates an earlier one with a call to it.
//!
//! ## Why
//!
//! A fix in one of two identical functions is easily forgotten in the other. When one calls the other, both names stay
//! and the code exists once.
//!
//! ## Example
//!
//! ```rust before
//! impl Shop {
//!     fn $0total(&self, orders: &[Order]) -> u64 {
//!         let paid = orders.iter().filter(|order| order.is_paid());
//!         paid.map(|order| order.sum).sum()
//!     }
//!
//!     pub fn revenue(&self, orders: &[Order]) -> u64 {
//!         let paid = orders.iter().filter(|order| order.is_paid());
//!         paid.map(|order| order.sum).sum()
//!     }
//! }
//! ```
//!
//! ```rust after
//! impl Shop {
//!     fn total(&self, orders: &[Order]) -> u64 {
//!         let paid = orders.iter().filter(|order| order.is_paid());
//!         paid.map(|order| order.sum).sum()
//!     }
//!
//!     pub fn revenue(&self, orders: &[Order]) -> u64 {
//!         self.total(orders)
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Functions whose signatures differ in more than name and visibility.
//! - Functions that aren't adjacent in one module or in one `impl` without a trait.
//! - Attributes that do more than set a lint.
//! - `unsafe` and foreign functions.
//! - Functions that call one of the two.
//! - Bodies with items or state, or with comments that only one of them has.
//! - Patterns and `mut` in the parameters.
//!
//! ## What it checks
//!
//! The signatures and bodies are identical and refer to the same names, because they are in the same module and `impl`.
//! Whether both are meant to stay identical needs review.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasAttrs, HasGenericParams, HasName, HasVisibility},
};

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{
    syntax::{Rewrite, attributes, layout, purity, scopes::Names, tokens_of},
    text::TextRange,
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "replace-duplicate-with-call",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::FN],
    needs: Needs::Syntax,
    allows: Allows::of(
        "await self Self",
        "",
        &[Also::AddsFreshName, Also::AddsCopies, Also::DropsTwin],
    ),
    plan,
};

/// Attributes that don't affect what a function does.
const HARMLESS: [&str; 4] = ["allow", "doc", "inline", "must_use"];

/// Maximum width of call arguments that rustfmt keeps on one line.
const WIDEST_ARGUMENTS: usize = 60;

/// Functions of one item list that are equal except for name and visibility.
struct Twins {
    /// The first one, which stays unchanged.
    first: ast::Fn,
    name: String,
    others: Vec<ast::Fn>,
}

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let function = function_at(context, target).ok_or(Refusal::NotHere)?;
    let twins = Twins::of(&function).ok_or(Refusal::NotHere)?;
    twins.check()?;
    Plan::new(twins.span(), move || change(context, &twins))
}

/// The function whose name is at the target.
fn function_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::Fn> {
    let token = find::token_at(context, target)?;
    let name = token.parent().and_then(ast::Name::cast)?;
    name.syntax().parent().and_then(ast::Fn::cast)
}

fn change(context: &Context<'_>, twins: &Twins) -> Result<Change, Refusal> {
    let rewrites = twins.others.iter();
    let rewrites = rewrites.map(|twin| twins.call_in(twin, context));
    let rewrites = rewrites.collect::<Result<Vec<_>, _>>()?;
    let title = match rewrites.len() {
        1 => "Call the first of two identical functions".to_owned(),
        count => format!("Call the first of {} identical functions", count + 1),
    };
    let change = Change::new(title, twins.span(), rewrites)?;
    Ok(change.to_check("the intent").checked(&[
        "the signatures and the bodies are identical",
        "they are in the same module and `impl`, so every name means the same",
        "the body keeps no state",
    ]))
}

impl Twins {
    /// The functions equal to this one, including itself, if there are any others.
    fn of(function: &ast::Fn) -> Option<Self> {
        function.body()?;
        let list = function.syntax().parent()?;
        if !takes_calls(&list) {
            return None;
        }
        let length = function.syntax().text().len();
        let words = words_of(function);
        let siblings = list.children().filter_map(ast::Fn::cast);
        // Differences in names, comments and layout hardly affect the length.
        let near = siblings.filter(|other| {
            let other = other.syntax().text().len();
            u32::from(other) / 4 <= u32::from(length) && u32::from(length) / 4 <= u32::from(other)
        });
        let mut equal = near.filter(|other| words_of(other) == words);
        let first = equal.next()?;
        let others: Vec<ast::Fn> = equal.collect();
        let name = first.name()?.text().to_string();
        (!others.is_empty()).then_some(Self {
            first,
            name,
            others,
        })
    }

    fn span(&self) -> TextRange {
        let whole = self.first.syntax().text_range();
        let ranges = self.others.iter().map(|twin| twin.syntax().text_range());
        ranges.fold(whole, TextRange::cover)
    }

    fn check(&self) -> Result<(), Refusal> {
        let functions = || std::iter::once(&self.first).chain(&self.others);
        for function in functions() {
            check_head(function)?;
        }
        let body = self.first.body().ok_or(Refusal::NotHere)?;
        check_body(body.syntax())?;
        let comments = comments_in(body.syntax());
        for twin in &self.others {
            let own = twin.body().ok_or(Refusal::NotHere)?;
            if comments_in(own.syntax()) != comments {
                return Err(Refusal::because(
                    Hazard::Text,
                    "One body has a comment that the other doesn't have.",
                ));
            }
        }
        let names = Names::in_node(body.syntax());
        let calls_twin = functions()
            .filter_map(ast::Fn::name)
            .any(|name| names.has(name.text().trim_start_matches("r#")));
        if calls_twin {
            return Err(Refusal::because(
                Hazard::Scope,
                "The functions are recursive or call each other.",
            ));
        }
        self.check_name()
    }

    /// Checks that the name resolves to the first function in each of the others.
    fn check_name(&self) -> Result<(), Refusal> {
        let list = self.first.syntax().parent().ok_or(Refusal::NotHere)?;
        let bare = self.name.trim_start_matches("r#");
        let named = |item: &SyntaxNode| {
            let name = item.children().find_map(ast::Name::cast);
            name.is_some_and(|name| name.text().trim_start_matches("r#") == bare)
        };
        let is_alone = list.children().filter(named).count() == 1;
        let is_free = |twin: &ast::Fn| !Names::in_node(twin.syntax()).has(bare);
        if is_alone && self.others.iter().all(is_free) {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Scope,
            "The name of the first function also has another meaning.",
        ))
    }

    /// Replaces the body of a twin with a call of the first function.
    fn call_in<'a>(
        &self,
        twin: &ast::Fn,
        context: &'a Context<'_>,
    ) -> Result<Rewrite<'a>, Refusal> {
        let source = context.source;
        let body = twin.body().ok_or(Refusal::NotHere)?.syntax().text_range();
        let start = tokens_of(twin.syntax()).find(|token| token.kind() != SyntaxKind::COMMENT);
        let start = start.ok_or(Refusal::NotHere)?.text_range().start();
        let indent = layout::indentation(&source.text, start);
        let unit = layout::indent_unit_around(&source.text, twin.syntax());
        let ending = layout::first_line_ending(&source.text);
        let call = self.call(twin).ok_or(Refusal::NotHere)?;
        let line = format!("{indent}{unit}{call}");
        let arguments = call.split_once('(').map_or("", |(_, rest)| rest);
        let is_wide = layout::width(&line) > source.context.width.max()
            || layout::width(arguments) > source.context.width.share(WIDEST_ARGUMENTS);
        if is_wide || !source.slice(body).contains('\n') {
            return Err(Refusal::of_layout());
        }
        let code = format!("{{{ending}{line}{ending}{indent}}}");
        Ok(context.rewrite(body).text(&code))
    }

    fn call(&self, twin: &ast::Fn) -> Option<String> {
        let list = twin.param_list()?;
        let names = list.params().map(|param| simple_name(&param));
        let names = names.collect::<Option<Vec<_>>>()?;
        let is_method = twin.syntax().parent()?.kind() == SyntaxKind::ASSOC_ITEM_LIST;
        let path = match (list.self_param(), is_method) {
            (Some(_), _) => "self.",
            (None, true) => "Self::",
            (None, false) => "",
        };
        let generics = turbofish(twin);
        let awaited = twin.async_token().map_or("", |_| ".await");
        let end = twin.ret_type().map_or(";", |_| "");
        let arguments = names.join(", ");
        Some(format!(
            "{path}{}{generics}({arguments}){awaited}{end}",
            self.name
        ))
    }
}

/// Whether functions in a list can call each other reliably by name; trait functions may be overridden.
fn takes_calls(list: &SyntaxNode) -> bool {
    match list.kind() {
        SyntaxKind::SOURCE_FILE | SyntaxKind::ITEM_LIST => true,
        SyntaxKind::ASSOC_ITEM_LIST => {
            let block = list.parent().and_then(ast::Impl::cast);
            block.is_some_and(|block| block.trait_().is_none())
        }
        _ => false,
    }
}

/// The tokens of a function except for comments, attributes, name and visibility.
fn words_of(function: &ast::Fn) -> Vec<String> {
    let name = function.name().map(|it| it.syntax().text_range());
    let visibility = function.visibility().map(|it| it.syntax().text_range());
    let attributes = function.attrs().map(|it| it.syntax().text_range());
    let left_out: Vec<TextRange> = attributes.chain(name).chain(visibility).collect();
    let tokens = tokens_of(function.syntax()).filter(|token| {
        let at = token.text_range();
        token.kind() != SyntaxKind::COMMENT && !left_out.iter().any(|it| it.contains_range(at))
    });
    tokens.map(|token| token.text().to_owned()).collect()
}

fn comments_in(node: &SyntaxNode) -> Vec<String> {
    let comments = tokens_of(node).filter(|token| token.kind() == SyntaxKind::COMMENT);
    comments
        .map(|token| token.text().trim_end().to_owned())
        .collect()
}

fn check_head(function: &ast::Fn) -> Result<(), Refusal> {
    let mut attributes = function.attrs();
    let is_harmful = |attribute: ast::Attr| {
        let bare = attributes::bare(&attribute);
        !HARMLESS.contains(&attributes::name(&bare))
    };
    if attributes.any(is_harmful) {
        return Err(Refusal::because(
            Hazard::Text,
            "One function has an attribute that may do more than set a lint.",
        ));
    }
    let is_special = function.unsafe_token().is_some()
        || function.gen_token().is_some()
        || function.abi().is_some()
        || function.default_token().is_some();
    if is_special {
        return Err(Refusal::because(
            Hazard::Unsafety,
            "The functions are `unsafe` or have a foreign ABI.",
        ));
    }
    let list = function.param_list().ok_or(Refusal::NotHere)?;
    let is_odd_self = list
        .self_param()
        .is_some_and(|it| it.colon_token().is_some() || is_mutable_value(&it));
    let has_attributes = list
        .syntax()
        .descendants()
        .any(|it| ast::Attr::can_cast(it.kind()));
    let is_named = |param: ast::Param| simple_name(&param).is_some();
    if is_odd_self || has_attributes || !list.params().all(is_named) {
        return Err(Refusal::because(
            Hazard::Borrows,
            "A parameter is a pattern, which can't be passed on.",
        ));
    }
    Ok(())
}

fn is_mutable_value(receiver: &ast::SelfParam) -> bool {
    receiver.mut_token().is_some() && receiver.amp_token().is_none()
}

/// The name of a parameter whose pattern is a plain identifier.
fn simple_name(param: &ast::Param) -> Option<String> {
    let ast::Pat::IdentPat(pattern) = param.pat()? else {
        return None;
    };
    let name = pattern.name()?.text().to_string();
    (pattern.syntax().text() == name.as_str()).then_some(name)
}

fn check_body(body: &SyntaxNode) -> Result<(), Refusal> {
    let has_items = body
        .descendants()
        .any(|node| ast::Item::can_cast(node.kind()) && !ast::MacroCall::can_cast(node.kind()));
    if has_items || purity::holds_state(body) || has_unknown_macro(body) {
        return Err(Refusal::because(
            Hazard::Evaluation,
            "The body declares items, or calls a macro that may keep state per location.",
        ));
    }
    if attributes::has_condition_inside(body) {
        return Err(Refusal::because(
            Hazard::Text,
            "Part of the body is behind a `#[cfg]`.",
        ));
    }
    Ok(())
}

/// Whether the body calls a macro that isn't known from the standard library.
fn has_unknown_macro(body: &SyntaxNode) -> bool {
    const KNOWN: [&str; 20] = [
        "assert",
        "assert_eq",
        "assert_ne",
        "concat",
        "debug_assert",
        "debug_assert_eq",
        "debug_assert_ne",
        "eprint",
        "eprintln",
        "format",
        "matches",
        "panic",
        "print",
        "println",
        "todo",
        "unimplemented",
        "unreachable",
        "vec",
        "write",
        "writeln",
    ];
    let mut calls = body.descendants().filter_map(ast::MacroCall::cast);
    calls.any(|call| {
        let path = call.path().map(|path| path.syntax().text().to_string());
        path.is_none_or(|path| !KNOWN.contains(&&*path))
    })
}

/// Type and const arguments that can't be inferred from the call's arguments.
fn turbofish(function: &ast::Fn) -> String {
    let list = function.generic_param_list();
    let params: Vec<_> = list
        .into_iter()
        .flat_map(|it| it.generic_params())
        .collect();
    let names = params.iter().filter_map(|param| match param {
        ast::GenericParam::TypeParam(it) => Some(it.name()?.text().to_string()),
        ast::GenericParam::ConstParam(it) => Some(it.name()?.text().to_string()),
        ast::GenericParam::LifetimeParam(_) => None,
    });
    let names: Vec<String> = names.collect();
    let types = function.param_list().into_iter();
    let types = types
        .flat_map(|list| list.params())
        .filter_map(|it| it.ty());
    let types: Vec<String> = types.map(|it| it.syntax().text().to_string()).collect();
    let is_told = |name: &String| {
        let forms = ["&", "&mut ", ""].map(|sign| format!("{sign}{name}"));
        types.iter().any(|ty| forms.contains(ty))
    };
    if names.iter().all(is_told) {
        return String::new();
    }
    format!("::<{}>", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Applicability,
            fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        },
        *,
    };
    use crate::syntax::FileContext;

    static CALL: Refactoring = REFACTORING;

    const BODY: &str = "{\n    let b = a.c();\n    b.d(1)\n}";

    /// Two functions with this source text before and after their names.
    fn two(before: &str, behind: &str, body: &str) -> String {
        format!("{before}fn $0one{behind} {body}\n\n{before}fn two{behind} {body}\n")
    }

    fn becomes(before: &str, behind: &str, call: &str) {
        let text = two(before, behind, BODY);
        let head = format!("fn two{behind} {{");
        let start = text.find(&head).unwrap() + head.len();
        let after = format!("{}\n    {call}\n}}\n", &text[..start]);
        assert_becomes(&CALL, &text, &after.replace("$0", ""));
    }

    fn refused(hazard: Hazard, before: &str, behind: &str, body: &str) {
        assert_refused(&CALL, hazard, &two(before, behind, body));
    }

    #[test]
    fn the_second_calls_the_first() {
        becomes("", "(a: &A) -> u8", "one(a)");
        becomes("pub ", "(a: A, mutable: u8)", "one(a, mutable);");
        becomes("async ", "(a: &A) -> u8", "one(a).await");
        becomes("const ", "<'a>(a: &'a A) -> &'a A", "one(a)");
        becomes("", "<T: C>(a: &mut T) -> T", "one(a)");
        becomes(
            "",
            "<T: C, const N: usize>(a: [T; N]) -> T",
            "one::<T, N>(a)",
        );
        becomes("#[inline]\n#[must_use]\n", "(a: impl C) -> u8", "one(a)");
    }

    #[test]
    fn methods_call_methods() {
        let block = |first: &str, second: &str| format!("impl S {{\n{first}\n\n{second}\n}}\n");
        for (receiver, call) in [
            ("&self, a: A", "self.one(a)"),
            ("&mut self, a: A", "self.one(a)"),
            ("self, a: A", "self.one(a)"),
            ("a: A", "Self::one(a)"),
        ] {
            let body = "{\n        let b = a.c();\n        b.d(1)\n    }";
            let head = |name: &str| format!("    fn {name}({receiver}) -> u8 ");
            let before = block(
                &format!("{}{body}", head("$0one")),
                &format!("{}{body}", head("two")),
            );
            let after = block(
                &format!("{}{body}", head("one")),
                &format!("{}{{\n        {call}\n    }}", head("two")),
            );
            assert_becomes(&CALL, &before, &after);
        }
    }

    #[test]
    fn all_of_them_call_the_first_wherever_it_is_asked() {
        let function = |name: &str, body: &str| format!("fn {name}(a: &A) -> u8 {body}\n\n");
        let call = "{\n    one(a)\n}";
        let after = format!(
            "{}/// Its own words.\n{}{}",
            function("one", BODY),
            function("two", call),
            function("three", call)
        );
        for names in [
            ["$0one", "two", "three"],
            ["one", "$0two", "three"],
            ["one", "two", "$0three"],
        ] {
            let [one, two, three] = names.map(|name| function(name, BODY));
            let before = format!("{one}/// Its own words.\n{two}{three}");
            assert_becomes(&CALL, &before, &after);
        }
    }

    #[test]
    fn a_person_looks_at_it() {
        let text = two("", "(a: &A) -> u8", BODY);
        let offer = offered(FileContext::default(), &CALL, &text).unwrap();
        assert_eq!(offer.change().applicability, Applicability::NeedsCheck);
    }

    #[test]
    fn what_is_no_twin_is_left_alone() {
        let one = format!("fn $0one(a: &A) -> u8 {BODY}\n");
        for other in [
            format!("fn two(b: &A) -> u8 {BODY}"),
            format!("fn two(a: &A) -> u16 {BODY}"),
            format!("const fn two(a: &A) -> u8 {BODY}"),
            format!("mod m {{ fn two(a: &A) -> u8 {BODY} }}"),
            "fn two(a: &A) -> u8 { a.c().d(1) }".to_owned(),
        ] {
            assert_not_here(&CALL, &format!("{one}{other}\n"));
        }
        for around in ["trait T", "impl T for S"] {
            let inside = two("", "(a: &A) -> u8", BODY);
            assert_not_here(&CALL, &format!("{around} {{\n{inside}}}\n"));
        }
        assert_not_here(
            &CALL,
            &format!("fn one() {{\n{}}}\n", two("", "(a: A)", BODY)),
        );
    }

    #[test]
    fn what_can_not_be_handed_on_is_refused() {
        for behind in [
            "(mut a: A)",
            "((a, b): (A, B))",
            "(_: A)",
            "(#[cfg(x)] a: A)",
        ] {
            refused(Hazard::Borrows, "", behind, BODY);
        }
        refused(Hazard::Unsafety, "unsafe ", "(a: A)", BODY);
        refused(Hazard::Unsafety, "extern \"C\" ", "(a: A)", BODY);
        for attribute in [
            "#[test]",
            "#[cfg(x)]",
            "#[no_mangle]",
            "#[track_caller]",
            "#[get(\"/\")]",
        ] {
            refused(Hazard::Text, &format!("{attribute}\n"), "(a: A)", BODY);
        }
    }

    #[test]
    fn bodies_with_something_of_their_own_are_refused() {
        for line in [
            "static N: U = U::new();",
            "fn g() {}",
            "warn_once!(a);",
            "cached!(a);",
            "g(line!());",
        ] {
            let body = format!("{{\n    {line}\n    a.c()\n}}");
            refused(Hazard::Evaluation, "", "(a: A)", &body);
        }
        let body = "{\n    #[cfg(x)]\n    a.b();\n    a.c()\n}";
        refused(Hazard::Text, "", "(a: A)", body);
        refused(Hazard::Scope, "", "(a: A)", "{\n    a.b();\n    two(a)\n}");
        refused(Hazard::Scope, "", "(a: A)", "{\n    a.b();\n    one(a)\n}");
    }

    #[test]
    fn comments_and_names_of_one_alone_are_refused() {
        let with = |one: &str, two: &str| {
            format!(
                "fn $0one(a: &A) {{\n    {one}a.c();\n    a.d();\n}}\n\nfn two(a: &A) {{\n    {two}a.c();\n    a.d();\n}}\n"
            )
        };
        assert_refused(&CALL, Hazard::Text, &with("", "// Why.\n    "));
        assert_refused(&CALL, Hazard::Text, &with("// Why.\n    ", ""));
        assert_becomes(
            &CALL,
            &with("// Why.\n    ", "// Why.\n    "),
            "fn one(a: &A) {\n    // Why.\n    a.c();\n    a.d();\n}\n\nfn two(a: &A) {\n    one(a);\n}\n",
        );
        refused(Hazard::Scope, "", "(one: A)", "{\n    a.b();\n    a.c()\n}");
        let text = format!("{}struct one;\n", two("", "(a: A)", BODY));
        assert_refused(&CALL, Hazard::Scope, &text);
    }
}
