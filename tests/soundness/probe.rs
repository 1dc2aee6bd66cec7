//! Collects all offers in a crate, requested as by an editor.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use rustassistant::{
    analysis::{Finding, Memo, judge, measure, offers_at},
    config::Rules,
    refactorings::{Applicability, Offer},
    syntax::{LineWidth, STACK_SIZE, Source},
    text::{Edits, TextRange, TextSize},
    workspace::Manifests,
};
use walkdir::WalkDir;

/// An edit that was offered.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub(crate) kind: &'static str,
    pub(crate) file: PathBuf,
    /// The crate's edition as a year.
    pub(crate) edition: usize,
    pub(crate) width: LineWidth,
    pub(crate) applicability: Applicability,
    pub(crate) edits: Edits,
    /// The first and last line that the edits touch, 0-based.
    pub(crate) lines: (u32, u32),
}

impl Candidate {
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.file.display(), self.lines.0 + 1)
    }

    pub(crate) fn is_safe(&self) -> bool {
        self.applicability == Applicability::Safe
    }

    /// Whether the two are too close to be tested together.
    pub(crate) fn is_near(&self, other: &Self) -> bool {
        self.file == other.file
            && self.lines.0 <= other.lines.1 + 1
            && other.lines.0 <= self.lines.1 + 1
    }
}

pub(crate) fn candidates(root: &Path) -> Vec<Candidate> {
    let manifests = Manifests::new();
    let mut all = Vec::new();
    for file in rust_files(root) {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        let context = manifests.context_of(&file);
        let work = move || match Source::parse(text, context) {
            Ok(source) => in_file(&file, &source),
            Err(_) => Vec::new(),
        };
        let thread = thread::Builder::new().stack_size(STACK_SIZE).spawn(work);
        all.extend(
            thread
                .expect("a thread starts")
                .join()
                .expect("the analysis never panics"),
        );
    }
    all
}

fn in_file(file: &Path, source: &Source) -> Vec<Candidate> {
    let report = measure(source, &Memo::default());
    let findings = judge(&report, &source.text, &Rules::default());
    let places = places(source, &findings);
    in_places(file, source, &findings, &places)
}

/// All distinct changes offered at any of the places.
pub(crate) fn in_places(
    file: &Path,
    source: &Source,
    findings: &[Finding],
    places: &[TextRange],
) -> Vec<Candidate> {
    let mut seen = HashSet::new();
    let mut candidates = Vec::new();
    for range in places {
        let drawn: Vec<Finding> = findings
            .iter()
            .filter(|finding| finding.at.intersect(*range).is_some())
            .cloned()
            .collect();
        let offers = offers_at(source, *range, &drawn);
        let all = offers.answers.iter().flatten().chain(&offers.assists);
        // Offers that rustc must accept have no edit yet.
        for offer in all.filter(|it| !it.refactoring().asks_rustc()) {
            let identity = format!("{} {:?}", offer.refactoring().id, offer.change().steps);
            if seen.insert(identity) {
                candidates.extend(candidate(file, source, offer));
            }
        }
    }
    candidates
}

fn candidate(file: &Path, source: &Source, offer: &Offer) -> Option<Candidate> {
    let edits = offer.change().edits().clone();
    let span = edits.span()?;
    let lines = (
        source.lines.line(span.start()),
        source.lines.line(span.end()),
    );
    Some(Candidate {
        kind: offer.refactoring().id,
        file: file.to_path_buf(),
        edition: source.context.edition.number(),
        width: source.context.width,
        applicability: offer.change().applicability,
        edits,
        lines,
    })
}

/// The first character of every line of code, and every finding.
fn places(source: &Source, findings: &[Finding]) -> Vec<TextRange> {
    let mut places = Vec::new();
    let lines = u32::try_from(source.lines.count()).unwrap_or(u32::MAX);
    for range in (0..lines).filter_map(|line| source.lines.range(line)) {
        let text = source.slice(range);
        let code = text.trim_start();
        if code.is_empty() || code.starts_with("//") {
            continue;
        }
        let column = TextSize::of(text) - TextSize::of(code);
        places.push(TextRange::empty(range.start() + column));
    }
    places.extend(findings.iter().map(|finding| finding.at));
    places
}

pub(crate) fn rust_files(root: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok);
    let paths = entries.map(walkdir::DirEntry::into_path);
    let rust = paths.filter(|path| path.extension().is_some_and(|end| end == "rs"));
    rust.filter(|path| !path.components().any(|part| part.as_os_str() == "target"))
        .collect()
}

/// The texts that edits are applied to, by file.
pub(crate) fn text_of(file: &Path) -> Arc<str> {
    fs::read_to_string(file)
        .expect("the file was read before")
        .into()
}
