//! Identities of findings that survive changes elsewhere in the file, for baselines and for tools that compare reports.

use std::collections::HashMap;

use super::{Finding, Functions};
use crate::{
    syntax::{FileContext, tokens},
    text::{TextRange, slice},
};

/// Number of hexadecimal digits of an identity.
const DIGITS: usize = 32;
/// Maximum number of words that identify a finding's code.
const MOST_WORDS: usize = 8;
/// Number of bytes to search for these words.
const MOST_BYTES: usize = 1024;

/// Returns an identity for each finding of a file, from its smell, the enclosing functions, its first words and its index among
/// equal ones.
///
/// Nothing depends on the number of lines or bytes before it.
pub fn identities(
    path: &str,
    text: &str,
    findings: &[Finding],
    functions: &Functions,
) -> Vec<String> {
    let mut turns: HashMap<blake3::Hash, u32> = HashMap::new();
    let findings = findings.iter();
    let identities = findings.map(|finding| {
        let place = place(text, finding.at, functions);
        let hash = hash(&[
            path,
            finding.smell.id,
            &place,
            &words(text, finding.at, functions),
        ]);
        let turn = turns.entry(hash).or_default();
        *turn += 1;
        let whole = blake3::keyed_hash(hash.as_bytes(), &turn.to_le_bytes());
        whole.to_hex()[..DIGITS].to_owned()
    });
    identities.collect()
}

/// Returns the names of the enclosing functions, outermost first.
pub(super) fn place(text: &str, at: TextRange, functions: &Functions) -> String {
    let around = functions.around(at);
    let mut names: Vec<_> = around
        .filter_map(|function| slice(text, function.name))
        .collect();
    names.reverse();
    names.join("::")
}

/// Returns the finding's first words, ignoring layout: from its start in a body, otherwise only within its range, because
/// signatures grow.
pub(super) fn words(text: &str, at: TextRange, functions: &Functions) -> String {
    let own = slice(text, at).unwrap_or_default();
    let Some(around) = functions.around(at).next() else {
        return words_or_comment(own, own);
    };
    if around.name == at {
        return own.to_owned();
    }
    let rest = TextRange::new(at.start(), around.range.end());
    words_or_comment(own, slice(text, rest).unwrap_or(own))
}

/// Returns the words of `rest`, or those of a comment if the finding is only a comment.
fn words_or_comment(own: &str, rest: &str) -> String {
    let words = first_words(own);
    if words.is_empty() {
        return own.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    first_words(rest).join(" ")
}

/// Returns words without comments and layout, such as white space, commas and braces, which a formatter changes.
fn first_words(text: &str) -> Vec<&str> {
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let tokens = tokens(&text[..end], FileContext::default().edition);
    let words = tokens
        .into_iter()
        .filter(|(kind, word)| !kind.is_trivia() && !word.chars().all(is_layout));
    words.map(|(_, word)| word).take(MOST_WORDS).collect()
}

/// Whether a formatter may add or remove the character.
pub(super) fn is_layout(character: char) -> bool {
    character.is_whitespace() || matches!(character, ',' | ';' | '{' | '}' | '(' | ')')
}

/// Hashes each part with its length, so that different lists of parts never collide.
pub(super) fn hash(parts: &[&str]) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::identities;
    use crate::{
        analysis::{Functions, OpenFile, judge},
        config::Rules,
        syntax::FileContext,
    };

    /// Returns smells with the identities of their findings.
    fn found(path: &str, text: &str) -> Vec<(&'static str, String)> {
        let file = OpenFile::new(text, FileContext::default());
        let findings = judge(file.report(), text, &Rules::default());
        let identities = identities(
            path,
            text,
            &findings,
            &Functions::new(file.report().functions()),
        );
        findings
            .iter()
            .map(|it| it.smell.id)
            .zip(identities)
            .collect()
    }

    /// Returns a function with one finding.
    fn unwraps(name: &str) -> String {
        format!(
            "fn {name}(a: Option<u8>) -> u8 {{\n    let b = match a {{\n        Some(b) => b,\n        None => return 0,\n    }};\n    b + 1\n}}\n"
        )
    }

    #[test]
    fn lines_above_change_nothing() {
        let text = unwraps("f");
        let expected = found("a.rs", &text);
        assert_eq!(expected.len(), 1);
        assert_eq!(
            found("a.rs", &format!("{}{text}", "// above\n".repeat(100))),
            expected
        );
        assert_eq!(found("a.rs", &text.replace("u8", "u16")), expected);
    }

    #[test]
    fn what_differs_has_another() {
        let all = [
            found("a.rs", &unwraps("f")),
            found("b.rs", &unwraps("f")),
            found("a.rs", &unwraps("g")),
        ]
        .concat();
        let mut identities: Vec<_> = all.iter().map(|(_, identity)| identity).collect();
        identities.sort();
        identities.dedup();
        assert_eq!(identities.len(), 3);
    }

    #[test]
    fn layout_and_comments_change_nothing() {
        let text = unwraps("f");
        let expected = found("a.rs", &text);
        for (then, now) in [
            (
                "        Some(b) => b,\n",
                "        // Why.\n        Some(b) => {\n            b\n        }\n",
            ),
            ("match a {\n        Some(b)", "match a { Some(b)"),
            ("let b = match", "let b =\n        match"),
        ] {
            assert!(text.contains(then));
            assert_eq!(found("a.rs", &text.replace(then, now)), expected, "{now}");
        }
    }

    #[test]
    fn equals_are_told_apart_by_their_turn() {
        let text = format!(
            "mod m {{\n{}}}\nmod n {{\n{}}}\n",
            unwraps("f"),
            unwraps("f")
        );
        let both = found("a.rs", &text);
        assert_eq!(both.len(), 2);
        assert_ne!(both[0].1, both[1].1);
    }
}
