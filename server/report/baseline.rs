//! Writes a baseline: equal findings produce equal bytes, and each has a separate line, so that branches can be merged.

use std::io::{self, Write};

use super::write_json_line;
use crate::analysis::Baseline;

/// Writes a complete baseline.
pub fn write_baseline(out: &mut dyn Write, baseline: &Baseline) -> io::Result<()> {
    writeln!(out, "{}", Baseline::head())?;
    let entries = baseline.entries();
    for (entry, number) in entries.iter().zip(1..) {
        let mut line = Vec::new();
        write_json_line(&mut line, entry)?;
        line.pop();
        out.write_all(&line)?;
        let comma = if number < entries.len() { "," } else { "" };
        writeln!(out, "{comma}")?;
    }
    writeln!(out, "]}}")
}
