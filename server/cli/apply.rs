//! The command `refactor apply`.

use std::{collections::HashSet, io::Write, path::PathBuf};

use anyhow::{Context, bail};
use rayon::prelude::*;

use super::{
    ExitStatus, Output,
    asking::agreed,
    changes::write,
    inputs::gather,
    output::{look, say},
    settings::{self, Settings},
    verify::{Verification, verified},
    work::Work,
};
use crate::{
    analysis::{Applied, CarriedOut, FileChange, InputFile, Only, apply_safe},
    config::Profile,
    refactorings,
    report::{self, counted},
    syntax::Unparsable,
    text::printable,
    workspace::NewFileError,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files and directories to refactor
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Apply only these refactorings
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    only: Vec<String>,
    /// Write the changes to the files instead of printing a diff
    #[arg(long)]
    write: bool,
    /// List the refactorings that would be applied, and exit with 1 if there are any
    #[arg(long, conflicts_with = "write")]
    check: bool,
    /// Ask about each refactoring, and write the accepted ones to the files
    #[arg(long, conflicts_with_all = ["check", "verify"])]
    interactive: bool,
    /// Check the packages with rustc before and after, and undo changes that rustc rejects; runs build scripts and
    /// procedural macros, as `cargo check` does. `--verify=test` also runs the tests before and after
    #[arg(long, value_enum, value_name = "HOW", num_args = 0..=1, require_equals = true, default_missing_value = "compile")]
    verify: Option<Verification>,
    #[command(flatten)]
    settings: settings::Arguments,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    check_ids(&arguments.only)?;
    let mut settings = Settings::new(&arguments.settings);
    let inputs = gather(&arguments.paths, &mut settings)?;
    let nothing_left = nothing_left(arguments, &inputs.files);
    let work = start(arguments, &inputs.files)?;
    let mut changes = if arguments.interactive {
        agreed(&work, inputs.files, arguments.only.clone())?
    } else {
        work.block_on(changes(&work, inputs.files, arguments.only.clone()))?
    };
    let mut unjudged = 0;
    if let Some(how) = arguments.verify {
        let verified = verified(&work, changes, arguments.only.clone(), how)?;
        unjudged = verified.say();
        changes = verified.held;
    }
    work.finish();
    let listed = if arguments.check {
        listed(&changes)
    } else {
        Vec::new()
    };
    let (changes, refused) = without_refused(changes);
    if arguments.check {
        write_list(out, &changes, &listed).context("The list can't be written")?;
        out.flush().context("The list can't be written")?;
        sum_up(&changes, arguments, nothing_left);
        return Ok(match inputs.unreadable + refused + unjudged {
            0 if changes.is_empty() => ExitStatus::Fine,
            0 => ExitStatus::Findings,
            _ => ExitStatus::Trouble,
        });
    }
    let shown = if arguments.interactive {
        &[][..]
    } else {
        &changes
    };
    for change in shown {
        report::write_change(out, change, look()).context("The diff can't be written")?;
    }
    // Later messages refer to the diff, so it must be printed first.
    out.flush().context("The diff can't be written")?;
    let unwritten = if arguments.writes() {
        write(&changes)
    } else {
        0
    };
    if unwritten == 0 {
        sum_up(&changes, arguments, nothing_left);
    }
    if inputs.unreadable + refused + unwritten + unjudged > 0 {
        return Ok(ExitStatus::Trouble);
    }
    Ok(ExitStatus::Fine)
}

/// Applied refactorings by path.
type Listed = Vec<(String, Vec<CarriedOut>)>;

fn listed(changes: &[(InputFile, Applied)]) -> Listed {
    let changes = changes.iter();
    changes
        .map(|(input, applied)| (input.shown.clone(), applied.carried_out.clone()))
        .collect()
}

/// Writes a line for each step in the files that can be changed.
fn write_list(out: &mut Output, changes: &[FileChange], listed: &Listed) -> std::io::Result<()> {
    for change in changes {
        let mut steps = listed
            .iter()
            .filter(|(path, _)| *path == change.input.shown);
        for step in steps.next().map(|(_, steps)| steps).into_iter().flatten() {
            let path = printable(&change.input.shown);
            let title = printable(&step.title).into_owned();
            let (line, title) = (step.line + 1, look().words(&title).into_owned());
            writeln!(out, "{path}:{line}: {title} [{}]", step.refactoring)?;
        }
    }
    Ok(())
}

impl Arguments {
    fn writes(&self) -> bool {
        self.write || self.interactive
    }
}

/// The cache is only used for verdicts of rustc.
fn start(arguments: &Arguments, files: &[InputFile]) -> anyhow::Result<Work> {
    match files.first() {
        Some(file) if arguments.verify.is_some() => Work::with_cache(&file.config.cache),
        _ => Work::in_memory(),
    }
}

fn check_ids(ids: &[String]) -> anyhow::Result<()> {
    let mut ids = ids.iter();
    match ids.find(|id| refactorings::by_name(id).is_none()) {
        Some(unknown) => bail!("{}", report::unknown_refactoring(unknown)),
        None => Ok(()),
    }
}

/// Excludes and reports files whose new files can't be created; returns how many. If two files need the same new file, the
/// second is excluded.
fn without_refused(changes: Vec<(InputFile, Applied)>) -> (Vec<FileChange>, usize) {
    let total = changes.len();
    let mut taken = HashSet::new();
    let mut kept = Vec::new();
    for (input, applied) in changes {
        let shown = input.shown.clone();
        let steps = applied.carried_out.len();
        let change = FileChange::new(input, applied.text, applied.created, steps);
        let change = change.and_then(|change| {
            let mut paths = change.created.iter().map(|created| &created.path);
            match paths.find(|path| !taken.insert(path.to_string_lossy().to_lowercase())) {
                Some(path) => Err(NewFileError::Exists { path: path.clone() }),
                None => Ok(change),
            }
        });
        match change {
            Ok(change) => kept.push(change),
            Err(error) => say("error", &format!("{error}; `{shown}` is unchanged")),
        }
    }
    let refused = total - kept.len();
    (kept, refused)
}

/// Computes the changed files, in order.
async fn changes(
    work: &Work,
    inputs: Vec<InputFile>,
    only: Vec<String>,
) -> anyhow::Result<Vec<(InputFile, Applied)>> {
    let changes = work.engine.run(move || {
        let changes = inputs.into_par_iter();
        changes
            .filter_map(|input| change(input, &only))
            .collect::<Vec<_>>()
    });
    Ok(changes.await?)
}

fn change(input: InputFile, only: &[String]) -> Option<(InputFile, Applied)> {
    let only = if only.is_empty() {
        Only::All
    } else {
        Only::These(only)
    };
    let applied = apply_safe(&input.text, input.context, &input.rules, only);
    laid_out(input, applied)
}

/// Returns a file's result with rustfmt's layout; `None` if nothing was applied.
pub(super) fn laid_out(
    input: InputFile,
    applied: Result<Applied, Unparsable>,
) -> Option<(InputFile, Applied)> {
    match applied {
        Ok(applied) if applied.carried_out.is_empty() => None,
        Ok(applied) => {
            let text = input.laid_out(applied.text);
            Some((input, Applied { text, ..applied }))
        }
        Err(why) => {
            say(
                "note",
                &format!("`{}` is {why}; it is unchanged.", input.shown),
            );
            None
        }
    }
}

/// Returns the message for when nothing is applied. If refactorings are named, the user may expect findings that the calm
/// profile hides.
fn nothing_left(arguments: &Arguments, files: &[InputFile]) -> &'static str {
    let is_calm = |file: &InputFile| file.config.rules.profile() == Profile::Calm;
    if !arguments.only.is_empty() && files.iter().any(is_calm) {
        return "No safe refactoring to apply; `--config profile=full` also fixes findings that the calm profile hides.";
    }
    "No safe refactoring to apply."
}

fn sum_up(changes: &[FileChange], arguments: &Arguments, nothing_left: &str) {
    let steps: usize = changes.iter().map(|change| change.refactorings).sum();
    let steps = counted(steps, "refactoring");
    let files = counted(changes.len(), "file");
    let message = match (changes, arguments.writes()) {
        ([], _) if arguments.interactive => "Nothing was changed.".to_owned(),
        ([], _) => nothing_left.to_owned(),
        (_, true) => format!("Applied {steps} in {files}."),
        (_, false) => format!("{steps} available in {files}; use `--write` to apply."),
    };
    say("note", &message);
}
