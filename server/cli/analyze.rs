//! `refactor analyze`.

mod form;
mod offered;
mod scope;

use std::{path::PathBuf, sync::Arc, time::Instant};

use clap::ValueEnum;
use rayon::prelude::*;

use self::form::{Format, Target};
use super::{
    ExitStatus, Output,
    extractions::{self, Extent},
    inputs::Inputs,
    output::{FileProgress, caught_panics, say},
    settings::{self, Settings},
    work::Work,
};
use crate::{
    analysis::{
        Copies, Finding, InputFile, Level, Openings, analysed, identities, idle_allowances,
        judge_with_copies,
    },
    cache::{Tier, TieredStats},
    facts::{FileReport, FunctionFacts, Problem},
    report::{self, Report, ReportedFile, ReportedFinding, Summary},
    text::{Encoding, Lines, slice},
};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag that stands for itself"
)]
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    scope: scope::Arguments,
    /// What the report is for; `human`, unless the variable `RUSTASSISTANT_FORMAT` says otherwise
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the report to this file; it keeps its old content until the new one is complete
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Show the counts by smell alone
    #[arg(long, conflicts_with = "format")]
    summary: bool,
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
enum FailOn {
    Never,
    Warn,
    Strong,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let started = Instant::now();
    let target = Target::of(arguments.output_file.as_deref());
    let format = Format::chosen(arguments.format, &target)?;
    let mut settings = Settings::new(&arguments.settings);
    let inputs = arguments.scope.inputs(&mut settings)?;
    let work = start(arguments, &inputs)?;
    let mut report = work.block_on(analyze(&work, arguments, format, &inputs.files))?;
    let stats = work.finish();
    report.summary.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    say_problems(&report);
    say_idle_allowances(&report);
    if arguments.stats {
        say_statistics(&stats);
    }
    target.put(out, |out| {
        if arguments.summary {
            report::write_table(out, &report)
        } else {
            format.write(out, &report)
        }
    })?;
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
    format: Format,
    inputs: &[InputFile],
) -> anyhow::Result<Report> {
    let progress = FileProgress::over(inputs.len());
    let analysed = analysed(&work.engine, inputs, &|done| progress.set(done)).await?;
    drop(progress);
    let mut summary = Summary::default();
    for (_, origin) in &analysed.reports {
        summary.cache.count(*origin);
    }
    let with_functions = arguments.metrics || format.shows_measures();
    let mut files: Vec<ReportedFile> = inputs
        .par_iter()
        .zip(analysed.reports.par_iter().zip(&analysed.copies))
        .map(|(input, ((report, _), copies))| {
            let (file, functions) = file(input, report, copies);
            ReportedFile {
                functions: with_functions.then_some(functions),
                ..file
            }
        })
        .collect();
    let asks_for_offers = arguments.offers || format.shows_edits();
    if asks_for_offers {
        offered::find(work, inputs, &mut files).await?;
    }
    extractions::find(work, inputs, &mut files, arguments.extent(format)).await?;
    let was_parsed = |(file, was_parsed): &(&ReportedFile, &bool)| {
        let was_asked_for_offers = asks_for_offers && !file.findings.is_empty();
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
) -> (ReportedFile, Vec<FunctionFacts>) {
    let mut findings = judge_with_copies(report, copies, &input.text, &input.rules);
    let functions = report.functions();
    let lines = Lines::new(&input.text);
    findings.retain(|finding| input.tells(finding, &functions, &lines));
    let openings = Openings::new(&findings, &functions);
    let identities = identities(&input.shown, &input.text, &findings, &functions);
    let found = |(finding, identity): (&Finding, String)| ReportedFinding {
        openings: openings.of(finding),
        finding: finding.clone(),
        refactorings: None,
        extractions: Vec::new(),
        suggestion: None,
        identity,
    };
    let file = ReportedFile {
        path: input.shown.clone(),
        text: Arc::clone(&input.text),
        lines,
        findings: findings.iter().zip(identities).map(found).collect(),
        functions: None,
        idle: idle_allowances(report, &input.rules),
        problem: report.problem,
    };
    (file, functions)
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
    fn extent(&self, format: Format) -> Extent {
        match format {
            _ if self.offers => Extent::All,
            Format::Human if !self.summary => Extent::Heaviest,
            _ => Extent::Nothing,
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
