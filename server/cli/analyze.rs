//! `refactor analyze`.

use std::{path::PathBuf, sync::Arc, time::Instant};

use anyhow::Context;
use clap::ValueEnum;
use rayon::prelude::*;

use super::{
    ExitStatus, Output,
    extractions::{self, Extent},
    inputs::{Inputs, gather},
    output::{FileProgress, caught_panics, look, say},
    settings::{self, Settings},
    work::Work,
};
use crate::{
    analysis::{
        Copies, Finding, InputFile, Level, Openings, analysed, answers_in, idle_allowances,
        judge_with_copies,
    },
    cache::{Tier, TieredStats},
    facts::{FileReport, Problem},
    refactorings,
    report::{self, Report, ReportedFile, ReportedFinding, Summary},
    syntax::Source,
    text::{Encoding, Lines, slice},
};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that stands for itself"
)]
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files and directories
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// What the report is for
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Exit with 1 if there is a finding at or above this level
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Never)]
    fail_on: FailOn,
    /// Report the measures of every function (JSON)
    #[arg(long)]
    metrics: bool,
    /// Report which refactorings are really offered at each finding; this parses every file that has one
    #[arg(long)]
    offers: bool,
    /// Say on stderr what the cache did, and whether anything failed
    #[arg(long)]
    stats: bool,
    /// Neither read nor write the cache
    #[arg(long)]
    no_cache: bool,
    #[command(flatten)]
    settings: settings::Arguments,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Human,
    /// One line for each finding
    Short,
    Json,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FailOn {
    Never,
    Warn,
    Strong,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let started = Instant::now();
    let mut settings = Settings::new(&arguments.settings);
    let inputs = gather(&arguments.paths, &mut settings)?;
    let work = start(arguments, &inputs)?;
    let mut report = work.block_on(analyze(&work, arguments, &inputs.files))?;
    let stats = work.finish();
    report.summary.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    say_problems(&report);
    say_idle_allowances(&report);
    if arguments.stats {
        say_statistics(&stats);
    }
    match arguments.format {
        Format::Human => report::write_human(out, &report, look()),
        Format::Short => report::write_short(out, &report, look()),
        Format::Json => report::write_json(out, &report),
    }
    .context("The report can't be written")?;
    if inputs.unreadable > 0 {
        return Ok(ExitStatus::Trouble);
    }
    Ok(arguments.fail_on.verdict(&report))
}

/// Options of the cache, from the first file: they are the same in every directory.
fn start(arguments: &Arguments, inputs: &Inputs) -> anyhow::Result<Work> {
    let options = inputs.files.first().map(|input| &input.config.cache);
    match options {
        Some(options) if !arguments.no_cache => Work::with_cache(options),
        _ => Work::in_memory(),
    }
}

async fn analyze(
    work: &Work,
    arguments: &Arguments,
    inputs: &[InputFile],
) -> anyhow::Result<Report> {
    let progress = FileProgress::over(inputs.len());
    let analysed = analysed(&work.engine, inputs, &|done| progress.set(done)).await?;
    drop(progress);
    let mut summary = Summary::default();
    for (_, origin) in &analysed.reports {
        summary.cache.count(*origin);
    }
    let mut files: Vec<ReportedFile> = inputs
        .par_iter()
        .zip(analysed.reports.par_iter().zip(&analysed.copies))
        .map(|(input, ((report, _), copies))| file(input, report, copies, arguments))
        .collect();
    if arguments.offers {
        offer(work, inputs, &mut files).await?;
    }
    extractions::find(work, inputs, &mut files, arguments.extent()).await?;
    let was_parsed = |(file, was_parsed): &(&ReportedFile, &bool)| {
        let was_asked_for_offers = arguments.offers && !file.findings.is_empty();
        **was_parsed || was_asked_for_offers
    };
    let found = files.iter().zip(&analysed.were_parsed);
    summary.parsed = found.filter(was_parsed).count();
    summary.files = files.len();
    summary.lines = files
        .iter()
        .map(|file| file.lines.count_without_trailing())
        .sum();
    summary.findings = files.iter().map(|file| file.findings.len()).sum();
    Ok(Report { files, summary })
}

fn file(
    input: &InputFile,
    report: &FileReport,
    copies: &[Copies],
    arguments: &Arguments,
) -> ReportedFile {
    let findings = judge_with_copies(report, copies, &input.text, &input.rules);
    let functions = report.functions();
    let openings = Openings::new(&findings, &functions);
    let found = |finding: &Finding| ReportedFinding {
        openings: openings.of(finding),
        finding: finding.clone(),
        refactorings: None,
        extractions: Vec::new(),
    };
    ReportedFile {
        path: input.shown.clone(),
        text: Arc::clone(&input.text),
        lines: Lines::new(&input.text),
        findings: findings.iter().map(found).collect(),
        functions: arguments.metrics.then(|| report.functions()),
        idle: idle_allowances(report, &input.rules),
        problem: report.problem,
    }
}

/// Fills in the offers of each finding. Parses every file that has a finding.
async fn offer(
    work: &Work,
    inputs: &[InputFile],
    files: &mut [ReportedFile],
) -> anyhow::Result<()> {
    let with_findings = files.iter().zip(inputs).enumerate();
    let with_findings = with_findings.filter(|(_, (file, _))| !file.findings.is_empty());
    let asked: Vec<(usize, InputFile, Vec<Finding>)> = with_findings
        .map(|(at, (file, input))| {
            let findings = file.findings.iter().map(|found| found.finding.clone());
            (at, input.clone(), findings.collect())
        })
        .collect();
    let offered = work.engine.run(move || {
        let offered = asked.par_iter();
        offered
            .map(|(at, input, findings)| (*at, offered_at(input, findings)))
            .collect::<Vec<_>>()
    });
    for (at, offered) in offered.await? {
        for (found, ids) in files[at].findings.iter_mut().zip(offered) {
            found.refactorings = Some(ids);
        }
    }
    Ok(())
}

/// Ids of the offered refactorings, for each finding.
fn offered_at(input: &InputFile, findings: &[Finding]) -> Vec<Vec<&'static str>> {
    let Ok(source) = Source::parse(Arc::clone(&input.text), input.context) else {
        return vec![Vec::new(); findings.len()];
    };
    let context = refactorings::Context::new(&source);
    let ids = |finding| {
        let offers = answers_in(&context, finding);
        offers.iter().map(|offer| offer.refactoring().id).collect()
    };
    findings.iter().map(ids).collect()
}

fn say_problems(report: &Report) {
    for file in &report.files {
        let why = match file.problem {
            Some(Problem::TooDeep) => "is nested too deeply to be analysed safely",
            Some(Problem::TooLarge) => "is too large to be analysed",
            None => continue,
        };
        say(
            "note",
            &format!("`{}` {why}; nothing is said of it.", file.path),
        );
    }
}

fn say_idle_allowances(report: &Report) {
    for file in &report.files {
        for idle in &file.idle {
            let place = file
                .lines
                .position(&file.text, idle.at.start(), Encoding::Utf32);
            let words = idle.why.say(slice(&file.text, idle.at).unwrap_or_default());
            let (line, column) = (place.line + 1, place.column + 1);
            say("note", &format!("{}:{line}:{column}: {words}", file.path));
        }
    }
}

fn say_statistics(stats: &TieredStats) {
    let TieredStats {
        memory_hits,
        local_hits,
        remote_hits,
        misses,
        written,
        dropped,
        ..
    } = stats;
    say(
        "stats",
        &format!(
            "cache: {memory_hits} from memory, {local_hits} local, {remote_hits} remote, {misses} misses, \
         {} faults; {written} written, {dropped} dropped",
            stats.fault_count(),
        ),
    );
    for (kind, count) in &stats.faults {
        say("stats", &format!("cache faults: {kind} {count}"));
    }
    if let Some(team) = stats.tiers.get(&Tier::Remote) {
        let words = format!(
            "the team's cache: {} hits, {} misses, {} faults; {} written, {} dropped",
            team.hits,
            team.misses,
            team.fault_count(),
            team.written,
            team.dropped
        );
        say("stats", &words);
    }
    say("stats", &format!("caught panics: {}", caught_panics()));
}

impl Arguments {
    fn extent(&self) -> Extent {
        match self.format {
            _ if self.offers => Extent::All,
            Format::Human => Extent::Heaviest,
            Format::Short | Format::Json => Extent::Nothing,
        }
    }
}

impl FailOn {
    fn verdict(self, report: &Report) -> ExitStatus {
        let fails = match self {
            Self::Never => false,
            Self::Warn => report.highest().is_some(),
            Self::Strong => report.highest() == Some(Level::Strong),
        };
        if fails {
            ExitStatus::Findings
        } else {
            ExitStatus::Fine
        }
    }
}
