//! Repeated statements in one file, identical or similar.

use std::{cmp::Reverse, collections::HashSet};

use super::{bound, longest, similar::similar};
use crate::{
    syntax::{
        FileUnit,
        prints::{Names, Print, are_equal},
        runs::{FEWEST_STATEMENTS, Repeat, RepeatPlace, SHORTEST_RUN, Statement},
    },
    text::{TextRange, slice},
};

/// The repetitions in a file, those that save most first. No place is nested in another one. Computed once.
pub fn repeats(file: &FileUnit) -> &[Repeat] {
    file.repeats.get_or_init(|| {
        let mut found = equal(file);
        found.extend(similar(file));
        found.sort_by_key(|it| (Reverse(it.saves), !it.is_equal, it.places[0].range.start()));
        let mut told: Vec<TextRange> = Vec::new();
        found.retain(|repeat| {
            let mut ranges = repeat.places.iter().map(|place| place.range);
            let is_free = ranges.all(|range| told.iter().all(|it| it.intersect(range).is_none()));
            if is_free {
                told.extend(repeat.places.iter().map(|place| place.range));
            }
            is_free
        });
        found
    })
}

/// The start of a run: its statement list, and the index in it.
type At = (usize, usize);

/// Statements that occur several times identically.
fn equal(file: &FileUnit) -> Vec<Repeat> {
    let runs = &file.share.runs;
    let mut starts: Vec<(Print, At)> = Vec::new();
    for (run, number) in runs.iter().zip(0..) {
        let windows = run.statements.windows(FEWEST_STATEMENTS).zip(0..);
        starts.extend(windows.map(|(window, at)| (print_of(window), (number, at))));
    }
    starts.sort_unstable();
    let print = |(run, at): At, behind: isize| {
        let at = at.checked_add_signed(behind)?;
        Some(runs[run].statements.get(at)?.print)
    };
    let mut blocks = Vec::new();
    for alike in starts.chunk_by(|one, next| one.0 == next.0) {
        if alike.len() > 1 {
            let places = alike.iter().map(|(_, at)| *at).collect();
            let found = longest(places, print).into_iter();
            blocks.extend(found.filter_map(|(places, length)| {
                let (places, length) = in_paragraphs(file, places, length);
                block(file, &places, length)
            }));
        }
    }
    blocks
}

fn print_of(window: &[Statement]) -> Print {
    let prints = window.iter().map(|statement| statement.print);
    prints.fold(0, |all, print| all.rotate_left(21) ^ print)
}

/// Trims the places to whole paragraphs: drops the statements before the first blank line if a place starts inside a paragraph,
/// and those after the last one if it ends inside one.
fn in_paragraphs(file: &FileUnit, places: Vec<At>, length: usize) -> (Vec<At>, usize) {
    let (run, first) = places[0];
    let statements = &file.share.runs[run].statements;
    let is_parted = |at: usize| {
        at == 0
            || at == statements.len()
            || has_blank_line(file, statements[at - 1].range, statements[at].range)
    };
    let end = first + length;
    let begin = (first..end).find(|at| is_parted(*at)).unwrap_or(first);
    let end = (begin + 1..=end).rfind(|at| is_parted(*at)).unwrap_or(end);
    let dropped = begin - first;
    let places = places.into_iter().map(|(run, at)| (run, at + dropped));
    (places.collect(), end - begin)
}

fn has_blank_line(file: &FileUnit, before: TextRange, behind: TextRange) -> bool {
    let between = TextRange::new(before.end(), behind.start().max(before.end()));
    let between = slice(&file.text, between).unwrap_or_default();
    between.lines().skip(1).any(|line| line.trim().is_empty()) && between.matches('\n').count() > 1
}

fn block(file: &FileUnit, places: &[At], length: usize) -> Option<Repeat> {
    let runs = &file.share.runs;
    let statements = |(run, at): At| &runs[run].statements[at..at + length];
    let words: u32 = statements(places[0]).iter().map(|it| it.words).sum();
    if words < SHORTEST_RUN || is_list(statements(places[0])) || overlap(places, length) {
        return None;
    }
    let text = |at: At| slice(&file.text, range_of(statements(at))).unwrap_or_default();
    let first = text(places[0]);
    let is_bound = |at: &At| bound::is_bound(file, &runs[at.0], statements(*at));
    if places.iter().any(is_bound) {
        return None;
    }
    let cases = places
        .iter()
        .map(|at| bound::case_of(file, &runs[at.0], statements(*at)));
    let types = places
        .iter()
        .map(|at| bound::self_of(file, statements(*at)));
    if cases.collect::<HashSet<_>>().len() > 1 || types.collect::<HashSet<_>>().len() > 1 {
        return None;
    }
    // Equal prints are verified on the source text.
    let is_equal = |at: &At| {
        let other = text(*at);
        first == other || are_equal((first, None), (other, None), Names::Kept)
    };
    if !places.iter().all(is_equal) {
        return None;
    }
    let places = places.iter().map(|(run, at)| runs[*run].place(*at, length));
    let mut places: Vec<RepeatPlace> = places.collect();
    places.sort_by_key(|place| place.range.start());
    let others = u32::try_from(places.len() - 1).unwrap_or(u32::MAX);
    Some(Repeat {
        words,
        saves: words.saturating_mul(others),
        is_equal: true,
        places,
    })
}

pub(super) fn range_of(statements: &[Statement]) -> TextRange {
    statements[0]
        .range
        .cover(statements[statements.len() - 1].range)
}

/// Whether the statements only repeat one or two prints.
fn is_list(statements: &[Statement]) -> bool {
    let mut prints: Vec<Print> = statements.iter().map(|it| it.print).collect();
    prints.sort_unstable();
    prints.dedup();
    prints.len() < FEWEST_STATEMENTS
}

/// Whether two of the places share a statement; back-to-back repetitions form a list.
fn overlap(places: &[At], length: usize) -> bool {
    let mut sorted = places.to_vec();
    sorted.sort_unstable();
    sorted
        .windows(2)
        .any(|pair| pair[0].0 == pair[1].0 && pair[1].1 - pair[0].1 < length)
}
