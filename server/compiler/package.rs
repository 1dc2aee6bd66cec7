//! A package that was recorded: which units it is made of, and verdicts on them.

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

/// What is ours in a target directory.
pub(super) const OWN_FOLDER: &str = "rustassistant";
pub(super) const RECORDINGS: &str = "recordings";
pub(super) const LOCK: &str = "lock";

/// So long a package's first check may take, with everything that it is built on.
pub(super) const PATIENCE: Duration = Duration::from_mins(15);
/// What needs no building.
const SHORT: Duration = Duration::from_mins(2);
/// So often it is asked whether another process has done.
const LOOK: Duration = Duration::from_millis(50);

#[derive(Debug)]
pub(super) struct Package {
    /// Everything that an overlay holds.
    pub(super) root: PathBuf,
    /// Where overlays and what rustc writes lie.
    pub(super) own: PathBuf,
    pub(super) units: Vec<Replay>,
    /// Its own name, where it is a package.
    pub(super) name: Option<String>,
    /// The names of the package and of all that use it in its workspace.
    pub(super) users: Vec<String>,
    /// Those of its workspace, where they tell all that it is built of.
    pub(super) manifests: Option<BTreeSet<PathBuf>>,
    /// When it was begun to be recorded.
    pub(super) since: SystemTime,
    /// What keeps it from compiling as it is.
    pub(super) trouble: Option<String>,
    pub(super) stop: Stop,
    /// Texts that an editor has and the disk hasn't.
    pub(super) unsaved: Arc<Texts>,
    /// What belongs to it alone and is removed with it.
    pub(super) _folder: Option<TempDir>,
}

/// The target directories that no other process works in meanwhile.
#[derive(Debug, Default)]
pub(super) struct Locks(HashMap<PathBuf, File>);

/// What cargo says of a workspace without building anything.
#[derive(Debug, Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    #[serde(default)]
    packages: Vec<Member>,
}

impl Package {
    /// Has cargo check the package of a manifest, and writes down how.
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

    /// The units of recordings that something was made of.
    pub(super) fn units(recordings: &Path, made: &[PathBuf]) -> Vec<Replay> {
        let all = recorder::recordings(recordings).into_iter();
        let units = all.filter(|it| Replay::is_made(it, made));
        units.map(Replay::new).collect()
    }

    /// What rustc says of these texts in every unit that reads one of the files, and what it has read for a clean verdict,
    /// where it tells.
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

    /// Everything that rustc says of them.
    pub(super) fn probe(&self, texts: &Texts, flags: &[&str]) -> Result<Vec<Told>, Unjudged> {
        let (replays, overlay) = self.laid(texts)?;
        let mut told = Vec::new();
        for replay in replays {
            told.extend(replay.probe(&overlay, &self.own, flags, &self.stop)?);
        }
        Ok(told)
    }

    pub(super) fn check_reads(&self, texts: &Texts) -> Result<(), Unjudged> {
        // A file that isn't there yet is read because of another.
        let mut files = texts.keys().filter(|file| file.exists());
        let reads = |file: &PathBuf| self.units.iter().any(|unit| unit.reads(file));
        if files.all(reads) {
            Ok(())
        } else {
            Err(self.why_not_read())
        }
    }

    /// What reads one of the files, and an overlay for it.
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

    /// An overlay of the whole workspace, under a name of its own. What a source includes from a folder beside its own is
    /// found in it.
    pub(super) fn whole_overlay(&self, name: &str, texts: &Texts) -> Result<Overlay, Unjudged> {
        let folders = self.units.iter().flat_map(Replay::folders);
        let overlay = Overlay::lay(&self.root, &self.own.join(name), folders, texts);
        overlay.map_err(|error| unusable(&self.own, &error))
    }

    /// What these units read, with the texts that aren't on the disk yet.
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

/// What is said of a package with errors.
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

/// The nearest manifest in a folder or above it.
pub(super) fn manifest_above(folder: &Path) -> Option<PathBuf> {
    let mut manifests = folder.ancestors().map(|above| above.join("Cargo.toml"));
    manifests.find(|manifest| manifest.is_file())
}

/// Where cargo builds the package of a manifest. Nobody has agreed to a toolchain that the project brings along, so cargo is
/// started outside of it; a `build.target-dir` of the project's own is not seen.
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

/// Runs a check. The sources are left as they were found, so a lock file that cargo wrote goes again.
pub(super) fn run_check(cargo: Command, root: &Path, stop: &Stop) -> Result<Said, Unjudged> {
    Ok(run_check_within(PATIENCE, cargo, root, stop)?)
}

/// The same within a time.
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

/// A check of a package in all of its targets, which is written down.
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

/// Started where the package lies, so that its toolchain and its configuration hold.
pub(super) fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(folder)
        .env("CARGO_TERM_COLOR", "never")
        .env("CARGO_TERM_QUIET", "false");
    cargo
}

impl Locks {
    /// Waits until no other process works there.
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
