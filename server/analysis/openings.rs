//! Where a finding about a whole function can be worked on: the opportunities inside it that a refactoring answers.

use super::Finding;
use crate::{facts::FunctionFacts, smells::Cause, text::TextRange};

/// A place where a refactoring is offered that makes a finding smaller or takes it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    pub refactoring: &'static str,
    /// The keyword or name that is drawn there.
    pub at: TextRange,
}

/// The openings of one of a file's findings, in the order of the text. Everything is known from what was measured, because an
/// opportunity is sighted only where its refactoring is offered.
pub fn openings(
    finding: &Finding,
    findings: &[Finding],
    functions: &[FunctionFacts],
) -> Vec<Opening> {
    let is_function = |function: &&FunctionFacts| function.name == finding.at;
    let range = functions.iter().find(is_function).map(|it| it.range);
    let inside = findings.iter().filter(|other| {
        other.at == finding.at || range.is_some_and(|range| range.contains_range(other.at))
    });
    let openings = inside
        .filter(|other| other.smell.cause == Cause::Opportunity)
        .filter_map(|other| {
            let mut answers = other.smell.answers.iter();
            let refactoring = answers.find(|answer| finding.smell.answers.contains(answer))?;
            Some(Opening {
                refactoring,
                at: other.at,
            })
        });
    let mut openings: Vec<_> = openings.collect();
    openings.dedup();
    openings
}
