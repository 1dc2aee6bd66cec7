//! # Combinator opportunity
//!
//! ## What it does
//! Finds `match`, `if let` and `if` expressions that reimplement a method such as `is_some_and`, `ok_or_else`, `unwrap_or` or
//! `then`. This is a `match` or `if let` that tests the value in an `Option` or a `Result` and evaluates to `true` or `false`
//! where there is none, or that turns it into another `Option`, `Result` or value; and an `if` that evaluates to `Some(…)` or
//! else `None`.
//!
//! ## Why
//! The method says in one line what takes five, and readers don't have to check which branch produces what.
//!
//! ## Example
//! ```rust before
//! fn is_table(items: &Items, key: &str) -> bool {
//!     match items.get(key) {
//!         Some(item) => item.is_table(),
//!         None => false,
//!     }
//! }
//! ```
//! ```rust after
//! fn is_table(items: &Items, key: &str) -> bool {
//!     items.get(key).is_some_and(|item| item.is_table())
//! }
//! ```
//!
//! ## What it leaves alone
//! - Everything that `match-to-combinator` does not change: a value that may be a reference or is used again, a test that
//!   does more than look at the value, comments, and replacements that take as many lines.
//! - Compilers before 1.70 (1.82 for `is_none_or`, 1.62 for the others), and packages of editions before 2021 that declare no
//!   `rust-version` (for methods that the first compiler did not have).
//! - A condition that would need parentheses before `then`, or that changes something.
//!
//! ## Limits
//! The measure is the number of lines removed: 0 are fine, more are a warning, more than 12 a strong one. It fires 1.6 times
//! in 100,000 lines of well-kept code. In a blind review 11 of 20 findings were worth acting on. Reported in the `full`
//! profile only.
//!
//! ## Sources
//! The standard library's documentation of `Option::is_some_and`. Clippy's `manual_map`, `manual_unwrap_or` and
//! `manual_ok_err` find some of the forms.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Calm, Cause, Limits, Look, Sightings, Smell};
use crate::{
    facts::Sighting,
    shapes::{option_question::OptionQuestion, option_value::OptionValue},
    syntax::{Refusal, Unit},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(1.6),
    calm: Calm::Never,
    answers: &["match-to-combinator"],
    clippy: &[
        "manual_map",
        "manual_ok_err",
        "manual_unwrap_or",
        "manual_unwrap_or_default",
    ],
    sees: &[
        SyntaxKind::IF_EXPR,
        SyntaxKind::LET_STMT,
        SyntaxKind::MATCH_EXPR,
    ],
    ..Smell::new(
        "combinator-opportunity",
        Limits::of(0, 12),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    let guards = unit
        .nodes::<ast::LetStmt>()
        .filter(|it| it.let_else().is_some());
    let guards = guards.map(|it| it.syntax().clone());
    for node in unit.choices().chain(guards) {
        let found = match OptionQuestion::of(&node, unit.text, unit.context) {
            Ok((shape, rewrite)) => Some((shape.keyword, rewrite)),
            Err(Refusal::NotHere) if !ast::LetStmt::can_cast(node.kind()) => {
                OptionValue::of(&node, unit.text, unit.context)
                    .ok()
                    .filter(|(shape, _)| shape.is_worthwhile)
                    .map(|(shape, rewrite)| (shape.keyword, rewrite))
            }
            Err(_) => None,
        };
        if let Some((keyword, rewrite)) = found {
            let lines = unit.slice(rewrite.range()).lines().count();
            sightings.push(keyword, u32::try_from(lines).unwrap_or(u32::MAX));
        }
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let keyword = slice(text, sighting.at).unwrap_or_default();
    format!(
        "this `{keyword}` reimplements a method such as `is_some_and`, `ok_or_else` or `then`; call the method instead"
    )
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    #[test]
    fn a_question_is_seen_at_its_keyword() {
        for (code, keyword) in [
            (
                "match a.get(1) { Some(b) => b.c(), None => false }",
                "match",
            ),
            ("if let Some(b) = a.get(1) { b.c() } else { false }", "if"),
            ("match a.get(1) { Some(b) => b, None => false }", "match"),
        ] {
            let text = format!("fn f(a: &A) -> bool {{\n    {code}\n}}\n");
            assert_eq!(
                fired("combinator-opportunity", &text),
                [(keyword.to_owned(), 1)],
                "{code}"
            );
        }
    }

    #[test]
    fn a_guard_before_the_last_line_is_seen() {
        let text = "fn f(a: &A) -> bool {\n    let Some(b) = a.get(1) else {\n        return false;\n    };\n    b.c()\n}\n";
        assert_eq!(
            fired("combinator-opportunity", text),
            [("let".to_owned(), 4)]
        );
    }

    #[test]
    fn other_choices_are_left_alone() {
        for code in [
            "match a.get(1) { Some(b) => b.c()?, None => false }",
            "match a.get(1) { Some(b) => b.c(), None => d() }",
            "match a.b() { Some(b) => b.c(), None => false }",
            "match a.get(1) { Some(b) => { b.c(); true } None => false }",
        ] {
            let text = format!("fn f(a: &A) -> bool {{\n    {code}\n}}\n");
            assert!(fired("combinator-opportunity", &text).is_empty(), "{code}");
        }
    }

    fn branching(condition: &str) -> String {
        format!(
            "fn f(a: &A, b: bool) -> Option<u8> {{\n    if {condition} {{\n        Some(a.c())\n    }} else {{\n        None\n    }}\n}}\n"
        )
    }

    #[test]
    fn a_value_behind_a_condition_is_seen() {
        let found = fired("combinator-opportunity", &branching("b"));
        assert_eq!(found, [("if".to_owned(), 5)]);
        for condition in ["!b", "a.d == 1", "a.fill(&mut b)", "b && a.d"] {
            let found = fired("combinator-opportunity", &branching(condition));
            assert!(found.is_empty(), "{condition}");
        }
    }
}
