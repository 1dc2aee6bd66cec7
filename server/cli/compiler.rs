//! The commands `compiler …`, for the files that checks with rustc leave behind.

use std::{io::Write, path::PathBuf};

use anyhow::anyhow;

use super::{ExitStatus, Output};
use crate::compiler::{Stop, clear, in_words, kept};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Delete the build output of checks in a package's target directory; the next check takes longer
    Clear(Clear),
}

#[derive(Debug, clap::Args)]
struct Clear {
    /// A directory of the package
    #[arg(default_value = ".")]
    path: PathBuf,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let Command::Clear(Clear { path }) = &arguments.command;
    let shown = path.display();
    let directory = path
        .canonicalize()
        .map_err(|error| anyhow!("`{shown}` can't be found: {error}"))?;
    let kept = kept(&directory, &Stop::default()).map_err(|why| anyhow!("{why}"))?;
    let kept = kept.ok_or_else(|| anyhow!("There is no Cargo.toml in or above `{shown}`."))?;
    clear(&kept).map_err(|why| anyhow!("{why}"))?;
    let bytes = in_words(kept.bytes);
    writeln!(out, "deleted {bytes} in {}", kept.folder.display())?;
    Ok(ExitStatus::Fine)
}
