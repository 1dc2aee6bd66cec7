//! A place in a file that a command line names, and what is offered there.

use std::{path::PathBuf, str::FromStr, sync::Arc};

use anyhow::{Context as _, bail};

use super::{
    inputs::{InputFile, gather},
    settings::Settings,
    verify::SWITCHED_OFF,
    work::Work,
};
use crate::{
    analysis::{
        Finding, Memo, PlacedOffer, apart, gain_in_words, judge, may_be_extracted, measure,
        offers_among, proposals, title,
    },
    compiler,
    refactorings::{Applicability, Context, Refactoring, Refusal},
    syntax::Source,
    text::{Encoding, LineColumn, Lines, NewFile, TextRange, TextSize, slice},
    workspace::place_of,
};

/// `FILE:LINE` or `FILE:LINE:COLUMN`, or from one to another; lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NamedPlace {
    file: PathBuf,
    part: PlacePart,
    /// As it was written.
    words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PlacePart {
    Line(u32),
    Cursor(LineColumn),
    Selection(Edge, Edge),
}

/// Where a selection begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// All of it is selected.
    Line(u32),
    At(LineColumn),
}

impl FromStr for NamedPlace {
    type Err = &'static str;

    fn from_str(words: &str) -> Result<Self, Self::Err> {
        let (file, part) = selection(words)
            .or_else(|| cursor(words).map(|(file, at)| (file, PlacePart::Cursor(at))))
            .or_else(|| number_behind(words).map(|(file, line)| (file, PlacePart::Line(line))))
            .filter(|(file, _)| !file.is_empty())
            .ok_or("a place is FILE:LINE or FILE:LINE:COLUMN, or goes on with -LINE or -LINE:COLUMN, counted from 1")?;
        Ok(Self {
            file: PathBuf::from(file),
            part,
            words: words.to_owned(),
        })
    }
}

fn selection(words: &str) -> Option<(&str, PlacePart)> {
    let (start, end) = words.rsplit_once('-')?;
    let at = cursor(start).map(|(file, at)| (file, Edge::At(at)));
    let line = || number_behind(start).map(|(file, line)| (file, Edge::Line(line)));
    let (file, start) = at.or_else(line)?;
    Some((file, PlacePart::Selection(start, edge(end)?)))
}

fn edge(words: &str) -> Option<Edge> {
    let Some((line, column)) = words.split_once(':') else {
        return Some(Edge::Line(number(words)?));
    };
    Some(Edge::At(LineColumn {
        line: number(line)?,
        column: number(column)?,
    }))
}

fn cursor(words: &str) -> Option<(&str, LineColumn)> {
    let (rest, column) = number_behind(words)?;
    let (file, line) = number_behind(rest)?;
    Some((file, LineColumn { line, column }))
}

fn number_behind(words: &str) -> Option<(&str, u32)> {
    let (rest, digits) = words.rsplit_once(':')?;
    Some((rest, number(digits)?))
}

/// A number that people count from 1, counted from 0.
fn number(digits: &str) -> Option<u32> {
    let number: u32 = digits.parse().ok()?;
    number.checked_sub(1)
}

/// What is offered at a place of a file that was read.
pub(super) struct OffersAtPlace {
    pub(super) input: InputFile,
    pub(super) offers: Vec<ShownOffer>,
    pub(super) refusals: Vec<(&'static Refactoring, String)>,
    /// Whether a function may be made of a selection, or why not; nothing where a place is none.
    pub(super) extraction: Option<Result<(), String>>,
    /// What would make the findings there smaller, if nothing is selected.
    pub(super) extractions: Vec<ShownExtraction>,
}

/// An extraction that nobody has selected.
pub(super) struct ShownExtraction {
    /// `FILE:LINE-LINE`.
    pub(super) place: String,
    pub(super) title: String,
    pub(super) answers: &'static str,
}

/// An offer with what people are shown of it.
pub(super) struct ShownOffer {
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) answers: Option<&'static str>,
    pub(super) applicability: Applicability,
    /// `FILE:LINE:COLUMN`.
    pub(super) place: String,
    pub(super) text: Arc<str>,
    pub(super) new_files: Vec<(NewFile, String)>,
}

impl NamedPlace {
    /// What is offered here. Nothing if the file can't be read, which has been said.
    pub(super) fn ask(&self, settings: &mut Settings) -> anyhow::Result<Option<OffersAtPlace>> {
        let Some((input, range)) = self.read(settings)? else {
            return Ok(None);
        };
        let selection = self.is_selection().then_some(range);
        let work = Work::in_memory()?;
        let found = work.block_on(work.engine.run(move || offered(input, range, selection)))?;
        work.finish();
        found.map(Some)
    }

    /// The file, and what of it is meant. Nothing if it can't be read, which has been said.
    pub(super) fn read(
        &self,
        settings: &mut Settings,
    ) -> anyhow::Result<Option<(InputFile, TextRange)>> {
        if self.file.is_dir() {
            bail!("`{}` is a folder. Name a file in it.", self.file.display());
        }
        let inputs = gather(std::slice::from_ref(&self.file), settings)?;
        let Some(input) = inputs.files.into_iter().next() else {
            return Ok(None);
        };
        let range = self.range(&input.text)?;
        Ok(Some((input, range)))
    }

    /// Whether it has two ends.
    pub(super) fn is_selection(&self) -> bool {
        matches!(self.part, PlacePart::Selection(..))
    }

    pub(super) fn words(&self) -> &str {
        &self.words
    }

    fn range(&self, text: &str) -> anyhow::Result<TextRange> {
        let lines = Lines::new(text);
        Ok(match self.part {
            PlacePart::Line(line) => without_ending(text, line_of(&lines, line)?),
            PlacePart::Cursor(at) => TextRange::empty(offset(&lines, text, at)?),
            PlacePart::Selection(start, end) => {
                let start = match start {
                    Edge::Line(line) => line_of(&lines, line)?.start(),
                    Edge::At(at) => offset(&lines, text, at)?,
                };
                let end = match end {
                    Edge::Line(line) => without_ending(text, line_of(&lines, line)?).end(),
                    Edge::At(at) => offset(&lines, text, at)?,
                };
                if end < start {
                    bail!("The selection ends before it starts.");
                }
                TextRange::new(start, end)
            }
        })
    }
}

fn line_of(lines: &Lines, line: u32) -> anyhow::Result<TextRange> {
    let count = lines.count_without_trailing();
    if line as usize >= count {
        let number = line + 1;
        bail!("There is no line {number}: the last one is {count}.");
    }
    lines
        .range(line)
        .context("a line that is there has a range")
}

fn without_ending(text: &str, line: TextRange) -> TextRange {
    let text = slice(text, line).unwrap_or_default();
    let code = text.trim_end_matches(['\n', '\r']);
    TextRange::at(line.start(), TextSize::of(code))
}

fn offset(lines: &Lines, text: &str, at: LineColumn) -> anyhow::Result<TextSize> {
    line_of(lines, at.line)?;
    let offset = lines.offset(text, at, Encoding::Utf32);
    let offset = offset.context("a line that is there has offsets")?;
    let found = lines.position(text, offset, Encoding::Utf32);
    if found.column < at.column {
        let (line, column, last) = (at.line + 1, at.column + 1, found.column + 1);
        bail!("There is no column {column} in line {line}: behind the last character is {last}.");
    }
    Ok(offset)
}

fn offered(
    input: InputFile,
    range: TextRange,
    selection: Option<TextRange>,
) -> anyhow::Result<OffersAtPlace> {
    let source = Source::parse(Arc::clone(&input.text), input.context);
    let source = source.map_err(|why| anyhow::anyhow!("`{}` is {why}.", input.shown))?;
    let report = measure(&source, &Memo::default());
    let mut findings = judge(&report, &source.text, &input.rules);
    findings.retain(|finding: &Finding| finding.at.intersect(range).is_some());
    // What is above a file decides where its modules lie, and a path that is relative hides it.
    let path = input.path.canonicalize();
    let path = path.unwrap_or_else(|_| input.path.clone());
    let context = Context::new(&source).placed(place_of(&path));
    let (offers, refusals) = offers_among(&context, range, &findings);
    let lines = Lines::new(&source.text);
    let offers = offers.into_iter();
    let offers = offers.map(|offer| ShownOffer::of(&offer, &source, &lines, &input.shown));
    let offers = offers.collect::<Option<Vec<_>>>();
    let reasons = refusals
        .into_iter()
        .filter_map(|(refactoring, refusal)| match refusal {
            Refusal::Because { why, .. } => Some((refactoring, why)),
            Refusal::NotHere => None,
        });
    let refusals = reasons.collect();
    let offers = offers.context("An offer doesn't fit its own text")?;
    let extraction = selection.map(|selection| may_be_extracted_here(&source, selection, &input));
    let extractions = match extraction {
        None => shown_extractions(&source, &findings, &lines, &input),
        Some(_) => Vec::new(),
    };
    Ok(OffersAtPlace {
        input,
        offers,
        refusals,
        extraction,
        extractions,
    })
}

fn shown_extractions(
    source: &Source,
    findings: &[Finding],
    lines: &Lines,
    input: &InputFile,
) -> Vec<ShownExtraction> {
    if !input.config.compiler || !compiler::is_found() {
        return Vec::new();
    }
    let mut shown = Vec::new();
    for finding in findings {
        let found = proposals(source, finding);
        shown.extend(apart(&found).into_iter().map(|it| ShownExtraction {
            place: lines_in_words(lines, it.range, &input.shown),
            title: format!(
                "Extract into `{}` ({})",
                it.name,
                gain_in_words(finding, it)
            ),
            answers: finding.smell.id,
        }));
    }
    shown
}

/// `FILE:LINE-LINE`
pub(super) fn lines_in_words(lines: &Lines, range: TextRange, file: &str) -> String {
    let (first, last) = (lines.line(range.start()) + 1, lines.line(range.end()) + 1);
    format!("{file}:{first}-{last}")
}

/// Whether rustc may be asked for a function of a selection.
fn may_be_extracted_here(
    source: &Source,
    selection: TextRange,
    input: &InputFile,
) -> Result<(), String> {
    may_be_extracted(source, selection).map_err(|why| why.to_string())?;
    if !input.config.compiler {
        return Err(format!("{SWITCHED_OFF}."));
    }
    if !compiler::is_found() {
        return Err("There is no cargo on the PATH.".to_owned());
    }
    Ok(())
}

impl ShownOffer {
    fn of(placed: &PlacedOffer, source: &Source, lines: &Lines, file: &str) -> Option<Self> {
        let change = placed.offer.change();
        let at = lines.position(&source.text, placed.at, Encoding::Utf32);
        Some(Self {
            id: placed.offer.refactoring().id,
            title: title(source, &placed.offer),
            answers: placed.answers,
            applicability: change.applicability,
            place: format!("{file}:{}:{}", at.line + 1, at.column + 1),
            text: change.edits().apply(&source.text)?.into(),
            new_files: change.steps.created().collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(words: &str) -> Option<(String, PlacePart)> {
        let place: NamedPlace = words.parse().ok()?;
        Some((place.file.to_str()?.to_owned(), place.part))
    }

    fn at(line: u32, column: u32) -> LineColumn {
        LineColumn { line, column }
    }

    #[test]
    fn places_are_lines_cursors_and_selections() {
        let expect = |words, file: &str, expected| {
            assert_eq!(part(words), Some((file.to_owned(), expected)), "{words}");
        };
        expect("a.rs:3", "a.rs", PlacePart::Line(2));
        expect("a.rs:3:5", "a.rs", PlacePart::Cursor(at(2, 4)));
        expect(
            "a-1:2.rs:3:5-4:1",
            "a-1:2.rs",
            PlacePart::Selection(Edge::At(at(2, 4)), Edge::At(at(3, 0))),
        );
        let lines = PlacePart::Selection(Edge::Line(2), Edge::Line(3));
        expect("a-1.rs:3-4", "a-1.rs", lines);
        expect("C:\\a.rs:3-4", "C:\\a.rs", lines);
        let mixed = PlacePart::Selection(Edge::At(at(2, 4)), Edge::Line(3));
        expect("a.rs:3:5-4", "a.rs", mixed);
        let mixed = PlacePart::Selection(Edge::Line(2), Edge::At(at(3, 0)));
        expect("a.rs:3-4:1", "a.rs", mixed);
        expect("C:\\a.rs:1", "C:\\a.rs", PlacePart::Line(0));
        expect("a:b.rs:1:2", "a:b.rs", PlacePart::Cursor(at(0, 1)));
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for words in [
            "a.rs",
            "a.rs:",
            "a.rs:0",
            "a.rs:3:0",
            ":3",
            "a.rs:x",
            "a.rs:-1",
            "a.rs:1-",
            "a.rs:1-0",
            "a.rs:1-2:0",
            "",
            "a.rs:99999999999",
        ] {
            assert_eq!(part(words), None, "{words}");
        }
    }
}
