//! The command `cache migrate`.

use std::path::Path;

use anyhow::bail;

use super::{
    block_on, configuration,
    copying::{self, EntryProgress},
    place::{connect, named, shown},
};
use crate::{
    cache::{
        Archive, Cache, CacheBackend, Copied, CopyOptions, Resume, SqliteCache, Stopped, copy,
    },
    cli::{ExitStatus, Output, settings},
    config::Environment,
    migrations,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The source: `local` or `team` as configured, a path, or an address
    #[arg(long, value_name = "CACHE")]
    from: String,
    /// The target, in the same forms; entries for a team's cache are signed with the configured key
    #[arg(long, value_name = "CACHE")]
    to: String,
}

pub(super) fn run(
    arguments: &Arguments,
    flags: &settings::Arguments,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let config = configuration(flags)?;
    let from = named(&arguments.from, &config, flags)?;
    let to = named(&arguments.to, &config, flags)?;
    if is_same(&from, &to) {
        bail!("{} is both the source and the target", shown(&from));
    }
    let copied = block_on(migrate(&from, &to))?;
    copying::report(&copied, out)
}

fn is_same(from: &CacheBackend, to: &CacheBackend) -> bool {
    match (from, to) {
        (CacheBackend::Sqlite(from), CacheBackend::Sqlite(to)) => {
            let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
            real(from) == real(to)
        }
        _ => shown(from) == shown(to),
    }
}

async fn migrate(from: &CacheBackend, to: &CacheBackend) -> anyhow::Result<Copied> {
    let source: Box<dyn Cache> = match from {
        CacheBackend::Sqlite(path) => Box::new(Archive::open(path, &migrations::SQLITE).await?),
        team => connect(team).await?,
    };
    let resume = resume(from, to);
    let copied = match to {
        CacheBackend::Sqlite(path) => {
            let file = SqliteCache::new(path, &migrations::SQLITE).await?;
            let copied = copy_all(&*source, &file, resume).await;
            file.close().await;
            copied
        }
        team => copy_all(&*source, &*connect(team).await?, resume).await,
    };
    copied.map_err(|why| copying::stopped(&why, &shown(from)))
}

async fn copy_all(
    source: &dyn Cache,
    target: &dyn Cache,
    resume: Option<Resume>,
) -> Result<Copied, Stopped> {
    // A server that can't count entries just has no progress bar.
    let entries = source.stats().await.ok().map(|holdings| holdings.entries);
    let progress = EntryProgress::over(entries);
    let tell = |copied: &_| progress.tell(copied);
    let options = CopyOptions {
        resume,
        progress: Some(&tell),
        ..CopyOptions::default()
    };
    let cancel = options.cancel.clone();
    copying::interruptible(cancel, copy(source, target, options)).await
}

/// Returns the progress of an earlier run. Without a home, everything is checked again.
fn resume(from: &CacheBackend, to: &CacheBackend) -> Option<Resume> {
    let home = Environment::of_process()
        .home
        .filter(|home| home.is_dir())?;
    let name = |backend: &CacheBackend| match backend {
        CacheBackend::Sqlite(path) => {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            path.display().to_string()
        }
        team => shown(team),
    };
    Some(Resume::between(&home, &name(from), &name(to)))
}
