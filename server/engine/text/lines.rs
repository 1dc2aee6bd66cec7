//! Line starts, and positions in the encodings that editors use.

use text_size::{TextRange, TextSize};

use super::Edit;

/// The unit of columns. Editors choose one when a session starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    Utf16,
    /// Unicode scalar values; also used in the JSON output and for display.
    Utf32,
}

/// A 0-based line and column; the column is counted in some [`Encoding`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    pub line: u32,
    pub column: u32,
}

/// The starts of a text's lines. A line ends with `\n`, `\r\n` or a lone `\r`, as in the language server protocol; no other
/// character ends one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    starts: Vec<TextSize>,
    len: TextSize,
}

impl Lines {
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![TextSize::new(0)];
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let opens_crlf = bytes[at] == b'\r' && bytes.get(at + 1) == Some(&b'\n');
            if !opens_crlf {
                starts.push(offset(at + 1));
            }
        }
        Self {
            starts,
            len: TextSize::of(text),
        }
    }

    /// The lines of `text`, the result of applying `edit` to the text of these lines. Costs no more than a copy and a scan of
    /// the edited region.
    #[must_use]
    pub fn edited(&self, edit: &Edit, text: &str) -> Self {
        let (deleted, inserted) = (edit.delete, TextSize::of(&edit.insert));
        // Whether a line starts at an offset depends on the bytes on both sides of it.
        let kept = self.starts.partition_point(|at| *at < deleted.start());
        let behind = self.starts.partition_point(|at| *at <= deleted.end());
        let bytes = text.as_bytes();
        let touched = usize::from(deleted.start())..=usize::from(deleted.start() + inserted);
        let mut starts = Vec::with_capacity(self.starts.len());
        starts.extend_from_slice(&self.starts[..kept]);
        starts.extend(touched.filter(|at| starts_line(bytes, *at)).map(offset));
        let moved = self.starts[behind..].iter();
        starts.extend(moved.map(|at| *at - deleted.len() + inserted));
        Self {
            starts,
            len: TextSize::of(text),
        }
    }

    /// The number of lines; an empty text has one.
    pub fn count(&self) -> usize {
        self.starts.len()
    }

    /// The number of lines as editors display it: a trailing newline doesn't start another line.
    pub fn count_without_trailing(&self) -> usize {
        let last_is_empty = self.starts.last() == Some(&self.len);
        self.starts.len() - usize::from(last_is_empty)
    }

    /// The 0-based line of `offset`. An offset past the end is on the last line.
    pub fn line(&self, offset: TextSize) -> u32 {
        let after = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(after.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// The range of a line including its ending, or `None` if there is no such line.
    pub fn range(&self, line: u32) -> Option<TextRange> {
        let start = *self.starts.get(line as usize)?;
        let end = self
            .starts
            .get(line as usize + 1)
            .copied()
            .unwrap_or(self.len);
        Some(TextRange::new(start, end))
    }

    /// The position of `offset`, which is rounded down to a character boundary and clamped to the text.
    pub fn position(&self, text: &str, offset: TextSize, encoding: Encoding) -> LineColumn {
        let mut at = usize::from(offset.min(self.len));
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let line = self.line(self::offset(at));
        let start = usize::from(self.starts[line as usize]);
        LineColumn {
            line,
            column: width(&text[start..at], encoding),
        }
    }

    /// The offset of a position. A column past the end of its line is clamped to the end of that line (before its ending), and
    /// a column inside a character to that character's start. Returns `None` for a line past the end.
    pub fn offset(&self, text: &str, position: LineColumn, encoding: Encoding) -> Option<TextSize> {
        let range = self.range(position.line)?;
        let line = without_ending(super::slice(text, range)?);
        Some(range.start() + column_offset(line, position.column, encoding))
    }
}

fn starts_line(bytes: &[u8], at: usize) -> bool {
    match at.checked_sub(1).map(|before| bytes[before]) {
        None | Some(b'\n') => true,
        Some(b'\r') => bytes.get(at) != Some(&b'\n'),
        Some(_) => false,
    }
}

fn offset(at: usize) -> TextSize {
    TextSize::try_from(at).unwrap_or(TextSize::new(u32::MAX))
}

fn without_ending(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

fn width(text: &str, encoding: Encoding) -> u32 {
    let width = match encoding {
        Encoding::Utf8 => text.len(),
        Encoding::Utf16 => text.chars().map(char::len_utf16).sum(),
        Encoding::Utf32 => text.chars().count(),
    };
    u32::try_from(width).unwrap_or(u32::MAX)
}

fn column_offset(line: &str, column: u32, encoding: Encoding) -> TextSize {
    let column = column as usize;
    if line.is_ascii() {
        return offset(column.min(line.len()));
    }
    let mut units = 0;
    for (at, character) in line.char_indices() {
        units += match encoding {
            Encoding::Utf8 => character.len_utf8(),
            Encoding::Utf16 => character.len_utf16(),
            Encoding::Utf32 => 1,
        };
        if units > column {
            return offset(at);
        }
    }
    TextSize::of(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(text: &str) -> Vec<u32> {
        Lines::new(text)
            .starts
            .iter()
            .map(|start| u32::from(*start))
            .collect()
    }

    #[test]
    fn lines_follow_an_edit() {
        let texts = ["a\nb\r\nc\rd\n\n", "", "\r\n\r\r\n", "ab"];
        for text in texts {
            let inserts = ["", "x", "\n", "\r", "y\r\n", "\n\r"];
            for (start, insert) in (0..=text.len()).flat_map(|at| inserts.map(|it| (at, it))) {
                for end in start..=text.len() {
                    let after = [&text[..start], insert, &text[end..]].concat();
                    let edit = Edit::replace(TextRange::new(offset(start), offset(end)), insert);
                    let edited = Lines::new(text).edited(&edit, &after);
                    assert_eq!(edited, Lines::new(&after), "{text:?} {edit:?}");
                }
            }
        }
    }

    #[test]
    fn three_line_endings_and_no_other() {
        assert_eq!(
            starts("a\nb\r\nc\rd\u{2028}\u{b}\u{c}\u{85}e"),
            [0, 2, 5, 7]
        );
        assert_eq!(starts("\r\r\n\n"), [0, 1, 3, 4]);
        assert_eq!(starts(""), [0]);
    }

    #[test]
    fn a_trailing_newline_opens_no_counted_line() {
        for (text, lines) in [("", 0), ("a", 1), ("a\n", 1), ("a\r\n\r\n", 2), ("a\nb", 2)] {
            assert_eq!(Lines::new(text).count_without_trailing(), lines, "{text:?}");
        }
    }

    #[test]
    fn positions_return_to_their_offsets() {
        let text = "fn ä() {}\r\n// 🦀 x\ry\n";
        let lines = Lines::new(text);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (at, character) in text.char_indices() {
                if matches!(character, '\n' | '\r') {
                    continue;
                }
                let position = lines.position(text, offset(at), encoding);
                assert_eq!(
                    lines.offset(text, position, encoding),
                    Some(offset(at)),
                    "{encoding:?} {at}"
                );
            }
        }
    }

    #[test]
    fn columns_are_clamped_and_rounded_down() {
        let text = "a🦀b\nc";
        let lines = Lines::new(text);
        let at = |line, column, encoding| {
            lines
                .offset(text, LineColumn { line, column }, encoding)
                .map(u32::from)
        };
        assert_eq!(
            at(0, 2, Encoding::Utf16),
            Some(1),
            "inside a surrogate pair"
        );
        assert_eq!(at(0, 3, Encoding::Utf8), Some(1), "inside a code point");
        assert_eq!(at(0, 99, Encoding::Utf16), Some(6), "past the line's end");
        assert_eq!(at(2, 0, Encoding::Utf16), None, "past the last line");
    }
}
