//! Answers formatted for a model: short lines, as many as fit, and a note on what was left out.

use std::fmt::{Display, Write as _};

use crate::{
    report::counted,
    text::{printable, shortened},
};

/// Maximum characters of an answer.
pub(super) const MOST_CHARACTERS: usize = 4_000;
/// Maximum characters of a line, so that a single line can't fill the answer.
const LONGEST_LINE: usize = 1_000;
/// Characters reserved for the note on what was left out.
const LAST_WORDS: usize = 160;

/// Why a call was refused.
#[derive(Debug)]
pub(super) enum Refused {
    /// The call is invalid, for which the protocol has an error.
    BadCall(String),
    /// The call is valid, and the reason is reported to the model.
    Because(String),
}

impl Refused {
    pub(super) fn because(why: impl Display) -> Self {
        Self::Because(format!("{why}"))
    }
}

/// An answer: an introduction that is always included, and lines from an index on.
#[derive(Debug, Default)]
pub(super) struct Answer {
    first: String,
    lines: Vec<String>,
    skip: usize,
}

impl Answer {
    /// An answer whose first `skip` lines were read before.
    pub(super) fn new(first: impl Into<String>, lines: Vec<String>, skip: usize) -> Self {
        Self {
            first: first.into(),
            lines,
            skip,
        }
    }

    /// An answer that is never split.
    pub(super) fn words(words: impl Into<String>) -> Self {
        let words: String = words.into();
        let lines = words.lines().map(str::to_owned);
        Self::new("", lines.collect(), 0)
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        if !self.first.is_empty() {
            let _ = writeln!(text, "{}", line(&self.first));
        }
        let mut left = MOST_CHARACTERS - LAST_WORDS - text.chars().count();
        let mut told = 0;
        for words in self.lines.iter().skip(self.skip) {
            let words = line(words);
            let length = words.chars().count() + 1;
            if length > left {
                break;
            }
            left -= length;
            told += 1;
            text.push_str(&words);
            text.push('\n');
        }
        let next = self.skip.saturating_add(told);
        let out = self.lines.len().saturating_sub(next);
        if out > 0 {
            let lines = counted(out, "line");
            let _ = writeln!(text, "({lines} left out; continue with `skip`: {next})");
        } else if self.skip > 0 && told == 0 {
            let lines = counted(self.lines.len(), "line");
            let _ = writeln!(text, "(no more lines; there are {lines} in total)");
        }
        text.trim_end_matches('\n').to_owned()
    }
}

/// Makes a line printable and limits its length; tabs are kept.
fn line(words: &str) -> String {
    let words = words.trim_end_matches(['\n', '\r']);
    let parts: Vec<_> = words.split('\t').map(printable).collect();
    shortened(&parts.join("\t"), LONGEST_LINE).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_fits_is_told() {
        let lines = vec!["a".to_owned(), "\tb\u{1b}[31m".to_owned()];
        let answer = Answer::new("two", lines, 0);
        assert_eq!(answer.text(), "two\na\n\tb\\u{1b}[31m");
        assert_eq!(Answer::words("a\nb\n").text(), "a\nb");
    }

    #[test]
    fn what_does_not_fit_is_counted_and_can_be_asked_for() {
        let lines: Vec<String> = (0..1_000).map(|at| format!("é line {at}")).collect();
        let mut skip = 0;
        let mut told = Vec::new();
        loop {
            let text = Answer::new("all", lines.clone(), skip).text();
            assert!(text.chars().count() <= MOST_CHARACTERS);
            let (own, rest): (Vec<&str>, Vec<&str>) =
                text.lines().skip(1).partition(|line| line.starts_with('é'));
            told.extend(own.into_iter().map(str::to_owned));
            let Some(rest) = rest.first() else { break };
            assert!(
                rest.contains(&format!("{} lines left out", 1_000 - told.len())),
                "{rest}"
            );
            skip = told.len();
        }
        assert_eq!(told, lines);
    }

    #[test]
    fn long_lines_and_steps_beyond_the_end_are_no_trouble() {
        let lines = vec!["x".repeat(1 << 20); 100];
        let text = Answer::new("y".repeat(1 << 20), lines, 0).text();
        assert!(text.chars().count() <= MOST_CHARACTERS && text.contains("left out"));
        let text = Answer::new("one", vec!["a".to_owned()], usize::MAX).text();
        assert_eq!(text, "one\n(no more lines; there are 1 line in total)");
    }
}
