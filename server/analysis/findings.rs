//! Findings from sightings: limits, levels, one finding for one cause, and the calm profile.

use std::cmp::Ordering;

use crate::{
    config::{Judgement, Profile, Rules},
    facts::{FileReport, FunctionFacts, Sighting},
    smells::{self, Calm, Cause, Smell},
    text::TextRange,
};

/// A sighting above its limit, with its message.
#[derive(Debug, Clone)]
pub struct Finding {
    pub smell: &'static Smell,
    pub level: Level,
    /// Level that the configuration sets for this smell.
    pub judgement: Judgement,
    /// Marked range of the file's text.
    pub at: TextRange,
    pub measure: u32,
    /// The limit that the measure is above.
    pub limit: u32,
    pub message: String,
    pub parts: Vec<FindingPart>,
    /// Ranges are absolute.
    pub sighting: Sighting,
}

/// A place that adds to a finding, or another smell of the same cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingPart {
    pub smell: Option<&'static str>,
    pub at: TextRange,
    pub measure: u32,
    pub limit: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Warn,
    Strong,
}

/// Above this many sightings per 100,000 lines a smell is common enough to be shown only where it is strong or answered.
const CALM_RATE: f32 = 25.0;
/// So is one of whose findings fewer than so many of 20 were worth doing.
const CALM_WORTH: u8 = 16;

/// Judges a report of this very text, without parsing, so that a warm start stays cheap.
pub fn judge(report: &FileReport, text: &str, rules: &Rules) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (offset, item) in &report.items {
        if item.sightings.is_empty() {
            continue;
        }
        let functions: Vec<FunctionFacts> = item.functions_at(*offset).collect();
        let above = above(report, item.sightings_at(*offset), rules);
        findings.extend(in_words(&above, &functions, text, rules.profile()));
    }
    let above = above(report, report.sightings.iter().cloned(), rules);
    findings.extend(in_words(&above, &[], text, rules.profile()));
    findings.sort_by_key(|finding| (finding.at.start(), finding.smell.id));
    findings
}

/// What is above its limit and not allowed.
fn above(
    report: &FileReport,
    sightings: impl Iterator<Item = Sighting>,
    rules: &Rules,
) -> Vec<Above> {
    let unasked = sightings.filter(|sighting| !is_allowed(report, sighting));
    unasked
        .filter_map(|sighting| Above::new(sighting, rules))
        .collect()
}

fn in_words(
    above: &[Above],
    functions: &[FunctionFacts],
    text: &str,
    profile: Profile,
) -> Vec<Finding> {
    let groups = one_for_one_cause(shown(above, functions, profile));
    groups.iter().map(|group| finding(group, text)).collect()
}

/// A sighting above a limit.
#[derive(Debug, Clone)]
struct Above {
    smell: &'static Smell,
    judgement: Judgement,
    sighting: Sighting,
    level: Level,
    limit: u32,
}

impl Above {
    fn new(sighting: Sighting, rules: &Rules) -> Option<Self> {
        let smell = smells::get(sighting.smell)?;
        let judgement = rules.judgement(smell)?;
        let limits = judgement.limits;
        let (level, limit) = if sighting.measure > limits.strong {
            (Level::Strong, limits.strong)
        } else if sighting.measure > limits.warn {
            (Level::Warn, limits.warn)
        } else {
            return None;
        };
        Some(Self {
            smell,
            judgement,
            sighting,
            level,
            limit,
        })
    }

    /// Ratio to its first limit, so that measures of different kinds compare.
    fn excess(&self) -> f64 {
        f64::from(self.sighting.measure) / f64::from(self.judgement.limits.warn.max(1))
    }
}

fn is_allowed(report: &FileReport, sighting: &Sighting) -> bool {
    report
        .allowances
        .iter()
        .any(|allowance| allowance.silences(sighting))
}

fn shown<'a>(above: &'a [Above], functions: &[FunctionFacts], profile: Profile) -> Vec<&'a Above> {
    match profile {
        Profile::Full => above.iter().collect(),
        Profile::Calm => above
            .iter()
            .filter(|one| is_worth_saying(one, above, functions))
            .collect(),
    }
}

fn is_worth_saying(one: &Above, all: &[Above], functions: &[FunctionFacts]) -> bool {
    one.level == Level::Strong
        || one.judgement.is_chosen
        || one.smell.cause == Cause::Opportunity
        || is_calm(one.smell) && has_calm_form(one)
        || is_answered(one, all, functions)
}

fn has_calm_form(one: &Above) -> bool {
    match one.smell.calm {
        Calm::Usual => true,
        Calm::WithParts => !one.sighting.parts.is_empty(),
    }
}

/// Whether what a smell sees above its first limit is rare, and mostly worth doing.
fn is_calm(smell: &Smell) -> bool {
    let is_rare = smell.rate.is_some_and(|rate| rate <= CALM_RATE);
    is_rare && smell.worth_doing.is_none_or(|worth| worth >= CALM_WORTH)
}

/// Whether an opportunity inside the function is for a refactoring that also answers this smell. It is known from sightings
/// alone, because an opportunity is sighted only where its refactoring is offered.
fn is_answered(one: &Above, all: &[Above], functions: &[FunctionFacts]) -> bool {
    let Some(function) = functions
        .iter()
        .find(|function| function.name == one.sighting.at)
    else {
        return false;
    };
    all.iter().any(|other| {
        other.smell.cause == Cause::Opportunity
            && function.range.contains_range(other.sighting.at)
            && other
                .smell
                .answers
                .iter()
                .any(|answer| one.smell.answers.contains(answer))
    })
}

/// Groups sightings by cause, the leading one first.
fn one_for_one_cause(shown: Vec<&Above>) -> Vec<Vec<&Above>> {
    let mut groups: Vec<Vec<&Above>> = Vec::new();
    for one in shown {
        let same_cause = groups.iter_mut().find(|group| {
            group[0].smell.has_same_cause(one.smell) && group[0].sighting.at == one.sighting.at
        });
        match same_cause {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    for group in &mut groups {
        group.sort_by(|left, right| {
            right
                .excess()
                .partial_cmp(&left.excess())
                .unwrap_or(Ordering::Equal)
        });
    }
    groups
}

fn finding(group: &[&Above], text: &str) -> Finding {
    let lead = group[0];
    let others = group[1..].iter().map(|other| FindingPart {
        smell: Some(other.smell.id),
        at: other.sighting.at,
        measure: other.sighting.measure,
        limit: Some(other.limit),
    });
    let counted = lead.sighting.parts.iter().filter(|part| part.measure > 0);
    let own = counted.map(|part| FindingPart {
        smell: None,
        at: part.at,
        measure: part.measure,
        limit: None,
    });
    Finding {
        smell: lead.smell,
        level: group
            .iter()
            .map(|one| one.level)
            .max()
            .unwrap_or(lead.level),
        judgement: lead.judgement,
        at: lead.sighting.at,
        measure: lead.sighting.measure,
        limit: lead.limit,
        message: (lead.smell.say)(&lead.sighting, text),
        parts: others.chain(own).collect(),
        sighting: lead.sighting.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use super::*;
    use crate::{
        config::{Environment, Request, load},
        facts::{Allowance, AllowanceForm, UnitReport},
        text::TextSize,
    };

    const TEXT: &str = "\nfn name() { if a { b } }\n";

    fn sighting(id: &str, at: TextRange, measure: u32) -> Sighting {
        let smell = smells::id_of(id).unwrap();
        Sighting {
            smell,
            at,
            measure,
            parts: Vec::new(),
        }
    }

    /// A file with one function, and what was seen in it. The function starts at offset 1.
    fn report(sightings: Vec<Sighting>) -> FileReport {
        let function = FunctionFacts {
            name: name(),
            range: TextRange::new(0.into(), 24.into()),
            cognitive: 0,
            nesting: 0,
            lines: 0,
            parameters: 0,
        };
        let item = UnitReport {
            lines: 1,
            functions: vec![function],
            sightings,
        };
        FileReport {
            items: vec![(1.into(), Arc::new(item))],
            ..FileReport::default()
        }
    }

    fn name() -> TextRange {
        TextRange::new(3.into(), 7.into())
    }

    fn keyword() -> TextRange {
        TextRange::new(12.into(), 14.into())
    }

    fn judged(sightings: Vec<Sighting>) -> Vec<(&'static str, Level, u32)> {
        let findings = judge(&report(sightings), TEXT, &Rules::default());
        findings
            .iter()
            .map(|finding| (finding.smell.id, finding.level, finding.limit))
            .collect()
    }

    #[test]
    fn a_limit_is_the_largest_measure_that_is_still_fine() {
        let parameters = |measure| judged(vec![sighting("too-many-parameters", name(), measure)]);
        assert_eq!(
            parameters(7)
                .iter()
                .filter(|(_, level, _)| *level == Level::Strong)
                .count(),
            0
        );
        assert_eq!(parameters(8), [("too-many-parameters", Level::Strong, 7)]);
    }

    #[test]
    fn what_is_seldom_worth_doing_is_said_only_where_it_is_strong() {
        let of_file = |measure| {
            let report = FileReport {
                sightings: vec![sighting("large-file", name(), measure)],
                ..FileReport::default()
            };
            judge(&report, TEXT, &Rules::default())
        };
        assert!(of_file(2000).is_empty());
        let [finding] = &of_file(2001)[..] else {
            panic!("a strong finding is said");
        };
        assert_eq!((finding.smell.id, finding.at), ("large-file", name()));
    }

    #[test]
    fn one_cause_is_one_finding_and_the_worst_leads() {
        let both = vec![
            sighting("cognitive-complexity", name(), 30),
            sighting("long-function", name(), 300),
        ];
        let findings = judge(&report(both), TEXT, &Rules::default());
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].smell.id, "long-function");
        assert_eq!(findings[0].parts[0].smell, Some("cognitive-complexity"));
        assert_eq!(findings[0].at, name() + TextSize::new(1));
        assert!(
            findings[0].message.contains("`name`"),
            "{}",
            findings[0].message
        );
    }

    #[test]
    fn an_allowance_removes_its_part_only() {
        let mut report = report(vec![
            sighting("cognitive-complexity", name(), 30),
            sighting("long-function", name(), 300),
        ]);
        report.allowances.push(Allowance {
            at: TextRange::empty(0.into()),
            scope: TextRange::new(0.into(), 25.into()),
            smell: smells::id_of("long-function"),
            form: AllowanceForm::Comment,
        });
        let findings = judge(&report, TEXT, &Rules::default());
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].smell.id, "cognitive-complexity");
        assert!(findings[0].parts.is_empty());
    }

    #[test]
    fn what_somebody_has_chosen_is_said() {
        let flags = ["smells.cognitive-complexity.warn=15".to_owned()];
        let request = Request {
            flags: &flags,
            ..Request::new(Path::new("/"))
        };
        let rules = load(&request, &Environment::default()).config.rules;
        let weak = report(vec![sighting("cognitive-complexity", name(), 16)]);
        assert_eq!(judge(&weak, TEXT, &Rules::default()).len(), 0);
        assert_eq!(judge(&weak, TEXT, &rules).len(), 1);
    }

    #[test]
    fn what_is_common_and_weak_is_said_only_where_it_is_answered() {
        let weak = || sighting("cognitive-complexity", name(), 16);
        assert!(
            smells::by_name("cognitive-complexity")
                .unwrap()
                .rate
                .is_none_or(|rate| rate > CALM_RATE)
        );
        assert_eq!(judged(vec![weak()]), []);
        let answered = judged(vec![weak(), sighting("collapsible-if", keyword(), 1)]);
        assert_eq!(answered.len(), 2, "{answered:?}");
    }
}
