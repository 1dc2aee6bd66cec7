//! Between the text's places and the protocol's.

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

    fn offset(self, position: Position) -> TextSize {
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

/// The edit of one open document: minimal, sorted, for exactly this version. Nothing if the client's name for the document
/// is no URL, so that an edit couldn't say what it changes.
pub(super) fn workspace_edit(
    document: &Document,
    file: &OpenFile,
    edits: &Edits,
    profile: &Profile,
) -> Option<WorkspaceEdit> {
    let places = Places::new(file, profile);
    let uri = Url::parse(&document.uri).ok()?;
    let trimmed = edits.trimmed(file.text());
    let edits = trimmed.as_slice().iter().map(|edit| TextEdit {
        range: places.range(edit.delete),
        new_text: edit.insert.clone(),
    });
    if !profile.has(Feature::DocumentChanges) {
        let changes = [(uri, edits.collect())].into_iter().collect();
        return Some(WorkspaceEdit {
            changes: Some(changes),
            ..WorkspaceEdit::default()
        });
    }
    let of_document = TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            uri,
            version: Some(document.version),
        },
        edits: edits.map(OneOf::Left).collect(),
    };
    Some(WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(vec![of_document])),
        ..WorkspaceEdit::default()
    })
}
