//! One line of JSON per finding, for streaming.

use std::io::{self, Write};

use super::super::{Report, json::write_finding_line};

/// Writes the findings like `--format json`, each with the path of its file.
pub fn write_json_lines(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    for (file, found) in report.found() {
        write_finding_line(out, file, found)?;
    }
    Ok(())
}
