//! Computes edits between two source texts.

use similar::DiffTag;

use super::comparison::Comparison;
use crate::text::{Edit, Edits, TextRange, TextSize};

/// Maximum words of consecutive changed lines to compare by words; more would be slow without being useful.
const MOST_WORDS: usize = 4_000;

/// Returns the edits from `before` to `after`: by lines, and by words within changed lines, so that cursors, folds and markers
/// near the changes keep their positions.
pub fn difference(before: &str, after: &str) -> Edits {
    let lines = Comparison::by_lines(before, after);
    let mut edits = Vec::new();
    for hunk in changes(&lines, 0) {
        let old = &before[usize::from(hunk.delete.start())..usize::from(hunk.delete.end())];
        edits.extend(by_words(old, &hunk));
    }
    // One comparison yields disjoint edits; otherwise a single edit of everything would still be correct.
    Edits::new(edits).unwrap_or_else(|_| whole(before, after))
}

fn by_words(old: &str, hunk: &Edit) -> Vec<Edit> {
    let words = Comparison::by_words(old, &hunk.insert);
    if words.old.len() + words.new.len() > MOST_WORDS {
        return vec![hunk.clone()];
    }
    changes(&words, hunk.delete.start().into())
}

/// Returns the differences of a comparison, in a source text that starts at `start`.
fn changes(parts: &Comparison<'_>, start: u32) -> Vec<Edit> {
    let old: Vec<TextSize> = offsets(&parts.old, start);
    let changed = parts.ops.iter().filter(|op| op.tag() != DiffTag::Equal);
    changed
        .map(|op| {
            let (from, to) = (op.old_range().start, op.old_range().end);
            Edit::replace(
                TextRange::new(old[from], old[to]),
                parts.new[op.new_range()].concat(),
            )
        })
        .collect()
}

/// Returns the start of each part, and the end of the last one.
fn offsets(parts: &[&str], start: u32) -> Vec<TextSize> {
    let mut at = TextSize::new(start);
    let mut offsets = vec![at];
    for part in parts {
        at += TextSize::of(*part);
        offsets.push(at);
    }
    offsets
}

fn whole(before: &str, after: &str) -> Edits {
    let all = TextRange::up_to(TextSize::of(before));
    Edits::new(vec![Edit::replace(all, after)]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "fn f() {\r\n    if a {\r\n        if b {\r\n            ä();\r\n        }\r\n    }\r\n}\r\n\r\nfn g() {}\r\n";
    const AFTER: &str =
        "fn f() {\r\n    if a && b {\r\n        ä();\r\n    }\r\n}\r\n\r\nfn g() {}\r\n";

    #[test]
    fn the_edits_lead_from_one_text_to_the_other() {
        for (before, after) in [
            (BEFORE, AFTER),
            (AFTER, BEFORE),
            ("", AFTER),
            (AFTER, ""),
            ("a\nb", "a\nb\n"),
            ("a b c\n", "c b a\n"),
        ] {
            let edits = difference(before, after);
            assert_eq!(edits.apply(before).as_deref(), Some(after));
        }
    }

    #[test]
    fn what_stays_is_not_touched() {
        let edits = difference(BEFORE, AFTER).trimmed(BEFORE);
        let touched: u32 = edits
            .as_slice()
            .iter()
            .map(|edit| u32::from(edit.delete.len()))
            .sum();
        assert!(touched < 50, "{edits:?}");
        assert!(difference(AFTER, AFTER).is_empty());
        let call = BEFORE.find("ä();").unwrap();
        let call = TextSize::try_from(call).unwrap();
        assert!(
            edits
                .as_slice()
                .iter()
                .all(|edit| !edit.delete.contains(call)),
            "{edits:?}"
        );
    }

    #[test]
    fn a_text_with_many_changes_is_still_right() {
        let text = |name: &str| {
            let lines = (0..3_000).map(|at| format!("let {name}{at} = {at};\n"));
            lines.collect::<Vec<_>>().concat()
        };
        let (before, after) = (text("a"), text("b"));
        let edits = difference(&before, &after);
        assert_eq!(edits.apply(&before), Some(after));
    }
}
