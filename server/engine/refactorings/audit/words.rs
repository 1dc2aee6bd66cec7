//! The words of a source text, and how a change declares it affects them.

use std::collections::{BTreeMap, BTreeSet};

use ra_ap_syntax::{Edition, SyntaxKind, T};

use crate::{
    shapes::dead_comment,
    syntax::{Ledger, tokens},
};

/// The number of occurrences of each word in a source text. Words are identifiers, keywords, lifetimes, literals, comments
/// and `?`: anything whose loss would matter. Strings and comments count byte for byte. Whitespace and other punctuation are
/// not words.
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
    fn count(&mut self, text: &str, edition: Edition, by: i64) {
        for (kind, word) in tokens(text, edition) {
            match word_kind(kind) {
                // The continuation lines of a block comment are reindented with its first one.
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

    /// The net change that a ledger declares.
    pub(super) fn net(ledger: &Ledger, edition: Edition) -> Self {
        let mut net = Self::default();
        for code in &ledger.comes {
            net.count(code, edition, 1);
        }
        for code in &ledger.goes {
            net.count(code, edition, -1);
        }
        net
    }

    /// The words of several source texts.
    pub(super) fn of_all<'a>(texts: impl IntoIterator<Item = &'a str>, edition: Edition) -> Self {
        let mut words = Self::default();
        for text in texts {
            words.count(text, edition, 1);
        }
        words
    }

    pub(super) fn sum<'a>(all: impl Iterator<Item = &'a Self>) -> Self {
        let mut sum = Self::default();
        for (word, count) in all.flat_map(|words| &words.0) {
            sum.change(word, count.kind, count.times);
        }
        sum
    }

    pub(super) fn times(&self, word: &str) -> i64 {
        self.0.get(word).map_or(0, |count| count.times)
    }

    /// The difference between `before` and these words.
    pub(super) fn since(mut self, before: &Self) -> Self {
        for (word, count) in &before.0 {
            self.change(word, count.kind, -count.times);
        }
        self
    }

    /// The words with a nonzero count.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&str, WordKind, i64)> {
        let changes = self.0.iter().filter(|(_, count)| count.times != 0);
        changes.map(|(word, count)| (word.as_str(), count.kind, count.times))
    }
}

fn without_indentation(comment: &str) -> String {
    let lines: Vec<_> = comment.lines().map(str::trim).collect();
    lines.join("\n")
}

/// What a refactoring's changes may do to words and items. It is a constant next to the registration, so that no derivation
/// can widen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allows {
    /// Words that may be added, separated by spaces.
    adds: &'static str,
    /// Words that may be removed.
    drops: &'static str,
    also: &'static [Also],
}

/// Permissions that a list of words can't express.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Also {
    /// Adds a constant between items.
    AddsConstant,
    /// Adds a type alias between items.
    AddsAlias,
    /// Adds a function between items.
    AddsFunction,
    /// Adds one name new to the item, any number of times.
    AddsFreshName,
    /// Adds one human-readable string.
    AddsText,
    /// Adds copies of words that the item already has, such as a repeated header.
    AddsCopies,
    /// Adds siblings of the same kind next to an item.
    AddsSiblings,
    /// Moves the body of a module to a file of its own.
    MovesModule,
    /// Removes a function whose body moves elsewhere.
    DropsFunction,
    /// Removes a constant or static whose value moves elsewhere.
    DropsConstant,
    /// Removes an implementation without comments, whose type then derives the trait.
    DerivesTrait,
    /// Removes words, strings and comments if an equal copy stays.
    DropsEqualCopies,
    /// Removes words, strings and comments that also occur outside the touched items, such as a duplicated body.
    DropsTwin,
    /// Removes names, keywords and literals of a pattern, but no strings or comments.
    DropsPattern,
    /// Removes line comments that are commented-out statements, in runs that contain nothing else, and nothing but those.
    DropsDeadComments,
    /// Negates a condition.
    Negates,
}

/// Words that may be added or removed when a condition is negated.
const OPPOSITES: &str = "false is_err is_none is_ok is_some true";

/// Context about words beyond their net counts.
pub(super) struct Ground<'a> {
    /// The number of occurrences of a word in the touched items before the change.
    pub(super) before: &'a dyn Fn(&str) -> i64,
    /// The number of occurrences of a word in the file outside the touched items.
    pub(super) elsewhere: &'a dyn Fn(&str) -> i64,
    /// Removed comments that are dead code, trimmed.
    pub(super) dead: BTreeSet<&'a str>,
}

/// The comment lines of removed code that consists of dead code only.
pub(super) fn dead_comments(ledger: &Ledger, edition: Edition) -> BTreeSet<&str> {
    let goes = ledger.goes.iter();
    let dead = goes.filter(|code| dead_comment::is_dead_code(code, edition));
    dead.flat_map(|code| code.lines()).map(str::trim).collect()
}

impl Allows {
    pub const NOTHING: Self = Self::of("", "", &[]);

    pub const fn of(adds: &'static str, drops: &'static str, also: &'static [Also]) -> Self {
        Self { adds, drops, also }
    }

    pub fn has(&self, also: Also) -> bool {
        self.also.contains(&also)
    }

    /// Returns a word whose addition or removal isn't permitted.
    pub(super) fn exceeded_by(&self, net: &Words, ground: &Ground<'_>) -> Option<String> {
        let mut fresh: Option<&str> = None;
        let mut text: Option<&str> = None;
        for (word, kind, times) in net.changes() {
            let before = (ground.before)(word);
            let is_allowed = if times < 0 {
                let has_twin = self.has(Also::DropsTwin) && (ground.elsewhere)(word) > 0;
                let is_dead = self.has(Also::DropsDeadComments) && ground.dead.contains(word);
                has_twin || is_dead || self.may_drop(word, kind, before + times)
            } else if self.may_add(word, kind, before) {
                true
            } else if kind == WordKind::String {
                self.has(Also::AddsText) && times == 1 && text.replace(word).is_none()
            } else {
                self.may_add_fresh(kind, before) && fresh.replace(word).is_none()
            };
            if !is_allowed {
                return Some(word.to_owned());
            }
        }
        None
    }

    fn may_add(&self, word: &str, kind: WordKind, before: i64) -> bool {
        let is_copy = self.has(Also::AddsCopies) && before > 0;
        kind != WordKind::Comment && (self.lists(self.adds, word) || is_copy)
    }

    fn may_add_fresh(&self, kind: WordKind, before: i64) -> bool {
        self.has(Also::AddsFreshName) && kind == WordKind::Name && before == 0
    }

    fn may_drop(&self, word: &str, kind: WordKind, left: i64) -> bool {
        if self.has(Also::DropsEqualCopies) && left > 0 {
            return true;
        }
        match kind {
            WordKind::Comment => false,
            _ if self.has(Also::DerivesTrait) => true,
            WordKind::String => false,
            _ => self.lists(self.drops, word) || self.has(Also::DropsPattern),
        }
    }

    fn lists(&self, words: &str, word: &str) -> bool {
        let is_in = |list: &str| list.split(' ').any(|one| one == word);
        is_in(words) || (self.has(Also::Negates) && is_in(OPPOSITES))
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
    fn exceeds(allows: Allows, before: &str, adds: &str, drops: &str) -> bool {
        let ledger = Ledger {
            comes: vec![adds.to_owned()],
            goes: vec![drops.to_owned()],
        };
        let before = Words::of_all([before], EDITION);
        let net = Words::net(&ledger, EDITION);
        let ground = Ground {
            before: &|word| before.times(word),
            elsewhere: &|word| i64::from(word == "elsewhere"),
            dead: dead_comments(&ledger, EDITION),
        };
        allows.exceeded_by(&net, &ground).is_some()
    }

    #[test]
    fn words_are_what_would_be_missed() {
        let words = Words::of_all(["a(a, 'b', \"a\\n\") // a\n.0.1?; !'l"], EDITION);
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
        let listed = Allows::of("return", "is_some", &[]);
        assert!(!exceeds(listed, "is_some", "return", "is_some"));
        assert!(exceeds(Allows::NOTHING, "is_some", "return", ""));
        assert!(exceeds(Allows::NOTHING, "is_some", "", "is_some"));
        assert!(exceeds(listed, "// a", "", "// a"));
        assert!(exceeds(listed, "", "// a", ""));
    }

    #[test]
    fn one_fresh_name_is_fresh_and_one() {
        let fresh = Allows::of("", "", &[Also::AddsFreshName]);
        assert!(!exceeds(fresh, "b", "a a", ""));
        assert!(exceeds(fresh, "a", "a", ""), "not fresh");
        assert!(exceeds(fresh, "", "a b", ""), "two");
        assert!(exceeds(fresh, "", "1", ""), "no name");
    }

    #[test]
    fn one_text_is_one() {
        let text = Allows::of("", "", &[Also::AddsText]);
        assert!(!exceeds(text, "", "\"a\"", ""));
        assert!(exceeds(text, "", "\"a\" \"b\"", ""), "two");
        assert!(exceeds(text, "", "\"a\" \"a\"", ""), "twice");
        assert!(exceeds(text, "\"b\"", "\"a\"", "\"b\""), "another one goes");
        assert!(exceeds(Allows::NOTHING, "", "\"a\"", ""));
    }

    #[test]
    fn copies_are_of_what_is_there() {
        let merge = Allows::of("", "", &[Also::DropsEqualCopies]);
        assert!(!exceeds(
            merge,
            "a /* c */ a /* c */ \"s\" \"s\"",
            "",
            "a /* c */ \"s\""
        ));
        assert!(exceeds(merge, "a", "", "a"), "the last one");
        let copy = Allows::of("", "", &[Also::AddsCopies]);
        assert!(!exceeds(copy, "impl A {}", "impl A", ""));
        assert!(exceeds(copy, "impl A {}", "impl B", ""));
    }

    #[test]
    fn what_is_derived_goes_without_its_comments() {
        let derives = Allows::of("derive", "", &[Also::DerivesTrait]);
        assert!(!exceeds(derives, "f(\"s\")", "derive", "f(\"s\")"));
        assert!(exceeds(derives, "f()", "inline", "f()"));
        assert!(exceeds(derives, "/* c */", "", "/* c */"));
    }

    #[test]
    fn a_twin_is_elsewhere() {
        let twin = Allows::of("", "", &[Also::DropsTwin]);
        assert!(!exceeds(twin, "elsewhere", "", "elsewhere"));
        assert!(exceeds(twin, "a", "", "a"));
        assert!(exceeds(Allows::NOTHING, "elsewhere", "", "elsewhere"));
    }

    #[test]
    fn comments_go_that_are_code_as_a_whole() {
        let dead = Allows::of("", "", &[Also::DropsDeadComments]);
        let code = "    // a();\n    //\n    // b();\n";
        assert!(!exceeds(dead, code, "", code));
        assert!(exceeds(Allows::NOTHING, code, "", code));
        for other in [
            "// Why.\n",
            "// a();\n// Why.\n",
            "/// a();\n",
            "/* a(); */",
            "// a();\nb();\n",
            "\"s\"",
        ] {
            assert!(exceeds(dead, other, "", other), "{other}");
        }
    }

    #[test]
    fn opposites_come_and_go() {
        let negates = Allows::of("", "", &[Also::Negates]);
        assert!(!exceeds(negates, "is_some", "is_none", "is_some"));
        assert!(exceeds(negates, "is_some", "is_nan", "is_some"));
    }

    #[test]
    fn a_pattern_holds_no_string_and_no_comment() {
        let pattern = Allows::of("", "", &[Also::DropsPattern]);
        assert!(!exceeds(pattern, "Err(e)", "", "Err(e)"));
        assert!(exceeds(pattern, "\"s\"", "", "\"s\""));
        assert!(exceeds(pattern, "/* c */", "", "/* c */"));
    }
}
