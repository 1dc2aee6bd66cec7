//! Statements that repeat in one file except for a few tokens, or for a statement in between.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, HashMap, HashSet},
    sync::{LazyLock, Mutex},
};

use super::bound;
use crate::{
    survey::Print,
    syntax::{
        FileUnit, Run,
        alike::{Comparison, Kind, compare},
        runs::{FEWEST_STATEMENTS, Repeat, RepeatPlace, SHORTEST_RUN, Statement},
    },
    text::{TextRange, slice},
};

/// Minimum tokens of a statement to be used as a seed, in total and without its nested statements.
const SEED: u32 = 12;
const SEED_FRAME: u32 = 10;
/// Maximum occurrences of a seed. Code that occurs more often is idiomatic, or a table.
const MOST_SEEDS: usize = 24;
/// Maximum number of consecutive statements that may differ.
const MOST_GAPS: usize = 2;
/// Maximum number of statement pairs followed per file.
const MOST_STEPS: usize = 200_000;
/// Maximum number of places compared token by token.
const MOST_COMPARED: usize = 2_000;
/// Minimum tokens worth a function.
const FEWEST_WORDS: u32 = 40;
const FEWEST_OF_FUNCTION: u32 = 30;
const FEWEST_GAPPED: u32 = 60;
/// The minimum within one function, for whole blocks that are equal.
const FEWEST_OF_BLOCKS: u32 = 18;
/// Minimum number of tokens to be saved.
const LEAST_SAVED: u32 = 22;
/// Minimum percentage of tokens that two places share.
const LEAST_COMMON: u32 = 80;
/// Maximum number of arguments and of differing callees; more is hard to follow.
const MOST_ARGUMENTS: usize = 5;
const MOST_CALLED: usize = 2;
/// Tokens that a closure or type parameter adds to a call. Also the cost of a differing field and of an unmatched stretch.
const CLOSURE: u32 = 6;

/// A statement: its run, and its index in it.
type At = (usize, usize);

/// Consecutive statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Window {
    run: usize,
    first: usize,
    count: usize,
}

/// The similar places, in no particular order.
pub(super) fn similar(file: &FileUnit) -> Vec<Repeat> {
    let mut search = Search {
        file,
        runs: &file.share.runs,
        followed: HashSet::new(),
        steps: 0,
        pairs: Vec::new(),
    };
    search.find();
    search.grouped()
}

struct Search<'a> {
    file: &'a FileUnit,
    runs: &'a [Run],
    /// Pairs of statements already visited.
    followed: HashSet<(At, At)>,
    steps: usize,
    pairs: Vec<Pair>,
}

/// Two places, and the tokens that would be removed if they were merged.
struct Pair {
    places: (Window, Window),
    common: Common,
}

/// What two places share.
#[derive(Debug, Clone, Copy)]
struct Common {
    words: u32,
    /// Tokens in the arguments of a call.
    arguments: u32,
    is_equal: bool,
}

impl Default for Common {
    fn default() -> Self {
        Self {
            words: u32::MAX,
            arguments: 0,
            is_equal: true,
        }
    }
}

impl Common {
    fn of(self, other: Self) -> Self {
        Self {
            words: self.words.min(other.words),
            arguments: self.arguments.max(other.arguments),
            is_equal: self.is_equal && other.is_equal,
        }
    }
}

impl Search<'_> {
    fn find(&mut self) {
        let parents = self.parents();
        let mut compared = HashSet::new();
        let mut open: Vec<(At, At)> = self.seeds();
        open.reverse();
        while let Some((one, other)) = open.pop() {
            if self.steps > MOST_STEPS || compared.len() > MOST_COMPARED {
                break;
            }
            if self.followed.contains(&(one, other)) {
                continue;
            }
            let Some(places) = self.grown(one, other) else {
                continue;
            };
            if !compared.insert(places) {
                continue;
            }
            let is_whole = |it: &Window| it.count == self.runs[it.run].statements.len();
            if is_whole(&places.0) && is_whole(&places.1) {
                let around = parents[places.0.run].zip(parents[places.1.run]);
                open.extend(around.filter(|(one, other)| one != other));
            }
            self.pairs.extend(self.compared(places));
        }
    }

    /// The enclosing statement of each run.
    fn parents(&self) -> Vec<Option<At>> {
        let mut order: Vec<usize> = (0..self.runs.len()).collect();
        let range = |run: usize| self.runs[run].range();
        order.sort_by_key(|run| (range(*run).start(), Reverse(range(*run).end())));
        let mut parents = vec![None; self.runs.len()];
        let mut around: Vec<usize> = Vec::new();
        for run in order {
            while around
                .last()
                .is_some_and(|it| !range(*it).contains_range(range(run)))
            {
                around.pop();
            }
            parents[run] = around.last().and_then(|outer| {
                let statements = &self.runs[*outer].statements;
                let at = statements.partition_point(|it| it.range.end() < range(run).end());
                Some((*outer, at)).filter(|(_, at)| *at < statements.len())
            });
            around.push(run);
        }
        parents
    }

    /// Pairs of statements with the same form: the first of each form with all others, and each with the next.
    fn seeds(&self) -> Vec<(At, At)> {
        let mut forms: Vec<(Print, At)> = Vec::new();
        for (run, number) in self.runs.iter().zip(0..) {
            for (statement, at) in run.statements.iter().zip(0..) {
                if statement.shape.words >= SEED {
                    forms.push((statement.shape.print, (number, at)));
                }
                if statement.frame != statement.shape && statement.frame.words >= SEED_FRAME {
                    forms.push((statement.frame.print, (number, at)));
                }
            }
        }
        forms.sort_unstable();
        let alike = forms.chunk_by(|one, next| one.0 == next.0);
        let mut seeds = Vec::new();
        for alike in alike.filter(|alike| (2..=MOST_SEEDS).contains(&alike.len())) {
            let first = alike[0].1;
            seeds.extend(alike[1..].iter().map(|(_, at)| (first, *at)));
            let next = alike[1..].windows(2);
            seeds.extend(next.map(|pair| (pair[0].1, pair[1].1)));
        }
        seeds.sort_unstable();
        seeds.dedup();
        seeds
    }

    fn statement(&self, (run, at): At) -> Option<&Statement> {
        self.runs[run].statements.get(at)
    }

    fn is_alike(&self, one: At, other: At) -> bool {
        let pair = self.statement(one).zip(self.statement(other));
        pair.is_some_and(|(one, other)| one.frame == other.frame)
    }

    /// Extends two statements to the similar code around them.
    fn grown(&mut self, one: At, other: At) -> Option<(Window, Window)> {
        let own = |at: At| {
            self.statement(at)
                .map_or_else(TextRange::default, |it| it.range)
        };
        let is_nested = own(one)
            .intersect(own(other))
            .is_some_and(|it| !it.is_empty());
        if is_nested {
            return None;
        }
        let behind = self.followed_to((one, other), -1, one.1);
        let ahead = self.followed_to((one, other), 1, behind.1.1);
        let window = |from: At, to: At| Window {
            run: from.0,
            first: from.1,
            count: to.1 + 1 - from.1,
        };
        Some((window(behind.0, ahead.0), window(behind.1, ahead.1)))
    }

    /// The last similar pair of statements in one direction; within one run, neither place extends past the limit.
    fn followed_to(&mut self, from: (At, At), direction: isize, limit: usize) -> (At, At) {
        // How many statements to skip on each side to find the next similar pair, nearest first.
        const WAYS: [(isize, isize); 11] = [
            (1, 1),
            (1, 2),
            (2, 1),
            (2, 2),
            (1, 3),
            (3, 1),
            (2, 3),
            (3, 2),
            (3, 3),
            (2, 4),
            (4, 2),
        ];
        let (mut last, mut gaps) = (from, 0);
        loop {
            self.followed.insert(last);
            let step = |at: At, count: isize| {
                let to = at.1.checked_add_signed(direction * count)?;
                self.statement((at.0, to)).map(|_| (at.0, to))
            };
            let next = WAYS.iter().find_map(|way| {
                let next = step(last.0, way.0).zip(step(last.1, way.1))?;
                let is_past = match direction {
                    1 => next.0.1 >= limit,
                    _ => next.1.1 <= limit,
                };
                let meets = next.0.0 == next.1.0 && is_past;
                let is_gap = *way != (1, 1);
                let is_solid = !is_gap || self.statement(next.0).is_some_and(|it| it.words >= 8);
                let goes_on = !meets && is_solid && self.is_alike(next.0, next.1);
                goes_on.then_some((next, is_gap))
            });
            self.steps += 1;
            match next {
                Some((_, true)) if gaps == MOST_GAPS => return last,
                Some((next, is_gap)) => {
                    gaps += usize::from(is_gap);
                    last = next;
                }
                None => return last,
            }
        }
    }

    fn statements(&self, window: Window) -> &[Statement] {
        &self.runs[window.run].statements[window.first..window.first + window.count]
    }

    fn words(&self, window: Window) -> u32 {
        self.statements(window).iter().map(|it| it.words).sum()
    }

    fn range(&self, window: Window) -> TextRange {
        let statements = self.statements(window);
        statements[0]
            .range
            .cover(statements[window.count - 1].range)
    }

    fn text(&self, window: Window) -> &str {
        slice(&self.file.text, self.range(window)).unwrap_or_default()
    }

    /// Compares two places; returns `None` if they have too little in common.
    fn compared(&self, places: (Window, Window)) -> Option<Pair> {
        let words = self.words(places.0).min(self.words(places.1));
        let is_equal = self.are_equal(places);
        let are_blocks = is_equal && self.are_blocks(places);
        if !self.may_be_told(places, words, (is_equal, are_blocks)) {
            return None;
        }
        let key = (self.print(places.0), self.print(places.1), are_blocks);
        let judge = || judged(self.text(places.0), self.text(places.1), words, are_blocks);
        let common = JUDGED.get(key, judge)?;
        // These are duplicate functions, or have different types.
        let are_duplicates = common.is_equal && self.are_functions(places);
        if are_duplicates || self.is_bound(places.0) || self.is_bound(places.1) {
            return None;
        }
        Some(Pair { places, common })
    }

    /// Whether two places may have enough in common, before their tokens are read.
    fn may_be_told(
        &self,
        places: (Window, Window),
        words: u32,
        (is_equal, are_blocks): (bool, bool),
    ) -> bool {
        if words < FEWEST_OF_BLOCKS || self.is_list(places.0) || self.is_list(places.1) {
            return false;
        }
        let common = self.range(places.0).intersect(self.range(places.1));
        let is_line = !self.text(places.0).contains('\n');
        // Long equal code is reported as equal blocks.
        let is_told = is_equal && places.0.count >= FEWEST_STATEMENTS && words >= SHORTEST_RUN;
        if is_line || is_told || common.is_some_and(|it| !it.is_empty()) {
            return false;
        }
        let fewest = if is_equal || self.unit(places.0) == self.unit(places.1) {
            FEWEST_OF_FUNCTION
        } else {
            FEWEST_WORDS
        };
        let most = self.words(places.0).max(self.words(places.1));
        (words >= fewest || are_blocks)
            && words * 100 >= most * LEAST_COMMON * 3 / 4
            && self.framed(places) * 100 >= most * LEAST_COMMON / 2
    }

    fn print(&self, window: Window) -> Print {
        let prints = self.statements(window).iter().map(|it| it.print);
        prints.fold(window.count as u64, |all, print| {
            all.rotate_left(21).wrapping_mul(3) ^ print
        })
    }

    /// The tokens of the statements in one place whose frames also occur in the other: about the maximum they can share.
    fn framed(&self, (one, other): (Window, Window)) -> u32 {
        let others = self.statements(other);
        let statements = self.statements(one).iter();
        let common = statements.filter(|it| others.iter().any(|other| other.frame == it.frame));
        common.map(|it| it.words).sum()
    }

    /// Whether the statements have pairwise equal prints.
    fn are_equal(&self, (one, other): (Window, Window)) -> bool {
        let prints = |it: Window| self.statements(it).iter().map(|it| it.print);
        prints(one).eq(prints(other))
    }

    /// Whether the functions share a name, as when each type has its own.
    fn is_one_name(&self, places: &[RepeatPlace]) -> bool {
        let names = places
            .iter()
            .filter_map(|it| slice(&self.file.text, it.function?));
        let names: HashSet<&str> = names.collect();
        names.len() < 2
    }

    /// Whether both are the entire bodies of two functions.
    fn are_functions(&self, (one, other): (Window, Window)) -> bool {
        let is_body = |it: Window| {
            let run = &self.runs[it.run];
            it.count == run.statements.len() && run.body_of.is_some()
        };
        is_body(one) && is_body(other)
    }

    /// Whether both are whole blocks of the same function.
    fn are_blocks(&self, (one, other): (Window, Window)) -> bool {
        let is_whole = |it: Window| it.count == self.runs[it.run].statements.len();
        is_whole(one) && is_whole(other) && self.unit(one) == self.unit(other)
    }

    fn unit(&self, window: Window) -> usize {
        self.runs[window.run].unit
    }

    /// Whether it depends on the surrounding type, or leaves many bindings behind.
    fn is_bound(&self, window: Window) -> bool {
        let run = &self.runs[window.run];
        bound::is_bound(self.file, run, self.statements(window))
    }

    /// Whether it is a single plain statement, or repeats a single form.
    fn is_list(&self, window: Window) -> bool {
        let statements = self.statements(window);
        let mut forms: Vec<Print> = statements.iter().map(|it| it.shape.print).collect();
        forms.sort_unstable();
        forms.dedup();
        let is_plain = statements.iter().all(|it| it.frame == it.shape);
        is_plain && forms.len() < 2
    }

    /// Groups places that are reported together.
    fn grouped(self) -> Vec<Repeat> {
        let mut of_place: BTreeMap<Window, Vec<usize>> = BTreeMap::new();
        for (pair, number) in self.pairs.iter().zip(0..) {
            of_place.entry(pair.places.0).or_default().push(number);
            of_place.entry(pair.places.1).or_default().push(number);
        }
        let mut known: HashSet<Window> = HashSet::new();
        let mut found = Vec::new();
        for start in of_place.keys() {
            if !known.insert(*start) {
                continue;
            }
            let mut group = vec![*start];
            let mut common = Common::default();
            let mut next = 0;
            while let Some(window) = group.get(next).copied() {
                next += 1;
                for number in &of_place[&window] {
                    let pair = &self.pairs[*number];
                    common = common.of(pair.common);
                    for place in [pair.places.0, pair.places.1] {
                        if known.insert(place) {
                            group.push(place);
                        }
                    }
                }
            }
            found.extend(self.group(group, common));
        }
        found
    }

    fn group(&self, mut windows: Vec<Window>, common: Common) -> Option<Repeat> {
        windows.sort_by_key(|it| (self.range(*it).start(), Reverse(self.range(*it).end())));
        let Common {
            words,
            arguments,
            is_equal,
        } = common;
        let are_twins = windows.iter().all(|it| self.runs[it.run].is_of_trait);
        let mut places: Vec<RepeatPlace> = Vec::new();
        for window in windows {
            let place = self.runs[window.run].place(window.first, window.count);
            if places
                .last()
                .is_none_or(|last| last.range.end() <= place.range.start())
            {
                places.push(place);
            }
        }
        let are_functions = places.iter().all(|it| it.function.is_some());
        if places.len() < 2 || are_functions && (are_twins || self.is_one_name(&places)) {
            return None;
        }
        let count = u32::try_from(places.len()).unwrap_or(u32::MAX);
        let saves = Repeat::saved(words, count, arguments);
        if saves < LEAST_SAVED && !is_equal {
            return None;
        }
        Some(Repeat {
            is_equal: false,
            places,
            saves,
            words,
        })
    }
}

/// What two texts share, if they are similar enough to be merged.
fn judged(one: &str, other: &str, words: u32, are_blocks: bool) -> Option<Common> {
    let found = compare(one, other)?;
    if !are_blocks && !is_close(&found, words) {
        return None;
    }
    let costs = found.differing.iter().map(|it| match it.kind {
        Kind::Called | Kind::Field | Kind::Path => CLOSURE,
        Kind::Text | Kind::Value | Kind::Variable => Repeat::ARGUMENT,
    });
    let arguments = costs.sum::<u32>() + found.stretches.saturating_mul(CLOSURE);
    let common = found.words.saturating_sub(found.unmatched);
    let words = u64::from(words) * u64::from(common) / u64::from(found.words.max(1));
    Some(Common {
        words: u32::try_from(words).unwrap_or(u32::MAX),
        arguments,
        is_equal: found.unmatched == 0 && found.differing.is_empty(),
    })
}

/// The prints of two places, and whether they are whole blocks of the same function.
type Key = (Print, Print, bool);

/// The results of comparing pairs of places, so that a keystroke compares only what it changed.
#[derive(Default)]
struct Judged(Mutex<HashMap<Key, Option<Common>>>);

static JUDGED: LazyLock<Judged> = LazyLock::new(Judged::default);

impl Judged {
    const MOST: usize = 20_000;

    fn get(&self, key: Key, judge: impl FnOnce() -> Option<Common>) -> Option<Common> {
        let known = self.0.lock().ok()?.get(&key).copied();
        if let Some(known) = known {
            return known;
        }
        let found = judge();
        let mut all = self.0.lock().ok()?;
        if all.len() >= Self::MOST {
            all.clear();
        }
        all.insert(key, found);
        found
    }
}

/// Whether two texts are similar enough to be merged.
fn is_close(found: &Comparison<'_>, words: u32) -> bool {
    let is_whole = found.unmatched == 0;
    let called = found.count(Kind::Called) + found.count(Kind::Path);
    let arguments = found.differing.len();
    let is_long = is_whole || words >= FEWEST_GAPPED;
    is_long
        && found.percent() >= LEAST_COMMON
        && called <= MOST_CALLED
        && arguments <= MOST_ARGUMENTS
        && found.stretches <= 3
}
