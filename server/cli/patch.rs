//! The command `verify`: judges external changes.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

use super::{
    ExitStatus, Output,
    output::say,
    settings::{self, Settings},
    verify::until_stopped,
    work::Work,
};
use crate::{
    analysis::{Judged, SWITCHED_OFF, judge_patch},
    compiler::{self, Compiler, Stop},
    report::{self, counted},
    workspace::{LARGEST_PATCH, Patch},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A unified diff in the format of `git diff`, with paths relative to the current directory; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    patch: PathBuf,
    /// Output format
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

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let mut settings = Settings::new(&arguments.settings);
    let patch = read(&arguments.patch, &mut settings).context("Nothing was verified")?;
    if !compiler::is_found() {
        bail!("Nothing was verified: cargo was not found on PATH.");
    }
    let files = counted(patch.files.len(), "file");
    say(
        "note",
        &format!("Checking {files} with rustc, which runs build scripts and procedural macros."),
    );
    let stop = Stop::default();
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let work = Work::with_cache(&settings.of(&here)?.cache)?;
    let compiler = Compiler::new(stop.clone()).remembering(work.known());
    let judged = until_stopped(&work, &stop, move || judge_patch(&patch, compiler))?;
    work.finish();
    let judgement = match judged {
        Ok(judgement) => judgement,
        Err(why) => bail!("Nothing was verified: {why}"),
    };
    match arguments.format {
        Format::Human => report::write_judgement(out, &judgement),
        Format::Json => report::write_judgement_json(out, &judgement),
    }
    .context("The verdict can't be written")?;
    out.flush()?;
    Ok(match judgement.verdict {
        Judged::Proved => ExitStatus::Fine,
        Judged::NeedsTests => ExitStatus::Findings,
        Judged::Broken => ExitStatus::Trouble,
    })
}

/// Returns the patch, if rustc may be run for all of its files.
fn read(from: &Path, settings: &mut Settings) -> anyhow::Result<Patch> {
    let bytes = bytes(from)?;
    let root = std::env::current_dir().and_then(fs::canonicalize);
    let root = root.context("The current directory can't be read")?;
    let patch = Patch::parse(&bytes, &root)?;
    for file in patch.files.iter().filter(|file| file.is_code()) {
        let folder = file.path.parent().unwrap_or(&root);
        if !settings.of(folder)?.compiler {
            bail!("{SWITCHED_OFF}");
        }
    }
    Ok(patch)
}

fn bytes(from: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One more byte shows that it is too large.
    let most = LARGEST_PATCH + 1;
    let read = if from == Path::new("-") {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        let file = fs::File::open(from);
        file.and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("`{}` can't be read", from.display()))?;
    Ok(bytes)
}
