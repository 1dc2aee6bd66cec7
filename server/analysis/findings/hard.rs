//! Classifies functions so large that a reviewer would object. Calibrated with reviewers' verdicts in `tests/worth`.

use std::collections::HashMap;

use crate::{
    extraction,
    facts::{FunctionFacts, UnitReport},
    smells,
    syntax::Metrics,
    text::{TextRange, TextSize},
};

/// Measures of a function, and how much of them is due to nesting.
#[derive(Debug)]
pub(super) struct MeasuredFunction {
    pub(super) facts: FunctionFacts,
    /// Sum of the costs of nested parts.
    deep: u32,
    /// Sum of the costs of parts nested more than once.
    deeper: u32,
}

/// Minimum cost of a nested part.
const NESTED: u32 = 3;
/// Minimum cost of a part that is nested more than once.
const DEEPLY_NESTED: u32 = 4;
/// Minimum percentage of the complexity due to deeply nested parts: `MIXED` from a complexity of `COMPLEX`, `PUZZLE` below.
const PUZZLE: u32 = 40;
const MIXED: u32 = 20;
const COMPLEX: u32 = 60;
/// Maximum number of lines. A longer function is by design, such as the states of a specification in order, and no limit would
/// change it.
const MOST_LINES: u32 = 700;
/// A function whose nested parts contribute less is a list of steps.
const DEEP: u32 = 20;

impl MeasuredFunction {
    /// Measures the functions of a unit that starts at `offset`.
    pub(super) fn all(item: &UnitReport, offset: TextSize) -> Vec<Self> {
        let complexity = smells::id_of("cognitive-complexity");
        let sightings = item.sightings_at(offset);
        let nested: HashMap<TextRange, [u32; 2]> = sightings
            .filter(|sighting| Some(sighting.smell) == complexity)
            .map(|sighting| {
                let costs = sighting.parts.iter().map(|part| part.measure);
                let from = |least| costs.clone().filter(|cost| *cost >= least).sum();
                (sighting.at, [NESTED, DEEPLY_NESTED].map(from))
            })
            .collect();
        let functions = item.functions_at(offset);
        functions
            .map(|facts| {
                let [deep, deeper] = nested.get(&facts.name).copied().unwrap_or_default();
                Self {
                    facts,
                    deep,
                    deeper,
                }
            })
            .collect()
    }

    /// Whether the function is large by one measure and not small by another: a long list is easy to read, and so is a short
    /// puzzle.
    pub(super) fn is_hard(&self) -> bool {
        let facts = &self.facts;
        let is_large = extraction::is_large(&Metrics {
            cognitive: facts.cognitive,
            nesting: facts.nesting,
            lines: facts.lines,
            parameters: facts.parameters,
        });
        let share = facts.cognitive.saturating_mul(self.share());
        let is_deep = self.deep >= DEEP && self.deeper.saturating_mul(100) >= share;
        is_large && is_deep && facts.lines <= MOST_LINES
    }

    /// Returns the minimum percentage of the complexity that must be due to deep nesting.
    fn share(&self) -> u32 {
        if self.facts.cognitive >= COMPLEX {
            MIXED
        } else {
            PUZZLE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_large_by_more_than_one_measure() {
        let function = |cognitive, lines, nesting, deep| MeasuredFunction {
            facts: FunctionFacts {
                name: TextRange::new(3.into(), 7.into()),
                range: TextRange::new(0.into(), 24.into()),
                cognitive,
                nesting,
                lines,
                parameters: 0,
            },
            deep,
            deeper: deep,
        };
        for (cognitive, lines, nesting) in [(60, 120, 6), (45, 20, 8)] {
            let one = function(cognitive, lines, nesting, 20);
            assert!(one.is_hard(), "{one:?}");
            assert!(!function(cognitive, lines, nesting, 19).is_hard());
        }
        let puzzle = |cognitive, deeper| MeasuredFunction {
            deeper,
            ..function(cognitive, 180, 8, 40)
        };
        assert!(puzzle(50, 20).is_hard() && !puzzle(50, 19).is_hard());
        assert!(puzzle(80, 16).is_hard() && !puzzle(80, 15).is_hard());
        assert!(!function(90, 701, 8, 40).is_hard());
        for (cognitive, lines, nesting) in [
            (59, 120, 7),
            (60, 119, 7),
            (60, 120, 5),
            (44, 40, 8),
            (10, 400, 3),
            (80, 200, 5),
        ] {
            let one = function(cognitive, lines, nesting, 40);
            assert!(!one.is_hard(), "{one:?}");
        }
    }
}
