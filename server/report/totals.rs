//! The totals of a report: a summary line, a table by smell, and where to begin.

use std::{
    cmp::Reverse,
    collections::BTreeMap,
    io::{self, Write},
};

use super::{CacheCounts, Look, Report, ReportedFile, ReportedFinding, Summary, level_word};
use crate::{
    analysis::Level,
    text::{Encoding, printable},
};

/// Maximum number of locations to begin with.
pub(super) const PLACES: usize = 5;
/// Maximum number of findings that need no table.
const FEW: usize = 10;

/// Writes the summary and, for many findings, a table and the heaviest locations.
pub(super) fn write(out: &mut dyn Write, report: &Report, look: Look) -> io::Result<()> {
    if report.summary.findings > FEW {
        write_counts(out, report)?;
        write_places(out, report, look)?;
    }
    writeln!(out, "{}", summary_line(report))
}

/// Number of findings of a smell.
pub(super) struct SmellCount {
    pub(super) smell: &'static str,
    pub(super) count: usize,
    pub(super) strong: usize,
}

/// Returns the smells that occur, most frequent first.
pub(super) fn by_smell(report: &Report) -> Vec<SmellCount> {
    let mut counts: BTreeMap<&'static str, (usize, usize)> = BTreeMap::new();
    for (_, found) in report.found() {
        let (count, strong) = counts.entry(found.finding.smell.id).or_default();
        *count += 1;
        *strong += usize::from(found.finding.level == Level::Strong);
    }
    let counts = counts.into_iter();
    let mut rows: Vec<_> = counts
        .map(|(smell, (count, strong))| SmellCount {
            smell,
            count,
            strong,
        })
        .collect();
    rows.sort_by_key(|row| Reverse(row.count));
    rows
}

/// Returns all findings by descending weight; equal ones by path and line.
pub(super) fn heaviest_first(report: &Report) -> Vec<(&ReportedFile, &ReportedFinding)> {
    let mut all: Vec<_> = report.found().collect();
    all.sort_by(|(_, left), (_, right)| right.weight().total_cmp(&left.weight()));
    all
}

/// Writes the counts by smell, and the summary line.
pub fn write_table(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    if report.summary.findings > 0 {
        write_counts(out, report)?;
    }
    writeln!(out, "{}", summary_line(report))
}

fn write_counts(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let rows = by_smell(report);
    let width = rows.iter().map(|row| row.smell.len()).max().unwrap_or(0);
    writeln!(out, "By smell")?;
    for row in rows {
        let strong = match row.strong {
            0 => String::new(),
            strong => format!("  ({strong} strong)"),
        };
        let count = grouped(row.count);
        writeln!(out, "  {:width$}  {count:>6}{strong}", row.smell)?;
    }
    writeln!(out)
}

fn write_places(out: &mut dyn Write, report: &Report, look: Look) -> io::Result<()> {
    writeln!(out, "Start with")?;
    for (file, found) in heaviest_first(report).into_iter().take(PLACES) {
        writeln!(out, "  {}", line_of(file, found, look))?;
    }
    writeln!(out)
}

/// Formats a finding on one line, with its location first, like compilers do.
pub(super) fn line_of(file: &ReportedFile, found: &ReportedFinding, look: Look) -> String {
    let finding = &found.finding;
    let at = file
        .lines
        .position(&file.text, finding.at.start(), Encoding::Utf32);
    format!(
        "{}:{}:{}: {}[{}]: {}",
        printable(&file.path),
        at.line + 1,
        at.column + 1,
        level_word(finding.level),
        finding.smell.id,
        look.words(&finding.message)
    )
}

fn summary_line(report: &Report) -> String {
    let Summary {
        files,
        lines,
        findings,
        baseline,
        cache,
        elapsed_ms,
        ..
    } = report.summary;
    let read = format!(
        "{}, {} ({}, {}.{:02} s)",
        counted(files, "file"),
        counted(lines, "line"),
        origins(cache),
        elapsed_ms / 1000,
        elapsed_ms % 1000 / 10,
    );
    let accepted = match baseline {
        0 => String::new(),
        accepted => format!(", {} more in the baseline", grouped(accepted)),
    };
    if findings == 0 {
        return format!("No findings{accepted} in {read}");
    }
    let all = report.files.iter().flat_map(|file| &file.findings);
    let strong = all
        .filter(|found| found.finding.level == Level::Strong)
        .count();
    let findings_words = counted(findings, "finding");
    let warn = findings - strong;
    format!("{findings_words} ({strong} strong, {warn} warn){accepted} in {read}")
}

/// Describes where reports came from; zero counts are omitted.
fn origins(cache: CacheCounts) -> String {
    let counts = [
        (cache.local_hits, "from the local cache"),
        (cache.remote_hits, "from the team cache"),
        (cache.memory_hits, "identical"),
        (cache.misses, "computed"),
        (cache.faults, "after a cache fault"),
    ];
    let words: Vec<_> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, words)| format!("{} {words}", grouped(*count)))
        .collect();
    if words.is_empty() {
        return "nothing to analyse".to_owned();
    }
    words.join(", ")
}

/// Formats a count like "1 file" or "1,200 files".
pub fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(count))
}

/// Formats a number with thousands separators.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let numbers = [0, 12, 999, 1_000, 12_345, 1_234_567];
        assert_eq!(
            numbers.map(grouped),
            ["0", "12", "999", "1,000", "12,345", "1,234,567"]
        );
    }

    #[test]
    fn origins_say_what_there_was() {
        let cache = CacheCounts {
            local_hits: 1_200,
            misses: 3,
            ..CacheCounts::default()
        };
        assert_eq!(origins(cache), "1,200 from the local cache, 3 computed");
        assert_eq!(origins(CacheCounts::default()), "nothing to analyse");
    }
}
