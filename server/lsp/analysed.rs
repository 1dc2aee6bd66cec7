//! What is known of one version of a document, worked out once.
//!
//! Everything here wants a large stack, so it runs on the engine's threads.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::document::{Document, Surroundings};
use crate::{
    analysis::{self, Finding, IdleAllowance, OpenFile},
    config::Rules,
    refactorings::{Offer, Refactoring, Refusal},
    text::TextRange,
};

/// A document that is served, with its findings.
#[derive(Clone)]
pub(super) struct Analysed {
    pub(super) document: Arc<Document>,
    pub(super) file: Arc<OpenFile>,
    pub(super) findings: Arc<Vec<Finding>>,
    pub(super) idle: Vec<IdleAllowance>,
}

/// What can be done at a place beside answering the findings there.
#[derive(Debug, Default)]
pub(super) struct Assists {
    pub(super) offers: Vec<Offer>,
    pub(super) refusals: Vec<(&'static Refactoring, Refusal)>,
}

/// What one version of a document remembers. It dies with the version.
#[derive(Debug, Default)]
pub(super) struct Remembered(Mutex<Memory>);

#[derive(Debug, Default)]
struct Memory {
    findings: Option<Judged>,
    answers: HashMap<FindingKey, Arc<Vec<Offer>>>,
    assists: HashMap<TextRange, Arc<Assists>>,
}

type FindingKey = (TextRange, &'static str);

/// Findings, and what they follow from: a text has another file under another manifest.
#[derive(Debug)]
struct Judged {
    file: Arc<OpenFile>,
    by: Arc<Rules>,
    findings: Arc<Vec<Finding>>,
}

/// A document that is asked about at so many places has been asked by a program; it can wait for what is forgotten.
const MOST_PLACES: usize = 64;

impl Analysed {
    /// Nothing for a document that is not served or whose text isn't known.
    pub(super) fn new(document: &Arc<Document>, surroundings: &Surroundings) -> Option<Self> {
        if !surroundings.is_served {
            return None;
        }
        let file = document.file()?;
        let remembered = &document.remembered;
        let rules = &surroundings.rules;
        let findings = remembered.findings(&file, rules).unwrap_or_else(|| {
            let found = analysis::judge(file.report(), file.text(), rules);
            remembered.keep_findings(&file, rules, found)
        });
        Some(Self {
            document: Arc::clone(document),
            idle: analysis::idle_allowances(file.report(), rules),
            file,
            findings,
        })
    }

    /// Findings that are drawn at the place, touching it being enough.
    pub(super) fn findings_at(&self, range: TextRange) -> Vec<Finding> {
        let touches = |finding: &&Finding| finding.at.intersect(range).is_some();
        self.findings.iter().filter(touches).cloned().collect()
    }

    pub(super) fn finding(&self, smell: &str, at: TextRange) -> Option<&Finding> {
        self.findings
            .iter()
            .find(|finding| finding.at == at && finding.smell.id == smell)
    }

    /// The offers that answer a finding, the best first.
    pub(super) fn answers_to(&self, finding: &Finding) -> Arc<Vec<Offer>> {
        let remembered = &self.document.remembered;
        if let Some(answers) = remembered.answers(finding) {
            return answers;
        }
        let offers = match self.file.source() {
            Ok(source) => analysis::answers_to(source, finding),
            Err(_) => Vec::new(),
        };
        remembered.keep_answers(finding, offers)
    }

    /// The title of an offer, with what it gains.
    pub(super) fn title(&self, offer: &Offer) -> String {
        match self.file.source() {
            Ok(source) => analysis::title(source, offer),
            Err(_) => offer.change().title.clone(),
        }
    }

    /// What else can be done in `range`.
    pub(super) fn assists_at(&self, range: TextRange) -> Arc<Assists> {
        let remembered = &self.document.remembered;
        if let Some(assists) = remembered.assists(range) {
            return assists;
        }
        let Ok(source) = self.file.source() else {
            return Arc::default();
        };
        let findings = self.findings_at(range);
        let offers = analysis::offers_at(source, range, &findings);
        for (finding, answers) in findings.iter().zip(offers.answers) {
            remembered.keep_answers(finding, answers);
        }
        let assists = Assists {
            offers: offers.assists,
            refusals: offers.refusals,
        };
        remembered.keep_assists(range, assists)
    }
}

impl Remembered {
    /// Only those that this very file was found to have by these very rules.
    fn findings(&self, file: &Arc<OpenFile>, by: &Arc<Rules>) -> Option<Arc<Vec<Finding>>> {
        let memory = self.lock();
        let judged = memory.findings.as_ref()?;
        let is_same = Arc::ptr_eq(&judged.file, file) && Arc::ptr_eq(&judged.by, by);
        is_same.then(|| Arc::clone(&judged.findings))
    }

    /// All else that was remembered followed from other findings.
    fn keep_findings(
        &self,
        file: &Arc<OpenFile>,
        by: &Arc<Rules>,
        findings: Vec<Finding>,
    ) -> Arc<Vec<Finding>> {
        let findings = Arc::new(findings);
        *self.lock() = Memory {
            findings: Some(Judged {
                file: Arc::clone(file),
                by: Arc::clone(by),
                findings: Arc::clone(&findings),
            }),
            ..Memory::default()
        };
        findings
    }

    fn answers(&self, finding: &Finding) -> Option<Arc<Vec<Offer>>> {
        self.lock().answers.get(&key(finding)).cloned()
    }

    fn keep_answers(&self, finding: &Finding, offers: Vec<Offer>) -> Arc<Vec<Offer>> {
        let offers = Arc::new(offers);
        let mut memory = self.lock();
        make_room(&mut memory.answers);
        memory.answers.insert(key(finding), Arc::clone(&offers));
        offers
    }

    fn assists(&self, range: TextRange) -> Option<Arc<Assists>> {
        self.lock().assists.get(&range).cloned()
    }

    fn keep_assists(&self, range: TextRange, assists: Assists) -> Arc<Assists> {
        let assists = Arc::new(assists);
        let mut memory = self.lock();
        make_room(&mut memory.assists);
        memory.assists.insert(range, Arc::clone(&assists));
        assists
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
