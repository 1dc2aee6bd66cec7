//! The command `refactor rank`.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
    path::PathBuf,
};

use anyhow::Context;
use clap::ValueEnum;

use super::{
    ExitStatus, Output,
    inputs::{Inputs, gather},
    output::say,
    paths::folders_of,
    settings::{self, Settings},
    work::Work,
};
use crate::{
    analysis::{Functions, InputFile, analysed, judge_with_copies},
    history::{Churn, NoHistory, churn, repository},
    report::{Ranked, Ranking, write_ranking, write_ranking_json},
    smells::Drawn,
    text::{Lines, slice},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files and directories to rank
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// The measure to rank by
    #[arg(long, value_enum, value_name = "MEASURE", default_value_t = By::Complexity)]
    by: By,
    /// The number of functions, files and modules to show
    #[arg(long, value_name = "N", default_value = "10")]
    limit: NonZeroUsize,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    settings: settings::Arguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Cognitive complexity
    Complexity,
    /// Lines of code
    Lines,
    /// Findings
    Findings,
    /// Commits in the last year
    Churn,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Tables
    Human,
    Json,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let mut settings = Settings::new(&arguments.settings);
    let Inputs { files, unreadable } = gather(&arguments.paths, &mut settings)?;
    let history = history(&arguments.paths, arguments.by)?;
    let work = match files.first() {
        Some(file) => Work::with_cache(&file.config.cache)?,
        None => Work::in_memory()?,
    };
    let measured = work.block_on(measured(&work, &files, history.as_ref()))?;
    work.finish();
    let ranking = measured.ranking(arguments, history.is_some());
    let written = match arguments.format {
        Format::Human => write_ranking(out, &ranking),
        Format::Json => write_ranking_json(out, &ranking),
    };
    written.context("The report can't be written")?;
    if unreadable > 0 {
        return Ok(ExitStatus::Trouble);
    }
    Ok(ExitStatus::Fine)
}

/// Returns `None` without a history, and prints a note.
fn history(paths: &[PathBuf], by: By) -> anyhow::Result<Option<Churn>> {
    let folders = folders_of(paths)?;
    match repository(&folders).and_then(|root| churn(&root)) {
        Ok(churn) => {
            if let Some(note) = &churn.note {
                say("note", note);
            }
            Ok(Some(churn))
        }
        Err(why @ NoHistory::Several { .. }) => Err(why.into()),
        Err(why) if by == By::Churn => Err(why.into()),
        Err(why) => {
            say("note", &format!("{why}. Ranking by the measure alone."));
            Ok(None)
        }
    }
}

#[derive(Default)]
struct Measured {
    functions: Vec<Ranked>,
    files: Vec<Ranked>,
    /// Commits of each file.
    commits: Vec<Vec<usize>>,
}

async fn measured(
    work: &Work,
    inputs: &[InputFile],
    history: Option<&Churn>,
) -> anyhow::Result<Measured> {
    let analysed = analysed(&work.engine, inputs, &|_| ()).await?;
    let mut measured = Measured::default();
    let reports = analysed.reports.iter().zip(&analysed.copies);
    for (input, ((report, _), copies)) in inputs.iter().zip(reports) {
        let findings = judge_with_copies(report, copies, &input.text, &input.rules);
        let functions = Functions::new(report.functions());
        let lines = Lines::new(&input.text);
        let commits = history.map(|history| commits(input, history));
        let commits = commits.unwrap_or_default();
        let mut file = Ranked {
            name: input.shown.clone(),
            lines: lines.count_without_trailing() as u64,
            findings: findings.len() as u64,
            commits: commits.len() as u64,
            ..Ranked::default()
        };
        let mut of_functions: BTreeMap<_, u64> = BTreeMap::new();
        for finding in &findings {
            if finding.smell.drawn == Drawn::Head {
                continue;
            }
            if let Some(function) = functions.around(finding.at).next() {
                *of_functions.entry(function.name.start()).or_default() += 1;
            }
        }
        for function in functions.all() {
            file.complexity += u64::from(function.cognitive);
            let found = of_functions.get(&function.name.start());
            measured.functions.push(Ranked {
                name: slice(&input.text, function.name)
                    .unwrap_or_default()
                    .to_owned(),
                path: Some(input.shown.clone()),
                line: Some(lines.line(function.name.start()) + 1),
                complexity: function.cognitive.into(),
                lines: function.lines.into(),
                findings: found.copied().unwrap_or_default(),
                commits: file.commits,
                weight: 0,
            });
        }
        measured.files.push(file);
        measured.commits.push(commits);
    }
    Ok(measured)
}

fn commits(input: &InputFile, history: &Churn) -> Vec<usize> {
    let path = input.path.canonicalize().ok();
    let commits = path.and_then(|path| history.commits.get(&path).cloned());
    commits.unwrap_or_default()
}

impl Measured {
    fn ranking(self, arguments: &Arguments, has_history: bool) -> Ranking {
        let modules = modules(&self.files, &self.commits);
        let ranked = |all| ranked(all, arguments);
        Ranking {
            by: arguments.by.word(),
            has_history,
            functions: ranked(self.functions),
            files: ranked(self.files),
            modules: ranked(modules),
        }
    }
}

/// A module is a folder and the file that declares it; its commits are those that changed any of its files.
fn modules(files: &[Ranked], commits: &[Vec<usize>]) -> Vec<Ranked> {
    let folders: BTreeSet<&str> = files.iter().map(|file| folder_of(&file.name)).collect();
    let mut modules: BTreeMap<&str, Ranked> = BTreeMap::new();
    let mut of_modules: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (file, commits) in files.iter().zip(commits) {
        let stem = file.name.strip_suffix(".rs").unwrap_or(&file.name);
        let name = if folders.contains(stem) {
            stem
        } else {
            folder_of(&file.name)
        };
        let module = modules.entry(name).or_default();
        name.clone_into(&mut module.name);
        module.complexity += file.complexity;
        module.lines += file.lines;
        module.findings += file.findings;
        let changed = of_modules.entry(name).or_default();
        changed.extend(commits);
        module.commits = changed.len() as u64;
    }
    modules.into_values().collect()
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

fn ranked(mut all: Vec<Ranked>, arguments: &Arguments) -> Vec<Ranked> {
    for one in &mut all {
        one.weight = arguments.by.weight(one);
    }
    all.retain(|one| one.weight > 0);
    all.sort_by(|left, right| {
        let order = |one: &Ranked| (Reverse(one.weight), Reverse(one.complexity));
        let names = |one: &Ranked| (one.path.clone(), one.line, one.name.clone());
        order(left)
            .cmp(&order(right))
            .then_with(|| names(left).cmp(&names(right)))
    });
    all.truncate(arguments.limit.get());
    all
}

impl By {
    fn word(self) -> &'static str {
        match self {
            Self::Complexity => "complexity",
            Self::Lines => "lines",
            Self::Findings => "findings",
            Self::Churn => "churn",
        }
    }

    /// Without a history there are no commits, and only the measure counts.
    fn weight(self, one: &Ranked) -> u64 {
        let measure = match self {
            Self::Complexity => one.complexity,
            Self::Lines => one.lines,
            Self::Findings => one.findings,
            Self::Churn => return one.commits,
        };
        measure.saturating_mul(one.commits + 1)
    }
}
