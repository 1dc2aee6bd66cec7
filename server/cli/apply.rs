//! `refactor apply`.

use std::{io::Write, path::PathBuf};

use anyhow::{Context, bail};
use rayon::prelude::*;

use super::{
    Output, Verdict,
    inputs::{InputFile, gather},
    output::{look, say},
    settings::{self, Settings},
    work::Work,
};
use crate::{
    analysis::{Applied, Only, apply_safe},
    refactorings,
    report::{self, counted},
    workspace,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files and directories
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Carry out these refactorings alone
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// Change the files; without it, the diff is all that happens
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    settings: settings::Arguments,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<Verdict> {
    check_ids(&arguments.only)?;
    let mut settings = Settings::new(&arguments.settings);
    let inputs = gather(&arguments.paths, &mut settings)?;
    let work = Work::in_memory()?;
    let changes = work.block_on(changes(&work, inputs.files, arguments.only.clone()))?;
    work.finish();
    for change in &changes {
        let texts = (&*change.input.text, &*change.applied.text);
        report::write_diff(out, &change.input.shown, texts, look())
            .context("The diff can't be written")?;
    }
    // What is said next is about the diff, and stands below it.
    out.flush().context("The diff can't be written")?;
    let unwritten = if arguments.write { write(&changes) } else { 0 };
    if unwritten == 0 {
        sum_up(&changes, arguments);
    }
    if inputs.unreadable + unwritten > 0 {
        return Ok(Verdict::Trouble);
    }
    Ok(Verdict::Fine)
}

fn check_ids(ids: &[String]) -> anyhow::Result<()> {
    let mut ids = ids.iter();
    match ids.find(|id| refactorings::by_name(id).is_none()) {
        Some(unknown) => bail!("{}", report::unknown_refactoring(unknown)),
        None => Ok(()),
    }
}

/// A file and its new text.
struct FileChange {
    input: InputFile,
    applied: Applied,
}

/// Computes the files that change, in their order.
async fn changes(
    work: &Work,
    inputs: Vec<InputFile>,
    only: Vec<String>,
) -> anyhow::Result<Vec<FileChange>> {
    let changes = work.engine.run(move || {
        let changes = inputs.into_par_iter();
        changes
            .filter_map(|input| change(input, &only))
            .collect::<Vec<_>>()
    });
    Ok(changes.await?)
}

fn change(input: InputFile, only: &[String]) -> Option<FileChange> {
    let only = if only.is_empty() {
        Only::All
    } else {
        Only::These(only)
    };
    match apply_safe(&input.text, input.context, &input.config.rules, only) {
        Ok(applied) if applied.carried_out.is_empty() => None,
        Ok(applied) => Some(FileChange { input, applied }),
        Err(why) => {
            say(
                "note",
                &format!("`{}` is {why}; it is left as it is.", input.shown),
            );
            None
        }
    }
}

/// Replaces each unchanged file; returns how many could not be replaced.
fn write(changes: &[FileChange]) -> usize {
    let mut failed = 0;
    for FileChange { input, applied } in changes {
        if let Err(error) = workspace::replace(&input.path, &applied.text, &input.text) {
            say("error", &error.to_string());
            failed += 1;
        }
    }
    failed
}

fn sum_up(changes: &[FileChange], arguments: &Arguments) {
    let steps: usize = changes
        .iter()
        .map(|change| change.applied.carried_out.len())
        .sum();
    let steps = counted(steps, "refactoring");
    let files = counted(changes.len(), "file");
    let message = match (changes, arguments.write) {
        ([], _) => "There is nothing left that can be carried out safely.".to_owned(),
        (_, true) => format!("{steps} carried out in {files}."),
        (_, false) => format!("{steps} to carry out in {files}; `--write` does it."),
    };
    say("note", &message);
}
