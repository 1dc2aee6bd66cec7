//! The commands `cache …`, one file each.

mod backup;
mod check;
mod clear;
mod copying;
mod key;
mod migrate;
mod path;
mod place;
mod prune;
mod restore;
mod stats;

#[cfg(not(feature = "team"))]
mod no_team;
#[cfg(feature = "team")]
mod team;

#[cfg(not(feature = "team"))]
use no_team as team;

use std::{future::Future, path::Path, sync::Arc};

use anyhow::Context;

use super::{
    ExitStatus, Output,
    settings::{self, Settings},
    work::Work,
};
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: settings::Arguments,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print the cache's size, and recent statistics of each tier
    Stats(stats::Arguments),
    /// Print the path of the cache file
    Path,
    /// Print the cache key of a file's report, its inputs, and which tiers hold it
    Key(key::Arguments),
    /// Check every entry for damage
    Check(check::Arguments),
    /// Remove old entries, or entries above a size
    Prune(prune::Arguments),
    /// Remove all entries
    Clear(clear::Arguments),
    /// Back up the local file, even while it is in use
    Backup(backup::Arguments),
    /// Add the entries of a backup that the local file lacks
    Restore(restore::Arguments),
    /// Copy all entries from one cache to another
    Migrate(migrate::Arguments),
    #[command(flatten)]
    Team(team::Command),
}

impl Arguments {
    /// Starts the command's own log, if it has one; returns whether it does.
    pub(super) fn keep_own_log(&self) -> bool {
        match &self.command {
            Command::Team(command) => team::keep_own_log(command),
            _ => false,
        }
    }
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let flags = &arguments.settings;
    match &arguments.command {
        Command::Stats(arguments) => stats::run(arguments, &*configuration(flags)?, out),
        Command::Path => path::run(&*configuration(flags)?, out),
        Command::Key(arguments) => key::run(arguments, &*configuration(flags)?, out),
        Command::Check(arguments) => check::run(arguments, &*configuration(flags)?, out),
        Command::Prune(arguments) => prune::run(arguments, &*configuration(flags)?, out),
        Command::Clear(arguments) => clear::run(arguments, &*configuration(flags)?, out),
        Command::Backup(arguments) => backup::run(arguments, &*configuration(flags)?, out),
        Command::Restore(arguments) => restore::run(arguments, &*configuration(flags)?, out),
        Command::Migrate(arguments) => migrate::run(arguments, flags, out),
        Command::Team(command) => team::run(command, flags, out),
    }
}

/// Returns the configuration of the current directory.
fn configuration(flags: &settings::Arguments) -> anyhow::Result<Arc<Config>> {
    let here = std::env::current_dir().context("The current directory can't be read")?;
    Settings::new(flags).of(&here)
}

/// Returns the local file if it exists, because queries must not create it.
fn existing(config: &Config) -> Option<&Path> {
    let path = config.cache.path.as_deref()?;
    path.exists().then_some(path)
}

/// Runs a query on the cache and closes it.
fn with_store<T>(
    config: &Config,
    ask: impl AsyncFnOnce(&Work) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let work = Work::with_cache(&config.cache)?;
    let answer = work.block_on(ask(&work));
    work.finish();
    answer
}

/// Waits for work on one cache.
fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("The program can't start")?;
    runtime.block_on(work)
}
