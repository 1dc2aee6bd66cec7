//! The report for users: an annotated excerpt for each finding, and a summary.

use std::{
    cmp::Reverse,
    io::{self, Write},
};

use annotate_snippets::{
    AnnotationKind, Group, Level as Tone, Message, Origin as Place, Renderer, Snippet,
};

use super::{
    Report, ReportedFile, ReportedFinding, counted, level_word,
    look::{Colour, Look},
    totals,
};
use crate::{
    analysis::{Finding, FindingPart, Level, apart, gain_in_words},
    extraction::Proposal,
    smells::Cause,
    text::{Encoding, TextRange, TextSize, printable, slice},
};

/// Maximum length of a displayed source line in bytes.
const LONGEST_LINE: usize = 1_000;
/// Maximum bytes of source text in an excerpt.
const LARGEST_FRAME: usize = 200_000;
/// Maximum number of parts shown in addition to the finding.
const MOST_PARTS: usize = 3;
/// Maximum number of findings to list by file; more are listed by weight.
const MANY: usize = 30;
/// Maximum number of lines to list for a refactoring.
const MOST_LINES: usize = 4;
/// Maximum number of extractions to list for a finding.
const MOST_EXTRACTIONS: usize = 3;
/// Maximum number of other locations to list below an excerpt.
const MOST_PLACES: usize = 6;

/// Writes the findings and the summary.
pub fn write_human(out: &mut dyn Write, report: &Report, look: Look) -> io::Result<()> {
    let renderer = match look.colour {
        Colour::Ansi => Renderer::styled(),
        Colour::Plain => Renderer::plain(),
    };
    let renderer = renderer.term_width(look.width);
    for (file, found) in in_reading_order(report) {
        writeln!(out, "{}\n", render(&renderer, look, file, found))?;
    }
    totals::write(out, report, look)
}

fn in_reading_order(report: &Report) -> Vec<(&ReportedFile, &ReportedFinding)> {
    if report.found().nth(MANY).is_some() {
        return totals::heaviest_first(report);
    }
    report.found().collect()
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
    let group = group.elements(footnotes(file, found));
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
    // For findings without a limit, the message is sufficient.
    let label = (finding.limit > 0).then(|| measure_in_words(finding));
    let leading = AnnotationKind::Primary
        .span(frame.relative(finding.at))
        .label(label);
    let parts = frame.parts.iter().map(|part| {
        AnnotationKind::Context
            .span(frame.relative(part.at))
            .label(Some(part_label(finding, part.measure)).filter(|it| !it.is_empty()))
    });
    let snippet = Snippet::source(frame.source)
        .line_start(frame.first_line)
        .path(path)
        .annotation(leading)
        .annotations(parts);
    group.element(snippet)
}

/// Source text around a finding.
struct Frame<'a> {
    source: &'a str,
    start: TextSize,
    /// Starting at 1.
    first_line: usize,
    parts: Vec<FindingPart>,
}

impl<'a> Frame<'a> {
    /// Returns `None` if the finding's line can't be shown.
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

/// The renderer only counts `\n` as a line ending, so it would number such lines wrongly.
fn has_lone_return(source: &str) -> bool {
    let ends_lines = source.matches("\r\n").count();
    source.matches('\r').count() > ends_lines
}

/// Returns the heaviest parts with a separate location, in source order. Parts that are smells are listed below the excerpt.
pub(super) fn parts_to_show(file: &ReportedFile, finding: &Finding) -> Vec<FindingPart> {
    let is_place = |part: &&FindingPart| {
        part.smell.is_none()
            && part
                .at
                .intersect(finding.at)
                .is_none_or(TextRange::is_empty)
    };
    let mut parts: Vec<_> = finding.parts.iter().filter(is_place).cloned().collect();
    parts.retain(|part| slice(&file.text, part.at).is_some());
    // The last of equal ones, which is the innermost.
    parts.sort_by_key(|part| Reverse((part.measure, part.at.start())));
    parts.truncate(MOST_PARTS);
    parts.sort_by_key(|part| part.at.start());
    parts
}

pub(super) fn part_label(finding: &Finding, measure: u32) -> String {
    if finding.smell.cause == Cause::Repetition {
        "repeated here".to_owned()
    } else if measure == 0 {
        String::new()
    } else if measure > 1 && finding.smell.cause == Cause::FunctionSize {
        format!("+{measure} (nested)")
    } else {
        format!("+{measure}")
    }
}

fn footnotes(file: &ReportedFile, found: &ReportedFinding) -> Vec<Message<'static>> {
    let notes = [
        also_in_words(&found.finding),
        places_in_words(&found.finding),
    ];
    let notes = notes.into_iter().filter(|words| !words.is_empty());
    let notes = notes.map(|words| Tone::NOTE.message(words));
    let help = help_in_words(file, found).into_iter();
    notes
        .chain(help.map(|words| Tone::HELP.message(words)))
        .collect()
}

/// Lists the other smells of the same cause.
pub(super) fn also_in_words(finding: &Finding) -> String {
    let also: Vec<_> = finding.parts.iter().filter_map(part_words).collect();
    if also.is_empty() {
        return String::new();
    }
    format!("also {}", also.join(", "))
}

/// Lists what would reduce the finding: refactorings with their lines, and the best extractions.
pub(super) fn help_in_words(file: &ReportedFile, found: &ReportedFinding) -> Vec<String> {
    let offered = Some(offered_in_words(file, found)).filter(|words| !words.is_empty());
    let extractions = apart(&found.extractions).into_iter().take(MOST_EXTRACTIONS);
    let extractions = extractions.map(|it| extraction_in_words(file, found, it));
    offered.into_iter().chain(extractions).collect()
}

/// Lists the other locations as line ranges.
fn places_in_words(finding: &Finding) -> String {
    let others = finding.others.iter().take(MOST_PLACES).map(|other| {
        let line = |at| other.file.lines.line(at) + 1;
        let (first, last) = (line(other.range.start()), line(other.range.end()));
        format!("{}:{first}-{last}", printable(&other.file.shown))
    });
    let words = others.collect::<Vec<_>>().join(", ");
    match finding.others.len().saturating_sub(MOST_PLACES) {
        _ if words.is_empty() => words,
        0 => format!("repeated in {words}"),
        more => format!("repeated in {words} and {more} more"),
    }
}

/// Formats a list like "guard clause (lines 12 and 40), let else (line 55)"; offers at the finding itself need no line.
fn offered_in_words(file: &ReportedFile, found: &ReportedFinding) -> String {
    let openings = &found.openings;
    let mut kinds: Vec<&str> = openings.iter().map(|opening| opening.refactoring).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let words = kinds.into_iter().map(|kind| {
        let of_kind = openings.iter().filter(|it| it.refactoring == kind);
        let places: Vec<TextSize> = of_kind.map(|it| it.at.start()).collect();
        let name = kind.replace('-', " ");
        if places == [found.finding.at.start()] {
            return name;
        }
        let lines = places
            .iter()
            .map(|at| (file.lines.line(*at) + 1).to_string());
        format!("{name} ({})", lines_in_words(&lines.collect::<Vec<_>>()))
    });
    words.collect::<Vec<_>>().join(", ")
}

/// Formats an extraction like "extract function (lines 48-71): `read_headers` with 2 parameters, complexity 49 → 21".
fn extraction_in_words(file: &ReportedFile, found: &ReportedFinding, it: &Proposal) -> String {
    let line = |at| file.lines.line(at) + 1;
    let (first, last) = (line(it.range.start()), line(it.range.end()));
    let parameters = counted(it.parameters, "parameter");
    let gain = gain_in_words(&found.finding, it);
    let name = printable(&it.name);
    format!("extract function (lines {first}-{last}): `{name}` with {parameters}, {gain}")
}

fn lines_in_words(lines: &[String]) -> String {
    match lines {
        [line] => format!("line {line}"),
        _ if lines.len() > MOST_LINES => {
            format!(
                "lines {} and {} more",
                lines[..MOST_LINES].join(", "),
                lines.len() - MOST_LINES
            )
        }
        [first @ .., last] => format!("lines {} and {last}", first.join(", ")),
        [] => String::new(),
    }
}

/// Returns the label of the finding's location: "complexity 32 (limit 25)".
pub(super) fn measure_in_words(finding: &Finding) -> String {
    let what = finding.smell.in_words(finding.measure);
    format!("{what} (limit {})", finding.limit)
}

fn part_words(part: &FindingPart) -> Option<String> {
    let smell = part.smell?;
    Some(match part.limit {
        Some(limit) => format!("{smell} {} (limit {limit})", part.measure),
        None => format!("{smell} {}", part.measure),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_named_up_to_a_number() {
        let words = |lines: &[&str]| {
            lines_in_words(&lines.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(words(&["3"]), "line 3");
        assert_eq!(words(&["3", "7", "9"]), "lines 3, 7 and 9");
        assert_eq!(
            words(&["1", "2", "3", "4", "5", "6"]),
            "lines 1, 2, 3, 4 and 2 more"
        );
    }

    #[test]
    fn lone_returns_are_seen_beside_pairs() {
        assert!(!has_lone_return("a\r\nb\r\n"));
        assert!(has_lone_return("a\r\nb\rc\n"));
    }
}
