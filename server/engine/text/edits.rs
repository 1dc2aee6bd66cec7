//! Edits of a text: sorted and disjoint by construction.

use text_size::{TextRange, TextSize};

/// A replacement of the text in `delete` by `insert`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    pub delete: TextRange,
    pub insert: String,
}

impl Edit {
    pub fn replace(range: TextRange, insert: impl Into<String>) -> Self {
        Self {
            delete: range,
            insert: insert.into(),
        }
    }

    pub fn delete(range: TextRange) -> Self {
        Self::replace(range, "")
    }

    pub fn insert(at: TextSize, text: impl Into<String>) -> Self {
        Self::replace(TextRange::empty(at), text)
    }
}

/// Edits of one text, sorted by position and disjoint. Insertions at the same offset keep their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edits(Vec<Edit>);

/// Two edits overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("two edits overlap at {at:?}")]
pub struct OverlapError {
    pub at: TextRange,
}

impl Edits {
    pub const NONE: Self = Self(Vec::new());

    pub fn new(mut edits: Vec<Edit>) -> Result<Self, OverlapError> {
        edits.sort_by_key(|edit| (edit.delete.start(), edit.delete.end()));
        for pair in edits.windows(2) {
            if pair[1].delete.start() < pair[0].delete.end() {
                return Err(OverlapError { at: pair[1].delete });
            }
        }
        Ok(Self(edits))
    }

    pub fn as_slice(&self) -> &[Edit] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The smallest range that covers all edits; `None` if there are none.
    pub fn span(&self) -> Option<TextRange> {
        let first = self.0.first()?.delete;
        let last = self.0.last()?.delete;
        Some(first.cover(last))
    }

    /// The edits relative to the part of the text that starts at `start`; `None` if one begins before it.
    pub fn relative_to(&self, start: TextSize) -> Option<Self> {
        let edits = self.0.iter().map(|edit| {
            let delete = edit.delete.checked_sub(start)?;
            Some(Edit::replace(delete, edit.insert.clone()))
        });
        edits.collect::<Option<_>>().map(Self)
    }

    /// Applies the edits; returns `None` if one of them is out of bounds or splits a character.
    pub fn apply(&self, text: &str) -> Option<String> {
        let inserted: usize = self.0.iter().map(|edit| edit.insert.len()).sum();
        let mut out = String::with_capacity(text.len() + inserted);
        let mut at = TextSize::new(0);
        for edit in &self.0 {
            out.push_str(super::slice(text, TextRange::new(at, edit.delete.start()))?);
            super::slice(text, edit.delete)?;
            out.push_str(&edit.insert);
            at = edit.delete.end();
        }
        out.push_str(text.get(usize::from(at)..)?);
        Some(out)
    }

    /// Removes the characters that an edit would replace by themselves, so that cursors and folds next to the actual change
    /// survive.
    #[must_use]
    pub fn trimmed(&self, text: &str) -> Self {
        let edits = self.0.iter().map(|edit| trim(edit, text));
        Self(
            edits
                .filter(|edit| !edit.delete.is_empty() || !edit.insert.is_empty())
                .collect(),
        )
    }
}

fn trim(edit: &Edit, text: &str) -> Edit {
    let Some(old) = super::slice(text, edit.delete) else {
        return edit.clone();
    };
    let new = edit.insert.as_str();
    let (prefix, suffix) = common_ends(old, new);
    let start = edit.delete.start() + TextSize::of(&new[..prefix]);
    let delete = TextRange::at(start, TextSize::of(&old[prefix..old.len() - suffix]));
    Edit::replace(delete, &new[prefix..new.len() - suffix])
}

/// The lengths in bytes of the longest common prefix, and of the longest common suffix of the rest. Neither splits a character.
pub fn common_ends(left: &str, right: &str) -> (usize, usize) {
    let prefix = length_of_equal(left.chars(), right.chars());
    let (left, right) = (&left[prefix..], &right[prefix..]);
    let suffix = length_of_equal(left.chars().rev(), right.chars().rev());
    (prefix, suffix)
}

fn length_of_equal(left: impl Iterator<Item = char>, right: impl Iterator<Item = char>) -> usize {
    left.zip(right)
        .take_while(|(left, right)| left == right)
        .map(|(character, _)| character.len_utf8())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn edits_are_applied_in_the_order_of_their_places() {
        let edits = Edits::new(vec![
            Edit::replace(range(4, 5), "x"),
            Edit::insert(0.into(), "<"),
            Edit::delete(range(1, 3)),
        ]);
        assert_eq!(edits.unwrap().apply("abcdef").as_deref(), Some("<adxf"));
    }

    #[test]
    fn overlapping_edits_are_refused() {
        let overlap = Edits::new(vec![Edit::delete(range(0, 3)), Edit::delete(range(2, 4))]);
        assert_eq!(overlap, Err(OverlapError { at: range(2, 4) }));
        assert!(Edits::new(vec![Edit::delete(range(0, 3)), Edit::delete(range(3, 4))]).is_ok());
    }

    #[test]
    fn edits_outside_the_text_or_inside_a_character_apply_to_nothing() {
        let apply = |edit, text: &str| Edits::new(vec![edit]).unwrap().apply(text);
        assert_eq!(apply(Edit::delete(range(2, 9)), "abc"), None);
        assert_eq!(apply(Edit::delete(range(1, 2)), "ä"), None);
    }

    #[test]
    fn trimmed_edits_do_the_same_with_less() {
        let text = "if a { b }";
        let edits = Edits::new(vec![Edit::replace(range(0, 10), "if !a { c }")]).unwrap();
        let trimmed = edits.trimmed(text);
        assert_eq!(trimmed.as_slice(), [Edit::replace(range(3, 8), "!a { c")]);
        assert_eq!(trimmed.apply(text), edits.apply(text));
    }

    #[test]
    fn edits_of_a_part_start_where_it_starts() {
        let edits = Edits::new(vec![Edit::delete(range(3, 4)), Edit::insert(5.into(), "x")]);
        let edits = edits.unwrap();
        let part = edits.relative_to(3.into()).unwrap();
        assert_eq!(part.apply("def").as_deref(), Some("exf"));
        assert_eq!(edits.relative_to(4.into()), None);
    }

    #[test]
    fn common_ends_do_not_overlap_and_cut_no_character() {
        assert_eq!(common_ends("aaa", "aa"), (2, 0));
        assert_eq!(common_ends("a b", "a c b"), (2, 1));
        // Both begin with the same byte.
        assert_eq!(common_ends("ä", "ö"), (0, 0));
        assert_eq!(common_ends("äxö", "äö"), (2, 2));
    }
}
