//! # Deep nesting
//!
//! ## What it does
//! Finds functions in which `if`, `match`, loops and closures stand deep inside each other. It draws the function's name; the
//! parts of the finding are the keywords on the way to the deepest place.
//!
//! ## Why
//! Every level is a condition that the reader has to remember to know when the innermost line runs. What leaves early, or has
//! a function of its own, needs no level.
//!
//! ## Example
//! ```rust before
//! fn total(groups: &[Group]) -> u32 {
//!     let mut sum = 0;
//!     for group in groups {
//!         for item in &group.items {
//!             for part in &item.parts {
//!                 match part.state {
//!                     State::Ready => sum += part.size,
//!                     State::Broken => sum += if part.is_kept { part.size } else { 1 },
//!                 }
//!             }
//!         }
//!     }
//!     sum
//! }
//! ```
//! ```rust after
//! fn total(groups: &[Group]) -> u32 {
//!     let items = groups.iter().flat_map(|group| &group.items);
//!     let parts = items.flat_map(|item| &item.parts);
//!     parts.map(size).sum()
//! }
//!
//! fn size(part: &Part) -> u32 {
//!     match part.state {
//!         State::Ready => part.size,
//!         State::Broken if part.is_kept => part.size,
//!         State::Broken => 1,
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//! - A chain of `else if` is as deep as its first `if`.
//! - A condition is not deeper than the `if` that it belongs to.
//! - A function inside another one starts anew, and what stands inside macro calls is not seen.
//!
//! ## Limits
//! 3 levels are fine; more are a warning, more than 5 a strong one.
//!
//! ## Sources
//! CodeScene's "Deeply Nested Logic"; clippy's `excessive_nesting`; *Linux kernel coding style*, section 1.

use crate::{
    facts::{Part, Sighting},
    smells::{Family, Limits, Sightings, Smell},
    syntax::Item,
    text::slice,
};

pub(super) const SMELL: Smell = Smell {
    id: "deep-nesting",
    limits: Limits { warn: 3, strong: 5 },
    family: Family::FunctionSize,
    rate: None,
    answers: &[
        "guard-clause",
        "let-else",
        "remove-redundant-else",
        "merge-nested-if",
    ],
    clippy: &["excessive_nesting"],
    look,
    say,
};

fn look(item: &Item<'_>, sightings: &mut Sightings) {
    for function in &item.functions {
        let measure = function.metrics.nesting;
        if !sightings.keeps(measure) {
            continue;
        }
        let keywords = function.tally.deepest.iter();
        let parts = keywords.map(|at| Part {
            at: *at,
            measure: 1,
        });
        sightings.push_with_parts(function.name(), measure, parts.collect());
    }
}

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!("`{name}` nests its control flow {} deep", sighting.measure)
}
