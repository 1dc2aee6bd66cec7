//! Code lenses with complexity and length above functions with findings, if enabled.

use lsp_types::{CodeLens, Command, Url};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    lsp::{
        session::analysed::Analysed,
        wire::{
            positions::Positions,
            profile::{Feature, Profile},
        },
    },
    report::counted,
};

/// A command that the client implements: shows the findings of a range, given the document's URI and the range.
const SHOW: &str = "rustassistant.showFindings";

/// The contents of a lens, so that resolving it doesn't need the source text, which may have changed.
#[derive(Debug, Serialize, Deserialize)]
struct LensNote {
    v: u8,
    uri: Url,
    complexity: u32,
    lines: u32,
    findings: usize,
}

const VERSION: u8 = 1;

/// Returns the lenses without commands. Empty unless enabled in the options.
pub(crate) fn of(analysed: &Analysed, profile: &Profile) -> Vec<CodeLens> {
    let Ok(uri) = Url::parse(&analysed.document.uri) else {
        return Vec::new();
    };
    if !analysed.code_lens || !profile.has(Feature::CodeLens) {
        return Vec::new();
    }
    let places = Positions::new(&analysed.file, profile);
    let functions = analysed.functions_with_findings().into_iter();
    let lenses = functions.map(|(function, findings)| {
        let note = LensNote {
            v: VERSION,
            uri: uri.clone(),
            complexity: function.cognitive,
            lines: function.lines,
            findings,
        };
        CodeLens {
            range: places.range(function.name),
            command: None,
            data: serde_json::to_value(note).ok(),
        }
    });
    lenses.collect()
}

/// Adds the command to the lens; `None` if another server created it.
pub(crate) fn resolve(mut lens: CodeLens) -> Option<CodeLens> {
    let note: LensNote = serde_json::from_value(lens.data.clone()?).ok()?;
    if note.v != VERSION {
        return None;
    }
    let lines = counted(usize::try_from(note.lines).unwrap_or(usize::MAX), "line");
    let findings = counted(note.findings, "finding");
    lens.command = Some(Command {
        title: format!("complexity {} · {lines} · {findings}", note.complexity),
        command: SHOW.into(),
        arguments: Some(vec![json!(note.uri), json!(lens.range)]),
    });
    Some(lens)
}
