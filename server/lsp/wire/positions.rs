//! Between offsets of a text and the protocol's positions.

use lsp_types::{Position, Range};

use super::profile::Profile;
use crate::{
    analysis::OpenFile,
    text::{Encoding, LineColumn, TextRange, TextSize},
};

/// The positions of one text, in the session's encoding.
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

    /// Positions outside the text become the nearest inside it.
    pub(crate) fn text_range(self, range: Range) -> TextRange {
        let start = self.offset(range.start);
        let end = self.offset(range.end);
        TextRange::new(start.min(end), start.max(end))
    }

    fn position(self, offset: TextSize) -> Position {
        let at = self
            .file
            .lines()
            .position(self.file.text(), offset, self.encoding);
        Position::new(at.line, at.column)
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
