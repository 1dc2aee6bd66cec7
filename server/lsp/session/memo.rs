//! Memoizes results of one version of a document, so that nothing is derived twice.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use crate::{
    analysis::{Copies, Finding, OpenFile, Trigger},
    config::Rules,
    extraction::Proposal,
    lsp::locks::lock,
    refactorings::{Kind, Offer, Refactoring, Refusal},
    text::{Edits, TextRange},
};

/// The result of applying all safe fixes.
#[derive(Debug)]
pub(crate) struct Fixed {
    pub(crate) edits: Edits,
    /// Number of refactorings applied.
    pub(crate) steps: usize,
}

/// Refactorings available at a range that don't address findings, all of one kind.
#[derive(Debug, Default, Clone)]
pub(crate) struct Assists {
    pub(crate) offers: Vec<Offer>,
    pub(crate) refusals: Vec<(&'static Refactoring, Refusal)>,
}

/// Memoized results of one version of a document, dropped with it.
#[derive(Debug, Default)]
pub(crate) struct Memo(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    findings: Option<Judged>,
    answers: HashMap<FindingKey, Arc<Vec<Offer>>>,
    proposals: HashMap<FindingKey, Arc<Vec<Proposal>>>,
    assists: HashMap<AssistKey, Arc<Assists>>,
    fixed: Option<Arc<Fixed>>,
}

type FindingKey = (TextRange, &'static str);
type AssistKey = (TextRange, Kind, Trigger);

/// Findings and their inputs: the same source text has another file under another manifest.
#[derive(Debug)]
struct Judged {
    file: Arc<OpenFile>,
    by: Arc<Rules>,
    with: Option<Arc<Vec<Copies>>>,
    findings: Arc<Vec<Finding>>,
}

/// Maximum number of memoized ranges. Only programs make so many requests, and they can wait for recomputation.
const MOST_PLACES: usize = 64;

impl Memo {
    /// Returns findings only for the identical file, rules and copies.
    pub(super) fn findings(
        &self,
        file: &Arc<OpenFile>,
        by: &Arc<Rules>,
        with: Option<&Arc<Vec<Copies>>>,
    ) -> Option<Arc<Vec<Finding>>> {
        let memory = lock(&self.0);
        let judged = memory.findings.as_ref()?;
        let is_same = Arc::ptr_eq(&judged.file, file)
            && Arc::ptr_eq(&judged.by, by)
            && judged.with.as_ref().map(Arc::as_ptr) == with.map(Arc::as_ptr);
        is_same.then(|| Arc::clone(&judged.findings))
    }

    /// Stores findings and clears everything else, which was derived from other findings.
    pub(super) fn keep_findings(
        &self,
        file: &Arc<OpenFile>,
        by: &Arc<Rules>,
        with: Option<Arc<Vec<Copies>>>,
        findings: Vec<Finding>,
    ) -> Arc<Vec<Finding>> {
        let findings = Arc::new(findings);
        *lock(&self.0) = Memory {
            findings: Some(Judged {
                file: Arc::clone(file),
                by: Arc::clone(by),
                with,
                findings: Arc::clone(&findings),
            }),
            ..Memory::default()
        };
        findings
    }

    pub(super) fn answers(&self, finding: &Finding) -> Option<Arc<Vec<Offer>>> {
        lock(&self.0).answers.get(&key(finding)).cloned()
    }

    pub(super) fn keep_answers(&self, finding: &Finding, offers: Vec<Offer>) -> Arc<Vec<Offer>> {
        let offers = Arc::new(offers);
        let mut memory = lock(&self.0);
        make_room(&mut memory.answers);
        memory.answers.insert(key(finding), Arc::clone(&offers));
        offers
    }

    pub(super) fn proposals(&self, finding: &Finding) -> Option<Arc<Vec<Proposal>>> {
        lock(&self.0).proposals.get(&key(finding)).cloned()
    }

    pub(super) fn keep_proposals(
        &self,
        finding: &Finding,
        proposals: Vec<Proposal>,
    ) -> Arc<Vec<Proposal>> {
        let proposals = Arc::new(proposals);
        let mut memory = lock(&self.0);
        make_room(&mut memory.proposals);
        memory
            .proposals
            .insert(key(finding), Arc::clone(&proposals));
        proposals
    }

    pub(super) fn assists(&self, key: AssistKey) -> Option<Arc<Assists>> {
        lock(&self.0).assists.get(&key).cloned()
    }

    pub(super) fn keep_assists(&self, key: AssistKey, assists: Assists) -> Arc<Assists> {
        let assists = Arc::new(assists);
        let mut memory = lock(&self.0);
        make_room(&mut memory.assists);
        memory.assists.insert(key, Arc::clone(&assists));
        assists
    }

    pub(super) fn fixed(&self) -> Option<Arc<Fixed>> {
        lock(&self.0).fixed.clone()
    }

    pub(super) fn keep_fixed(&self, fixed: Fixed) -> Arc<Fixed> {
        let fixed = Arc::new(fixed);
        lock(&self.0).fixed = Some(Arc::clone(&fixed));
        fixed
    }
}

fn key(finding: &Finding) -> FindingKey {
    (finding.at, finding.smell.id)
}

fn make_room<K, V>(map: &mut HashMap<K, V>) {
    if map.len() >= MOST_PLACES {
        map.clear();
    }
}
