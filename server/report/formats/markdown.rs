//! A summary for a comment on a pull request.

use std::{
    cmp::Reverse,
    fmt::Write as _,
    io::{self, Write},
};

use super::{
    super::{Report, ReportedFile, ReportedFinding, counted, level_word, totals},
    Span, uri,
};
use crate::text::{Encoding, printable};

/// Maximum number of findings to list; code hosts truncate longer comments.
const MOST: usize = 50;

/// Writes the counts by smell, and the heaviest findings.
pub fn write_markdown(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    writeln!(out, "## RustAssistant\n")?;
    let files = counted(report.summary.files, "file");
    let accepted = match report.summary.baseline {
        0 => String::new(),
        accepted => format!(", {} more in the baseline", counted(accepted, "finding")),
    };
    if report.summary.findings == 0 {
        return writeln!(out, "No findings in {files}{accepted}.");
    }
    let findings = counted(report.summary.findings, "finding");
    writeln!(out, "{findings} in {files}{accepted}.\n")?;
    writeln!(out, "| smell | findings | strong |\n| --- | ---: | ---: |")?;
    for row in totals::by_smell(report) {
        writeln!(out, "| `{}` | {} | {} |", row.smell, row.count, row.strong)?;
    }
    let mut all: Vec<_> = report.found().collect();
    all.sort_by_key(|(file, found)| {
        (
            Reverse(ordered(found.weight())),
            &file.path,
            found.finding.at.start(),
        )
    });
    let left_out = all.len().saturating_sub(MOST);
    writeln!(out, "\n<details>\n<summary>The heaviest first</summary>\n")?;
    writeln!(out, "| place | level | what |\n| --- | --- | --- |")?;
    for (file, found) in all.into_iter().take(MOST) {
        writeln!(out, "{}", row_of(file, found))?;
    }
    if left_out > 0 {
        writeln!(out, "\n{} more are left out.", counted(left_out, "finding"))?;
    }
    writeln!(out, "\n</details>")
}

/// Positive floats sort like their bits.
fn ordered(weight: f64) -> u64 {
    weight.to_bits()
}

fn row_of(file: &ReportedFile, found: &ReportedFinding) -> String {
    let (line, _) = Span::of_finding(file, found, Encoding::Utf32).start;
    // Links only work if the summary is shown in the repository; a path outside of it gets none.
    let shown = in_cell(&format!("{}:{line}", file.path));
    let is_inside = !file.path.starts_with(['/', '.']) && !file.path.contains(':');
    let place = if is_inside {
        format!("[{shown}]({}#L{line})", uri(&file.path))
    } else {
        shown
    };
    let finding = &found.finding;
    format!(
        "| {place} | {} | {} |",
        level_word(finding.level),
        in_cell(&finding.message)
    )
}

/// Escapes text in a table cell. Backticks are kept if they come in pairs, as in all messages.
pub(in crate::report) fn in_cell(words: &str) -> String {
    let words = printable(words);
    let keeps_code = words.matches('`').count().is_multiple_of(2);
    let mut escaped = String::with_capacity(words.len() + 8);
    let mut is_code = false;
    for character in words.chars() {
        match character {
            '`' if keeps_code => {
                is_code = !is_code;
                escaped.push('`');
            }
            '|' => escaped.push_str("\\|"),
            // Code hosts don't interpret anything else in code.
            _ if is_code => escaped.push(character),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '!' | '#' | '~' | '@' | '$' => {
                let _ = write!(escaped, "\\{character}");
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::in_cell;

    #[test]
    fn words_stay_words() {
        for (words, expected) in [
            ("mixes `&&` and `||`", "mixes `&&` and `\\|\\|`"),
            ("<img src=x onerror=y>", "&lt;img src=x onerror=y>"),
            ("a`b|c", "a\\`b\\|c"),
            ("[x](javascript:y) @team", "\\[x\\](javascript:y) \\@team"),
            ("`a_b` a_b\n", "`a_b` a\\_b\\\\n"),
        ] {
            assert_eq!(in_cell(words), expected);
        }
    }
}
