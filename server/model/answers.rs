//! Common parts of all answers: their wrapping, and the sentences in them.

use crate::text::{printable, shortened};

/// Maximum characters of a reason.
const LONGEST_REASON: usize = 160;

/// Removes a code fence around JSON, which models without schema support tend to add.
pub(super) fn unfenced(answer: &str) -> &str {
    let answer = answer.trim();
    let inner = answer
        .strip_prefix("```json")
        .or_else(|| answer.strip_prefix("```"));
    let inner = inner.and_then(|inner| inner.strip_suffix("```"));
    inner.unwrap_or(answer).trim()
}

/// A sentence as plain text: a single line of limited length, without invisible characters.
pub(super) fn one_line(words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    let words = words.join(" ");
    printable(&shortened(&words, LONGEST_REASON)).into_owned()
}
