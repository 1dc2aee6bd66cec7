//! Reports on a comparison of two versions of code.

use std::io::{self, Write};

use serde::Serialize;

use super::{Look, SCHEMA, counted, write_json_line};
use crate::{
    analysis::{ComparedFile, ComparedFunction, Numbers, Trend},
    text::printable,
};

/// A comparison with a revision.
#[derive(Debug, Serialize)]
pub struct Compared {
    pub revision: String,
    pub verdict: Trend,
    /// Files that have changed.
    pub files: Vec<ComparedFile>,
    pub summary: Counts,
}

/// Number of files by verdict; identical files count as stable.
#[derive(Debug, Serialize)]
pub struct Counts {
    pub degraded: usize,
    pub improved: usize,
    pub stable: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareForm {
    Human,
    Json,
    Markdown,
}

impl Compared {
    pub fn new(revision: &str, files: Vec<ComparedFile>, unchanged: usize) -> Self {
        let count = |verdict| files.iter().filter(|file| file.verdict == verdict).count();
        let summary = Counts {
            degraded: count(Trend::Degraded),
            improved: count(Trend::Improved),
            stable: count(Trend::Stable) + unchanged,
        };
        let verdict = match (summary.degraded, summary.improved) {
            (0, 0) => Trend::Stable,
            (0, _) => Trend::Improved,
            _ => Trend::Degraded,
        };
        Self {
            revision: revision.to_owned(),
            verdict,
            files,
            summary,
        }
    }

    fn sentence(&self) -> String {
        let Counts {
            degraded,
            improved,
            stable,
        } = self.summary;
        let files = counted(degraded + improved + stable, "file");
        format!(
            "{degraded} degraded, {improved} improved, {stable} stable of {files}, compared with `{}`",
            printable(&self.revision)
        )
    }
}

/// Writes a comparison.
pub fn write_compared(
    out: &mut dyn Write,
    compared: &Compared,
    form: CompareForm,
    look: Look,
) -> io::Result<()> {
    match form {
        CompareForm::Human => write_human(out, compared, look),
        CompareForm::Json => write_json(out, compared),
        CompareForm::Markdown => write_markdown(out, compared),
    }
}

fn write_json(out: &mut dyn Write, compared: &Compared) -> io::Result<()> {
    #[derive(Serialize)]
    struct Versioned<'a> {
        schema: u32,
        #[serde(flatten)]
        compared: &'a Compared,
    }
    write_json_line(
        out,
        &Versioned {
            schema: SCHEMA,
            compared,
        },
    )
}

fn write_human(out: &mut dyn Write, compared: &Compared, look: Look) -> io::Result<()> {
    for file in &compared.files {
        let words = Words::of_file(file);
        writeln!(out, "{}", words.line(look))?;
        for function in &file.functions {
            writeln!(out, "  {}", Words::of_function(function).line(look))?;
        }
    }
    writeln!(out, "{}", compared.sentence())
}

fn write_markdown(out: &mut dyn Write, compared: &Compared) -> io::Result<()> {
    writeln!(out, "## RustAssistant\n\n{}.", compared.sentence())?;
    let rows = compared.files.iter().flat_map(|file| {
        let functions = file.functions.iter();
        std::iter::once(Words::of_file(file))
            .chain(functions.map(|function| Words::of_function(function).inside(&file.path)))
    });
    let rows: Vec<Words> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\n| what | verdict | numbers | why |\n| --- | --- | --- | --- |"
    )?;
    for row in rows {
        writeln!(out, "{}", row.row())?;
    }
    Ok(())
}

/// Description of a file or a function.
struct Words {
    verdict: &'static str,
    name: String,
    numbers: String,
    why: String,
}

impl Words {
    fn of_file(file: &ComparedFile) -> Self {
        Self {
            verdict: word(file.verdict),
            name: named(&file.path, file.was.as_deref(), None),
            numbers: in_numbers(file.before, file.after),
            why: file.reasons.join(", "),
        }
    }

    fn of_function(function: &ComparedFunction) -> Self {
        Self {
            verdict: word(function.verdict),
            name: named(&function.name, function.was.as_deref(), function.line),
            numbers: in_numbers(function.before, function.after),
            why: function.reasons.join(", "),
        }
    }

    fn inside(self, path: &str) -> Self {
        let name = format!("{}: {}", printable(path), self.name);
        Self { name, ..self }
    }

    fn line(&self, look: Look) -> String {
        let why = match &*self.why {
            "" => String::new(),
            why => format!(" ({why})"),
        };
        let what = format!("{}{why}", self.numbers);
        format!("{:8}  {}: {}", self.verdict, self.name, look.words(&what))
    }

    fn row(&self) -> String {
        let name = super::in_cell(&self.name);
        format!(
            "| {name} | {} | {} | {} |",
            self.verdict, self.numbers, self.why
        )
    }
}

fn word(verdict: Trend) -> &'static str {
    match verdict {
        Trend::Improved => "improved",
        Trend::Stable => "stable",
        Trend::Degraded => "degraded",
    }
}

fn named(name: &str, was: Option<&str>, line: Option<u32>) -> String {
    let mut beside = Vec::new();
    beside.extend(line.map(|line| format!("line {line}")));
    beside.extend(was.map(|was| format!("was {}", printable(was))));
    let name = printable(name);
    match &beside[..] {
        [] => name.into_owned(),
        beside => format!("{name} ({})", beside.join(", ")),
    }
}

/// The name of a measure, and the measure.
type Measure = (&'static str, fn(Numbers) -> u32);

/// Formats measures like "complexity 4 → 31, lines 20 → 60"; unchanged ones are shown once.
fn in_numbers(before: Option<Numbers>, after: Option<Numbers>) -> String {
    let measures: [Measure; 4] = [
        ("complexity", |it| it.complexity),
        ("lines", |it| it.lines),
        ("nesting", |it| it.nesting),
        ("findings", |it| it.findings),
    ];
    let words = measures.map(
        |(word, measure)| match (before.map(measure), after.map(measure)) {
            (Some(then), Some(now)) if then != now => format!("{word} {then} → {now}"),
            (Some(both), _) | (None, Some(both)) => format!("{word} {both}"),
            (None, None) => String::new(),
        },
    );
    let words = words.join(", ");
    match (before, after) {
        (None, _) => format!("new: {words}"),
        (_, None) => format!("gone: {words}"),
        _ => words,
    }
}
