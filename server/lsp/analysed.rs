//! What is known of one version of a document, worked out once.
//!
//! Everything here wants a large stack, so it runs on the engine's threads.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use super::document::{Document, Surroundings};
use crate::{
    analysis::{self, Finding, IdleAllowance, Only, OpenFile},
    config::Rules,
    facts::FunctionFacts,
    refactorings::{Offer, Refactoring, Refusal},
    smells::Look,
    text::{Edits, TextRange},
};

/// A document that is served, with its findings.
#[derive(Clone)]
pub(super) struct Analysed {
    pub(super) document: Arc<Document>,
    pub(super) file: Arc<OpenFile>,
    pub(super) findings: Arc<Vec<Finding>>,
    pub(super) idle: Vec<IdleAllowance>,
    /// Whether measures are shown above functions.
    pub(super) code_lens: bool,
    rules: Arc<Rules>,
}

/// Everything that can be carried out safely, in one go.
#[derive(Debug)]
pub(super) struct Fixed {
    pub(super) edits: Edits,
    /// How many refactorings that are.
    pub(super) steps: usize,
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
    fixed: Option<Arc<Fixed>>,
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
            code_lens: surroundings.code_lens,
            rules: Arc::clone(rules),
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

    /// What carrying out every safe answer makes of the text; nothing if `goes_on` says that nobody wants it any more.
    pub(super) fn fixed(&self, goes_on: &dyn Fn() -> bool) -> Option<Arc<Fixed>> {
        if let Some(fixed) = self.document.remembered.fixed() {
            return Some(fixed);
        }
        let fixed = fix(&self.file, &self.findings, &self.rules, goes_on)?;
        Some(self.document.remembered.keep_fixed(fixed))
    }

    /// The findings of the function whose name or signature the range is in, without those that are drawn there.
    pub(super) fn findings_inside(&self, range: TextRange) -> Vec<Finding> {
        if self.findings.is_empty() {
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
    pub(super) fn functions_with_findings(&self) -> Vec<(FunctionFacts, usize)> {
        if self.findings.is_empty() {
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
        let findings = self.findings.iter();
        findings.filter(|finding| matches!(finding.smell.look, Look::Function(_)))
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

    fn fixed(&self) -> Option<Arc<Fixed>> {
        self.lock().fixed.clone()
    }

    fn keep_fixed(&self, fixed: Fixed) -> Arc<Fixed> {
        let fixed = Arc::new(fixed);
        self.lock().fixed = Some(Arc::clone(&fixed));
        fixed
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries out every safe answer to the findings of a file. Needs a large stack.
pub(super) fn fix(
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

fn key(finding: &Finding) -> FindingKey {
    (finding.at, finding.smell.id)
}

fn make_room<K, V>(map: &mut HashMap<K, V>) {
    if map.len() >= MOST_PLACES {
        map.clear();
    }
}
