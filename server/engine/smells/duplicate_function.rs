//! # Duplicate function
//!
//! ## What it does
//! Finds functions that are equal word by word, in one file or in several of a workspace. Their names, who may call them,
//! comments and white space may differ.
//!
//! ## Why
//! What is written twice is mended once. The reader of one doesn't know of the other, and whether a difference that comes
//! later is meant, nobody can tell.
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
//! Tests, benchmarks, examples and generated code; macros; functions of one name of which one is compiled under a condition,
//! its own or its module's;
//! functions of traits that only hand on what they are asked; packages that are in the workspace twice, such as two checkouts
//! of one.
//!
//! ## Limits
//! The measure is the words and signs that would go if all places became one. 49 are fine; more are a warning, more than 199 a
//! strong one. Functions with fewer than 50 between their braces are not compared, whatever the limits are. It fires 4.2 times
//! in 100,000 lines of well-kept code. Of 25 findings that somebody read who knew nothing of the rules 13 were worth doing,
//! so only the full profile says it: many others are twins that types or traits ask for.
//!
//! `replace-duplicate-with-call` lets one call the other where they are neighbours; `extract-repeated-block` makes a function of its
//! own for those of several types of one file.
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
