//! From the paths of a command line to the texts that are behind them. A path that can't be read is named on stderr and
//! costs only itself.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use rayon::prelude::*;

use super::{
    output::say,
    paths::{Names, below},
    settings::Settings,
};
use crate::{
    config::Config,
    syntax::FileContext,
    workspace::{self, Manifests, WalkOptions},
};

/// A file that was read.
#[derive(Debug, Clone)]
pub(super) struct Input {
    /// Absolute, without links on the way.
    pub(super) path: PathBuf,
    /// As people and programs read it.
    pub(super) shown: String,
    pub(super) text: Arc<str>,
    pub(super) context: FileContext,
    pub(super) config: Arc<Config>,
}

/// What the paths of a command line hold.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// Sorted by how they are shown, each file once.
    pub(super) files: Vec<Input>,
    /// How many paths could not be read.
    pub(super) unreadable: usize,
}

/// Finds and reads the files that `paths` name.
pub(super) fn gather(paths: &[PathBuf], settings: &mut Settings) -> anyhow::Result<Inputs> {
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let mut found = Found {
        names: Names::new(here),
        files: BTreeMap::new(),
        unreadable: 0,
    };
    for path in paths {
        found.add(path, settings)?;
    }
    Ok(found.read())
}

/// A file that is there, by its path without links.
struct Candidate {
    shown: String,
    config: Arc<Config>,
}

struct Found {
    names: Names,
    files: BTreeMap<PathBuf, Candidate>,
    unreadable: usize,
}

impl Found {
    fn add(&mut self, path: &Path, settings: &mut Settings) -> anyhow::Result<()> {
        let resolved = match path.canonicalize() {
            Ok(resolved) => resolved,
            Err(error) => {
                self.refuse(&missing(path, &error));
                return Ok(());
            }
        };
        let shown = self.names.shown(path);
        if resolved.is_dir() {
            let config = settings.of(&resolved)?;
            self.add_directory(&resolved, &shown, &config);
        } else {
            let directory = resolved.parent().unwrap_or(&resolved);
            let config = settings.of(directory)?;
            self.add_file(resolved, shown, &config);
        }
        Ok(())
    }

    fn add_directory(&mut self, root: &Path, shown: &str, config: &Arc<Config>) {
        let (files, problems) = workspace::walk(root, &WalkOptions::new(&config.exclude));
        for problem in problems {
            self.refuse(&problem.to_string());
        }
        if files.is_empty() {
            say("note", &format!("There are no Rust files below `{shown}`."));
        }
        for file in files {
            let shown = below(shown, file.strip_prefix(root).unwrap_or(&file));
            self.add_file(file, shown, config);
        }
    }

    /// A file that is named twice is shown by the name that sorts first, in whatever order the names came.
    fn add_file(&mut self, resolved: PathBuf, shown: String, config: &Arc<Config>) {
        let candidate = Candidate {
            shown,
            config: Arc::clone(config),
        };
        match self.files.get(&resolved) {
            Some(known) if known.shown <= candidate.shown => {}
            _ => {
                self.files.insert(resolved, candidate);
            }
        }
    }

    fn refuse(&mut self, message: &str) {
        say("error", message);
        self.unreadable += 1;
    }

    fn read(mut self) -> Inputs {
        let manifests = Manifests::new();
        let candidates = std::mem::take(&mut self.files);
        let mut candidates: Vec<_> = candidates.into_iter().collect();
        candidates.sort_by(|left, right| left.1.shown.cmp(&right.1.shown));
        let read: Vec<Result<Input, String>> = candidates
            .into_par_iter()
            .map(|(path, candidate)| read(path, candidate, &manifests))
            .collect();
        let mut files = Vec::with_capacity(read.len());
        for read in read {
            match read {
                Ok(input) => files.push(input),
                Err(message) => self.refuse(&message),
            }
        }
        Inputs {
            files,
            unreadable: self.unreadable,
        }
    }
}

fn read(path: PathBuf, candidate: Candidate, manifests: &Manifests) -> Result<Input, String> {
    let Candidate { shown, config } = candidate;
    match workspace::read(&path) {
        Ok(text) => Ok(Input {
            context: manifests.context_of(&path),
            path,
            shown,
            text,
            config,
        }),
        Err(error) => Err(format!("`{shown}` can't be read: {error}")),
    }
}

fn missing(path: &Path, error: &io::Error) -> String {
    let shown = path.display();
    let is_broken_link = path.is_symlink();
    match error.kind() {
        io::ErrorKind::NotFound if is_broken_link => {
            format!("`{shown}` is a link to a file that is not there. Mend or remove it.")
        }
        io::ErrorKind::NotFound => format!("No such file: `{shown}`. Check the path."),
        _ => format!("`{shown}` can't be read: {error}"),
    }
}
