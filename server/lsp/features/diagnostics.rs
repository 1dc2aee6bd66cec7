//! Findings as the protocol's diagnostics.

use std::{cell::OnceCell, collections::HashMap, sync::LazyLock};

use lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location,
    NumberOrString, Position, Range, Url,
};
use serde_json::{Value, json};

use crate::{
    analysis::{Finding, FindingPart, IdleAllowance, Level, OtherPlace},
    config::LevelOverride,
    facts::Problem,
    lsp::{
        session::analysed::Analysed,
        wire::{
            NAME,
            positions::{Positions, range_in},
            profile::{Feature, Profile},
        },
    },
    smells::{self, Cause, Smell},
    syntax::Unparsable,
    text::slice,
};

/// Where the documentation of the smells is read; each has the page of its module.
const DOCUMENTATION: &str = "https://docs.rs/rustassistant/latest/rustassistant/smells";
/// Beyond so many, the places that add to a finding are a wall of text.
const MOST_PARTS: usize = 16;
const SAME: &str = "the same stands here";

/// Diagnostics as JSON. They may be many, so they are written once.
pub(crate) struct Written {
    pub(crate) items: Vec<u8>,
    /// Equal results have equal ids: clients that know the id are told that nothing changed.
    pub(crate) id: String,
}

impl Written {
    pub(crate) fn of(items: &[Diagnostic]) -> Self {
        // Plain data, written to memory: there is nothing to fail.
        let items = serde_json::to_vec(items).unwrap_or_else(|_| b"[]".to_vec());
        let id = hex(&items);
        Self { items, id }
    }
}

/// All diagnostics of a document.
pub(crate) fn of(analysed: &Analysed, profile: &Profile) -> Vec<Diagnostic> {
    if let Some(problem) = analysed.file.report().problem {
        return vec![of_problem(problem)];
    }
    let own = OnceCell::new();
    let findings = analysed.findings.iter();
    let findings = findings.map(|finding| written(analysed, finding, profile, &own));
    let idle = analysed.idle.iter();
    let idle = idle.map(|allowance| of_idle_allowance(analysed, *allowance, profile));
    findings.chain(idle).collect()
}

pub(crate) fn of_finding(analysed: &Analysed, finding: &Finding, profile: &Profile) -> Diagnostic {
    written(analysed, finding, profile, &OnceCell::new())
}

/// `own` is the document's address, which is parsed once for all of its findings.
fn written(
    analysed: &Analysed,
    finding: &Finding,
    profile: &Profile,
    own: &OnceCell<Option<Url>>,
) -> Diagnostic {
    let places = Positions::new(&analysed.file, profile);
    Diagnostic {
        range: places.range(finding.at),
        severity: Some(severity(finding)),
        code: Some(NumberOrString::String(finding.smell.id.into())),
        code_description: description(finding, profile),
        source: Some(NAME.into()),
        message: finding.message.clone(),
        related_information: related(analysed, finding, profile, own),
        tags: None,
        data: Some(fingerprint(analysed, finding)),
    }
}

fn of_idle_allowance(
    analysed: &Analysed,
    allowance: IdleAllowance,
    profile: &Profile,
) -> Diagnostic {
    let places = Positions::new(&analysed.file, profile);
    let id = slice(analysed.file.text(), allowance.at).unwrap_or_default();
    Diagnostic {
        range: places.range(allowance.at),
        severity: Some(DiagnosticSeverity::HINT),
        code: Some(NumberOrString::String("idle-allowance".into())),
        source: Some(NAME.into()),
        message: allowance.why.say(id),
        ..Diagnostic::default()
    }
}

/// The finding that a diagnostic of the client shows: the one drawn at its place, else the only one with its fingerprint.
pub(crate) fn finding_of<'a>(
    analysed: &'a Analysed,
    diagnostic: &Diagnostic,
    profile: &Profile,
) -> Option<&'a Finding> {
    let Some(NumberOrString::String(smell)) = &diagnostic.code else {
        return None;
    };
    let range = Positions::new(&analysed.file, profile).text_range(diagnostic.range);
    if let Some(finding) = analysed.finding(smell, range) {
        return Some(finding);
    }
    let data = diagnostic.data.as_ref()?;
    let mut alike = analysed
        .findings
        .iter()
        .filter(|finding| finding.smell.id == smell && fingerprint(analysed, finding) == *data);
    let only = alike.next()?;
    alike.next().is_none().then_some(only)
}

fn of_problem(problem: Problem) -> Diagnostic {
    let (code, reason) = match problem {
        Problem::TooDeep => ("too-deep", Unparsable::TooDeep),
        Problem::TooLarge => ("too-large", Unparsable::TooLarge),
    };
    Diagnostic {
        range: Range::new(Position::new(0, 0), Position::new(0, 0)),
        severity: Some(DiagnosticSeverity::INFORMATION),
        code: Some(NumberOrString::String(code.into())),
        source: Some(NAME.into()),
        message: format!("This file is {reason}; nothing else is said about it"),
        ..Diagnostic::default()
    }
}

fn severity(finding: &Finding) -> DiagnosticSeverity {
    match (finding.judgement.level, finding.level) {
        (Some(LevelOverride::Error), _) => DiagnosticSeverity::ERROR,
        (Some(LevelOverride::Warning), _) => DiagnosticSeverity::WARNING,
        (Some(LevelOverride::Information), _) | (None, Level::Strong) => {
            DiagnosticSeverity::INFORMATION
        }
        (Some(LevelOverride::Hint), _) | (None, Level::Warn) => DiagnosticSeverity::HINT,
    }
}

fn description(finding: &Finding, profile: &Profile) -> Option<CodeDescription> {
    if !profile.has(Feature::CodeDescription) {
        return None;
    }
    let href = documentation(finding)?;
    Some(CodeDescription { href })
}

/// Where people read about the smell.
pub(crate) fn documentation(finding: &Finding) -> Option<Url> {
    PAGES.get(finding.smell.id).cloned()
}

static PAGES: LazyLock<HashMap<&str, Url>> = LazyLock::new(|| {
    let page = |smell: &'static Smell| {
        let module = smell.id.replace('-', "_");
        let page = Url::parse(&format!("{DOCUMENTATION}/{module}/index.html"));
        Some((smell.id, page.ok()?))
    };
    smells::all().iter().filter_map(page).collect()
});

fn related(
    analysed: &Analysed,
    finding: &Finding,
    profile: &Profile,
    own: &OnceCell<Option<Url>>,
) -> Option<Vec<DiagnosticRelatedInformation>> {
    let has_places = !finding.parts.is_empty() || !finding.others.is_empty();
    if !profile.has(Feature::RelatedInformation) || !has_places {
        return None;
    }
    let uri = own
        .get_or_init(|| Url::parse(&analysed.document.uri).ok())
        .as_ref()?;
    let places = Positions::new(&analysed.file, profile);
    let parts = finding.parts.iter().take(MOST_PARTS);
    let parts = parts.map(|part| DiagnosticRelatedInformation {
        location: Location::new(uri.clone(), places.range(part.at)),
        message: say_part(finding, part),
    });
    let others = finding.others.iter().take(MOST_PARTS);
    let others = others.filter_map(|other| other_place(other, profile));
    Some(parts.chain(others).collect())
}

fn other_place(other: &OtherPlace, profile: &Profile) -> Option<DiagnosticRelatedInformation> {
    let file = &other.file;
    let uri = Url::parse(&file.uri).ok()?;
    let range = range_in(&file.lines, &file.text, other.range, profile);
    Some(DiagnosticRelatedInformation {
        location: Location::new(uri, range),
        message: SAME.to_owned(),
    })
}

pub(crate) fn say_part(finding: &Finding, part: &FindingPart) -> String {
    match (part.smell, part.limit) {
        (None, _) if finding.smell.cause == Cause::Repetition => SAME.to_owned(),
        (Some(smell), Some(limit)) => format!("{smell}: {}, above {limit}", part.measure),
        (Some(smell), None) => format!("{smell}: {}", part.measure),
        (None, _) => format!("adds {}", part.measure),
    }
}

/// What is equal as long as a finding is about the same: not its place, which moves with every line above it.
fn fingerprint(analysed: &Analysed, finding: &Finding) -> Value {
    let drawn = slice(analysed.file.text(), finding.at).unwrap_or_default();
    let words = format!("{}\0{}\0{drawn}", finding.smell.id, finding.measure);
    json!({"v": 1, "smell": finding.smell.id, "hash": hex(words.as_bytes())})
}

fn hex(bytes: &[u8]) -> String {
    let hash = blake3::hash(bytes).to_hex();
    hash.as_str()[..16].to_owned()
}
