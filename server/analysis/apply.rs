//! Carrying out every safe answer in a text, to the point where none is left.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use super::{Finding, Memo, answers_to, difference::difference, judge, measure};
use crate::{
    config::Rules,
    facts::FileReport,
    refactorings::{Applicability, Offer},
    smells::Smell,
    syntax::{FileContext, Source, Unparsable, places},
    text::{Edits, FileId, FileStep, NewFile, TextRange, TextSize},
};

/// A text after its safe refactorings.
#[derive(Debug)]
pub struct Applied {
    pub text: Arc<str>,
    /// New files that the text needs, beside it.
    pub created: Vec<(NewFile, String)>,
    /// In the order in which they were carried out.
    pub carried_out: Vec<CarriedOut>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedOut {
    pub refactoring: &'static str,
    pub smell: &'static str,
    pub title: String,
    /// The line where it was, from 0, in the text of that moment.
    pub line: u32,
}

/// Which refactorings may be carried out.
#[derive(Debug, Clone, Copy)]
pub enum Only<'a> {
    All,
    These(&'a [String]),
}

/// What a step may touch beside the text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Nothing,
    NewFiles,
}

/// Carries out safe offers that answer a finding, one after the other, each only if its finding is then gone or smaller and
/// nothing else crosses a limit. It ends: every step makes what is found smaller.
pub fn apply_safe(
    text: &Arc<str>,
    context: FileContext,
    rules: &Rules,
    only: Only<'_>,
) -> Result<Applied, Unparsable> {
    let source = Source::parse(Arc::clone(text), context)?;
    let state = State::new(source, rules, Reach::NewFiles);
    let applied = carry_out(state, rules, only, &|| true);
    Ok(applied.unwrap_or_else(|| Applied {
        text: Arc::clone(text),
        created: Vec::new(),
        carried_out: Vec::new(),
    }))
}

/// The same in a text that was parsed already, and without new files; nothing if `goes_on` says between two steps that nobody
/// wants it any more.
pub fn apply_safe_while(
    source: Source,
    rules: &Rules,
    only: Only<'_>,
    goes_on: &dyn Fn() -> bool,
) -> Option<Applied> {
    carry_out(
        State::new(source, rules, Reach::Nothing),
        rules,
        only,
        goes_on,
    )
}

fn carry_out(
    mut state: State,
    rules: &Rules,
    only: Only<'_>,
    goes_on: &dyn Fn() -> bool,
) -> Option<Applied> {
    let mut carried_out = Vec::new();
    let mut tried = HashSet::new();
    while let Some(step) = state.next_step(rules, only, &mut tried) {
        if !goes_on() {
            return None;
        }
        carried_out.push(step.done);
        state = step.state;
    }
    Some(Applied {
        text: state.source.text,
        created: state.created,
        carried_out,
    })
}

impl Applied {
    /// What makes this of `before`, place by place.
    pub fn edits(&self, before: &str) -> Edits {
        difference(before, &self.text)
    }
}

impl Only<'_> {
    fn allows(self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.iter().any(|one| one == id),
        }
    }
}

/// A text and what is found in it.
struct State {
    source: Source,
    reach: Reach,
    created: Vec<(NewFile, String)>,
    memo: Arc<Memo>,
    findings: Vec<Finding>,
    /// Where its units are, in order.
    units: Vec<TextRange>,
}

struct Step {
    done: CarriedOut,
    state: State,
}

impl State {
    fn new(source: Source, rules: &Rules, reach: Reach) -> Self {
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
        }
    }

    /// The first safe offer that makes things better. `tried` remembers those that didn't.
    fn next_step(
        &self,
        rules: &Rules,
        only: Only<'_>,
        tried: &mut HashSet<blake3::Hash>,
    ) -> Option<Step> {
        for finding in &self.findings {
            for offer in answers_to(&self.source, finding) {
                if !self.wants(&offer, only) {
                    continue;
                }
                let identity = self.identity(&offer);
                if tried.contains(&identity) {
                    continue;
                }
                let after = self.after(&offer, rules);
                let Some(state) = after.filter(|after| after.is_better_than(self, finding)) else {
                    tried.insert(identity);
                    continue;
                };
                return Some(Step {
                    done: self.carried_out(&offer, finding),
                    state,
                });
            }
        }
        None
    }

    fn wants(&self, offer: &Offer, only: Only<'_>) -> bool {
        offer.change().applicability == Applicability::Safe
            && only.allows(offer.refactoring().id)
            && self.reaches(offer)
    }

    /// Whether nothing but this text is edited, and new files are allowed and are not those of an earlier step.
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

    /// A hash of what an offer does in its unit, wherever that stands.
    fn identity(&self, offer: &Offer) -> blake3::Hash {
        let edits = offer.change().edits();
        let mut hasher = blake3::Hasher::new();
        hasher.update(offer.refactoring().id.as_bytes());
        for (file, text) in created_by(offer) {
            hasher.update(file.components().join("/").as_bytes());
            hasher.update(text.as_bytes());
        }
        let Some(span) = edits.span() else {
            return hasher.finalize();
        };
        let unit = self.unit_around(span);
        hasher.update(self.source.slice(unit).as_bytes());
        for edit in edits.as_slice() {
            let from = u32::from(edit.delete.start() - unit.start());
            hasher.update(&from.to_le_bytes());
            hasher.update(&u32::from(edit.delete.len()).to_le_bytes());
            hasher.update(&u32::from(TextSize::of(&edit.insert)).to_le_bytes());
            hasher.update(edit.insert.as_bytes());
        }
        hasher.finalize()
    }

    /// The whole text, if it is in no single unit.
    fn unit_around(&self, span: TextRange) -> TextRange {
        let before = self
            .units
            .partition_point(|unit| unit.start() <= span.start());
        let unit = before.checked_sub(1).map(|at| self.units[at]);
        let around = unit.filter(|unit| unit.contains_range(span));
        around.unwrap_or_else(|| TextRange::up_to(TextSize::of(&*self.source.text)))
    }

    fn carried_out(&self, offer: &Offer, finding: &Finding) -> CarriedOut {
        CarriedOut {
            refactoring: offer.refactoring().id,
            smell: finding.smell.id,
            title: offer.change().title.clone(),
            line: self.source.lines.line(finding.at.start()),
        }
    }

    fn after(&self, offer: &Offer, rules: &Rules) -> Option<Self> {
        let source = self.source.edited(offer.change().edits())?.ok()?;
        let mut after = Self::with_memo(source, self.reach, Arc::clone(&self.memo), rules);
        after.created.clone_from(&self.created);
        after.created.extend(created_by(offer));
        Some(after)
    }

    /// Whether the answered smell got less, and no other got more.
    fn is_better_than(&self, before: &Self, answered: &Finding) -> bool {
        let all = self.findings.iter().chain(&before.findings);
        // A file has many findings, but of few smells.
        let smells: BTreeMap<_, _> = all
            .map(|finding| (finding.smell.id, finding.smell))
            .collect();
        let gets_worse = smells
            .into_values()
            .any(|smell| self.weight(smell) > before.weight(smell));
        !gets_worse && self.weight(answered.smell) < before.weight(answered.smell)
    }

    /// How much there is of a smell, or of the smells that share its cause: first the number of findings, then how far they
    /// are above their limits, in thousandths.
    fn weight(&self, smell: &Smell) -> (usize, u64) {
        let same = self
            .findings
            .iter()
            .filter(|finding| finding.smell.has_same_cause(smell));
        same.fold((0, 0), |(count, sum), finding| {
            let limit = u64::from(finding.limit.max(1));
            (count + 1, sum + u64::from(finding.measure) * 1_000 / limit)
        })
    }
}

/// The new files of an offer, if it makes some.
fn created_by(offer: &Offer) -> impl Iterator<Item = (NewFile, String)> {
    let files = offer.change().steps.files.iter();
    files.filter_map(|step| match step {
        FileStep::Create { at, text } => Some((at.clone(), text.clone())),
        FileStep::Rename { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(name: &str) -> String {
        format!(
            "fn {name}(a: bool, b: bool) {{\n    if a {{\n        if b {{\n            g();\n        }}\n    }}\n}}\n"
        )
    }

    fn applied(text: &str) -> Applied {
        let context = FileContext::default();
        apply_safe(&text.into(), context, &Rules::default(), Only::All).unwrap()
    }

    #[test]
    fn equal_code_at_several_places_is_changed_at_each() {
        let text = [nested("f"), nested("g"), nested("f")].concat();
        let applied = applied(&text);
        assert_eq!(applied.carried_out.len(), 3);
        assert_eq!(applied.text.matches("if a && b {").count(), 3);
        let edits = applied.edits(&text);
        assert_eq!(edits.apply(&text).as_deref(), Some(&*applied.text));
    }

    #[test]
    fn nothing_comes_of_work_that_nobody_wants() {
        let source = Source::parse(nested("f"), FileContext::default()).unwrap();
        let applied = apply_safe_while(source, &Rules::default(), Only::All, &|| false);
        assert!(applied.is_none());
    }
}
