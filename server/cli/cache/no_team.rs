//! The commands of a team's cache where the build has none: each is known, and says so.

use std::ffi::OsString;

use anyhow::bail;

use crate::{
    cache::NO_TEAM,
    cli::{ExitStatus, Output, settings},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make a key to sign entries of a team's cache with (not in this build)
    Keygen(Anything),
    /// Set up a database as a team's cache, or bring it up to date (not in this build)
    Setup(Anything),
    /// Fill the caches with the reports of files, as for a team (not in this build)
    Warm(Anything),
    /// Serve a team's cache over HTTP (not in this build)
    Serve(Anything),
}

/// What the command would take.
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
