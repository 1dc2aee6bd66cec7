//! # Near duplicate function
//!
//! ## What it does
//! Finds functions, in one or several files of a workspace, that are identical except for consistently renamed names and for
//! literals.
//!
//! ## Why
//! Such functions are one function with a few things substituted: the difference could be a parameter, a type parameter or a
//! field. Until then the reader has to compare them token by token to see that.
//!
//! ## Example
//! ```rust before
//! fn names(rows: &[Row]) -> Vec<String> {
//!     let mut found = Vec::new();
//!     for row in rows {
//!         let Some(cell) = row.cell("name") else { continue };
//!         let text = cell.text().trim();
//!         if text.is_empty() || found.iter().any(|known| known == text) {
//!             continue;
//!         }
//!         found.push(text.to_lowercase());
//!     }
//!     found.sort();
//!     found
//! }
//!
//! fn towns(lines: &[Row]) -> Vec<String> {
//!     let mut towns = Vec::new();
//!     for line in lines {
//!         let Some(cell) = line.cell("town") else { continue };
//!         let text = cell.text().trim();
//!         if text.is_empty() || towns.iter().any(|known| known == text) {
//!             continue;
//!         }
//!         towns.push(text.to_lowercase());
//!     }
//!     towns.sort();
//!     towns
//! }
//! ```
//! ```rust after
//! fn names(rows: &[Row]) -> Vec<String> {
//!     cells(rows, "name")
//! }
//!
//! fn towns(rows: &[Row]) -> Vec<String> {
//!     cells(rows, "town")
//! }
//!
//! fn cells(rows: &[Row], column: &str) -> Vec<String> {
//!     let mut found = Vec::new();
//!     for row in rows {
//!         let Some(cell) = row.cell(column) else { continue };
//!         let text = cell.text().trim();
//!         if text.is_empty() || found.iter().any(|known| known == text) {
//!             continue;
//!         }
//!         found.push(text.to_lowercase());
//!     }
//!     found.sort();
//!     found
//! }
//! ```
//!
//! ## What it leaves alone
//! - Everything that [`duplicate-function`](super::duplicate_function) leaves alone.
//! - Functions that are tables: one `match` with many short arms, or mostly literals.
//! - Identical functions, which count once.
//!
//! ## Limits
//! The measure is the number of tokens that would be saved if the functions became one. 79 are fine; more are a warning,
//! more than 299 a strong one. Functions with fewer than 80 tokens between their braces are not compared, whatever the
//! limits are. It fires 8.6 times in 100,000 lines of well-kept code. In a blind review 11 of 30 findings were worth acting
//! on. Reported in the `full` profile only.
//!
//! `extract-repeated-block` extracts the common function if the functions are in one file and differ only in names of their
//! own, in up to four values and in one called function of the file.
//!
//! ## Sources
//! CPD and Qlty, type 2.

use super::{Calm, Limits, Look, Smell};
use crate::{facts::Sighting, index::DuplicateKind, text::slice};

pub(super) const SMELL: Smell = Smell {
    rate: Some(8.6),
    calm: Calm::Never,
    answers: &["extract-repeated-block"],
    measured: "{} redundant tokens",
    ..Smell::new(
        "near-duplicate-function",
        Limits::of(79, 299),
        Look::Workspace(DuplicateKind::RenamedFunction),
        say,
    )
};

fn say(sighting: &Sighting, text: &str) -> String {
    let name = slice(text, sighting.at).unwrap_or_default();
    format!("`{name}` is repeated with different names or literals")
}
