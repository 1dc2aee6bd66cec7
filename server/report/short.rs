//! The report in lines: one for each finding, for `grep`, for editors' lists of errors, and for a quick look.

use std::io::{self, Write};

use super::{Look, Report, totals};

/// Writes each finding as `path:line:column: level[smell]: message`, in the order of paths and lines.
pub fn write_short(out: &mut dyn Write, report: &Report, look: Look) -> io::Result<()> {
    for (file, found) in report.found() {
        writeln!(out, "{}", totals::line_of(file, found, look))?;
    }
    Ok(())
}
