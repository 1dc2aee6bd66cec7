//! Turns equal prints into duplicates: the longest runs, each once, without those nested in others.

use std::{
    cmp::{Ordering, Reverse},
    collections::{BTreeMap, HashMap, HashSet},
};

use super::{
    Duplicate, DuplicateKind, FileId, Index, IndexedUnit, Spot, longest,
    postings::{self, Posting},
};
use crate::{
    survey::{FunctionPrint, Print, SHORTEST_RUN, StatementPrint},
    syntax::Presence,
    text::{TextRange, TextSize},
};

/// Minimum tokens of a run with renamed identifiers, and minimum number of its statements with distinct shapes.
const SHORTEST_RENAMED_RUN: u32 = 60;
const FEWEST_SHAPES: usize = 3;

/// Minimum tokens of a run that occurs across files.
const SHORTEST_ACROSS: u32 = 60;

/// Keeps functions, blocks that no function duplicate covers, and statements that neither covers. Where blocks or statements
/// overlap, the one that saves most is reported.
pub(super) fn chosen(functions: Vec<Duplicate>, parts: [Vec<Duplicate>; 2]) -> Vec<Duplicate> {
    let mut chosen = Chosen::default();
    for function in functions {
        chosen.add(function);
    }
    let sorted = parts.into_iter().flat_map(|mut parts| {
        parts.sort_by(rank);
        parts.dedup();
        parts
    });
    for mut block in sorted {
        if chosen.covers(&block) {
            continue;
        }
        for place in &mut block.places {
            place.is_told = chosen.told.holds_most_of(place);
        }
        if !block.places.iter().all(|place| place.is_told) {
            chosen.add(block);
        }
    }
    chosen.duplicates.sort_by(rank);
    chosen.duplicates
}

/// Orders by savings and then by length, both descending; then by place.
fn rank(one: &Duplicate, other: &Duplicate) -> Ordering {
    let key = |it: &Duplicate| (Reverse(it.saves()), Reverse(it.words), it.kind);
    let places = |it: &Duplicate| it.places.iter().map(Spot::order).collect::<Vec<_>>();
    let by_worth = key(one).cmp(&key(other));
    by_worth.then_with(|| places(one).cmp(&places(other)))
}

#[derive(Default)]
struct Chosen {
    duplicates: Vec<Duplicate>,
    by_file: HashMap<FileId, Vec<(TextRange, usize)>>,
    told: Told,
}

/// The ranges that are already reported, by their starts, merged where they touch.
#[derive(Default)]
struct Told(HashMap<FileId, BTreeMap<TextSize, TextSize>>);

impl Chosen {
    fn add(&mut self, duplicate: Duplicate) {
        let number = self.duplicates.len();
        for place in &duplicate.places {
            let of_file = self.by_file.entry(place.file).or_default();
            of_file.push((place.range, number));
            self.told.add(place);
        }
        self.duplicates.push(duplicate);
    }

    /// Whether each place lies almost entirely inside a place of one and the same duplicate.
    fn covers(&self, block: &Duplicate) -> bool {
        let Some(first) = block.places.first() else {
            return true;
        };
        let around = self.by_file.get(&first.file).into_iter().flatten();
        let mut around = around.filter(|(range, _)| is_mostly_in(first.range, *range));
        around.any(|(_, number)| {
            let outer = &self.duplicates[*number].places;
            block.places.iter().all(|place| is_in_one_of(place, outer))
        })
    }
}

impl Told {
    fn add(&mut self, place: &Spot) {
        let stretches = self.0.entry(place.file).or_default();
        let mut range = place.range;
        while let Some((&start, &end)) = stretches.range(..=range.end()).next_back()
            && end >= range.start()
        {
            stretches.remove(&start);
            range = range.cover(TextRange::new(start, end));
        }
        stretches.insert(range.start(), range.end());
    }

    fn holds_most_of(&self, place: &Spot) -> bool {
        let Some(stretches) = self.0.get(&place.file) else {
            return false;
        };
        let before = stretches.range(..place.range.end()).rev();
        let stretches = before.take_while(|(_, end)| **end > place.range.start());
        let common = stretches.filter_map(|(start, end)| {
            let common = place.range.intersect(TextRange::new(*start, *end))?;
            Some(u32::from(common.len()))
        });
        common.sum::<u32>() > u32::from(place.range.len()) / 2
    }
}

impl Index {
    pub(super) fn function_groups(
        &self,
        exact: Vec<&[Posting]>,
        renamed: Vec<&[Posting]>,
    ) -> Vec<Duplicate> {
        let exact = exact
            .into_iter()
            .filter_map(|places| self.functions_at(places, DuplicateKind::Function));
        let renamed = renamed.into_iter().filter_map(|places| {
            let one_of_each = self.one_of_each(places);
            self.functions_at(&one_of_each, DuplicateKind::RenamedFunction)
        });
        exact.chain(renamed).collect()
    }

    fn functions_at(&self, places: &[Posting], kind: DuplicateKind) -> Option<Duplicate> {
        let found = places.iter().filter_map(|place| self.function_at(*place));
        let found: Vec<_> = found.collect();
        let words = found.iter().map(|(_, function)| function.words).min()?;
        let spots = found.iter().map(|(unit, function)| Spot {
            file: unit.file,
            range: function.range + unit.offset,
            at: function.name + unit.offset,
            presence: unit.presence,
            is_told: false,
        });
        self.duplicate(kind, words, spots.collect())
    }

    /// Keeps the first of identical functions: they form a duplicate of their own.
    fn one_of_each(&self, places: &[Posting]) -> Vec<Posting> {
        let mut first: HashMap<Print, (FileId, TextRange, Posting)> = HashMap::new();
        for place in places {
            let Some((unit, function)) = self.function_at(*place) else {
                continue;
            };
            let key = (unit.file, function.range + unit.offset, *place);
            let known = first.entry(function.exact).or_insert(key);
            if (key.0, key.1.start()) < (known.0, known.1.start()) {
                *known = key;
            }
        }
        first.into_values().map(|(_, _, place)| place).collect()
    }

    fn function_at(&self, place: Posting) -> Option<(&IndexedUnit, &FunctionPrint)> {
        let unit = self.unit(place.unit)?;
        Some((unit, unit.survey.functions.get(place.item as usize)?))
    }

    /// The longest runs of statements that begin at one of these postings.
    pub(super) fn block_groups(&self, starts: Vec<&[Posting]>) -> Vec<Duplicate> {
        let mut found = Vec::new();
        for places in starts {
            let always = places.iter().filter(|place| {
                let unit = self.unit(place.unit);
                unit.is_some_and(|unit| unit.presence == Presence::Always)
            });
            let mut places: Vec<Posting> = always.copied().collect();
            places.sort_unstable();
            self.extend(places, DuplicateKind::Block, &mut found);
        }
        found
    }

    /// The longest runs of statements in a file that repeat in it with renamed identifiers.
    pub(super) fn renamed_blocks(&self, file: FileId) -> Vec<Duplicate> {
        let units = self.files.get(&file).map_or(&[][..], |file| &file.units);
        let units = units.iter().filter_map(|id| Some((*id, self.unit(*id)?)));
        let always = units.filter(|(_, unit)| unit.presence == Presence::Always);
        let mut starts: Vec<(Print, Posting)> = Vec::new();
        for (id, unit) in always {
            for (run, item) in unit.survey.runs.iter().zip(0..) {
                starts.extend(postings::starts(run, DuplicateKind::RenamedBlock, id, item));
            }
        }
        starts.sort_unstable();
        let mut found = Vec::new();
        for places in starts.chunk_by(|one, next| one.0 == next.0) {
            if places.len() > 1 {
                let places = places.iter().map(|(_, place)| *place).collect();
                self.extend(places, DuplicateKind::RenamedBlock, &mut found);
            }
        }
        found
    }

    /// Extends runs until they diverge.
    fn extend(&self, places: Vec<Posting>, kind: DuplicateKind, found: &mut Vec<Duplicate>) {
        let print = |place: Posting, behind: isize| {
            let at = place.at.checked_add_signed(i32::try_from(behind).ok()?)?;
            Some(self.statement(Posting { at, ..place }, 0)?.print(kind))
        };
        for (places, length) in longest(places, print) {
            match kind {
                DuplicateKind::RenamedBlock => self.add_renamed_run(&places, length, found),
                _ => self.add_run(&places, length, found),
            }
        }
    }

    /// The statement `behind` statements after a place.
    fn statement(&self, place: Posting, behind: usize) -> Option<&StatementPrint> {
        let run = self
            .unit(place.unit)?
            .survey
            .runs
            .get(place.item as usize)?;
        run.statements.get(place.at as usize + behind)
    }

    fn add_run(&self, places: &[Posting], length: usize, found: &mut Vec<Duplicate>) {
        let statements = (0..length).filter_map(|at| self.statement(places[0], at));
        let words: u32 = statements.map(|statement| statement.words).sum();
        if words < SHORTEST_RUN {
            return;
        }
        // Back-to-back repetitions form a list rather than a repeated run.
        if overlap(places, length) {
            return;
        }
        let spots: Vec<Spot> = places
            .iter()
            .filter_map(|place| self.run_at(*place, length))
            .collect();
        if words >= SHORTEST_ACROSS {
            found.extend(self.duplicate(DuplicateKind::Block, words, spots));
            return;
        }
        let mut by_file: HashMap<FileId, Vec<Spot>> = HashMap::new();
        for spot in spots {
            by_file.entry(spot.file).or_default().push(spot);
        }
        let of_files = by_file.into_values();
        found.extend(
            of_files.filter_map(|spots| self.duplicate(DuplicateKind::Block, words, spots)),
        );
    }

    /// Adds a renamed run. Identical runs are a duplicate of their own, so only the first of them counts here.
    fn add_renamed_run(&self, places: &[Posting], length: usize, found: &mut Vec<Duplicate>) {
        let prints = |place: Posting, kind: DuplicateKind| -> Vec<Print> {
            let statements = (0..length).filter_map(|at| self.statement(place, at));
            statements.map(|it| it.print(kind)).collect()
        };
        let statements = (0..length).filter_map(|at| self.statement(places[0], at));
        let words: u32 = statements.map(|statement| statement.words).sum();
        let mut shapes = prints(places[0], DuplicateKind::RenamedBlock);
        shapes.sort_unstable();
        shapes.dedup();
        let is_row = shapes.len() < FEWEST_SHAPES || overlap(places, length);
        if words < SHORTEST_RENAMED_RUN || is_row {
            return;
        }
        let mut known = HashSet::new();
        let others = places.iter();
        let spots = others
            .filter(|place| known.insert(prints(**place, DuplicateKind::Block)))
            .filter_map(|place| self.run_at(*place, length));
        found.extend(self.duplicate(DuplicateKind::RenamedBlock, words, spots.collect()));
    }

    fn run_at(&self, place: Posting, length: usize) -> Option<Spot> {
        let unit = self.unit(place.unit)?;
        let first = self.statement(place, 0)?;
        let last = self.statement(place, length - 1)?;
        let range = first.range.cover(last.range);
        Some(Spot {
            file: unit.file,
            range: range + unit.offset,
            at: TextRange::new(range.start(), first.first_end) + unit.offset,
            presence: unit.presence,
            is_told: false,
        })
    }

    /// Returns `None` if fewer than two places remain: of several copies of one package, only one folder counts.
    pub(super) fn duplicate(
        &self,
        kind: DuplicateKind,
        words: u32,
        mut places: Vec<Spot>,
    ) -> Option<Duplicate> {
        places.sort_unstable_by_key(Spot::order);
        let mut folders: HashMap<u32, u32> = HashMap::new();
        places.retain(|place| {
            let origin = self.files.get(&place.file).map(|file| file.origin);
            let origin = origin.unwrap_or_default();
            origin.package.is_none_or(|package| {
                *folders.entry(package).or_insert(origin.folder) == origin.folder
            })
        });
        (places.len() > 1).then_some(Duplicate {
            kind,
            words,
            places,
        })
    }
}

/// Whether a place lies inside one of these, which are sorted and not nested.
fn is_in_one_of(place: &Spot, sorted: &[Spot]) -> bool {
    let end = (place.file, place.range.end());
    let behind = sorted.partition_point(|outer| (outer.file, outer.range.start()) <= end);
    let before = sorted[..behind].iter().rev();
    let mut around = before
        .take_while(|outer| outer.file == place.file && outer.range.end() >= place.range.start());
    around.any(|outer| is_mostly_in(place.range, outer.range))
}

impl StatementPrint {
    pub(super) fn print(&self, kind: DuplicateKind) -> Print {
        match kind {
            DuplicateKind::RenamedBlock => self.renamed,
            _ => self.exact,
        }
    }
}

/// Whether at least four fifths of a range lie in the other.
fn is_mostly_in(range: TextRange, other: TextRange) -> bool {
    let common = range.intersect(other).unwrap_or_default();
    let bytes = |range: TextRange| u64::from(u32::from(range.len()));
    bytes(common) * 5 >= bytes(range) * 4
}

/// Whether two of the sorted places share a statement.
fn overlap(places: &[Posting], length: usize) -> bool {
    places.windows(2).any(|pair| {
        let [one, next] = pair else {
            return false;
        };
        (one.unit, one.item) == (next.unit, next.item) && ((next.at - one.at) as usize) < length
    })
}
