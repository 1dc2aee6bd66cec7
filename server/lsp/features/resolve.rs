//! Resolves an action's note to its edit.
//!
//! The edit is derived again from the current source text. If it isn't the one for which the action was offered, there is no
//! edit, and the client requests actions again.

use lsp_types::{CodeAction, WorkspaceEdit};
use serde::{Deserialize, Serialize};
use tower_lsp::jsonrpc::Result;

use super::edits::{
    Basis, Impossible, KnownFiles, edits_laid_out, new_file_laid_out, workspace_edit,
};
use crate::{
    analysis::{Finding, Trigger},
    lsp::{
        session::analysed::Analysed,
        wire::{
            errors::{content_modified, refused},
            profile::Profile,
        },
    },
    refactorings::{self, Offer},
    text::{Edits, FileId, FileStep, TextRange, TextSize},
};

/// Location of an offer, sufficient to find it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ActionNote {
    v: u8,
    refactoring: String,
    pub(crate) uri: String,
    version: i32,
    /// Hash of the whole source text.
    pub(crate) hash: String,
    /// The requested range in bytes: the finding's location for an answer, otherwise the cursor or the selection.
    start: u32,
    end: u32,
    /// Number of offers of this refactoring before this one.
    n: usize,
    /// The smell that an answer addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    smell: Option<String>,
    /// Dependencies beyond the document: all other files that the change reads or edits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    basis: Vec<Basis>,
}

const VERSION: u8 = 1;
/// Replaces a refactoring's id when applying all safe fixes.
const FIX_ALL: &str = "fix-all";

impl ActionNote {
    pub(crate) fn of_answer(
        analysed: &Analysed,
        finding: &Finding,
        offer: &Offer,
        n: usize,
    ) -> Self {
        Self {
            smell: Some(finding.smell.id.into()),
            ..Self::of_assist(analysed, finding.at, offer, n)
        }
    }

    pub(crate) fn of_assist(
        analysed: &Analysed,
        range: TextRange,
        offer: &Offer,
        n: usize,
    ) -> Self {
        Self {
            v: VERSION,
            refactoring: offer.refactoring().id.into(),
            uri: analysed.document.uri.clone(),
            version: analysed.document.version,
            hash: analysed.document.hash().to_owned(),
            start: range.start().into(),
            end: range.end().into(),
            n,
            smell: None,
            basis: Vec::new(),
        }
    }

    /// Note of the action that applies all safe fixes.
    pub(crate) fn of_fix_all(analysed: &Analysed) -> Self {
        Self {
            v: VERSION,
            refactoring: FIX_ALL.into(),
            uri: analysed.document.uri.clone(),
            version: analysed.document.version,
            hash: analysed.document.hash().to_owned(),
            start: 0,
            end: 0,
            n: 0,
            smell: None,
            basis: Vec::new(),
        }
    }

    /// Returns `None` if another server created the action.
    pub(crate) fn read(action: &CodeAction) -> Option<Self> {
        let note: Self = serde_json::from_value(action.data.clone()?).ok()?;
        (note.v == VERSION && note.start <= note.end).then_some(note)
    }

    pub(crate) fn with_basis(self, basis: Vec<Basis>) -> Self {
        Self { basis, ..self }
    }

    fn range(&self) -> TextRange {
        TextRange::new(TextSize::new(self.start), TextSize::new(self.end))
    }
}

/// Adds the edit to the action and leaves the rest unchanged. Needs a large stack.
pub(crate) fn resolve(
    analysed: &Analysed,
    note: &ActionNote,
    mut action: CodeAction,
    profile: &Profile,
    goes_on: &dyn Fn() -> bool,
) -> Result<CodeAction> {
    if analysed.document.hash() != note.hash {
        return Err(content_modified());
    }
    let edit = if note.refactoring == FIX_ALL {
        let fixed = analysed.fixed(goes_on).ok_or_else(content_modified)?;
        let edits = laid_out(analysed, &fixed.edits);
        workspace_edit(&analysed.document, &analysed.file, &edits, profile)
            .ok_or_else(content_modified)?
    } else {
        let offer = find(analysed, note).ok_or_else(content_modified)?;
        edit(analysed, note, &offer, profile)?
    };
    action.edit = Some(edit);
    Ok(action)
}

fn edit(
    analysed: &Analysed,
    note: &ActionNote,
    offer: &Offer,
    profile: &Profile,
) -> Result<WorkspaceEdit> {
    let change = offer.change();
    let files = KnownFiles::of(analysed).ok_or_else(content_modified)?;
    let in_words = |why: Impossible| refused(why.to_string());
    let basis = files.basis(&change.steps, &change.read);
    if basis.map_err(in_words)? != note.basis {
        return Err(content_modified());
    }
    let mut steps = change.steps.clone();
    if let Some(edits) = steps.edits.get_mut(&FileId::ASKED) {
        *edits = laid_out(analysed, edits);
    }
    for step in &mut steps.files {
        if let FileStep::Create { text, .. } = step {
            let path = analysed.document.path().filter(|_| analysed.compiler);
            *text = new_file_laid_out(&analysed.file, path, text);
        }
    }
    let edit = files.edit(&change.title, &steps, profile);
    edit.map_err(in_words)
}

fn laid_out(analysed: &Analysed, edits: &Edits) -> Edits {
    let path = analysed.document.path().filter(|_| analysed.compiler);
    edits_laid_out(&analysed.file, path, edits)
}

/// Finds the offer of a note.
pub(crate) fn find(analysed: &Analysed, note: &ActionNote) -> Option<Offer> {
    let nth = |offers: &[Offer]| {
        let mut same = offers
            .iter()
            .filter(|offer| offer.refactoring().id == note.refactoring);
        same.nth(note.n).cloned()
    };
    let context = analysed.context()?;
    if let Some(smell) = &note.smell {
        let finding = analysed.finding(smell, note.range())?;
        return nth(&analysed.answers_to(&context, finding));
    }
    let kind = refactorings::by_name(&note.refactoring)?.kind;
    let assists = analysed.assists_at(&context, note.range(), &[kind], Trigger::Person);
    assists.iter().find_map(|assists| nth(&assists.offers))
}
