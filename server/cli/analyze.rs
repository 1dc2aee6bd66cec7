//! The command `refactor analyze`.

mod allowances;
mod baseline;
mod form;
mod offered;
mod repetitions;
mod scope;

use std::{path::PathBuf, sync::Arc, time::Instant};

use clap::ValueEnum;
use rayon::prelude::*;

use self::form::{Format, Target};
use super::{
    ExitStatus, Output,
    closely::Extent,
    extractions,
    inputs::Inputs,
    output::{FileProgress, caught_panics, say},
    settings::{self, Settings},
    work::Work,
};
use crate::{
    analysis::{
        AnalysedFiles, FileFindings, Finding, Functions, InputFile, Level, Openings, analysed,
        identities, idle_allowances, judge_with_copies,
    },
    cache::{Tier, TieredStats},
    facts::{FileReport, Problem},
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
    #[command(flatten)]
    baseline: baseline::Arguments,
    /// Output format [default: `human`, or the value of `RUSTASSISTANT_FORMAT`]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the report to this file, replaced only once the report is complete; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Silence every reported finding with a comment `// rustassistant: allow(id) REASON`
    #[arg(long, value_name = "REASON", conflicts_with_all = ["since", "staged", "stdin", "write_baseline"])]
    add_allowances: Option<String>,
    /// Show only the number of findings per smell
    #[arg(long, conflicts_with = "format")]
    summary: bool,
    /// Exit with 1 if there is a finding at or above this level
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t = FailOn::Never)]
    fail_on: FailOn,
    /// Include the metrics of every function (JSON)
    #[arg(long)]
    metrics: bool,
    /// Include the refactorings offered for each finding; parses every file with a finding
    #[arg(long)]
    offers: bool,
    /// Print cache statistics and internal failures to stderr
    #[arg(long)]
    stats: bool,
    /// Don't read or write the cache
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
    let more = arguments.baseline.path_to_analyse();
    let mut inputs = arguments.scope.inputs(more, &mut settings)?;
    target.check(&inputs.files)?;
    let work = start(arguments, &inputs)?;
    let refused = match &arguments.add_allowances {
        Some(reason) => allowances::add(&work, arguments, &mut inputs.files, reason)?,
        None => 0,
    };
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
    if inputs.unreadable + refused > 0 {
        return Ok(ExitStatus::Trouble);
    }
    Ok(arguments.fail_on.verdict(&report))
}

/// Opens the cache with the options of the first file; they are the same in every directory.
fn start(arguments: &Arguments, inputs: &Inputs) -> anyhow::Result<Work> {
    let options = inputs.files.first().map(|input| &input.config.cache);
    match options {
        Some(options) if !arguments.no_cache => Work::with_cache(options),
        _ => Work::in_memory(),
    }
}

/// Files with their findings, before anything is derived from those.
struct Told {
    analysed: AnalysedFiles,
    files: Vec<ReportedFile>,
    /// Number of findings that a baseline suppresses.
    held_back: usize,
}

async fn told(work: &Work, arguments: &Arguments, inputs: &[InputFile]) -> anyhow::Result<Told> {
    let progress = FileProgress::over(inputs.len());
    let analysed = analysed(&work.engine, inputs, &|done| progress.set(done)).await?;
    drop(progress);
    let found: Vec<FileFindings> = inputs
        .par_iter()
        .zip(analysed.reports.par_iter().zip(&analysed.copies))
        .map(|(input, ((report, _), copies))| FileFindings {
            findings: judge_with_copies(report, copies, &input.text, &input.rules),
            functions: Functions::new(report.functions()),
        })
        .collect();
    let more = arguments.baseline.path_to_analyse();
    let mut reach = arguments.scope.reach(more);
    reach.is_partial |= arguments.add_allowances.is_some();
    let held = arguments.baseline.held_back(inputs, &found, &reach)?;
    let (files, counts): (_, Vec<usize>) = inputs
        .par_iter()
        .zip(analysed.reports.par_iter())
        .zip(found.into_par_iter().zip(held))
        .map(|((input, (report, _)), (found, held))| file(input, report, (found, &held)))
        .unzip();
    Ok(Told {
        analysed,
        files,
        held_back: counts.iter().sum(),
    })
}

async fn analyze(
    work: &Work,
    arguments: &Arguments,
    format: Format,
    inputs: &[InputFile],
) -> anyhow::Result<Report> {
    let Told {
        analysed,
        mut files,
        held_back,
    } = told(work, arguments, inputs).await?;
    let mut summary = Summary {
        baseline: held_back,
        ..Summary::default()
    };
    for (_, origin) in &analysed.reports {
        summary.cache.count(*origin);
    }
    if !arguments.metrics && !format.shows_measures() {
        for file in &mut files {
            file.functions = None;
        }
    }
    let asks_for_offers = arguments.offers || format.shows_edits();
    if asks_for_offers {
        offered::find(work, inputs, &mut files).await?;
    }
    let extent = arguments.extent(format);
    repetitions::find(work, inputs, &mut files, extent).await?;
    extractions::find(work, inputs, &mut files, extent).await?;
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

/// Returns a file with its reported findings, and the number of suppressed ones; `held` marks those.
fn file(
    input: &InputFile,
    report: &FileReport,
    (found, held): (FileFindings, &[bool]),
) -> (ReportedFile, usize) {
    let FileFindings {
        findings,
        functions,
    } = found;
    let lines = Lines::new(&input.text);
    let identities = identities(&input.shown, &input.text, &findings, &functions);
    let all = findings.into_iter().zip(identities).zip(held);
    let wanted = all.filter(|((finding, _), _)| input.tells(finding, functions.all(), &lines));
    let (held, told): (Vec<_>, Vec<_>) = wanted.partition(|(_, is_held)| **is_held);
    let (findings, identities): (Vec<Finding>, Vec<String>) =
        told.into_iter().map(|(told, _)| told).unzip();
    let openings = Openings::new(&findings, functions.all());
    let found = |(finding, identity): (&Finding, String)| ReportedFinding {
        openings: openings.of(finding),
        finding: finding.clone(),
        refactorings: None,
        extractions: Vec::new(),
        suggestion: None,
        identity,
    };
    let reported = ReportedFile {
        path: input.shown.clone(),
        text: Arc::clone(&input.text),
        lines,
        findings: findings.iter().zip(identities).map(found).collect(),
        functions: Some(functions.all().to_vec()),
        idle: idle_allowances(report, &input.rules),
        problem: report.problem,
    };
    (reported, held.len())
}

fn say_problems(report: &Report) {
    for file in &report.files {
        let why = match file.problem {
            Some(Problem::TooDeep) => "is nested too deeply to be analysed safely",
            Some(Problem::TooLarge) => "is too large to be analysed",
            None => continue,
        };
        say("note", &format!("`{}` {why}; it is skipped.", file.path));
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
