//! The command `cache backup`.

use std::{io::Write, path::PathBuf};

use anyhow::bail;

use super::{block_on, existing};
use crate::{
    cache::SqliteCache,
    cli::{ExitStatus, Output},
    config::Config,
    migrations,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The backup file to create; it must not exist
    file: PathBuf,
}

pub(super) fn run(
    arguments: &Arguments,
    config: &Config,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let Some(path) = existing(config) else {
        bail!("There is no cache file yet, so there is nothing to back up");
    };
    let file = SqliteCache::at(path, &migrations::SQLITE);
    let bytes = block_on(async {
        let bytes = file.backup(&arguments.file).await;
        file.close().await;
        Ok(bytes?)
    })?;
    writeln!(out, "wrote {bytes} bytes to {}", arguments.file.display())?;
    Ok(ExitStatus::Fine)
}
