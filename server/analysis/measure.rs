//! Measuring of a source.

use std::sync::Arc;

use dashmap::DashMap;

use crate::{
    facts::{Allowance, AllowanceForm, FileReport, FunctionFacts, Sighting, SmellId, UnitReport},
    smells,
    syntax::{
        Allowed, AllowedBy, Function, Metrics, Place, Source, Unit, allowances, is_generated,
        outline,
    },
    text::{TextRange, TextSize},
};

/// Reports of units by what they depend on. It belongs to one open document, dies with it, and forgets the units that the
/// document no longer has.
#[derive(Debug, Default)]
pub struct Memo {
    reports: DashMap<[u8; 16], (u64, Arc<UnitReport>)>,
    generation: std::sync::atomic::AtomicU64,
}

impl Memo {
    fn next_generation(&self) -> u64 {
        self.generation
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed)
            + 1
    }

    fn get_or_make(
        &self,
        generation: u64,
        key: [u8; 16],
        make: impl FnOnce() -> UnitReport,
    ) -> Arc<UnitReport> {
        if let Some(mut kept) = self.reports.get_mut(&key) {
            kept.0 = generation;
            return Arc::clone(&kept.1);
        }
        let report = Arc::new(make());
        self.reports.insert(key, (generation, Arc::clone(&report)));
        report
    }

    /// Forgets what only versions before the last few had.
    fn forget_before(&self, generation: u64) {
        const KEPT_GENERATIONS: u64 = 8;
        if generation.is_multiple_of(KEPT_GENERATIONS) {
            let oldest = generation.saturating_sub(KEPT_GENERATIONS);
            self.reports.retain(|_, (used, _)| *used >= oldest);
        }
    }
}

/// Measures a source, computing only the units that `memo` doesn't have.
pub fn measure(source: &Source, memo: &Memo) -> FileReport {
    let generation = memo.next_generation();
    let root = source.root();
    let writer = if is_generated(&root) {
        Writer::Program
    } else {
        Writer::Person
    };
    let outline = outline(&root);
    let places = outline.places.iter();
    let reports: Vec<_> = places
        .map(|place| {
            memo.get_or_make(generation, memo_key(source, place, writer), || {
                measure_unit(source, place, writer)
            })
        })
        .collect();
    memo.forget_before(generation);
    let lines = reports.iter().map(|report| report.lines);
    let sightings = match writer {
        Writer::Person => smells::look_at_file(&outline.file(source, lines)),
        Writer::Program => Vec::new(),
    };
    let starts = outline.places.iter();
    let starts = starts.map(|place| place.node.text_range().start());
    let items = starts.zip(reports);
    FileReport {
        items: items.filter(|(_, report)| has_something(report)).collect(),
        sightings,
        allowances: allowed(source),
        problem: None,
    }
}

fn has_something(report: &UnitReport) -> bool {
    !report.functions.is_empty() || !report.sightings.is_empty()
}

/// Author of a text. A program's output is measured, but nobody refactors it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writer {
    Person,
    Program,
}

fn memo_key(source: &Source, place: &Place, writer: Writer) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&source.context.to_bytes());
    let surroundings = [
        place.kind as u8,
        place.owner as u8,
        place.part as u8,
        writer as u8,
    ];
    hasher.update(&surroundings);
    hasher.update(source.slice(place.node.text_range()).as_bytes());
    let mut key = [0; 16];
    key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    key
}

fn measure_unit(source: &Source, place: &Place, writer: Writer) -> UnitReport {
    let range = place.node.text_range();
    let start = range.start();
    let kinds = smells::seen_in(place.kind);
    let mut unit = Unit::seeing(kinds, &source.text, place, source.context);
    // An error at an end may be the neighbour's, and a report must depend on nothing but the unit's own text.
    let is_inside =
        |error: &TextRange| range.start() < error.start() && error.start() < range.end();
    unit.is_broken |= source.tree.errors().iter().any(is_inside);
    let seen = match writer {
        Writer::Person => smells::look_at(&unit),
        Writer::Program => Vec::new(),
    };
    let functions = unit.functions.iter();
    let sightings = seen.into_iter();
    UnitReport {
        lines: unit.lines(),
        functions: functions.map(|function| facts(function, start)).collect(),
        sightings: sightings
            .map(|sighting| relative(sighting, start))
            .collect(),
    }
}

fn facts(function: &Function, start: TextSize) -> FunctionFacts {
    let Metrics {
        cognitive,
        nesting,
        lines,
        parameters,
    } = function.metrics;
    FunctionFacts {
        name: function.name() - start,
        range: function.range() - start,
        cognitive,
        nesting,
        lines,
        parameters,
    }
}

fn relative(mut sighting: Sighting, start: TextSize) -> Sighting {
    sighting.at -= start;
    for part in &mut sighting.parts {
        part.at -= start;
    }
    sighting
}

fn allowed(source: &Source) -> Vec<Allowance> {
    let found = allowances(source).into_iter();
    let all = found.flat_map(|allowed| match allowed.by {
        AllowedBy::Comment => {
            let smell = smells::id_of(source.slice(allowed.at));
            vec![allowance(&allowed, smell, AllowanceForm::Comment)]
        }
        AllowedBy::Attribute => smells::of_clippy(source.slice(allowed.at))
            .map(|smell| allowance(&allowed, Some(smell), AllowanceForm::Attribute))
            .collect(),
    });
    all.collect()
}

fn allowance(allowed: &Allowed, smell: Option<SmellId>, form: AllowanceForm) -> Allowance {
    Allowance {
        at: allowed.at,
        scope: allowed.scope,
        smell,
        form,
    }
}
