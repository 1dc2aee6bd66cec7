//! Finds refactorings for findings of repeated code, which depend on the repetitions' locations.

use super::super::{
    closely::{Closely, Extent, look},
    work::Work,
};
use crate::{
    analysis::{
        Finding, InputFile, Memo, Opening, Seen, answers_of_places, is_answered_by_places,
        measure_and_survey, unifying,
    },
    compiler,
    refactorings::Context,
    report::ReportedFile,
    syntax::Source,
};

/// Adds the locations at which such findings can be addressed.
pub(super) async fn find(
    work: &Work,
    inputs: &[InputFile],
    files: &mut [ReportedFile],
    extent: Extent,
) -> anyhow::Result<()> {
    let closely = Closely {
        is_meant: |_, finding| is_answered_by_places(finding.smell),
        look: answers,
    };
    for ((file, finding), openings) in look(work, inputs, files, (extent, closely)).await? {
        files[file].findings[finding].is_answered_by(openings);
    }
    Ok(())
}

fn answers(input: &InputFile, source: &Source, findings: &[Finding]) -> Vec<Vec<Opening>> {
    let context = Context::new(source);
    let measured = measure_and_survey(source, &Memo::idle());
    let seen = Seen {
        report: &measured.report,
        survey: &measured.survey,
    };
    let may_ask = input.config.compiler && compiler::is_found();
    let found = findings.iter().map(|finding| {
        let mut openings = answers_of_places(&context, finding);
        if may_ask {
            openings.extend(unifying(&context, seen, finding));
        }
        openings
    });
    found.collect()
}
