//! What is known of one version of a document, worked out once.
//!
//! Everything here wants a large stack, so it runs on the engine's threads.

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

/// What stands above a module of tests.
const FOR_TESTS: &str = "#[cfg(test)]";

/// A document that is served, with its findings.
pub(crate) struct Analysed {
    pub(crate) document: Arc<Document>,
    pub(crate) file: Arc<OpenFile>,
    findings: OnceLock<Arc<Vec<Finding>>>,
    /// What stands in it and elsewhere, if somebody wants to hear of it.
    pub(crate) copies: Option<Arc<Vec<Copies>>>,
    /// The folder that new files have to stay in.
    pub(crate) root: Option<PathBuf>,
    /// Whether measures are shown above functions.
    pub(crate) code_lens: bool,
    /// Whether rustc may be asked where a person asks for it.
    pub(crate) compiler: bool,
    /// Whether it is asked before a person does, if that is said.
    pub(crate) ahead: Option<bool>,
    /// Whether a language model may be.
    #[cfg_attr(
        not(feature = "model"),
        allow(dead_code, reason = "nobody asks one then")
    )]
    pub(crate) model: ModelChoice,
    /// What the project's baseline holds back.
    pub(crate) accepted: Option<Arc<Accepted>>,
    pub(crate) rules: Arc<Rules>,
}

impl Analysed {
    /// Nothing for a document that is not served or whose text isn't known.
    pub(crate) fn new(document: &Arc<Document>, surroundings: &Surroundings) -> Option<Self> {
        Self::with_copies(document, surroundings, |_| None)
    }

    /// As [`Analysed::new`], with what stands in the document and elsewhere.
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

    /// Nobody asks for all of them while somebody types.
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

    /// Findings that are drawn at the place, touching it being enough.
    pub(crate) fn findings_at(&self, range: TextRange) -> Vec<Finding> {
        let touches = |finding: &&Finding| finding.at.intersect(range).is_some();
        self.findings().iter().filter(touches).cloned().collect()
    }

    pub(crate) fn finding(&self, smell: &str, at: TextRange) -> Option<&Finding> {
        self.findings()
            .iter()
            .find(|finding| finding.at == at && finding.smell.id == smell)
    }

    /// What one request derives its offers from, so that it derives none twice. Nothing for a text that can't be parsed.
    pub(crate) fn context(&self) -> Option<Context<'_>> {
        let context = Context::new(self.file.source().ok()?);
        Some(match self.document.path() {
            // Only tests move into files of their own, and asking where these belong reads files.
            Some(path) if self.file.text().contains(FOR_TESTS) => {
                context.placed(workspace::place_of(path))
            }
            _ => context,
        })
    }

    /// The offers that answer a finding, the best first.
    pub(crate) fn answers_to(&self, context: &Context<'_>, finding: &Finding) -> Arc<Vec<Offer>> {
        let memo = &self.document.memo;
        memo.answers(finding)
            .unwrap_or_else(|| memo.keep_answers(finding, analysis::answers_in(context, finding)))
    }

    /// The extractions that would make a finding smaller, the best first; none where rustc may not be asked.
    pub(crate) fn proposals_for(&self, finding: &Finding) -> Arc<Vec<Proposal>> {
        let source = self.file.source().ok().filter(|_| self.compiler);
        let Some(source) = source.filter(|_| analysis::is_for_extraction(finding.smell)) else {
            return Arc::default();
        };
        let memo = &self.document.memo;
        memo.proposals(finding)
            .unwrap_or_else(|| memo.keep_proposals(finding, analysis::proposals(source, finding)))
    }

    /// What carrying out every safe answer makes of the text; nothing if `goes_on` says that nobody wants it any more.
    pub(crate) fn fixed(&self, goes_on: &dyn Fn() -> bool) -> Option<Arc<Fixed>> {
        if let Some(fixed) = self.document.memo.fixed() {
            return Some(fixed);
        }
        let fixed = fix(&self.file, self.findings(), &self.rules, goes_on)?;
        Some(self.document.memo.keep_fixed(fixed))
    }

    /// The findings of the function whose name or signature the range is in, without those that are drawn there.
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
        // Most cursors are in bodies, and most bodies have no findings: only where it matters is the signature looked for.
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

    /// The functions of the document that have findings, each with the number of them.
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

    /// What is found of a file may be drawn in a function without being the function's.
    fn findings_in_functions(&self) -> impl Iterator<Item = &Finding> {
        let findings = self.findings().iter();
        findings.filter(|finding| matches!(finding.smell.look, Look::Function(_)))
    }

    /// The title of an offer, with what it gains.
    pub(crate) fn title(&self, offer: &Offer) -> String {
        match self.file.source() {
            Ok(source) => analysis::title(source, offer),
            Err(_) => offer.change().title.clone(),
        }
    }

    /// What else can be done in `range`, of one kind after the other.
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

/// Whether an offer is one that answers a finding. Other answers to it are not derived for that.
fn is_answer(context: &Context<'_>, finding: &Finding, offer: &Offer) -> bool {
    let refactoring = offer.refactoring();
    let target = Target::Answer(&finding.sighting);
    finding.smell.answers.contains(&refactoring.id)
        && refactorings::offer(refactoring, context, target)
            .is_ok_and(|answer| answer.change().steps == offer.change().steps)
}

/// Carries out every safe answer to the findings of a file. Needs a large stack.
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

/// Of those around a place, which lie in each other, the one that starts last.
fn innermost(functions: &[FunctionFacts], at: TextRange) -> Option<&FunctionFacts> {
    let before = functions.partition_point(|function| function.range.start() <= at.start());
    let mut before = functions[..before].iter().rev();
    before.find(|function| function.range.contains_range(at))
}
