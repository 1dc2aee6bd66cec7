//! Where each print stands.

use std::collections::{HashMap, hash_map::Entry};

use super::{DuplicateKind, UnitId};
use crate::survey::{FEWEST_STATEMENTS, Print, Run, UnitSurvey};

/// A place in a unit: the function with a number, or the statement with a number in the run with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Posting {
    pub(super) unit: UnitId,
    pub(super) item: u32,
    pub(super) at: u32,
}

/// Most prints stand in one place.
#[derive(Debug)]
enum Places {
    One([Posting; 1]),
    Many(Vec<Posting>),
}

#[derive(Debug, Default)]
pub(super) struct Postings {
    places: HashMap<Print, Places>,
}

impl Postings {
    pub(super) fn get(&self, print: Print) -> &[Posting] {
        self.places.get(&print).map_or(&[], Places::as_slice)
    }

    /// The lists of what stands in more than one place, in no order.
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

/// What a unit has of one kind.
pub(super) fn of(kind: DuplicateKind, unit: UnitId, survey: &UnitSurvey) -> Vec<(Print, Posting)> {
    let functions = survey.functions.iter().zip(0..);
    match kind {
        DuplicateKind::Function => functions
            .map(|(function, item)| (function.exact, Posting { unit, item, at: 0 }))
            .collect(),
        DuplicateKind::RenamedFunction => functions
            .filter_map(|(function, item)| Some((function.renamed?, Posting { unit, item, at: 0 })))
            .collect(),
        DuplicateKind::Block => {
            let runs = survey.runs.iter().zip(0..);
            runs.flat_map(|(run, item)| starts(run, unit, item))
                .collect()
        }
        DuplicateKind::RenamedBlock => Vec::new(),
    }
}

/// Each place of a run where a duplicate may begin, by the fewest statements that it has.
fn starts(run: &Run, unit: UnitId, item: u32) -> impl Iterator<Item = (Print, Posting)> {
    let windows = run.statements.windows(FEWEST_STATEMENTS).zip(0..);
    windows.map(move |(window, at)| {
        let prints = window.iter().map(|statement| statement.exact);
        let print = prints.fold(0, |all: Print, one| {
            (all.rotate_left(21) ^ one).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        });
        (print, Posting { unit, item, at })
    })
}
