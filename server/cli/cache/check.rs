//! The command `cache check`.

use std::io::Write;

use anyhow::ensure;

use super::{block_on, existing, place};
use crate::{
    cache::{Cache, CacheBackend, Fault, FaultKind, Findings, HAS_TEAM, NO_TEAM, SqliteCache},
    cli::{ExitStatus, Output, output::say},
    config::Config,
    migrations,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Also check all of the team's cache
    #[arg(long)]
    team: bool,
}

const NOTHING: &str = "There is no cache file yet, so there is nothing to check.";

pub(super) fn run(
    arguments: &Arguments,
    config: &Config,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    ensure!(HAS_TEAM || !arguments.team, NO_TEAM);
    let mut verdict = ExitStatus::Fine;
    if let Some(path) = existing(config) {
        verdict = local(&SqliteCache::at(path, &migrations::SQLITE), out)?;
    } else {
        say("note", NOTHING);
    }
    if arguments.team && team(&place::team(config)?, out)? != ExitStatus::Fine {
        verdict = ExitStatus::Findings;
    }
    Ok(verdict)
}

fn local(file: &SqliteCache, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let checked = block_on(async {
        let checked = file.check().await;
        file.close().await;
        Ok(checked)
    })?;
    let shown = file.path().display().to_string();
    let findings = match checked {
        Err(fault) if is_damage(&fault) => {
            writeln!(out, "{shown}: damaged")?;
            say("error", &fault.to_string());
            return Ok(ExitStatus::Findings);
        }
        checked => checked?,
    };
    write(&shown, &findings, out)?;
    if !findings.problems.is_empty() {
        let mend = "The next run that writes moves the file aside and starts a new one; only time is lost.";
        say("error", mend);
        return Ok(ExitStatus::Findings);
    }
    if findings.damaged > 0 {
        let mend = "Damaged entries are never used; their reports are computed again. `rustassistant cache clear` \
                    removes all entries.";
        say("error", mend);
        return Ok(ExitStatus::Findings);
    }
    Ok(ExitStatus::Fine)
}

fn is_damage(fault: &Fault) -> bool {
    matches!(fault.kind(), FaultKind::Corrupt | FaultKind::Checksum)
}

fn team(team: &CacheBackend, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let findings = block_on(async { Ok(place::connect(team).await?.check().await?) })?;
    write(&place::shown(team), &findings, out)?;
    if findings.damaged == 0 && findings.problems.is_empty() {
        return Ok(ExitStatus::Fine);
    }
    let mend = "These entries are damaged, unsigned, or signed with a key that is not in `cache.team.trusted_keys`. \
                They are never used. If a key is missing, add it; otherwise contact the administrator of the team's \
                cache.";
    say("error", mend);
    Ok(ExitStatus::Findings)
}

fn write(shown: &str, findings: &Findings, out: &mut Output) -> anyhow::Result<()> {
    let Findings {
        entries,
        damaged,
        problems,
    } = findings;
    writeln!(out, "{shown}: {entries} entries, {damaged} unusable")?;
    for problem in problems {
        writeln!(out, "{shown}: {problem}")?;
    }
    Ok(())
}
