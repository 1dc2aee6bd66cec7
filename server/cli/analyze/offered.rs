//! Finds the refactorings offered for a report's findings. Parses every file with a finding.

use std::sync::Arc;

use rayon::prelude::*;

use super::super::work::Work;
use crate::{
    analysis::{Finding, InputFile, answers_in},
    refactorings::{self, Applicability, Offer},
    report::{ReportedFile, Suggestion},
    syntax::Source,
    text::{TextRange, slice},
};

/// Refactorings offered for a finding.
#[derive(Debug, Default)]
struct Offered {
    ids: Vec<&'static str>,
    suggestion: Option<Suggestion>,
}

/// Adds the offered refactorings to each finding.
pub(super) async fn find(
    work: &Work,
    inputs: &[InputFile],
    files: &mut [ReportedFile],
) -> anyhow::Result<()> {
    let with_findings = files.iter().zip(inputs).enumerate();
    let with_findings = with_findings.filter(|(_, (file, _))| !file.findings.is_empty());
    let asked: Vec<(usize, InputFile, Vec<Finding>)> = with_findings
        .map(|(at, (file, input))| {
            let findings = file.findings.iter().map(|found| found.finding.clone());
            (at, input.clone(), findings.collect())
        })
        .collect();
    let offered = work.engine.run(move || {
        let offered = asked.par_iter();
        offered
            .map(|(at, input, findings)| (*at, offered_at(input, findings)))
            .collect::<Vec<_>>()
    });
    for (at, offered) in offered.await? {
        for (found, offered) in files[at].findings.iter_mut().zip(offered) {
            found.refactorings = Some(offered.ids);
            found.suggestion = offered.suggestion;
        }
    }
    Ok(())
}

fn offered_at(input: &InputFile, findings: &[Finding]) -> Vec<Offered> {
    let Ok(source) = Source::parse(Arc::clone(&input.text), input.context) else {
        return findings.iter().map(|_| Offered::default()).collect();
    };
    let context = refactorings::Context::new(&source);
    let offered = |finding| {
        let offers = answers_in(&context, finding);
        Offered {
            ids: offers.iter().map(|offer| offer.refactoring().id).collect(),
            suggestion: offers
                .iter()
                .find_map(|offer| suggestion(offer, &input.text)),
        }
    };
    findings.iter().map(offered).collect()
}

/// Returns a safe edit of only this file, as one replacement.
fn suggestion(offer: &Offer, text: &str) -> Option<Suggestion> {
    let change = offer.change();
    if change.applicability != Applicability::Safe || !change.steps.stay_in_file() {
        return None;
    }
    let edits = change.edits().trimmed(text);
    let range: TextRange = edits.span()?;
    let replaced = edits.relative_to(range.start())?;
    Some(Suggestion {
        title: change.title.clone(),
        range,
        text: replaced.apply(slice(text, range)?)?,
    })
}
