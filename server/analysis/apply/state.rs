//! A state of a source text between steps, and its findings.

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    ops::Range,
    sync::Arc,
};

use super::{Attempt, CarriedOut, Only, Reach};
use crate::{
    analysis::{Finding, Memo, judge, measure},
    config::Rules,
    facts::FileReport,
    refactorings::{Applicability, Offer},
    smells::Smell,
    syntax::{Source, places},
    text::{Edits, FileId, FileStep, NewFile, TextRange, TextSize},
};

/// A source text and its findings.
pub(super) struct State {
    pub(super) source: Source,
    pub(super) reach: Reach,
    pub(super) created: Vec<(NewFile, String)>,
    memo: Arc<Memo>,
    pub(super) findings: Vec<Finding>,
    /// Ranges of its units, in order.
    pub(super) units: Vec<TextRange>,
    /// Hashes of units, computed to identify their offers.
    hashes: RefCell<HashMap<TextRange, blake3::Hash>>,
}

impl State {
    pub(super) fn new(source: Source, rules: &Rules, reach: Reach) -> Self {
        Self::with_memo(source, reach, Arc::default(), rules)
    }

    fn with_memo(source: Source, reach: Reach, memo: Arc<Memo>, rules: &Rules) -> Self {
        let report: FileReport = measure(&source, &memo);
        let findings = judge(&report, &source.text, rules);
        let units = places(&source.root()).into_iter();
        Self {
            units: units.map(|unit| unit.node.text_range()).collect(),
            source,
            reach,
            created: Vec::new(),
            memo,
            findings,
            hashes: RefCell::default(),
        }
    }

    /// Returns the index range of the findings in a unit.
    pub(super) fn findings_in(&self, unit: TextRange) -> Range<usize> {
        let ahead_of = |end: TextSize| {
            self.findings
                .partition_point(|finding| finding.at.start() < end)
        };
        ahead_of(unit.start())..ahead_of(unit.end())
    }

    pub(super) fn wants(&self, offer: &Offer, only: Only<'_>) -> bool {
        offer.change().applicability == Applicability::Safe
            && only.allows(offer.refactoring().id)
            && self.reaches(offer)
    }

    /// Whether an offer only edits this source text, and only creates files if that is permitted and they don't exist yet.
    fn reaches(&self, offer: &Offer) -> bool {
        let steps = &offer.change().steps;
        let is_reached = |step: &FileStep| match step {
            FileStep::Create { at, .. } => {
                self.reach == Reach::NewFiles
                    && at.origin() == FileId::ASKED
                    && self.created.iter().all(|(earlier, _)| earlier != at)
            }
            FileStep::Rename { .. } => false,
        };
        steps.edits.keys().all(|file| *file == FileId::ASKED) && steps.files.iter().all(is_reached)
    }

    /// Hashes the effect of an offer within its unit, regardless of the unit's position.
    pub(super) fn identity(&self, offer: &Offer) -> blake3::Hash {
        let edits = offer.change().edits();
        let mut hasher = blake3::Hasher::new();
        hasher.update(offer.refactoring().id.as_bytes());
        for (file, text) in offer.change().steps.created() {
            hasher.update(file.components().join("/").as_bytes());
            hasher.update(text.as_bytes());
        }
        let Some(span) = edits.span() else {
            return hasher.finalize();
        };
        let unit = self.unit_around(span);
        let mut known = self.hashes.borrow_mut();
        let known = known.entry(unit);
        let text = known.or_insert_with(|| blake3::hash(self.source.slice(unit).as_bytes()));
        hasher.update(text.as_bytes());
        for edit in edits.as_slice() {
            let from = u32::from(edit.delete.start() - unit.start());
            hasher.update(&from.to_le_bytes());
            hasher.update(&u32::from(edit.delete.len()).to_le_bytes());
            hasher.update(&u32::from(TextSize::of(&edit.insert)).to_le_bytes());
            hasher.update(edit.insert.as_bytes());
        }
        hasher.finalize()
    }

    /// Returns the whole source text if no single unit contains the span.
    fn unit_around(&self, span: TextRange) -> TextRange {
        let before = self
            .units
            .partition_point(|unit| unit.start() <= span.start());
        let unit = before.checked_sub(1).map(|at| self.units[at]);
        let around = unit.filter(|unit| unit.contains_range(span));
        around.unwrap_or_else(|| TextRange::up_to(TextSize::of(&*self.source.text)))
    }

    pub(super) fn carried_out(&self, offer: &Offer, finding: &Finding) -> CarriedOut {
        CarriedOut {
            refactoring: offer.refactoring().id,
            smell: finding.smell.id,
            title: offer.change().title.clone(),
            line: self.source.lines.line(finding.at.start()),
        }
    }

    /// Returns `None` if the attempts' edits conflict.
    pub(super) fn after(&self, attempts: &[Attempt], rules: &Rules) -> Option<Self> {
        let offers = || attempts.iter().flat_map(|attempt| &attempt.answers);
        let edits = offers().flat_map(|(offer, _)| offer.change().edits().as_slice());
        let edits = Edits::new(edits.cloned().collect()).ok()?;
        let source = self.source.edited(&edits)?.ok()?;
        if source.tree.errors().len() > self.source.tree.errors().len() {
            return None;
        }
        let mut after = Self::with_memo(source, self.reach, Arc::clone(&self.memo), rules);
        after.created.clone_from(&self.created);
        after
            .created
            .extend(offers().flat_map(|(offer, _)| offer.change().steps.created()));
        Some(after)
    }

    /// Whether every smell that an attempt addresses decreased, once per answer, and no other smell increased.
    pub(super) fn is_better_than(&self, before: &Self, attempt: &Attempt) -> bool {
        let (now, then) = (
            self.findings_around(attempt),
            before.findings_around(attempt),
        );
        let all = now.iter().chain(then);
        // There are many findings, but few smells.
        let smells: BTreeMap<_, _> = all
            .map(|finding| (finding.smell.id, finding.smell))
            .collect();
        smells.into_values().all(|smell| {
            let answered = attempt.answers.iter();
            let answered = answered.filter(|(_, at)| before.findings[*at].smell.id == smell.id);
            let (now, then) = (weight(now, smell), weight(then, smell));
            match answered.count() {
                0 => now <= then,
                1 => now < then,
                several => now.0 + several <= then.0,
            }
        })
    }

    fn findings_around(&self, attempt: &Attempt) -> &[Finding] {
        match attempt.unit {
            Some(unit) => &self.findings[self.findings_in(self.units[unit])],
            None => &self.findings,
        }
    }
}

/// Weighs a smell together with those of the same cause: the number of findings, then their excess over the limits in
/// thousandths.
fn weight(findings: &[Finding], smell: &Smell) -> (usize, u64) {
    let same = findings
        .iter()
        .filter(|finding| finding.smell.has_same_cause(smell));
    same.fold((0, 0), |(count, sum), finding| {
        let limit = u64::from(finding.limit.max(1));
        (count + 1, sum + u64::from(finding.measure) * 1_000 / limit)
    })
}
