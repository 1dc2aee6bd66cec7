//! Between the text's places and the protocol's.

use std::sync::Arc;

use lsp_types::{
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range,
    TextDocumentEdit, TextEdit, Url, WorkspaceEdit,
};

use super::{
    document::Document,
    profile::{Feature, Profile},
};
use crate::{
    analysis::OpenFile,
    text::{Edits, Encoding, LineColumn, TextRange, TextSize},
};

/// The places of one text, in the session's encoding.
#[derive(Clone, Copy)]
pub(super) struct Places<'a> {
    file: &'a OpenFile,
    encoding: Encoding,
}

impl<'a> Places<'a> {
    pub(super) fn new(file: &'a OpenFile, profile: &Profile) -> Self {
        Self {
            file,
            encoding: profile.encoding,
        }
    }

    pub(super) fn range(self, range: TextRange) -> Range {
        Range::new(self.position(range.start()), self.position(range.end()))
    }

    /// Places outside the text become the nearest inside it.
    pub(super) fn text_range(self, range: Range) -> TextRange {
        let start = self.offset(range.start);
        let end = self.offset(range.end);
        TextRange::new(start.min(end), start.max(end))
    }

    fn position(self, offset: TextSize) -> Position {
        let at = self
            .file
            .lines()
            .position(self.file.text(), offset, self.encoding);
        Position::new(at.line, at.column)
    }

    pub(super) fn offset(self, position: Position) -> TextSize {
        let at = LineColumn {
            line: position.line,
            column: position.character,
        };
        let text = self.file.text();
        self.file
            .lines()
            .offset(text, at, self.encoding)
            .unwrap_or_else(|| TextSize::of(&**text))
    }
}

/// New text for one document.
pub(super) struct TextChange {
    /// As the client writes it.
    pub(super) uri: Url,
    /// The version that the edits are for; nothing if no editor has the document open.
    pub(super) version: Option<i32>,
    pub(super) file: Arc<OpenFile>,
    pub(super) edits: Edits,
}

/// The edit of one open document: minimal, sorted, for exactly this version. Nothing if the client's name for the document
/// is no URL, so that an edit couldn't say what it changes.
pub(super) fn workspace_edit(
    document: &Document,
    file: &Arc<OpenFile>,
    edits: &Edits,
    profile: &Profile,
) -> Option<WorkspaceEdit> {
    let change = TextChange {
        uri: Url::parse(&document.uri).ok()?,
        version: Some(document.version),
        file: Arc::clone(file),
        edits: edits.clone(),
    };
    Some(edit_of(vec![change], profile))
}

/// One edit of several documents, each named once.
pub(super) fn edit_of(changes: Vec<TextChange>, profile: &Profile) -> WorkspaceEdit {
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

fn text_edits(change: &TextChange, profile: &Profile) -> Vec<TextEdit> {
    let places = Places::new(&change.file, profile);
    let trimmed = change.edits.trimmed(change.file.text());
    let edits = trimmed.as_slice().iter().map(|edit| TextEdit {
        range: places.range(edit.delete),
        new_text: edit.insert.clone(),
    });
    edits.collect()
}
