//! A recorded package: its units, and verdicts on them.

use std::{
    collections::{BTreeSet, HashMap},
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    thread,
    time::{Duration, SystemTime},
};

use serde::Deserialize;
use tempfile::TempDir;

use super::{
    Fault, Stop, Texts, Told, Unjudged, Verdict, keeping,
    overlay::Overlay,
    recorder,
    replay::{OUT, Replay},
    said::{self, Checked},
    users::{self, Member},
    wrapper,
};
use crate::programs::{self, NotRun, Said};

/// This program's files in a target directory.
pub(super) const OWN_FOLDER: &str = "rustassistant";
pub(super) const RECORDINGS: &str = "recordings";
pub(super) const LOCK: &str = "lock";

/// Timeout of a package's first check, including its dependencies.
pub(super) const PATIENCE: Duration = Duration::from_mins(15);
/// Timeout of commands that build nothing.
const SHORT: Duration = Duration::from_mins(2);
/// Interval for checking whether another process is done.
const LOOK: Duration = Duration::from_millis(50);

#[derive(Debug)]
pub(super) struct Package {
    /// The folder that overlays replicate.
    pub(super) root: PathBuf,
    /// The folder of overlays and of rustc's output.
    pub(super) own: PathBuf,
    pub(super) units: Vec<Replay>,
    /// The package's name, if it is one.
    pub(super) name: Option<String>,
    /// Names of the package and of its dependents in the workspace.
    pub(super) users: Vec<String>,
    /// Manifests of its workspace, if they cover everything it is built from.
    pub(super) manifests: Option<BTreeSet<PathBuf>>,
    /// When recording began.
    pub(super) since: SystemTime,
    /// The reason why the unchanged package doesn't compile.
    pub(super) trouble: Option<String>,
    pub(super) stop: Stop,
    /// Source texts that are open and unsaved in an editor.
    pub(super) unsaved: Arc<Texts>,
    /// Temporary folder that is removed with the package.
    pub(super) _folder: Option<TempDir>,
}

/// Locked target directories, which no other process uses meanwhile.
#[derive(Debug, Default)]
pub(super) struct Locks(HashMap<PathBuf, File>);

/// Output of `cargo metadata`, which builds nothing.
#[derive(Debug, Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    #[serde(default)]
    packages: Vec<Member>,
}

impl Package {
    /// Runs `cargo check` on the package of a manifest and records its units.
    pub(super) fn recorded(
        manifest: &Path,
        locks: &mut Locks,
        stop: Stop,
    ) -> Result<Self, Unjudged> {
        let since = SystemTime::now();
        let folder = manifest.parent().unwrap_or(manifest);
        let metadata = metadata(manifest, folder, &stop)?;
        let own = metadata.target_directory.join(OWN_FOLDER);
        let users = users::of(folder, &metadata.packages);
        let name = users::name_of(folder, &metadata.packages);
        keeping::check_room(&own)?;
        let recordings = own.join(RECORDINGS);
        for folder in [&recordings, &own.join(OUT)] {
            fs::create_dir_all(folder).map_err(|error| unusable(&own, &error))?;
        }
        locks.lock(&own, &stop)?;
        let cargo = check_command(manifest, folder, &own, &recordings)
            .map_err(|error| unusable(&own, &error))?;
        let said = run_check(cargo, &metadata.workspace_root, &stop)?;
        let Checked { made, faults, .. } = said::checked(&said.out);
        let units = Self::units(&recordings, &made);
        let failed = || format!("`cargo check` failed: {}", said::first_words(&said.err));
        let trouble = (!said.is_success).then(|| trouble(&faults).unwrap_or_else(failed));
        let root = metadata.workspace_root;
        let manifests = users::manifests(&root, &metadata.packages);
        let root = if folder.starts_with(&root) {
            root
        } else {
            folder.to_path_buf()
        };
        Ok(Self {
            root,
            own,
            units,
            name,
            users,
            manifests,
            since,
            trouble,
            stop,
            unsaved: Arc::default(),
            _folder: None,
        })
    }

    /// Returns the recorded units that produced one of `made`.
    pub(super) fn units(recordings: &Path, made: &[PathBuf]) -> Vec<Replay> {
        let all = recorder::recordings(recordings).into_iter();
        let units = all.filter(|it| Replay::is_made(it, made));
        units.map(Replay::new).collect()
    }

    /// Returns rustc's verdict on these source texts in every unit that reads one of the files, and the files read for a clean
    /// verdict, if known.
    pub(super) fn verdict(
        &self,
        texts: &Texts,
    ) -> Result<(Verdict, Option<BTreeSet<PathBuf>>), Unjudged> {
        let (replays, overlay) = self.laid(texts)?;
        let mut read = Some(BTreeSet::new());
        for replay in replays {
            let faults = replay.check(&overlay, &self.own, &self.stop)?;
            if !faults.is_empty() {
                return Ok((Verdict::Broken(faults), None));
            }
            let more = replay.read_in(&overlay, &self.own);
            read = read.zip(more).map(|(read, more)| &read | &more);
        }
        Ok((Verdict::Clean, read))
    }

    /// Returns all diagnostics for these source texts.
    pub(super) fn probe(&self, texts: &Texts, flags: &[&str]) -> Result<Vec<Told>, Unjudged> {
        let (replays, overlay) = self.laid(texts)?;
        let mut told = Vec::new();
        for replay in replays {
            told.extend(replay.probe(&overlay, &self.own, flags, &self.stop)?);
        }
        Ok(told)
    }

    pub(super) fn check_reads(&self, texts: &Texts) -> Result<(), Unjudged> {
        // A new file is read because of another one.
        let mut files = texts.keys().filter(|file| file.exists());
        let reads = |file: &PathBuf| self.units.iter().any(|unit| unit.reads(file));
        if files.all(reads) {
            Ok(())
        } else {
            Err(self.why_not_read())
        }
    }

    /// Returns the units that read one of the files, and an overlay for them.
    fn laid(&self, texts: &Texts) -> Result<(Vec<&Replay>, Overlay), Unjudged> {
        self.check_reads(texts)?;
        let reads_any = |unit: &&Replay| texts.keys().any(|file| unit.reads(file));
        let units: Vec<&Replay> = self.units.iter().filter(reads_any).collect();
        let texts = self.with_unsaved(texts, &units)?;
        let folders = units.iter().flat_map(|unit| unit.folders());
        let overlay = Overlay::lay(&self.root, &self.own.join("overlay"), folders, &texts);
        let overlay = overlay.map_err(|error| unusable(&self.own, &error))?;
        Ok((units, overlay))
    }

    /// Creates an overlay of the whole workspace with the given name, which also contains files included from folders beside
    /// the sources.
    pub(super) fn whole_overlay(&self, name: &str, texts: &Texts) -> Result<Overlay, Unjudged> {
        let folders = self.units.iter().flat_map(Replay::folders);
        let overlay = Overlay::lay(&self.root, &self.own.join(name), folders, texts);
        overlay.map_err(|error| unusable(&self.own, &error))
    }

    /// Adds unsaved source texts of files that these units read.
    fn with_unsaved(&self, texts: &Texts, units: &[&Replay]) -> Result<Texts, Unjudged> {
        let mut all = texts.clone();
        for (file, text) in self.unsaved.iter() {
            if units.iter().any(|unit| unit.reads(file)) {
                all.entry(file.clone()).or_insert_with(|| Arc::clone(text));
                continue;
            }
            let mut others = self.units.iter().filter(|unit| unit.is_used_by_others());
            if others.any(|unit| unit.reads(file)) {
                let file = file.display();
                return Err(Unjudged::because(format!(
                    "{file} has unsaved changes, and rustc reads it from disk for another crate"
                )));
            }
        }
        Ok(all)
    }

    fn why_not_read(&self) -> Unjudged {
        let nowhere = "it belongs to no target that is checked here";
        Unjudged::because(self.trouble.as_deref().unwrap_or(nowhere))
    }
}

/// Describes the first error of a package that doesn't compile.
pub(super) fn trouble(faults: &[Fault]) -> Option<String> {
    let fault = faults.first()?;
    let place = fault.file.as_ref().map_or_else(String::new, |file| {
        format!("{}:{}: ", file.display(), fault.line + 1)
    });
    Some(format!("the code doesn't compile: {place}{fault}"))
}

pub(super) fn unusable(folder: &Path, error: &std::io::Error) -> Unjudged {
    Unjudged::because(format!("{} can't be used: {error}", folder.display()))
}

/// Returns the nearest manifest in a folder or above it.
pub(super) fn manifest_above(folder: &Path) -> Option<PathBuf> {
    let mut manifests = folder.ancestors().map(|above| above.join("Cargo.toml"));
    manifests.find(|manifest| manifest.is_file())
}

/// Returns the target directory of a manifest's package. Cargo is started outside of the project, because the user hasn't
/// agreed to a toolchain that the project specifies; so a `build.target-dir` of the project is ignored.
pub(super) fn target_directory(manifest: &Path, stop: &Stop) -> Result<PathBuf, Unjudged> {
    let outside = manifest.ancestors().last().unwrap_or(manifest);
    Ok(metadata(manifest, outside, stop)?.target_directory)
}

fn metadata(manifest: &Path, folder: &Path, stop: &Stop) -> Result<Metadata, Unjudged> {
    let mut cargo = cargo(folder);
    cargo
        .args(["metadata", "--no-deps", "--format-version=1"])
        .arg("--manifest-path")
        .arg(manifest);
    let said = programs::run(cargo, SHORT, stop)?;
    let metadata = serde_json::from_slice(&said.out);
    metadata.map_err(|_| {
        let words = said::first_words(&said.err);
        Unjudged::because(format!("cargo can't read the manifest: {words}"))
    })
}

/// Runs a check. The sources must remain unchanged, so a lock file that cargo created is removed.
pub(super) fn run_check(cargo: Command, root: &Path, stop: &Stop) -> Result<Said, Unjudged> {
    Ok(run_check_within(PATIENCE, cargo, root, stop)?)
}

/// Like [`run_check`], with a timeout.
pub(super) fn run_check_within(
    patience: Duration,
    cargo: Command,
    root: &Path,
    stop: &Stop,
) -> Result<Said, NotRun> {
    let lock_file = root.join("Cargo.lock");
    let was_locked = lock_file.exists();
    let said = programs::run(cargo, patience, stop);
    if !was_locked {
        let _ = fs::remove_file(&lock_file);
    }
    said
}

/// Returns the command that checks all targets of a package and records them.
pub(super) fn check_command(
    manifest: &Path,
    folder: &Path,
    own: &Path,
    recordings: &Path,
) -> std::io::Result<Command> {
    fs::create_dir_all(recordings)?;
    let mut cargo = cargo(folder);
    cargo
        .args(["check", "--all-targets", "--message-format=json"])
        .arg("--manifest-path")
        .arg(manifest)
        .env("CARGO_TARGET_DIR", own);
    let chained = wrapper::chosen(folder);
    recorder::record_with(&mut cargo, recordings, chained.as_deref())?;
    Ok(cargo)
}

/// Returns cargo in the package's folder, so that its toolchain and configuration apply.
pub(super) fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(folder)
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_QUIET", "false");
    cargo
}

impl Locks {
    /// Waits until no other process uses the directory.
    fn lock(&mut self, own: &Path, stop: &Stop) -> Result<(), Unjudged> {
        if self.0.contains_key(own) {
            return Ok(());
        }
        let file = File::create(own.join(LOCK)).map_err(|error| unusable(own, &error))?;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if stop.is_wanted() => return Err(Unjudged::Stopped),
                Err(TryLockError::WouldBlock) => thread::sleep(LOOK),
                Err(TryLockError::Error(error)) => return Err(unusable(own, &error)),
            }
        }
        self.0.insert(own.to_path_buf(), file);
        Ok(())
    }
}
