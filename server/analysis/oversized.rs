//! Functions above a limit, to be reduced by extracting parts or rewriting.

use super::{Refused, functions::function_around};
use crate::{
    config::Rules,
    extraction::{Goal, Measure, Naming},
    facts::FunctionFacts,
    smells,
    syntax::Source,
    text::{TextRange, TextSize},
};

/// The function and the exceeded measure.
#[derive(Debug, Clone)]
pub(super) struct Oversized {
    pub(super) function: FunctionFacts,
    pub(super) goal: Goal,
    pub(super) before: u32,
}

/// Measures of a function that can be reduced, by their smells.
const MEASURES: [(&str, Measure); 3] = [
    ("cognitive-complexity", Measure::Complexity),
    ("deep-nesting", Measure::Nesting),
    ("long-function", Measure::Lines),
];
/// Minimum gain is one in this many parts of the measure.
const LEAST_PART: u32 = 10;

impl Oversized {
    /// Returns the innermost function around a range, if it is above a limit.
    pub(super) fn at(source: &Source, rules: &Rules, range: TextRange) -> Result<Self, Refused> {
        if source.tree.has_errors() {
            // No result could be checked, so nothing is sent.
            return Err(because("The file has syntax errors; nothing was sent."));
        }
        let function = function_around(source, beginning(source, range));
        let function = function.ok_or_else(|| because("There is no function here."))?;
        let (goal, before) = goal(&function, rules)
            .ok_or_else(|| because("The function is within its limits, so no model is asked."))?;
        Ok(Self {
            function,
            goal,
            before,
        })
    }

    /// Describes the finding.
    pub(super) fn finding(&self) -> String {
        let (noun, before, limit) = (self.noun(), self.before, self.goal.limit);
        format!("The function's {noun} is {before}; the limit is {limit}.")
    }

    /// Formats a gain like "complexity 49 → 21".
    pub(super) fn in_words(&self, after: u32) -> String {
        let before = self.before;
        match self.goal.measure {
            Measure::Complexity => format!("complexity {before} → {after}"),
            Measure::Nesting => format!("nesting {before} → {after}"),
            _ => format!("{before} → {after} lines"),
        }
    }

    pub(super) fn noun(&self) -> &'static str {
        match self.goal.measure {
            Measure::Complexity => "cognitive complexity",
            Measure::Nesting => "nesting",
            _ => "number of lines",
        }
    }

    pub(super) fn measure_of(&self, function: &FunctionFacts) -> u32 {
        measure_of(self.goal.measure, function)
    }

    /// Whether the reduction is worth a change.
    pub(super) fn is_gain(&self, after: u32) -> bool {
        let before = self.before;
        after < before && (after <= self.goal.limit || (before - after) * LEAST_PART >= before)
    }
}

/// Returns the first character of code in a range, because a line may begin with white space, which belongs to no item.
fn beginning(source: &Source, range: TextRange) -> TextRange {
    let rest = source.slice(TextRange::new(range.start(), TextSize::of(&*source.text)));
    let white = rest.len() - rest.trim_start().len();
    let at = range.start() + TextSize::of(&rest[..white]);
    let first = rest[white..].chars().next();
    TextRange::at(at, first.map_or(TextSize::new(0), TextSize::of))
}

/// Returns the most exceeded measure of a function; `None` if it is within its limits.
fn goal(function: &FunctionFacts, rules: &Rules) -> Option<(Goal, u32)> {
    let above = MEASURES.iter().filter_map(|(smell, measure)| {
        let limit = rules.judgement(smells::by_name(smell)?)?.limits.warn;
        let found = measure_of(*measure, function);
        let goal = Goal {
            measure: *measure,
            limit,
            limit_of_part: limit,
            naming: Naming::Given,
        };
        (found > limit).then_some((goal, found))
    });
    let excess = |(goal, found): &(Goal, u32)| f64::from(*found) / f64::from(goal.limit.max(1));
    above.reduce(|most, other| {
        if excess(&other) > excess(&most) {
            other
        } else {
            most
        }
    })
}

fn measure_of(measure: Measure, function: &FunctionFacts) -> u32 {
    match measure {
        Measure::Complexity => function.cognitive,
        Measure::Nesting => function.nesting,
        _ => function.lines,
    }
}

pub(super) fn because(why: &str) -> Refused {
    Refused::Because(why.to_owned())
}
