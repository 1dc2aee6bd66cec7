//! Compares two source texts part by part.

use std::{
    collections::HashMap,
    io::{self, Write},
    ops::RangeInclusive,
};

use similar::{
    DiffOp, DiffTag, DiffableStr,
    algorithms::{Capture, Compact, Replace, myers},
    group_diff_ops,
    udiff::UnifiedHunkHeader,
};

/// Context lines of a diff.
const CONTEXT: usize = 3;

/// The parts of two source texts, and the operations that convert one to the other.
pub struct Comparison<'a> {
    pub(super) old: Vec<&'a str>,
    pub(super) new: Vec<&'a str>,
    pub(super) ops: Vec<DiffOp>,
}

impl<'a> Comparison<'a> {
    pub fn by_lines(old: &'a str, new: &'a str) -> Self {
        Self::of(old.tokenize_lines(), new.tokenize_lines())
    }

    pub(super) fn by_words(old: &'a str, new: &'a str) -> Self {
        Self::of(old.tokenize_words(), new.tokenize_words())
    }

    /// Compares numbers instead of strings, and uses a single algorithm, to reduce the amount of generated code.
    fn of(old: Vec<&'a str>, new: Vec<&'a str>) -> Self {
        let mut known = HashMap::new();
        let mut numbers = |parts: &[&'a str]| -> Vec<usize> {
            let parts = parts.iter();
            let number = |part: &&'a str| {
                let next = known.len();
                *known.entry(*part).or_insert(next)
            };
            parts.map(number).collect()
        };
        let (before, after) = (numbers(&old), numbers(&new));
        let (before, after) = (before.as_slice(), after.as_slice());
        let mut found = Compact::new(Replace::new(Capture::new()), before, after);
        let Ok(()) = myers::diff(&mut found, before, 0..old.len(), after, 0..new.len());
        let ops = found.into_inner().into_inner().into_ops();
        Self { old, new, ops }
    }

    /// Returns the changed lines of the new text, starting at 0, in order; for removed lines, the adjacent ones.
    pub fn changed_lines(&self) -> Vec<RangeInclusive<u32>> {
        let changed = self.ops.iter().filter(|op| op.tag() != DiffTag::Equal);
        let line = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let lines = changed.map(|op| match op.new_range() {
            range if range.is_empty() => line(range.start.saturating_sub(1))..=line(range.start),
            range => line(range.start)..=line(range.end - 1),
        });
        lines.collect()
    }

    /// Writes a unified diff with two headers. Writes nothing if the texts are equal.
    pub fn write_unified(&self, out: &mut dyn Write, headers: (&str, &str)) -> io::Result<()> {
        if self.ops.iter().all(|op| op.tag() == DiffTag::Equal) {
            return Ok(());
        }
        writeln!(out, "--- {}\n+++ {}", headers.0, headers.1)?;
        for hunk in group_diff_ops(self.ops.clone(), CONTEXT) {
            writeln!(out, "{}", UnifiedHunkHeader::new(&hunk))?;
            for op in &hunk {
                self.write_op(out, op)?;
            }
        }
        Ok(())
    }

    fn write_op(&self, out: &mut dyn Write, op: &DiffOp) -> io::Result<()> {
        if op.tag() == DiffTag::Equal {
            return write_lines(out, ' ', &self.old[op.old_range()]);
        }
        write_lines(out, '-', &self.old[op.old_range()])?;
        write_lines(out, '+', &self.new[op.new_range()])
    }
}

fn write_lines(out: &mut dyn Write, mark: char, lines: &[&str]) -> io::Result<()> {
    for line in lines {
        write!(out, "{mark}{line}")?;
        if !line.ends_with(['\n', '\r']) {
            writeln!(out, "\n\\ No newline at end of file")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use similar::TextDiff;

    use super::*;

    /// The output equals that of the library.
    #[test]
    fn diffs_are_the_library_s() {
        let long: Vec<String> = (0..40).map(|number| format!("line {number}\n")).collect();
        let long = long.concat();
        let changed = long
            .replace("line 3\n", "")
            .replace("line 30\n", "line x\nline y\n");
        let crlf = long.replace('\n', "\r\n");
        let texts = [
            "",
            "a",
            "a\n",
            "b\n",
            "a\nb\nc",
            "a\r\nb\rc\n",
            "c\nb\na\na\n",
            &long,
            &changed,
            &crlf,
        ];
        for (old, new) in texts.iter().flat_map(|old| texts.map(|new| (*old, new))) {
            let mut own = Vec::new();
            let comparison = Comparison::by_lines(old, new);
            comparison.write_unified(&mut own, ("a", "b")).unwrap();
            let theirs = TextDiff::from_lines(old, new);
            let expected = theirs.unified_diff().header("a", "b").to_string();
            assert_eq!(String::from_utf8(own).unwrap(), expected, "{old:?} {new:?}");
            let words = TextDiff::from_words(old, new);
            assert_eq!(
                Comparison::by_words(old, new).ops,
                words.ops(),
                "{old:?} {new:?}"
            );
        }
    }
}
