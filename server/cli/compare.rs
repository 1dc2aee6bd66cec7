//! The command `refactor compare`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context;
use clap::ValueEnum;
use rayon::prelude::*;
use tokio_util::sync::CancellationToken;

use super::{
    ExitStatus, Output,
    inputs::{Inputs, gather, handed_over_as},
    output::{look, say},
    paths::folders_of,
    settings::{self, Settings},
    work::Work,
};
use crate::{
    analysis::{InputFile, Trend, Version, compared},
    history::{Against, Before, before, repository},
    report::{CompareForm, Compared, counted, write_compared},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The revision to compare with: a branch, a tag or a commit
    #[arg(value_name = "REV")]
    revision: String,
    /// Files and directories to compare
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    settings: settings::Arguments,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Plain text
    Human,
    Json,
    /// A table for a pull request
    Markdown,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let repository = repository(&folders_of(&arguments.paths)?)?;
    let before = before(&repository, Against::Exactly(&arguments.revision))?;
    let mut settings = Settings::new(&arguments.settings);
    let inputs = gather(&arguments.paths, &mut settings)?;
    let Inputs { files, unreadable } = inputs;
    let files = of_repository(files, &before);
    let mut sides = Sides::of(files, &before, &arguments.paths, &mut settings)?;
    let broken = sides.leave_out_broken(&arguments.revision);
    let work = match sides.new.first().or(sides.old.first()) {
        Some(input) => Work::with_cache(&input.config.cache)?,
        None => Work::in_memory()?,
    };
    let compared = work.block_on(compare(&work, sides, &arguments.revision))?;
    work.finish();
    let form = match arguments.format {
        Format::Human => CompareForm::Human,
        Format::Json => CompareForm::Json,
        Format::Markdown => CompareForm::Markdown,
    };
    write_compared(out, &compared, form, look()).context("The report can't be written")?;
    Ok(match compared.verdict {
        _ if unreadable + broken > 0 => ExitStatus::Trouble,
        Trend::Degraded => ExitStatus::Findings,
        Trend::Improved | Trend::Stable => ExitStatus::Fine,
    })
}

/// Returns the files that belong to this repository, by their paths with links resolved. Reports the others.
fn of_repository(files: Vec<InputFile>, before: &Before) -> BTreeMap<PathBuf, InputFile> {
    let mut outside = 0;
    let mut submodules = BTreeSet::new();
    let mut ours = BTreeMap::new();
    for file in files {
        let Ok(path) = file.path.canonicalize() else {
            continue;
        };
        let mut around = before.submodules.iter();
        if let Some(submodule) = around.find(|it| path.starts_with(it)) {
            submodules.insert(submodule);
        } else if path.starts_with(&before.root) {
            ours.insert(path, file);
        } else {
            outside += 1;
        }
    }
    for submodule in submodules {
        let shown = submodule.strip_prefix(&before.root).unwrap_or(submodule);
        let shown = shown.display();
        say(
            "note",
            &format!("`{shown}` is a submodule with its own history; run `compare` in it."),
        );
    }
    if outside > 0 {
        let files = counted(outside, "file");
        say(
            "note",
            &format!("{files} outside of this repository can't be compared."),
        );
    }
    ours
}

/// The files that have changed.
struct Sides {
    old: Vec<InputFile>,
    new: Vec<InputFile>,
    unchanged: usize,
}

impl Sides {
    fn of(
        files: BTreeMap<PathBuf, InputFile>,
        before: &Before,
        paths: &[PathBuf],
        settings: &mut Settings,
    ) -> anyhow::Result<Self> {
        let mut sides = Self {
            old: Vec::new(),
            new: Vec::new(),
            unchanged: 0,
        };
        let named: Vec<PathBuf> = paths
            .iter()
            .filter_map(|it| it.canonicalize().ok())
            .collect();
        for (path, text) in &before.old {
            let is_named = named.iter().any(|named| path.starts_with(named));
            // An existing file that wasn't found is excluded by the options.
            if files.contains_key(path) || !is_named || path.exists() {
                continue;
            }
            let file = handed_over_as(path, Arc::clone(text), &before.root, settings)?;
            if !file.config.exclude.covers(path) {
                sides.old.push(file);
            }
        }
        for (path, file) in files {
            match before.old.get(&path) {
                Some(old) if *old == file.text => sides.unchanged += 1,
                Some(old) => {
                    let text = Arc::clone(old);
                    sides.old.push(InputFile {
                        text,
                        ..file.clone()
                    });
                    sides.new.push(file);
                }
                None => sides.new.push(file),
            }
        }
        Ok(sides)
    }

    /// Excludes files that can't be parsed, in either version; returns how many can't be parsed now.
    fn leave_out_broken(&mut self, revision: &str) -> usize {
        let (old, new) = (broken(&self.old), broken(&self.new));
        for path in &new {
            say(
                "note",
                &format!("`{path}` doesn't parse, so it can't be compared."),
            );
        }
        for path in old.difference(&new) {
            say(
                "note",
                &format!(
                    "`{path}` as it is in `{revision}` doesn't parse, so it can't be compared."
                ),
            );
        }
        let is_whole = |file: &InputFile| !old.contains(&file.shown) && !new.contains(&file.shown);
        self.old.retain(is_whole);
        self.new.retain(is_whole);
        new.len()
    }
}

/// Returns the paths of files that don't parse.
fn broken(files: &[InputFile]) -> BTreeSet<String> {
    let broken = files.par_iter().filter(|file| !file.parses());
    broken.map(|file| file.shown.clone()).collect()
}

async fn compare(work: &Work, sides: Sides, revision: &str) -> anyhow::Result<Compared> {
    let old = versions(work, sides.old).await?;
    let new = versions(work, sides.new).await?;
    let files = work.engine.run(move || compared(&old, &new)).await?;
    Ok(Compared::new(revision, files, sides.unchanged))
}

async fn versions(work: &Work, files: Vec<InputFile>) -> anyhow::Result<Vec<Version>> {
    let texts = files.iter().map(|it| (Arc::clone(&it.text), it.context));
    let never = CancellationToken::new();
    let reports = work
        .engine
        .reports(texts.collect(), &|_| (), &never)
        .await?;
    let files = files.into_iter().zip(reports);
    let versions = files.map(|(file, (report, _))| Version {
        path: file.shown,
        text: file.text,
        context: file.context,
        rules: file.rules,
        report,
    });
    Ok(versions.collect())
}
