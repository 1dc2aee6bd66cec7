//! Measures a source text.

use std::{
    collections::HashMap,
    mem,
    sync::{Arc, Mutex},
};

use dashmap::DashMap;

use super::proposals::best_part;
use crate::{
    cache::locks::lock,
    extraction::LastFunction,
    facts::{Allowance, AllowanceForm, FileReport, FunctionFacts, Sighting, SmellId, UnitReport},
    smells,
    survey::{self, FileSurvey, SurveyedUnit, UnitSurvey},
    syntax::{
        Allowed, AllowedBy, FileContext, FileShare, Function, Metrics, Place, Source, Subtree,
        Unit, allowances, is_generated, outline,
    },
    text::{TextRange, TextSize},
};

/// Memoized reports and surveys of units, by their inputs. Belongs to one open document, and drops units that the document no
/// longer has.
#[derive(Debug, Default)]
pub struct Memo {
    units: DashMap<[u8; 16], (u64, MeasuredUnit)>,
    /// The same by subtrees, so that code shared with the previous version isn't even hashed.
    subtrees: Mutex<HashMap<SubtreeKey, KnownSubtree>>,
    generation: std::sync::atomic::AtomicU64,
    is_idle: bool,
}

/// Address of a subtree, and its surroundings.
type SubtreeKey = (usize, [u8; 4]);

#[derive(Debug)]
struct KnownSubtree {
    generation: u64,
    /// Kept alive, so that no other subtree gets its address.
    _held: Subtree,
    unit: MeasuredUnit,
}

#[derive(Debug, Clone)]
struct MeasuredUnit {
    report: Arc<UnitReport>,
    /// Relative to the unit. Reports only contain the file's sightings derived from it, not the share itself.
    share: Arc<FileShare>,
    /// `None` until requested.
    survey: Option<Arc<UnitSurvey>>,
}

/// What to compute for a source text. A survey costs more than a report and is rarely needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Report,
    ReportAndSurvey,
}

impl Extent {
    fn is_met_by(self, unit: &MeasuredUnit) -> bool {
        self == Self::Report || unit.survey.is_some()
    }
}

/// Results of measuring a source text.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    pub report: FileReport,
    pub survey: FileSurvey,
}

impl Memo {
    /// A memo that stores nothing, for a source text that is measured once.
    pub fn idle() -> Self {
        Self {
            is_idle: true,
            ..Self::default()
        }
    }

    fn next_generation(&self) -> u64 {
        self.generation
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed)
            + 1
    }

    /// Returns the units of a source text, computing missing ones with `make`.
    fn units(
        &self,
        generation: u64,
        extent: Extent,
        source: &Source,
        places: &[(&Place, [u8; 4])],
        make: &dyn Fn(&Place) -> MeasuredUnit,
    ) -> Vec<MeasuredUnit> {
        if self.is_idle {
            return places.iter().map(|(place, _)| make(place)).collect();
        }
        let mut subtrees = mem::take(&mut *lock(&self.subtrees));
        let units = places.iter().map(|(place, surroundings)| {
            let subtree = Subtree::of(&place.node);
            let key = (subtree.address(), *surroundings);
            if let Some(known) = subtrees.get_mut(&key)
                && extent.is_met_by(&known.unit)
            {
                known.generation = generation;
                return known.unit.clone();
            }
            let text = source.slice(place.node.text_range());
            let key_of_text = memo_key(source.context, *surroundings, text);
            let unit = self.get_or_make(generation, key_of_text, extent, || make(place));
            let known = KnownSubtree {
                generation,
                _held: subtree,
                unit: unit.clone(),
            };
            subtrees.insert(key, known);
            unit
        });
        let units = units.collect();
        *lock(&self.subtrees) = subtrees;
        units
    }

    fn get_or_make(
        &self,
        generation: u64,
        key: [u8; 16],
        extent: Extent,
        make: impl FnOnce() -> MeasuredUnit,
    ) -> MeasuredUnit {
        if let Some(mut kept) = self.units.get_mut(&key)
            && extent.is_met_by(&kept.1)
        {
            kept.0 = generation;
            return kept.1.clone();
        }
        let unit = make();
        self.units.insert(key, (generation, unit.clone()));
        unit
    }

    /// Drops units that only occurred before the last few versions.
    fn forget_before(&self, generation: u64) {
        const KEPT_GENERATIONS: u64 = 8;
        if generation.is_multiple_of(KEPT_GENERATIONS) {
            let oldest = generation.saturating_sub(KEPT_GENERATIONS);
            self.units.retain(|_, (used, _)| *used >= oldest);
            lock(&self.subtrees).retain(|_, known| known.generation >= oldest);
        }
    }
}

/// Returns the report of a source text, computing only units that `memo` doesn't have.
pub fn measure(source: &Source, memo: &Memo) -> FileReport {
    measure_to(Extent::Report, source, memo).report
}

/// Returns the report and the survey of a source text, computing only units that `memo` doesn't have.
pub fn measure_and_survey(source: &Source, memo: &Memo) -> Measured {
    measure_to(Extent::ReportAndSurvey, source, memo)
}

fn measure_to(extent: Extent, source: &Source, memo: &Memo) -> Measured {
    let generation = memo.next_generation();
    let root = source.root();
    let writer = if is_generated(&root) {
        Writer::Program
    } else {
        Writer::Person
    };
    let outline = outline(&root);
    let places = outline.places.iter();
    let places: Vec<_> = places
        .map(|place| (place, surroundings(place, writer)))
        .collect();
    let units = memo.units(generation, extent, source, &places, &|place| {
        measure_unit(source, place, writer, extent)
    });
    memo.forget_before(generation);
    let lines = units.iter().map(|unit| unit.report.lines);
    let starts = outline.places.iter();
    let starts = starts.map(|place| place.node.text_range().start());
    let mut file = outline.file(source, lines);
    for (unit, place) in units.iter().zip(&outline.places) {
        let start = place.node.text_range().start();
        file.share.add(&unit.share, start, place.presence);
    }
    let sightings = match writer {
        Writer::Person => smells::look_at_file(&file),
        Writer::Program => Vec::new(),
    };
    let reports = units.iter().map(|unit| Arc::clone(&unit.report));
    let items = starts.zip(reports);
    let report = FileReport {
        items: items.filter(|(_, report)| has_something(report)).collect(),
        sightings,
        allowances: allowed(source),
        problem: None,
    };
    let survey = FileSurvey {
        units: surveyed(&outline.places, &units),
        allowed: allowed_in_workspaces(&report),
    };
    Measured { report, survey }
}

fn surveyed(places: &[Place], units: &[MeasuredUnit]) -> Vec<SurveyedUnit> {
    let units = places.iter().zip(units).filter_map(|(place, unit)| {
        let survey = unit.survey.as_ref().filter(|survey| !survey.is_empty())?;
        Some(SurveyedUnit {
            offset: place.node.text_range().start(),
            presence: place.presence,
            survey: Arc::clone(survey),
        })
    });
    units.collect()
}

fn allowed_in_workspaces(report: &FileReport) -> Vec<(SmellId, TextRange)> {
    let allowances = report.allowances.iter();
    let allowed = allowances.filter_map(|allowance| Some((allowance.smell?, allowance.scope)));
    allowed
        .filter(|(smell, _)| smells::is_of_workspaces(*smell))
        .collect()
}

fn has_something(report: &UnitReport) -> bool {
    !report.functions.is_empty() || !report.sightings.is_empty()
}

/// Author of a source text. Generated code is measured, but isn't worth refactoring.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Writer {
    Person,
    Program,
}

fn surroundings(place: &Place, writer: Writer) -> [u8; 4] {
    [
        place.kind as u8,
        place.owner as u8,
        place.part as u8,
        writer as u8,
    ]
}

fn memo_key(context: FileContext, surroundings: [u8; 4], text: &str) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&context.to_bytes());
    hasher.update(&surroundings);
    hasher.update(text.as_bytes());
    let mut key = [0; 16];
    key.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    key
}

fn measure_unit(source: &Source, place: &Place, writer: Writer, extent: Extent) -> MeasuredUnit {
    let range = place.node.text_range();
    let start = range.start();
    let seen = smells::seen_in(place.kind);
    let kinds = match extent {
        Extent::Report => seen,
        Extent::ReportAndSurvey => seen.union(&survey::SEES),
    };
    let mut unit = Unit::seeing(kinds, &source.text, place, source.context);
    // An error at either end may be the neighbour's, but a report must only depend on the unit.
    let is_inside =
        |error: &TextRange| range.start() < error.start() && error.start() < range.end();
    unit.is_broken |= source.tree.errors().iter().any(is_inside);
    let seen = match writer {
        Writer::Person => smells::look_at(&unit),
        Writer::Program => Vec::new(),
    };
    let survey = match (extent, writer) {
        (Extent::Report, _) => None,
        (_, Writer::Person) => Some(Arc::new(survey::survey(&unit))),
        (_, Writer::Program) => Some(Arc::default()),
    };
    let functions = unit.functions.iter();
    let mut last = LastFunction::default();
    let sightings = seen.into_iter().map(|mut sighting| {
        sighting.extraction = best_part(source, &unit, &sighting, &mut last);
        sighting
    });
    let report = UnitReport {
        lines: unit.lines(),
        functions: functions.map(|function| facts(function, start)).collect(),
        sightings: sightings
            .map(|sighting| relative(sighting, start))
            .collect(),
    };
    MeasuredUnit {
        report: Arc::new(report),
        share: Arc::new(unit.share().relative_to(start)),
        survey,
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
    for part in sighting.parts.iter_mut().chain(&mut sighting.extraction) {
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
