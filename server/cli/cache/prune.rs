//! The command `cache prune`.

use std::{io::Write, time::Duration};

use anyhow::bail;
use clap::ValueEnum;

use super::{block_on, existing, place};
use crate::{
    cache::{Cache, Limits, Policy, SqliteCache},
    cli::{ExitStatus, Output},
    config::{Config, bytes},
    migrations,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Remove entries unused for this many days, or for a team's cache, entries that old
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(0..=36_500))]
    age: Option<u64>,
    /// Then remove more entries until the rest takes at most this size, such as `100MB`
    #[arg(long, value_name = "BYTES", value_parser = size)]
    size: Option<u64>,
    /// Which entries to remove first
    #[arg(long, value_enum, default_value_t = Order::LeastRecentlyUsed)]
    policy: Order,
    /// Prune the team's cache instead
    #[arg(long)]
    team: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Order {
    LeastRecentlyUsed,
    Oldest,
    Largest,
}

const DAY: Duration = Duration::from_hours(24);
/// Longer than any entry is kept.
const FOR_EVER: Duration = Duration::from_hours(24 * 36_500);

pub(super) fn run(
    arguments: &Arguments,
    config: &Config,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let removed = if arguments.team {
        prune_team(arguments, config)?
    } else {
        prune_local(arguments, config)?
    };
    writeln!(out, "entries removed: {removed}")?;
    Ok(ExitStatus::Fine)
}

fn prune_local(arguments: &Arguments, config: &Config) -> anyhow::Result<u64> {
    let Some(path) = existing(config) else {
        return Ok(0);
    };
    let limits = limits(arguments, (config.cache.age, config.cache.disk));
    let file = SqliteCache::at(path, &migrations::SQLITE);
    block_on(async {
        let removed = file.prune(limits).await;
        file.close().await;
        Ok(removed?)
    })
}

/// The limits of this machine's file don't apply to what others store.
fn prune_team(arguments: &Arguments, config: &Config) -> anyhow::Result<u64> {
    if arguments.age.is_none() && arguments.size.is_none() {
        bail!("The team's cache needs explicit limits: `--age DAYS`, `--size BYTES` or both");
    }
    let team = place::team(config)?;
    let limits = limits(arguments, (FOR_EVER, u64::MAX));
    block_on(async { Ok(place::connect(&team).await?.prune(limits).await?) })
}

fn limits(arguments: &Arguments, (age, size): (Duration, u64)) -> Limits {
    let days = |days: u64| DAY * u32::try_from(days).unwrap_or(u32::MAX);
    Limits {
        bytes: arguments.size.unwrap_or(size),
        age: arguments.age.map_or(age, days),
        policy: arguments.policy.into(),
    }
}

fn size(text: &str) -> Result<u64, String> {
    bytes(text).ok_or_else(|| "expected a size in bytes, such as 100000 or `100MB`".to_owned())
}

impl From<Order> for Policy {
    fn from(order: Order) -> Self {
        match order {
            Order::LeastRecentlyUsed => Self::LeastRecentlyUsed,
            Order::Oldest => Self::Oldest,
            Order::Largest => Self::Largest,
        }
    }
}
