//! A recorded call of rustc: its sources, and the same call on an overlay.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use super::{
    Fault, Stop, Told, Unjudged,
    overlay::Overlay,
    recorder::{self, Recording},
    said,
};
use crate::programs;

/// Timeout of rustc for one unit.
const PATIENCE: Duration = Duration::from_mins(2);
/// The folder of its output, which isn't used.
pub(super) const OUT: &str = "out";

#[derive(Debug)]
pub(super) struct Replay {
    recording: Recording,
    /// The files it reads, as named by rustc and with links resolved.
    sources: Vec<Source>,
}

#[derive(Debug)]
struct Source {
    named: PathBuf,
    real: PathBuf,
}

impl Replay {
    pub(super) fn new(recording: Recording) -> Self {
        let sources = sources(&recording);
        Self { recording, sources }
    }

    /// Whether the unit of this recording is among `made`, the artifacts of all units without errors.
    pub(super) fn is_made(recording: &Recording, made: &[PathBuf]) -> bool {
        let Some(folder) = recording.option("--out-dir") else {
            return false;
        };
        let folder = recording.directory.join(folder);
        let extra = recording.codegen("extra-filename").unwrap_or_default();
        let name = recording.option("--crate-name").unwrap_or_default();
        let dashed = name.replace('_', "-");
        made.iter().any(|file| {
            let stem = file.file_stem().and_then(|stem| stem.to_str());
            let is_it = |stem: &str| {
                let stem = stem.strip_prefix("lib").unwrap_or(stem);
                stem == format!("{name}{extra}") || stem == dashed
            };
            file.parent() == Some(folder.as_path()) && stem.is_some_and(is_it)
        })
    }

    pub(super) fn reads(&self, file: &Path) -> bool {
        self.sources.iter().any(|source| source.real == file)
    }

    /// Returns all files that it reads.
    pub(super) fn reads_all(&self) -> impl Iterator<Item = &Path> {
        self.sources.iter().map(|source| source.real.as_path())
    }

    /// Returns the compiler, if it is an absolute path.
    pub(super) fn program(&self) -> Option<PathBuf> {
        let program = PathBuf::from(&self.recording.program);
        program.is_absolute().then_some(program)
    }

    /// Whether the unit runs code of the workspace during the build.
    pub(super) fn runs_code(&self) -> bool {
        let is = |option, expected: &str| {
            let value = self.recording.option(option);
            value.is_some_and(|value| value.starts_with(expected))
        };
        is("--crate-name", "build_script_") || is("--crate-type", "proc-macro")
    }

    /// Returns the files that the last check on an overlay read; `None` if unknown.
    pub(super) fn read_in(&self, overlay: &Overlay, own: &Path) -> Option<BTreeSet<PathBuf>> {
        let text = fs::read_to_string(self.told_sources(own)).ok()?;
        let directory = &self.recording.directory;
        let read = dependencies(&text).map(|path| overlay.source(&directory.join(path)));
        Some(read.collect())
    }

    /// Returns the path of the dependency file that a replay writes.
    fn told_sources(&self, own: &Path) -> PathBuf {
        let name = self.recording.option("--crate-name").unwrap_or_default();
        let extra = self.recording.codegen("extra-filename").unwrap_or_default();
        own.join(OUT).join(format!("{name}{extra}.d"))
    }

    /// Whether other crates may depend on it.
    pub(super) fn is_used_by_others(&self) -> bool {
        let is_for_tests = self.recording.arguments.iter().any(|it| it == "--test");
        let kind = self.recording.option("--crate-type");
        !is_for_tests && kind.is_some_and(|kind| kind != "bin")
    }

    /// Returns the folders of the files it reads.
    pub(super) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.sources
            .iter()
            .filter_map(|source| source.named.parent())
    }

    /// Returns all diagnostics of the same call on an overlay, with extra flags.
    pub(super) fn probe(
        &self,
        overlay: &Overlay,
        own: &Path,
        flags: &[&str],
        stop: &Stop,
    ) -> Result<Vec<Told>, Unjudged> {
        let mut command = self.command(overlay, own)?;
        command.arg("--diagnostic-width=4000").args(flags);
        let said = programs::run(command, PATIENCE, stop)?;
        let told = said::told(&said.err);
        if !said.is_success && !told.iter().any(|told| told.is_error) {
            let words = said::first_words(&said.err);
            return Err(Unjudged::because(format!("rustc failed: {words}")));
        }
        Ok(told)
    }

    /// Returns the errors of the same call on an overlay.
    pub(super) fn check(
        &self,
        overlay: &Overlay,
        own: &Path,
        stop: &Stop,
    ) -> Result<Vec<Fault>, Unjudged> {
        let command = self.command(overlay, own)?;
        // So that it only exists if this check writes it.
        let _ = fs::remove_file(self.told_sources(own));
        let said = programs::run(command, PATIENCE, stop)?;
        let faults = said::faults(&said.err, |path| overlay.real(path));
        if !said.is_success && faults.is_empty() {
            let words = said::first_words(&said.err);
            return Err(Unjudged::because(format!(
                "rustc failed without reporting an error: {words}"
            )));
        }
        Ok(faults)
    }

    fn command(&self, overlay: &Overlay, own: &Path) -> Result<Command, Unjudged> {
        let Recording {
            program,
            arguments,
            variables,
            directory,
            ..
        } = &self.recording;
        let root = self.recording.root();
        let root = root.and_then(|at| {
            let placed = overlay.place(&directory.join(&arguments[at]))?;
            Some((at, placed))
        });
        let Some((root_at, root)) = root else {
            return Err(Unjudged::because("the crate root is outside its workspace"));
        };
        let mut command = Command::new(program);
        let mut words = arguments.iter().enumerate();
        while let Some((at, word)) = words.next() {
            match word.as_str() {
                _ if at == root_at => {
                    command.arg(&root);
                }
                "--out-dir" | "--emit" | "--diagnostic-width" => {
                    words.next();
                }
                "-C" if arguments
                    .get(at + 1)
                    .is_some_and(|next| is_incremental(next)) =>
                {
                    words.next();
                }
                word if is_ours(word) => {}
                word => {
                    command.arg(word);
                }
            }
        }
        let incremental = own.join("incremental");
        command
            .arg("--emit=metadata,dep-info")
            .arg("--out-dir")
            .arg(own.join(OUT))
            .arg("-C")
            .arg(format!("incremental={}", incremental.display()))
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .current_dir(directory);
        recorder::forget(&mut command);
        Ok(command)
    }
}

fn is_incremental(word: &str) -> bool {
    word.starts_with("incremental=")
}

/// Whether a replay sets the option itself.
fn is_ours(word: &str) -> bool {
    let options = ["--out-dir=", "--emit=", "--diagnostic-width="];
    let is_option = options.iter().any(|option| word.starts_with(option));
    is_option || word.strip_prefix("-C").is_some_and(is_incremental)
}

/// Returns the files that rustc recorded as read, if it got that far.
fn sources(recording: &Recording) -> Vec<Source> {
    let name = recording.option("--crate-name").unwrap_or_default();
    let extra = recording.codegen("extra-filename").unwrap_or_default();
    let folder = recording.option("--out-dir").unwrap_or_default();
    let file = recording
        .directory
        .join(folder)
        .join(format!("{name}{extra}.d"));
    let text = fs::read_to_string(file).unwrap_or_default();
    let named: BTreeSet<PathBuf> = dependencies(&text)
        .map(|path| recording.directory.join(path))
        .collect();
    let sources = named.into_iter().filter_map(|named| {
        let real = named.canonicalize().ok()?;
        Some(Source { named, real })
    });
    sources.collect()
}

/// Returns the files that have their own line in a dependency file for `make`.
pub(super) fn dependencies(text: &str) -> impl Iterator<Item = String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let alone = lines.filter_map(|line| line.strip_suffix(':'));
    alone.map(|path| path.replace("\\ ", " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_were_read_stand_alone_in_their_lines() {
        let text = "/t/a.d: src/lib.rs src/my\\ file.rs\n\nsrc/lib.rs:\nsrc/my\\ file.rs:\n\n# env-dep:A=b:\n";
        let found: Vec<String> = dependencies(text).collect();
        assert_eq!(found, ["src/lib.rs", "src/my file.rs"]);
    }

    #[test]
    fn only_what_a_replay_says_itself_is_left_out() {
        for word in [
            "--out-dir=x",
            "--emit=dep-info",
            "-Cincremental=/i",
            "--diagnostic-width=90",
        ] {
            assert!(is_ours(word), "{word}");
        }
        for word in ["-Cdebuginfo=2", "--edition=2021", "--error-format=json"] {
            assert!(!is_ours(word), "{word}");
        }
    }
}
