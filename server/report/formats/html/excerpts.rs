//! Selects the code that the page shows. The page of a large workspace would be too large with all code, so the heaviest
//! findings come first, and the page states how many are shown without code.

use std::{collections::HashMap, ops::Range, ptr};

use super::super::super::{Report, ReportedFile, ReportedFinding, diff::seen, human, totals};
use crate::{
    analysis::OtherPlace,
    text::{Lines, TextRange, shortened, slice},
};

/// Maximum bytes of code and edits in one page.
const MOST_BYTES: usize = 3_000_000;
/// Lines shown before and after a finding.
const BEFORE: u32 = 2;
const BEHIND: u32 = 6;
/// Lines shown around a part of a finding.
const AROUND: u32 = 1;
/// Lines shown around an edit.
const EDIT_CONTEXT: u32 = 2;
/// Maximum lines of one duplicate, and of an edit.
const MOST_LINES: u32 = 60;
/// Maximum number of duplicates shown with their code.
pub(super) const MOST_PLACES: usize = 6;
/// Maximum characters of a line that is shown in full.
const WIDEST: usize = 300;

/// First and last line, starting at 0.
type Stretch = (u32, u32);

/// A source text with excerpts.
#[derive(Clone, Copy)]
pub(super) struct Code<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) lines: &'a Lines,
}

/// The excerpts of one finding.
pub(super) struct Excerpt {
    /// Lines around it in its file.
    pub(super) around: Vec<Stretch>,
    pub(super) edit: Option<Edit>,
}

/// Complete lines, and their replacement.
pub(super) struct Edit {
    pub(super) lines: Stretch,
    pub(super) text: Vec<String>,
}

/// The excerpts of all findings.
#[derive(Default)]
pub(super) struct Excerpts<'a> {
    by_finding: HashMap<*const ReportedFinding, Excerpt>,
    stretches: HashMap<&'a str, Vec<Stretch>>,
    bytes: usize,
    /// Number of findings without code.
    pub(super) left_out: usize,
    /// Number of edits that are too long to show.
    pub(super) edits_left_out: usize,
}

impl<'a> Excerpts<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let mut chosen = Self::default();
        for (file, found) in totals::heaviest_first(report) {
            chosen.add(file, found);
        }
        for stretches in chosen.stretches.values_mut() {
            *stretches = joined(stretches);
        }
        chosen
    }

    pub(super) fn excerpt(&self, found: &ReportedFinding) -> Option<&Excerpt> {
        self.by_finding.get(&ptr::from_ref(found))
    }

    /// Returns the excerpts of a source text: the first line number, starting at 1, and the lines.
    pub(super) fn lines_of(&self, code: Code<'_>) -> Vec<(u32, String)> {
        let stretches = self.stretches.get(code.path).into_iter().flatten();
        stretches
            .map(|&stretch| (stretch.0 + 1, code.shown(stretch).join("\n")))
            .collect()
    }

    fn add(&mut self, file: &'a ReportedFile, found: &'a ReportedFinding) {
        let own = Code::of_file(file);
        let edit = edit(own, found);
        let around = around(file, found);
        let edited = edit.as_ref().map(|edit| own.with_lines_around(edit.lines));
        let own_lines = around.iter().copied().chain(edited);
        let mut wanted: Vec<_> = own_lines.map(|lines| (own, lines)).collect();
        let same = same(file, found).take(MOST_PLACES);
        wanted.extend(same.map(|(code, range)| (code, code.beginning(range))));
        let bytes: usize = wanted.iter().map(|(code, lines)| code.bytes(*lines)).sum();
        let edited = edit.iter().flat_map(|edit| &edit.text);
        let bytes = bytes + edited.map(String::len).sum::<usize>();
        if self.bytes + bytes > MOST_BYTES {
            self.left_out += 1;
            return;
        }
        self.bytes += bytes;
        self.edits_left_out += usize::from(found.suggestion.is_some() && edit.is_none());
        for (code, lines) in wanted {
            self.stretches.entry(code.path).or_default().push(lines);
        }
        let excerpt = Excerpt { around, edit };
        self.by_finding.insert(ptr::from_ref(found), excerpt);
    }
}

/// Returns the lines of a finding and of its parts.
fn around(file: &ReportedFile, found: &ReportedFinding) -> Vec<Stretch> {
    let line = |at| file.lines.line(at);
    let last = last_line(&file.lines);
    let finding = &found.finding;
    let start = line(finding.at.start());
    let end = line(finding.at.end()).min(start + MOST_LINES);
    let mut stretches = vec![(start.saturating_sub(BEFORE), (end + BEHIND).min(last))];
    for part in human::parts_to_show(file, finding) {
        let at = line(part.at.start());
        stretches.push((at.saturating_sub(AROUND), (at + AROUND).min(last)));
    }
    joined(&mut stretches)
}

/// Returns all locations of a duplicate, in this file and others.
pub(super) fn same<'a>(
    file: &'a ReportedFile,
    found: &'a ReportedFinding,
) -> impl Iterator<Item = (Code<'a>, TextRange)> {
    let finding = &found.finding;
    let own = Code::of_file(file);
    let here = finding.repeated().chain(finding.repeats);
    let others = finding.others.iter();
    here.map(move |range| (own, range))
        .chain(others.map(|other| (Code::of_place(other), other.range)))
}

/// Returns the edit of a finding in complete lines; `None` if it is too long.
fn edit(code: Code<'_>, found: &ReportedFinding) -> Option<Edit> {
    let suggestion = found.suggestion.as_ref()?;
    let lines = code.stretch(suggestion.range);
    let whole = code.range(lines);
    let before = slice(
        code.text,
        TextRange::new(whole.start(), suggestion.range.start()),
    )?;
    let behind = slice(
        code.text,
        TextRange::new(suggestion.range.end(), whole.end()),
    )?;
    let text = format!("{before}{}{behind}", suggestion.text);
    let after = Lines::new(&text);
    let after = Code {
        text: &text,
        lines: &after,
        ..code
    };
    let all = (0, last_line(after.lines));
    let fits = [(code, lines), (after, all)];
    let fits = fits.iter().all(|(code, lines)| code.is_readable(*lines));
    fits.then(|| Edit {
        lines,
        // Removing complete lines leaves no empty line.
        text: if text.is_empty() {
            Vec::new()
        } else {
            after.shown(all)
        },
    })
}

impl<'a> Code<'a> {
    pub(super) fn of_file(file: &'a ReportedFile) -> Self {
        Self {
            path: &file.path,
            text: &file.text,
            lines: &file.lines,
        }
    }

    pub(super) fn of_place(other: &'a OtherPlace) -> Self {
        let file = &other.file;
        Self {
            path: &file.shown,
            text: &file.text,
            lines: &file.lines,
        }
    }

    /// Returns the lines that a range touches.
    pub(super) fn stretch(self, range: TextRange) -> Stretch {
        (self.lines.line(range.start()), self.lines.line(range.end()))
    }

    /// Returns the first lines that a range touches, up to the maximum.
    fn beginning(self, range: TextRange) -> Stretch {
        let (first, last) = self.stretch(range);
        (first, last.min(first + MOST_LINES - 1))
    }

    fn with_lines_around(self, (first, last): Stretch) -> Stretch {
        let last = (last + EDIT_CONTEXT).min(last_line(self.lines));
        (first.saturating_sub(EDIT_CONTEXT), last)
    }

    fn range(self, (first, last): Stretch) -> TextRange {
        let range = |line| self.lines.range(line).unwrap_or_default();
        range(first).cover(range(last))
    }

    fn bytes(self, lines: Stretch) -> usize {
        self.range(lines).len().into()
    }

    fn line(self, line: u32) -> &'a str {
        let range = self.lines.range(line).unwrap_or_default();
        let line = slice(self.text, range).unwrap_or_default();
        line.trim_end_matches(['\n', '\r'])
    }

    /// Returns lines for display, without invisible characters.
    fn shown(self, (first, last): Stretch) -> Vec<String> {
        let lines = first..=last;
        lines.map(|line| shown(self.line(line))).collect()
    }

    fn is_readable(self, (first, last): Stretch) -> bool {
        let is_narrow = |line| self.line(line).len() <= WIDEST;
        last - first < MOST_LINES && (first..=last).all(is_narrow)
    }

    /// Returns the position in a displayed line: the line starting at 1, the columns starting at 0, as browsers count.
    pub(super) fn mark(self, range: TextRange) -> (u32, Range<usize>) {
        let line = self.lines.line(range.start());
        let whole = self.lines.range(line).unwrap_or_default();
        let column = |end| {
            let before = TextRange::new(whole.start(), whole.end().min(end));
            let before = slice(self.text, before).unwrap_or_default();
            seen(before.trim_end_matches(['\n', '\r']))
                .encode_utf16()
                .count()
        };
        (line + 1, column(range.start())..column(range.end()))
    }
}

fn shown(line: &str) -> String {
    if line.len() <= WIDEST {
        return seen(line).into_owned();
    }
    seen(&shortened(line, WIDEST)).into_owned()
}

fn last_line(lines: &Lines) -> u32 {
    u32::try_from(lines.count_without_trailing()).map_or(u32::MAX, |count| count.saturating_sub(1))
}

/// Sorts excerpts and merges adjacent ones.
fn joined(stretches: &mut [Stretch]) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut joined: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for &(first, last) in &*stretches {
        match joined.last_mut() {
            Some(before) if first <= before.1 + 1 => before.1 = before.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_that_touch_become_one() {
        let mut stretches = [(7, 9), (0, 2), (3, 4), (8, 8), (11, 12)];
        assert_eq!(joined(&mut stretches), [(0, 4), (7, 9), (11, 12)]);
    }

    #[test]
    fn columns_count_what_is_shown() {
        let text = "ab\n\u{202e}\u{1f600}x\r\n";
        let lines = Lines::new(text);
        let code = Code {
            path: "a.rs",
            text,
            lines: &lines,
        };
        let at = u32::try_from(text.find('x').unwrap()).unwrap();
        let range = TextRange::new(at.into(), (at + 1).into());
        assert_eq!(code.shown((0, 1)), ["ab", "\\u{202e}\u{1f600}x"]);
        assert_eq!(code.mark(range), (2, 10..11));
    }
}
