//! One line of JSON for each finding, for programs that read while we write.

use std::io::{self, Write};

use super::super::{Report, json::write_finding_line};

/// Writes the findings as `--format json` has them, each with the path of its file.
pub fn write_json_lines(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for (file, found) in report.found() {
        write_finding_line(out, file, found)?;
    }
    Ok(())
}
