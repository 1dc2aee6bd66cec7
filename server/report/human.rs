//! The report for people: a frame of code for each finding, and one line that sums up.

use std::{
    cmp::Reverse,
    io::{self, Write},
};

use annotate_snippets::{
    AnnotationKind, Group, Level as Tone, Message, Origin as Place, Renderer, Snippet,
};

use super::{
    CacheCounts, Report, ReportedFile, ReportedFinding, Summary, answers, level_word,
    look::{Colour, Look},
    printable,
};
use crate::{
    analysis::{Finding, FindingPart, Level},
    text::{Encoding, TextRange, TextSize, slice},
};

/// Bytes of the longest line of source that is shown.
const LONGEST_LINE: usize = 1_000;
/// Bytes of source that a frame reads at most.
const LARGEST_FRAME: usize = 200_000;
/// Most places shown beside the leading one.
const MOST_PARTS: usize = 3;

/// Writes the findings and the summary.
pub fn write_human(out: &mut dyn Write, report: &Report, look: Look) -> io::Result<()> {
    let renderer = match look.colour {
        Colour::Ansi => Renderer::styled(),
        Colour::Plain => Renderer::plain(),
    };
    let renderer = renderer.term_width(look.width);
    for file in &report.files {
        for found in &file.findings {
            writeln!(out, "{}\n", render(&renderer, look, file, found))?;
        }
    }
    writeln!(out, "{}", summary_line(report))
}

fn render(renderer: &Renderer, look: Look, file: &ReportedFile, found: &ReportedFinding) -> String {
    let finding = &found.finding;
    let tone = match finding.level {
        Level::Warn => Tone::INFO,
        Level::Strong => Tone::WARNING,
    };
    let title = tone
        .with_name(level_word(finding.level))
        .primary_title(look.words(&finding.message))
        .id(finding.smell.id);
    let group = with_frame(Group::with_title(title), file, finding);
    let group = group.elements(footnotes(found));
    renderer.render(&[group])
}

fn with_frame<'a>(group: Group<'a>, file: &'a ReportedFile, finding: &Finding) -> Group<'a> {
    let path = printable(&file.path);
    let Some(frame) = Frame::of(file, finding) else {
        let position = file
            .lines
            .position(&file.text, finding.at.start(), Encoding::Utf32);
        let place = Place::path(path)
            .line(position.line as usize + 1)
            .char_column(position.column as usize + 1);
        return group.element(place);
    };
    // Where a shape alone is the finding, its size says nothing that the message doesn't.
    let label =
        (finding.limit > 0).then(|| format!("{}, limit {}", finding.measure, finding.limit));
    let leading = AnnotationKind::Primary
        .span(frame.relative(finding.at))
        .label(label);
    let parts = frame.parts.iter().map(|part| {
        AnnotationKind::Context
            .span(frame.relative(part.at))
            .label(format!("+{}", part.measure))
    });
    let snippet = Snippet::source(frame.source)
        .line_start(frame.first_line)
        .path(path)
        .annotation(leading)
        .annotations(parts);
    group.element(snippet)
}

/// Source around a finding.
struct Frame<'a> {
    source: &'a str,
    start: TextSize,
    /// From 1.
    first_line: usize,
    parts: Vec<FindingPart>,
}

impl<'a> Frame<'a> {
    /// Nothing if the line of the finding can't be shown.
    fn of(file: &'a ReportedFile, finding: &Finding) -> Option<Self> {
        let parts = parts_to_show(file, finding);
        let wide = parts
            .iter()
            .fold(finding.at, |all, part| all.cover(part.at));
        Self::around(file, wide, parts).or_else(|| Self::around(file, finding.at, Vec::new()))
    }

    fn around(file: &'a ReportedFile, range: TextRange, parts: Vec<FindingPart>) -> Option<Self> {
        let first = file.lines.line(range.start());
        let last = file.lines.line(range.end());
        let range = file.lines.range(first)?.cover(file.lines.range(last)?);
        let source = slice(&file.text, range)?;
        let fits = source.len() <= LARGEST_FRAME
            && source.lines().all(|line| line.len() <= LONGEST_LINE)
            && !has_lone_return(source);
        fits.then_some(Self {
            source,
            start: range.start(),
            first_line: first as usize + 1,
            parts,
        })
    }

    fn relative(&self, range: TextRange) -> std::ops::Range<usize> {
        let range = range - self.start;
        range.start().into()..range.end().into()
    }
}

/// Frames count their lines by `\n` alone, so they would number such lines wrongly.
fn has_lone_return(source: &str) -> bool {
    let ends_lines = source.matches("\r\n").count();
    source.matches('\r').count() > ends_lines
}

/// The heaviest parts that are places of their own, in the order of the text. Parts that are smells stand below the frame.
fn parts_to_show(file: &ReportedFile, finding: &Finding) -> Vec<FindingPart> {
    let is_place = |part: &&FindingPart| {
        part.smell.is_none()
            && part
                .at
                .intersect(finding.at)
                .is_none_or(TextRange::is_empty)
    };
    let mut parts: Vec<_> = finding.parts.iter().filter(is_place).cloned().collect();
    parts.retain(|part| slice(&file.text, part.at).is_some());
    // Of equal ones the last: what is deepest.
    parts.sort_by_key(|part| Reverse((part.measure, part.at.start())));
    parts.truncate(MOST_PARTS);
    parts.sort_by_key(|part| part.at.start());
    parts
}

fn footnotes(found: &ReportedFinding) -> Vec<Message<'static>> {
    let mut notes = Vec::new();
    let also: Vec<_> = found.finding.parts.iter().filter_map(part_words).collect();
    if !also.is_empty() {
        notes.push(Tone::NOTE.message(format!("also {}", also.join(", "))));
    }
    let answers = match &found.refactorings {
        Some(offered) => offered.clone(),
        None => answers(&found.finding),
    };
    if !answers.is_empty() {
        notes.push(Tone::HELP.message(format!("answers: {}", answers.join(", "))));
    }
    notes
}

fn part_words(part: &FindingPart) -> Option<String> {
    let smell = part.smell?;
    Some(match part.limit {
        Some(limit) => format!("{smell} {} (limit {limit})", part.measure),
        None => format!("{smell} {}", part.measure),
    })
}

fn summary_line(report: &Report) -> String {
    let Summary {
        files,
        lines,
        findings,
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
    if findings == 0 {
        return format!("No findings in {read}");
    }
    let all = report.files.iter().flat_map(|file| &file.findings);
    let strong = all
        .filter(|found| found.finding.level == Level::Strong)
        .count();
    let findings_words = counted(findings, "finding");
    let warn = findings - strong;
    format!("{findings_words} ({strong} strong, {warn} warn) in {read}")
}

/// Sources of the reports; zeros are left out.
fn origins(cache: CacheCounts) -> String {
    let counts = [
        (cache.local_hits, "from the local cache"),
        (cache.remote_hits, "from the team cache"),
        (cache.memory_hits, "alike"),
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

/// A number of things in words: "1 file", "1,200 files".
pub fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(count))
}

/// A number with a comma at each thousand.
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

    #[test]
    fn lone_returns_are_seen_beside_pairs() {
        assert!(!has_lone_return("a\r\nb\r\n"));
        assert!(has_lone_return("a\r\nb\rc\n"));
    }
}
