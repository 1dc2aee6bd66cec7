//! GitLab's code quality report, shown in merge requests.

use std::io::{self, Write};

use serde::Serialize;

use super::{
    super::{Report, ReportedFile, ReportedFinding, write_json_line},
    Span, graded,
};
use crate::text::Encoding;

#[derive(Serialize)]
struct Issue<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    description: &'a str,
    check_name: &'static str,
    fingerprint: &'a str,
    severity: &'static str,
    categories: [&'static str; 1],
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes every finding as an issue. Its fingerprint remains the same when code is inserted above it.
pub fn write_gitlab(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let issues: Vec<Issue<'_>> = report
        .found()
        .map(|(file, found)| Issue::new(file, found))
        .collect();
    write_json_line(out, &issues)
}

impl<'a> Issue<'a> {
    fn new(file: &'a ReportedFile, found: &'a ReportedFinding) -> Self {
        let span = Span::of_finding(file, found, Encoding::Utf32);
        Self {
            kind: "issue",
            description: &found.finding.message,
            check_name: found.finding.smell.id,
            fingerprint: &found.identity,
            severity: graded(found.finding.level, "major", "minor"),
            categories: ["Complexity"],
            location: Location {
                path: &file.path,
                lines: Lines {
                    begin: span.start.0,
                    end: span.end.0,
                },
            },
        }
    }
}
