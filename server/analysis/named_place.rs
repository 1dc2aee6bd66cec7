//! Parses locations such as `FILE:LINE`.

use std::{path::PathBuf, str::FromStr};

use crate::text::{Encoding, LineColumn, Lines, TextRange, TextSize, slice};

/// `FILE:LINE` or `FILE:LINE:COLUMN`, or a range between two of them; lines and columns start at 1, columns count characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedPlace {
    pub file: PathBuf,
    part: PlacePart,
    /// As written by the user.
    words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PlacePart {
    Line(u32),
    Cursor(LineColumn),
    Selection(Edge, Edge),
}

/// Start or end of a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// Includes the whole line.
    Line(u32),
    At(LineColumn),
}

/// Reason why a location is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    #[error(
        "expected FILE:LINE or FILE:LINE:COLUMN, optionally followed by -LINE or -LINE:COLUMN, counted from 1"
    )]
    Unreadable,
    #[error("There is no line {line}; the last one is {last}.")]
    Line { line: u32, last: usize },
    #[error("There is no column {column} in line {line}; it ends at column {last}.")]
    Column { line: u32, column: u32, last: u32 },
    #[error("The selection ends before it starts.")]
    EndsBeforeStart,
}

impl FromStr for NamedPlace {
    type Err = NoPlace;

    fn from_str(words: &str) -> Result<Self, Self::Err> {
        let (file, part) = selection(words)
            .or_else(|| cursor(words).map(|(file, at)| (file, PlacePart::Cursor(at))))
            .or_else(|| number_behind(words).map(|(file, line)| (file, PlacePart::Line(line))))
            .filter(|(file, _)| !file.is_empty())
            .ok_or(NoPlace::Unreadable)?;
        Ok(Self {
            file: PathBuf::from(file),
            part,
            words: words.to_owned(),
        })
    }
}

fn selection(words: &str) -> Option<(&str, PlacePart)> {
    let (start, end) = words.rsplit_once('-')?;
    let at = cursor(start).map(|(file, at)| (file, Edge::At(at)));
    let line = || number_behind(start).map(|(file, line)| (file, Edge::Line(line)));
    let (file, start) = at.or_else(line)?;
    Some((file, PlacePart::Selection(start, edge(end)?)))
}

fn edge(words: &str) -> Option<Edge> {
    let Some((line, column)) = words.split_once(':') else {
        return Some(Edge::Line(number(words)?));
    };
    Some(Edge::At(LineColumn {
        line: number(line)?,
        column: number(column)?,
    }))
}

fn cursor(words: &str) -> Option<(&str, LineColumn)> {
    let (rest, column) = number_behind(words)?;
    let (file, line) = number_behind(rest)?;
    Some((file, LineColumn { line, column }))
}

fn number_behind(words: &str) -> Option<(&str, u32)> {
    let (rest, digits) = words.rsplit_once(':')?;
    Some((rest, number(digits)?))
}

/// Converts a number that starts at 1 to one that starts at 0.
fn number(digits: &str) -> Option<u32> {
    let number: u32 = digits.parse().ok()?;
    number.checked_sub(1)
}

impl NamedPlace {
    /// Whether it is a selection.
    pub fn is_selection(&self) -> bool {
        matches!(self.part, PlacePart::Selection(..))
    }

    pub fn words(&self) -> &str {
        &self.words
    }

    /// Returns the range in a source text.
    pub fn range(&self, text: &str) -> Result<TextRange, NoPlace> {
        let lines = Lines::new(text);
        Ok(match self.part {
            PlacePart::Line(line) => without_ending(text, line_of(&lines, line)?),
            PlacePart::Cursor(at) => TextRange::empty(offset(&lines, text, at)?),
            PlacePart::Selection(start, end) => {
                let start = match start {
                    Edge::Line(line) => line_of(&lines, line)?.start(),
                    Edge::At(at) => offset(&lines, text, at)?,
                };
                let end = match end {
                    Edge::Line(line) => without_ending(text, line_of(&lines, line)?).end(),
                    Edge::At(at) => offset(&lines, text, at)?,
                };
                if end < start {
                    return Err(NoPlace::EndsBeforeStart);
                }
                TextRange::new(start, end)
            }
        })
    }
}

fn line_of(lines: &Lines, line: u32) -> Result<TextRange, NoPlace> {
    let count = lines.count_without_trailing();
    let no_line = NoPlace::Line {
        line: line + 1,
        last: count,
    };
    if line as usize >= count {
        return Err(no_line);
    }
    lines.range(line).ok_or(no_line)
}

fn without_ending(text: &str, line: TextRange) -> TextRange {
    let text = slice(text, line).unwrap_or_default();
    let code = text.trim_end_matches(['\n', '\r']);
    TextRange::at(line.start(), TextSize::of(code))
}

fn offset(lines: &Lines, text: &str, at: LineColumn) -> Result<TextSize, NoPlace> {
    line_of(lines, at.line)?;
    let no_column = |last| NoPlace::Column {
        line: at.line + 1,
        column: at.column + 1,
        last,
    };
    let offset = lines.offset(text, at, Encoding::Utf32);
    let offset = offset.ok_or_else(|| no_column(0))?;
    let found = lines.position(text, offset, Encoding::Utf32);
    if found.column < at.column {
        return Err(no_column(found.column + 1));
    }
    Ok(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(words: &str) -> Option<(String, PlacePart)> {
        let place: NamedPlace = words.parse().ok()?;
        Some((place.file.to_str()?.to_owned(), place.part))
    }

    fn at(line: u32, column: u32) -> LineColumn {
        LineColumn { line, column }
    }

    #[test]
    fn places_are_lines_cursors_and_selections() {
        let expect = |words, file: &str, expected| {
            assert_eq!(part(words), Some((file.to_owned(), expected)), "{words}");
        };
        expect("a.rs:3", "a.rs", PlacePart::Line(2));
        expect("a.rs:3:5", "a.rs", PlacePart::Cursor(at(2, 4)));
        expect(
            "a-1:2.rs:3:5-4:1",
            "a-1:2.rs",
            PlacePart::Selection(Edge::At(at(2, 4)), Edge::At(at(3, 0))),
        );
        let lines = PlacePart::Selection(Edge::Line(2), Edge::Line(3));
        expect("a-1.rs:3-4", "a-1.rs", lines);
        expect("C:\\a.rs:3-4", "C:\\a.rs", lines);
        let mixed = PlacePart::Selection(Edge::At(at(2, 4)), Edge::Line(3));
        expect("a.rs:3:5-4", "a.rs", mixed);
        let mixed = PlacePart::Selection(Edge::Line(2), Edge::At(at(3, 0)));
        expect("a.rs:3-4:1", "a.rs", mixed);
        expect("C:\\a.rs:1", "C:\\a.rs", PlacePart::Line(0));
        expect("a:b.rs:1:2", "a:b.rs", PlacePart::Cursor(at(0, 1)));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for words in [
            "a.rs",
            "a.rs:",
            "a.rs:0",
            "a.rs:3:0",
            ":3",
            "a.rs:x",
            "a.rs:-1",
            "a.rs:1-",
            "a.rs:1-0",
            "a.rs:1-2:0",
            "",
            "a.rs:99999999999",
        ] {
            assert_eq!(part(words), None, "{words}");
        }
    }
}
