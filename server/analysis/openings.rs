//! Opportunities inside a function that help with a finding about the whole function.

use std::collections::HashMap;

use super::Finding;
use crate::{facts::FunctionFacts, smells::Cause, text::TextRange};

/// Location of a refactoring that reduces or removes a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    pub refactoring: &'static str,
    /// The keyword or name there.
    pub at: TextRange,
}

/// The opportunities of a file, with fast lookups by function. Derived from the findings alone, because an opportunity is only
/// sighted where its refactoring is offered.
pub struct Openings<'a> {
    /// The range of each function by its name's range.
    functions: HashMap<TextRange, TextRange>,
    /// In source order.
    opportunities: Vec<&'a Finding>,
}

impl<'a> Openings<'a> {
    /// Collects the opportunities in a file's findings, which must be in source order.
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

    /// Returns the openings of a finding, in source order.
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
