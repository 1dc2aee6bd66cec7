//! Converts between offsets and the protocol's positions.

use lsp_types::{Position, Range};

use super::profile::Profile;
use crate::{
    analysis::OpenFile,
    text::{Encoding, LineColumn, Lines, TextRange, TextSize},
};

/// Converts a range of a source text that isn't a document, in the session's encoding.
pub(crate) fn range_in(lines: &Lines, text: &str, range: TextRange, profile: &Profile) -> Range {
    let position = |offset| position(lines, text, offset, profile.encoding);
    Range::new(position(range.start()), position(range.end()))
}

/// Converts an offset of a source text that isn't a document, in the session's encoding.
pub(crate) fn position_in(
    lines: &Lines,
    text: &str,
    offset: TextSize,
    profile: &Profile,
) -> Position {
    position(lines, text, offset, profile.encoding)
}

fn position(lines: &Lines, text: &str, offset: TextSize, encoding: Encoding) -> Position {
    let at = lines.position(text, offset, encoding);
    Position::new(at.line, at.column)
}

/// The positions of one source text, in the session's encoding.
#[derive(Clone, Copy)]
pub(crate) struct Positions<'a> {
    file: &'a OpenFile,
    encoding: Encoding,
}

impl<'a> Positions<'a> {
    pub(crate) fn new(file: &'a OpenFile, profile: &Profile) -> Self {
        Self {
            file,
            encoding: profile.encoding,
        }
    }

    pub(crate) fn range(self, range: TextRange) -> Range {
        Range::new(self.position(range.start()), self.position(range.end()))
    }

    /// Clamps positions outside the source text to the nearest valid one.
    pub(crate) fn text_range(self, range: Range) -> TextRange {
        let start = self.offset(range.start);
        let end = self.offset(range.end);
        TextRange::new(start.min(end), start.max(end))
    }

    pub(crate) fn position(self, offset: TextSize) -> Position {
        position(self.file.lines(), self.file.text(), offset, self.encoding)
    }

    pub(crate) fn offset(self, position: Position) -> TextSize {
        let at = LineColumn {
            line: position.line,
            column: position.character,
        };
        let text = self.file.text();
        self.file
            .lines()
            .offset(text, at, self.encoding)
            .unwrap_or_else(|| TextSize::of(&**text))
    }
}
