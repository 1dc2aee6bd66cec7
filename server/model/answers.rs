//! What all answers have in common: how they are wrapped, and their sentences.

use crate::text::{printable, shortened};

/// Characters of a reason.
const LONGEST_REASON: usize = 160;

/// Models without a schema like to put a fence around JSON.
pub(super) fn unfenced(answer: &str) -> &str {
    let answer = answer.trim();
    let inner = answer
        .strip_prefix("```json")
        .or_else(|| answer.strip_prefix("```"));
    let inner = inner.and_then(|inner| inner.strip_suffix("```"));
    inner.unwrap_or(answer).trim()
}

/// A sentence as plain text: one line, nothing unseen, of a length that is read.
pub(super) fn one_line(words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    let words = words.join(" ");
    printable(&shortened(&words, LONGEST_REASON)).into_owned()
}
