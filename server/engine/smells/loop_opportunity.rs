//! # Loop opportunity
//!
//! ## What it does
//! Finds a `for` loop that only looks for an element: whether one is there, whether all are alike, or where the first one is;
//! one that only fills a new collection, or adds to a list; and one that counts only to take the elements of a list.
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
//! What `loop-to-search`, `loop-to-collect` and `index-loop-to-iterator` would not change: a condition that may leave the
//! function, changes something or calls a macro; what is not shown to be an iterator; loops with comments; and what clippy's
//! `manual_find` says. A search that counts only to take elements by their index wants an iterator over them first; and one of two
//! loops of one form stays of which the other would stay as it is.
//!
//! ## Limits
//! The measure is the lines that go. 0 are fine; more are a warning, more than 12 a strong one. It fires 1.6 times in 100,000
//! lines of well-kept code. Of 20 findings that were read from a list 17 were worth doing; all of them looked for an element. Of
//! 20 that fill a collection 14 were, so they are not shown by default; nor are those that add to a list, of which there are few.
//! Those over an index are fewer still where clippy is heeded.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Replace Loop with Pipeline". Clippy's `manual_find` sees the loops that return the element, and
//! its `needless_range_loop` those over an index, which it has no fix for.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::{Calm, Cause, Limits, Look, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    shapes::{
        collect_loop::CollectLoop, extend_loop::ExtendLoop, index_loop::IndexLoop,
        search_loop::SearchLoop,
    },
    syntax::{Refusal, Unit, beside},
    text::TextRange,
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(1.6),
    calm: Calm::Chosen(is_search_or_index),
    answers: &[
        "loop-to-search",
        "loop-to-collect",
        "index-loop-to-iterator",
    ],
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
/// The part is what counts.
const COUNTS: u32 = 2;

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for found in unit.nodes::<ast::ForExpr>() {
        match SearchLoop::of(&found, unit.text, unit.context) {
            Ok((shape, _)) if !shape.goes_by_index => {
                if !stands_beside_twin(&found, unit) {
                    sightings.push(shape.keyword, count(shape.saved));
                }
            }
            searching => {
                let growing = || searching.is_err().then(|| growth(&found, unit))?;
                if let Some((keyword, saved, part)) = index(&found, unit).or_else(growing) {
                    sightings.push_with_parts(keyword, count(saved), vec![part]);
                }
            }
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

/// The keyword of a loop, the lines that go, and what it is about.
type Seen = (TextRange, usize, Part);

/// A loop over the indices of a list.
fn index(found: &ast::ForExpr, unit: &Unit<'_>) -> Option<Seen> {
    let (shape, _) = IndexLoop::of(found, unit.text, unit.context).ok()?;
    let part = Part {
        at: shape.counting,
        measure: COUNTS,
    };
    Some((shape.keyword, shape.saved, part))
}

/// A loop that fills a collection, or adds to one.
fn growth(found: &ast::ForExpr, unit: &Unit<'_>) -> Option<Seen> {
    match CollectLoop::of(found, unit.text, unit.context) {
        Ok((shape, _)) => {
            let part = Part {
                at: shape.variable,
                measure: FILLS,
            };
            Some((shape.keyword, shape.saved, part))
        }
        Err(Refusal::NotHere) => {
            let (shape, _) = ExtendLoop::of(found, unit.text, unit.context).ok()?;
            let part = Part {
                at: shape.list,
                measure: ADDS,
            };
            Some((shape.keyword, shape.saved, part))
        }
        Err(_) => None,
    }
}

/// Those that grow a collection are as well left to a person.
fn is_search_or_index(sighting: &Sighting) -> bool {
    let mut parts = sighting.parts.iter();
    parts.all(|part| part.measure == COUNTS)
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
        Some(COUNTS) => {
            "this loop counts only to take elements by their index; it can go through the elements themselves"
        }
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
    fn an_index_that_only_takes_elements_is_seen() {
        let text = "fn f(lines: &[Line]) {\n    for i in 0..lines.len() {\n        g(i, &lines[i]);\n    }\n}\n";
        assert_eq!(fired("loop-opportunity", text), [("for".to_owned(), 1)]);
        let say = by_name("loop-opportunity").unwrap().say;
        let said = say(&seen("loop-opportunity", text)[0], text);
        assert!(said.contains("by their index"), "{said}");
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
