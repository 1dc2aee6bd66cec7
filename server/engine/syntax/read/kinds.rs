//! Sets of node kinds.

use ra_ap_syntax::SyntaxKind;

/// A bit set of kinds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KindSet([u64; WORDS]);

const WORDS: usize = 8;
const _: () = assert!(
    (SyntaxKind::__LAST as usize) < WORDS * 64,
    "every kind has its bit"
);

impl KindSet {
    pub const fn of(kinds: &[SyntaxKind]) -> Self {
        let mut words = [0; WORDS];
        let mut at = 0;
        while at < kinds.len() {
            let (word, bit) = place_of(kinds[at]);
            words[word] |= bit;
            at += 1;
        }
        Self(words)
    }

    pub const fn contains(&self, kind: SyntaxKind) -> bool {
        let (word, bit) = place_of(kind);
        self.0[word] & bit != 0
    }

    /// The union of both sets.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.union(other) == *other
    }
}

const fn place_of(kind: SyntaxKind) -> (usize, u64) {
    let number = kind as usize;
    (number / 64, 1 << (number % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let branches = KindSet::of(&[SyntaxKind::IF_EXPR, SyntaxKind::MATCH_EXPR]);
        let all = branches.union(&KindSet::of(&[SyntaxKind::EOF, SyntaxKind::YIELD_EXPR]));
        assert!(all.contains(SyntaxKind::EOF) && all.contains(SyntaxKind::YIELD_EXPR));
        assert!(!branches.contains(SyntaxKind::EOF));
        assert!(branches.is_subset_of(&all) && !all.is_subset_of(&branches));
        assert!(KindSet::default().is_subset_of(&branches));
    }
}
