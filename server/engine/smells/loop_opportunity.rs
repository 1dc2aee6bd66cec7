//! # Loop opportunity
//!
//! ## What it does
//! Finds `for` loops that an iterator method can replace: searches, loops that only fill or extend a collection, and loops
//! that use an index only to access elements. A search checks whether any or all elements match, or looks for the first
//! match.
//!
//! ## Why
//! `any`, `all`, `position` and `find` name what such a loop does. The loop has to be read to its end, including its
//! `return`, its `break` and the value after it, to see that. `collect` shows that a collection is complete where it is
//! declared.
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
//! - Code that `loop-to-search`, `loop-to-collect` and `index-loop-to-iterator` would not change: a condition that may exit
//!   the function, changes something or calls a macro; values that are not known to be iterators; loops with comments.
//! - What clippy's `manual_find` reports.
//! - A search that uses an index only to access elements, which should iterate over the elements first.
//! - One of two loops of the same form if the other can't be changed, and a search next to another one in the function that
//!   can't be changed.
//! - A loop that fills a collection by calling methods that change `self`.
//!
//! ## Limits
//! The measure is the number of lines saved. 0 are fine; more are a warning, more than 12 a strong one. It fires 1.6 times
//! in 100,000 lines of well-kept code. In a review 17 of 20 findings were worth acting on, all of them searches. Of 20 loops
//! that fill a collection 14 were, so these are reported in the `full` profile only, and so are the few that extend one.
//! Loops over an index are rare where clippy is used.
//!
//! ## Sources
//! Martin Fowler, *Refactoring*, "Replace Loop with Pipeline". Clippy's `manual_find` reports loops that return the element,
//! and its `needless_range_loop` those over an index, without a fix.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, HasLoopBody, HasName},
};

use super::{Calm, Cause, Limits, Look, PartMeasure, Sightings, Smell};
use crate::{
    facts::{Part, Sighting},
    shapes::{
        collect_loop::CollectLoop, extend_loop::ExtendLoop, index_loop::IndexLoop,
        question_first::only, search_loop::SearchLoop,
    },
    syntax::{Refusal, Unit, beside},
    text::{TextRange, slice},
};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(1.6),
    calm: Calm::Chosen(is_search_or_index),
    part_measure: PartMeasure::Code,
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

/// The measure of a part encodes what the loop does: here, filling or extending the collection at the part.
const FILLS: u32 = 1;
const ADDS: u32 = 2;
/// The part is the counter. Some loops also use the index itself.
const COUNTS: u32 = 3;
const COUNTS_TOO: u32 = 4;
/// This number and larger ones encode an index into `SEARCHING`.
const SEARCHES: u32 = 5;

/// Searching methods, each with the message for a loop that it replaces.
pub(super) const SEARCHING: [(&str, &str); 4] = [
    (
        "any",
        "this loop only checks whether an element matches; use `any`",
    ),
    (
        "all",
        "this loop only checks whether all elements match; use `all`",
    ),
    (
        "find",
        "this loop only looks for the first match; use `find`",
    ),
    (
        "position",
        "this loop only looks for the index of the first match; use `position`",
    ),
];

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    for found in unit.nodes::<ast::ForExpr>() {
        match SearchLoop::of(&found, unit.text, unit.context) {
            Ok((shape, _)) if !shape.goes_by_index => {
                if !stands_beside_twin(&found, unit) {
                    let part = search(&shape);
                    sightings.push_with_parts(shape.keyword, count(shape.saved), vec![part]);
                }
            }
            searching => {
                let growing = || {
                    let grown = searching.is_err().then(|| growth(&found, unit))?;
                    grown.filter(|_| !calls_what_changes(&found))
                };
                if let Some((keyword, saved, part)) = index(&found, unit).or_else(growing) {
                    sightings.push_with_parts(keyword, count(saved), vec![part]);
                }
            }
        }
    }
}

/// Whether a similar loop next to it, or a search loop elsewhere in the function, would stay unchanged.
fn stands_beside_twin(found: &ast::ForExpr, unit: &Unit<'_>) -> bool {
    let stays = |twin: &ast::ForExpr| SearchLoop::of(twin, unit.text, unit.context).is_err();
    let mut others = unit.nodes::<ast::ForExpr>().filter(|it| it != found);
    let mut beside = beside::alike(found.syntax()).filter_map(ast::ForExpr::cast);
    beside.any(|it| stays(&it)) || others.any(|it| only_answers(&it) && stays(&it))
}

/// `for a in b { if c { return true; } }`
fn only_answers(found: &ast::ForExpr) -> bool {
    let answer = || {
        let ast::Expr::IfExpr(choice) = only(&found.loop_body()?)? else {
            return None;
        };
        let then = choice
            .then_branch()
            .filter(|_| choice.else_token().is_none())?;
        let ast::Expr::ReturnExpr(it) = only(&then)? else {
            return None;
        };
        it.expr()
    };
    matches!(answer(), Some(ast::Expr::Literal(_)))
}

/// The part that encodes the method that a loop replaces.
fn search(shape: &SearchLoop) -> Part {
    let mut methods = SEARCHING.iter().zip(SEARCHES..);
    let found = methods.find(|((method, _), _)| *method == shape.method);
    Part {
        at: shape.keyword,
        measure: found.map_or(0, |(_, number)| number),
    }
}

/// The loop's keyword, the number of lines removed, and the part.
type Seen = (TextRange, usize, Part);

/// A loop over the indices of a list.
fn index(found: &ast::ForExpr, unit: &Unit<'_>) -> Option<Seen> {
    let (shape, _) = IndexLoop::of(found, unit.text, unit.context).ok()?;
    let part = Part {
        at: shape.counting,
        measure: if shape.counts { COUNTS_TOO } else { COUNTS },
    };
    Some((shape.keyword, shape.saved, part))
}

/// A loop that fills or extends a collection.
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

/// Whether the loop calls a mutating method on `self`: a closure with side effects is no better than a loop.
fn calls_what_changes(found: &ast::ForExpr) -> bool {
    let Some(body) = found.loop_body() else {
        return false;
    };
    let calls = body
        .syntax()
        .descendants()
        .filter_map(ast::MethodCallExpr::cast);
    let mut own = calls.filter(|call| {
        call.receiver()
            .is_some_and(|it| it.syntax().text() == "self")
    });
    let around = found
        .syntax()
        .ancestors()
        .find_map(ast::AssocItemList::cast);
    own.any(|call| {
        let items = around.iter().flat_map(ast::AssocItemList::assoc_items);
        let mut methods = items.filter_map(|it| match it {
            ast::AssocItem::Fn(it) => Some(it),
            _ => None,
        });
        let name = call.name_ref().map(|it| it.text().to_string());
        methods.any(|method| {
            let changes = method
                .param_list()
                .and_then(|it| it.self_param())
                .is_some_and(|it| it.amp_token().is_some() && it.mut_token().is_some());
            changes && method.name().map(|it| it.text().to_string()) == name
        })
    })
}

/// Whether the loop searches or indexes. Loops that grow a collection are a matter of taste.
fn is_search_or_index(sighting: &Sighting) -> bool {
    let mut parts = sighting.parts.iter();
    !parts.any(|part| matches!(part.measure, FILLS | ADDS))
}

fn count(saved: usize) -> u32 {
    u32::try_from(saved).unwrap_or(u32::MAX).max(1)
}

fn say(sighting: &Sighting, text: &str) -> String {
    let Some(part) = sighting.parts.first() else {
        return String::new();
    };
    match part.measure {
        FILLS => format!(
            "this loop only fills {}; use `collect`",
            collection(part, text)
        ),
        ADDS => format!(
            "this loop only extends {}; use `extend`",
            collection(part, text)
        ),
        COUNTS => "this loop accesses elements by index; iterate over the elements".to_owned(),
        COUNTS_TOO => "this loop accesses elements by index; use `enumerate`".to_owned(),
        search => {
            let place = usize::try_from(search.saturating_sub(SEARCHES)).unwrap_or(usize::MAX);
            let found = SEARCHING.get(place);
            found.map_or_else(String::new, |(_, said)| (*said).to_owned())
        }
    }
}

/// The collection at a part, by its name if that is short.
pub(super) fn collection(part: &Part, text: &str) -> String {
    const LONGEST: usize = 40;
    let code = slice(text, part.at).unwrap_or_default();
    let name = code.strip_prefix("mut ").unwrap_or(code);
    if name.len() > LONGEST || name.contains(['\n', '`']) {
        return "a collection".to_owned();
    }
    format!("`{name}`")
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
    fn the_method_of_a_search_is_named() {
        let say = by_name("loop-opportunity").unwrap().say;
        for (head, answer, otherwise, method) in [
            ("b in a", "true", "false", "`any`"),
            ("b in a", "false", "true", "`all`"),
            ("b in a", "Some(b)", "None", "`find`"),
            (
                "(i, b) in a.iter().enumerate()",
                "Some(i)",
                "None",
                "`position`",
            ),
        ] {
            let text = format!(
                "fn f(a: &[u8]) {{\n    let mut found = {otherwise};\n    for {head} {{\n        if b.c == 1 {{\n            found = {answer};\n            break;\n        }}\n    }}\n    g(found);\n}}\n"
            );
            let seen = seen("loop-opportunity", &text);
            let said: Vec<String> = seen.iter().map(|it| say(it, &text)).collect();
            let end = format!("use {method}");
            assert!(matches!(&*said, [one] if one.ends_with(&end)), "{said:?}");
        }
    }

    #[test]
    fn a_collection_that_is_filled_is_seen() {
        let text = "fn f(a: &[u8]) {\n    let mut all = Vec::new();\n    for b in a {\n        all.push(b.c());\n    }\n    g(&all);\n}\n";
        assert_eq!(fired("loop-opportunity", text), [("for".to_owned(), 3)]);
        let say = by_name("loop-opportunity").unwrap().say;
        let said = say(&seen("loop-opportunity", text)[0], text);
        assert_eq!(said, "this loop only fills `all`; use `collect`");
    }

    #[test]
    fn a_list_that_grows_is_seen() {
        let text = "fn f(a: &[u8], all: &mut Vec<u8>) {\n    for b in a {\n        all.push(b.c());\n    }\n}\n";
        assert_eq!(fired("loop-opportunity", text), [("for".to_owned(), 2)]);
        let say = by_name("loop-opportunity").unwrap().say;
        let said = say(&seen("loop-opportunity", text)[0], text);
        assert_eq!(said, "this loop only extends `all`; use `extend`");
    }

    #[test]
    fn an_index_that_only_takes_elements_is_seen() {
        let text = "fn f(lines: &[Line]) {\n    for i in 0..lines.len() {\n        g(i, &lines[i]);\n    }\n}\n";
        assert_eq!(fired("loop-opportunity", text), [("for".to_owned(), 1)]);
        let say = by_name("loop-opportunity").unwrap().say;
        let said = say(&seen("loop-opportunity", text)[0], text);
        assert_eq!(
            said,
            "this loop accesses elements by index; use `enumerate`"
        );
    }

    #[test]
    fn a_search_whose_twin_stays_is_left_alone() {
        let text = "fn f(a: &[u8], c: &[u8]) -> bool {\n    for b in c {\n        if b.d() {\n            return false;\n        }\n    }\n    g();\n    for b in a {\n        if b.d() {\n            return true;\n        }\n    }\n    false\n}\n";
        assert!(fired("loop-opportunity", text).is_empty());
        assert_eq!(
            fired(
                "loop-opportunity",
                &text.replace("return false", "return e(b)")
            )
            .len(),
            1
        );
    }

    #[test]
    fn what_changes_its_own_type_is_left_to_a_loop() {
        let of = |receiver: &str| {
            let text = format!(
                "impl A {{\n    fn f(&mut self, a: &[u8]) {{\n        let mut all = Vec::new();\n        for b in a {{\n            all.push(self.add(b));\n        }}\n        g(&all);\n    }}\n    fn add({receiver}, b: &u8) -> u8 {{ *b }}\n}}\n"
            );
            fired("loop-opportunity", &text).len()
        };
        assert_eq!(of("&mut self"), 0);
        assert_eq!(of("&self"), 1);
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
