//! Extractions that reduce a finding, proposed without a selection.

use super::Finding;
use crate::{
    extraction::{self, Goal, LastFunction, Measure, Naming, Proposal, REPEATED_BLOCK},
    facts::{Part, Sighting},
    smells::{self, Calm, Smell},
    syntax::{Source, Unit},
};

/// Returns the extractions that would reduce a finding, best first; rustc has to check them. Examines the function closely, so
/// it is only meant for requests by the user.
pub fn proposals(source: &Source, finding: &Finding) -> Vec<Proposal> {
    parts(source, finding, Naming::Told)
}

/// Like [`proposals`], with the given source of names.
pub fn parts(source: &Source, finding: &Finding, naming: Naming) -> Vec<Proposal> {
    let Some(goal) = goal(finding, naming) else {
        return Vec::new();
    };
    let mut found = extraction::proposals(source, finding.at, goal);
    // The extraction that the finding mentions comes first.
    let told = finding.sighting.extraction.map(|it| it.at);
    if let Some(place) = found.iter().position(|it| Some(it.range) == told) {
        found[..=place].rotate_right(1);
    }
    // A smell may count less than the whole function.
    for proposal in &mut found {
        let gain = proposal.before.saturating_sub(proposal.after);
        proposal.before = finding.measure;
        proposal.after = finding.measure.saturating_sub(gain);
    }
    found
}

/// Whether extractions reduce the findings of a smell.
pub fn is_for_extraction(smell: &Smell) -> bool {
    kind(smell).is_some()
}

/// Whether the findings of a smell are statements that one function may replace.
pub fn is_for_unifying(smell: &Smell) -> bool {
    smell.answers.contains(&REPEATED_BLOCK)
}

/// Returns extractions that can be combined: they neither overlap nor share names.
pub fn apart(proposals: &[Proposal]) -> Vec<&Proposal> {
    let mut apart: Vec<&Proposal> = Vec::new();
    for proposal in proposals {
        let excludes = |other: &&Proposal| {
            let shared = other.range.intersect(proposal.range);
            shared.is_some_and(|it| !it.is_empty()) || other.name == proposal.name
        };
        if !apart.iter().any(excludes) {
            apart.push(proposal);
        }
    }
    apart
}

/// Returns the best part to extract for a sighting, by the default limits. Only findings about whole functions are examined so
/// closely.
pub(super) fn best_part(
    source: &Source,
    unit: &Unit<'_>,
    sighting: &Sighting,
    last: &mut LastFunction,
) -> Option<Part> {
    let smell = smells::get(sighting.smell)?;
    let Calm::Extracted(wanted) = smell.calm else {
        return None;
    };
    let measure = kind(smell).filter(|_| sighting.measure >= wanted.from)?;
    let limit = smell.limits.warn;
    let goal = Goal {
        measure,
        limit,
        limit_of_part: limit,
        naming: Naming::Told,
    };
    let find = || extraction::best_part(source, unit, sighting.at, goal, last);
    let (at, gain) = smells::guarded(find).flatten()?;
    let measure = sighting.measure.saturating_sub(gain);
    let is_wanted = sighting.measure >= wanted.always_from || measure <= wanted.leaving;
    is_wanted.then_some(Part { at, measure })
}

fn goal(finding: &Finding, naming: Naming) -> Option<Goal> {
    let measure = kind(finding.smell)?;
    let limit = finding.judgement.limits.warn;
    let of_functions = || smells::by_name("long-function").map_or(limit, |it| it.limits.warn);
    let limit_of_part = match measure {
        Measure::Complexity | Measure::Nesting | Measure::Lines => limit,
        Measure::ArmLines | Measure::LoopLines => of_functions(),
    };
    Some(Goal {
        measure,
        limit,
        limit_of_part,
        naming,
    })
}

fn kind(smell: &Smell) -> Option<Measure> {
    Some(match smell.id {
        "cognitive-complexity" => Measure::Complexity,
        "deep-nesting" => Measure::Nesting,
        "long-function" => Measure::Lines,
        "long-match-arm" => Measure::ArmLines,
        "long-loop-body" => Measure::LoopLines,
        _ => return None,
    })
}

/// Formats a gain like "complexity 49 → 21".
pub fn gain_in_words(finding: &Finding, proposal: &Proposal) -> String {
    let Proposal { before, after, .. } = proposal;
    match finding.smell.id {
        "cognitive-complexity" => format!("complexity {before} → {after}"),
        "deep-nesting" => format!("nesting {before} → {after}"),
        _ => format!("{before} → {after} lines"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::{Memo, judge, measure},
        config::Rules,
        syntax::FileContext,
    };

    #[test]
    fn a_long_function_has_its_extractions() {
        let part = |name: &str| {
            let step = format!("    {name}.step({name}.is_ready());\n");
            let nested = format!(
                "    for a in {name}.all() {{\n        if a.b() {{\n            while a.c() {{\n                if a.d() {{\n                    if a.e() {{\n                        if a.f() {{\n                            a.g();\n                        }}\n                    }}\n                }}\n            }}\n        }}\n    }}\n"
            );
            let lines = step.repeat(35);
            format!("    // Prepare the {name}.\n    let {name} = new();\n{lines}{nested}\n")
        };
        let parts = ["first", "second", "third"].map(part).concat();
        let text = format!("fn f() {{\n{parts}}}\n");
        let source = Source::parse(&*text, FileContext::default()).unwrap();
        let report = measure(&source, &Memo::default());
        let findings = judge(&report, &source.text, &Rules::default());
        let finding = findings
            .iter()
            .find(|it| is_for_extraction(it.smell))
            .unwrap();
        let found = proposals(&source, finding);
        let apart = apart(&found);
        assert!(apart.len() > 1, "{found:?}");
        assert!(apart[0].name.starts_with("prepare_"), "{found:?}");
        // The mentioned extraction comes first, wherever it would be otherwise.
        let last = found.last().map(|it| it.range).unwrap();
        let mut told = finding.clone();
        told.sighting.extraction = Some(Part {
            at: last,
            measure: 0,
        });
        assert_eq!(proposals(&source, &told)[0].range, last);
        let words = gain_in_words(finding, apart[0]);
        assert!(words.contains(" → "), "{words}");
    }
}
