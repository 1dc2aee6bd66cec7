//! Proves that a source text follows from another by behaviour-preserving steps: safe refactorings and layout.

use std::{collections::HashMap, sync::Arc};

use similar::{
    DiffOp, DiffTag,
    algorithms::{Capture, Compact, Replace, myers},
};

use super::{Trigger, Wanted, comparison::Comparison, offers_in};
use crate::{
    refactorings::{Applicability, Context, FilePlace, Kind},
    syntax::{FileContext, Source, tells_its_lines, tokens, words},
    text::{TextRange, TextSize},
};

/// A step from one source text to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProofStep {
    /// White space, comments and optional commas.
    Layout,
    /// At a line, starting at 0, of the source text before it.
    Refactoring { id: &'static str, line: u32 },
    /// Converts the new source text back to the old one; the line is one of the new source text.
    Undone { id: &'static str, line: u32 },
}

/// Maximum number of steps.
const MOST_STEPS: usize = 24;
/// Maximum number of positions in a source text to check for offers.
const MOST_PLACES: usize = 400;
/// Maximum difference in words for which a composition of steps is searched.
const LONGEST_DIFFERENCE: usize = 4_000;

/// Returns the steps from one source text to another; `None` if none were found. Empty if they are equal.
pub fn proof(before: &Arc<str>, after: &Arc<str>, context: FileContext) -> Option<Vec<ProofStep>> {
    if before == after {
        return Some(Vec::new());
    }
    let parsed = |text: &Arc<str>| Source::parse(Arc::clone(text), context).ok();
    let (before, after) = (parsed(before)?, parsed(after)?);
    if tells_its_lines(&before.root()) || tells_its_lines(&after.root()) {
        return None;
    }
    let (there, met) = towards(before, &after);
    if met.text == after.text {
        return Some(steps(there, Vec::new()));
    }
    if is_same(&met, &after) {
        let steps = steps(there, Vec::new());
        return Some([steps, vec![ProofStep::Layout]].concat());
    }
    let (back, meeting) = towards(after, &met);
    is_same(&meeting, &met).then(|| steps(there, back))
}

fn steps(there: Vec<Taken>, back: Vec<Taken>) -> Vec<ProofStep> {
    let there = there.into_iter();
    let there = there.map(|Taken { id, line }| ProofStep::Refactoring { id, line });
    let back = back.into_iter().rev();
    let back = back.map(|Taken { id, line }| ProofStep::Undone { id, line });
    there.chain(back).collect()
}

struct Taken {
    id: &'static str,
    line: u32,
}

fn is_same(one: &Source, other: &Source) -> bool {
    words(&one.root()) == words(&other.root())
}

/// Greedily applies the steps that bring the source text closest to the target.
fn towards(mut source: Source, target: &Source) -> (Vec<Taken>, Source) {
    let mut taken = Vec::new();
    let mut distance = distance(&source, target);
    while taken.len() < MOST_STEPS && (1..LONGEST_DIFFERENCE).contains(&distance) {
        let Some((step, next, left)) = nearest(&source, target) else {
            break;
        };
        if left >= distance {
            break;
        }
        taken.push(step);
        source = next;
        distance = left;
    }
    (taken, source)
}

/// Returns the offer that leaves the fewest differing words.
fn nearest(source: &Source, target: &Source) -> Option<(Taken, Source, usize)> {
    let context = Context::new(source);
    let mut seen = Vec::new();
    let mut best: Option<(Taken, Source, usize)> = None;
    for at in places(source, target) {
        let wanted = Wanted {
            range: TextRange::empty(at),
            findings: &[],
            kinds: Kind::ALL,
            trigger: Trigger::Person,
            place: FilePlace::Unknown,
        };
        for offer in offers_in(&context, &wanted).assists {
            let change = offer.change();
            let is_proof = change.applicability == Applicability::Safe
                && change.steps.files.is_empty()
                && !seen.contains(&change.steps);
            if !is_proof {
                continue;
            }
            seen.push(change.steps.clone());
            let text = change.edits().apply(&source.text);
            let next = text.and_then(|text| Source::parse(text, source.context).ok());
            let Some(next) = next else { continue };
            let left = distance(&next, target);
            if best.as_ref().is_none_or(|(.., least)| left < *least) {
                let id = offer.refactoring().id;
                let line = source.lines.line(change.target.start());
                best = Some((Taken { id, line }, next, left));
            }
        }
    }
    best
}

/// Returns the starts of words on differing lines and adjacent ones.
fn places(source: &Source, target: &Source) -> Vec<TextSize> {
    let lines = Comparison::by_lines(&source.text, &target.text);
    let mut places = Vec::new();
    for op in lines.ops.iter().filter(|op| op.tag() != DiffTag::Equal) {
        let old = op.old_range();
        let first = old.start.saturating_sub(1);
        let last = (old.end + 1).min(lines.old.len());
        let start: usize = lines.old[..first].iter().map(|line| line.len()).sum();
        let code = lines.old[first..last].concat();
        let mut at = TextSize::try_from(start).unwrap_or_default();
        for (kind, text) in tokens(&code, source.context.edition) {
            if !kind.is_trivia() {
                places.push(at);
            }
            at += TextSize::of(text);
        }
    }
    places.dedup();
    places.truncate(MOST_PLACES);
    places
}

/// Number of added and removed words.
fn distance(one: &Source, other: &Source) -> usize {
    let (dropped, added) = difference_in_words(one, other);
    dropped.len() + added.len()
}

/// Returns the removed and the added words, in order.
pub fn difference_in_words(one: &Source, other: &Source) -> (Vec<String>, Vec<String>) {
    let (old, new) = (words(&one.root()), words(&other.root()));
    let alike = old.iter().zip(&new).take_while(|(old, new)| old == new);
    let head = alike.count();
    let (old, new) = (&old[head..], &new[head..]);
    let ends = old.iter().rev().zip(new.iter().rev());
    let tail = ends.take_while(|(old, new)| old == new).count();
    let (old, new) = (&old[..old.len() - tail], &new[..new.len() - tail]);
    let mut known = HashMap::new();
    let mut numbers = |words: &[_]| -> Vec<usize> {
        let words = words.iter().cloned();
        let number = |word| {
            let next = known.len();
            *known.entry(word).or_insert(next)
        };
        words.map(number).collect()
    };
    let (before, after) = (numbers(old), numbers(new));
    let (before, after) = (before.as_slice(), after.as_slice());
    let mut found = Compact::new(Replace::new(Capture::new()), before, after);
    let Ok(()) = myers::diff(&mut found, before, 0..before.len(), after, 0..after.len());
    let ops: Vec<DiffOp> = found.into_inner().into_inner().into_ops();
    let changed = || ops.iter().filter(|op| op.tag() != DiffTag::Equal);
    let dropped = changed().flat_map(|op| &old[op.old_range()]);
    let added = changed().flat_map(|op| &new[op.new_range()]);
    (
        dropped.map(|word| word.text.clone()).collect(),
        added.map(|word| word.text.clone()).collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proved(before: &str, after: &str) -> Option<Vec<ProofStep>> {
        proof(&before.into(), &after.into(), FileContext::default())
    }

    const NESTED: &str = "fn f(a: bool, b: bool) {\n    if a {\n        if b {\n            g();\n        }\n    }\n}\n";
    const MERGED: &str = "fn f(a: bool, b: bool) {\n    if a && b {\n        g();\n    }\n}\n";

    #[test]
    fn layout_alone_is_proved() {
        let laid_out = NESTED.replace("    ", "\t").replace("g();", "g(); // Why.");
        assert_eq!(proved(NESTED, &laid_out), Some(vec![ProofStep::Layout]));
        assert_eq!(proved(NESTED, NESTED), Some(Vec::new()));
    }

    #[test]
    fn refactorings_and_their_opposites_are_proved() {
        let merge = "merge-nested-if";
        let there = [ProofStep::Refactoring { id: merge, line: 1 }];
        assert_eq!(proved(NESTED, MERGED).as_deref(), Some(&there[..]));
        let back = [ProofStep::Undone { id: merge, line: 1 }];
        assert_eq!(proved(MERGED, NESTED).as_deref(), Some(&back[..]));
    }

    #[test]
    fn several_steps_are_found() {
        let twice = |text: &str| format!("{text}\n{}", text.replace("fn f", "fn h"));
        let steps = proved(&twice(NESTED), &twice(MERGED)).unwrap();
        assert_eq!(steps.len(), 2, "{steps:?}");
    }

    #[test]
    fn other_behaviour_is_not_proved() {
        for after in [
            MERGED.replace("&&", "||"),
            MERGED.replace("a && b", "b && a"),
            NESTED.replace("if b", "if !b"),
            NESTED.replace("g();", ""),
            NESTED.replace("g();", "g();\n            g();"),
        ] {
            assert_eq!(proved(NESTED, &after), None, "{after}");
        }
    }

    #[test]
    fn layout_is_no_proof_where_lines_are_told() {
        let text = "fn f() -> u32 {\n    line!()\n}\n";
        assert_eq!(proved(text, &format!("\n{text}")), None);
    }

    #[test]
    fn words_that_come_and_go_are_told() {
        let parsed = |text: &str| Source::parse(text, FileContext::default()).unwrap();
        let (dropped, added) =
            difference_in_words(&parsed("fn f() { a + 1 }"), &parsed("fn f() { a - 1 }"));
        assert_eq!(
            (dropped, added),
            (vec!["+".to_owned()], vec!["-".to_owned()])
        );
    }
}
