//! Converts changes to the protocol's edits.
//!
//! Files are created first, then filled, then edits are made, and renames come last, so that a client that stops halfway has
//! lost nothing.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use lsp_types::{
    AnnotatedTextEdit, ChangeAnnotation, CreateFile, CreateFileOptions, DocumentChangeOperation,
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range, RenameFile,
    ResourceOp, TextDocumentEdit, TextEdit, Url, WorkspaceEdit,
};
use serde::{Deserialize, Serialize};

use crate::{
    analysis::{self, OpenFile},
    compiler::formatted_apart,
    lsp::{
        session::{
            analysed::Analysed,
            document::{Document, hash},
        },
        wire::{
            positions::Positions,
            profile::{Feature, Profile},
        },
    },
    text::{Edits, FileId, FileStep, NewFile, Steps},
    workspace::{NewFileError, new_path},
};

/// Edits of one document.
pub(crate) struct FileEdits {
    /// The client's spelling.
    pub(crate) uri: Url,
    /// The version that the edits apply to; `None` if the document isn't open.
    pub(crate) version: Option<i32>,
    pub(crate) file: Arc<OpenFile>,
    pub(crate) edits: Edits,
}

/// The files that a change may affect.
pub(crate) struct KnownFiles {
    files: BTreeMap<FileId, KnownFile>,
    /// The folder that must contain new files.
    root: Option<PathBuf>,
}

struct KnownFile {
    /// The client's spelling.
    uri: Url,
    /// `None` for a buffer without a file.
    path: Option<PathBuf>,
    version: Option<i32>,
    file: Arc<OpenFile>,
}

/// A file that a change depends on, in the state when the change was offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Basis {
    uri: Url,
    /// `None` for a file that didn't exist.
    hash: Option<String>,
}

/// Reason why this client can't apply an offer in this workspace.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Impossible {
    #[error("This editor can't {0} files.")]
    Unsupported(&'static str),
    #[error("The document to change has no URI.")]
    NoName,
    #[error("A new file can't be created next to a document that is not a file.")]
    NoFile,
    #[error("This editor can only create files in existing directories.")]
    NoFolder,
    #[error(transparent)]
    NoPlace(#[from] NewFileError),
}

/// Returns the minimal, sorted edit of one open document, for exactly this version. `None` if the client's name of the document
/// isn't a valid URL, because an edit must name the document.
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

/// Returns the edits with rustfmt's layout if the file is formatted by rustfmt; needs a path.
pub(crate) fn edits_laid_out(file: &OpenFile, path: Option<&Path>, edits: &Edits) -> Edits {
    let Some(path) = path.and_then(|path| path.canonicalize().ok()) else {
        return edits.clone();
    };
    let Ok(source) = file.source() else {
        return edits.clone();
    };
    let edition = source.context.edition.to_string();
    let rustfmt = |text: &str| formatted_apart(&path, text, &edition);
    let laid_out = analysis::edits_laid_out(source, edits, &rustfmt);
    laid_out.unwrap_or_else(|| edits.clone())
}

/// Returns a new file that is moved out of `file` with rustfmt's layout, likewise.
pub(crate) fn new_file_laid_out(file: &OpenFile, path: Option<&Path>, text: &str) -> String {
    let path = path.and_then(|path| path.canonicalize().ok());
    let (Some(path), Ok(source)) = (path, file.source()) else {
        return text.to_owned();
    };
    let edition = source.context.edition.to_string();
    let rustfmt = |text: &str| formatted_apart(&path, text, &edition);
    let laid_out = analysis::laid_out(&source.text, &Arc::from(text), source.context, &rustfmt);
    laid_out.map_or_else(|| text.to_owned(), |laid_out| laid_out.to_string())
}

/// Returns one edit of several distinct documents.
pub(crate) fn edit_of(changes: Vec<FileEdits>, profile: &Profile) -> WorkspaceEdit {
    if !profile.has(Feature::DocumentChanges) {
        let changes = changes.into_iter().map(|change| {
            let edits = text_edits(&change.file, &change.edits, profile);
            (change.uri, edits)
        });
        return WorkspaceEdit {
            changes: Some(changes.collect()),
            ..WorkspaceEdit::default()
        };
    }
    let changes = changes.into_iter().map(|change| {
        let edits = text_edits(&change.file, &change.edits, profile).into_iter();
        document_edit(change.uri, change.version, edits.map(OneOf::Left).collect())
    });
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(changes.collect())),
        ..WorkspaceEdit::default()
    }
}

/// Returns the edit of one document that the client shows for confirmation. Requires support by the client.
pub(crate) fn edit_to_confirm(
    change: FileEdits,
    (label, description): (&str, &str),
    profile: &Profile,
) -> WorkspaceEdit {
    let edits = text_edits(&change.file, &change.edits, profile).into_iter();
    let edits = edits.map(|text_edit| {
        OneOf::Right(AnnotatedTextEdit {
            text_edit,
            annotation_id: label.to_owned(),
        })
    });
    let edit = document_edit(change.uri, change.version, edits.collect());
    let annotation = ChangeAnnotation {
        label: label.to_owned(),
        needs_confirmation: Some(true),
        description: Some(description.to_owned()),
    };
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(vec![edit])),
        change_annotations: Some([(label.to_owned(), annotation)].into()),
        changes: None,
    }
}

impl KnownFiles {
    /// Returns the requested document. `None` if its name isn't a valid URL.
    pub(crate) fn of(analysed: &Analysed) -> Option<Self> {
        let document = &analysed.document;
        let asked = KnownFile {
            uri: Url::parse(&document.uri).ok()?,
            path: document.path().map(Into::into),
            version: Some(document.version),
            file: Arc::clone(&analysed.file),
        };
        Some(Self {
            files: BTreeMap::from([(FileId::ASKED, asked)]),
            root: analysed.root.clone(),
        })
    }

    /// Returns the files other than the requested document that a change reads or edits.
    pub(crate) fn basis(&self, steps: &Steps, read: &[FileId]) -> Result<Vec<Basis>, Impossible> {
        let touched = steps.edits.keys().chain(read);
        let mut others: Vec<FileId> = touched.copied().filter(|&id| id != FileId::ASKED).collect();
        others.sort_unstable();
        others.dedup();
        let mut basis = Vec::new();
        for id in others {
            let known = self.get(id)?;
            basis.push(Basis {
                uri: known.uri.clone(),
                hash: Some(hash(known.file.text())),
            });
        }
        for step in &steps.files {
            let (FileStep::Create { at: new, .. } | FileStep::Rename { to: new, .. }) = step;
            let uri = self.uri_of_new(new)?;
            basis.push(Basis { uri, hash: None });
        }
        Ok(basis)
    }

    /// Converts a change of any scope to one edit, if the client supports it and no file prevents it.
    pub(crate) fn edit(
        &self,
        title: &str,
        steps: &Steps,
        profile: &Profile,
    ) -> Result<WorkspaceEdit, Impossible> {
        if steps.files.is_empty() {
            return self.edit_of_texts(steps, profile);
        }
        let annotation = profile.has(Feature::ChangeAnnotations).then_some(title);
        let operations = Operations {
            known: self,
            profile,
            annotation,
        };
        let operations = operations.of(steps)?;
        let annotations = annotation.map(|title| {
            let annotation = ChangeAnnotation {
                label: title.to_owned(),
                needs_confirmation: Some(true),
                description: None,
            };
            [(title.to_owned(), annotation)].into()
        });
        Ok(WorkspaceEdit {
            document_changes: Some(DocumentChanges::Operations(operations)),
            change_annotations: annotations,
            changes: None,
        })
    }

    fn edit_of_texts(&self, steps: &Steps, profile: &Profile) -> Result<WorkspaceEdit, Impossible> {
        let edits = steps.edits.iter().map(|(id, edits)| {
            let known = self.get(*id)?;
            Ok(FileEdits {
                uri: known.uri.clone(),
                version: known.version,
                file: Arc::clone(&known.file),
                edits: edits.clone(),
            })
        });
        let edits: Result<Vec<_>, Impossible> = edits.collect();
        Ok(edit_of(edits?, profile))
    }

    fn get(&self, id: FileId) -> Result<&KnownFile, Impossible> {
        self.files.get(&id).ok_or(Impossible::NoName)
    }

    /// Returns the path of a new file, if it may be there.
    fn path_of_new(&self, new: &NewFile) -> Result<PathBuf, Impossible> {
        let beside = self.get(new.origin())?;
        let (Some(path), Some(root)) = (&beside.path, &self.root) else {
            return Err(Impossible::NoFile);
        };
        let root = root.canonicalize().map_err(|_| Impossible::NoFile)?;
        Ok(new_path(path, &root, new)?)
    }

    /// Returns the client's spelling of the new file's name, if it may be there.
    fn uri_of_new(&self, new: &NewFile) -> Result<Url, Impossible> {
        self.path_of_new(new)?;
        let beside = self.get(new.origin())?;
        let mut uri = beside.uri.clone();
        if let Ok(mut segments) = uri.path_segments_mut() {
            segments.pop().extend(new.components());
        }
        Ok(uri)
    }
}

/// The steps of one change, with one annotation, so that they are confirmed together.
struct Operations<'a> {
    known: &'a KnownFiles,
    profile: &'a Profile,
    annotation: Option<&'a str>,
}

impl Operations<'_> {
    fn of(&self, steps: &Steps) -> Result<Vec<DocumentChangeOperation>, Impossible> {
        let (mut creations, mut texts, mut renames) = (Vec::new(), Vec::new(), Vec::new());
        for step in &steps.files {
            match step {
                FileStep::Create { at, text } => {
                    let uri = self.place("create", at)?;
                    creations.push(self.creation(uri.clone()));
                    texts.push(self.document(uri, None, vec![whole(text)]));
                }
                FileStep::Rename { file, to } => {
                    let new = self.place("rename", to)?;
                    renames.push(self.rename(self.known.get(*file)?.uri.clone(), new));
                }
            }
        }
        for (id, edits) in &steps.edits {
            let known = self.known.get(*id)?;
            let edits = text_edits(&known.file, edits, self.profile);
            texts.push(self.document(known.uri.clone(), known.version, edits));
        }
        Ok([creations, texts, renames].concat())
    }

    fn place(&self, operation: &'static str, new: &NewFile) -> Result<Url, Impossible> {
        if !self.profile.can_do_with_files(operation) {
            return Err(Impossible::Unsupported(operation));
        }
        let path = self.known.path_of_new(new)?;
        let has_folder = path.parent().is_some_and(Path::is_dir);
        if !has_folder && !self.profile.has(Feature::NewFolders) {
            return Err(Impossible::NoFolder);
        }
        self.known.uri_of_new(new)
    }

    fn annotation(&self) -> Option<String> {
        self.annotation.map(str::to_owned)
    }

    /// Makes the client fail if the file exists after all; without these options, some would truncate it.
    fn creation(&self, uri: Url) -> DocumentChangeOperation {
        DocumentChangeOperation::Op(ResourceOp::Create(CreateFile {
            uri,
            options: Some(CreateFileOptions {
                overwrite: Some(false),
                ignore_if_exists: Some(false),
            }),
            annotation_id: self.annotation(),
        }))
    }

    fn rename(&self, old_uri: Url, new_uri: Url) -> DocumentChangeOperation {
        DocumentChangeOperation::Op(ResourceOp::Rename(RenameFile {
            old_uri,
            new_uri,
            options: None,
            annotation_id: self.annotation(),
        }))
    }

    fn document(
        &self,
        uri: Url,
        version: Option<i32>,
        edits: Vec<TextEdit>,
    ) -> DocumentChangeOperation {
        let edits = edits.into_iter().map(|text_edit| match self.annotation() {
            Some(annotation_id) => OneOf::Right(AnnotatedTextEdit {
                text_edit,
                annotation_id,
            }),
            None => OneOf::Left(text_edit),
        });
        DocumentChangeOperation::Edit(document_edit(uri, version, edits.collect()))
    }
}

/// The source text of an empty file.
fn whole(text: &str) -> TextEdit {
    let start = Position::new(0, 0);
    TextEdit {
        range: Range::new(start, start),
        new_text: text.to_owned(),
    }
}

fn document_edit(
    uri: Url,
    version: Option<i32>,
    edits: Vec<OneOf<TextEdit, AnnotatedTextEdit>>,
) -> TextDocumentEdit {
    TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
        edits,
    }
}

fn text_edits(file: &OpenFile, edits: &Edits, profile: &Profile) -> Vec<TextEdit> {
    let positions = Positions::new(file, profile);
    let trimmed = edits.trimmed(file.text());
    let edits = trimmed.as_slice().iter().map(|edit| TextEdit {
        range: positions.range(edit.delete),
        new_text: edit.insert.clone(),
    });
    edits.collect()
}

#[cfg(test)]
mod tests;
