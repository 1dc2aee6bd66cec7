//! What people and programs read. Nothing here reads files or decides what is a finding: everything is made from what the
//! analysis said and from the text that it said it of.
//!
//! Meaning is never carried by colour or by a glyph alone, and no line of source reaches a terminal with control characters
//! in it.

mod catalogue;
mod diff;
mod documentation;
mod human;
mod json;
mod look;
mod statistics;

use std::sync::Arc;

use serde::Serialize;

use crate::{
    analysis::{CacheOutcome, Finding, IdleAllowance, Level, Origin},
    facts::{FunctionFacts, Problem},
    text::Lines,
};

pub use catalogue::write_catalogue;
pub use diff::write_diff;
pub use documentation::{explanation, limits_in_words, reason, unknown_id, write_documentation};
pub use human::{counted, write_human};
pub use json::write_json;
pub use look::{Characters, Colour, Look, printable};
pub use statistics::{cache_statistics, team, tier_word};

/// What was found, ready to be written.
#[derive(Debug)]
pub struct Report {
    /// Sorted by path.
    pub files: Vec<File>,
    pub summary: Summary,
}

/// One file that was analysed.
#[derive(Debug)]
pub struct File {
    /// Relative to the current directory, with `/`.
    pub path: String,
    pub text: Arc<str>,
    pub lines: Lines,
    /// In the order of the text.
    pub findings: Vec<Found>,
    /// Every function with a body, if measures are wanted.
    pub functions: Option<Vec<FunctionFacts>>,
    /// Allowances that allow nothing; they are told of beside the report.
    pub idle: Vec<IdleAllowance>,
    pub problem: Option<Problem>,
}

#[derive(Debug)]
pub struct Found {
    pub finding: Finding,
    /// The ids of the refactorings whose offer exists there, if they were asked for.
    pub refactorings: Option<Vec<&'static str>>,
}

/// Counts over all files. The last three fields may differ between runs over the same files, the others don't.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub files: usize,
    pub lines: usize,
    pub findings: usize,
    /// Files that were parsed.
    pub parsed: usize,
    pub cache: CacheCounts,
    pub elapsed_ms: u64,
}

/// Where the reports of files came from: they sum up to the number of files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct CacheCounts {
    pub memory_hits: usize,
    pub local_hits: usize,
    pub remote_hits: usize,
    pub misses: usize,
    /// Files that were computed because a cache failed.
    pub faults: usize,
}

impl CacheCounts {
    pub fn count(&mut self, origin: Origin) {
        let field = match origin {
            Origin::Memory => &mut self.memory_hits,
            Origin::Local => &mut self.local_hits,
            Origin::Remote => &mut self.remote_hits,
            Origin::Computed(CacheOutcome::Miss) => &mut self.misses,
            Origin::Computed(CacheOutcome::Fault) => &mut self.faults,
        };
        *field += 1;
    }
}

impl Report {
    /// The highest level among the findings.
    pub fn highest(&self) -> Option<Level> {
        let findings = self.files.iter().flat_map(|file| &file.findings);
        let mut levels = findings.map(|found| found.finding.level);
        if levels.clone().any(|level| level == Level::Strong) {
            return Some(Level::Strong);
        }
        levels.next()
    }
}

/// The word for a level, in every format.
pub fn level_word(level: Level) -> &'static str {
    match level {
        Level::Warn => "warn",
        Level::Strong => "strong",
    }
}

/// The refactorings of this build that may answer a finding, the best first.
pub fn answers(finding: &Finding) -> Vec<&'static str> {
    let answers = finding.smell.answers.iter().copied();
    answers
        .filter(|id| crate::refactorings::by_name(id).is_some())
        .collect()
}
