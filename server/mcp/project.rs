//! An agent's working folder: what it may read, and what it may do.

use std::{
    collections::BTreeMap,
    io,
    path::{Component, Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use rayon::prelude::*;
use tokio::{runtime::Handle, sync::Mutex};
use tokio_util::sync::CancellationToken;

use super::answer::Refused;
use crate::{
    analysis::{Engine, FoundFile, InputFile, SWITCHED_OFF, WorkError, Workers},
    cache::Mode,
    compiler::{self, Known, Stop},
    config::{self, Config, Environment, Loaded, Request},
    history::Before,
    text::printable,
    workspace::{self, Manifests, WalkOptions, WalkProblem},
};

/// The user's permissions.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowed {
    pub(super) write: bool,
    /// Whether cargo may check a package, which runs its build scripts and procedural macros.
    pub(super) build: bool,
}

pub(super) struct Project {
    /// Absolute and without symbolic links.
    root: Arc<Path>,
    pub(super) allowed: Allowed,
    pub(super) engine: Engine,
    environment: Environment,
    /// Locked while rustc runs, so that only one instance runs at a time.
    compiling: Mutex<()>,
    ending: CancellationToken,
}

/// The files that were read, and notes about the others.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) files: Vec<InputFile>,
    pub(super) notes: Vec<String>,
}

/// Existing files by their resolved paths, and notes about the others.
struct Found {
    files: BTreeMap<PathBuf, FoundFile>,
    notes: Vec<String>,
}

impl Project {
    pub(super) fn open(root: &Path, allowed: Allowed) -> Result<Self, String> {
        let shown = root.display().to_string();
        let resolved = root.canonicalize();
        let resolved = resolved.map_err(|error| format!("`{shown}` can't be found: {error}"))?;
        if !resolved.is_dir() {
            return Err(format!(
                "`{shown}` is not a directory; pass the project's directory."
            ));
        }
        let mut environment = Environment::of_process();
        // Problems with options are shown relative to the project's folder.
        environment.directory = Some(resolved.clone());
        let options = config::load(&Request::new(&resolved), &environment)
            .config
            .cache;
        Ok(Self {
            root: Arc::from(resolved),
            allowed,
            engine: Engine::open(&options, Mode::Server, Workers::default()),
            environment,
            compiling: Mutex::new(()),
            ending: CancellationToken::new(),
        })
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// Cancels all work, and waits for the last writes and for the compiler to exit.
    pub(super) async fn end(&self, patience: Duration) {
        self.ending.cancel();
        let last = async {
            let _none = self.compiling.lock().await;
            self.engine.store().close(patience).await
        };
        if tokio::time::timeout(patience, last).await.is_err() {
            tracing::info!("the session ended before all output was written");
        }
    }

    /// The resolved path of an agent's path below the root.
    pub(super) fn inside(&self, name: &str) -> Result<PathBuf, Refused> {
        let shown = printable(name);
        if name.is_empty() || shown != name {
            return Err(Refused::Because(format!(
                "`{shown}` is not a valid path: it is empty or contains invisible characters."
            )));
        }
        let path = Path::new(name);
        let inside = path.strip_prefix(&self.root).unwrap_or(path);
        let is_plain = |part| matches!(part, Component::Normal(_) | Component::CurDir);
        let outside = || {
            Refused::Because(format!(
                "`{shown}` is outside the root; nothing outside it is read or changed."
            ))
        };
        if !inside.components().all(is_plain) {
            return Err(outside());
        }
        let resolved = self.root.join(inside).canonicalize();
        let resolved = resolved.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                Refused::Because(format!("There is no `{shown}` in the root."))
            }
            _ => Refused::Because(format!("`{shown}` can't be read: {error}")),
        })?;
        if resolved.starts_with(&self.root) {
            Ok(resolved)
        } else {
            Err(outside())
        }
    }

    /// Reads one file.
    pub(super) fn file(&self, name: &str) -> Result<InputFile, Refused> {
        let resolved = self.inside(name)?;
        if resolved.is_dir() {
            return Err(Refused::Because(format!(
                "`{name}` is a directory; name a file in it."
            )));
        }
        if resolved.extension().is_none_or(|end| end != "rs") {
            return Err(Refused::Because(format!("`{name}` is not a Rust file.")));
        }
        let config = self.config(resolved.parent().unwrap_or(&self.root))?;
        let found = self.found(resolved.clone(), config);
        let read = found.read(&resolved, &Manifests::new());
        read.map_err(|error| Refused::Because(self.relative(&error.to_string())))
    }

    /// Reads the files at resolved paths, including those below folders.
    pub(super) fn gather(&self, paths: &[PathBuf]) -> Result<Gathered, Refused> {
        Ok(self.read(self.find(paths)?))
    }

    /// Reads the files that have changed, with what they were compared to.
    pub(super) fn gather_changed(&self, before: &Before) -> Result<Gathered, Refused> {
        let mut found = self.find(&[self.root.to_path_buf()])?;
        let files = std::mem::take(&mut found.files).into_par_iter();
        found.files = files
            .filter_map(|(path, file)| {
                let changed = file.if_changed(&path, before)?;
                Some((path, changed))
            })
            .collect();
        found.notes.extend(before.note.clone());
        Ok(self.read(found))
    }

    fn find(&self, paths: &[PathBuf]) -> Result<Found, Refused> {
        let mut found = BTreeMap::new();
        let mut notes = Vec::new();
        for path in paths {
            let is_folder = path.is_dir();
            let folder = if is_folder {
                path
            } else {
                path.parent().unwrap_or(path)
            };
            let config = self.config(folder)?;
            if !is_folder {
                found.insert(path.clone(), self.found(path.clone(), config));
                continue;
            }
            let options = WalkOptions {
                exclude: config.exclude.clone(),
                ..WalkOptions::default()
            };
            let (files, problems) = workspace::walk(path, &options);
            for file in files {
                let candidate = self.found(file.clone(), Arc::clone(&config));
                found.insert(file, candidate);
            }
            let told = problems.iter().filter(|it| is_told(it));
            notes.extend(told.map(|it| self.relative(&it.to_string())));
        }
        Ok(Found {
            files: found,
            notes,
        })
    }

    fn read(&self, found: Found) -> Gathered {
        let Found {
            files: found,
            mut notes,
        } = found;
        let manifests = Manifests::new();
        let read: Vec<_> = found
            .into_par_iter()
            .map(|(resolved, file)| file.read(&resolved, &manifests))
            .collect();
        let mut files = Vec::with_capacity(read.len());
        for read in read {
            match read {
                Ok(input) => files.push(input),
                Err(error) => notes.push(self.relative(&error.to_string())),
            }
        }
        Gathered { files, notes }
    }

    fn found(&self, path: PathBuf, config: Arc<Config>) -> FoundFile {
        FoundFile {
            shown: self.shown(&path),
            root: Arc::clone(&self.root),
            config,
            given: None,
            path,
        }
    }

    /// Displays a path relative to the root, with `/` as separator.
    fn shown(&self, path: &Path) -> String {
        let inside = path.strip_prefix(&self.root).unwrap_or(path);
        let parts = inside.iter().map(|part| part.to_string_lossy());
        parts.collect::<Vec<_>>().join("/")
    }

    /// Makes paths in a message relative to the root.
    fn relative(&self, words: &str) -> String {
        let root = format!("{}{}", self.root.display(), std::path::MAIN_SEPARATOR);
        words.replace(&root, "")
    }

    /// The configuration of a folder. Mistakes are refused: ignoring them would look as if the options applied.
    fn config(&self, folder: &Path) -> Result<Arc<Config>, Refused> {
        let Loaded {
            config, problems, ..
        } = config::load(&Request::new(folder), &self.environment);
        if problems.is_empty() {
            return Ok(Arc::new(config));
        }
        let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
        Err(Refused::Because(problems.join("\n")))
    }

    /// Runs work on the engine's threads.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let own = Arc::clone(self);
        let done = self.engine.run(move || work(&own)).await;
        done.map_err(|error| failed(&error))
    }

    /// The cached results of rustc.
    pub(super) fn known(&self) -> Known {
        Known::new(Arc::clone(self.engine.store()), Handle::current())
    }

    /// Whether cargo may be run for files of these folders.
    pub(super) fn check_build<'a>(
        &self,
        folders: impl Iterator<Item = &'a Path>,
    ) -> Result<(), Refused> {
        if !self.allowed.build {
            return Err(Refused::Because(
                "Not allowed: this runs rustc with the package's build scripts and procedural macros, so a person \
                 has to start `rustassistant mcp` with `--allow-build`.".to_owned(),
            ));
        }
        for folder in folders {
            if !self.config(folder)?.compiler {
                return Err(Refused::Because(format!("{SWITCHED_OFF}.")));
            }
        }
        if !compiler::is_found() {
            return Err(Refused::Because("cargo was not found on PATH.".to_owned()));
        }
        Ok(())
    }

    /// Runs work that uses rustc, one at a time, until it finishes or is cancelled.
    pub(super) async fn run_with_rustc<T: Send + 'static>(
        self: &Arc<Self>,
        cancel: &CancellationToken,
        work: impl FnOnce(&Self, Stop) -> T + Send + 'static,
    ) -> Result<T, Refused> {
        let _one = self.compiling.lock().await;
        let stop = Stop::default();
        if cancel.is_cancelled() || self.ending.is_cancelled() {
            return Err(Refused::Because("The check was stopped.".to_owned()));
        }
        let (own, inner) = (Arc::clone(self), stop.clone());
        let mut done = std::pin::pin!(self.engine.run(move || work(&own, inner)));
        tokio::select! {
            done = &mut done => return done.map_err(|error| failed(&error)),
            () = cancel.cancelled() => {}
            () = self.ending.cancelled() => {}
        }
        stop.now();
        done.await.map_err(|error| failed(&error))
    }
}

fn failed(error: &WorkError) -> Refused {
    Refused::Because(format!("{error}; nothing was changed."))
}

/// Whether files skipped by a walk should be mentioned.
fn is_told(problem: &WalkProblem) -> bool {
    !matches!(
        problem,
        WalkProblem::Loop { .. } | WalkProblem::NotFollowed { .. }
    )
}
