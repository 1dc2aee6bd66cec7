//! The command `cache clear`.

use std::io::Write;

use anyhow::bail;

use super::{block_on, existing, place, with_store};
use crate::{
    cli::{ExitStatus, Output},
    config::Config,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Clear the team's cache instead, for everybody
    #[arg(long)]
    team: bool,
    /// Confirm that the team's cache is to be cleared
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(
    arguments: &Arguments,
    config: &Config,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let removed = if arguments.team {
        clear_team(arguments, config)?
    } else {
        match existing(config) {
            Some(_) => with_store(config, async |work| Ok(work.store().clear().await?))?,
            None => 0,
        }
    };
    writeln!(out, "entries removed: {removed}")?;
    Ok(ExitStatus::Fine)
}

fn clear_team(arguments: &Arguments, config: &Config) -> anyhow::Result<u64> {
    let team = place::team(config)?;
    if !arguments.yes {
        bail!(
            "This removes all entries of {} for everybody; add `--yes` to confirm",
            place::shown(&team)
        );
    }
    block_on(async { Ok(place::connect(&team).await?.clear().await?) })
}
