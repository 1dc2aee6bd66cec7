//! # Near duplicate function
//!
//! ## What it does
//! Finds functions that are equal but for their names, the names in them, and their literals, in one file or in several of a
//! workspace. Each name stands for the same other name throughout.
//!
//! ## Why
//! It is one function with a few things put in: what differs could be a parameter, a type parameter, or a field. As it
//! stands, the reader has to compare both word by word to see that.
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
//! What [`duplicate-function`](super::duplicate_function) leaves alone, and functions that are tables: one `match` with many
//! short arms, or mostly literals. Functions that are equal word by word count once.
//!
//! ## Limits
//! The measure is the words and signs that would go if all places became one. 79 are fine; more are a warning, more than 299 a
//! strong one. Functions with fewer than 80 between their braces are not compared, whatever the limits are. It fires 8.6 times
//! in 100,000 lines of well-kept code. Of 30 findings that somebody read who knew nothing of the rules 11 were worth doing. Only
//! the full profile says it.
//!
//! Where they stand in one file and nothing differs but names of their own, up to four values and one function of the file that is
//! called, `extract-repeated-block` makes the one that all call.
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
