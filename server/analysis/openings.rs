//! Where a finding about a whole function can be worked on: the opportunities inside it that a refactoring answers.

use std::collections::HashMap;

use super::Finding;
use crate::{facts::FunctionFacts, smells::Cause, text::TextRange};

/// A place where a refactoring is offered that makes a finding smaller or takes it away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    pub refactoring: &'static str,
    /// The keyword or name that is drawn there.
    pub at: TextRange,
}

/// The opportunities of a file, where those of one function cost nothing beside them. Everything is known from what was
/// measured, because an opportunity is sighted only where its refactoring is offered.
pub struct Openings<'a> {
    /// The range of each function by its name's.
    functions: HashMap<TextRange, TextRange>,
    /// In the order of the text.
    opportunities: Vec<&'a Finding>,
}

impl<'a> Openings<'a> {
    /// Those of all findings of a file, which are in the order of the text.
    pub fn new(findings: &'a [Finding], functions: &[FunctionFacts]) -> Self {
        let functions = functions.iter();
        let opportunities = findings.iter();
        Self {
            functions: functions
                .map(|function| (function.name, function.range))
                .collect(),
            opportunities: opportunities
                .filter(|finding| finding.smell.cause == Cause::Opportunity)
                .collect(),
        }
    }

    /// The openings of one of the file's findings, in the order of the text.
    pub fn of(&self, finding: &Finding) -> Vec<Opening> {
        let function = self.functions.get(&finding.at);
        let range = function.copied().unwrap_or(finding.at);
        let is_ahead = |other: &&Finding| other.at.start() < range.start();
        let first = self.opportunities.partition_point(is_ahead);
        let near = self.opportunities[first..].iter();
        let near = near.take_while(|other| other.at.start() <= range.end());
        let inside = near.filter(|other| match function {
            Some(range) => range.contains_range(other.at),
            None => other.at == finding.at,
        });
        let openings = inside.filter_map(|other| {
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
}
