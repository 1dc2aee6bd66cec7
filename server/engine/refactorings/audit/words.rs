//! The words of a text, and what a change says it does to them.

use std::collections::{BTreeMap, BTreeSet};

use ra_ap_syntax::{Edition, SyntaxKind, T};

use crate::{
    shapes::dead_comment,
    syntax::{Ledger, tokens},
};

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

    /// What a ledger says comes and goes.
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

    /// The words of several texts.
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

/// What a refactoring's changes may do to words and items. A constant beside the registration, so that no derivation can
/// widen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allows {
    /// Words that may come, with spaces between.
    adds: &'static str,
    /// Words that may go.
    drops: &'static str,
    also: &'static [Also],
}

/// What a list of words cannot say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Also {
    /// A constant comes between items.
    AddsConstant,
    /// A type alias comes between items.
    AddsAlias,
    /// A function comes between items.
    AddsFunction,
    /// One name that the item doesn't have comes, as often as it is declared and used.
    AddsFreshName,
    /// One string comes that a person reads.
    AddsText,
    /// Words that the item has come once more: a copied header.
    AddsCopies,
    /// Beside an item, others of its kind come.
    AddsSiblings,
    /// The body of a module goes to a file of its own.
    MovesModule,
    /// A function goes whose body stands elsewhere from then on.
    DropsFunction,
    /// A constant or a static goes whose value stands elsewhere from then on.
    DropsConstant,
    /// An implementation goes without comments, and its type derives the trait from then on.
    DerivesTrait,
    /// Words, strings and comments go of which an equal copy stays.
    DropsEqualCopies,
    /// Words, strings and comments go that the file has outside of what is touched: a body that stands there again.
    DropsTwin,
    /// Names, keywords and literals of a pattern go; strings and comments don't.
    DropsPattern,
    /// Comments of one line each go that are statements, in runs that hold nothing else. Nothing else goes.
    DropsDeadComments,
    /// A condition becomes its opposite.
    Negates,
}

/// What comes and goes where a condition becomes its opposite.
const OPPOSITES: &str = "false is_err is_none is_ok is_some true";

/// What is known of words beside how the change counts them.
pub(super) struct Ground<'a> {
    /// How often a word was in the items that are touched.
    pub(super) before: &'a dyn Fn(&str) -> i64,
    /// How often the file has it outside of them.
    pub(super) elsewhere: &'a dyn Fn(&str) -> i64,
    /// The comments that go and are dead code, without the white space around them.
    pub(super) dead: BTreeSet<&'a str>,
}

/// The comments of what goes that is dead code as a whole.
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

    /// A word that comes or goes and that may not.
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
