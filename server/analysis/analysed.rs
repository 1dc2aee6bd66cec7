//! Reports of many files, and duplicates across them.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use tokio_util::sync::CancellationToken;

use super::{
    Copies, Engine, Files, FoundReport, InputFile, ReadFile, ReportOrigin, WorkError, duplicates,
    wants_duplicates,
};
use crate::{
    facts::SmellId,
    index::{FileId, Index, Origin},
    survey::FileSurvey,
    text::{Lines, TextRange},
    workspace,
};

/// Results in the order of the inputs.
pub struct AnalysedFiles {
    pub reports: Vec<FoundReport>,
    /// Duplicates reported in each file.
    pub copies: Vec<Vec<Copies>>,
    pub were_parsed: Vec<bool>,
}

/// Analyses files; calls `progress` with the number of finished ones. Surveys are only made if duplicates are enabled.
pub async fn analysed(
    engine: &Engine,
    inputs: &[InputFile],
    progress: &(dyn Fn(usize) + Sync),
) -> Result<AnalysedFiles, WorkError> {
    let texts = inputs
        .iter()
        .map(|input| (Arc::clone(&input.text), input.context));
    let never = CancellationToken::new();
    let mut rules = inputs.iter().map(|input| &input.rules);
    if !rules.any(wants_duplicates) {
        let reports = engine.reports(texts.collect(), progress, &never);
        let reports = reports.await?;
        return Ok(AnalysedFiles {
            copies: vec![Vec::new(); reports.len()],
            were_parsed: reports.iter().map(was_computed).collect(),
            reports,
        });
    }
    let found = engine.surveys(texts.collect(), progress, &never);
    let found = found.await?;
    let were_parsed = found.iter().map(|found| found.was_parsed).collect();
    let found = found.into_iter();
    let (reports, surveys): (_, Vec<_>) = found.map(|found| (found.report, found.survey)).unzip();
    Ok(AnalysedFiles {
        reports,
        copies: copies(inputs, &surveys),
        were_parsed,
    })
}

fn was_computed((_, origin): &FoundReport) -> bool {
    matches!(origin, ReportOrigin::Computed(_))
}

fn copies(inputs: &[InputFile], surveys: &[Arc<FileSurvey>]) -> Vec<Vec<Copies>> {
    let mut index = Index::default();
    let mut names = HashMap::new();
    let mut folders = HashMap::new();
    for ((input, survey), id) in inputs.iter().zip(surveys).zip(0..) {
        let origin = input
            .package
            .as_ref()
            .map_or_else(Origin::default, |package| {
                let (next_name, next_folder) = (number(names.len()), number(folders.len()));
                Origin {
                    package: Some(*names.entry(&package.name).or_insert(next_name)),
                    folder: *folders.entry(&package.folder).or_insert(next_folder),
                }
            });
        index.set(FileId(id), origin, survey);
    }
    let files = InputFiles {
        inputs,
        surveys,
        read: inputs.iter().map(|_| OnceLock::new()).collect(),
    };
    let mut copies = duplicates(&index, &files);
    let ids = (0..number(inputs.len())).map(FileId);
    ids.map(|id| copies.remove(&id).unwrap_or_default())
        .collect()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

struct InputFiles<'a> {
    inputs: &'a [InputFile],
    surveys: &'a [Arc<FileSurvey>],
    read: Vec<OnceLock<Arc<ReadFile>>>,
}

impl Files for InputFiles<'_> {
    fn file(&self, id: FileId) -> Option<Arc<ReadFile>> {
        let input = self.inputs.get(id.0 as usize)?;
        let file = self.read.get(id.0 as usize)?.get_or_init(|| {
            Arc::new(ReadFile {
                shown: input.shown.clone(),
                uri: String::new(),
                lines: Lines::new(&input.text),
                text: Arc::clone(&input.text),
                presence: workspace::presence_of(&input.path),
            })
        });
        Some(Arc::clone(file))
    }

    fn allowed(&self, id: FileId) -> &[(SmellId, TextRange)] {
        let survey = self.surveys.get(id.0 as usize);
        survey.map_or(&[], |survey| &survey.allowed)
    }
}
