//! The words of a text, and what a change says it does to them.

use std::collections::BTreeMap;

use ra_ap_syntax::{Edition, SyntaxKind, T};

use crate::syntax::tokens;

/// How often each word is in a text. Words are identifiers, keywords, lifetimes, literals, comments and `?`: whatever a
/// person would miss. Strings and comments count byte for byte. Other punctuation and white space are no words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words(BTreeMap<String, Count>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    kind: WordKind,
    times: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordKind {
    Name,
    Keyword,
    Literal,
    String,
    Comment,
}

impl Words {
    pub(super) fn of(text: &str, edition: Edition) -> Self {
        let mut words = Self::default();
        words.count(text, edition, 1);
        words
    }

    fn count(&mut self, text: &str, edition: Edition, by: i64) {
        for (kind, word) in tokens(text, edition) {
            match word_kind(kind) {
                // The lines of a block comment move with its first one.
                Some(WordKind::Comment) => {
                    self.change(&without_indentation(word), WordKind::Comment, by);
                }
                Some(kind) => self.change(word, kind, by),
                None => {}
            }
        }
    }

    fn change(&mut self, word: &str, kind: WordKind, by: i64) {
        if let Some(count) = self.0.get_mut(word) {
            count.times += by;
            return;
        }
        let count = Count { kind, times: by };
        self.0.insert(word.to_owned(), count);
    }

    pub(super) fn times(&self, word: &str) -> i64 {
        self.0.get(word).map_or(0, |count| count.times)
    }

    /// What has to be added to `before` to get these words.
    pub(super) fn since(mut self, before: &Self) -> Self {
        for (word, count) in &before.0 {
            self.change(word, count.kind, -count.times);
        }
        self
    }

    /// The words whose number is not zero.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&str, WordKind, i64)> {
        let changes = self.0.iter().filter(|(_, count)| count.times != 0);
        changes.map(|(word, count)| (word.as_str(), count.kind, count.times))
    }
}

fn without_indentation(comment: &str) -> String {
    let lines: Vec<_> = comment.lines().map(str::trim).collect();
    lines.join("\n")
}

/// What one change says it adds to and drops from the words of the code it touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    edition: Edition,
    net: Words,
}

impl Declared {
    /// Nothing: the words are moved, none comes and none goes.
    pub fn nothing(edition: Edition) -> Self {
        Self {
            edition,
            net: Words::default(),
        }
    }

    /// The words of `code` come.
    pub fn add(&mut self, code: &str) {
        self.net.count(code, self.edition, 1);
    }

    /// The words of `code` go.
    pub fn drop(&mut self, code: &str) {
        self.net.count(code, self.edition, -1);
    }

    pub(super) fn net(&self) -> &Words {
        &self.net
    }
}

/// What a refactoring's changes may declare. A constant beside the registration, so that no derivation can widen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delta {
    /// Words that may come.
    pub adds: &'static [&'static str],
    /// Words that may go.
    pub drops: &'static [&'static str],
    pub also: &'static [Also],
}

/// What a list of words cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Also {
    /// One name that the item doesn't have comes, as often as it is declared and used.
    AddsFreshName,
    /// Words that the item has come once more: a copied header.
    AddsCopies,
    /// Words, strings and comments go of which an equal copy stays.
    DropsEqualCopies,
    /// Names, keywords and literals of a pattern go; strings and comments don't.
    DropsPattern,
}

impl Delta {
    /// The words that a change declared and that this delta doesn't let through.
    pub(super) fn exceeded_by(&self, declared: &Words, before: &Words) -> Option<String> {
        let mut fresh: Option<&str> = None;
        for (word, kind, times) in declared.changes() {
            let is_allowed = if times < 0 {
                self.may_drop(word, kind, before.times(word) + times)
            } else if self.may_add(word, kind, before) {
                true
            } else {
                self.may_add_fresh(kind, before.times(word)) && fresh.replace(word).is_none()
            };
            if !is_allowed {
                return Some(word.to_owned());
            }
        }
        None
    }

    fn may_add(&self, word: &str, kind: WordKind, before: &Words) -> bool {
        let is_copy = self.also.contains(&Also::AddsCopies) && before.times(word) > 0;
        kind != WordKind::Comment && (self.adds.contains(&word) || is_copy)
    }

    fn may_add_fresh(&self, kind: WordKind, before: i64) -> bool {
        self.also.contains(&Also::AddsFreshName) && kind == WordKind::Name && before == 0
    }

    fn may_drop(&self, word: &str, kind: WordKind, left: i64) -> bool {
        if self.also.contains(&Also::DropsEqualCopies) && left > 0 {
            return true;
        }
        match kind {
            WordKind::Comment | WordKind::String => false,
            _ => self.drops.contains(&word) || self.also.contains(&Also::DropsPattern),
        }
    }
}

fn word_kind(kind: SyntaxKind) -> Option<WordKind> {
    match kind {
        SyntaxKind::COMMENT => Some(WordKind::Comment),
        SyntaxKind::STRING | SyntaxKind::BYTE_STRING | SyntaxKind::C_STRING => {
            Some(WordKind::String)
        }
        SyntaxKind::IDENT | SyntaxKind::LIFETIME_IDENT => Some(WordKind::Name),
        T![?] => Some(WordKind::Keyword),
        _ if kind.is_literal() => Some(WordKind::Literal),
        _ if kind.is_keyword(Edition::LATEST) => Some(WordKind::Keyword),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDITION: Edition = Edition::Edition2021;
    const NONE: Delta = Delta {
        adds: &[],
        drops: &[],
        also: &[],
    };

    fn exceeds(delta: Delta, before: &str, adds: &str, drops: &str) -> bool {
        let mut declared = Declared::nothing(EDITION);
        declared.add(adds);
        declared.drop(drops);
        delta
            .exceeded_by(declared.net(), &Words::of(before, EDITION))
            .is_some()
    }

    #[test]
    fn words_are_what_would_be_missed() {
        let words = Words::of("a(a, 'b', \"a\\n\") // a\n.0.1?; !'l", EDITION);
        let all: Vec<_> = words
            .changes()
            .map(|(word, _, times)| (word, times))
            .collect();
        let expected = [
            ("\"a\\n\"", 1),
            ("'b'", 1),
            ("'l", 1),
            ("// a", 1),
            ("0.1", 1),
            ("?", 1),
            ("a", 2),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn nothing_is_allowed_that_is_not_listed() {
        let listed = Delta {
            adds: &["return"],
            drops: &["is_some"],
            also: &[],
        };
        assert!(!exceeds(listed, "is_some", "return", "is_some"));
        assert!(exceeds(NONE, "is_some", "return", ""));
        assert!(exceeds(NONE, "is_some", "", "is_some"));
        assert!(exceeds(listed, "// a", "", "// a"));
        assert!(exceeds(listed, "", "// a", ""));
    }

    #[test]
    fn one_fresh_name_is_fresh_and_one() {
        let fresh = Delta {
            also: &[Also::AddsFreshName],
            ..NONE
        };
        assert!(!exceeds(fresh, "b", "a a", ""));
        assert!(exceeds(fresh, "a", "a", ""), "not fresh");
        assert!(exceeds(fresh, "", "a b", ""), "two");
        assert!(exceeds(fresh, "", "1", ""), "no name");
    }

    #[test]
    fn copies_are_of_what_is_there() {
        let merge = Delta {
            also: &[Also::DropsEqualCopies],
            ..NONE
        };
        assert!(!exceeds(
            merge,
            "a /* c */ a /* c */ \"s\" \"s\"",
            "",
            "a /* c */ \"s\""
        ));
        assert!(exceeds(merge, "a", "", "a"), "the last one");
        let copy = Delta {
            also: &[Also::AddsCopies],
            ..NONE
        };
        assert!(!exceeds(copy, "impl A {}", "impl A", ""));
        assert!(exceeds(copy, "impl A {}", "impl B", ""));
    }

    #[test]
    fn a_pattern_holds_no_string_and_no_comment() {
        let pattern = Delta {
            also: &[Also::DropsPattern],
            ..NONE
        };
        assert!(!exceeds(pattern, "Err(e)", "", "Err(e)"));
        assert!(exceeds(pattern, "\"s\"", "", "\"s\""));
        assert!(exceeds(pattern, "/* c */", "", "/* c */"));
    }
}
