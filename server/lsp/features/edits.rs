//! Changes as the protocol's edits.

use std::sync::Arc;

use lsp_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit,
    Url, WorkspaceEdit,
};

use crate::{
    analysis::OpenFile,
    lsp::{
        session::document::Document,
        wire::{
            positions::Positions,
            profile::{Feature, Profile},
        },
    },
    text::Edits,
};

/// New text for one document.
pub(crate) struct FileEdits {
    /// As the client writes it.
    pub(crate) uri: Url,
    /// The version that the edits are for; nothing if no editor has the document open.
    pub(crate) version: Option<i32>,
    pub(crate) file: Arc<OpenFile>,
    pub(crate) edits: Edits,
}

/// The edit of one open document: minimal, sorted, for exactly this version. Nothing if the client's name for the document
/// is no URL, so that an edit couldn't say what it changes.
pub(crate) fn workspace_edit(
    document: &Document,
    file: &Arc<OpenFile>,
    edits: &Edits,
    profile: &Profile,
) -> Option<WorkspaceEdit> {
    let change = FileEdits {
        uri: Url::parse(&document.uri).ok()?,
        version: Some(document.version),
        file: Arc::clone(file),
        edits: edits.clone(),
    };
    Some(edit_of(vec![change], profile))
}

/// One edit of several documents, each named once.
pub(crate) fn edit_of(changes: Vec<FileEdits>, profile: &Profile) -> WorkspaceEdit {
    if !profile.has(Feature::DocumentChanges) {
        let changes = changes.into_iter().map(|change| {
            let edits = text_edits(&change, profile);
            (change.uri, edits)
        });
        return WorkspaceEdit {
            changes: Some(changes.collect()),
            ..WorkspaceEdit::default()
        };
    }
    let changes = changes.into_iter().map(|change| TextDocumentEdit {
        edits: text_edits(&change, profile)
            .into_iter()
            .map(OneOf::Left)
            .collect(),
        text_document: OptionalVersionedTextDocumentIdentifier {
            uri: change.uri,
            version: change.version,
        },
    });
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(changes.collect())),
        ..WorkspaceEdit::default()
    }
}

fn text_edits(change: &FileEdits, profile: &Profile) -> Vec<TextEdit> {
    let places = Positions::new(&change.file, profile);
    let trimmed = change.edits.trimmed(change.file.text());
    let edits = trimmed.as_slice().iter().map(|edit| TextEdit {
        range: places.range(edit.delete),
        new_text: edit.insert.clone(),
    });
    edits.collect()
}
