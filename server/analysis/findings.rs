//! Converts sightings to findings: limits, levels, one finding per cause, and the calm profile.

use std::{cmp::Ordering, collections::HashMap, sync::Arc};

use super::duplicates::{Copies, OtherPlace};
use crate::{
    config::{Judgement, Profile, Rules},
    facts::{FileReport, Part, Sighting, UnitReport},
    smells::{self, Calm, Cause, PartMeasure, Smell},
    text::{TextRange, TextSize, line_of, printable, shortened, slice},
};

mod file_text;
mod hard;
mod silences;

pub use file_text::Answers;
use file_text::FileText;
use hard::MeasuredFunction;
use silences::Silences;

/// A sighting above its limit, with its message.
#[derive(Debug, Clone)]
pub struct Finding {
    pub smell: &'static Smell,
    pub level: Level,
    /// Limits and level configured for this smell.
    pub judgement: Judgement,
    /// Highlighted range.
    pub at: TextRange,
    pub measure: u32,
    /// The exceeded limit.
    pub limit: u32,
    pub message: String,
    pub parts: Vec<FindingPart>,
    /// The complete repeated range.
    pub repeats: Option<TextRange>,
    /// Other locations of the same code.
    pub others: Vec<OtherPlace>,
    /// Ranges are absolute.
    pub sighting: Sighting,
}

/// A location that contributes to a finding, or belongs to it with a measure of 0, or another smell of the same cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingPart {
    pub smell: Option<&'static str>,
    pub at: TextRange,
    pub measure: u32,
    pub limit: Option<u32>,
    /// Level of another smell of the same cause.
    pub level: Option<Level>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    Warn,
    Strong,
}

/// Judges the report of a source text without parsing, so that a warm start remains fast.
pub fn judge(report: &FileReport, text: &str, rules: &Rules) -> Vec<Finding> {
    judge_with_copies(report, &[], text, rules)
}

/// Like [`judge`], with duplicates in other files.
pub fn judge_with_copies(
    report: &FileReport,
    copies: &[Copies],
    text: &str,
    rules: &Rules,
) -> Vec<Finding> {
    let judge = Judge::new(report, text, rules);
    let units = report.items.iter();
    let mut findings: Vec<Finding> = units
        .flat_map(|(offset, item)| judge.unit(*offset, item))
        .collect();
    let told = findings.iter().flat_map(Finding::repeated).collect();
    findings.extend(judge.around_units(told, copies));
    findings.sort_by_key(Finding::order);
    findings
}

/// Judges one report of one source text unit by unit, so that most units' findings can be reused.
pub struct Judge<'a> {
    report: &'a FileReport,
    file: FileText<'a>,
    rules: &'a Rules,
    silences: Silences,
}

/// Inputs of a unit's findings besides the unit itself. If they are equal, so are the findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Around {
    /// Whether each sighting is allowed; empty if the file has no allowances.
    silenced: Vec<bool>,
}

impl<'a> Judge<'a> {
    pub fn new(report: &'a FileReport, text: &'a str, rules: &'a Rules) -> Self {
        Self {
            report,
            file: FileText::of(text),
            rules,
            silences: Silences::of(report),
        }
    }

    /// Returns the findings in a unit that starts at `offset`.
    pub fn unit(&self, offset: TextSize, item: &UnitReport) -> Vec<Finding> {
        if item.sightings.is_empty() {
            return Vec::new();
        }
        let functions = MeasuredFunction::all(item, offset);
        self.said(item.sightings_at(offset), &functions)
    }

    /// Returns the inputs of a unit's findings besides its source text, its line and the file's [`Answers`].
    pub fn around(&self, offset: TextSize, item: &UnitReport) -> Around {
        if self.silences.is_empty() {
            return Around::default();
        }
        let sightings = item.sightings.iter();
        let silenced = sightings.map(|it| self.silences.cover(it.smell, it.at + offset));
        Around {
            silenced: silenced.collect(),
        }
    }

    /// Returns the findings of the file as a whole and of duplicates, except for repetitions that were already reported in
    /// units, at `told`.
    pub fn around_units(&self, mut told: Vec<TextRange>, copies: &[Copies]) -> Vec<Finding> {
        let mut findings = self.said(self.report.sightings.iter().cloned(), &[]);
        findings.retain(|finding| !finding.repeated().any(|range| touches(range, &told)));
        told.extend(findings.iter().flat_map(Finding::repeated));
        let untold = copies.iter().filter(|copies| !are_told(copies, &told));
        findings.extend(untold.flat_map(|copies| self.copies_in_words(copies)));
        findings
    }

    /// Returns the properties of the file's source text that were queried so far.
    pub fn answers(&self) -> Answers {
        self.file.answers()
    }

    /// Whether these properties are the same for this source text.
    pub fn agrees_with(&self, answers: &Answers) -> bool {
        self.file.agrees_with(answers)
    }

    /// Returns findings above their limits that aren't allowed and are worth reporting.
    fn said(
        &self,
        sightings: impl Iterator<Item = Sighting>,
        functions: &[MeasuredFunction],
    ) -> Vec<Finding> {
        let unasked = sightings.filter(|it| !self.silences.cover(it.smell, it.at));
        let above = unasked.filter_map(|sighting| Above::new(sighting, self.rules));
        let above: Vec<Above> = above.collect();
        self.in_words(&above, functions)
    }

    fn in_words(&self, above: &[Above], functions: &[MeasuredFunction]) -> Vec<Finding> {
        let groups = one_for_one_cause(shown(above, functions, &self.file, self.rules.profile()));
        let groups = groups.iter();
        groups.map(|group| finding(group, self.file.text)).collect()
    }

    fn copies_in_words(&self, copies: &Copies) -> Vec<Finding> {
        let above = Above::new(copies.sighting.clone(), self.rules);
        let mut findings = self.in_words(above.as_slice(), &[]);
        for finding in &mut findings {
            let said = with_places(&finding.message, &copies.others_in_words());
            finding.message = printable(&shortened(&said, LONGEST_MESSAGE)).into_owned();
            finding.repeats = Some(copies.range);
            finding.others.clone_from(&copies.others);
        }
        findings
    }
}

impl Finding {
    /// Sorts findings in source order.
    pub fn order(&self) -> (TextSize, &'static str) {
        (self.at.start(), self.smell.id)
    }

    /// Returns the locations of a finding of repeated code.
    pub fn repeated(&self) -> impl Iterator<Item = TextRange> + '_ {
        let is_repeated = self.smell.cause == Cause::Repetition;
        let parts = self.sighting.parts.iter();
        let places = parts.filter(move |part| is_repeated && part.measure == 0);
        places.map(|place| place.at)
    }
}

fn touches(range: TextRange, told: &[TextRange]) -> bool {
    let mut told = told.iter();
    told.any(|told| {
        told.intersect(range)
            .is_some_and(|common| !common.is_empty())
    })
}

/// Whether a repetition within this file, or part of it, was already reported with all its locations.
fn are_told(copies: &Copies, told: &[TextRange]) -> bool {
    let mut told = told.iter();
    are_here(copies)
        && told.any(|told| told.contains_range(copies.range) || copies.range.contains_range(*told))
}

fn are_here(copies: &Copies) -> bool {
    let mut others = copies.others.iter();
    others.all(|other| Arc::ptr_eq(&other.file, &copies.own))
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

    /// Whether it concerns a function that is hard as a whole.
    fn is_of_hard(&self, functions: &[MeasuredFunction]) -> bool {
        let mut functions = functions.iter();
        let function = functions.find(|function| function.facts.name == self.sighting.at);
        function.is_some_and(MeasuredFunction::is_hard)
    }

    /// Returns the ratio of the measure to the first limit, so that different measures can be compared.
    fn excess(&self) -> f64 {
        f64::from(self.sighting.measure) / f64::from(self.judgement.limits.warn.max(1))
    }
}

fn shown<'a>(
    above: &'a [Above],
    functions: &[MeasuredFunction],
    file: &FileText<'_>,
    profile: Profile,
) -> Vec<&'a Above> {
    match profile {
        Profile::Full => above.iter().collect(),
        Profile::Calm => {
            let worth = |one: &&Above| is_worth_saying(one, above, functions, file);
            above.iter().filter(worth).collect()
        }
    }
}

fn is_worth_saying(
    one: &Above,
    above: &[Above],
    functions: &[MeasuredFunction],
    file: &FileText<'_>,
) -> bool {
    if one.judgement.is_chosen {
        return true;
    }
    let is_strong = one.level == Level::Strong;
    match one.smell.calm {
        Calm::Never => false,
        Calm::Plain => one.sighting.parts.is_empty(),
        Calm::Written(words) => one.sighting.parts.is_empty() || file.holds(words),
        Calm::Hard => {
            let of_same = |it: &&Above| it.sighting.at == one.sighting.at;
            let mut beside = above.iter().filter(of_same);
            let has_part = beside.any(|it| it.sighting.extraction.is_some());
            has_part && one.is_of_hard(functions) && !file.is_ported()
        }
        Calm::Extracted(_) => one.sighting.extraction.is_some() && !file.is_ported(),
        Calm::InHard(most) => {
            let at = one.sighting.at;
            // The innermost one is last.
            let around = functions
                .iter()
                .rfind(|function| function.facts.range.contains_range(at));
            is_strong
                && one.sighting.measure > most
                && around.is_some_and(MeasuredFunction::is_hard)
                && !file.is_ported()
        }
        Calm::Chosen(is_worth) => is_worth(&one.sighting) && !file.is_ported(),
        Calm::Always => true,
    }
}

/// Groups sightings by cause, with the leading one first.
fn one_for_one_cause(shown: Vec<&Above>) -> Vec<Vec<&Above>> {
    let mut groups: Vec<Vec<&Above>> = Vec::new();
    let mut of_function: HashMap<TextRange, usize> = HashMap::new();
    for one in shown {
        if one.smell.cause != Cause::FunctionSize {
            groups.push(vec![one]);
            continue;
        }
        let next = groups.len();
        match *of_function.entry(one.sighting.at).or_insert(next) {
            group if group < next => groups[group].push(one),
            _ => groups.push(vec![one]),
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

/// Maximum length of a message in characters; a name may be as long as its file.
const LONGEST_MESSAGE: usize = 400;

fn message(sighting: &Sighting, smell: &Smell, text: &str) -> String {
    let mut said = (smell.say)(sighting, text);
    if let Some(part) = &sighting.extraction {
        said += &extraction_in_words(part, text);
    }
    printable(&shortened(&said, LONGEST_MESSAGE)).into_owned()
}

/// Inserts locations before the remedy: "`f` is duplicated at line 40; keep only one copy".
fn with_places(message: &str, places: &str) -> String {
    match message.split_once("; ") {
        Some((what, remedy)) => format!("{what} at {places}; {remedy}"),
        None => format!("{message} at {places}"),
    }
}

/// Formats a suggestion like "; extracting lines 48-71 reduces it to 12".
fn extraction_in_words(part: &Part, text: &str) -> String {
    let first = line_of(part.at.start(), text);
    let last = first
        + slice(text, part.at)
            .unwrap_or_default()
            .matches('\n')
            .count();
    let after = part.measure;
    format!("; extracting lines {first}-{last} reduces it to {after}")
}

fn finding(group: &[&Above], text: &str) -> Finding {
    let lead = group[0];
    let others = group[1..].iter().map(|other| FindingPart {
        smell: Some(other.smell.id),
        at: other.sighting.at,
        measure: other.sighting.measure,
        limit: Some(other.limit),
        level: Some(other.level),
    });
    let is_code = lead.smell.part_measure == PartMeasure::Code;
    let shown = lead.sighting.parts.iter();
    let shown = shown.filter(|it| it.measure > 0 && !(is_code && it.at == lead.sighting.at));
    let own = shown.map(|part| FindingPart {
        smell: None,
        at: part.at,
        measure: if is_code { 0 } else { part.measure },
        limit: None,
        level: None,
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
        message: message(&lead.sighting, lead.smell, text),
        parts: others.chain(own).collect(),
        repeats: None,
        others: Vec::new(),
        sighting: lead.sighting.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use super::*;
    use crate::{
        analysis::OpenFile,
        config::{Environment, Request, load},
        facts::{Allowance, AllowanceForm, FunctionFacts, Part, UnitReport},
        syntax::FileContext,
        text::TextSize,
    };

    const TEXT: &str = "\nfn name() { if a { b } }\n";

    fn sighting(id: &str, at: TextRange, measure: u32) -> Sighting {
        let smell = smells::id_of(id).unwrap();
        let nested = Part {
            at: TextRange::new(12.into(), 14.into()),
            measure,
        };
        Sighting {
            smell,
            at,
            measure,
            parts: Vec::from_iter((id == "cognitive-complexity").then_some(nested)),
            extraction: None,
        }
    }

    /// A file with one function, and its sightings. The function starts at offset 1.
    fn report(sightings: Vec<Sighting>) -> FileReport {
        let function = FunctionFacts {
            name: name(),
            range: TextRange::new(0.into(), 24.into()),
            cognitive: 60,
            nesting: 6,
            lines: 120,
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

    /// An allowance of `long-function` for the whole source text.
    fn of_whole_text(form: AllowanceForm) -> Allowance {
        Allowance {
            at: TextRange::empty(0.into()),
            scope: TextRange::new(0.into(), 25.into()),
            smell: smells::id_of("long-function"),
            form,
        }
    }

    #[test]
    fn a_number_that_the_message_is_made_of_is_not_shown() {
        let said = |code: &str| {
            let text = format!("fn f(a: &[u8], all: &mut Vec<u8>) -> bool {{\n    {code}\n}}\n");
            let file = OpenFile::new(&*text, FileContext::default());
            let request = Request {
                flags: &["profile=full".to_owned()],
                ..Request::new(Path::new("/"))
            };
            let rules = load(&request, &Environment::default()).config.rules;
            let findings = judge(file.report(), &text, &rules);
            let [finding] = &findings[..] else {
                panic!("{findings:?}");
            };
            let parts = finding.parts.iter();
            parts
                .map(|it| (text[it.at].to_owned(), it.measure))
                .collect::<Vec<_>>()
        };
        let search = "for b in a {\n        if b.c() {\n            return true;\n        }\n    }\n    false";
        assert_eq!(said(search), []);
        let extending = "for b in a {\n        all.push(b.c());\n    }\n    false";
        assert_eq!(said(extending), [("all".to_owned(), 0)]);
    }

    fn name() -> TextRange {
        TextRange::new(3.into(), 7.into())
    }

    fn with_part(sighting: Sighting) -> Sighting {
        let part = Part {
            at: sighting.at,
            measure: 10,
        };
        Sighting {
            extraction: Some(part),
            ..sighting
        }
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
        let arm = |measure| judged(vec![sighting("identical-arms", name(), measure)]);
        assert_eq!(arm(14), []);
        assert_eq!(arm(80), [("identical-arms", Level::Warn, 14)]);
        assert_eq!(arm(81), [("identical-arms", Level::Strong, 80)]);
    }

    #[test]
    fn a_long_arm_is_said_in_what_is_hard_to_read() {
        let said = |lines, arm| {
            let mut report = report(vec![
                sighting("long-match-arm", name(), arm),
                sighting("cognitive-complexity", name(), 90),
            ]);
            let (offset, unit) = report.items.pop().unwrap();
            let mut unit = Arc::unwrap_or_clone(unit);
            unit.functions[0].lines = lines;
            report.items.push((offset, Arc::new(unit)));
            let findings = judge(&report, TEXT, &Rules::default());
            findings.iter().any(|it| it.smell.id == "long-match-arm")
        };
        assert!(said(200, 61));
        assert!(!said(200, 60));
        assert!(!said(100, 61));
    }

    #[test]
    fn a_function_with_a_part_that_is_worth_moving_out_is_said_with_its_lines() {
        let text = "\nfn name() {\n    if a {\n        b\n    }\n}\n";
        let said = |measure, extraction: Option<Part>| {
            let mut seen = sighting("cognitive-complexity", name(), measure);
            seen.extraction = extraction;
            let mut report = report(vec![seen]);
            let unit = Arc::make_mut(&mut report.items[0].1);
            unit.functions[0].lines = 20;
            let findings = judge(&report, text, &Rules::default());
            findings.into_iter().map(|it| it.message).next()
        };
        let part = Part {
            at: TextRange::new(15.into(), 36.into()),
            measure: 12,
        };
        assert_eq!(said(25, None), None);
        let message = said(25, Some(part)).unwrap();
        let end = "; extracting lines 3-5 reduces it to 12";
        assert!(message.ends_with(end), "{message}");
    }

    #[test]
    fn what_a_smell_chooses_is_said_but_for_ports() {
        let said = |measure, head: &str| {
            let report = report(vec![sighting("guard-clause-opportunity", name(), measure)]);
            judge(&report, &format!("{TEXT}{head}"), &Rules::default()).len()
        };
        assert_eq!([said(17, ""), said(18, "")], [0, 1]);
        assert_eq!(said(18, "// See https://a/b.c#L20\n"), 0);
    }

    #[test]
    fn what_is_for_the_full_profile_alone_is_said_where_it_is_asked_for() {
        static QUIET: Smell = Smell {
            calm: Calm::Never,
            cause: Cause::Opportunity,
            ..Smell::new(
                "quiet",
                smells::Limits::of(1, 2),
                smells::Look::Type(|_, _| {}),
                |_, _| String::new(),
            )
        };
        let mut one = Above {
            smell: &QUIET,
            judgement: Judgement {
                limits: QUIET.limits,
                level: None,
                is_chosen: false,
            },
            sighting: sighting("large-file", name(), 3),
            level: Level::Strong,
            limit: 2,
        };
        assert!(!is_worth_saying(&one, &[], &[], &FileText::of("")));
        one.judgement.is_chosen = true;
        assert!(is_worth_saying(&one, &[], &[], &FileText::of("")));
    }

    #[test]
    fn what_would_be_news_to_a_file_is_left_alone() {
        let mut nested = sighting("collapsible-if", name(), 3);
        let said = |nested: &Sighting, text: &str| {
            let report = report(vec![nested.clone()]);
            judge(&report, text, &Rules::default()).len()
        };
        let other = format!("{TEXT}fn other() {{ if a && let b = c {{}} }}");
        assert_eq!([said(&nested, TEXT), said(&nested, &other)], [1, 1]);
        nested.parts.push(Part {
            at: name(),
            measure: 0,
        });
        assert_eq!([said(&nested, TEXT), said(&nested, &other)], [0, 1]);
    }

    #[test]
    fn one_cause_is_one_finding_and_the_worst_leads() {
        let both = vec![
            with_part(sighting("cognitive-complexity", name(), 31)),
            with_part(sighting("long-function", name(), 300)),
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
            with_part(sighting("cognitive-complexity", name(), 31)),
            with_part(sighting("long-function", name(), 300)),
        ]);
        report
            .allowances
            .push(of_whole_text(AllowanceForm::Comment));
        let findings = judge(&report, TEXT, &Rules::default());
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].smell.id, "cognitive-complexity");
        assert!(findings[0].parts.iter().all(|part| part.smell.is_none()));
    }

    #[test]
    fn a_large_function_is_said_with_a_part_to_move_out() {
        let large = || sighting("cognitive-complexity", name(), 300);
        let said = |sightings| judge(&report(sightings), TEXT, &Rules::default()).len();
        assert_eq!(said(vec![large()]), 0);
        assert_eq!(said(vec![with_part(large())]), 1);
    }

    #[test]
    fn what_somebody_has_chosen_is_said() {
        let flags = ["smells.long-match-arm.warn=15".to_owned()];
        let request = Request {
            flags: &flags,
            ..Request::new(Path::new("/"))
        };
        let rules = load(&request, &Environment::default()).config.rules;
        let weak = report(vec![sighting("long-match-arm", name(), 16)]);
        assert_eq!(judge(&weak, TEXT, &Rules::default()).len(), 0);
        assert_eq!(judge(&weak, TEXT, &rules).len(), 1);
    }

    #[test]
    fn one_lint_of_size_that_is_allowed_silences_all() {
        let mut report = report(vec![
            with_part(sighting("cognitive-complexity", name(), 31)),
            with_part(sighting("long-function", name(), 300)),
        ]);
        report
            .allowances
            .push(of_whole_text(AllowanceForm::Attribute));
        assert!(judge(&report, TEXT, &Rules::default()).is_empty());
    }
}
