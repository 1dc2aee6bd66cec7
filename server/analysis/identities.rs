//! Identities of findings, which outlive changes elsewhere in the file, for baselines and for tools that compare two reports.

use std::collections::HashMap;

use super::{Finding, Functions};
use crate::text::{TextRange, TextSize, slice};

/// Hexadecimal digits of an identity.
const DIGITS: usize = 32;

/// An identity for each finding of a file, from its smell, the functions around it, its own line and its turn among equals.
///
/// Nothing of it counts lines or bytes from the start of the file.
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
            words(text, finding.at, functions),
        ]);
        let turn = turns.entry(hash).or_default();
        *turn += 1;
        let whole = blake3::keyed_hash(hash.as_bytes(), &turn.to_le_bytes());
        whole.to_hex()[..DIGITS].to_owned()
    });
    identities.collect()
}

/// The names of the functions around, from the outermost.
pub(super) fn place(text: &str, at: TextRange, functions: &Functions) -> String {
    let around = functions.around(at);
    let mut names: Vec<_> = around
        .filter_map(|function| slice(text, function.name))
        .collect();
    names.reverse();
    names.join("::")
}

/// What the finding stands on: its line in a body, else the marked words alone, since signatures grow.
pub(super) fn words<'a>(text: &'a str, at: TextRange, functions: &Functions) -> &'a str {
    let marks_name = functions.around(at).any(|function| function.name == at);
    if marks_name {
        return slice(text, at).unwrap_or_default();
    }
    line_at(text, at.start()).trim()
}

fn line_at(text: &str, offset: TextSize) -> &str {
    let (before, behind) = text.split_at(usize::from(offset).min(text.len()));
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let end = behind
        .find('\n')
        .map_or(text.len(), |newline| before.len() + newline);
    &text[start..end]
}

/// Each part is hashed with its length, so that no two lists of parts are one.
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

    /// Smells with the identities of their findings.
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

    /// A function that has one finding.
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
