//! Carrying out every safe answer in a text, to the point where none is left.

use std::{collections::HashSet, sync::Arc};

use super::{Finding, Memo, answers_to, judge, measure};
use crate::{
    config::Rules,
    facts::FileReport,
    refactorings::{Applicability, Offer},
    smells::{Family, Smell},
    syntax::{FileContext, Source, Unparsable},
};

/// A text after its safe refactorings.
#[derive(Debug)]
pub struct Applied {
    pub text: Arc<str>,
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

/// Carries out safe offers that answer a finding, one after the other, each only if its finding is then gone or smaller and
/// nothing else crosses a limit. It ends: every step makes what is found smaller.
pub fn apply_safe(
    text: &Arc<str>,
    context: FileContext,
    rules: &Rules,
    only: Only<'_>,
) -> Result<Applied, Unparsable> {
    let mut state = State::new(Source::parse(Arc::clone(text), context)?, rules);
    let mut carried_out = Vec::new();
    let mut tried = HashSet::new();
    while let Some(step) = state.next_step(rules, only, &mut tried) {
        carried_out.push(step.done);
        state = step.state;
    }
    Ok(Applied {
        text: state.source.text,
        carried_out,
    })
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
    memo: Arc<Memo>,
    findings: Vec<Finding>,
}

struct Step {
    done: CarriedOut,
    state: State,
}

impl State {
    fn new(source: Source, rules: &Rules) -> Self {
        Self::with_memo(source, Arc::default(), rules)
    }

    fn with_memo(source: Source, memo: Arc<Memo>, rules: &Rules) -> Self {
        let report: FileReport = measure(&source, &memo);
        let findings = judge(&report, &source.text, rules);
        Self {
            source,
            memo,
            findings,
        }
    }

    /// The first safe offer that makes things better. `tried` remembers the changes that were asked for before.
    fn next_step(
        &self,
        rules: &Rules,
        only: Only<'_>,
        tried: &mut HashSet<blake3::Hash>,
    ) -> Option<Step> {
        for finding in &self.findings {
            for offer in answers_to(&self.source, finding) {
                if !is_wanted(&offer, only) || !tried.insert(self.identity(&offer)) {
                    continue;
                }
                let Some(state) = self.after(&offer, rules) else {
                    continue;
                };
                if state.is_better_than(self, finding) {
                    return Some(Step {
                        done: self.carried_out(&offer, finding),
                        state,
                    });
                }
            }
        }
        None
    }

    /// A hash of what an offer does, wherever it stands.
    fn identity(&self, offer: &Offer) -> blake3::Hash {
        let edits = &offer.change().edits;
        let mut hasher = blake3::Hasher::new();
        hasher.update(offer.refactoring().id.as_bytes());
        let Some(span) = edits.span() else {
            return hasher.finalize();
        };
        let line = self
            .source
            .lines
            .range(self.source.lines.line(span.start()));
        let start = line.map_or(span.start(), crate::text::TextRange::start);
        hasher.update(self.source.slice(span.cover_offset(start)).as_bytes());
        for edit in edits.as_slice() {
            hasher.update(edit.insert.as_bytes());
            hasher.update(&u32::from(edit.delete.len()).to_le_bytes());
        }
        hasher.finalize()
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
        let source = self.source.edited(&offer.change().edits)?.ok()?;
        Some(Self::with_memo(source, Arc::clone(&self.memo), rules))
    }

    /// Whether the answered smell got less, and no other got more.
    fn is_better_than(&self, before: &Self, answered: &Finding) -> bool {
        let all = self.findings.iter().chain(&before.findings);
        let gets_worse = all
            .map(|finding| finding.smell)
            .any(|smell| self.weight(smell) > before.weight(smell));
        !gets_worse && self.weight(answered.smell) < before.weight(answered.smell)
    }

    /// How much there is of a smell, or of the smells that share its cause: first the number of findings, then how far they
    /// are above their limits, in thousandths.
    fn weight(&self, smell: &Smell) -> (usize, u64) {
        let same = self
            .findings
            .iter()
            .filter(|finding| has_same_cause(finding.smell, smell));
        same.fold((0, 0), |(count, sum), finding| {
            let limit = u64::from(finding.limit.max(1));
            (count + 1, sum + u64::from(finding.measure) * 1_000 / limit)
        })
    }
}

fn is_wanted(offer: &Offer, only: Only<'_>) -> bool {
    offer.change().applicability == Applicability::Safe && only.allows(offer.refactoring().id)
}

fn has_same_cause(left: &Smell, right: &Smell) -> bool {
    left.id == right.id
        || (left.family == Family::FunctionSize && right.family == Family::FunctionSize)
}
