//! Source text as editors and files see it: lines, positions in three encodings, edits, and changes across files.
//!
//! Nothing here is specific to Rust. Offsets are bytes (`TextSize`), ranges are half-open, and a text is at most 4 GiB long.

mod edits;
mod lines;
mod printable;
mod steps;

pub use edits::{Edit, Edits, OverlapError, common_ends};
pub use lines::{Encoding, LineColumn, Lines};
pub use printable::{is_unseen, printable, shortened};
pub use steps::{BadName, FileId, FileStep, NewFile, Steps};
pub use text_size::{TextRange, TextSize};

/// The length of `text` in bytes.
///
/// Texts are limited to 4 GiB when they are read, so the conversion is lossless.
pub fn len(text: &str) -> TextSize {
    TextSize::of(text)
}

/// The 1-based number of the line that contains an offset.
pub fn line_of(offset: TextSize, text: &str) -> usize {
    let before = slice(text, TextRange::up_to(offset)).unwrap_or_default();
    before.matches('\n').count() + 1
}

/// Returns the part of `text` in `range`, or `None` if the range is out of bounds or splits a character.
pub fn slice(text: &str, range: TextRange) -> Option<&str> {
    text.get(usize::from(range.start())..usize::from(range.end()))
}
