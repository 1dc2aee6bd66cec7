//! Workflow commands of GitHub, which become annotations in a pull request.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use super::{super::Report, Span, graded};
use crate::text::{Encoding, printable};

/// Writes one command per finding, heaviest first, because only the first ten of a step are shown.
pub fn write_github(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let mut all: Vec<_> = report.found().collect();
    all.sort_by(|(_, left), (_, right)| right.weight().total_cmp(&left.weight()));
    for (file, found) in all {
        let span = Span::of_finding(file, found, Encoding::Utf32);
        let finding = &found.finding;
        let mut place = format!("line={},endLine={}", span.start.0, span.end.0);
        // Columns are only supported within one line.
        if span.start.0 == span.end.0 {
            let _ = write!(place, ",col={},endColumn={}", span.start.1, span.end.1);
        }
        writeln!(
            out,
            "::{} file={},{place},title={}::{}",
            graded(finding.level, "warning", "notice"),
            property(&file.path),
            property(&format!("rustassistant: {}", finding.smell.id)),
            data(&finding.message),
        )?;
    }
    Ok(())
}

/// Escapes the message after the second `::`.
fn data(words: &str) -> String {
    printable(words).replace('%', "%25")
}

/// Escapes a property, which a comma or a colon would end.
fn property(words: &str) -> String {
    data(words).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn no_words_become_a_command() {
        assert_eq!(data("100 %\r\n::error::x"), "100 %25\\r\\n::error::x");
        assert_eq!(property("a,b:c%\n.rs"), "a%2Cb%3Ac%25\\n.rs");
    }
}
