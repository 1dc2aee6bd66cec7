//! # Loop opportunity
//!
//! ## What it does
//! Finds a `for` loop that only looks for an element: whether one is there, whether all are alike, or where the first one is; and
//! one that only fills a new collection, or adds to a list.
//!
//! ## Why
//! `any`, `all`, `position` and `find` say in their names what such a loop is for. The loop has to be read to its end, with its
//! `return`, `break` and the value behind it, before that is known. `collect` says that a collection is complete where it is declared.
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
//! What `loop-to-search` and `loop-to-collect` would not change: a condition that may leave the function, changes something or
//! calls a macro; what is not shown to be an iterator; loops with comments; and what clippy's `manual_find` says. Also a search
//! that counts only to take elements by their index: it wants an iterator over them first; and one of two loops of one form, of
//! which the other would stay as it is.
//!
//! ## Limits
//! The measure is the lines that go. 0 are fine; more are a warning, more than 12 a strong one. It fires 1.6 times in 100,000
//! lines of well-kept code. Of 20 findings that were read from a list 17 were worth doing; all of them looked for an element. Of
//! 20 that fill a collection 14 were, so they are not shown by default; nor are those that add to a list, of which there are few.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Replace Loop with Pipeline". Clippy's `manual_find` sees the loops that return the element.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::{Calm, Cause, Limits, Look, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    shapes::{collect_loop::CollectLoop, extend_loop::ExtendLoop, search_loop::SearchLoop},
    syntax::{Refusal, Unit, beside},
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(1.6),
    worth_doing: Some(17),
    calm: Calm::Plain,
    answers: &["loop-to-search", "loop-to-collect"],
    sees: &[SyntaxKind::FOR_EXPR],
    ..Smell::new(
        "loop-opportunity",
        Limits::of(0, 12),
        Look::Function(look),
        say,
    )
};

/// What a loop does with the collection that its part is.
const FILLS: u32 = 0;
const ADDS: u32 = 1;

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for found in unit.nodes::<ast::ForExpr>() {
        if let Ok((shape, _)) = SearchLoop::of(&found, unit.text, unit.context) {
            if !shape.goes_by_index && !stands_beside_twin(&found, unit) {
                sightings.push(shape.keyword, count(shape.saved));
            }
        } else {
            look_at_growth(&found, unit, sightings);
        }
    }
}

/// Whether a loop of the same form is beside it that would stay as it is.
fn stands_beside_twin(found: &ast::ForExpr, unit: &Unit<'_>) -> bool {
    let stays = |node: SyntaxNode| {
        let twin = ast::ForExpr::cast(node);
        twin.is_some_and(|it| SearchLoop::of(&it, unit.text, unit.context).is_err())
    };
    beside::alike(found.syntax()).any(stays)
}

/// A loop that fills a collection, or adds to one.
fn look_at_growth(found: &ast::ForExpr, unit: &Unit<'_>, sightings: &mut Sightings) {
    let grown = match CollectLoop::of(found, unit.text, unit.context) {
        Ok((shape, _)) => Some((shape.keyword, shape.saved, shape.variable, FILLS)),
        Err(Refusal::NotHere) => ExtendLoop::of(found, unit.text, unit.context)
            .ok()
            .map(|(shape, _)| (shape.keyword, shape.saved, shape.list, ADDS)),
        Err(_) => None,
    };
    if let Some((keyword, saved, at, measure)) = grown {
        sightings.push_with_parts(keyword, count(saved), vec![Part { at, measure }]);
    }
}

fn count(saved: usize) -> u32 {
    u32::try_from(saved).unwrap_or(u32::MAX).max(1)
}

fn say(sighting: &Sighting, _text: &str) -> String {
    let words = match sighting.parts.first().map(|part| part.measure) {
        None => {
            "this loop only looks for an element; `any`, `all`, `find` or `position` says so in one word"
        }
        Some(ADDS) => "this loop only adds to a list; `extend` says so in one word",
        Some(_) => "this loop only fills a collection; `collect` says so in one word",
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use crate::smells::{
        by_name,
        fixture::{fired, seen},
    };

    #[test]
    fn a_search_is_seen_at_its_keyword() {
        let text = "fn f(a: &[u8]) -> bool {\n    for b in a {\n        if b.c() {\n            return true;\n        }\n    }\n    false\n}\n";
        assert_eq!(fired("loop-opportunity", text), [("for".to_owned(), 5)]);
    }

    #[test]
    fn a_collection_that_is_filled_is_seen() {
        let text = "fn f(a: &[u8]) {\n    let mut all = Vec::new();\n    for b in a {\n        all.push(b.c());\n    }\n    g(&all);\n}\n";
        assert_eq!(fired("loop-opportunity", text), [("for".to_owned(), 3)]);
        let say = by_name("loop-opportunity").unwrap().say;
        let said = say(&seen("loop-opportunity", text)[0], text);
        assert_eq!(
            said,
            "this loop only fills a collection; `collect` says so in one word"
        );
    }

    #[test]
    fn a_list_that_grows_is_seen() {
        let text = "fn f(a: &[u8], all: &mut Vec<u8>) {\n    for b in a {\n        all.push(b.c());\n    }\n}\n";
        assert_eq!(fired("loop-opportunity", text), [("for".to_owned(), 2)]);
        let say = by_name("loop-opportunity").unwrap().say;
        let said = say(&seen("loop-opportunity", text)[0], text);
        assert_eq!(
            said,
            "this loop only adds to a list; `extend` says so in one word"
        );
    }

    #[test]
    fn what_is_no_search_is_left_alone() {
        for body in [
            "for b in a { if b.c()? { return true; } } false",
            "for b in a { b.d(); if b.c() { return true; } } false",
            "for b in a { if b.c() { return true; } } true",
            "for b in a { if b.c() { return true; } } d(); false",
            "for b in a.d() { if b.c() { return true; } } false",
            "for b in a { all.push(b.c()); } false",
            "for i in 0..a.len() { if a[i] == 1 { return true; } } false",
            "for i in 0..a.len() { if matches!(&a[i], 1 | 2) { return true; } } false",
        ] {
            let text = format!("fn f(a: &[u8]) -> bool {{\n    {body}\n}}\n");
            assert!(fired("loop-opportunity", &text).is_empty(), "{body}");
        }
    }
}
