//! Accepts findings: writes a baseline, or suppresses findings with one.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};

use rayon::prelude::*;

use super::{
    super::{output::say, whole_file::replace},
    scope::Reach,
};
use crate::{
    analysis::{
        BadBaseline, Baseline, Entry, FileFindings, FoundInFiles, Home, InputFile, baselines_of,
        is_replaceable,
    },
    config::{BASELINE_FILE, workspace_of},
    report::{counted, write_baseline},
    workspace::is_rust,
};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Accept all current findings: write them to FILE, so that only new and worse ones are reported from then on. FILE defaults
    /// to the configured baseline, or to `.rustassistant-baseline.json` in the project. Entries of other files are kept
    #[arg(long, value_name = "FILE", num_args = 0..=1, conflicts_with_all = ["since", "staged", "stdin"])]
    #[expect(clippy::option_option, reason = "the flag may stand alone")]
    write_baseline: Option<Option<PathBuf>>,
    /// Use this baseline instead of the configured one
    #[arg(long, value_name = "FILE", conflicts_with_all = ["write_baseline", "no_baseline"])]
    baseline: Option<PathBuf>,
    /// Report the findings in the baseline as well
    #[arg(long, conflicts_with = "write_baseline")]
    no_baseline: bool,
}

impl Arguments {
    /// Returns the flag's value if it looks like a path to analyse.
    pub(super) fn path_to_analyse(&self) -> Option<&Path> {
        let path = self.write_baseline.as_ref()?.as_deref()?;
        (path.is_dir() || is_rust(path)).then_some(path)
    }

    /// Returns whether each finding of each file is suppressed, after writing a baseline if requested.
    pub(super) fn held_back(
        &self,
        inputs: &[InputFile],
        found: &[FileFindings],
        reach: &Reach,
    ) -> anyhow::Result<Vec<Vec<bool>>> {
        let files = FoundInFiles::new(inputs, found);
        if self.no_baseline {
            return Ok(files.held_by(&[]).is_held);
        }
        if self.write_baseline.is_some() {
            let written = write(&self.target(inputs)?, files, inputs, reach)?;
            return Ok(files.held_by(&[Arc::new(written)]).is_held);
        }
        let baselines = self.read(inputs)?;
        let held = files.held_by(&baselines);
        if !reach.is_partial {
            for (baseline, count) in baselines.iter().zip(held.stale) {
                say_stale(baseline, count);
            }
        }
        Ok(held.is_held)
    }

    fn target(&self, inputs: &[InputFile]) -> anyhow::Result<PathBuf> {
        let named = self.write_baseline.clone().flatten();
        if let Some(named) = named.filter(|_| self.path_to_analyse().is_none()) {
            return Ok(named);
        }
        let Some(input) = inputs.first() else {
            bail!("There is nothing to accept: no file was analysed");
        };
        let of_options = input.config.baseline.clone();
        Ok(of_options.unwrap_or_else(|| input.config.project.join(BASELINE_FILE)))
    }

    fn read(&self, inputs: &[InputFile]) -> anyhow::Result<Vec<Arc<Baseline>>> {
        if let Some(path) = &self.baseline {
            let read = Baseline::read(path, &projects(inputs)).map_err(|why| in_words(&why))?;
            return Ok(vec![Arc::new(read)]);
        }
        let (read, bad) = baselines_of(inputs);
        match bad.into_iter().next() {
            Some(why) => Err(in_words(&why)),
            None => Ok(read),
        }
    }
}

/// Formats an error as a sentence.
fn in_words(why: &BadBaseline) -> anyhow::Error {
    let words = why.to_string();
    anyhow::anyhow!("T{}", words.trim_start_matches('t'))
}

/// Returns the projects of the files, and the one around the current directory.
fn projects(inputs: &[InputFile]) -> Vec<PathBuf> {
    let here = std::env::current_dir().map(|here| workspace_of(&here));
    let of_inputs = inputs.iter().map(|input| input.config.project.clone());
    let all: BTreeSet<PathBuf> = here.into_iter().chain(of_inputs).collect();
    all.into_iter().collect()
}

/// Writes all findings to a baseline; entries of existing files that weren't analysed are kept.
fn write(
    path: &Path,
    files: FoundInFiles<'_>,
    inputs: &[InputFile],
    reach: &Reach,
) -> anyhow::Result<Baseline> {
    check_one_project(inputs)?;
    let projects = projects(inputs);
    let home = Home::of(path, &projects).map_err(|why| in_words(&why))?;
    let old = old_entries(path, &projects, &home, reach)?;
    let names = names(
        files,
        inputs,
        &Baseline::new(path, home.clone(), Vec::new()),
    );
    let analysed: BTreeSet<&str> = names.iter().flatten().map(String::as_str).collect();
    let of_others = old
        .into_iter()
        .filter(|entry| !analysed.contains(&*entry.path) && home.has(&entry.path));
    let new = files.entries(&names);
    let count = new.len();
    let entries = new.into_iter().chain(of_others);
    let baseline = Baseline::new(path, home.clone(), entries.collect());
    put(path, &baseline)?;
    say_written(path, files.count(&names), count);
    Ok(baseline)
}

/// A baseline belongs to one project, because another one's options never refer to it.
fn check_one_project(inputs: &[InputFile]) -> anyhow::Result<()> {
    let all: BTreeSet<&PathBuf> = inputs.iter().map(|it| &it.config.project).collect();
    let has_all = |outer: &&PathBuf| all.iter().all(|project| project.starts_with(outer));
    if all.is_empty() || all.iter().any(has_all) {
        return Ok(());
    }
    let shown: Vec<String> = all
        .iter()
        .map(|project| format!("`{}`", project.display()))
        .collect();
    bail!(
        "These files belong to {} projects ({}), but a baseline belongs to one; write one for each, in its directory, with `rustassistant \
         refactor analyze . --write-baseline`",
        all.len(),
        shown.join(", ")
    )
}

/// Returns the files' names in the baseline; `None` for one outside of the project or with syntax errors.
fn names(
    files: FoundInFiles<'_>,
    inputs: &[InputFile],
    baseline: &Baseline,
) -> Vec<Option<String>> {
    let parses: Vec<bool> = inputs.par_iter().map(InputFile::parses).collect();
    let mut names = files.names(baseline);
    let mut outside = 0;
    for ((name, input), parses) in names.iter_mut().zip(inputs).zip(parses) {
        if name.is_none() {
            outside += 1;
        } else if !parses {
            *name = None;
            say(
                "note",
                &format!(
                    "`{}` doesn't parse: none of its findings are accepted, and its entries in the baseline are kept.",
                    input.shown
                ),
            );
        }
    }
    if outside > 0 {
        let (shown, files) = (baseline.path.display(), counted(outside, "file"));
        say(
            "note",
            &format!(
                "Findings in {files} outside the project of `{shown}` can't be accepted in it."
            ),
        );
    }
    names
}

fn say_written(path: &Path, findings: usize, entries: usize) {
    let (shown, accepted) = (path.display(), counted(findings, "finding"));
    if entries == findings {
        say("note", &format!("{accepted} accepted in `{shown}`."));
        return;
    }
    say(
        "note",
        &format!(
            "{accepted} accepted in `{shown}`, as {entries} entries: one for each smell and place of a finding."
        ),
    );
}

fn say_stale(baseline: &Baseline, count: usize) {
    if count == 0 {
        return;
    }
    let shown = baseline.path.display();
    let (occur, them) = if count == 1 {
        ("no longer occurs", "it")
    } else {
        ("no longer occur", "them")
    };
    let count = counted(count, "finding");
    say(
        "note",
        &format!(
            "{count} in the baseline `{shown}` {occur}; use `--write-baseline` to remove {them}."
        ),
    );
}

/// Returns the entries of a baseline that is about to be rewritten; empty if it doesn't exist. An unreadable baseline is only
/// replaced when the whole project is analysed, because its entries of other files would be lost.
fn old_entries(
    path: &Path,
    projects: &[PathBuf],
    home: &Home,
    reach: &Reach,
) -> anyhow::Result<Vec<Entry>> {
    match Baseline::read(path, projects) {
        Ok(old) => Ok(old.entries().into_iter().cloned().collect()),
        Err(BadBaseline::Absent(_)) => Ok(Vec::new()),
        Err(
            why @ (BadBaseline::Broken { .. }
            | BadBaseline::OtherVersion { .. }
            | BadBaseline::TooLarge(_)),
        ) => {
            let is_ours = path.file_name().is_some_and(|name| name == BASELINE_FILE);
            let is_replaceable = is_ours || is_replaceable(path);
            if is_replaceable && reach.covers(home.project()) {
                return Ok(Vec::new());
            }
            if is_replaceable {
                bail!(
                    "{} in `{}`. Nothing was written, because its entries for other files would be lost",
                    in_words(&why),
                    home.project().display()
                );
            }
            bail!(
                "`{}` is not a baseline and is left unchanged; name another file",
                path.display()
            )
        }
        Err(why) => Err(in_words(&why)),
    }
}

/// Writes to the target of a link, so that the link is kept.
fn put(path: &Path, baseline: &Baseline) -> anyhow::Result<()> {
    let mut content = Vec::new();
    write_baseline(&mut content, baseline)?;
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    replace(&target, &content)
        .with_context(|| format!("Can't write the baseline to `{}`", path.display()))
}
