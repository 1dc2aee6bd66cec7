//! The XML of `JUnit`: every file is a test suite, and every finding a failed test.

use std::io::{self, Write};

use super::{
    super::{Report, ReportedFile, level_word},
    Span,
    xml::Escaped,
};
use crate::text::Encoding;

/// Writes the findings; a file without any is one passed test.
pub fn write_junit(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let tests: usize = report.files.iter().map(tests_of).sum();
    let failures = report.summary.findings;
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"rustassistant\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
    )?;
    for file in &report.files {
        let path = Escaped(&file.path);
        writeln!(
            out,
            "  <testsuite name=\"{path}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">",
            tests_of(file),
            file.findings.len()
        )?;
        if file.findings.is_empty() {
            writeln!(
                out,
                "    <testcase name=\"rustassistant\" classname=\"{path}\"/>"
            )?;
        }
        write_failures(out, file)?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn write_failures(out: &mut dyn Write, file: &ReportedFile) -> io::Result<()> {
    let path = Escaped(&file.path);
    for found in &file.findings {
        let (line, column) = Span::of_finding(file, found, Encoding::Utf32).start;
        let smell = found.finding.smell.id;
        let message = Escaped(&found.finding.message);
        writeln!(
            out,
            "    <testcase name=\"{smell} at {line}:{column}\" classname=\"{path}\">"
        )?;
        writeln!(
            out,
            "      <failure type=\"{}\" message=\"{message}\">{path}:{line}:{column}</failure>",
            level_word(found.finding.level)
        )?;
        writeln!(out, "    </testcase>")?;
    }
    Ok(())
}

fn tests_of(file: &ReportedFile) -> usize {
    file.findings.len().max(1)
}
