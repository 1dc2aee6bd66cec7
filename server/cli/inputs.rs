//! Input files of a command line. A path that can't be read is named on stderr and costs only itself.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    io,
    ops::RangeInclusive,
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
    analysis::{Comparison, laid_out},
    compiler::formatted_apart,
    config::{Config, Rules},
    syntax::FileContext,
    workspace::{self, Before, Manifests, PackagePlace, ReadError, WalkOptions, WalkProblem},
};

/// A file that was read.
#[derive(Debug, Clone)]
pub(super) struct InputFile {
    /// Path for opening the file.
    pub(super) path: PathBuf,
    /// Path in reports.
    pub(super) shown: String,
    /// The folder without links that new files have to stay in.
    pub(super) root: Arc<Path>,
    pub(super) text: Arc<str>,
    pub(super) context: FileContext,
    pub(super) config: Arc<Config>,
    /// The configuration's, without what the package wants silent.
    pub(super) rules: Rules,
    pub(super) package: Option<PackagePlace>,
    /// Lines, from 0, that findings are told of; all of them where it isn't said.
    pub(super) touched: Option<Vec<RangeInclusive<u32>>>,
}

impl InputFile {
    /// What the file becomes, as rustfmt lays it out if that is how the file is written.
    pub(super) fn laid_out(&self, text: Arc<str>) -> Arc<str> {
        let Ok(path) = self.path.canonicalize() else {
            return text;
        };
        if !self.config.compiler {
            return text;
        }
        let edition = self.context.edition.to_string();
        let rustfmt = |text: &str| formatted_apart(&path, text, &edition);
        laid_out(&self.text, &text, self.context, &rustfmt).unwrap_or(text)
    }
}

/// Files of the paths of a command line.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// Sorted by shown path, each file once.
    pub(super) files: Vec<InputFile>,
    /// Number of paths that could not be read.
    pub(super) unreadable: usize,
}

/// Finds and reads the files that `paths` name.
pub(super) fn gather(paths: &[PathBuf], settings: &mut Settings) -> anyhow::Result<Inputs> {
    Ok(FoundFiles::of(paths, settings)?.read())
}

/// The same of files that have changed, with the texts that were compared.
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

/// A text that somebody hands over in place of what is at `path`.
pub(super) fn handed_over(
    path: &Path,
    text: Arc<str>,
    settings: &mut Settings,
) -> anyhow::Result<Inputs> {
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let name = path.file_name();
    let name = name.with_context(|| format!("`{}` names no file", path.display()))?;
    let folder = here.join(path.parent().unwrap_or(Path::new("")));
    let folder = folder.canonicalize().with_context(|| {
        let shown = folder.display();
        format!("The folder of the text, `{shown}`, can't be read")
    })?;
    let candidate = FoundFile {
        path: path.to_path_buf(),
        shown: Names::new(here).shown(path),
        config: settings.of(&folder)?,
        root: Arc::from(folder.as_path()),
        given: Some(Given {
            text,
            touched: None,
        }),
    };
    let read = read(&folder.join(name), candidate, &Manifests::new())?;
    Ok(Inputs {
        files: vec![read],
        unreadable: 0,
    })
}

/// A file that exists but was not read yet.
struct FoundFile {
    path: PathBuf,
    shown: String,
    root: Arc<Path>,
    config: Arc<Config>,
    given: Option<Given>,
}

/// What is known already, in place of what is on disk.
struct Given {
    text: Arc<str>,
    touched: Option<Vec<RangeInclusive<u32>>>,
}

impl FoundFile {
    /// The file with the text that was compared; nothing if it hasn't changed.
    fn if_changed(self, path: &Path, before: &Before) -> Option<Self> {
        let text = match &before.staged {
            Some(staged) => Arc::clone(staged.get(path)?),
            None => match workspace::read(path) {
                Ok(text) => text,
                // Whoever reads it next says why it can't be read.
                Err(_) => return Some(self),
            },
        };
        let old = before.old.get(path).map_or("", |old| old);
        let touched = Comparison::by_lines(old, &text).changed_lines();
        let touched = (!touched.is_empty()).then_some(touched)?;
        let given = Some(Given {
            text,
            touched: Some(touched),
        });
        Some(Self { given, ..self })
    }
}

struct FoundFiles {
    names: Names,
    has_many_roots: bool,
    /// Keyed by path without links, so that a file named twice is read once.
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
            say("note", &format!("There are no Rust files below `{shown}`."));
        }
        for problem in problems {
            match problem {
                // Everything in it is read by its other way, or was not asked for.
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

    /// Resolves links only where there are several walks: one walk names each file once.
    fn resolved(&self, root: &Directory<'_>, path: &Path) -> PathBuf {
        let looked_up = self.has_many_roots.then(|| path.canonicalize());
        if let Some(Ok(resolved)) = looked_up {
            return resolved;
        }
        let relative = path.strip_prefix(root.path).unwrap_or(path);
        root.resolved.join(relative)
    }

    /// Adds a file; of several shown paths the one that sorts first is kept.
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
            .map(|(resolved, candidate)| read(&resolved, candidate, &manifests))
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

fn read(
    resolved: &Path,
    candidate: FoundFile,
    manifests: &Manifests,
) -> Result<InputFile, ReadError> {
    let FoundFile {
        path,
        shown,
        root,
        config,
        given,
    } = candidate;
    let (text, touched) = match given {
        Some(given) => (given.text, given.touched),
        None => (workspace::read(&path)?, None),
    };
    Ok(InputFile {
        text,
        context: manifests.context_of(resolved),
        rules: config.rules.without(&manifests.silent_in(resolved)),
        package: manifests.package_place(resolved),
        touched,
        path,
        shown,
        root,
        config,
    })
}

fn missing(path: &Path, error: &io::Error) -> String {
    let shown = path.display();
    match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => {
            format!("`{shown}` is a link to a file that is not there. Mend or remove it.")
        }
        io::ErrorKind::NotFound => format!("No such file: `{shown}`. Check the path."),
        _ => format!("`{shown}` can't be read: {error}"),
    }
}
