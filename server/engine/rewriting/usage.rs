//! Names in code and how they are used. They are read from tokens, so that macro input counts like other code.

use std::collections::{BTreeMap, BTreeSet};

use ra_ap_syntax::{Edition, SyntaxKind, T};

use super::known;
use crate::syntax::tokens;

/// Names and literals in some code.
#[derive(Debug, Default)]
pub(super) struct Usage {
    /// All names.
    pub(super) names: BTreeSet<String>,
    /// Names used alone: neither as a field or a callee, nor in a path.
    pub(super) values: BTreeSet<String>,
    pub(super) calls: BTreeSet<String>,
    pub(super) methods: BTreeSet<String>,
    pub(super) macros: BTreeSet<String>,
    /// The number of calls of each name.
    times: BTreeMap<String, usize>,
    /// Two names with `::` between them, where the first is empty for a leading `::`.
    pub(super) pairs: BTreeSet<(String, String)>,
    /// Keywords, and punctuation whose meaning depends on the next token, with the number of occurrences.
    pub(super) keywords: BTreeMap<String, usize>,
    /// Comments without whitespace.
    pub(super) comments: BTreeMap<String, usize>,
    /// String and character literals.
    pub(super) texts: BTreeMap<String, usize>,
    pub(super) numbers: BTreeSet<String>,
}

/// A pointer that the borrow checker doesn't track.
pub(super) const RAW_POINTER: &str = "a raw pointer";
/// `#[` or `#![`.
pub(super) const ATTRIBUTE: &str = "an attribute";

struct Token<'a> {
    kind: SyntaxKind,
    text: &'a str,
}

impl Usage {
    pub(super) fn of<'a>(codes: impl IntoIterator<Item = &'a str>, edition: Edition) -> Self {
        let mut usage = Self::default();
        for code in codes {
            let mut words = Vec::new();
            for (kind, text) in tokens(code, edition) {
                match kind {
                    SyntaxKind::WHITESPACE => {}
                    SyntaxKind::COMMENT => {
                        let text = text.split_whitespace().collect();
                        *usage.comments.entry(text).or_default() += 1;
                    }
                    _ => words.push(Token { kind, text }),
                }
            }
            for at in 0..words.len() {
                usage.take(&words, at);
            }
        }
        usage
    }

    /// Literals, comments and calls that are missing or less frequent in `new`, to report to the user.
    pub(super) fn gone_in(&self, new: &Self) -> Vec<String> {
        let texts = gone(&self.texts, &new.texts);
        let comments = gone(&self.comments, &new.comments);
        let calls = gone(&self.times, &new.times);
        let calls = calls.filter(|name| !known::is_of_std(name));
        let calls = calls.map(|name| format!("a call to `{name}`"));
        texts.chain(comments).chain(calls).collect()
    }

    /// Adds the names in a header.
    pub(super) fn with_head(mut self, head: Self) -> Self {
        self.names.extend(head.names);
        self.values.extend(head.values);
        self.pairs.extend(head.pairs);
        self.numbers.extend(head.numbers);
        self.keywords.extend(
            head.keywords
                .into_iter()
                .filter(|(word, _)| word == "async"),
        );
        self
    }

    pub(super) fn forget(&mut self, name: &str) {
        self.names.remove(name);
        self.values.remove(name);
    }

    fn take(&mut self, words: &[Token<'_>], at: usize) {
        let Token { kind, text } = words[at];
        let around = Around { words, at };
        match kind {
            SyntaxKind::STRING
            | SyntaxKind::BYTE_STRING
            | SyntaxKind::C_STRING
            | SyntaxKind::CHAR
            | SyntaxKind::BYTE => *self.texts.entry(text.to_owned()).or_default() += 1,
            SyntaxKind::INT_NUMBER | SyntaxKind::FLOAT_NUMBER if !around.is_member() => {
                self.numbers.insert(text.replace('_', ""));
            }
            T![#] if around.next(1) == Some("[") || around.next(2) == Some("[") => {
                self.count(ATTRIBUTE);
            }
            T![*] if matches!(around.next(1), Some("const" | "mut")) => self.count(RAW_POINTER),
            _ if is_word(kind) => self.take_word(&around, text),
            _ if kind.is_keyword(Edition::LATEST) => self.count(text),
            _ => {}
        }
    }

    fn take_word(&mut self, around: &Around<'_>, text: &str) {
        let name = text.to_owned();
        self.names.insert(name.clone());
        if matches!(text, "Self" | "self" | "super" | "crate") {
            self.count(text);
        }
        if text == "raw" && matches!(around.next(1), Some("const" | "mut")) {
            self.count(RAW_POINTER);
        }
        let opens = |text: Option<&str>| matches!(text, Some("(" | "[" | "{"));
        let leads_on = around.next(1) == Some(":") && around.next(2) == Some(":");
        if around.next(1) == Some("!") && opens(around.next(2)) {
            self.call(&name);
            self.macros.insert(name);
            return;
        }
        let is_called = around.next(1) == Some("(");
        if is_called {
            self.call(&name);
        }
        if let Some(qualifier) = around.qualifier() {
            self.pairs.insert((qualifier.to_owned(), name));
            return;
        }
        if around.is_member() {
            if is_called || leads_on {
                self.methods.insert(name);
            }
        } else if is_called {
            self.calls.insert(name);
        } else if !leads_on && !around.is_label() {
            self.values.insert(name);
        }
    }

    fn call(&mut self, name: &str) {
        *self.times.entry(name.to_owned()).or_default() += 1;
    }

    fn count(&mut self, word: &str) {
        *self.keywords.entry(word.to_owned()).or_default() += 1;
    }
}

fn gone(
    old: &BTreeMap<String, usize>,
    new: &BTreeMap<String, usize>,
) -> impl Iterator<Item = String> {
    let left = |word: &String| new.get(word).copied().unwrap_or_default();
    let gone = old.iter().filter(move |(word, times)| left(word) < **times);
    gone.map(|(word, _)| word.clone())
}

fn is_word(kind: SyntaxKind) -> bool {
    matches!(
        kind,
        SyntaxKind::IDENT | T![Self] | T![self] | T![super] | T![crate] | T![await]
    )
}

/// A token with its context. Punctuation is split into characters.
struct Around<'a> {
    words: &'a [Token<'a>],
    at: usize,
}

impl<'a> Around<'a> {
    fn next(&self, by: usize) -> Option<&'a str> {
        self.words.get(self.at + by).map(|it| it.text)
    }

    fn back(&self, by: usize) -> Option<&'a Token<'a>> {
        self.words.get(self.at.checked_sub(by)?)
    }

    fn is_back(&self, by: usize, text: &str) -> bool {
        self.back(by).is_some_and(|it| it.text == text)
    }

    /// Whether it follows the dot of a field or a method, which isn't a range's.
    fn is_member(&self) -> bool {
        self.is_back(1, ".") && !self.is_back(2, ".")
    }

    /// The name before a preceding `::`, if there is one.
    fn qualifier(&self) -> Option<&'a str> {
        if !(self.is_back(1, ":") && self.is_back(2, ":")) {
            return None;
        }
        let before = self.back(3).filter(|it| is_word(it.kind));
        Some(before.map_or("", |it| it.text))
    }

    /// Whether it is the label of a record field, or the name of a typed field.
    fn is_label(&self) -> bool {
        let begins = self.is_back(1, "{") || self.is_back(1, ",");
        begins && self.next(1) == Some(":") && self.next(2) != Some(":")
    }
}
