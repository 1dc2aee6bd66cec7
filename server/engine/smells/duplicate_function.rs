//! # Duplicate function
//!
//! ## What it does
//! Finds functions that are identical except for their names, in one file or in several of a workspace. Visibility, comments
//! and whitespace may differ as well.
//!
//! ## Why
//! Duplicated code is often fixed in only one place. Readers of one function don't know of the other, and nobody can tell
//! whether a later difference is intended.
//!
//! ## Example
//! ```rust before
//! fn width_of(line: &str) -> usize {
//!     let mut width = 0;
//!     for word in line.split(' ') {
//!         let length = word.chars().count();
//!         width = width.max(length + word.matches('\t').count() * 3);
//!     }
//!     width + line.len() % 2
//! }
//!
//! fn widest(line: &str) -> usize {
//!     let mut width = 0;
//!     for word in line.split(' ') {
//!         let length = word.chars().count();
//!         width = width.max(length + word.matches('\t').count() * 3);
//!     }
//!     width + line.len() % 2
//! }
//! ```
//! ```rust after
//! fn width_of(line: &str) -> usize {
//!     let mut width = 0;
//!     for word in line.split(' ') {
//!         let length = word.chars().count();
//!         width = width.max(length + word.matches('\t').count() * 3);
//!     }
//!     width + line.len() % 2
//! }
//! ```
//!
//! ## What it leaves alone
//! - Tests, benchmarks, examples and generated code; macros.
//! - Functions with the same name of which one is compiled under a condition, its own or its module's.
//! - Trait functions that only forward their arguments.
//! - Packages that are in the workspace twice, such as two checkouts of one.
//!
//! ## Limits
//! The measure is the number of tokens saved if all occurrences became one: 49 are fine, more are a warning, more than 199 a
//! strong one. Functions with fewer than 50 tokens between their braces are not compared, whatever the limits are. It fires
//! 4.2 times in 100,000 lines of well-kept code. In a blind review 13 of 25 findings were worth acting on; many of the others
//! were twins that types or traits require. Reported in the `full` profile only.
//!
//! `replace-duplicate-with-call` makes one function call the other where they are neighbours; `extract-repeated-block`
//! extracts a shared function from those of several types of one file.
//!
//! ## Sources
//! CPD and jscpd, type 1. Martin Fowler, *Refactoring*, "Duplicated Code".

use super::{Calm, Limits, Look, Smell};
use crate::{facts::Sighting, index::DuplicateKind, text::slice};

pub(super) const SMELL: Smell = Smell {
    rate: Some(4.2),
    calm: Calm::Never,
    answers: &["replace-duplicate-with-call", "extract-repeated-block"],
    measured: "{} redundant tokens",
    ..Smell::new(
        "duplicate-function",
        Limits::of(49, 199),
        Look::Workspace(DuplicateKind::Function),
        say,
    )
};

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!("`{name}` is duplicated; keep only one copy")
}
