//! # Name condition
//!
//! ## What it does
//! Extracts a complex `if` condition into a named variable.
//!
//! ## Why
//!
//! A reader of a long condition has to work out what is checked before learning what is done. A name says it, and the
//! details remain available.
//!
//! ## Example
//!
//! ```rust before
//! fn greet(door: &Door, guests: &mut Vec<Guest>) {
//!     $0if door.is_open() && !guests.is_empty() {
//!         // Equal guests may change places.
//!         guests.sort();
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn greet(door: &Door, guests: &mut Vec<Guest>) {
//!     let is_open_and_has_guests = door.is_open() && !guests.is_empty();
//!     if is_open_and_has_guests {
//!         // Equal guests may change places.
//!         guests.sort();
//!     }
//! }
//! ```
//!
//! The name is derived from what the condition checks. If that suggests no name, the edit is a draft with the
//! placeholder `condition`, which has to be replaced. The name can also be given explicitly, or come from a language
//! model that is configured for names if the condition suggests none.
//!
//! ## What it leaves alone
//!
//! - The condition of an `else if`, which is only evaluated after others, and of a `while`, which is evaluated
//!   repeatedly.
//! - An `if` that is part of another expression.
//! - Conditions with `let`.
//!
//! The whole condition is evaluated where it was, once, and its operands in the same order. It is a `bool`, which
//! borrows nothing; the temporaries of its operands end with each operand, before and after.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasAttrs},
};

use super::{
    Allows, Also, Applicability, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal,
    Target, find,
};
use crate::{
    shapes::guard_clause::block_ended_by,
    syntax::{
        Rewrite, conditions,
        layout::{self, width},
        scopes::{self, Names},
    },
    text::TextRange,
};

mod wording;

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "name-condition",
    kind: Kind::Extract,
    at: &[SyntaxKind::IF_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("let", "", &[Also::AddsFreshName]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let found = find::if_at(context, target).ok_or(Refusal::NotHere)?;
    let condition = found.condition().ok_or(Refusal::NotHere)?;
    if conditions::top_operator(&condition).is_none() {
        return Err(Refusal::NotHere);
    }
    check(&found, &condition)?;
    let name = name(context, (&found, &condition), target)?;
    let column = layout::column(&context.source.text, found.syntax().text_range().start());
    let is_last = block_ended_by(&found).is_some();
    if is_last && layout::is_short_last_if(&found, name.text(), column, context.source.context) {
        return Err(Refusal::because(
            Hazard::Text,
            "With a named condition, the `if` would be reformatted to one line.",
        ));
    }
    let range = condition.syntax().text_range();
    Plan::new(range, move || {
        let rewrites = rewrites(context, &found, &condition, name.text()).ok_or_else(|| {
            Refusal::because(
                Hazard::Text,
                "The layout of the condition can't be kept in a `let`.",
            )
        })?;
        let change = Change::new(name.title(), range, rewrites)?.with(name.applicability());
        Ok(change.checked(&[
            "the condition is evaluated where it was, once",
            "the name is used nowhere else in the function",
        ]))
    })
}

/// A name for the condition that is unique in the function.
enum Name {
    Telling(String),
    /// A name from the request.
    Given(String),
    /// A placeholder for a name that only the user can choose.
    Placeholder(String),
}

impl Name {
    fn text(&self) -> &str {
        match self {
            Self::Telling(name) | Self::Given(name) | Self::Placeholder(name) => name,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Telling(name) | Self::Given(name) => {
                format!("Extract condition into `{name}`")
            }
            Self::Placeholder(_) => "Extract the condition into a variable".to_owned(),
        }
    }

    fn applicability(&self) -> Applicability {
        match self {
            Self::Telling(_) => Applicability::Safe,
            Self::Given(_) => Applicability::NeedsCheck,
            Self::Placeholder(_) => Applicability::Draft,
        }
    }
}

fn check(found: &ast::IfExpr, condition: &ast::Expr) -> Result<(), Refusal> {
    let has_let = condition
        .syntax()
        .descendants()
        .any(|node| ast::LetExpr::can_cast(node.kind()) && is_of(&node, condition));
    if has_let {
        return Err(Refusal::because(
            Hazard::Scope,
            "The condition contains a `let` whose bindings the block uses.",
        ));
    }
    if found.attrs().next().is_some() {
        return Err(Refusal::because(
            Hazard::Text,
            "The `if` has an attribute, which would not apply to the new `let`.",
        ));
    }
    check_place(found)
}

/// Whether a `let` belongs to this condition, rather than to one in a closure or block inside it.
fn is_of(node: &ra_ap_syntax::SyntaxNode, condition: &ast::Expr) -> bool {
    let mut between = node
        .ancestors()
        .skip(1)
        .take_while(|around| around != condition.syntax());
    between.all(|around| matches!(around.kind(), SyntaxKind::BIN_EXPR | SyntaxKind::PAREN_EXPR))
}

/// Checks that the `if` is a statement; otherwise there is no place for a `let`.
fn check_place(found: &ast::IfExpr) -> Result<(), Refusal> {
    let parent = found.syntax().parent().ok_or(Refusal::NotHere)?;
    let list = match parent.kind() {
        SyntaxKind::STMT_LIST => parent,
        SyntaxKind::EXPR_STMT => parent.parent().ok_or(Refusal::NotHere)?,
        SyntaxKind::IF_EXPR => {
            return Err(Refusal::because(
                Hazard::Evaluation,
                "The condition of an `else if` is only evaluated after the preceding ones.",
            ));
        }
        _ => {
            return Err(Refusal::because(
                Hazard::Evaluation,
                "The `if` is part of another expression, so its condition isn't evaluated first.",
            ));
        }
    };
    let is_block = list.kind() == SyntaxKind::STMT_LIST;
    is_block.then_some(()).ok_or(Refusal::NotHere)
}

fn name(
    context: &Context<'_>,
    (found, condition): (&ast::IfExpr, &ast::Expr),
    target: Target<'_>,
) -> Result<Name, Refusal> {
    let names = scopes::whole_body(found.syntax()).map(|body| Names::in_node(&body));
    let names = names.ok_or(Refusal::NotHere)?;
    let is_fresh = |name: &String| {
        names.fresh(std::slice::from_ref(name)).as_ref() == Some(name)
            && !scopes::is_constant_around(found.syntax(), name)
    };
    if let Some(name) = context.name {
        let given = Some(name.to_owned()).filter(is_fresh).map(Name::Given);
        return given.ok_or_else(|| {
            let why = format!("The condition can't be named `{name}` here.");
            Refusal::because(Hazard::Scope, why)
        });
    }
    if let Some(name) = wording::telling_name(condition).filter(is_fresh) {
        return Ok(Name::Telling(name));
    }
    if matches!(target, Target::Answer(_)) {
        return Err(Refusal::because(
            Hazard::Scope,
            "The condition doesn't suggest a name.",
        ));
    }
    let placeholder = names.fresh(&["condition".to_owned()]).ok_or_else(|| {
        Refusal::because(
            Hazard::Scope,
            "Every candidate name for the condition is already in use.",
        )
    })?;
    Ok(Name::Placeholder(placeholder))
}

fn rewrites<'a>(
    context: &Context<'a>,
    found: &ast::IfExpr,
    condition: &ast::Expr,
    name: &str,
) -> Option<Vec<Rewrite<'a>>> {
    let text = &*context.source.text;
    let at = condition.syntax().text_range();
    let brace = found.then_branch()?.stmt_list()?.l_curly_token()?;
    let lead = TextRange::new(found.if_token()?.text_range().end(), at.start());
    let tail = TextRange::new(at.end(), brace.text_range().start());
    let is_blank = |range| context.source.slice(range).trim().is_empty();
    let start = found.syntax().text_range().start();
    if !is_blank(lead) || !is_blank(tail) || !layout::is_first_on_line(text, start) {
        return None;
    }
    let indent = layout::indentation(text, start);
    let value = value(context, indent, condition, name)?;
    let line_ending = layout::first_line_ending(text);
    let named = context
        .rewrite(TextRange::empty(start))
        .text(&format!("let {name} ="))
        .keep_as(at, &value)
        .text(&format!(";{line_ending}{indent}"));
    let asked = context.rewrite(TextRange::new(lead.start(), tail.end()));
    Some(vec![named, asked.text(&format!(" {name} "))])
}

/// The condition as the value of the `let` with its leading whitespace: on the same line, on the next one if it fits there,
/// or laid out as it was.
fn value(context: &Context<'_>, indent: &str, condition: &ast::Expr, name: &str) -> Option<String> {
    let text = &*context.source.text;
    let longest = context.source.context.width.max();
    let code = context.source.slice(condition.syntax().text_range());
    let column = width(indent) + width("let  = ") + width(name);
    let first = code.lines().next().unwrap_or_default();
    let is_one_line = !code.contains('\n');
    let room_for_end = if is_one_line { width(";") } else { 0 };
    if column + width(first) + room_for_end <= longest {
        return Some(format!(" {code}"));
    }
    let deeper = format!("{indent}{}", layout::indent_unit(text));
    let fits_below = width(&deeper) + width(code) + width(";") <= longest;
    let line_ending = layout::first_line_ending(text);
    (is_one_line && fits_below).then(|| format!("{line_ending}{deeper}{code}"))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            fixture::{
                assert_becomes, assert_becomes_in, assert_not_here, assert_refused, offered,
            },
            offer,
        },
        *,
    };
    use crate::{
        syntax::{FileContext, LineWidth, Source},
        text::TextSize,
    };

    static NAME: Refactoring = REFACTORING;

    #[test]
    fn a_condition_on_one_line() {
        assert_becomes(
            &NAME,
            "fn f() {\n    // why\n    $0if a.is_open() && b.is_ready() {\n        c();\n    } else {\n        d();\n    }\n}\n",
            "fn f() {\n    // why\n    let is_open_and_ready = a.is_open() && b.is_ready();\n    if is_open_and_ready {\n        c();\n    } else {\n        d();\n    }\n}\n",
        );
    }

    #[test]
    fn the_tail_of_a_block_is_a_place() {
        assert_becomes(
            &NAME,
            "fn f() -> u8 {\n    g(|| {\n        if $0is_new || is_old {\n            return d;\n        }\n    });\n    1\n}\n",
            "fn f() -> u8 {\n    g(|| {\n        let is_new_or_old = is_new || is_old;\n        if is_new_or_old {\n            return d;\n        }\n    });\n    1\n}\n",
        );
    }

    #[test]
    fn long_conditions_keep_their_lines() {
        assert_becomes(
            &NAME,
            "fn f() {\n    $0if self.the_first_long_condition_of_this_test(1) // why\n        && self.the_second_long_condition_of_this_test(2)\n        && self.the_third_long_condition_of_this_test(3)\n    {\n        c();\n    }\n}\n",
            "fn f() {\n    let condition = self.the_first_long_condition_of_this_test(1) // why\n        && self.the_second_long_condition_of_this_test(2)\n        && self.the_third_long_condition_of_this_test(3);\n    if condition {\n        c();\n    }\n}\n",
        );
        assert_becomes(
            &NAME,
            "fn f() {\n    $0if self.first_long_condition_of_this(1) && self.second_long_condition_of_this_test(2) == 1 {\n        calculate();\n    }\n}\n",
            "fn f() {\n    let condition =\n        self.first_long_condition_of_this(1) && self.second_long_condition_of_this_test(2) == 1;\n    if condition {\n        calculate();\n    }\n}\n",
        );
    }

    #[test]
    fn a_line_is_as_long_as_the_package_says() {
        let before = "fn f() {\n    $0if a.is_open_for_all() && b.is_ready_for_all() {\n        calculate();\n    }\n}\n";
        let after = |value: &str| {
            format!(
                "fn f() {{\n    let condition ={value};\n    if condition {{\n        calculate();\n    }}\n}}\n"
            )
        };
        for (width, value) in [
            (55, "\n        a.is_open_for_all() && b.is_ready_for_all()"),
            (100, " a.is_open_for_all() && b.is_ready_for_all()"),
        ] {
            let context = FileContext {
                width: LineWidth::of(width),
                ..FileContext::default()
            };
            assert_becomes_in(context, &NAME, before, &after(value));
        }
    }

    #[test]
    fn names_in_use_are_avoided() {
        assert_becomes(
            &NAME,
            "fn f(is_a_and_b: bool) {\n    $0if a.is_a() && b.is_b() {\n        println!(\"{should_print} {should_print_2}\");\n    }\n}\n",
            "fn f(is_a_and_b: bool) {\n    let condition = a.is_a() && b.is_b();\n    if condition {\n        println!(\"{should_print} {should_print_2}\");\n    }\n}\n",
        );
    }

    #[test]
    fn a_variable_may_not_have_the_name_of_a_static() {
        let item = "extern \"C\" {\n    static is_a_and_b: bool;\n}\n";
        assert_becomes(
            &NAME,
            &format!(
                "{item}fn f() {{\n    $0if a.is_a() && b.is_b() {{\n        println!(\"a\");\n    }}\n}}\n"
            ),
            &format!(
                "{item}fn f() {{\n    let condition = a.is_a() && b.is_b();\n    if condition {{\n        println!(\"a\");\n    }}\n}}\n"
            ),
        );
    }

    #[test]
    fn a_name_that_somebody_gives_is_taken_where_it_is_free() {
        let named = |name: &str, condition: &str| {
            let text = format!(
                "static HAS_SHUT: u8 = 1;\nconst has_shut: u8 = 1;\nfn f(is_old: bool) {{\n    if {condition} {{\n        return d;\n    }}\n    c();\n}}\n"
            );
            let source = Source::parse(&*text, FileContext::default()).unwrap();
            let at = TextSize::try_from(text.find("if ").unwrap()).unwrap();
            let context = Context::new(&source).naming(name);
            let offer = offer(&NAME, &context, Target::Cursor(at))?;
            let change = offer.change();
            assert_eq!(change.applicability, Applicability::NeedsCheck);
            assert_eq!(change.title, format!("Extract condition into `{name}`"));
            Ok::<_, Refusal>(change.edits().apply(&text).unwrap())
        };
        let unclear = named("is_due", "a == 1 || b < c").unwrap();
        assert!(unclear.contains("    let is_due = a == 1 || b < c;\n    if is_due {\n"));
        let telling = named("is_due", "a.is_open() && b.is_ready()").unwrap();
        assert!(telling.contains("    if is_due {\n"));
        for name in ["a", "d", "is_old", "has_shut", "fn", "IsDue", "is due", ""] {
            let refused = named(name, "a == 1 || b < c").unwrap_err();
            assert!(matches!(refused, Refusal::Because { .. }), "{name}");
        }
    }

    #[test]
    fn what_does_not_tell_is_a_draft() {
        let offer = |condition: &str| {
            let text = format!(
                "fn f() {{\n    if $0{condition} {{\n        return d;\n    }}\n    c();\n}}\n"
            );
            offered(FileContext::default(), &NAME, &text).unwrap()
        };
        let telling = offer("a.is_open() && b.is_ready()");
        assert_eq!(telling.change().applicability, Applicability::Safe);
        assert_eq!(
            telling.change().title,
            "Extract condition into `is_open_and_ready`"
        );
        let draft = offer("a == 1 || b < c");
        assert_eq!(draft.change().applicability, Applicability::Draft);
        assert_eq!(
            draft.change().title,
            "Extract the condition into a variable"
        );
    }

    #[test]
    fn other_places_and_conditions_are_refused() {
        assert_refused(
            &NAME,
            Hazard::Evaluation,
            "fn f() { if z {} else $0if a && b {} }",
        );
        assert_refused(
            &NAME,
            Hazard::Evaluation,
            "fn f() { let x = $0if a && b { 1 } else { 2 }; }",
        );
        assert_refused(
            &NAME,
            Hazard::Evaluation,
            "fn f() { match a { _ => $0if a && b {} } }",
        );
        assert_refused(
            &NAME,
            Hazard::Scope,
            "fn f() {\n    $0if a && let Some(b) = c {\n        d(b);\n    }\n}\n",
        );
        assert_refused(
            &NAME,
            Hazard::Text,
            "fn f() {\n    #[cfg(x)]\n    $0if a && b {}\n}\n",
        );
        assert_refused(
            &NAME,
            Hazard::Text,
            "fn f() {\n    $0if a && b /* why */ {}\n}\n",
        );
        assert_refused(&NAME, Hazard::Text, "fn f() { $0if a && b {} }");
    }

    #[test]
    fn simple_conditions_and_loops_are_left_alone() {
        for code in [
            "$0if a {}",
            "$0if !a.b() {}",
            "$0if a == b {}",
            "$0while a && b {}",
            "if a && b { $0c() }",
            "$0if let Some(a) = b {}",
        ] {
            assert_not_here(&NAME, &format!("fn f() {{\n    {code}\n}}\n"));
        }
    }
}
