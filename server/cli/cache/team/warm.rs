//! The command `cache warm`.

use std::{collections::BTreeMap, io::Write, path::PathBuf, sync::Arc};

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use crate::{
    analysis::{FoundReport, InputFile, ReportOrigin, key},
    cache::{
        Access, CacheBackend, Copied, CopyOptions, FaultKind, GateState, Key, Lookup, SqliteCache,
        Tier, TierStats, TieredStats, copy,
    },
    cli::{
        ExitStatus, Output,
        cache::{
            block_on, copying,
            place::{self, connect},
        },
        inputs::{Inputs, gather},
        output::{FileProgress, say},
        settings::Settings,
        work::Work,
    },
    config::CacheOptions,
    migrations,
    text::Lines,
};

#[derive(Debug, clap::Args)]
pub(in crate::cli::cache) struct Arguments {
    /// Files and directories to analyse
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Exit with 2 on any fault of the team's cache
    #[arg(long)]
    require_remote: bool,
}

/// Results of a run.
struct Warmed<'a> {
    inputs: &'a Inputs,
    answers: &'a [FoundReport],
    stats: &'a TieredStats,
    uploaded: &'a Copied,
}

pub(super) fn run(
    arguments: &Arguments,
    settings: &mut Settings,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let options = options(settings)?;
    if arguments.require_remote {
        options.team.as_ref().context(
            "`--require-remote` is given, but no team's cache is configured; set `cache.url` or \
                      RUSTASSISTANT_CACHE_URL",
        )?;
    }
    let inputs = gather(&arguments.paths, settings)?;
    let work = Work::with_cache(&options)?;
    let answers = work.block_on(reports(&work, &inputs.files))?;
    let stats = work.finish();
    let team = stats.tiers.get(&Tier::Remote);
    let uploaded = if team.is_none_or(works) {
        let here = found_here(&inputs.files, &answers);
        if arguments.require_remote {
            probe(&options, &here).and_then(|()| upload(&options, &here))
        } else {
            upload(&options, &here)
        }
    } else {
        Ok(Copied::default())
    };
    let none = Copied::default();
    let warmed = Warmed {
        inputs: &inputs,
        answers: &answers,
        stats: &stats,
        uploaded: uploaded.as_ref().unwrap_or(&none),
    };
    warmed.write(out)?;
    let is_remote_fine = say_faults(team, uploaded.as_ref().err(), warmed.uploaded);
    let lacks_remote = arguments.require_remote && !is_remote_fine;
    if inputs.unreadable > 0 || lacks_remote {
        return Ok(ExitStatus::Trouble);
    }
    Ok(ExitStatus::Fine)
}

/// Returns the options of the current directory, with longer timeouts for the team's cache than in interactive use.
fn options(settings: &mut Settings) -> anyhow::Result<CacheOptions> {
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let config = settings.of(&here)?;
    Ok(CacheOptions {
        team: place::team(&config).ok(),
        ..config.cache.clone()
    })
}

async fn reports(work: &Work, inputs: &[InputFile]) -> anyhow::Result<Vec<FoundReport>> {
    let texts = inputs
        .iter()
        .map(|input| (Arc::clone(&input.text), input.context));
    let progress = FileProgress::over(inputs.len());
    let on_progress = |done| progress.set(done);
    let never = CancellationToken::new();
    let reports = work.engine.reports(texts.collect(), &on_progress, &never);
    Ok(reports.await?)
}

/// Returns the keys found on this machine, which the team's cache may not have.
fn found_here(inputs: &[InputFile], answers: &[FoundReport]) -> Vec<Key> {
    let found = inputs.iter().zip(answers);
    let here = found
        .filter(|(_, (_, origin))| matches!(origin, ReportOrigin::Memory | ReportOrigin::Local));
    here.map(|(input, _)| key(&input.text, input.context))
        .collect()
}

/// Whether another request is worthwhile. If not, faults explain why.
fn works(team: &TierStats) -> bool {
    (team.reads, team.writes) == (GateState::Working, GateState::Working)
}

/// Looks up one of the keys in the team's cache, to detect an unreachable one even if nothing was missing.
fn probe(options: &CacheOptions, keys: &[Key]) -> Result<(), String> {
    let (Some(team), Some(key)) = (&options.team, keys.first()) else {
        return Ok(());
    };
    let asked = block_on(async {
        let cache = connect(team).await?;
        match cache.get_many(&[*key]).await.pop() {
            Some(Lookup::Fault(kind)) => Err(cache.last_fault(kind).into()),
            _ => Ok(()),
        }
    });
    asked.map_err(|error| format!("{error:#}"))
}

/// Uploads entries of these keys that the team's cache doesn't have, if this machine may write there.
fn upload(options: &CacheOptions, keys: &[Key]) -> Result<Copied, String> {
    let Some((path, team)) = options.path.as_ref().zip(options.team.as_ref()) else {
        return Ok(Copied::default());
    };
    if keys.is_empty() || !is_written(team) {
        return Ok(Copied::default());
    }
    let file = SqliteCache::at(path, &migrations::SQLITE);
    let progress = copying::EntryProgress::over(Some(keys.len() as u64));
    let tell = |copied: &_| progress.tell(copied);
    let copied = block_on(async {
        let copy_options = CopyOptions {
            keys: Some(keys.to_vec()),
            progress: Some(&tell),
            ..CopyOptions::default()
        };
        let cancel = copy_options.cancel.clone();
        let target = connect(team).await?;
        let copied = copy(&file, &*target, copy_options);
        let copied = copying::interruptible(cancel, copied).await;
        file.close().await;
        Ok(copied?)
    });
    copied.map_err(|error| format!("{error:#}"))
}

fn is_written(team: &CacheBackend) -> bool {
    let remote = place::remote(team);
    remote.is_some_and(|remote| matches!(remote.access, Access::Write(_)))
}

impl Warmed<'_> {
    fn write(&self, out: &mut Output) -> anyhow::Result<()> {
        let files = &self.inputs.files;
        let lines = files
            .iter()
            .map(|input| Lines::new(&input.text).count_without_trailing());
        let from = |is: fn(&ReportOrigin) -> bool| {
            let origins = self.answers.iter().map(|(_, origin)| origin);
            origins.filter(|origin| is(origin)).count() as u64
        };
        let tier = |tier| self.stats.tiers.get(&tier).cloned().unwrap_or_default();
        let (local, team) = (tier(Tier::Local), tier(Tier::Remote));
        let rows = [
            ("files", files.len() as u64),
            ("lines", lines.map(|lines| lines as u64).sum()),
            (
                "from memory",
                from(|origin| *origin == ReportOrigin::Memory),
            ),
            (
                "from the local file",
                from(|origin| *origin == ReportOrigin::Local),
            ),
            (
                "from the team's cache",
                from(|origin| *origin == ReportOrigin::Remote),
            ),
            (
                "computed",
                from(|origin| matches!(origin, ReportOrigin::Computed(_))),
            ),
            ("written to the local file", local.written),
            (
                "uploaded to the team's cache",
                team.written + self.uploaded.copied,
            ),
            ("faults of the local file", local.fault_count()),
            ("faults of the team's cache", team.fault_count()),
        ];
        for (what, count) in rows {
            writeln!(out, "{what}: {count}")?;
        }
        Ok(())
    }
}

/// Reports faults of the team's cache; returns whether there were none.
fn say_faults(team: Option<&TierStats>, unuploaded: Option<&String>, uploaded: &Copied) -> bool {
    let mut faults = team.map(faults_of).unwrap_or_default();
    faults.extend(unuploaded.cloned());
    if uploaded.damaged + uploaded.too_large + uploaded.differing > 0 {
        let why = "some entries of the local file couldn't be uploaded; `rustassistant cache check --team` tells more";
        faults.push(why.to_owned());
    }
    for fault in &faults {
        say("warning", &format!("the team's cache: {fault}"));
    }
    faults.is_empty()
}

/// Returns each kind once, and the last one in full.
fn faults_of(team: &TierStats) -> Vec<String> {
    let mut kinds: BTreeMap<FaultKind, u64> = team.faults.clone();
    for (kind, count) in &team.write_faults {
        *kinds.entry(*kind).or_default() += count;
    }
    let last = team.last_fault.as_deref().unwrap_or_default();
    let words = kinds.into_iter().map(|(kind, count)| {
        let words = kind.to_string();
        let words = if last.contains(&words) { last } else { &words };
        format!("{words} (times: {count})")
    });
    let mut faults: Vec<String> = words.collect();
    if team.dropped > 0 {
        faults.push(format!("{} entries were not uploaded", team.dropped));
    }
    faults
}
