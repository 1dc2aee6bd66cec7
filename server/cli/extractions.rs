//! The extractions that are named beside findings.

use std::sync::Arc;

use rayon::prelude::*;

use super::work::Work;
use crate::{
    analysis::{Finding, InputFile, is_for_extraction, proposals},
    compiler,
    extraction::Proposal,
    report::ReportedFile,
    syntax::Source,
};

/// For which findings they are looked for. Each costs a closer look at its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Nothing,
    /// As many as somebody reads.
    Heaviest,
    All,
}

/// So many findings are looked at for a person.
const HEAVIEST: usize = 10;

/// Fills in the extractions of findings, where rustc may be asked for them later.
pub(super) async fn find(
    work: &Work,
    inputs: &[InputFile],
    files: &mut [ReportedFile],
    extent: Extent,
) -> anyhow::Result<()> {
    if extent == Extent::Nothing || !compiler::is_found() {
        return Ok(());
    }
    let mut places = places(inputs, files);
    if extent == Extent::Heaviest {
        let weight = |&(file, finding): &Place| files[file].findings[finding].weight();
        places.sort_by(|left, right| weight(right).total_cmp(&weight(left)));
        places.truncate(HEAVIEST);
    }
    places.sort_unstable();
    let asked: Vec<Asked> = places
        .chunk_by(|left, right| left.0 == right.0)
        .map(|places| Asked::of(inputs, files, places))
        .collect();
    let found = work.engine.run(move || {
        let found = asked.par_iter().map(Asked::answer);
        found.flatten().collect::<Vec<_>>()
    });
    for ((file, finding), extractions) in found.await? {
        files[file].findings[finding].extractions = extractions;
    }
    Ok(())
}

/// A finding of a file, by their numbers.
type Place = (usize, usize);

fn places(inputs: &[InputFile], files: &[ReportedFile]) -> Vec<Place> {
    let mut places = Vec::new();
    for (at, (input, file)) in inputs.iter().zip(files).enumerate() {
        if !input.config.compiler {
            continue;
        }
        let findings = file.findings.iter().enumerate();
        let meant = findings.filter(|(_, found)| is_for_extraction(found.finding.smell));
        places.extend(meant.map(|(finding, _)| (at, finding)));
    }
    places
}

/// A file that is parsed for some of its findings.
struct Asked {
    file: usize,
    input: InputFile,
    findings: Vec<(usize, Finding)>,
}

impl Asked {
    fn of(inputs: &[InputFile], files: &[ReportedFile], places: &[Place]) -> Self {
        let file = places[0].0;
        let findings = places.iter().map(|&(_, finding)| {
            let found = &files[file].findings[finding];
            (finding, found.finding.clone())
        });
        Self {
            file,
            input: inputs[file].clone(),
            findings: findings.collect(),
        }
    }

    fn answer(&self) -> Vec<(Place, Vec<Proposal>)> {
        let Ok(source) = Source::parse(Arc::clone(&self.input.text), self.input.context) else {
            return Vec::new();
        };
        let answers = self.findings.iter();
        answers
            .map(|(finding, asked)| ((self.file, *finding), proposals(&source, asked)))
            .collect()
    }
}
