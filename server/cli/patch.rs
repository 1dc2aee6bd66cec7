//! `verify`: a change that somebody else has made is judged.

mod reading;

use std::{io::Write, path::PathBuf, sync::Arc};

use anyhow::{Context, bail};
use serde::Serialize;

use self::reading::{Patch, PatchedFile};
use super::{
    ExitStatus, Output,
    output::say,
    settings::{self, Settings},
    verify::until_stopped,
    work::Work,
};
use crate::{
    analysis::{ProofStep, difference_in_words, proof},
    compiler::{self, Compiler, Fault, Stop, Texts, Unjudged},
    report::{SCHEMA, counted, write_json_line},
    syntax::Source,
    text::{printable, shortened},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A unified diff, as `git diff` writes it, with paths from here; `-` reads it from the standard input
    #[arg(long, value_name = "FILE")]
    patch: PathBuf,
    /// What the verdict is for
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    settings: settings::Arguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
}

/// What a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Judged {
    /// It keeps behaviour.
    Proved,
    /// Nothing is known against it.
    NeedsTests,
    Broken,
}

/// Everything that is said of a change.
#[derive(Debug, Serialize)]
struct Judgement {
    schema: u32,
    verdict: Judged,
    /// What rustc says now and didn't say before.
    said: Vec<String>,
    files: Vec<JudgedFile>,
}

#[derive(Debug, Serialize)]
struct JudgedFile {
    path: String,
    /// The steps that lead to the new text; nothing where none were found.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Vec<String>>,
    dropped: Vec<String>,
    added: Vec<String>,
}

/// Characters of a word that are shown.
const LONGEST_WORD: usize = 40;
/// Words that are listed of one file.
const MOST_WORDS: usize = 24;
/// Errors and warnings that are listed.
const MOST_SAID: usize = 10;

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let mut settings = Settings::new(&arguments.settings);
    let patch = Patch::read(&arguments.patch, &mut settings).context("Nothing was verified")?;
    if !compiler::is_found() {
        bail!("Nothing was verified: there is no cargo on the PATH.");
    }
    let files = counted(patch.files.len(), "file");
    say(
        "note",
        &format!("Checking {files} with rustc, which runs build scripts and procedural macros."),
    );
    let stop = Stop::default();
    let compiler = Compiler::new(stop.clone());
    let work = Work::in_memory()?;
    let judged = until_stopped(&work, &stop, move || judge(&patch, compiler))?;
    work.finish();
    let judgement = match judged {
        Ok(judgement) => judgement,
        Err(why) => bail!("Nothing was verified: {why}"),
    };
    match arguments.format {
        Format::Human => write_human(out, &judgement)?,
        Format::Json => {
            write_json_line(out, &judgement).context("The verdict can't be written")?;
        }
    }
    out.flush()?;
    Ok(match judgement.verdict {
        Judged::Proved => ExitStatus::Fine,
        Judged::NeedsTests => ExitStatus::Findings,
        Judged::Broken => ExitStatus::Trouble,
    })
}

fn judge(patch: &Patch, mut compiler: Compiler) -> Result<Judgement, Unjudged> {
    let said = new_complaints(patch, &mut compiler)?;
    let files: Vec<JudgedFile> = patch.files.iter().map(JudgedFile::of).collect();
    let verdict = if !said.is_empty() {
        Judged::Broken
    } else if files.iter().all(|file| file.proof.is_some()) {
        Judged::Proved
    } else {
        Judged::NeedsTests
    };
    Ok(Judgement {
        schema: SCHEMA,
        verdict,
        said,
        files,
    })
}

/// The errors, or the warnings that weren't there before.
fn new_complaints(patch: &Patch, compiler: &mut Compiler) -> Result<Vec<String>, Unjudged> {
    let code = || patch.files.iter().filter(|file| file.is_code());
    let after: Texts = code()
        .map(|file| (file.path.clone(), Arc::clone(&file.after)))
        .collect();
    if after.is_empty() {
        let why = "no Rust file is changed, and rustc reads no other.";
        return Err(Unjudged::Because(why.to_owned()));
    }
    let before = code().filter_map(|file| {
        let before = file.before.as_ref()?;
        Some((file.path.clone(), Arc::clone(before)))
    });
    let new = compiler.complaints(&before.collect(), &after)?;
    if !new.faults.is_empty() {
        let faults = new.faults.iter();
        return Ok(faults
            .map(|fault| placed(fault.to_string(), fault, patch))
            .collect());
    }
    let warnings = new.warnings.iter();
    Ok(warnings
        .map(|fault| placed(format!("warning: {}", fault.message), fault, patch))
        .collect())
}

fn placed(words: String, fault: &Fault, patch: &Patch) -> String {
    let Some(file) = &fault.file else {
        return words;
    };
    let shown = patch.files.iter().find(|it| it.path == *file);
    let inside = file.strip_prefix(&patch.root).unwrap_or(file);
    let shown = shown.map_or_else(|| inside.display().to_string(), |it| it.shown.clone());
    format!("{words} ({shown}:{})", fault.line + 1)
}

impl JudgedFile {
    fn of(file: &PatchedFile) -> Self {
        let before = file.before.clone().unwrap_or_default();
        let steps = match (&file.before, file.is_code()) {
            (Some(before), true) => proof(before, &file.after, file.context),
            _ => None,
        };
        let parsed = |text: &Arc<str>| Source::parse(Arc::clone(text), file.context).ok();
        let sources = parsed(&before).zip(parsed(&file.after));
        let (dropped, added) = match sources.filter(|_| steps.is_none() && file.is_code()) {
            Some((before, after)) => difference_in_words(&before, &after),
            None => Default::default(),
        };
        Self {
            path: file.shown.clone(),
            proof: steps.map(|steps| steps.iter().map(step_in_words).collect()),
            dropped,
            added,
        }
    }
}

fn step_in_words(step: &ProofStep) -> String {
    match step {
        ProofStep::Layout => "white space and comments".to_owned(),
        ProofStep::Refactoring { id, line } => format!("{id} at line {}", line + 1),
        ProofStep::Undone { id, line } => {
            format!("{id} undone, at line {} of the new text", line + 1)
        }
    }
}

fn write_human(out: &mut dyn Write, judgement: &Judgement) -> anyhow::Result<()> {
    let verdict = match judgement.verdict {
        Judged::Proved => {
            "proved: the change keeps behaviour, and rustc has no new error or warning"
        }
        Judged::NeedsTests => {
            "needs tests: rustc has no new error or warning; that the change keeps behaviour isn't shown"
        }
        Judged::Broken => "broken: rustc says what it didn't say before",
    };
    writeln!(out, "{verdict}")?;
    for said in judgement.said.iter().take(MOST_SAID) {
        writeln!(out, "  {}", printable(said))?;
    }
    let more = judgement.said.len().saturating_sub(MOST_SAID);
    if more > 0 {
        writeln!(out, "  and {more} more")?;
    }
    for file in &judgement.files {
        let path = printable(&file.path);
        match &file.proof {
            Some(steps) if steps.is_empty() => writeln!(out, "  {path}: the same text")?,
            Some(steps) => writeln!(out, "  {path}: {}", steps.join(", "))?,
            None => {
                let (dropped, added) = (listed(&file.dropped), listed(&file.added));
                writeln!(out, "  {path}: drops {dropped}; adds {added}")?;
            }
        }
    }
    Ok(())
}

fn listed(words: &[String]) -> String {
    if words.is_empty() {
        return "nothing".to_owned();
    }
    let shown = words.iter().take(MOST_WORDS);
    let shown: Vec<String> = shown
        .map(|word| shortened(&printable(word), LONGEST_WORD).into_owned())
        .collect();
    match words.len().saturating_sub(MOST_WORDS) {
        0 => format!("`{}`", shown.join(" ")),
        more => format!("`{}` and {more} more", shown.join(" ")),
    }
}
