//! The places of each print.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasherDefault, Hasher},
};

use super::{DuplicateKind, UnitId};
use crate::survey::{FEWEST_STATEMENTS, FunctionPrint, Print, Run, UnitSurvey};

/// A place in a unit: a function index, or a run index and a statement index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Posting {
    pub(super) unit: UnitId,
    pub(super) item: u32,
    pub(super) at: u32,
}

/// Most prints occur in one place.
#[derive(Debug)]
enum Places {
    One([Posting; 1]),
    Many(Vec<Posting>),
}

#[derive(Debug, Default)]
pub(super) struct Postings {
    places: HashMap<Print, Places, BuildHasherDefault<Printed>>,
}

/// Prints are hashes already, so they aren't hashed again.
#[derive(Debug, Default)]
struct Printed(u64);

impl Hasher for Printed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, print: u64) {
        self.0 = mixed(self.0, print);
    }
}

impl Postings {
    pub(super) fn get(&self, print: Print) -> &[Posting] {
        self.places.get(&print).map_or(&[], Places::as_slice)
    }

    /// The lists with more than one place, in no particular order.
    pub(super) fn repeated(&self) -> Vec<&[Posting]> {
        let all = self.places.values().map(Places::as_slice);
        all.filter(|places| places.len() > 1).collect()
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(super) fn add(&mut self, print: Print, posting: Posting) {
        match self.places.entry(print) {
            Entry::Vacant(entry) => {
                entry.insert(Places::One([posting]));
            }
            Entry::Occupied(mut entry) => match entry.get_mut() {
                Places::Many(places) => places.push(posting),
                Places::One([first]) => {
                    let both = vec![*first, posting];
                    entry.insert(Places::Many(both));
                }
            },
        }
    }

    pub(super) fn remove(&mut self, print: Print, posting: Posting) {
        let Entry::Occupied(mut entry) = self.places.entry(print) else {
            return;
        };
        if let Places::Many(places) = entry.get_mut() {
            places.retain(|place| *place != posting);
            if !places.is_empty() {
                return;
            }
        }
        entry.remove();
    }
}

impl Places {
    fn as_slice(&self) -> &[Posting] {
        match self {
            Self::One(one) => one,
            Self::Many(many) => many,
        }
    }
}

/// The postings of one kind in a unit.
pub(super) fn of(
    kind: DuplicateKind,
    unit: UnitId,
    survey: &UnitSurvey,
) -> impl Iterator<Item = (Print, Posting)> + '_ {
    let functions: &[FunctionPrint] = match kind {
        DuplicateKind::Function | DuplicateKind::RenamedFunction => &survey.functions,
        DuplicateKind::Block | DuplicateKind::RenamedBlock | DuplicateKind::Statement => &[],
    };
    let runs: &[Run] = match kind {
        DuplicateKind::Block => &survey.runs,
        _ => &[],
    };
    let functions = functions
        .iter()
        .zip(0..)
        .filter_map(move |(function, item)| {
            let print = match kind {
                DuplicateKind::Function => function.exact,
                _ => function.renamed?,
            };
            Some((print, Posting { unit, item, at: 0 }))
        });
    let runs = runs.iter().zip(0..);
    functions.chain(runs.flat_map(move |(run, item)| starts(run, DuplicateKind::Block, unit, item)))
}

/// The places of a run where a duplicate of this kind may begin, given the minimum number of its statements.
pub(super) fn starts(
    run: &Run,
    kind: DuplicateKind,
    unit: UnitId,
    item: u32,
) -> impl Iterator<Item = (Print, Posting)> + '_ {
    let windows = run.statements.windows(FEWEST_STATEMENTS).zip(0..);
    windows.map(move |(window, at)| {
        let print = window.iter().map(|it| it.print(kind)).fold(0, mixed);
        (print, Posting { unit, item, at })
    })
}

fn mixed(all: u64, one: u64) -> u64 {
    (all.rotate_left(21) ^ one).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
