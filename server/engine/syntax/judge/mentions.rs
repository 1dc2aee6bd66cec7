//! Textual occurrences of a name, including in strings and comments: the cheapest check for uses. Errs towards reporting one.

use std::collections::HashSet;

use ra_ap_syntax::SyntaxKind;

use crate::syntax::{Edition, tokens};

/// The offsets at which a name occurs in a text as a whole word.
pub fn places_of<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let found = text.match_indices(name).map(|(at, _)| at);
    found.filter(move |at| {
        let is_begun = text[..*at].ends_with(is_word);
        let goes_on = text[at + name.len()..].starts_with(is_word);
        !is_begun && !goes_on
    })
}

/// The number of outer variables that a text names, including those in format strings.
pub fn variables_read(text: &str, edition: Edition) -> usize {
    let tokens: Vec<(SyntaxKind, &str)> = tokens(text, edition)
        .into_iter()
        .filter(|(kind, _)| !kind.is_trivia())
        .collect();
    let (mut declared, mut read) = (HashSet::new(), HashSet::new());
    let mut is_pattern = false;
    for (at, (kind, word)) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map_or("", |(_, next)| next);
        let word_before = |back: usize| at.checked_sub(back).map_or("", |it| tokens[it].1);
        let is_of_path = word_before(1) == ":" && word_before(2) == ":";
        match *word {
            "let" => is_pattern = true,
            "=" | ";" => is_pattern = false,
            _ => {}
        }
        match kind {
            SyntaxKind::STRING => read.extend(formatted_in(word)),
            SyntaxKind::IDENT if is_variable(word) && word_before(1) != "." && !is_of_path => {
                if is_pattern {
                    declared.insert(*word);
                } else if !matches!(next, "(" | "!" | ":") {
                    read.insert(*word);
                }
            }
            SyntaxKind::SELF_KW => {
                read.insert(*word);
            }
            _ => {}
        }
    }
    read.difference(&declared).count()
}

fn is_variable(word: &str) -> bool {
    word.starts_with(|c: char| c.is_lowercase() || c == '_')
}

/// The names between the braces of a format string.
fn formatted_in(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split('{').skip(1);
    let names = parts.filter_map(|part| part.split(['}', ':']).next());
    names.filter(|name| is_variable(name) && name.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_whole_words() {
        let places = |text: &str| places_of(text, "ab").collect::<Vec<_>>();
        assert_eq!(places("ab+x.ab(\"{ab}\")"), [0, 5, 10]);
        assert!(places("abc cab _ab ab_ é ab1").is_empty());
        assert!(places("").is_empty());
    }

    #[test]
    fn variables_from_elsewhere_are_counted_once() {
        for (text, count) in [
            (
                "let name = entry.name.as_ref().unwrap();\nwriteln!(writer, \"{vis}const {}: {} = {};\", name, ty, val)?;",
                5,
            ),
            (
                "let day = shop.calendar().today();\nshop.log(day, shop.rest().len());",
                1,
            ),
            ("self.step(a, b, Kind { c, d: e }, &F);", 5),
            ("list.iter().map(module::call).count();", 1),
        ] {
            assert_eq!(variables_read(text, Edition::CURRENT), count, "{text}");
        }
    }
}
