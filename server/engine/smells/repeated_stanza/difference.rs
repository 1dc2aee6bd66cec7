//! The differences between source texts that are equal except for names and literals.

use std::collections::BTreeSet;

use ra_ap_syntax::SyntaxKind;

use crate::syntax::{Edition, tokens};

/// The number of distinct values that would have to be passed, by kind.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    names: usize,
    numbers: usize,
    strings: usize,
    others: usize,
}

impl Difference {
    pub(super) fn of(texts: &[&str]) -> Self {
        let words: Vec<Vec<(SyntaxKind, &str)>> = texts.iter().map(|text| words(text)).collect();
        let Some(first) = words.first() else {
            return Self::default();
        };
        let column = |at: usize| -> Vec<&str> {
            let words = words.iter().filter_map(|words| words.get(at));
            words.map(|word| word.1).collect()
        };
        let mut known = BTreeSet::new();
        let mut found = Self::default();
        for (at, (kind, text)) in first.iter().enumerate() {
            let column = column(at);
            if column.iter().all(|other| other == text) || !known.insert(column) {
                continue;
            }
            *match kind {
                SyntaxKind::IDENT | SyntaxKind::LIFETIME_IDENT => &mut found.names,
                SyntaxKind::INT_NUMBER | SyntaxKind::FLOAT_NUMBER => &mut found.numbers,
                SyntaxKind::STRING | SyntaxKind::BYTE_STRING | SyntaxKind::C_STRING => {
                    &mut found.strings
                }
                _ => &mut found.others,
            } += 1;
        }
        found
    }

    /// Formats the difference, for example "differ in 2 names and 1 number".
    pub(super) fn in_words(&self) -> String {
        let counted = [
            (self.names, "name"),
            (self.numbers, "number"),
            (self.strings, "string"),
            (self.others, "literal"),
        ];
        let said = counted.iter().filter(|(count, _)| *count > 0);
        let said: Vec<String> = said
            .map(|(count, what)| format!("{count} {what}{}", if *count == 1 { "" } else { "s" }))
            .collect();
        match &said[..] {
            [] => "are identical".to_owned(),
            [only] => format!("differ in {only}"),
            [before @ .., last] => format!("differ in {} and {last}", before.join(", ")),
        }
    }
}

/// The tokens without comments and without trailing commas, which depend on the layout.
fn words(text: &str) -> Vec<(SyntaxKind, &str)> {
    let tokens = tokens(text, Edition::CURRENT).into_iter();
    let mut words: Vec<(SyntaxKind, &str)> = Vec::new();
    for word in tokens.filter(|(kind, _)| !kind.is_trivia()) {
        let is_closing = matches!(
            word.0,
            SyntaxKind::R_PAREN | SyntaxKind::R_BRACK | SyntaxKind::R_CURLY
        );
        if is_closing && words.last().is_some_and(|last| last.0 == SyntaxKind::COMMA) {
            words.pop();
        }
        words.push(word);
    }
    words
}
