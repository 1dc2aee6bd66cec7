//! Memoized analysis of one version of a document.
//!
//! Everything here needs a large stack, so it runs on the engine's threads.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use super::{
    document::{Document, Surroundings},
    memo::{Assists, Fixed},
};
use crate::{
    analysis::{self, Accepted, Copies, Finding, IdleAllowance, Only, OpenFile, Trigger, Wanted},
    config::{ModelChoice, Rules},
    extraction::Proposal,
    facts::FunctionFacts,
    refactorings::{self, Context, Kind, Offer, Refactoring, Target},
    smells::Look,
    text::{Edits, TextRange},
    workspace,
};

/// Attribute of a test module.
const FOR_TESTS: &str = "#[cfg(test)]";

/// A served document with its findings.
pub(crate) struct Analysed {
    pub(crate) document: Arc<Document>,
    pub(crate) file: Arc<OpenFile>,
    findings: OnceLock<Arc<Vec<Finding>>>,
    /// Duplicates with other files, if enabled.
    pub(crate) copies: Option<Arc<Vec<Copies>>>,
    /// The folder that must contain new files.
    pub(crate) root: Option<PathBuf>,
    /// Whether to show measures above functions.
    pub(crate) code_lens: bool,
    /// Whether rustc may be run on the user's request.
    pub(crate) compiler: bool,
    /// Whether rustc may be run in advance, if configured.
    pub(crate) ahead: Option<bool>,
    /// The language model that may be queried.
    #[cfg_attr(
        not(feature = "model"),
        allow(dead_code, reason = "nobody asks one then")
    )]
    pub(crate) model: ModelChoice,
    /// Findings suppressed by the project's baseline.
    pub(crate) accepted: Option<Arc<Accepted>>,
    pub(crate) rules: Arc<Rules>,
}

impl Analysed {
    /// Returns `None` for a document that isn't served or whose source text is unknown.
    pub(crate) fn new(document: &Arc<Document>, surroundings: &Surroundings) -> Option<Self> {
        Self::with_copies(document, surroundings, |_| None)
    }

    /// Like [`Analysed::new`], with duplicates in other files.
    pub(crate) fn with_copies(
        document: &Arc<Document>,
        surroundings: &Surroundings,
        copies_of: impl FnOnce(&Arc<OpenFile>) -> Option<Arc<Vec<Copies>>>,
    ) -> Option<Self> {
        if !surroundings.is_served {
            return None;
        }
        let file = document.file()?;
        Some(Self {
            document: Arc::clone(document),
            copies: copies_of(&file),
            file,
            findings: OnceLock::new(),
            root: surroundings.root.clone(),
            code_lens: surroundings.code_lens,
            compiler: surroundings.compiler,
            ahead: surroundings.ahead,
            model: surroundings.model.clone(),
            accepted: surroundings.accepted.clone(),
            rules: Arc::clone(&surroundings.rules),
        })
    }

    /// Not needed in full while the user types.
    pub(crate) fn findings(&self) -> &[Finding] {
        self.findings.get_or_init(|| {
            let memo = &self.document.memo;
            let (file, rules, copies) = (&self.file, &self.rules, self.copies.as_ref());
            let known = memo.findings(file, rules, copies);
            known.unwrap_or_else(|| {
                let with = copies.map_or(&[][..], |copies| copies.as_slice());
                let found = analysis::judge_with_copies(file.report(), with, file.text(), rules);
                memo.keep_findings(file, rules, copies.cloned(), found)
            })
        })
    }

    pub(crate) fn idle(&self) -> Vec<IdleAllowance> {
        analysis::idle_allowances(self.file.report(), &self.rules)
    }

    /// Returns findings whose location intersects or touches the range.
    pub(crate) fn findings_at(&self, range: TextRange) -> Vec<Finding> {
        let touches = |finding: &&Finding| finding.at.intersect(range).is_some();
        self.findings().iter().filter(touches).cloned().collect()
    }

    pub(crate) fn finding(&self, smell: &str, at: TextRange) -> Option<&Finding> {
        self.findings()
            .iter()
            .find(|finding| finding.at == at && finding.smell.id == smell)
    }

    /// Returns the context from which one request derives its offers, so that none is derived twice. `None` if the source text
    /// can't be parsed.
    pub(crate) fn context(&self) -> Option<Context<'_>> {
        let context = Context::new(self.file.source().ok()?);
        Some(match self.document.path() {
            // Only test modules are moved to other files, and finding their location reads files.
            Some(path) if self.file.text().contains(FOR_TESTS) => {
                context.placed(workspace::place_of(path))
            }
            _ => context,
        })
    }

    /// Returns the offers that address a finding, best first.
    pub(crate) fn answers_to(&self, context: &Context<'_>, finding: &Finding) -> Arc<Vec<Offer>> {
        let memo = &self.document.memo;
        memo.answers(finding)
            .unwrap_or_else(|| memo.keep_answers(finding, analysis::answers_in(context, finding)))
    }

    /// Returns extractions that reduce a finding, best first; empty if rustc may not be run.
    pub(crate) fn proposals_for(&self, finding: &Finding) -> Arc<Vec<Proposal>> {
        let source = self.file.source().ok().filter(|_| self.compiler);
        let Some(source) = source.filter(|_| analysis::is_for_extraction(finding.smell)) else {
            return Arc::default();
        };
        let memo = &self.document.memo;
        memo.proposals(finding)
            .unwrap_or_else(|| memo.keep_proposals(finding, analysis::proposals(source, finding)))
    }

    /// Returns the result of applying every safe fix; `None` if `goes_on` signals cancellation.
    pub(crate) fn fixed(&self, goes_on: &dyn Fn() -> bool) -> Option<Arc<Fixed>> {
        if let Some(fixed) = self.document.memo.fixed() {
            return Some(fixed);
        }
        let fixed = fix(&self.file, self.findings(), &self.rules, goes_on)?;
        Some(self.document.memo.keep_fixed(fixed))
    }

    /// Returns the findings inside the function whose name or signature contains the range, except those located there.
    pub(crate) fn findings_inside(&self, range: TextRange) -> Vec<Finding> {
        if self.findings().is_empty() {
            return Vec::new();
        }
        let functions = self.file.report().functions();
        let Some(function) = innermost(&functions, range) else {
            return Vec::new();
        };
        let findings = self.findings_in_functions().filter(|finding| {
            function.range.contains_range(finding.at)
                && finding.at.intersect(range).is_none()
                && innermost(&functions, finding.at).is_some_and(|it| it.range == function.range)
        });
        let findings: Vec<Finding> = findings.cloned().collect();
        // Most cursors are in bodies, and most bodies have no findings, so the signature is only located if necessary.
        let is_at_signature = !findings.is_empty()
            && self.file.source().is_ok_and(|source| {
                analysis::function_of_signature(source, range) == Some(function.range)
            });
        if is_at_signature {
            findings
        } else {
            Vec::new()
        }
    }

    /// Returns the functions with findings, and the number of findings in each.
    pub(crate) fn functions_with_findings(&self) -> Vec<(FunctionFacts, usize)> {
        if self.findings().is_empty() {
            return Vec::new();
        }
        let functions = self.file.report().functions();
        let mut counts: HashMap<TextRange, usize> = HashMap::new();
        for finding in self.findings_in_functions() {
            if let Some(function) = innermost(&functions, finding.at) {
                *counts.entry(function.range).or_default() += 1;
            }
        }
        let counted = functions.iter().filter_map(|function| {
            let count = counts.get(&function.range)?;
            Some((*function, *count))
        });
        counted.collect()
    }

    /// Findings of a whole file may be located in a function without concerning it.
    fn findings_in_functions(&self) -> impl Iterator<Item = &Finding> {
        let findings = self.findings().iter();
        findings.filter(|finding| matches!(finding.smell.look, Look::Function(_)))
    }

    /// Returns the title of an offer, including its gain.
    pub(crate) fn title(&self, offer: &Offer) -> String {
        match self.file.source() {
            Ok(source) => analysis::title(source, offer),
            Err(_) => offer.change().title.clone(),
        }
    }

    /// Returns the other refactorings available in `range`, one kind after the other.
    pub(crate) fn assists_at(
        &self,
        context: &Context<'_>,
        range: TextRange,
        kinds: &[Kind],
        trigger: Trigger,
    ) -> Vec<Arc<Assists>> {
        let memo = &self.document.memo;
        let is_new = |kind: &Kind| memo.assists((range, *kind, trigger)).is_none();
        let new: Vec<Kind> = kinds.iter().copied().filter(is_new).collect();
        if !new.is_empty() {
            self.derive_assists(context, range, &new, trigger);
        }
        let known = kinds.iter();
        known
            .filter_map(|kind| memo.assists((range, *kind, trigger)))
            .collect()
    }

    fn derive_assists(
        &self,
        context: &Context<'_>,
        range: TextRange,
        kinds: &[Kind],
        trigger: Trigger,
    ) {
        let memo = &self.document.memo;
        let findings = self.findings_at(range);
        let wanted = Wanted {
            range,
            findings: &[],
            kinds,
            trigger,
            place: context.place,
        };
        let mut offers = analysis::offers_in(context, &wanted);
        offers
            .assists
            .retain(|offer| !findings.iter().any(|it| is_answer(context, it, offer)));
        for &kind in kinds {
            let of_kind = |offer: &mut Offer| offer.refactoring().kind == kind;
            let refused = |(refactoring, _): &mut (&Refactoring, _)| refactoring.kind == kind;
            let assists = Assists {
                offers: offers.assists.extract_if(.., of_kind).collect(),
                refusals: offers.refusals.extract_if(.., refused).collect(),
            };
            memo.keep_assists((range, kind, trigger), assists);
        }
    }
}

/// Whether an offer is the one that addresses a finding. Doesn't derive other answers.
fn is_answer(context: &Context<'_>, finding: &Finding, offer: &Offer) -> bool {
    let refactoring = offer.refactoring();
    let target = Target::Answer(&finding.sighting);
    finding.smell.answers.contains(&refactoring.id)
        && refactorings::offer(refactoring, context, target)
            .is_ok_and(|answer| answer.change().steps == offer.change().steps)
}

/// Applies every safe fix to the findings of a file. Needs a large stack.
pub(crate) fn fix(
    file: &OpenFile,
    findings: &[Finding],
    rules: &Rules,
    goes_on: &dyn Fn() -> bool,
) -> Option<Fixed> {
    let nothing = Fixed {
        edits: Edits::default(),
        steps: 0,
    };
    if !findings.iter().any(is_answerable) {
        return Some(nothing);
    }
    let Ok(source) = file.source() else {
        return Some(nothing);
    };
    let applied = analysis::apply_safe_while((**source).clone(), rules, Only::All, goes_on)?;
    Some(Fixed {
        edits: applied.edits(file.text()),
        steps: applied.carried_out.len(),
    })
}

fn is_answerable(finding: &Finding) -> bool {
    !finding.smell.answers.is_empty()
}

/// Returns the innermost function around a range, which starts last.
fn innermost(functions: &[FunctionFacts], at: TextRange) -> Option<&FunctionFacts> {
    let before = functions.partition_point(|function| function.range.start() <= at.start());
    let mut before = functions[..before].iter().rev();
    before.find(|function| function.range.contains_range(at))
}
