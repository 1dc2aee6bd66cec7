//! Inputs of a verdict besides the source texts in question: everything that cargo and rustc read for a package, and all their
//! settings.
//!
//! The list is stored beside the recordings. If it can't be complete, nothing is cached for the package: when a build script or
//! procedural macro of the workspace runs, which may read anything, when sources are outside of the workspace, or when there is
//! no lock file. Undeclared inputs of a dependency's macro are ignored, as cargo does.

use std::{
    collections::BTreeSet,
    env,
    ffi::OsStr,
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};

use super::{
    Texts,
    known::Question,
    package::{OWN_FOLDER, Package},
    replay::Replay,
};
use crate::os;

/// Maximum bytes to read; beyond that, checking again is cheaper.
const MOST_BYTES: u64 = 64 << 20;
/// Variables that differ between calls without affecting cargo and rustc.
const IDLE_VARIABLES: [&str; 7] = [
    "PWD", "OLDPWD", "SHLVL", "_", "COLUMNS", "LINES", "WINDOWID",
];
/// Folders in which cargo discovers targets.
const TARGETS: [&str; 5] = ["src", "src/bin", "tests", "examples", "benches"];
/// Granularity of file system timestamps.
const STEP: Duration = Duration::from_millis(20);
/// Granularity of file systems without fractions of a second.
const LONG_STEP: Duration = Duration::from_secs(3);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Inputs {
    /// Files whose contents matter, including their absence.
    files: BTreeSet<PathBuf>,
    /// Folders whose entries' names matter.
    folders: BTreeSet<PathBuf>,
    /// Programs whose sizes and modification times matter.
    programs: BTreeSet<PathBuf>,
}

/// State of all inputs at one point in time.
pub(super) struct State {
    pub(super) digest: [u8; 32],
    newest: SystemTime,
}

impl Inputs {
    /// Returns the inputs of units of a recorded package; `None` if they can't be determined completely.
    pub(super) fn of(package: &Package, units: &[Replay]) -> Option<Self> {
        let manifests = package.manifests.as_ref()?;
        if package.trouble.is_some() || units.is_empty() || units.iter().any(Replay::runs_code) {
            return None;
        }
        let mut inputs = Self::default();
        for unit in units {
            inputs.files.extend(unit.reads_all().map(Path::to_path_buf));
            inputs.programs.extend(unit.program());
        }
        let sources = inputs.files.iter().filter_map(|file| file.parent());
        inputs.folders = sources.map(Path::to_path_buf).collect();
        inputs.files.insert(package.root.join("Cargo.lock"));
        for manifest in manifests {
            let folder = manifest.parent()?;
            inputs.folders.extend(TARGETS.map(|name| folder.join(name)));
            inputs.add_options_above(folder);
        }
        inputs.add_toolchain();
        (!inputs.leads_elsewhere()).then_some(inputs)
    }

    /// Returns the stored list of a package; `None` if it can't be found without cargo.
    pub(super) fn find(question: Question, home: &Path) -> Option<Self> {
        let stated = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
        let stated = stated.filter(|folder| folder.is_absolute());
        let usual = home.ancestors().map(|above| above.join("target"));
        let name = name(question, home);
        let mut places = stated.into_iter().chain(usual);
        let found = places.find_map(|target| {
            let file = os::open_regular(&target.join(OWN_FOLDER).join(&name)).ok()?;
            let mut text = Vec::new();
            file.take(MOST_BYTES).read_to_end(&mut text).ok()?;
            Some(text)
        });
        serde_json::from_slice(&found?).ok()
    }

    pub(super) fn keep(&self, question: Question, home: &Path, own: &Path) -> io::Result<()> {
        let mut kept = tempfile::NamedTempFile::new_in(own)?;
        serde_json::to_writer(&mut kept, self)?;
        kept.persist(own.join(name(question, home)))?;
        Ok(())
    }

    /// Whether everything that was read is in the list or among the source texts in question.
    pub(super) fn cover(&self, read: &BTreeSet<PathBuf>, texts: &Texts) -> bool {
        let is_known = |file: &PathBuf| self.files.contains(file) || texts.contains_key(file);
        read.iter().all(is_known)
    }

    /// Returns the current state; `None` if it can't be determined.
    pub(super) fn state(&self) -> Option<State> {
        let mut state = Taking {
            hasher: blake3::Hasher::new(),
            newest: SystemTime::UNIX_EPOCH,
            left: MOST_BYTES,
        };
        // Another version of this program may have checked differently.
        state.program(&env::current_exe().ok()?)?;
        for file in &self.files {
            state.file(file)?;
        }
        for folder in &self.folders {
            state.folder(folder)?;
        }
        for program in &self.programs {
            state.program(program)?;
        }
        let mut variables: Vec<_> = env::vars_os().collect();
        variables.sort();
        for (name, value) in variables {
            if !name.to_str().is_some_and(|it| IDLE_VARIABLES.contains(&it)) {
                state.add(name.as_encoded_bytes());
                state.add(value.as_encoded_bytes());
            }
        }
        Some(State {
            digest: *state.hasher.finalize().as_bytes(),
            newest: state.newest,
        })
    }

    /// Adds the configuration files of cargo, rustc and rustup that apply to a folder.
    fn add_options_above(&mut self, folder: &Path) {
        for above in folder.ancestors() {
            let names = [
                ".cargo/config",
                ".cargo/config.toml",
                "rust-toolchain",
                "rust-toolchain.toml",
            ];
            self.files.extend(names.map(|name| above.join(name)));
            // A manifest further above may declare the workspace.
            self.files.insert(above.join("Cargo.toml"));
        }
    }

    fn add_toolchain(&mut self) {
        let home = |variable: &str, name: &str| {
            let stated = env::var_os(variable).map(PathBuf::from);
            stated.or_else(|| Some(env::home_dir()?.join(name)))
        };
        if let Some(cargo) = home("CARGO_HOME", ".cargo") {
            let names = ["config", "config.toml"];
            self.files.extend(names.map(|name| cargo.join(name)));
        }
        if let Some(rustup) = home("RUSTUP_HOME", ".rustup") {
            self.files.insert(rustup.join("settings.toml"));
            self.folders.insert(rustup.join("toolchains"));
            let hashes = rustup.join("update-hashes");
            let entries = fs::read_dir(&hashes).into_iter().flatten().flatten();
            self.files.extend(entries.map(|entry| entry.path()));
            self.folders.insert(hashes);
        }
        let path = env::var_os("PATH").unwrap_or_default();
        for name in ["cargo", "rustc"] {
            let name = format!("{name}{}", env::consts::EXE_SUFFIX);
            let mut places = env::split_paths(&path).map(|folder| folder.join(&name));
            self.programs.extend(places.find(|place| place.is_file()));
        }
        let stated = ["RUSTC", "CARGO", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"];
        let stated = stated
            .into_iter()
            .filter_map(env::var_os)
            .map(PathBuf::from);
        self.programs
            .extend(stated.filter(|program| program.is_absolute()));
    }

    /// Whether the configuration replaces sources of dependencies.
    fn leads_elsewhere(&self) -> bool {
        let is_of_cargo = |file: &&PathBuf| {
            file.ends_with("Cargo.toml")
                || file.parent().is_some_and(|it| it.ends_with(".cargo"))
                || file.file_stem() == Some(OsStr::new("config"))
        };
        let mut options = self.files.iter().filter(is_of_cargo);
        options.any(|file| {
            let text = fs::read_to_string(file).unwrap_or_default();
            ["[patch", "patch.", "[replace", "paths"]
                .iter()
                .any(|words| text.contains(words))
        })
    }
}

impl State {
    /// Whether nothing has changed since `moment`.
    pub(super) fn was_so(&self, moment: SystemTime) -> bool {
        let since = self.newest.duration_since(SystemTime::UNIX_EPOCH);
        let is_coarse = since.is_ok_and(|since| since.subsec_nanos() == 0);
        let step = if is_coarse { LONG_STEP } else { STEP };
        self.newest + step < moment
    }
}

/// Returns the name of a list, which contains no path.
fn name(question: Question, home: &Path) -> String {
    let hash = blake3::hash(home.as_os_str().as_encoded_bytes());
    let question = match question {
        Question::Verdict => "verdict",
        Question::Complaints => "complaints",
    };
    format!("{question}-{}.json", &hash.to_hex()[..16])
}

struct Taking {
    hasher: blake3::Hasher,
    newest: SystemTime,
    left: u64,
}

impl Taking {
    fn add(&mut self, bytes: &[u8]) {
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
    }

    fn file(&mut self, path: &Path) -> Option<()> {
        self.add(path.as_os_str().as_encoded_bytes());
        let file = match os::open_regular(path) {
            Ok(file) => file,
            Err(error) if is_absence(&error) => {
                self.add(b"absent");
                return Some(());
            }
            Err(_) => return None,
        };
        let metadata = file.metadata().ok()?;
        self.left = self.left.checked_sub(metadata.len())?;
        self.newest = self.newest.max(metadata.modified().ok()?);
        let mut bytes = Vec::new();
        file.take(metadata.len() + 1).read_to_end(&mut bytes).ok()?;
        self.add(blake3::hash(&bytes).as_bytes());
        Some(())
    }

    fn folder(&mut self, path: &Path) -> Option<()> {
        self.add(path.as_os_str().as_encoded_bytes());
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) if is_absence(&error) => {
                self.add(b"absent");
                return Some(());
            }
            Err(_) => return None,
        };
        self.newest = self.newest.max(fs::metadata(path).ok()?.modified().ok()?);
        let mut names = Vec::new();
        for entry in entries {
            names.push(entry.ok()?.file_name());
        }
        names.sort();
        self.add(&(names.len() as u64).to_le_bytes());
        for name in names {
            self.add(name.as_encoded_bytes());
        }
        Some(())
    }

    fn program(&mut self, path: &Path) -> Option<()> {
        let metadata = fs::metadata(path).ok()?;
        let modified = metadata.modified().ok()?;
        let since = modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        self.add(path.as_os_str().as_encoded_bytes());
        self.add(&metadata.len().to_le_bytes());
        self.add(&since.as_nanos().to_le_bytes());
        Some(())
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(inputs: &Inputs) -> [u8; 32] {
        inputs.state().unwrap().digest
    }

    #[test]
    fn every_part_of_a_state_counts() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for (name, text) in [("a.rs", "a"), ("in/b.rs", "b"), ("program", "c")] {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), text).unwrap();
        }
        let inputs = Inputs {
            files: [at("a.rs"), at("none.rs")].into(),
            folders: [at("in"), at("nowhere")].into(),
            programs: [at("program")].into(),
        };
        let mut seen = vec![digest(&inputs)];
        assert_eq!(digest(&inputs), seen[0]);
        // File contents are covered by the files.
        fs::write(at("in/b.rs"), "other").unwrap();
        assert_eq!(digest(&inputs), seen[0]);
        for (name, text) in [
            ("a.rs", "other"),
            ("none.rs", ""),
            ("in/c.rs", ""),
            ("nowhere/d.rs", ""),
            ("program", "longer"),
        ] {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), text).unwrap();
            let next = digest(&inputs);
            assert!(!seen.contains(&next), "{name}");
            seen.push(next);
        }
        fs::remove_file(at("program")).unwrap();
        assert!(inputs.state().is_none());
    }

    #[test]
    fn what_changed_later_was_not_so() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a.rs");
        fs::write(&file, "a").unwrap();
        let inputs = Inputs {
            files: [file].into(),
            ..Inputs::default()
        };
        let (state, now) = (inputs.state().unwrap(), SystemTime::now());
        assert!(state.was_so(now + 2 * LONG_STEP));
        assert!(!state.was_so(now - LONG_STEP));
    }

    #[test]
    fn a_list_is_found_again_for_its_package_alone() {
        let root = tempfile::tempdir().unwrap();
        let home = root.path().join("Cargo.toml");
        let own = root.path().join("target").join(OWN_FOLDER);
        fs::create_dir_all(&own).unwrap();
        let inputs = Inputs {
            files: [root.path().join("a.rs")].into(),
            ..Inputs::default()
        };
        let (question, other) = (Question::Verdict, Question::Complaints);
        inputs.keep(question, &home, &own).unwrap();
        assert_eq!(Inputs::find(question, &home), Some(inputs));
        assert_eq!(Inputs::find(other, &home), None);
        assert_eq!(
            Inputs::find(question, &root.path().join("in/Cargo.toml")),
            None
        );
        fs::write(own.join(name(question, &home)), "{").unwrap();
        assert_eq!(Inputs::find(question, &home), None);
    }
}
