//! The report for programs. Lines and columns start at 1, columns count Unicode scalar values.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::ser::Formatter;

use super::{Report, ReportedFile, ReportedFinding, Summary, level_word};
use crate::{
    analysis::{Finding, FindingPart, OtherPlace, apart},
    extraction::Proposal,
    facts::FunctionFacts,
    text::{Encoding, Lines, TextRange, TextSize, is_unseen, slice},
};

/// Version of the schema; incremented when a field changes its meaning or is removed.
pub const SCHEMA: u32 = 1;

/// Writes one line of JSON. Equal reports produce equal bytes.
pub fn write_json(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let document = Document {
        schema: SCHEMA,
        files: &report.files,
        summary: &report.summary,
    };
    write_json_line(out, &document)
}

/// Writes a value as one line of JSON.
pub fn write_json_line(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    write_escaping(out, value, next_unseen)
}

/// Writes a value as one line of JSON that is safe inside an HTML element.
pub(super) fn write_json_inside(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    write_escaping(out, value, |text| {
        let markup = memchr::memchr(b'<', text.as_bytes());
        let before = markup.map_or(text, |at| &text[..at]);
        next_unseen(before).or(markup)
    })
}

fn write_escaping(
    out: &mut dyn Write,
    value: &impl Serialize,
    next: fn(&str) -> Option<usize>,
) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, Escaping { next });
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Returns the next invisible character. JSON already escapes the first 32, which leaves one in ASCII text.
fn next_unseen(text: &str) -> Option<usize> {
    if text.is_ascii() {
        return memchr::memchr(b'\x7f', text.as_bytes());
    }
    text.find(is_unseen)
}

/// Writes one finding with the path of its file, on one line.
pub(super) fn write_finding_line(
    out: &mut dyn Write,
    file: &ReportedFile,
    found: &ReportedFinding,
) -> io::Result<()> {
    let line = FindingLine {
        path: &file.path,
        finding: JsonFinding::new(file, found),
    };
    write_json_line(out, &line)
}

/// Compact JSON that escapes more characters than required, at least all invisible ones.
struct Escaping {
    /// Returns the position of the next such character.
    next: fn(&str) -> Option<usize>,
}

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = (self.next)(rest) {
            writer.write_all(&rest.as_bytes()[..at])?;
            let length = rest[at..].chars().next().map_or(0, char::len_utf8);
            for unit in rest[at..at + length].encode_utf16() {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + length..];
        }
        writer.write_all(rest.as_bytes())
    }
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    #[serde(serialize_with = "serialize_files")]
    files: &'a [ReportedFile],
    summary: &'a Summary,
}

/// Serializes one file at a time, so that the report of a large workspace is never in memory twice.
fn serialize_files<S: Serializer>(
    files: &[ReportedFile],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(files.iter().map(JsonFile::from))
}

#[derive(Serialize)]
struct JsonFile<'a> {
    path: &'a str,
    lines: usize,
    findings: Vec<JsonFinding<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    functions: Option<Vec<JsonFunction<'a>>>,
}

#[derive(Serialize)]
struct FindingLine<'a> {
    path: &'a str,
    #[serde(flatten)]
    finding: JsonFinding<'a>,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    smell: &'static str,
    level: &'static str,
    range: JsonRange,
    message: &'a str,
    measure: u32,
    limit: u32,
    parts: Vec<JsonPart>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    others: Vec<JsonPlace<'a>>,
    answers: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refactorings: Option<&'a [&'static str]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    extractions: Vec<JsonExtraction<'a>>,
}

/// A part of a function that can be extracted.
#[derive(Serialize)]
struct JsonExtraction<'a> {
    range: JsonRange,
    name: &'a str,
    parameters: usize,
    before: u32,
    after: u32,
}

#[derive(Serialize)]
struct JsonPart {
    range: JsonRange,
    measure: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    smell: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

/// Another location of the same code.
#[derive(Serialize)]
struct JsonPlace<'a> {
    path: &'a str,
    range: JsonRange,
}

#[derive(Serialize)]
struct JsonRange {
    start: JsonPosition,
    end: JsonPosition,
}

#[derive(Serialize)]
struct JsonPosition {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct JsonFunction<'a> {
    name: &'a str,
    line: u32,
    end_line: u32,
    cognitive: u32,
    nesting: u32,
    lines: u32,
    parameters: u32,
}

impl<'a> From<&'a ReportedFile> for JsonFile<'a> {
    fn from(file: &'a ReportedFile) -> Self {
        let findings = file
            .findings
            .iter()
            .map(|found| JsonFinding::new(file, found));
        let functions = file.functions.as_ref().map(|functions| {
            let functions = functions.iter();
            functions
                .map(|function| JsonFunction::new(file, function))
                .collect()
        });
        Self {
            path: &file.path,
            lines: file.lines.count_without_trailing(),
            findings: findings.collect(),
            functions,
        }
    }
}

impl<'a> JsonFinding<'a> {
    fn new(file: &ReportedFile, found: &'a ReportedFinding) -> Self {
        let Finding {
            smell,
            level,
            at,
            measure,
            limit,
            ref message,
            ref parts,
            ref others,
            ..
        } = found.finding;
        // Extractions that can be combined come first, followed by alternatives to them.
        let together = apart(&found.extractions);
        let rest = found.extractions.iter();
        let rest = rest.filter(|it| !together.contains(it));
        let extractions = together.iter().copied().chain(rest);
        Self {
            smell: smell.id,
            level: level_word(level),
            range: JsonRange::new(file, at),
            message,
            measure,
            limit,
            parts: parts.iter().map(|part| JsonPart::new(file, part)).collect(),
            others: others.iter().map(JsonPlace::from).collect(),
            answers: found.answers(),
            refactorings: found.refactorings.as_deref(),
            extractions: extractions
                .map(|it| JsonExtraction::new(file, it))
                .collect(),
        }
    }
}

impl<'a> JsonExtraction<'a> {
    fn new(file: &ReportedFile, proposal: &'a Proposal) -> Self {
        Self {
            range: JsonRange::new(file, proposal.range),
            name: &proposal.name,
            parameters: proposal.parameters,
            before: proposal.before,
            after: proposal.after,
        }
    }
}

impl JsonPart {
    fn new(file: &ReportedFile, part: &FindingPart) -> Self {
        Self {
            range: JsonRange::new(file, part.at),
            measure: part.measure,
            smell: part.smell,
            limit: part.limit,
        }
    }
}

impl<'a> From<&'a OtherPlace> for JsonPlace<'a> {
    fn from(other: &'a OtherPlace) -> Self {
        let file = &other.file;
        Self {
            path: &file.shown,
            range: JsonRange::of(&file.lines, &file.text, other.range),
        }
    }
}

impl JsonRange {
    fn new(file: &ReportedFile, range: TextRange) -> Self {
        Self::of(&file.lines, &file.text, range)
    }

    fn of(lines: &Lines, text: &str, range: TextRange) -> Self {
        Self {
            start: JsonPosition::of(lines, text, range.start()),
            end: JsonPosition::of(lines, text, range.end()),
        }
    }
}

impl JsonPosition {
    fn of(lines: &Lines, text: &str, offset: TextSize) -> Self {
        let position = lines.position(text, offset, Encoding::Utf32);
        Self {
            line: position.line + 1,
            column: position.column + 1,
        }
    }
}

impl<'a> JsonFunction<'a> {
    fn new(file: &'a ReportedFile, facts: &FunctionFacts) -> Self {
        Self {
            name: slice(&file.text, facts.name).unwrap_or_default(),
            line: file.lines.line(facts.range.start()) + 1,
            end_line: file.lines.line(facts.range.end()) + 1,
            cognitive: facts.cognitive,
            nesting: facts.nesting,
            lines: facts.lines,
            parameters: facts.parameters,
        }
    }
}
