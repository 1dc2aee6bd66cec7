//! Examines findings more closely than reports do: the heaviest ones, or all of them on request.

use std::sync::Arc;

use rayon::prelude::*;

use super::work::Work;
use crate::{
    analysis::{Finding, InputFile},
    report::ReportedFile,
    syntax::Source,
};

/// Which findings to examine. Each requires reading its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Nothing,
    /// As many as a user is likely to read.
    Heaviest,
    All,
}

/// Number of findings to examine by default.
const HEAVIEST: usize = 10;

/// The indices of a file and of its finding.
pub(super) type Place = (usize, usize);

/// An examination of findings.
pub(super) struct Closely<T> {
    pub(super) is_meant: fn(&InputFile, &Finding) -> bool,
    /// Returns the results for each finding of a file.
    pub(super) look: fn(&InputFile, &Source, &[Finding]) -> Vec<T>,
}

/// Returns the results with their findings.
pub(super) async fn look<T: Send + 'static>(
    work: &Work,
    inputs: &[InputFile],
    files: &[ReportedFile],
    (extent, closely): (Extent, Closely<T>),
) -> anyhow::Result<Vec<(Place, T)>> {
    if extent == Extent::Nothing {
        return Ok(Vec::new());
    }
    let mut places = places(inputs, files, closely.is_meant);
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
        let found = asked.par_iter().map(|asked| asked.answer(closely.look));
        found.flatten().collect::<Vec<_>>()
    });
    Ok(found.await?)
}

fn places(
    inputs: &[InputFile],
    files: &[ReportedFile],
    is_meant: fn(&InputFile, &Finding) -> bool,
) -> Vec<Place> {
    let files = inputs.iter().zip(files).enumerate();
    let places = files.flat_map(|(at, (input, file))| {
        let findings = file.findings.iter().enumerate();
        let meant = findings.filter(move |(_, found)| is_meant(input, &found.finding));
        meant.map(move |(finding, _)| (at, finding))
    });
    places.collect()
}

/// A file that is parsed for some of its findings.
struct Asked {
    input: InputFile,
    /// Indices of these findings.
    places: Vec<Place>,
    findings: Vec<Finding>,
}

impl Asked {
    fn of(inputs: &[InputFile], files: &[ReportedFile], places: &[Place]) -> Self {
        let file = places[0].0;
        let findings = places.iter();
        let findings = findings.map(|&(_, finding)| files[file].findings[finding].finding.clone());
        Self {
            input: inputs[file].clone(),
            places: places.to_vec(),
            findings: findings.collect(),
        }
    }

    fn answer<T>(&self, look: fn(&InputFile, &Source, &[Finding]) -> Vec<T>) -> Vec<(Place, T)> {
        let Ok(source) = Source::parse(Arc::clone(&self.input.text), self.input.context) else {
            return Vec::new();
        };
        let found = look(&self.input, &source, &self.findings);
        self.places.iter().copied().zip(found).collect()
    }
}
