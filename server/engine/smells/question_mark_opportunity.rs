//! # Question-mark opportunity
//!
//! ## What it does
//! Finds a `match`, `if let` or `let … else` that only unwraps an `Option` or a `Result` or returns the failure. An `if let`
//! at the end of a function that contains the rest of it and otherwise returns `None` is found too.
//!
//! ## Why
//! `?` does exactly that. The longer form takes four lines instead of one character, and obscures what the code does with
//! the value.
//!
//! ## Example
//! ```rust before
//! fn first(names: &[String]) -> Option<usize> {
//!     let first = match names.first() {
//!         Some(name) => name,
//!         None => return None,
//!     };
//!     Some(first.len())
//! }
//! ```
//! ```rust after
//! fn first(names: &[String]) -> Option<usize> {
//!     let first = names.first()?;
//!     Some(first.len())
//! }
//! ```
//!
//! ## What it leaves alone
//! - Code that `question-mark` would not change: values that may be references, errors whose type is known only from the
//!   return type, values that may be `#[must_use]`, closures, `async` blocks and `const fn`.
//! - At the end of a function: a single expression with the unwrapped value, for which there is a method, and one of two
//!   attempts in a row.
//! - One of two statements of the same form if the other can't be changed.
//!
//! ## Limits
//! The measure is the number of lines saved. 0 are fine; more are a warning, more than 12 a strong one. It fires 5.9 times
//! in 100,000 lines of well-kept code, in which clippy's findings are fixed; clippy doesn't report the ends of functions.
//!
//! ## Sources
//! clippy's `question_mark`, which reports the forms that don't create a new error.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::{Cause, Limits, Look, PartMeasure, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    shapes::{question_mark::QuestionMark, question_tail::QuestionTail},
    syntax::{Unit, beside},
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(5.9),
    answers: &["question-mark"],
    part_measure: PartMeasure::Code,
    clippy: &["question_mark"],
    sees: &[
        SyntaxKind::IF_EXPR,
        SyntaxKind::LET_STMT,
        SyntaxKind::MATCH_EXPR,
    ],
    ..Smell::new(
        "question-mark-opportunity",
        Limits::of(0, 12),
        Look::Function(look),
        say,
    )
};

/// The method that creates the error, and the number that encodes it in a part.
const OK_OR_ELSE: (&str, u32) = (".ok_or_else(", 1);
const OK_OR: (&str, u32) = (".ok_or(", 2);
/// Larger numbers encode the number of nesting levels.
const LEVELS: u32 = 2;

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    let lets = unit.nodes::<ast::LetStmt>().map(|it| it.syntax().clone());
    for node in unit.choices().chain(lets) {
        look_at(&node, unit, sightings);
    }
}

fn look_at(node: &SyntaxNode, unit: &Unit<'_>, sightings: &mut Sightings) {
    if let Ok(tail) = QuestionTail::of(node, unit.text, unit.context) {
        let at = tail.keyword;
        let levels = u32::try_from(tail.levels).unwrap_or(u32::MAX);
        let lines = unit.code_lines(tail.rewrite.range());
        sightings.push_with_parts(
            at,
            lines,
            vec![Part {
                at,
                measure: LEVELS.saturating_add(levels),
            }],
        );
        return;
    }
    let Ok((shape, rewrite)) = QuestionMark::of(node, unit.text, unit.context) else {
        return;
    };
    if beside::alike(node).any(|it| QuestionMark::of(&it, unit.text, unit.context).is_err()) {
        return;
    }
    let whole = unit.slice(shape.whole);
    let lines = u32::try_from(whole.lines().count()).unwrap_or(u32::MAX);
    let at = shape.keyword;
    let makes_error = !whole.contains(".ok_or");
    let written = rewrite.written();
    let called = [OK_OR_ELSE, OK_OR].into_iter();
    let mut called = called.filter(|(method, _)| makes_error && written.contains(method));
    let part = called.next().map(|(_, measure)| Part { at, measure });
    sightings.push_with_parts(at, lines, part.into_iter().collect());
}

fn say(sighting: &Sighting, text: &str) -> String {
    let told = sighting.parts.first().map_or(0, |part| part.measure);
    if told > LEVELS {
        let blocks = match told - LEVELS {
            1 => "this block".to_owned(),
            levels => format!("{levels} blocks"),
        };
        return format!(
            "the rest of the function is nested in {blocks} and returns `None` otherwise; use `let` with `?`"
        );
    }
    let keyword = slice(text, sighting.at).unwrap_or_default();
    let form = if keyword == "let" {
        "let … else"
    } else {
        keyword
    };
    let made = [OK_OR, OK_OR_ELSE]
        .into_iter()
        .find(|(_, measure)| *measure == told);
    match made {
        Some((method, _)) => {
            let method = method.trim_matches(['.', '(']);
            format!("this `{form}` returns an error if there is no value; use `{method}` with `?`")
        }
        None => format!("this `{form}` only unwraps a value or returns early; use `?`"),
    }
}

#[cfg(test)]
mod tests {
    use super::SMELL;
    use crate::smells::fixture::{fired, seen};

    #[test]
    fn an_error_that_is_made_is_told_from_one_that_is_there() {
        let said = |gives: &str, failure: &str| {
            let text = format!(
                "fn f(b: &[u8]) -> {gives} {{\n    let a = match b.get(1) {{\n        Some(a) => a,\n        None => return {failure},\n    }};\n    g(a)\n}}\n"
            );
            let seen = seen("question-mark-opportunity", &text);
            let said = seen.iter().map(|it| (SMELL.say)(it, &text));
            said.collect::<Vec<_>>().join("\n")
        };
        let made = said("Result<u8, E>", "Err(E::None)");
        assert!(made.ends_with("use `ok_or` with `?`"), "{made}");
        let there = said("Option<u8>", "None");
        assert!(there.ends_with("or returns early; use `?`"), "{there}");
    }

    #[test]
    fn a_value_or_what_went_wrong_is_seen() {
        for (code, keyword) in [
            (
                "let a = match b.get(1) { Some(a) => a, None => return None };",
                "match",
            ),
            (
                "let a = if let Some(a) = b.get(1) { a } else { return None };",
                "if",
            ),
            ("let Some(a) = b.get(1) else { return None };", "let"),
        ] {
            let text = format!("fn f() -> Option<u8> {{ {code} }}");
            let seen = fired("question-mark-opportunity", &text);
            assert_eq!(seen, [(keyword.to_owned(), 1)], "{code}");
            let seen = fired("let-else-opportunity", &text);
            assert!(seen.is_empty(), "{code}");
        }
    }

    #[test]
    fn what_goes_on_at_the_end_is_seen_once() {
        let text = "fn f() -> Option<u8> {\n    if let Some(a) = b.get(1) {\n        if let Some(c) = b.get(a) {\n            d();\n            return Some(c);\n        }\n    }\n    None\n}\n";
        let seen = fired("question-mark-opportunity", text);
        assert_eq!(seen, [("if".to_owned(), 7)]);
    }

    #[test]
    fn what_question_mark_cannot_say_is_left_alone() {
        for code in [
            "let a = match b.c() { Some(a) => a, None => return None };",
            "let a = match b.get(1) { Some(a) => a, None => return Some(1) };",
            "let a = match b.get(1) { Some(a) => a + 1, None => return None };",
            "let a = match b.get(1) { Some(a) => a, None => panic!() };",
        ] {
            let text = format!("fn f() -> Option<u8> {{ {code} }}");
            assert!(
                fired("question-mark-opportunity", &text).is_empty(),
                "{code}"
            );
        }
    }
}
