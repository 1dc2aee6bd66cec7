//! Text as editors and files see it: lines, positions in three encodings, edits, and changes over files.
//!
//! Nothing here knows Rust. Offsets are bytes (`TextSize`), ranges are half-open, and a text is at most 4 GiB long.

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
/// Texts are bounded to 4 GiB where they are read, so the conversion can't lose anything.
pub fn len(text: &str) -> TextSize {
    TextSize::of(text)
}

/// The number of the line in which an offset is, the first being 1.
pub fn line_of(offset: TextSize, text: &str) -> usize {
    let before = slice(text, TextRange::up_to(offset)).unwrap_or_default();
    before.matches('\n').count() + 1
}

/// The part of `text` in `range`, or nothing if the range is not inside the text or cuts a character.
pub fn slice(text: &str, range: TextRange) -> Option<&str> {
    text.get(usize::from(range.start())..usize::from(range.end()))
}
