//! Checks changes with the compiler; the only module that starts cargo and rustc.
//!
//! A package is recorded once: cargo checks it with a separate target directory and with this binary as `RUSTC_WRAPPER`, which
//! records how each unit is compiled. From then on, a verdict only takes a run of rustc with the recorded arguments, on an
//! overlay in which every file except the changed ones is a link. That avoids cargo's lock and fingerprints, and never touches
//! the sources.
//!
//! Recording runs the package's build scripts and procedural macros, so nothing happens here unless the user requests it. One
//! program runs at a time, at low priority, in a process group that ends with its waiter.

mod inputs;
mod keeping;
mod known;
mod layout;
mod loose;
mod overlay;
mod package;
mod presence;
mod recorder;
mod replay;
mod said;
mod testing;
mod users;

mod wrapper;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

pub use crate::programs::Stop;
pub use keeping::{Kept, clear, in_words, is_own, kept};
pub use known::Known;
pub use layout::formatted_apart;
pub use presence::is_found;
pub use recorder::stand_in;
pub use said::{Fault, Told};
pub use testing::TestsTold;
pub use users::Complaints;

use crate::programs::NotRun;
use inputs::Inputs;
use known::Question;
use package::{Locks, Package};
use replay::Replay;

/// New source texts of files, by their absolute paths with links resolved.
pub type Texts = BTreeMap<PathBuf, Arc<str>>;

/// Result of compiling source texts that compiled before the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// No error in any of the targets the files belong to.
    Clean,
    /// The errors, at least one.
    Broken(Vec<Fault>),
}

/// Reason for a missing verdict.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unjudged {
    /// The check was cancelled.
    #[error("the check was stopped")]
    Stopped,
    #[error("{0}")]
    Because(String),
}

impl From<NotRun> for Unjudged {
    fn from(not_run: NotRun) -> Self {
        match not_run {
            NotRun::Stopped => Self::Stopped,
            NotRun::NotFound(_) => {
                Self::because(format!("{not_run}, and it is needed to run rustc"))
            }
            _ => Self::because(not_run.to_string()),
        }
    }
}

impl Unjudged {
    fn because(why: impl Into<String>) -> Self {
        Self::Because(why.into())
    }
}

/// Computes verdicts and caches them for its lifetime. The files on disk must not change meanwhile.
pub struct Compiler {
    stop: Stop,
    packages: HashMap<PathBuf, Result<Package, Unjudged>>,
    locks: Locks,
    /// Unsaved source texts of files that aren't being checked.
    unsaved: Arc<Texts>,
    memory: HashMap<blake3::Hash, Verdict>,
    /// Verdicts from earlier runs.
    known: Option<Known>,
}

impl Compiler {
    pub fn new(stop: Stop) -> Self {
        Self {
            stop,
            packages: HashMap::new(),
            locks: Locks::default(),
            unsaved: Arc::default(),
            memory: HashMap::new(),
            known: None,
        }
    }

    /// Uses verdicts from earlier runs, and records new ones for later runs.
    #[must_use]
    pub fn remembering(self, known: Known) -> Self {
        Self {
            known: Some(known),
            ..self
        }
    }

    /// Uses the unsaved source texts of files that are open in an editor.
    #[must_use]
    pub fn beside(self, unsaved: Texts) -> Self {
        Self {
            unsaved: Arc::new(unsaved),
            ..self
        }
    }

    /// Returns rustc's verdict on these source texts in every target of their packages that includes them. Dependents of a
    /// package aren't checked.
    pub fn verdict(&mut self, texts: &Texts) -> Result<Verdict, Unjudged> {
        for (home, texts) in by_home(texts) {
            let verdict = self.verdict_at(&home, &texts)?;
            if verdict != Verdict::Clean {
                return Ok(verdict);
            }
        }
        Ok(Verdict::Clean)
    }

    /// Returns the diagnostics of rustc and cargo that a change introduces over `before`, the source texts it replaces. Covers
    /// every target of the packages and of their dependents in the same workspaces. Cargo checks both states, so this is slower
    /// than a verdict.
    pub fn complaints(&mut self, before: &Texts, after: &Texts) -> Result<Complaints, Unjudged> {
        let mut all = Complaints::default();
        let question = Question::Complaints;
        let change = self.change(&[before, after]);
        for (home, own) in by_home(after) {
            if self.is_known(question, &home, &change) {
                continue;
            }
            let package = self.package(home.clone())?;
            let complaints = if package.users.is_empty() {
                let known: Texts = before
                    .clone()
                    .into_iter()
                    .filter(|(file, _)| own.contains_key(file))
                    .collect();
                package.complaints_alone(&known, &own)?
            } else {
                package.check_reads(&own)?;
                let heard = package.complaints(after)?;
                if heard.complaints == Complaints::default()
                    && let Some(read) = &heard.read
                {
                    self.remember(question, &home, &change, Some(&heard.units), read, after);
                }
                heard.complaints
            };
            all.extend(complaints);
        }
        Ok(all)
    }

    /// Describes why the tests of these packages fail with these source texts; `None` if they pass.
    pub fn failing_tests(&mut self, texts: &Texts) -> Result<Option<String>, Unjudged> {
        for home in by_home(texts).into_keys() {
            let failing = self.package(home)?.failing_tests(texts)?;
            if failing.is_some() {
                return Ok(failing);
            }
        }
        Ok(None)
    }

    /// Runs the tests of these packages whose names contain one of `names`.
    pub fn tests_naming(
        &mut self,
        texts: &Texts,
        names: &[String],
        limit: Duration,
    ) -> Result<TestsTold, Unjudged> {
        let mut passed = 0;
        for home in by_home(texts).into_keys() {
            match self.package(home)?.tests_naming(texts, names, limit)? {
                TestsTold::Passed(count) => passed += count,
                other => return Ok(other),
            }
        }
        Ok(TestsTold::Passed(passed))
    }

    /// Returns all diagnostics for these source texts of one package, compiled with extra flags. Not cached.
    pub fn probe(&mut self, texts: &Texts, flags: &[&str]) -> Result<Vec<Told>, Unjudged> {
        let Some(file) = texts.keys().next() else {
            return Ok(Vec::new());
        };
        self.package(home(file))?.probe(texts, flags)
    }

    /// Returns the source text formatted by rustfmt as if it were at this path; `None` if rustfmt isn't installed or fails.
    pub fn formatted(&self, file: &Path, text: &str, edition: &str) -> Option<String> {
        layout::formatted(file, text, edition, &self.stop)
    }

    fn verdict_at(&mut self, home: &Path, texts: &Texts) -> Result<Verdict, Unjudged> {
        let key = key(texts);
        if let Some(known) = self.memory.get(&key) {
            return Ok(known.clone());
        }
        let question = Question::Verdict;
        let change = self.change(&[texts]);
        if self.is_known(question, home, &change) {
            self.memory.insert(key, Verdict::Clean);
            return Ok(Verdict::Clean);
        }
        let (verdict, read) = self.package(home.to_path_buf())?.verdict(texts)?;
        if let (Verdict::Clean, Some(read)) = (&verdict, &read) {
            self.remember(question, home, &change, None, read, texts);
        }
        self.memory.insert(key, verdict.clone());
        Ok(verdict)
    }

    /// Hashes all source texts that differ from the disk.
    fn change(&self, texts: &[&Texts]) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        for texts in texts.iter().copied().chain([&*self.unsaved]) {
            hasher.update(key(texts).as_bytes());
        }
        hasher.finalize()
    }

    /// Whether the change is known to be clean in the current state of its inputs.
    fn is_known(&self, question: Question, home: &Path, change: &blake3::Hash) -> bool {
        let Some(known) = &self.known else {
            return false;
        };
        let state = Inputs::find(question, home).and_then(|inputs| inputs.state());
        state.is_some_and(|state| known.is_clean(question.key(&state, home, change)))
    }

    /// Remembers that a change is clean, provided all inputs are known and haven't changed since the package was recorded.
    /// `units` defaults to the package's units.
    fn remember(
        &self,
        question: Question,
        home: &Path,
        change: &blake3::Hash,
        units: Option<&[Replay]>,
        read: &BTreeSet<PathBuf>,
        texts: &Texts,
    ) {
        let package = self.packages.get(home).and_then(|it| it.as_ref().ok());
        let (Some(known), Some(package)) = (&self.known, package) else {
            return;
        };
        let inputs = Inputs::of(package, units.unwrap_or(&package.units));
        let Some(inputs) = inputs.filter(|inputs| inputs.cover(read, texts)) else {
            return;
        };
        let state = inputs.state().filter(|state| state.was_so(package.since));
        if let Some(state) = state
            && inputs.keep(question, home, &package.own).is_ok()
        {
            known.keep(question.key(&state, home, change));
        }
    }

    /// Returns the package at `home`: a manifest, or a file that belongs to no package.
    fn package(&mut self, home: PathBuf) -> Result<&mut Package, Unjudged> {
        let Self {
            stop,
            packages,
            locks,
            unsaved,
            ..
        } = self;
        let package = packages.entry(home).or_insert_with_key(|home| {
            let package = if is_manifest(home) {
                Package::recorded(home, locks, stop.clone())
            } else {
                loose::package(home, stop.clone())
            };
            let unsaved = Arc::clone(unsaved);
            package.map(|package| Package { unsaved, ..package })
        });
        package.as_mut().map_err(|why| why.clone())
    }
}

/// Groups the source texts by package.
fn by_home(texts: &Texts) -> BTreeMap<PathBuf, Texts> {
    let mut by_home: BTreeMap<PathBuf, Texts> = BTreeMap::new();
    for (file, text) in texts {
        let texts = by_home.entry(home(file)).or_default();
        texts.insert(file.clone(), Arc::clone(text));
    }
    by_home
}

/// Returns the unit a file is checked with: the nearest manifest above it, or the file itself.
pub fn home(file: &Path) -> PathBuf {
    let manifest = file.parent().and_then(package::manifest_above);
    manifest.unwrap_or_else(|| file.to_path_buf())
}

fn is_manifest(home: &Path) -> bool {
    home.ends_with("Cargo.toml")
}

fn key(texts: &Texts) -> blake3::Hash {
    let mut hasher = blake3::Hasher::new();
    for (file, text) in texts {
        for part in [file.as_os_str().as_encoded_bytes(), text.as_bytes()] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize()
}
