//! Input files of a command line. An unreadable path is reported on stderr, and the rest continues.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use rayon::prelude::*;

use super::{
    output::say,
    paths::{Directory, Names},
    settings::Settings,
};
use crate::{
    analysis::{FoundFile, GivenText, InputFile},
    config::Config,
    history::Before,
    workspace::{self, Manifests, ReadError, WalkOptions, WalkProblem},
};

/// The files named by a command line.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// Sorted by displayed path, without duplicates.
    pub(super) files: Vec<InputFile>,
    /// Number of paths that couldn't be read.
    pub(super) unreadable: usize,
}

/// Finds and reads the files in `paths`.
pub(super) fn gather(paths: &[PathBuf], settings: &mut Settings) -> anyhow::Result<Inputs> {
    Ok(FoundFiles::of(paths, settings)?.read())
}

/// Finds and reads changed files, with the compared source texts.
pub(super) fn gather_changed(
    paths: &[PathBuf],
    before: &Before,
    settings: &mut Settings,
) -> anyhow::Result<Inputs> {
    let mut found = FoundFiles::of(paths, settings)?;
    let candidates = std::mem::take(&mut found.files).into_par_iter();
    found.files = candidates
        .filter_map(|(resolved, candidate)| {
            let changed = candidate.if_changed(&resolved, before)?;
            Some((resolved, changed))
        })
        .collect();
    Ok(found.read())
}

/// Returns a source text that replaces the file at `path`.
pub(super) fn handed_over(
    path: &Path,
    text: Arc<str>,
    settings: &mut Settings,
) -> anyhow::Result<Inputs> {
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let name = path.file_name();
    let name = name.with_context(|| format!("`{}` is not a file name", path.display()))?;
    let folder = here.join(path.parent().unwrap_or(Path::new("")));
    let folder = folder.canonicalize().with_context(|| {
        let shown = folder.display();
        format!("The directory `{shown}` can't be read")
    })?;
    let candidate = FoundFile {
        path: path.to_path_buf(),
        shown: Names::new(here).shown(path),
        config: settings.of(&folder)?,
        root: Arc::from(folder.as_path()),
        given: Some(GivenText {
            text,
            touched: None,
        }),
    };
    let read = candidate.read(&folder.join(name), &Manifests::new())?;
    Ok(Inputs {
        files: vec![read],
        unreadable: 0,
    })
}

/// Returns an earlier source text of `path`, a path with links resolved below `root`.
pub(super) fn handed_over_as(
    path: &Path,
    text: Arc<str>,
    root: &Path,
    settings: &mut Settings,
) -> anyhow::Result<InputFile> {
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let folders = path.ancestors().skip(1);
    let mut there = folders.filter(|folder| folder.is_dir());
    let folder = there.next().unwrap_or(root);
    let candidate = FoundFile {
        path: path.to_path_buf(),
        shown: Names::new(here).shown(path),
        config: settings.of(folder)?,
        root: Arc::from(folder),
        given: Some(GivenText {
            text,
            touched: None,
        }),
    };
    Ok(candidate.read(path, &Manifests::new())?)
}

struct FoundFiles {
    names: Names,
    has_many_roots: bool,
    /// By path with links resolved, so that a file named twice is read once.
    files: BTreeMap<PathBuf, FoundFile>,
    unreadable: usize,
}

impl FoundFiles {
    fn of(paths: &[PathBuf], settings: &mut Settings) -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("The current directory can't be read")?;
        let mut found = Self {
            names: Names::new(here),
            has_many_roots: paths.len() > 1,
            files: BTreeMap::new(),
            unreadable: 0,
        };
        for path in paths {
            found.add(path, settings)?;
        }
        Ok(found)
    }

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
            let directory = Directory {
                path,
                resolved: &resolved,
                shown: &shown,
            };
            self.add_directory(&directory, &config);
        } else {
            let directory = resolved.parent().unwrap_or(&resolved);
            let config = settings.of(directory)?;
            let path = path.to_path_buf();
            let root = Arc::from(directory);
            self.add_file(
                resolved,
                FoundFile {
                    path,
                    shown,
                    root,
                    config,
                    given: None,
                },
            );
        }
        Ok(())
    }

    fn add_directory(&mut self, root: &Directory<'_>, config: &Arc<Config>) {
        let options = WalkOptions {
            exclude: config.exclude.clone(),
            ..WalkOptions::default()
        };
        let (files, problems) = workspace::walk(root.path, &options);
        if files.is_empty() {
            let shown = root.shown;
            say("note", &format!("There are no Rust files in `{shown}`."));
        }
        for problem in problems {
            match problem {
                // Its contents are reached on another path, or weren't requested.
                WalkProblem::Loop { .. } | WalkProblem::NotFollowed { .. } => {
                    say("note", &problem.to_string());
                }
                WalkProblem::Pattern { .. } => say("warning", &problem.to_string()),
                _ => self.refuse(&problem.to_string()),
            }
        }
        let inside: Arc<Path> = Arc::from(root.resolved);
        for path in files {
            let relative = path.strip_prefix(root.path).unwrap_or(&path);
            let candidate = FoundFile {
                shown: self.names.below(root, relative),
                root: Arc::clone(&inside),
                config: Arc::clone(config),
                path: path.clone(),
                given: None,
            };
            self.add_file(self.resolved(root, &path), candidate);
        }
    }

    /// Only resolves links if there are several walks, because a single one finds each file once.
    fn resolved(&self, root: &Directory<'_>, path: &Path) -> PathBuf {
        let looked_up = self.has_many_roots.then(|| path.canonicalize());
        if let Some(Ok(resolved)) = looked_up {
            return resolved;
        }
        let relative = path.strip_prefix(root.path).unwrap_or(path);
        root.resolved.join(relative)
    }

    /// Adds a file; among several displayed paths, the one that sorts first is kept.
    fn add_file(&mut self, resolved: PathBuf, candidate: FoundFile) {
        match self.files.entry(resolved) {
            Entry::Vacant(entry) => {
                entry.insert(candidate);
            }
            Entry::Occupied(mut entry) if candidate.shown < entry.get().shown => {
                entry.insert(candidate);
            }
            Entry::Occupied(_) => {}
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
        let read: Vec<Result<InputFile, ReadError>> = candidates
            .into_par_iter()
            .map(|(resolved, candidate)| candidate.read(&resolved, &manifests))
            .collect();
        let mut files = Vec::with_capacity(read.len());
        for read in read {
            match read {
                Ok(input) => files.push(input),
                Err(error) => self.refuse(&error.to_string()),
            }
        }
        Inputs {
            files,
            unreadable: self.unreadable,
        }
    }
}

fn missing(path: &Path, error: &io::Error) -> String {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => {
            format!("`{shown}` is a broken link. Fix or remove it.")
        }
        io::ErrorKind::NotFound => format!("No such file: `{shown}`. Check the path."),
        _ => format!("`{shown}` can't be read: {error}"),
    }
}
