//! The command `cache restore`.

use std::path::PathBuf;

use super::{
    block_on,
    copying::{self, EntryProgress},
    place,
};
use crate::{
    cache::{CopyOptions, SqliteCache},
    cli::{ExitStatus, Output},
    config::Config,
    migrations,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The backup to read
    file: PathBuf,
}

/// Adds entries to the existing file, which is never replaced because others may use it.
pub(super) fn run(
    arguments: &Arguments,
    config: &Config,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let local = SqliteCache::at(place::local(config)?, &migrations::SQLITE);
    let progress = EntryProgress::over(None);
    let tell = |copied: &_| progress.tell(copied);
    let options = CopyOptions {
        progress: Some(&tell),
        ..CopyOptions::default()
    };
    let restored = block_on(async {
        let cancel = options.cancel.clone();
        let restore = local.restore(&arguments.file, options);
        let restored = copying::interruptible(cancel, restore).await;
        local.close().await;
        Ok(restored)
    })?;
    drop(progress);
    let from = arguments.file.display().to_string();
    let copied = restored.map_err(|why| copying::stopped(&why, &from))?;
    copying::report(&copied, out)
}
