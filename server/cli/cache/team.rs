//! Commands only for a team's cache.

mod budget;
mod keygen;
mod serve;
mod setup;
mod warm;

use crate::cli::{
    ExitStatus, Output,
    settings::{self, Settings},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create a key for signing entries of a team's cache
    Keygen(keygen::Arguments),
    /// Set up a database as a team's cache, or upgrade it
    Setup(setup::Arguments),
    /// Analyse files to fill the caches, for a team for example
    Warm(warm::Arguments),
    /// Serve a team's cache over HTTP
    Serve(Box<serve::Arguments>),
}

/// Starts the command's own log, if it has one; returns whether it does.
pub(super) fn keep_own_log(command: &Command) -> bool {
    match command {
        Command::Serve(arguments) => serve::keep_log(arguments),
        _ => false,
    }
}

pub(super) fn run(
    command: &Command,
    flags: &settings::Arguments,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    match command {
        Command::Keygen(arguments) => keygen::run(arguments, &Settings::new(flags), out),
        Command::Setup(arguments) => setup::run(arguments, flags, out),
        Command::Warm(arguments) => warm::run(arguments, &mut Settings::new(flags), out),
        Command::Serve(arguments) => serve::run(arguments, out),
    }
}
