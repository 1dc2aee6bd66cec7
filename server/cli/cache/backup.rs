//! `cache backup`.

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
    /// The new file, which must not be there yet
    file: PathBuf,
}

pub(super) fn run(
    arguments: &Arguments,
    config: &Config,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let Some(path) = existing(config) else {
        bail!("There is no local file yet, so there is nothing to back up");
    };
    let file = SqliteCache::at(path, &migrations::SQLITE);
    let bytes = block_on(async {
        let bytes = file.backup(&arguments.file).await;
        file.close().await;
        Ok(bytes?)
    })?;
    writeln!(
        out,
        "bytes written to {}: {bytes}",
        arguments.file.display()
    )?;
    Ok(ExitStatus::Fine)
}
