//! `cache …`: one file per command.

mod clear;
mod key;
mod path;
mod serve;
mod stats;

use std::path::Path;

use anyhow::Context;

use super::{
    Output, Verdict,
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
    /// Say how much is kept, and what each tier did of late
    Stats(stats::Arguments),
    /// Say where it is kept
    Path,
    /// Say what the key of a file's report is made of, and which tier has it
    Key(key::Arguments),
    /// Forget everything
    Clear,
    /// Serve a team's cache over HTTP
    Serve(Box<serve::Arguments>),
}

impl Arguments {
    /// Starts the log of the command, where it has one of its own; whether it has.
    pub(super) fn keep_own_log(&self) -> bool {
        match &self.command {
            Command::Serve(arguments) => serve::keep_log(arguments),
            _ => false,
        }
    }
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<Verdict> {
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let config = Settings::new(&arguments.settings).of(&here)?;
    match &arguments.command {
        Command::Stats(arguments) => stats::run(arguments, &config, out),
        Command::Path => path::run(&config, out),
        Command::Key(arguments) => key::run(arguments, &config, out),
        Command::Clear => clear::run(&config, out),
        Command::Serve(arguments) => serve::run(arguments, out),
    }
}

/// Asking must not make a file that isn't there.
fn existing(config: &Config) -> Option<&Path> {
    let path = config.cache.path.as_deref()?;
    path.exists().then_some(path)
}

/// Asks the cache something, and closes it.
fn with_store<T>(
    config: &Config,
    ask: impl AsyncFnOnce(&Work) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let work = Work::with_cache(&config.cache)?;
    let answer = work.block_on(ask(&work));
    work.finish();
    answer
}
