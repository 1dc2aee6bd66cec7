//! Reports for users and programs, generated from the analysis results and the analysed source text. Nothing here reads files
//! or decides what is a finding.
//!
//! Meaning is never conveyed by colour or a glyph alone, and source lines are printed to a terminal without control characters.

mod baseline;
mod catalogue;
mod compared;
mod diff;
mod documentation;
mod formats;
mod human;
mod json;
mod judgement;
mod look;
#[cfg(feature = "model")]
mod plans;
mod ranking;
#[cfg(feature = "model")]
mod rewrites;
mod short;
mod statistics;
mod totals;

use std::sync::Arc;

use serde::Serialize;

use crate::{
    analysis::{
        CacheOutcome, Finding, IdleAllowance, Level, Opening, ReportOrigin, is_answered_by_places,
        is_for_extraction,
    },
    extraction::Proposal,
    facts::{FunctionFacts, Problem},
    text::{Lines, TextRange},
};

pub use baseline::write_baseline;
pub use catalogue::{unknown_id, unknown_refactoring, write_catalogue};
pub use compared::{CompareForm, Compared, write_compared};
pub use diff::{write_change, write_diff, write_new_file};
pub use documentation::{EXTRACT_FUNCTION, Explanation, explanation, reason, write_documentation};
use formats::in_cell;
pub use formats::{
    write_checkstyle, write_github, write_gitlab, write_html, write_json_lines, write_junit,
    write_markdown, write_rdjson, write_sarif,
};
pub use human::write_human;
pub use json::{SCHEMA, write_json, write_json_line};
pub use judgement::{write_judgement, write_judgement_json};
pub use look::{Characters, Colour, Look, Reader};
#[cfg(feature = "model")]
pub use plans::{PlansReport, plan_title, write_plans_json};
pub use ranking::{Ranked, Ranking, write_ranking, write_ranking_json};
#[cfg(feature = "model")]
pub use rewrites::{RewriteReport, rewrite_notes, rewrite_title, write_rewrite_json};
pub use short::write_short;
pub use statistics::{cache_statistics, team, tier_word};
pub use totals::{counted, write_table};

/// All results of a run.
#[derive(Debug)]
pub struct Report {
    /// Sorted by path.
    pub files: Vec<ReportedFile>,
    pub summary: Summary,
}

/// An analysed file.
#[derive(Debug)]
pub struct ReportedFile {
    /// Relative to the current directory, with `/`.
    pub path: String,
    pub text: Arc<str>,
    pub lines: Lines,
    /// In source order.
    pub findings: Vec<ReportedFinding>,
    /// Every function with a body, if measures are wanted.
    pub functions: Option<Vec<FunctionFacts>>,
    /// Allowances that suppress nothing; they are printed beside the report.
    pub idle: Vec<IdleAllowance>,
    pub problem: Option<Problem>,
}

#[derive(Debug)]
pub struct ReportedFinding {
    pub finding: Finding,
    /// Ids of the refactorings offered there, if requested.
    pub refactorings: Option<Vec<&'static str>>,
    /// Locations where a refactoring that reduces the finding is offered.
    pub openings: Vec<Opening>,
    /// Extractions that reduce the finding, if requested.
    pub extractions: Vec<Proposal>,
    /// The best safe edit, if requested.
    pub suggestion: Option<Suggestion>,
    /// Remains the same when code elsewhere in the file changes.
    pub identity: String,
}

/// An edit that addresses a finding, as one replacement in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub title: String,
    pub range: TextRange,
    pub text: String,
}

/// Counts over all files. Only the last three fields may differ between runs over the same files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub files: usize,
    pub lines: usize,
    pub findings: usize,
    /// Findings suppressed by a baseline; not included in `findings`.
    pub baseline: usize,
    /// Files that were parsed.
    pub parsed: usize,
    pub cache: CacheCounts,
    pub elapsed_ms: u64,
}

/// Origins of the files' reports; the counts add up to the number of files.
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
    pub fn count(&mut self, origin: ReportOrigin) {
        let field = match origin {
            ReportOrigin::Memory => &mut self.memory_hits,
            ReportOrigin::Local => &mut self.local_hits,
            ReportOrigin::Remote => &mut self.remote_hits,
            ReportOrigin::Computed(CacheOutcome::Miss) => &mut self.misses,
            ReportOrigin::Computed(CacheOutcome::Fault) => &mut self.faults,
        };
        *field += 1;
    }
}

impl Report {
    /// Iterates over all findings with their files, by path and line.
    pub fn found(&self) -> impl Iterator<Item = (&ReportedFile, &ReportedFinding)> {
        let files = self.files.iter();
        files.flat_map(|file| file.findings.iter().map(move |found| (file, found)))
    }

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

impl ReportedFinding {
    /// Adds openings that address the finding, if it depends on them.
    pub fn is_answered_by(&mut self, openings: Vec<Opening>) {
        if let Some(ids) = &mut self.refactorings {
            ids.extend(openings.iter().map(|it| it.refactoring));
            ids.dedup();
        }
        self.openings.extend(openings);
    }

    /// Returns the refactorings in this build that may address the finding, best first. If that depends on openings, only those
    /// found.
    fn answers(&self) -> Vec<&'static str> {
        if !is_answered_by_places(self.finding.smell) {
            return answers(&self.finding);
        }
        let mut found: Vec<_> = self.openings.iter().map(|it| it.refactoring).collect();
        found.dedup();
        found
    }

    /// Estimates the potential gain: the ratio of the measure to the strong limit, doubled if a refactoring is offered.
    pub fn weight(&self) -> f64 {
        let strong = self.finding.judgement.limits.strong.max(1);
        let excess = f64::from(self.finding.measure) / f64::from(strong);
        if self.openings.is_empty() {
            excess
        } else {
            2.0 * excess
        }
    }
}

/// Instructions for a model that uses the interface for agents.
pub const AGENT_INSTRUCTIONS: &str = include_str!("report/agents.md");

/// Returns the name of a level, the same in every format.
pub fn level_word(level: Level) -> &'static str {
    match level {
        Level::Warn => "warn",
        Level::Strong => "strong",
    }
}

/// Returns the refactorings in this build that may address a finding, best first. Empty if that depends on openings.
pub fn answers(finding: &Finding) -> Vec<&'static str> {
    if is_answered_by_places(finding.smell) {
        return Vec::new();
    }
    let answers = finding.smell.answers.iter().copied();
    answers
        .filter(|id| crate::refactorings::by_name(id).is_some())
        .chain(is_for_extraction(finding.smell).then_some(EXTRACT_FUNCTION))
        .collect()
}
