//! Commands of a team's cache in a build without support: they exist, but only report that.

use std::ffi::OsString;

use anyhow::bail;

use crate::{
    cache::NO_TEAM,
    cli::{ExitStatus, Output, settings},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Create a key for signing entries of a team's cache (not in this build)
    Keygen(Anything),
    /// Set up a database as a team's cache, or upgrade it (not in this build)
    Setup(Anything),
    /// Analyse files to fill the caches, for a team for example (not in this build)
    Warm(Anything),
    /// Serve a team's cache over HTTP (not in this build)
    Serve(Anything),
}

/// Accepts any arguments.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Anything {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    words: Vec<OsString>,
}

pub(super) fn keep_own_log(_command: &Command) -> bool {
    false
}

pub(super) fn run(
    _command: &Command,
    _flags: &settings::Arguments,
    _out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    bail!(NO_TEAM)
}
