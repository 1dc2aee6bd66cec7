//! The command `man FOLDER`: writes the manual pages, for packaging.

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::CommandFactory;

use super::ExitStatus;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The directory to write to
    folder: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitStatus> {
    let folder = &arguments.folder;
    let failed = || format!("{}: can't write the manual pages", folder.display());
    fs::create_dir_all(folder).with_context(failed)?;
    clap_mangen::generate_to(super::Arguments::command(), folder).with_context(failed)?;
    Ok(ExitStatus::Fine)
}
