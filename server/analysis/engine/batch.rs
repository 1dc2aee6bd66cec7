//! Completes a batch of cache lookups by computing what is missing or invalid.

use std::{cell::OnceCell, sync::Arc};

use rayon::prelude::*;
use tokio_util::sync::CancellationToken;

use super::{CacheOutcome, FoundReport, FoundSurvey, Input, ReportOrigin};
use crate::{
    analysis::{
        OpenFile,
        measure::Extent,
        stored::{self, surveys},
    },
    cache::{Entry, Key, Lookup, Tier},
    survey::FileSurvey,
};

/// Source texts and their cache lookups, in the same order.
pub(super) struct Batch {
    pub(super) inputs: Arc<[Input]>,
    pub(super) keys: Keys,
    pub(super) reports: Vec<Lookup>,
    pub(super) beliefs: Vec<Belief>,
    pub(super) surveys: Vec<Lookup>,
}

/// Keys of source texts, in the same order.
pub(super) struct Keys {
    pub(super) reports: Vec<Key>,
    /// Empty if no surveys are requested.
    pub(super) surveys: Vec<Key>,
}

/// Whether a remote entry is trusted or compared with a computed one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Belief {
    Taken,
    Compared,
}

/// Results for one source text.
pub(super) struct Answer {
    pub(super) report: FoundReport,
    survey: Option<FoundIn<Arc<FileSurvey>>>,
}

/// Origin of a result.
enum FoundIn<T> {
    Cache(T),
    Text(T),
}

pub(super) struct Completed {
    pub(super) answers: Vec<Answer>,
    /// Computed entries to store.
    pub(super) fresh: Vec<(Key, Entry)>,
    /// Keys of wrong remote entries.
    pub(super) wrong: Vec<Key>,
}

impl Keys {
    pub(super) fn of(inputs: &[Input], extent: Extent) -> Self {
        let surveyed = match extent {
            Extent::Report => &[],
            Extent::ReportAndSurvey => inputs,
        };
        let (reports, surveys) = (inputs.par_iter(), surveyed.par_iter());
        Self {
            reports: reports
                .map(|(text, context)| stored::key(text, *context))
                .collect(),
            surveys: surveys
                .map(|(text, context)| surveys::key(text, *context))
                .collect(),
        }
    }
}

impl Answer {
    pub(super) fn with_survey(self) -> Option<FoundSurvey> {
        let was_computed = matches!(self.report.1, ReportOrigin::Computed(_));
        let (survey, was_surveyed) = match self.survey? {
            FoundIn::Cache(survey) => (survey, false),
            FoundIn::Text(survey) => (survey, true),
        };
        Some(FoundSurvey {
            report: self.report,
            survey,
            was_parsed: was_computed || was_surveyed,
        })
    }
}

/// Uses cache hits and computes the rest. Cancellation omits the first unfinished source text and all after it.
pub(super) fn complete(batch: Batch, cancel: &CancellationToken) -> Completed {
    let mut surveys: Vec<Option<Lookup>> = batch.surveys.into_iter().map(Some).collect();
    surveys.resize_with(batch.inputs.len(), || None);
    let lookups = batch.reports.into_par_iter().zip(batch.beliefs);
    let outcomes: Vec<Option<Outcome>> = batch
        .inputs
        .par_iter()
        .zip(lookups.zip(surveys))
        .map(|(input, ((report, belief), survey))| {
            let file = FileOnDemand::new(input);
            (!cancel.is_cancelled()).then(|| {
                // Computed first, because a survey includes the report.
                let survey = survey.map(|lookup| survey_in(lookup, &file));
                find_or_compute(&file, report, belief, survey)
            })
        })
        .collect();
    let mut completed = Completed {
        answers: Vec::with_capacity(outcomes.len()),
        fresh: Vec::new(),
        wrong: Vec::new(),
    };
    for (place, outcome) in outcomes.into_iter().map_while(|one| one).enumerate() {
        let key = batch.keys.reports[place];
        let answer = match outcome {
            Outcome::Found(answer) => answer,
            Outcome::Computed(answer, entry) => {
                completed.fresh.push((key, entry));
                answer
            }
            Outcome::Refuted(answer, entry) => {
                completed.fresh.push((key, entry));
                completed.wrong.push(key);
                answer
            }
        };
        if let Some(FoundIn::Text(survey)) = &answer.survey {
            let entry = surveys::encode(survey);
            completed.fresh.push((batch.keys.surveys[place], entry));
        }
        completed.answers.push(answer);
    }
    completed
}

/// One source text's report, and its origin.
enum Outcome {
    Found(Answer),
    Computed(Answer, Entry),
    /// Computed, because the cached entry is wrong.
    Refuted(Answer, Entry),
}

/// A source text that is only parsed if necessary.
struct FileOnDemand<'a> {
    input: &'a Input,
    file: OnceCell<Arc<OpenFile>>,
}

impl<'a> FileOnDemand<'a> {
    fn new(input: &'a Input) -> Self {
        Self {
            input,
            file: OnceCell::new(),
        }
    }

    fn file(&self) -> &OpenFile {
        let (text, context) = self.input;
        self.file
            .get_or_init(|| OpenFile::seen_once(Arc::clone(text), *context))
    }
}

fn survey_in(lookup: Lookup, file: &FileOnDemand<'_>) -> FoundIn<Arc<FileSurvey>> {
    let found = match lookup {
        Lookup::Hit(entry, _) => surveys::decode(&entry, &file.input.0),
        Lookup::Miss | Lookup::Fault(_) => None,
    };
    match found {
        Some(survey) => FoundIn::Cache(Arc::new(survey)),
        None => FoundIn::Text(Arc::clone(file.file().survey())),
    }
}

fn find_or_compute(
    file: &FileOnDemand<'_>,
    lookup: Lookup,
    belief: Belief,
    survey: Option<FoundIn<Arc<FileSurvey>>>,
) -> Outcome {
    let of_others = match &lookup {
        Lookup::Hit(entry, Tier::Remote) => Some(entry.clone()),
        _ => None,
    };
    let answer = |report| Answer { report, survey };
    let found = match found(lookup, &file.input.0) {
        Ok(report) if of_others.is_none() || belief == Belief::Taken => {
            return Outcome::Found(answer(report));
        }
        found => found,
    };
    let report = Arc::clone(file.file().report());
    let entry = stored::encode(&report);
    match (found, of_others) {
        (Ok(report), Some(of_others)) if of_others == entry => Outcome::Found(answer(report)),
        (_, Some(_)) => {
            let origin = ReportOrigin::Computed(CacheOutcome::Fault);
            Outcome::Refuted(answer((report, origin)), entry)
        }
        (found, None) => {
            let outcome = found.err().unwrap_or(CacheOutcome::Miss);
            let origin = ReportOrigin::Computed(outcome);
            Outcome::Computed(answer((report, origin)), entry)
        }
    }
}

/// Decodes the report in an entry. An invalid entry, or one that doesn't fit the source text, counts as a fault.
pub(super) fn found(lookup: Lookup, text: &str) -> Result<FoundReport, CacheOutcome> {
    let (entry, tier) = match lookup {
        Lookup::Hit(entry, tier) => (entry, tier),
        Lookup::Miss => return Err(CacheOutcome::Miss),
        Lookup::Fault(_) => return Err(CacheOutcome::Fault),
    };
    let report = stored::decode(&entry, text).ok_or(CacheOutcome::Fault)?;
    let origin = match tier {
        Tier::Memory => ReportOrigin::Memory,
        Tier::Local => ReportOrigin::Local,
        Tier::Remote => ReportOrigin::Remote,
    };
    Ok((Arc::new(report), origin))
}
