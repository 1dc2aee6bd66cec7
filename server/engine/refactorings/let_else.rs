//! # Let-else
//!
//! ## What it does
//! Converts a `match` or `if let` that either evaluates to a value or diverges (`return`, `continue`, `break`, a panic) into
//! `let … else`.
//!
//! ## Why
//!
//! `let Some(user) = session.user() else { return };` says in one line what is expected and what happens otherwise. The
//! longer form names the value three times to say the same.
//!
//! ## Example
//!
//! ```rust before
//! fn f(names: &[String]) -> usize {
//!     let $0first = match names.first() {
//!         Some(name) => name,
//!         // There is nothing to count.
//!         None => return 0,
//!     };
//!     first.len()
//! }
//! ```
//!
//! ```rust after
//! fn f(names: &[String]) -> usize {
//!     let Some(first) = names.first() else {
//!         // There is nothing to count.
//!         return 0;
//!     };
//!     first.len()
//! }
//! ```
//!
//! An `if let` with a value and a diverging `else` is converted in the same way:
//!
//! ```rust before
//! fn f(names: &[String]) -> usize {
//!     let first = if let Some(name) = names.first() {
//!         name
//!     } else {
//!         return 0;
//!     };
//!     first.len()
//! }
//! ```
//!
//! ```rust after
//! fn f(names: &[String]) -> usize {
//!     let Some(first) = names.first() else {
//!         return 0;
//!     };
//!     first.len()
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - An early exit that uses the bindings of its pattern, such as `Err(e) => return Err(e)`.
//! - Arms with guards or attributes.
//! - Patterns that may be irrefutable.
//! - A `let` with a type or `mut`.
//! - Packages that support Rust versions before 1.65.
//! - A value that borrows from a temporary, such as `&*mutex.lock()`: a `let` would keep the lock to the end of the
//!   block.
//!
//! A `let … else` drops the temporaries of its value before the `else`, a `match` after it. If that may be observable,
//! the edit needs review.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{
    Allows, Also, Change, Context, Hazard, Kind, Needs, Plan, Refactoring, Refusal, Target, find,
};
use crate::{shapes::let_else::LetElse, text::TextRange};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "let-else",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::LET_STMT],
    needs: Needs::Syntax,
    allows: Allows::of(
        "else",
        "if let match",
        &[Also::DropsPattern, Also::DropsEqualCopies],
    ),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let statement = statement_at(context, target).ok_or(Refusal::NotHere)?;
    let (shape, rewrites) = LetElse::of(&statement, &source.text, source.context)?;
    if matches!(target, Target::Answer(_)) && !shape.is_worthwhile() {
        return Err(Refusal::because(
            Hazard::Text,
            "The pattern or the value would be rewritten as well.",
        ));
    }
    let range = statement.syntax().text_range();
    Plan::new(range, move || {
        let change = Change::new("Convert to `let … else`", range, rewrites)?;
        let (change, drops) = if shape.drops_alike {
            (
                change,
                "it makes no difference when temporaries are dropped",
            )
        } else {
            (
                change.to_check("drop order"),
                "temporaries are dropped before the early exit",
            )
        };
        Ok(change.checked(&[
            "the pattern binds the former value",
            "the early exit uses no binding",
            drops,
        ]))
    })
}

/// The `let` whose first line, or whose `match` or `if`, is at the target.
fn statement_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::LetStmt> {
    let at = find::token_at(context, target)?.text_range();
    let statement = find::around::<ast::LetStmt>(context, target).next()?;
    let head_end = match statement.initializer()? {
        ast::Expr::MatchExpr(choice) => choice.match_arm_list()?.syntax().text_range().start(),
        ast::Expr::IfExpr(choice) => choice.then_branch()?.syntax().text_range().start(),
        _ => return None,
    };
    let start = statement.syntax().text_range().start();
    TextRange::new(start, head_end)
        .contains_inclusive(at.start())
        .then_some(statement)
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{
            assert_becomes, assert_becomes_in, assert_not_here, assert_refused, assert_refused_in,
            offered,
        },
        *,
    };
    use crate::refactorings::Applicability;
    use crate::syntax::{FileContext, Hazard, LineWidth, RustVersion, Shares};

    static LET_ELSE: Refactoring = REFACTORING;

    fn becomes(before: &str, after: &str) {
        let inside = |code: &str| {
            let lines = code.lines().map(|line| match line {
                "" => "\n".to_owned(),
                line => format!("    {line}\n"),
            });
            format!("fn f() {{\n{}}}\n", lines.collect::<String>())
        };
        assert_becomes(&LET_ELSE, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&LET_ELSE, hazard, &format!("fn f() {{ {code} }}"));
    }

    #[test]
    fn a_match_with_a_way_out() {
        becomes(
            "$0let x = match a.b() {\n    Some(x) => x,\n    None => return,\n};",
            "let Some(x) = a.b() else { return };",
        );
        becomes(
            "$0let x = match a.b() {\n    None => {\n        c();\n        continue;\n    }\n    Some(x) => x,\n};",
            "let Some(x) = a.b() else {\n    c();\n    continue;\n};",
        );
        becomes(
            "$0let x = match a_function_with_a_name(b) {\n    Ok(x) => { x }\n    _ => panic!(\"of some length\"),\n};",
            "let Ok(x) = a_function_with_a_name(b) else {\n    panic!(\"of some length\")\n};",
        );
    }

    #[test]
    fn a_jump_at_the_end_of_a_block_is_closed() {
        becomes(
            "$0let x = match a.b() {\n    Some(x) => x,\n    None => {\n        return Err(AnErrorWithAName {\n            message: a_message_of_some_length,\n        })\n    }\n};",
            "let Some(x) = a.b() else {\n    return Err(AnErrorWithAName {\n        message: a_message_of_some_length,\n    });\n};",
        );
    }

    #[test]
    fn an_if_let_with_a_way_out() {
        becomes(
            "$0let x = if let Some(x) = a.b() {\n    x\n} else {\n    return Err(\"what a pity\");\n};",
            "let Some(x) = a.b() else {\n    return Err(\"what a pity\");\n};",
        );
        becomes(
            "$0let x = if let Some(x) = a { x } else { return };",
            "let Some(x) = a else { return };",
        );
    }

    #[test]
    fn bindings_get_the_names_of_the_let() {
        becomes(
            "$0let (a, b) = match c {\n    D(e, _, b) => (e, b),\n    _ => break,\n};",
            "let D(a, _, b) = c else { break };",
        );
        becomes(
            "$0let a = match c {\n    D { e, .. } => e,\n    _ => break,\n};",
            "let D { e: a, .. } = c else { break };",
        );
        becomes(
            "$0let a = match c {\n    Some(ref e) => e,\n    None => break,\n};",
            "let Some(ref a) = c else { break };",
        );
    }

    #[test]
    fn what_rustfmt_would_lay_out_in_another_way_is_refused() {
        refused(
            Hazard::Text,
            "$0let result_id = match b {\n    D { pointer_id } => pointer_id,\n    _ => return,\n};",
        );
        refused(
            Hazard::Text,
            "$0let pointer_id = match self.a_function_with_a_name_of_some_length(\n    pointer,\n    &mut block,\n    Adjustment::None,\n)? {\n    D { pointer_id } => pointer_id,\n    _ => return,\n};",
        );
        let value = "x".repeat(74);
        refused(
            Hazard::Text,
            &format!(
                "$0let a = match b {{\n    Some(a) => a,\n    None => {{\n        c(\n            {value}, 1234567890123\n        );\n        return;\n    }}\n}};"
            ),
        );
    }

    #[test]
    fn alternatives_get_parentheses() {
        becomes(
            "$0let a = match b {\n    C(a) | D(a) => a,\n    _ => return,\n};",
            "let (C(a) | D(a)) = b else { return };",
        );
    }

    #[test]
    fn braces_and_equal_arms() {
        becomes(
            "$0let a = match (S { b }) {\n    S { b: Some(a) } => a,\n    _ => return,\n};",
            "let S { b: Some(a) } = (S { b }) else { return };",
        );
        becomes(
            "$0let a = match unsafe { b() } {\n    Some(a) => a,\n    _ => return,\n};",
            "let Some(a) = (unsafe { b() }) else { return };",
        );
        becomes(
            "$0let a = match b {\n    C(a) => a,\n    D => return,\n    E(_) => return,\n};",
            "let C(a) = b else { return };",
        );
    }

    #[test]
    fn a_way_out_on_one_line_stays_as_it_is() {
        let code = |line: &str| {
            format!("fn f(a: A) -> Result<Option<u8>, E> {{\n    {line}\n    g(x)\n}}\n")
        };
        assert_becomes(
            &LET_ELSE,
            &code(
                "$0let x = if let Some(x) = a.first_of_all_that_are(wanted) { x } else { return Ok(None) };",
            ),
            &code("let Some(x) = a.first_of_all_that_are(wanted) else { return Ok(None) };"),
        );
    }

    #[test]
    fn wide_packages_have_more_on_one_line() {
        let before = "fn f() {\n    $0let value = match the_option_of_this {\n        Some(value) => value,\n        None => return,\n    };\n}\n";
        let head = "fn f() {\n    let Some(value) = the_option_of_this else {";
        let whole = |columns| LineWidth {
            columns,
            shares: Shares::Whole,
        };
        let (broken, short) = ("\n        return;\n    };\n}\n", " return };\n}\n");
        for (width, end) in [
            (LineWidth::of(80), broken),
            (LineWidth::of(100), broken),
            (LineWidth::of(120), short),
            (whole(57), short),
            (whole(56), broken),
        ] {
            let context = FileContext {
                width,
                ..FileContext::default()
            };
            assert_becomes_in(context, &LET_ELSE, before, &format!("{head}{end}"));
        }
    }

    #[test]
    fn values_on_several_lines() {
        becomes(
            "$0let a = match b(\n    \"an argument that is long enough to need a line of its own, and another\",\n    1,\n) {\n    Some(a) => a,\n    None => return,\n};",
            "let Some(a) = b(\n    \"an argument that is long enough to need a line of its own, and another\",\n    1,\n) else {\n    return;\n};",
        );
        becomes(
            "$0let a = match first_of_a_chain_of_calls\n    .a_second_call_with_a_name(2)\n    .a_third_call_with_a_name(3)\n    .fourth()\n{\n    Some(a) => a,\n    None => return,\n};",
            "let Some(a) = first_of_a_chain_of_calls\n    .a_second_call_with_a_name(2)\n    .a_third_call_with_a_name(3)\n    .fourth()\nelse {\n    return;\n};",
        );
        becomes(
            "$0let a = match a_call_with_a_long_name(1).and_another_one_with_a_long_name(2).fin(12345678) {\n    Some(a) => a,\n    None => return,\n};",
            "let Some(a) = a_call_with_a_long_name(1).and_another_one_with_a_long_name(2).fin(12345678)\nelse {\n    return;\n};",
        );
    }

    #[test]
    fn comments_stay_beside_their_arm() {
        becomes(
            "// zero\n$0let a = match b {\n    // one\n    Some(a) => a, // two\n    // three\n    None => return, // four\n    // five\n};",
            "// zero\n// one\n// two\nlet Some(a) = b else {\n    // three\n    // four\n    // five\n    return;\n};",
        );
        becomes(
            "$0let a = if let Some(a) = b {\n    // one\n    a\n} else {\n    // two\n    return;\n};",
            "// one\nlet Some(a) = b else {\n    // two\n    return;\n};",
        );
    }

    #[test]
    fn a_guard_of_a_lock_needs_a_look() {
        let level = |code: &str| {
            let text = format!("fn f() {{\n    $0let a = {code};\n}}\n");
            let offer = offered(FileContext::default(), &LET_ELSE, &text);
            offer.unwrap().change().applicability
        };
        let guarded = "match m.lock().unwrap().take() { Some(a) => a, None => { g(); return } }";
        assert_eq!(level(guarded), Applicability::NeedsCheck);
        let leaves = "match m.lock().unwrap().take() { Some(a) => a, None => return Err(X) }";
        assert_eq!(level(leaves), Applicability::Safe);
        let place = "match m.get(1) { Some(a) => a, None => { g(); return } }";
        assert_eq!(level(place), Applicability::Safe);
    }

    #[test]
    fn what_cannot_be_said_so_is_refused() {
        refused(
            Hazard::Scope,
            "$0let a = match b { Ok(a) => a, Err(e) => return Err(e) };",
        );
        refused(
            Hazard::Evaluation,
            "$0let a = match b { Some(a) if c => a, _ => return };",
        );
        refused(
            Hazard::Evaluation,
            "$0let a = match b { Some(0) | None => return, Some(a) => a };",
        );
        refused(
            Hazard::ControlFlow,
            "$0let a = match b { C(a) => a, D => return, E => break };",
        );
        refused(
            Hazard::Types,
            "$0let a: T = match b { Some(a) => a, None => return };",
        );
        refused(
            Hazard::Types,
            "$0let mut a = match b { Some(a) => a, None => return };",
        );
        refused(
            Hazard::Types,
            "$0let a = match b { Some(mut a) => a, None => return };",
        );
        refused(Hazard::Types, "$0let a = match b { a => a, _ => return };");
        refused(
            Hazard::Types,
            "$0let (a, _) = match b { C(a, d) => (a, d), _ => return };",
        );
        refused(
            Hazard::Temporaries,
            "$0let a = match &*b.lock().unwrap() { &Some(a) => a, None => return };",
        );
        refused(
            Hazard::Text,
            "$0let a = match b { #[cfg(x)] C(a) => a, _ => return };",
        );
        refused(
            Hazard::Text,
            "$0let a = match b { C(a) => /* why */ a, _ => return };",
        );
        refused(
            Hazard::Text,
            "$0let a = match /* why */ b { C(a) => a, _ => return };",
        );
        assert_refused_in(
            FileContext {
                rust_version: Some(RustVersion(64)),
                ..FileContext::default()
            },
            &LET_ELSE,
            Hazard::Edition,
            "fn f() { $0let a = match b { Some(a) => a, None => return }; }",
        );
    }

    #[test]
    fn other_matches_are_left_alone() {
        for code in [
            "$0let a = match b { Some(a) => a + 1, None => return };",
            "$0let a = match b { Some(a) => a, None => 1 };",
            "$0let a = match b { Some(a) => c, None => return };",
            "$0let a = match b { C(a) => a, D(a) => a, _ => return };",
            "$0let a = match b { C(a, c) => (c, a), _ => return };",
            "$0let a = match b { C(a) => { d(); a } _ => return };",
            "$0let a = if b { c } else { return };",
            "$0let a = if let Some(a) = b { a } else if c { return } else { d };",
            "$0let a = b;",
            "let a = match b { Some(a) => $0a, None => return };",
            "$0a = match b { Some(a) => a, None => return };",
        ] {
            assert_not_here(&LET_ELSE, &format!("fn f() {{ {code} }}"));
        }
    }
}
