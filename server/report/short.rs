//! The report as one line per finding, for `grep`, editors' error lists, and quick reading.

use std::io::{self, Write};

use super::{Look, Report, totals};

/// Writes each finding as `path:line:column: level[smell]: message`, sorted by path and line.
pub fn write_short(out: &mut dyn Write, report: &Report, look: Look) -> io::Result<()> {
    for (file, found) in report.found() {
        writeln!(out, "{}", totals::line_of(file, found, look))?;
    }
    Ok(())
}
