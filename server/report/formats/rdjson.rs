//! Reviewdog's JSON, with safe edits as suggestions that can be accepted with one click.

use std::io::{self, Write};

use serde::Serialize;

use super::{
    super::{Report, ReportedFile, ReportedFinding, write_json_line},
    Span, graded,
};
use crate::text::{Encoding, TextRange};

#[derive(Serialize)]
struct Document<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    message: &'a str,
    location: Location<'a>,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion<'a>>,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    range: Range,
}

#[derive(Serialize)]
struct Suggestion<'a> {
    range: Range,
    text: &'a str,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

/// Starts at 1, in bytes.
#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

/// Writes every finding as a diagnostic.
pub fn write_rdjson(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let diagnostics = report
        .found()
        .map(|(file, found)| Diagnostic::new(file, found));
    let document = Document {
        source: Source {
            name: "rustassistant",
        },
        diagnostics: diagnostics.collect(),
    };
    write_json_line(out, &document)
}

impl<'a> Diagnostic<'a> {
    fn new(file: &'a ReportedFile, found: &'a ReportedFinding) -> Self {
        let finding = &found.finding;
        Self {
            message: &finding.message,
            location: Location {
                path: &file.path,
                range: Range::of(file, finding.at),
            },
            severity: graded(finding.level, "WARNING", "INFO"),
            code: Code {
                value: finding.smell.id,
            },
            suggestions: found
                .suggestion
                .iter()
                .map(|it| Suggestion::new(file, it))
                .collect(),
        }
    }
}

impl<'a> Suggestion<'a> {
    fn new(file: &ReportedFile, suggestion: &'a super::super::Suggestion) -> Self {
        Self {
            range: Range::of(file, suggestion.range),
            text: &suggestion.text,
        }
    }
}

impl Range {
    fn of(file: &ReportedFile, range: TextRange) -> Self {
        let Span { start, end } = Span::of(file, range, Encoding::Utf8);
        let position = |(line, column)| Position { line, column };
        Self {
            start: position(start),
            end: position(end),
        }
    }
}
