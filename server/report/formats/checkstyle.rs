//! Checkstyle's XML, for build dashboards and many editor plugins.

use std::io::{self, Write};

use super::{super::Report, Span, graded, xml::Escaped};
use crate::text::Encoding;

/// Writes the findings of each file that has any.
pub fn write_checkstyle(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<checkstyle version=\"4.3\">")?;
    for file in report.files.iter().filter(|file| !file.findings.is_empty()) {
        writeln!(out, "  <file name=\"{}\">", Escaped(&file.path))?;
        for found in &file.findings {
            let (line, column) = Span::of_finding(file, found, Encoding::Utf32).start;
            let finding = &found.finding;
            writeln!(
                out,
                "    <error line=\"{line}\" column=\"{column}\" severity=\"{}\" message=\"{}\" source=\"rustassistant.{}\"/>",
                graded(finding.level, "warning", "info"),
                Escaped(&finding.message),
                finding.smell.id,
            )?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}
