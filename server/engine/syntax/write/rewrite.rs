//! New text for a range, with a ledger of its tokens.
//!
//! The writer declares each part as kept or new; anything else in the range is dropped. The ledger contains raw code, so that
//! the audit can recount the tokens.

use crate::{
    syntax::{Refusal, negation::Negated},
    text::{Edit, Edits, TextRange, TextSize, slice},
};

/// A replacement of one range of a text.
#[derive(Debug, Clone)]
pub struct Rewrite<'a> {
    source: &'a str,
    range: TextRange,
    text: String,
    ledger: Ledger,
}

/// The declared changes to the tokens of the touched code, as code: a token in both lists is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    pub comes: Vec<String>,
    pub goes: Vec<String>,
}

impl<'a> Rewrite<'a> {
    pub fn of(source: &'a str, range: TextRange) -> Self {
        let goes = slice(source, range).unwrap_or_default().to_owned();
        Self {
            source,
            range,
            text: String::new(),
            ledger: Ledger {
                comes: Vec::new(),
                goes: vec![goes],
            },
        }
    }

    /// An insertion.
    pub fn at(source: &'a str, offset: TextSize) -> Self {
        Self::of(source, TextRange::empty(offset))
    }

    /// A part without a position.
    pub fn part(source: &'a str) -> Self {
        Self::of(source, TextRange::empty(TextSize::new(0)))
    }

    /// Appends new code.
    #[must_use]
    pub fn text(mut self, code: &str) -> Self {
        self.text.push_str(code);
        self.ledger.comes.push(code.to_owned());
        self
    }

    /// Appends the code in `range` unchanged.
    #[must_use]
    pub fn keep(self, range: TextRange) -> Self {
        let code = slice(self.source, range).unwrap_or_default();
        self.keep_as(range, code)
    }

    /// Appends the code in `range`, laid out as `code`.
    #[must_use]
    pub fn keep_as(mut self, range: TextRange, code: &str) -> Self {
        self.text.push_str(code);
        let kept = slice(self.source, range).unwrap_or_default();
        self.ledger.comes.push(kept.to_owned());
        self
    }

    /// Appends the code in several ranges, laid out as one.
    #[must_use]
    pub fn keep_all_as(mut self, ranges: impl IntoIterator<Item = TextRange>, code: &str) -> Self {
        for range in ranges {
            self = self.keep_as(range, "");
        }
        self.text.push_str(code);
        self
    }

    /// Appends the negation of the condition in `range`, laid out as `code`.
    #[must_use]
    pub fn negate(mut self, range: TextRange, opposite: &Negated, code: &str) -> Self {
        self.ledger.comes.push(opposite.added.clone());
        self.ledger.goes.push(opposite.dropped.clone());
        self.keep_as(range, code)
    }

    /// Appends a separately written part.
    #[must_use]
    pub fn put(self, part: Self) -> Self {
        let code = part.text.clone();
        self.put_as(part, &code)
    }

    /// Appends a separately written part, laid out as `code`.
    #[must_use]
    pub fn put_as(mut self, part: Self, code: &str) -> Self {
        self.text.push_str(code);
        self.ledger.comes.extend(part.ledger.comes);
        self.ledger.goes.extend(part.ledger.goes);
        self
    }

    pub fn written(&self) -> &str {
        &self.text
    }

    /// The number of lines removed.
    pub fn saved_lines(&self) -> usize {
        let before = slice(self.source, self.range).unwrap_or_default();
        let after = self.text.lines().count();
        before.lines().count().saturating_sub(after)
    }

    pub fn range(&self) -> TextRange {
        self.range
    }
}

impl Ledger {
    /// The edits of several rewrites and their combined ledger.
    pub fn of(rewrites: Vec<Rewrite<'_>>) -> Result<(Edits, Self), Refusal> {
        let mut ledger = Self::default();
        let mut edits = Vec::with_capacity(rewrites.len());
        for rewrite in rewrites {
            ledger.comes.extend(rewrite.ledger.comes);
            ledger.goes.extend(rewrite.ledger.goes);
            if !rewrite.range.is_empty() || !rewrite.text.is_empty() {
                edits.push(Edit::replace(rewrite.range, rewrite.text));
            }
        }
        let edits = Edits::new(edits).map_err(|_| Refusal::NotHere)?;
        Ok((edits, ledger))
    }

    /// Adds a part written for a new file to the ledger, and returns its text.
    pub fn take_new(&mut self, written: Rewrite<'_>) -> String {
        self.comes.extend(written.ledger.comes);
        written.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn what_is_not_kept_is_dropped_and_what_is_text_comes() {
        let source = "if a { b } else { c }";
        let rewrite = Rewrite::of(source, range(0, 21))
            .text("let ")
            .keep(range(3, 4))
            .text(" else ")
            .keep_as(range(16, 21), "{c}");
        assert_eq!(rewrite.written(), "let a else {c}");
        let (edits, ledger) = Ledger::of(vec![rewrite]).unwrap();
        assert_eq!(edits.apply(source).as_deref(), Some("let a else {c}"));
        assert_eq!(ledger.comes, ["let ", "a", " else ", "{ c }"]);
        assert_eq!(ledger.goes, [source]);
    }

    #[test]
    fn rewrites_of_one_place_are_refused() {
        let two = vec![
            Rewrite::of("abc", range(0, 2)),
            Rewrite::of("abc", range(1, 3)),
        ];
        assert_eq!(Ledger::of(two), Err(Refusal::NotHere));
    }
}
