//! # Loop opportunity
//!
//! ## What it does
//! Finds a `for` loop that only looks for an element: whether one is there, whether all are alike, or where the first one is.
//!
//! ## Why
//! `any`, `all`, `position` and `find` say in their names what such a loop is for. The loop has to be read to its end, with its
//! `return`, `break` and the value behind it, before that is known.
//!
//! ## Example
//! ```rust before
//! fn has_error(lines: &[Line]) -> bool {
//!     for line in lines {
//!         if line.level == Level::Error {
//!             return true;
//!         }
//!     }
//!     false
//! }
//! ```
//! ```rust after
//! fn has_error(lines: &[Line]) -> bool {
//!     lines.iter().any(|line| line.level == Level::Error)
//! }
//! ```
//!
//! ## What it leaves alone
//! What `loop-to-search` would not change: a condition that may leave the function, changes something or calls a macro; what is
//! not shown to be an iterator; loops with comments; and what clippy's `manual_find` says.
//!
//! ## Limits
//! The measure is the lines that go. 0 are fine; more are a warning, more than 12 a strong one. It fires 0.7 times in 100,000
//! lines of well-kept code. Of 20 findings that were read from a list 17 were worth doing.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Replace Loop with Pipeline". Clippy's `manual_find` sees the loops that return the element.

use ra_ap_syntax::{SyntaxKind, ast};

use super::{Cause, Limits, Look, Sightings, Smell};
use crate::{facts::Sighting, shapes::search_loop::SearchLoop, syntax::Unit};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(0.7),
    worth_doing: Some(17),
    answers: &["loop-to-search"],
    sees: &[SyntaxKind::FOR_EXPR],
    ..Smell::new(
        "loop-opportunity",
        Limits::of(0, 12),
        Look::Function(look),
        say,
    )
};

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for found in unit.nodes::<ast::ForExpr>() {
        if let Ok((shape, _)) = SearchLoop::of(&found, unit.text, unit.context) {
            let saved = u32::try_from(shape.saved).unwrap_or(u32::MAX);
            sightings.push(shape.keyword, saved.max(1));
        }
    }
}

fn say(_sighting: &Sighting, _text: &str) -> String {
    "this loop only looks for an element; `any`, `all`, `find` or `position` says so in one word"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    #[test]
    fn a_search_is_seen_at_its_keyword() {
        let text = "fn f(a: &[u8]) -> bool {\n    for b in a {\n        if b.c() {\n            return true;\n        }\n    }\n    false\n}\n";
        assert_eq!(fired("loop-opportunity", text), [("for".to_owned(), 5)]);
    }

    #[test]
    fn what_is_no_search_is_left_alone() {
        for body in [
            "for b in a { if b.c()? { return true; } } false",
            "for b in a { b.d(); if b.c() { return true; } } false",
            "for b in a { if b.c() { return true; } } true",
            "for b in a { if b.c() { return true; } } d(); false",
            "for b in a.d() { if b.c() { return true; } } false",
        ] {
            let text = format!("fn f(a: &[u8]) -> bool {{\n    {body}\n}}\n");
            assert!(fired("loop-opportunity", &text).is_empty(), "{body}");
        }
    }
}
