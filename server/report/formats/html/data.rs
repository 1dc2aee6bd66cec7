//! The data of the page's script. Lines start at 1. All text from the project is printable.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    ptr,
    time::SystemTime,
};

use serde::{Serialize, Serializer};

use super::{
    super::super::{Report, ReportedFile, ReportedFinding, explanation, human, totals},
    excerpts::{Code, Excerpts, MOST_PLACES, same},
};
use crate::{
    analysis::Level,
    facts::FunctionFacts,
    smells::{Cause, Smell},
    text::{Encoding, printable, slice},
};

#[derive(Serialize)]
pub(super) struct Data<'a> {
    version: &'static str,
    time: Time,
    /// Whether the report includes offers.
    with_offers: bool,
    /// Number of findings without code, and of edits that are too long.
    left_out: usize,
    edits_left_out: usize,
    /// Where to begin: indices in the list of all findings.
    begin: Vec<usize>,
    smells: Vec<SmellData>,
    #[serde(serialize_with = "serialize_files")]
    files: Files<'a>,
}

/// What differs between runs over the same files.
#[derive(Serialize)]
struct Time {
    /// Seconds since 1970.
    written: u64,
    elapsed_ms: u64,
}

#[derive(Serialize)]
struct SmellData {
    id: &'static str,
    /// In Markdown.
    documentation: String,
    is_repetition: bool,
}

struct Files<'a> {
    report: &'a Report,
    /// Files outside of the report that contain duplicates of code in it.
    elsewhere: Vec<Code<'a>>,
    /// Indices of files by path, and of smells by id.
    paths: HashMap<&'a str, usize>,
    smells: HashMap<&'static str, usize>,
    excerpts: Excerpts<'a>,
}

#[derive(Serialize)]
struct FileData<'a> {
    path: Cow<'a, str>,
    /// `None` for a file outside of the report.
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    findings: Vec<FindingData<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    functions: Vec<FunctionData<'a>>,
    /// The first line number, and the lines from there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    code: Vec<(u32, String)>,
}

/// Name, first line, last line, complexity, nesting, lines of code, parameters.
type FunctionData<'a> = (Cow<'a, str>, u32, u32, u32, u32, u32, u32);

#[derive(Serialize)]
struct FindingData<'a> {
    smell: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    strong: bool,
    line: u32,
    column: u32,
    message: Cow<'a, str>,
    weight: f64,
    /// First and last line of each excerpt that shows it; empty if its code is omitted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    around: Vec<(u32, u32)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    marks: Vec<Mark>,
    #[serde(skip_serializing_if = "String::is_empty")]
    also: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    help: Vec<String>,
    /// File, first and last line of each duplicate, and the total number of locations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    places: Vec<(usize, u32, u32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    places_in_all: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    edit: Option<EditData<'a>>,
}

/// Line, first column, column after the last, and label. Columns start at 0.
type Mark = (u32, usize, usize, String);

#[derive(Serialize)]
struct EditData<'a> {
    title: Cow<'a, str>,
    lines: (u32, u32),
    text: &'a [String],
}

impl<'a> Data<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let files = Files::of(report);
        let smells: BTreeSet<&str> = files.smells.keys().copied().collect();
        let smells = smells.into_iter().filter_map(crate::smells::by_name);
        let written = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        Self {
            version: env!("CARGO_PKG_VERSION"),
            time: Time {
                written: written.as_secs(),
                elapsed_ms: report.summary.elapsed_ms,
            },
            with_offers: report
                .found()
                .any(|(_, found)| found.refactorings.is_some()),
            left_out: files.excerpts.left_out,
            edits_left_out: files.excerpts.edits_left_out,
            begin: begin(report),
            smells: smells.map(SmellData::of).collect(),
            files,
        }
    }
}

/// Returns the indices of the heaviest findings in the list of all.
fn begin(report: &Report) -> Vec<usize> {
    let heaviest = totals::heaviest_first(report).into_iter();
    let heaviest = heaviest.take(totals::PLACES);
    heaviest
        .filter_map(|(_, heavy)| report.found().position(|(_, found)| ptr::eq(found, heavy)))
        .collect()
}

impl SmellData {
    fn of(smell: &Smell) -> Self {
        Self {
            id: smell.id,
            documentation: explanation(smell.id)
                .map(|explained| explained.markdown)
                .unwrap_or_default(),
            is_repetition: smell.cause == Cause::Repetition,
        }
    }
}

impl<'a> Files<'a> {
    fn of(report: &'a Report) -> Self {
        let reported = report.files.iter().map(|file| &*file.path);
        let mut paths: HashMap<&str, usize> = reported.zip(0..).collect();
        let mut elsewhere = Vec::new();
        let mut ids = BTreeSet::new();
        for (file, found) in report.found() {
            ids.insert(found.finding.smell.id);
            for (code, _) in same(file, found).take(MOST_PLACES) {
                let next = paths.len();
                if *paths.entry(code.path).or_insert(next) == next {
                    elsewhere.push(code);
                }
            }
        }
        Self {
            report,
            elsewhere,
            paths,
            smells: ids.into_iter().zip(0..).collect(),
            excerpts: Excerpts::of(report),
        }
    }

    fn file(&self, file: &'a ReportedFile) -> FileData<'_> {
        let functions = file.functions.iter().flatten();
        let findings = file.findings.iter();
        FileData {
            path: printable(&file.path),
            lines: Some(file.lines.count_without_trailing()),
            findings: findings.map(|found| self.finding(file, found)).collect(),
            functions: functions.map(|it| function(file, it)).collect(),
            code: self.excerpts.lines_of(Code::of_file(file)),
        }
    }

    fn elsewhere(&self, code: Code<'a>) -> FileData<'_> {
        FileData {
            path: printable(code.path),
            lines: None,
            findings: Vec::new(),
            functions: Vec::new(),
            code: self.excerpts.lines_of(code),
        }
    }

    fn finding(&self, file: &'a ReportedFile, found: &'a ReportedFinding) -> FindingData<'_> {
        let finding = &found.finding;
        let at = file
            .lines
            .position(&file.text, finding.at.start(), Encoding::Utf32);
        let excerpt = self.excerpts.excerpt(found);
        let around = excerpt.map_or(&[][..], |excerpt| &excerpt.around);
        let places = same(file, found).take(MOST_PLACES).map(|(code, range)| {
            let (first, last) = code.stretch(range);
            (self.paths[code.path], first + 1, last + 1)
        });
        FindingData {
            smell: self.smells[finding.smell.id],
            strong: finding.level == Level::Strong,
            line: at.line + 1,
            column: at.column + 1,
            message: printable(&finding.message),
            weight: (found.weight() * 100.0).round() / 100.0,
            around: around
                .iter()
                .map(|(first, last)| (first + 1, last + 1))
                .collect(),
            marks: excerpt.map(|_| marks(file, found)).unwrap_or_default(),
            also: human::also_in_words(finding),
            help: human::help_in_words(file, found),
            places: places.collect(),
            places_in_all: Some(same(file, found).count()).filter(|count| *count > 0),
            edit: excerpt.and_then(|excerpt| {
                let edit = excerpt.edit.as_ref()?;
                Some(EditData {
                    title: printable(&found.suggestion.as_ref()?.title),
                    lines: (edit.lines.0 + 1, edit.lines.1 + 1),
                    text: &edit.text,
                })
            }),
        }
    }
}

/// Returns the highlighted ranges: the finding itself, and its heaviest parts.
fn marks(file: &ReportedFile, found: &ReportedFinding) -> Vec<Mark> {
    let finding = &found.finding;
    let code = Code::of_file(file);
    let mark = |range, words| {
        let (line, columns) = code.mark(range);
        (line, columns.start, columns.end, words)
    };
    let measured = if finding.limit > 0 {
        human::measure_in_words(finding)
    } else {
        String::new()
    };
    let parts = human::parts_to_show(file, finding).into_iter();
    let parts = parts.map(|part| mark(part.at, human::part_label(finding, part.measure)));
    let mut marks = vec![mark(finding.at, measured)];
    marks.extend(parts);
    marks
}

fn function<'a>(file: &'a ReportedFile, facts: &FunctionFacts) -> FunctionData<'a> {
    (
        printable(slice(&file.text, facts.name).unwrap_or_default()),
        file.lines.line(facts.range.start()) + 1,
        file.lines.line(facts.range.end()) + 1,
        facts.cognitive,
        facts.nesting,
        facts.lines,
        facts.parameters,
    )
}

/// Serializes one file at a time, so that the page of a large workspace is never in memory twice.
fn serialize_files<S: Serializer>(files: &Files<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    let reported = files.report.files.iter().map(|file| files.file(file));
    let elsewhere = files.elsewhere.iter().map(|code| files.elsewhere(*code));
    serializer.collect_seq(reported.chain(elsewhere))
}
