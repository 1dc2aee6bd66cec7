//! `cache stats`.
//!
//! What is held is looked up now; what happened was written down by the runs themselves, so a broken cache still tells
//! why it is one.

use std::{collections::BTreeMap, io::Write, time::Duration};

use serde_json::{Value, json};

use super::{existing, with_store};
use crate::{
    cache::{
        Access, CacheBackend, FaultKind, GateState, History, Holdings, Remote, Tier, TierStats,
        history,
    },
    cli::{Output, Verdict},
    config::Config,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Write JSON
    #[arg(long)]
    json: bool,
    /// Count the runs of so many days
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    days: u16,
}

pub(super) fn run(
    arguments: &Arguments,
    config: &Config,
    out: &mut Output,
) -> anyhow::Result<Verdict> {
    let holdings = holdings(config);
    let history = match &config.cache.path {
        Some(path) => history(path, Duration::from_hours(24 * u64::from(arguments.days))),
        None => History::default(),
    };
    if arguments.json {
        let json = as_json(config, &holdings, &history);
        serde_json::to_writer_pretty(&mut *out, &json)?;
        writeln!(out)?;
    } else {
        say_holdings(config, &holdings, out)?;
        say_history(&history, arguments.days, out)?;
    }
    Ok(match holdings {
        Ok(_) => Verdict::Fine,
        Err(_) => Verdict::Trouble,
    })
}

/// What the local file holds, or why that can't be said.
fn holdings(config: &Config) -> Result<Holdings, String> {
    if existing(config).is_none() {
        return Ok(Holdings::default());
    }
    let ask = with_store(config, async |work| Ok(work.store().holdings().await?));
    ask.map_err(|error| format!("{error:#}"))
}

fn say_holdings(
    config: &Config,
    holdings: &Result<Holdings, String>,
    out: &mut Output,
) -> anyhow::Result<()> {
    let path = config.cache.path.as_ref();
    let place = path.map_or("none, in memory only".to_owned(), |path| {
        path.display().to_string()
    });
    writeln!(out, "file: {place}")?;
    match holdings {
        Ok(holdings) => {
            writeln!(out, "entries: {}", holdings.entries)?;
            writeln!(out, "bytes of entries: {}", holdings.envelope_bytes)?;
            writeln!(out, "bytes on disk: {}", holdings.disk_bytes)?;
        }
        Err(fault) => writeln!(out, "fault: {fault}")?,
    }
    writeln!(out, "limit on disk: {}", config.cache.disk)?;
    match team(config) {
        Some(remote) => writeln!(
            out,
            "team: {}, namespace {}, {}",
            remote.address,
            remote.namespace,
            rights(remote)
        )?,
        None => writeln!(out, "team: none")?,
    }
    Ok(())
}

fn say_history(history: &History, days: u16, out: &mut Output) -> anyhow::Result<()> {
    if history.runs == 0 {
        writeln!(out, "\nNo run in {days} days has used it.")?;
        return Ok(());
    }
    writeln!(out, "\nruns in {days} days: {}", history.runs)?;
    for (tier, stats) in &history.tiers {
        let name = name_of(*tier);
        writeln!(
            out,
            "{name}: {} hits, {} misses, {} faults; {} written, {} dropped; {} bytes read, {} written",
            stats.hits,
            stats.misses,
            stats.fault_count(),
            stats.written,
            stats.dropped,
            stats.bytes_read,
            stats.bytes_written,
        )?;
        let latencies = &stats.latencies;
        if let (Some(half), Some(most)) = (latencies.percentile(50), latencies.percentile(99)) {
            writeln!(
                out,
                "{name} lookups: half below {half:?}, 99 of 100 below {most:?}"
            )?;
        }
        for (what, faults) in [
            ("faults", &stats.faults),
            ("write faults", &stats.write_faults),
        ] {
            for (kind, count) in faults {
                writeln!(out, "{name} {what}: {count} × {kind}")?;
            }
        }
        for (what, state) in [("lookups", stats.reads), ("writes", stats.writes)] {
            if let Some(state) = state_words(state) {
                writeln!(
                    out,
                    "{name} breaker: {what} were {state} when the last run ended"
                )?;
            }
        }
        if let Some(fault) = &stats.last_fault {
            writeln!(out, "{name} last fault: {fault}")?;
        }
    }
    Ok(())
}

fn as_json(config: &Config, holdings: &Result<Holdings, String>, history: &History) -> Value {
    let tiers = history.tiers.iter();
    let tiers: BTreeMap<_, _> = tiers
        .map(|(tier, stats)| (name_of(*tier), tier_json(stats)))
        .collect();
    json!({
        "path": config.cache.path.as_ref().map(|path| path.display().to_string()),
        "holdings": holdings.as_ref().ok(),
        "fault": holdings.as_ref().err(),
        "limit_bytes": config.cache.disk,
        "team": team(config).map(|remote| json!({
            "address": remote.address.to_string(),
            "namespace": remote.namespace.as_str(),
            "writes": matches!(remote.access, Access::Write(_)),
        })),
        "runs": history.runs,
        "from": history.from,
        "until": history.until,
        "tiers": tiers,
    })
}

fn tier_json(stats: &TierStats) -> Value {
    let micros = |percent| {
        let bound = stats.latencies.percentile(percent);
        bound.map(|bound| u64::try_from(bound.as_micros()).unwrap_or(u64::MAX))
    };
    json!({
        "hits": stats.hits,
        "misses": stats.misses,
        "faults": stats.faults,
        "write_faults": stats.write_faults,
        "written": stats.written,
        "dropped": stats.dropped,
        "bytes_read": stats.bytes_read,
        "bytes_written": stats.bytes_written,
        "latency_us": {"p50": micros(50), "p99": micros(99)},
        "breaker": {"reads": stats.reads, "writes": stats.writes},
        "last_fault": stats.last_fault,
    })
}

fn team(config: &Config) -> Option<&Remote> {
    match config.cache.team.as_ref()? {
        CacheBackend::Postgres(remote) | CacheBackend::Http(remote) => Some(remote),
        CacheBackend::Sqlite(_) => None,
    }
}

fn rights(remote: &Remote) -> &'static str {
    match remote.access {
        Access::Read => "read only",
        Access::Write(_) => "read and written",
    }
}

fn name_of(tier: Tier) -> &'static str {
    match tier {
        Tier::Memory => "memory",
        Tier::Local => "local",
        Tier::Remote => "team",
    }
}

fn state_words(state: GateState) -> Option<String> {
    let words = |how: &str, kind: FaultKind| Some(format!("{how} ({kind})"));
    match state {
        GateState::Working => None,
        GateState::Resting(kind) => words("left out for a while", kind),
        GateState::Off(kind) => words("switched off", kind),
    }
}
