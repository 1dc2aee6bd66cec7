//! Extractions that make a finding smaller: what nobody has to select.

use super::Finding;
use crate::{
    extraction::{self, Goal, Measure, Proposal},
    smells,
    syntax::Source,
};

/// The extractions that would make a finding smaller, the best first; whether one holds is for rustc to say. Looks closely at
/// the function around, so it is for what a person asked for.
pub fn proposals(source: &Source, finding: &Finding) -> Vec<Proposal> {
    match goal(finding) {
        Some(goal) => extraction::proposals(source, finding.at, goal),
        None => Vec::new(),
    }
}

/// Whether a finding is one that extractions make smaller.
pub fn is_for_extraction(finding: &Finding) -> bool {
    goal(finding).is_some()
}

/// Those that can be carried out one after the other: none takes a part of another.
pub fn apart(proposals: &[Proposal]) -> Vec<&Proposal> {
    let mut apart: Vec<&Proposal> = Vec::new();
    for proposal in proposals {
        let overlaps = |other: &&Proposal| {
            let shared = other.range.intersect(proposal.range);
            shared.is_some_and(|it| !it.is_empty())
        };
        if !apart.iter().any(overlaps) {
            apart.push(proposal);
        }
    }
    apart
}

fn goal(finding: &Finding) -> Option<Goal> {
    let limit = finding.judgement.limits.warn;
    let of_functions = || smells::by_name("long-function").map_or(limit, |it| it.limits.warn);
    let (measure, limit_of_part) = match finding.smell.id {
        "cognitive-complexity" => (Measure::Complexity, limit),
        "deep-nesting" => (Measure::Nesting, limit),
        "long-function" => (Measure::Lines, limit),
        "long-match-arm" => (Measure::ArmLines, of_functions()),
        "long-loop-body" => (Measure::LoopLines, of_functions()),
        _ => return None,
    };
    Some(Goal {
        measure,
        limit,
        limit_of_part,
    })
}

/// "complexity 49 → 21"
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
            let lines: String = (0..25)
                .map(|at| format!("    {name}.step({at}, {name}.is_ready());\n"))
                .collect();
            format!(
                "    // Prepare the {name}.\n    let mut {name} = new();\n{lines}    if {name}.is_bad() {{\n        {name}.stop();\n    }}\n\n"
            )
        };
        let text = format!(
            "fn f() {{\n{}{}{}}}\n",
            part("first"),
            part("second"),
            part("third")
        );
        let source = Source::parse(&*text, FileContext::default()).unwrap();
        let report = measure(&source, &Memo::default());
        let findings = judge(&report, &source.text, &Rules::default());
        let finding = findings.iter().find(|it| is_for_extraction(it)).unwrap();
        let found = proposals(&source, finding);
        let apart = apart(&found);
        assert!(apart.len() > 1, "{found:?}");
        assert!(apart[0].name.starts_with("prepare_"), "{found:?}");
        assert_eq!(
            gain_in_words(finding, apart[0]),
            format!("{} → {} lines", apart[0].before, apart[0].after)
        );
    }
}
