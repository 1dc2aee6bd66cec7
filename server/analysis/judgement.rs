//! Judges external changes, by deriving them from refactorings and with rustc.

use std::sync::Arc;

use serde::Serialize;

use super::{ProofStep, difference_in_words, proof};
use crate::{
    compiler::{Compiler, Fault, Texts, Unjudged},
    syntax::Source,
    workspace::{Patch, PatchedFile},
};

/// Verdict on a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judged {
    /// Behaviour is kept.
    Proved,
    /// No problem was found.
    NeedsTests,
    Broken,
}

/// Results of judging a change.
#[derive(Debug, Serialize)]
pub struct Judgement {
    pub verdict: Judged,
    /// New diagnostics of rustc.
    pub said: Vec<String>,
    pub files: Vec<JudgedFile>,
}

#[derive(Debug, Serialize)]
pub struct JudgedFile {
    pub path: String,
    /// The steps that lead to the new source text; `None` if none were found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Vec<String>>,
    pub dropped: Vec<String>,
    pub added: Vec<String>,
}

/// Judges a patch; compiles both the old and the new state.
pub fn judge_patch(patch: &Patch, mut compiler: Compiler) -> Result<Judgement, Unjudged> {
    let said = new_complaints(patch, &mut compiler)?;
    let files: Vec<JudgedFile> = patch.files.iter().map(JudgedFile::of).collect();
    let verdict = if !said.is_empty() {
        Judged::Broken
    } else if files.iter().all(|file| file.proof.is_some()) {
        Judged::Proved
    } else {
        Judged::NeedsTests
    };
    Ok(Judgement {
        verdict,
        said,
        files,
    })
}

/// Returns errors and new warnings.
fn new_complaints(patch: &Patch, compiler: &mut Compiler) -> Result<Vec<String>, Unjudged> {
    let code = || patch.files.iter().filter(|file| file.is_code());
    let after: Texts = code()
        .map(|file| (file.path.clone(), Arc::clone(&file.after)))
        .collect();
    if after.is_empty() {
        let why = "the patch changes no Rust file, so rustc has nothing to check.";
        return Err(Unjudged::Because(why.to_owned()));
    }
    let before = code().filter_map(|file| {
        let before = file.before.as_ref()?;
        Some((file.path.clone(), Arc::clone(before)))
    });
    let new = compiler.complaints(&before.collect(), &after)?;
    if !new.faults.is_empty() {
        let faults = new.faults.iter();
        return Ok(faults
            .map(|fault| placed(fault.to_string(), fault, patch))
            .collect());
    }
    let warnings = new.warnings.iter();
    Ok(warnings
        .map(|fault| placed(format!("warning: {}", fault.message), fault, patch))
        .collect())
}

fn placed(words: String, fault: &Fault, patch: &Patch) -> String {
    let Some(file) = &fault.file else {
        return words;
    };
    let shown = patch.files.iter().find(|it| it.path == *file);
    let inside = file.strip_prefix(&patch.root).unwrap_or(file);
    let shown = shown.map_or_else(|| inside.display().to_string(), |it| it.shown.clone());
    format!("{words} ({shown}:{})", fault.line + 1)
}

impl JudgedFile {
    fn of(file: &PatchedFile) -> Self {
        let before = file.before.clone().unwrap_or_default();
        let steps = match (&file.before, file.is_code()) {
            (Some(before), true) => proof(before, &file.after, file.context),
            _ => None,
        };
        let parsed = |text: &Arc<str>| Source::parse(Arc::clone(text), file.context).ok();
        let sources = parsed(&before).zip(parsed(&file.after));
        let (dropped, added) = match sources.filter(|_| steps.is_none() && file.is_code()) {
            Some((before, after)) => difference_in_words(&before, &after),
            None => Default::default(),
        };
        Self {
            path: file.shown.clone(),
            proof: steps.map(|steps| steps.iter().map(step_in_words).collect()),
            dropped,
            added,
        }
    }
}

fn step_in_words(step: &ProofStep) -> String {
    match step {
        ProofStep::Layout => "whitespace and comments".to_owned(),
        ProofStep::Refactoring { id, line } => format!("{id} at line {}", line + 1),
        ProofStep::Undone { id, line } => {
            format!("{id} undone, at line {} of the new text", line + 1)
        }
    }
}
