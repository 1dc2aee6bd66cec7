//! The command `cache stats`.
//!
//! The contents are counted now; statistics were written by earlier runs, so a broken cache can still be explained.

use std::{io::Write, time::Duration};

use super::{existing, with_store};
use crate::{
    cache::{Access, FaultKind, GateState, History, Holdings, Remote, history},
    cli::{ExitStatus, Output},
    config::Config,
    report::{cache_statistics, team, tier_word},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Count the runs of the last DAYS days
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    days: u16,
}

pub(super) fn run(
    arguments: &Arguments,
    config: &Config,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let holdings = holdings(config);
    let history = match &config.cache.path {
        Some(path) => history(path, Duration::from_hours(24 * u64::from(arguments.days))),
        None => History::default(),
    };
    if arguments.json {
        let json = cache_statistics(&config.cache, &holdings, &history);
        serde_json::to_writer_pretty(&mut *out, &json)?;
        writeln!(out)?;
    } else {
        say_holdings(config, &holdings, out)?;
        say_history(&history, arguments.days, out)?;
    }
    Ok(match holdings {
        Ok(_) => ExitStatus::Fine,
        Err(_) => ExitStatus::Trouble,
    })
}

/// Returns the contents of the local file, or the reason why they can't be counted.
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
    match team(&config.cache) {
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
        writeln!(out, "\nNot used in the last {days} days.")?;
        return Ok(());
    }
    writeln!(out, "\nruns in the last {days} days: {}", history.runs)?;
    for (tier, stats) in &history.tiers {
        let name = tier_word(*tier);
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
                "{name} lookups: 50% below {half:?}, 99% below {most:?}"
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
                    "{name} circuit breaker: {what} were {state} when the last run ended"
                )?;
            }
        }
        if let Some(fault) = &stats.last_fault {
            writeln!(out, "{name} last fault: {fault}")?;
        }
    }
    Ok(())
}

fn rights(remote: &Remote) -> &'static str {
    match remote.access {
        Access::Read => "read only",
        Access::Write(_) => "read and write",
    }
}

fn state_words(state: GateState) -> Option<String> {
    let words = |how: &str, kind: FaultKind| Some(format!("{how} ({kind})"));
    match state {
        GateState::Working => None,
        GateState::Resting(kind) => words("paused", kind),
        GateState::Off(kind) => words("switched off", kind),
    }
}
