//! Applies edits to a copy of a crate, and runs the compiler.

use std::{
    collections::BTreeMap,
    fmt, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::Arc,
};

use ra_ap_syntax::{Edition, SourceFile, SyntaxElement, SyntaxKind};
use rustassistant::{
    syntax::{LineWidth, Shares},
    text::Edits,
};
use serde_json::Value;
use tempfile::TempDir;
use walkdir::WalkDir;

use super::{
    builds::{Warnings, new_warnings},
    probe::{Candidate, text_of},
    rustfmt::is_formatted,
};

/// Maximum number of edits per crate whose warnings are attributed individually; each takes several runs of clippy.
const MOST_ATTRIBUTED: usize = 5;

/// A modifiable copy of a crate.
pub(crate) struct Trial {
    folder: TempDir,
    root: PathBuf,
    targets: Targets,
}

/// The targets of the crate that build without changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Targets {
    All,
    Default,
}

/// The results of the crate's own tests on the largest round.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tests {
    Passed,
    FailedAfter,
    /// They fail or don't build without any edit, so they show nothing.
    FailedBefore,
}

pub(crate) struct Outcome {
    pub(crate) tried: Vec<Candidate>,
    pub(crate) broken: Vec<(Candidate, String)>,
    /// Edits that compile, but lose a comment.
    pub(crate) faulty: Vec<(Candidate, &'static str)>,
    /// Safe edits that introduce a new clippy warning.
    pub(crate) warned: Vec<(Candidate, String)>,
    /// Number of edits in formatted code.
    pub(crate) of_formatted: usize,
    /// Edits whose result rustfmt would change.
    pub(crate) unformatted: Vec<Candidate>,
    pub(crate) tests: Tests,
}

impl Outcome {
    pub(crate) fn holds(&self) -> bool {
        self.broken.is_empty()
            && self.faulty.is_empty()
            && self.warned.is_empty()
            && self.unformatted.is_empty()
            && self.tests != Tests::FailedAfter
    }
}

impl fmt::Display for Tests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Passed => "passed",
            Self::FailedAfter => "FAILED after the edits",
            Self::FailedBefore => "tell nothing: they fail before the edits too",
        })
    }
}

impl Trial {
    pub(crate) fn prepare(source: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let root = folder.path().join("crate");
        copy(source, &root);
        let manifest = root.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).expect("a crate has a manifest");
        if !text.contains("[workspace]") {
            fs::write(&manifest, text + "\n[workspace]\n").expect("the copy is ours");
        }
        let mut trial = Self {
            folder,
            root,
            targets: Targets::All,
        };
        if !trial.check().status.success() {
            trial.targets = Targets::Default;
            let output = trial.check();
            let errors = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success(),
                "{} does not build as it is:\n{errors}",
                source.display()
            );
        }
        trial
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn run(&self, candidates: Vec<Candidate>) -> Outcome {
        let rounds = rounds(&candidates);
        let mut broken = Vec::new();
        for round in &rounds {
            self.sort_out(round, &mut broken);
        }
        let largest = rounds.iter().max_by_key(|round| round.len());
        let tests = match largest {
            Some(round) => self.test(&without(round, &broken)),
            None => Tests::Passed,
        };
        let mut warned = Vec::new();
        let before = self.warnings();
        for round in &rounds {
            let sound = without(round, &broken);
            let safe: Vec<&Candidate> = sound.into_iter().filter(|one| one.is_safe()).collect();
            self.sort_out_warnings(&safe, &before, &mut warned);
        }
        let faulty = candidates
            .iter()
            .filter_map(|one| Some((one.clone(), fault(one)?)));
        let faulty = faulty.collect();
        let formatted = candidates
            .iter()
            .filter_map(|one| Some((one, stays_formatted(one)?)));
        let formatted: Vec<_> = formatted.collect();
        let unformatted = formatted.iter().filter(|(_, stays)| !stays);
        let unformatted = unformatted.map(|(one, _)| (*one).clone()).collect();
        let of_formatted = formatted.len();
        Outcome {
            faulty,
            warned,
            of_formatted,
            unformatted,
            tried: candidates,
            broken,
            tests,
        }
    }

    /// Finds the edits of a round that break the crate.
    fn sort_out(&self, round: &[&Candidate], broken: &mut Vec<(Candidate, String)>) {
        let Some(error) = with_edits(round, || self.error_of_check()) else {
            return;
        };
        if let [one] = round {
            broken.push(((*one).clone(), error));
            return;
        }
        let (left, right) = round.split_at(round.len() / 2);
        self.sort_out(left, broken);
        self.sort_out(right, broken);
    }

    /// Finds the edits of a round that introduce a new warning.
    fn sort_out_warnings(
        &self,
        round: &[&Candidate],
        before: &Warnings,
        warned: &mut Vec<(Candidate, String)>,
    ) {
        if round.is_empty() {
            return;
        }
        let new = new_warnings(before, &with_edits(round, || self.warnings()));
        if new.is_empty() {
            return;
        }
        let lints = new.join(", ");
        if round.len() == 1 {
            warned.push((round[0].clone(), lints));
            return;
        }
        if warned.len() >= MOST_ATTRIBUTED {
            let others = round.len() - 1;
            warned.push((
                round[0].clone(),
                format!("{lints}, or one of {others} others does"),
            ));
            return;
        }
        let (left, right) = round.split_at(round.len() / 2);
        self.sort_out_warnings(left, before, warned);
        self.sort_out_warnings(right, before, warned);
    }

    /// The number of warnings from the compiler and clippy, by lint and file.
    fn warnings(&self) -> Warnings {
        let output = match self.targets {
            Targets::All => self.cargo(&[
                "clippy",
                "--quiet",
                "--message-format=json",
                "--all-targets",
            ]),
            Targets::Default => self.cargo(&["clippy", "--quiet", "--message-format=json"]),
        };
        let said = String::from_utf8_lossy(&output.stdout);
        let mut warnings = Warnings::new();
        for warning in said.lines().filter_map(warning_of) {
            *warnings.entry(warning).or_default() += 1;
        }
        warnings
    }

    fn error_of_check(&self) -> Option<String> {
        let output = self.check();
        (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn test(&self, round: &[&Candidate]) -> Tests {
        let passes = || {
            self.cargo(&["test", "--offline", "--quiet"])
                .status
                .success()
        };
        if !passes() {
            return Tests::FailedBefore;
        }
        if with_edits(round, passes) {
            Tests::Passed
        } else {
            Tests::FailedAfter
        }
    }

    fn check(&self) -> Output {
        match self.targets {
            Targets::All => self.cargo(&[
                "check",
                "--quiet",
                "--message-format=short",
                "--all-targets",
            ]),
            Targets::Default => self.cargo(&["check", "--quiet", "--message-format=short"]),
        }
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(self.root())
            .env("CARGO_TARGET_DIR", self.folder.path().join("target"))
            .env("RUSTFLAGS", "--cap-lints warn")
            .env("CARGO_TERM_COLOR", "never")
            .output()
            .expect("cargo runs")
    }
}

/// The lint and the file of a cargo message.
fn warning_of(line: &str) -> Option<String> {
    let said: Value = serde_json::from_str(line).ok()?;
    let message = &said["message"];
    let code = message["code"]["code"].as_str()?;
    let file = message["spans"][0]["file_name"].as_str()?;
    Some(format!("{code} in {file}"))
}

/// Runs a function while the files of a round are edited.
fn with_edits<T>(round: &[&Candidate], work: impl FnOnce() -> T) -> T {
    let mut texts: BTreeMap<&PathBuf, (Arc<str>, Vec<_>)> = BTreeMap::new();
    for candidate in round {
        let entry = texts.entry(&candidate.file);
        let (_, edits) = entry.or_insert_with(|| (text_of(&candidate.file), Vec::new()));
        edits.extend(candidate.edits.as_slice().iter().cloned());
    }
    for (file, (text, edits)) in &texts {
        let edits = Edits::new(edits.clone()).expect("edits of a round don't touch");
        fs::write(file, edits.apply(text).expect("edits fit the text")).expect("ours");
    }
    let result = work();
    for (file, (text, _)) in &texts {
        fs::write(file, text.as_bytes()).expect("ours");
    }
    result
}

/// Groups edits into rounds that don't overlap.
fn rounds(candidates: &[Candidate]) -> Vec<Vec<&Candidate>> {
    let mut rest: Vec<&Candidate> = candidates.iter().collect();
    let mut rounds = Vec::new();
    while !rest.is_empty() {
        let mut round: Vec<&Candidate> = Vec::new();
        let mut later = Vec::new();
        for candidate in rest {
            if round.iter().any(|other| other.is_near(candidate)) {
                later.push(candidate);
            } else {
                round.push(candidate);
            }
        }
        rounds.push(round);
        rest = later;
    }
    rounds
}

fn without<'a>(round: &[&'a Candidate], broken: &[(Candidate, String)]) -> Vec<&'a Candidate> {
    let is_broken = |one: &Candidate| {
        broken
            .iter()
            .any(|(other, _)| other.file == one.file && other.edits == one.edits)
    };
    round
        .iter()
        .copied()
        .filter(|one| !is_broken(one))
        .collect()
}

/// What is wrong with an edit even if the crate builds.
fn fault(candidate: &Candidate) -> Option<&'static str> {
    let before = text_of(&candidate.file);
    let after = candidate.edits.apply(&before)?;
    if comments(&before) != comments(&after) {
        return Some("changes the comments");
    }
    None
}

/// Whether an edit preserves formatting; `None` if the code wasn't formatted, or rustfmt is missing. Where lines move outwards,
/// rustfmt would join some that now fit, and only rustfmt knows which.
pub(crate) fn stays_formatted(candidate: &Candidate) -> Option<bool> {
    let before = text_of(&candidate.file);
    let edition = candidate.edition.to_string();
    let options = options_of(candidate.width);
    let is_formatted = |text: &str| is_formatted(text, &edition, &options);
    if !is_formatted(&before)? {
        return None;
    }
    is_formatted(&candidate.edits.apply(&before)?)
}

/// The rustfmt options of the crate, which rustfmt doesn't look up for standard input.
fn options_of(width: LineWidth) -> String {
    let heuristics = match width.shares {
        Shares::Scaled => "Default",
        Shares::Whole => "Max",
        Shares::Nothing => "Off",
    };
    format!(
        "max_width={},use_small_heuristics={heuristics}",
        width.columns
    )
}

pub(crate) fn comments(text: &str) -> Vec<String> {
    let file = SourceFile::parse(text, Edition::Edition2024);
    let tokens = file
        .syntax_node()
        .descendants_with_tokens()
        .filter_map(SyntaxElement::into_token);
    let comments = tokens.filter(|token| token.kind() == SyntaxKind::COMMENT);
    let mut comments: Vec<String> = comments.map(|token| unindented(token.text())).collect();
    comments.sort();
    comments
}

fn unindented(comment: &str) -> String {
    comment
        .lines()
        .map(str::trim)
        .collect::<Vec<_>>()
        .join("\n")
}

fn copy(from: &Path, to: &Path) {
    for entry in WalkDir::new(from).into_iter().filter_map(Result::ok) {
        let inner = entry.path().strip_prefix(from).expect("below the folder");
        let target = to.join(inner);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target).expect("the temporary folder is ours");
            continue;
        }
        let bytes = fs::read(entry.path()).expect("the crate can be read");
        fs::write(&target, bytes).expect("the temporary folder is ours");
    }
    // With these files, cargo would treat the copy as a registry package.
    for name in [".cargo-ok", ".cargo_vcs_info.json", "Cargo.toml.orig"] {
        let _ = fs::remove_file(to.join(name));
    }
}
