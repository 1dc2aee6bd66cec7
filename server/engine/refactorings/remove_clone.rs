//! # Remove clone
//!
//! ## What it does
//! Removes a `.clone()` if the original value isn't used again and can be moved instead. Requires rustc to agree.
//!
//! ## Why
//!
//! An unnecessary clone costs time and memory, and suggests to the reader that the value is used again later.
//!
//! ## Example
//!
//! ```rust before
//! fn store(names: &mut Vec<String>, name: String) {
//!     names.push(name.$0clone());
//! }
//! ```
//!
//! ```rust after
//! fn store(names: &mut Vec<String>, name: String) {
//!     names.push(name);
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Anything other than a variable, a parameter or a field of `self` with a known type: a string, a number, a path, a
//!   collection of them, or a type in the file that derives `Clone` and contains nothing else.
//! - References.
//! - Types whose copies or drops may be observable: `Rc`, `Arc`, cells, locks, channels and generic types.
//! - A clone that is borrowed, called, matched or compared instead of moved, because rustc would not detect a later use.
//! - Closures, and functions that use raw pointers.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasArgList, HasGenericArgs, HasName},
};

use super::{
    Allows, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::syntax::{
    FileNames, flow, layout,
    types_shown::{Plain, bindings_of, plain},
};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "remove-clone",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::METHOD_CALL_EXPR],
    needs: Needs::Verdict,
    allows: Allows::of("", "clone", &[super::Also::DropsEqualCopies]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let (call, place) = clone_at(context, target).ok_or(Refusal::NotHere)?;
    let ground = type_of(&place)?;
    check_surroundings(&call)?;
    let field = shorthand(&call, &place);
    let is_given = field.is_some() || is_given_away(&call);
    if !is_given {
        return Err(Refusal::because(
            Hazard::Borrows,
            "The clone isn't moved elsewhere, so the original might be changed or read again.",
        ));
    }
    let whole = field.map_or(call.syntax().text_range(), |field| {
        field.syntax().text_range()
    });
    let kept = place.syntax().text_range();
    Plan::new(whole, move || {
        let rewrite = context.rewrite(whole).keep(kept);
        let change = Change::new("Remove `.clone()`", whole, vec![rewrite])?;
        let change = match ground {
            Plain::Std if !context.source.text.contains(".capacity()") => change,
            Plain::Std => change.to_check("the capacity"),
            Plain::OfFile => change.to_check("drop side effects"),
        };
        Ok(change.checked(&[
            "the type is known, and neither the number of copies nor the time of the drop is observable",
            "the value is moved, so rustc reports every later use",
        ]))
    })
}

/// The `clone` call whose name or dot is at the target, and its receiver.
fn clone_at(context: &Context<'_>, target: Target<'_>) -> Option<(ast::MethodCallExpr, ast::Expr)> {
    let at = find::token_at(context, target)?.text_range();
    let call = find::around::<ast::MethodCallExpr>(context, target).next()?;
    let place = call.receiver()?;
    let is_here = at.start() >= place.syntax().text_range().end();
    let is_clone = call.name_ref()?.text() == "clone"
        && call.generic_arg_list().is_none()
        && call.arg_list()?.args().next().is_none();
    (is_here && is_clone).then_some((call, place))
}

/// Returns the evidence that a copy of this type behaves like the original, or why there is none.
fn type_of(place: &ast::Expr) -> Result<Plain, Refusal> {
    let shown = match place {
        ast::Expr::PathExpr(path) => of_variable(path),
        ast::Expr::FieldExpr(field) => of_own_field(field),
        _ => return Err(Refusal::NotHere),
    };
    shown.ok_or_else(|| {
        Refusal::because(
            Hazard::Types,
            "The type isn't declared in a way that shows that a clone equals the original.",
        )
    })
}

fn of_variable(path: &ast::PathExpr) -> Option<Plain> {
    let bindings = bindings_of(path);
    let scope = path.syntax().ancestors().find(flow::is_own_scope)?;
    let mut all = Plain::Std;
    for binding in &bindings {
        let is_plain_name = binding.ref_token().is_none() && binding.pat().is_none();
        let own = binding.syntax().ancestors().find(flow::is_own_scope)?;
        if !is_plain_name || own != scope {
            return None;
        }
        let declared = binding.syntax().parent()?;
        let shown = match declared.kind() {
            SyntaxKind::PARAM => plain(&ast::Param::cast(declared)?.ty()?),
            SyntaxKind::LET_STMT => of_let(&ast::LetStmt::cast(declared)?),
            _ => None,
        };
        all = all.max(shown?);
    }
    (!bindings.is_empty()).then_some(all)
}

fn of_let(declared: &ast::LetStmt) -> Option<Plain> {
    if let Some(ty) = declared.ty() {
        return plain(&ty);
    }
    makes_string(&declared.initializer()?).then_some(Plain::Std)
}

/// Whether an expression creates a new `String`.
fn makes_string(value: &ast::Expr) -> bool {
    let declared = FileNames::around(value);
    match value {
        ast::Expr::MacroExpr(call) => {
            let path = call.macro_call().and_then(|call| call.path());
            path.is_some_and(|path| path.to_string() == "format") && !declared.has_macro("format")
        }
        ast::Expr::CallExpr(call) => {
            let callee = call.expr().map(|callee| callee.to_string());
            let is_own = !declared.types("String").is_empty() || declared.imports("String");
            let names = ["String::from", "String::new", "String::with_capacity"];
            callee.is_some_and(|callee| names.contains(&&*callee)) && !is_own
        }
        ast::Expr::MethodCallExpr(call) => {
            let name = call.name_ref().map(|name| name.text().to_string());
            let is_text = call.receiver().is_some_and(|receiver| {
                matches!(receiver, ast::Expr::Literal(it) if matches!(it.kind(), ast::LiteralKind::String(_)))
            });
            let name = name.unwrap_or_default();
            is_text && ["to_owned", "to_string"].contains(&&*name) && !declared.has_method(&name)
        }
        _ => false,
    }
}

/// `self.name` in a method that takes `self` by value, for a struct of this file.
fn of_own_field(field: &ast::FieldExpr) -> Option<Plain> {
    let owner = field.expr()?;
    if owner.syntax().text() != "self" {
        return None;
    }
    let scope = field.syntax().ancestors().find(flow::is_own_scope)?;
    let own = ast::Fn::cast(scope.clone())?.param_list()?.self_param()?;
    if own.amp_token().is_some() || own.ty().is_some() {
        return None;
    }
    let of = scope.ancestors().find_map(ast::Impl::cast)?.self_ty()?;
    let of = of.syntax().text().to_string();
    let root = scope.ancestors().last()?;
    let structures = root.descendants().filter_map(ast::Struct::cast);
    let mut named = structures.filter(|it| it.name().is_some_and(|name| *name.text() == of));
    let (structure, None) = (named.next()?, named.next()) else {
        return None;
    };
    let ast::FieldList::RecordFieldList(fields) = structure.field_list()? else {
        return None;
    };
    let wanted = field.name_ref()?;
    let mut fields = fields.fields();
    let found = fields.find(|it| it.name().is_some_and(|name| name.text() == wanted.text()))?;
    plain(&found.ty()?)
}

/// Refuses values whose address may be observed, and copies that live in a different scope from the value.
fn check_surroundings(call: &ast::MethodCallExpr) -> Result<(), Refusal> {
    const POINTERS: [&str; 8] = [
        "addr_of",
        "addr_of_mut",
        "as_mut_ptr",
        "as_ptr",
        "as_ptr_range",
        "capacity",
        "NonNull",
        "raw",
    ];
    let why = |hazard, why| Err(Refusal::because(hazard, why));
    let scope = call.syntax().ancestors().find(flow::is_own_scope);
    let Some(function) = scope.and_then(ast::Fn::cast) else {
        return why(
            Hazard::Borrows,
            "A closure or an `async` block would capture the variable by move.",
        );
    };
    if function.const_token().is_some() {
        return why(
            Hazard::Constants,
            "The function is a `const fn`, which may run at compile time.",
        );
    }
    let mut tokens = function.syntax().descendants_with_tokens();
    let is_of_pointers = tokens.any(|part| match part.kind() {
        SyntaxKind::UNSAFE_KW | SyntaxKind::PTR_TYPE => true,
        SyntaxKind::IDENT => part
            .as_token()
            .is_some_and(|it| POINTERS.contains(&it.text())),
        _ => false,
    });
    if is_of_pointers {
        return why(
            Hazard::Borrows,
            "The function uses raw pointers, which the borrow checker doesn't track.",
        );
    }
    if layout::has_comment(call.syntax()) {
        return why(Hazard::Text, "A comment in the call would be lost.");
    }
    Ok(())
}

/// The struct field initialized with a clone of the variable of the same name, so that field init shorthand is possible.
fn shorthand(call: &ast::MethodCallExpr, place: &ast::Expr) -> Option<ast::RecordExprField> {
    let field = call
        .syntax()
        .parent()
        .and_then(ast::RecordExprField::cast)?;
    let name = field.name_ref()?;
    (place.syntax().text() == name.text()).then_some(field)
}

/// Whether the copy is used in a position that would move a variable.
fn is_given_away(call: &ast::MethodCallExpr) -> bool {
    let Some(parent) = call.syntax().parent() else {
        return false;
    };
    match parent.kind() {
        SyntaxKind::ARG_LIST
        | SyntaxKind::RECORD_EXPR_FIELD
        | SyntaxKind::RETURN_EXPR
        | SyntaxKind::STMT_LIST
        | SyntaxKind::TUPLE_EXPR => true,
        SyntaxKind::ARRAY_EXPR => is_list(&parent),
        SyntaxKind::MATCH_ARM => ast::MatchArm::cast(parent)
            .and_then(|arm| arm.expr())
            .is_some_and(|value| value.syntax() == call.syntax()),
        SyntaxKind::LET_STMT => ast::LetStmt::cast(parent).is_some_and(|it| is_new_name(&it, call)),
        SyntaxKind::BIN_EXPR => ast::BinExpr::cast(parent).is_some_and(|it| is_assigned(&it, call)),
        _ => false,
    }
}

fn is_list(array: &SyntaxNode) -> bool {
    let array = ast::ArrayExpr::cast(array.clone());
    array.is_some_and(|array| array.semicolon_token().is_none())
}

/// Whether a `let` binds the whole value to a different name.
fn is_new_name(declared: &ast::LetStmt, call: &ast::MethodCallExpr) -> bool {
    let Some(ast::Pat::IdentPat(pattern)) = declared.pat() else {
        return false;
    };
    let (name, value) = (pattern.name(), call.receiver());
    let is_same = name
        .zip(value)
        .is_some_and(|(name, value)| value.syntax().text() == name.text());
    pattern.ref_token().is_none() && pattern.pat().is_none() && !is_same
}

fn is_assigned(assignment: &ast::BinExpr, call: &ast::MethodCallExpr) -> bool {
    let is_plain = assignment.op_kind() == Some(ast::BinaryOp::Assignment { op: None });
    let value = assignment.rhs();
    is_plain && value.is_some_and(|value| value.syntax() == call.syntax())
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

    static REMOVE_CLONE: Refactoring = REFACTORING;

    fn becomes(before: &str, after: &str) {
        assert_becomes(&REMOVE_CLONE, before, after);
    }

    fn refused(hazard: Hazard, text: &str) {
        assert_refused(&REMOVE_CLONE, hazard, text);
    }

    #[test]
    fn what_is_given_away_is_moved() {
        for (ty, code, result) in [
            ("String", "g(a.$0clone())", "g(a)"),
            ("Vec<u8>", "b.g(1, a.$0clone())", "b.g(1, a)"),
            ("Option<Box<str>>", "S { b: a.$0clone() }", "S { b: a }"),
            ("Vec<(u8, String)>", "S { a: a.$0clone() }", "S { a }"),
            ("u64", "Some(a$0.clone())", "Some(a)"),
            ("[bool; 2]", "(a.$0clone(), 1)", "(a, 1)"),
            ("std::path::PathBuf", "[a.$0clone()]", "[a]"),
            ("String", "a.$0clone()", "a"),
        ] {
            let text = |code: &str| format!("fn f(a: {ty}, b: &B) -> R {{\n    {code}\n}}\n");
            becomes(&text(code), &text(result));
        }
        for (code, result) in [
            ("let b = a.$0clone();", "let b = a;"),
            ("let mut b = a.$0clone();", "let mut b = a;"),
            ("self.b = a.$0clone();", "self.b = a;"),
            ("return a.$0clone();", "return a;"),
        ] {
            let text = |code: &str| format!("fn f(&mut self, a: String) {{\n    {code}\n}}\n");
            becomes(&text(code), &text(result));
        }
    }

    #[test]
    fn variables_show_what_they_hold() {
        for value in ["format!(\"{b}\")", "String::new()", "\"b\".to_owned()"] {
            let text =
                |code: &str| format!("fn f() {{\n    let a = {value};\n    g({code});\n}}\n");
            becomes(&text("a.$0clone()"), &text("a"));
        }
        let text = |code: &str| {
            format!(
                "use std::collections::{{BTreeMap, HashMap}};\n\nfn f(a: BTreeMap<u8, HashMap<u8, u8>>) {{\n    g({code});\n}}\n"
            )
        };
        becomes(&text("a.$0clone()"), &text("a"));
    }

    #[test]
    fn fields_of_what_is_taken_whole_are_moved() {
        let text = |own: &str, code: &str| {
            format!(
                "struct S {{\n    a: String,\n}}\n\nimpl S {{\n    fn f({own}) -> String {{\n        {code}\n    }}\n}}\n"
            )
        };
        becomes(&text("self", "self.a.$0clone()"), &text("self", "self.a"));
        for own in ["&self", "&mut self", "self: Rc<Self>"] {
            refused(Hazard::Types, &text(own, "self.a.$0clone()"));
        }
    }

    #[test]
    fn a_type_of_the_file_is_for_a_person_to_check() {
        let text = |more: &str| {
            format!(
                "#[derive(Clone)]\nstruct A {{\n    b: String,\n    {more}\n}}\n\nfn f(a: A) {{\n    g(a.$0clone())\n}}\n"
            )
        };
        let offer = offered(FileContext::default(), &REMOVE_CLONE, &text("c: u8,")).unwrap();
        assert_eq!(offer.change().applicability, Applicability::NeedsCheck);
        assert!(offer.change().title.contains("(check "));
        refused(Hazard::Types, &text("c: Rc<u8>,"));
        refused(
            Hazard::Types,
            &text("c: u8,").replace("#[derive(Clone)]\n", ""),
        );
        let dropped = format!(
            "{}impl Drop for A {{\n    fn drop(&mut self) {{}}\n}}\n",
            text("c: u8,")
        );
        refused(Hazard::Types, &dropped);
    }

    #[test]
    fn types_that_tell_of_copies_are_refused() {
        for ty in [
            "&String",
            "&mut Vec<u8>",
            "Rc<u8>",
            "Arc<Mutex<u8>>",
            "Vec<Rc<u8>>",
            "T",
            "Cell<u8>",
            "Box<dyn A>",
            "Sender<u8>",
            "impl Clone",
            "std::rc::Rc<u8>",
            "A",
            "Option<&str>",
            "HashMap<u8, u8, S>",
            "other::String",
        ] {
            refused(
                Hazard::Types,
                &format!("fn f<T>(a: {ty}) {{ g(a.$0clone()) }}"),
            );
        }
        for own in [
            "struct String(Rc<u8>);",
            "use other::String;",
            "type String = Rc<u8>;",
        ] {
            refused(
                Hazard::Types,
                &format!("{own} fn f(a: String) {{ g(a.$0clone()) }}"),
            );
        }
        for code in [
            "let a = b();",
            "let a = &b();",
            "let (a, c) = b();",
            "for a in b {}",
            "let ref a = String::new();",
        ] {
            refused(
                Hazard::Types,
                &format!("fn f() {{ {code} g(a.$0clone()) }}"),
            );
        }
        let shadowed = "fn f(a: String) { let a = Rc::new(a); g(a.$0clone()) }";
        refused(Hazard::Types, shadowed);
    }

    /// None of these moves the value, so rustc would accept later uses that see changes only the copy should have seen.
    #[test]
    fn copies_that_are_not_given_away_are_refused() {
        for code in [
            "a.$0clone().sort();",
            "let b = a.$0clone().into_iter().next();",
            "g(&a.$0clone());",
            "g(&mut a.$0clone());",
            "match a.$0clone() { b => {} }",
            "if let [b, ..] = a.$0clone()[..] {}",
            "for b in a.$0clone() {}",
            "let _ = a.$0clone();",
            "let ref mut b = a.$0clone();",
            "if a.$0clone() == b {}",
            "let b = [a.$0clone(); 2];",
            "a.$0clone()[0] = 1;",
            "a.$0clone();",
        ] {
            refused(
                Hazard::Borrows,
                &format!("fn f(mut a: Vec<u8>) {{ {code} g(a); }}"),
            );
        }
    }

    #[test]
    fn a_variable_under_its_own_name_is_refused() {
        let text = "fn f(a: String) { let a: String = a.$0clone(); g(a) }";
        refused(Hazard::Borrows, text);
    }

    #[test]
    fn closures_and_pointers_are_refused() {
        for code in [
            "let c = move || g(a.$0clone());",
            "let c = async { g(a.$0clone()) };",
        ] {
            let text = format!("fn f(a: String) {{ {code} }}");
            let refusal = offered(FileContext::default(), &REMOVE_CLONE, &text);
            assert!(matches!(refusal, Err(Refusal::Because { .. })), "{code}");
        }
        for code in [
            "let p = a.as_ptr(); g(a.$0clone());",
            "g(a.$0clone()); unsafe { h() }",
        ] {
            refused(Hazard::Borrows, &format!("fn f(a: String) {{ {code} }}"));
        }
        refused(
            Hazard::Constants,
            "const fn f(a: u8) -> u8 { g(a.$0clone()) }",
        );
        refused(
            Hazard::Text,
            "fn f(a: u8) -> u8 { g(a /* c */ .$0clone()) }",
        );
    }

    #[test]
    fn other_calls_are_left_alone() {
        for code in [
            "g($0a.clone())",
            "a.clone_from(&$0b)",
            "a.$0clone(1)",
            "$0g(a.clone())",
            "a.b().$0clone()",
            "a[0].$0clone()",
        ] {
            assert_not_here(&REMOVE_CLONE, &format!("fn f(a: String) {{ {code} }}"));
        }
    }
}
