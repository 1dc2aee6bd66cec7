//! Applies all safe fixes in the whole workspace as one edit.
//!
//! Open documents are changed based on the editor's source text, all others based on the file on disk. The edit names the
//! version of each open document; if anything changes before it is complete, it is discarded.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use lsp_types::{ApplyWorkspaceEditParams, MessageType, Url, request::ApplyWorkspaceEdit};
use rayon::prelude::*;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower_lsp::jsonrpc::Result;

use super::{
    actions::FIX_ALL_TITLE,
    background::{self, BATCH},
    edits::{FileEdits, edit_of, edits_laid_out},
};
use crate::{
    analysis::{Input, OpenFile, WorkError, judge},
    facts::FileReport,
    lsp::{
        session::{
            analysed::{Analysed, fix},
            document::{Document, Surroundings},
            documents::Snapshot,
            memo::Fixed,
            server::Server,
        },
        wire::{
            client::{EDIT_TIMEOUT, ask_within},
            errors::failed,
            profile::Feature,
            progress::Progress,
            uri,
        },
    },
    report::counted,
    text::Edits,
    workspace,
};

/// A document's source text and its edits.
struct FileFix {
    /// The document's key.
    key: String,
    /// `None` for a buffer without a file.
    path: Option<PathBuf>,
    file: Arc<OpenFile>,
    edits: Edits,
    /// Number of refactorings applied.
    steps: usize,
}

impl FileFix {
    fn new(
        key: String,
        path: Option<PathBuf>,
        file: Arc<OpenFile>,
        fixed: &Fixed,
        surroundings: &Surroundings,
    ) -> Self {
        let edits = if fixed.edits.is_empty() {
            Edits::default()
        } else {
            edits_laid_out(
                &file,
                path.as_deref().filter(|_| surroundings.compiler),
                &fixed.edits,
            )
        };
        Self {
            key,
            path,
            file,
            edits,
            steps: fixed.steps,
        }
    }
}

/// Reason why nothing was changed.
enum Stopped {
    Cancelled,
    /// Path of a file whose source text has changed.
    Changed(String),
    Failed(String),
}

impl From<WorkError> for Stopped {
    fn from(error: WorkError) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Reports what was done, and returns it. Either everything is applied or nothing.
pub(crate) async fn run(server: &Arc<Server>, cancel: &CancellationToken) -> Result<Value> {
    let profile = server.session.profile();
    if !profile.has(Feature::ApplyEdit) {
        let why = "This editor doesn't support edits from the server; use code actions \
                   instead.";
        return Err(failed(why));
    }
    let title = "Applying all safe fixes";
    let cancel = cancel.child_token();
    let progress = server
        .progress
        .begin(&server.client, profile, title, &cancel)
        .await;
    let guard = server.status.begin();
    server.status.send().await;
    let changes = changes(server, &progress, &cancel).await;
    guard.end().await;
    server.progress.end(&progress);
    drop(progress);
    let (level, message, answer) = match changes {
        Ok(changes) => apply(server, changes, &cancel).await,
        Err(stopped) => not_done(&stopped),
    };
    let message = format!("RustAssistant: {message}");
    server.client.show_message(level, message).await;
    Ok(answer)
}

type Outcome = (MessageType, String, Value);

fn not_done(stopped: &Stopped) -> Outcome {
    let (level, why) = match stopped {
        Stopped::Cancelled => (MessageType::INFO, "cancelled".to_owned()),
        Stopped::Changed(place) => (
            MessageType::WARNING,
            format!("{place} has changed in the meantime"),
        ),
        Stopped::Failed(why) => (MessageType::ERROR, why.clone()),
    };
    let answer = json!({"applied": false, "files": 0, "refactorings": 0});
    (level, format!("{why}; nothing was changed."), answer)
}

/// Sends the changes to the editor.
async fn apply(server: &Arc<Server>, changes: Vec<FileFix>, cancel: &CancellationToken) -> Outcome {
    let steps: usize = changes.iter().map(|change| change.steps).sum();
    let files = changes.len();
    let answer = |applied: bool| {
        let (files, steps) = if applied { (files, steps) } else { (0, 0) };
        json!({"applied": applied, "files": files, "refactorings": steps})
    };
    if changes.is_empty() {
        let message = "no safe refactoring to apply.".to_owned();
        return (MessageType::INFO, message, answer(false));
    }
    let changes = match checked(server, changes).await {
        Ok(_) if cancel.is_cancelled() => return not_done(&Stopped::Cancelled),
        Ok(changes) => changes,
        Err(stopped) => return not_done(&stopped),
    };
    let params = ApplyWorkspaceEditParams {
        label: Some(FIX_ALL_TITLE.into()),
        edit: edit_of(changes, server.session.profile()),
    };
    let applied = ask_within::<ApplyWorkspaceEdit>(&server.client, params, EDIT_TIMEOUT).await;
    match applied {
        Some(response) if response.applied => {
            let (steps, files) = (counted(steps, "refactoring"), counted(files, "file"));
            let message = format!("applied {steps} in {files}.");
            (MessageType::INFO, message, answer(true))
        }
        Some(response) => {
            let why = response.failure_reason;
            let why = why.unwrap_or_else(|| "the editor refused the edit".into());
            not_done(&Stopped::Failed(why))
        }
        None => {
            let message = "the editor did not confirm the edit.".to_owned();
            (MessageType::WARNING, message, answer(false))
        }
    }
}

async fn changes(
    server: &Arc<Server>,
    progress: &Progress,
    cancel: &CancellationToken,
) -> std::result::Result<Vec<FileFix>, Stopped> {
    let snapshot = server.session.documents.snapshot();
    let files = files_not_open(server, &snapshot, cancel).await;
    let all = files.len();
    let mut changes = Vec::new();
    for document in snapshot.all() {
        changes.extend(change_of_document(server, document, cancel).await?);
    }
    for (number, batch) in files.chunks(BATCH).enumerate() {
        changes.extend(changes_on_disk(server, batch.to_vec(), cancel).await?);
        progress.report(number * BATCH + batch.len(), all).await;
    }
    if cancel.is_cancelled() {
        return Err(Stopped::Cancelled);
    }
    changes.retain(|change| !change.edits.is_empty());
    changes.sort_by(|left, right| left.key.cmp(&right.key));
    Ok(changes)
}

/// Returns the files of the workspace that aren't open in the editor under any of their names.
async fn files_not_open(
    server: &Arc<Server>,
    snapshot: &Snapshot,
    cancel: &CancellationToken,
) -> Vec<PathBuf> {
    let files = background::walk(server, cancel).await;
    let open = snapshot
        .all()
        .filter_map(|document| document.path().map(Path::to_path_buf));
    let open: Vec<PathBuf> = open.collect();
    let others = move || {
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let open: HashSet<PathBuf> = open.iter().map(|path| real(path)).collect();
        let others = files.into_iter().filter(|path| !open.contains(&real(path)));
        others.collect()
    };
    tokio::task::spawn_blocking(others)
        .await
        .unwrap_or_default()
}

async fn change_of_document(
    server: &Arc<Server>,
    document: &Arc<Document>,
    cancel: &CancellationToken,
) -> std::result::Result<Option<FileFix>, Stopped> {
    let Some(surroundings) = document.surroundings().await else {
        return Ok(None);
    };
    let (document, cancel) = (Arc::clone(document), cancel.clone());
    let work = move || {
        let analysed = Analysed::new(&document, &surroundings)?;
        let fixed = analysed.fixed(&|| !cancel.is_cancelled())?;
        let path = document.path().map(Path::to_path_buf);
        let key = document.key.clone();
        Some(FileFix::new(
            key,
            path,
            analysed.file,
            &fixed,
            &surroundings,
        ))
    };
    Ok(server.engine.run_behind(work).await?)
}

async fn changes_on_disk(
    server: &Arc<Server>,
    paths: Vec<PathBuf>,
    cancel: &CancellationToken,
) -> std::result::Result<Vec<FileFix>, Stopped> {
    if cancel.is_cancelled() {
        return Err(Stopped::Cancelled);
    }
    let session = Arc::clone(&server.session);
    let read = move || {
        let files = paths.into_iter().filter_map(|path| {
            let surroundings = session.folders.surroundings(Some(&path));
            let text = workspace::read(&path).ok()?;
            surroundings.is_served.then_some((path, text, surroundings))
        });
        files.collect::<Vec<_>>()
    };
    let files = tokio::task::spawn_blocking(read).await;
    let files = files.map_err(|error| Stopped::Failed(error.to_string()))?;
    let inputs: Vec<Input> = files
        .iter()
        .map(|(_, text, surroundings)| (Arc::clone(text), surroundings.context))
        .collect();
    let answers = server.engine.reports(inputs, &|_| {}, cancel).await?;
    let cancel = cancel.clone();
    let work = move || {
        let known = files.into_par_iter().zip(answers.into_par_iter());
        let changes = known.filter_map(|((path, text, surroundings), (report, _))| {
            change_on_disk(path, text, &surroundings, report, &cancel)
        });
        changes.collect()
    };
    Ok(server.engine.run_behind(work).await?)
}

/// Most files have no findings with a fix, which their reports show without parsing.
fn change_on_disk(
    path: PathBuf,
    text: Arc<str>,
    surroundings: &Surroundings,
    report: Arc<FileReport>,
    cancel: &CancellationToken,
) -> Option<FileFix> {
    let findings = judge(&report, &text, &surroundings.rules);
    let file = OpenFile::new(text, surroundings.context);
    file.accept_report(report);
    let goes_on = || !cancel.is_cancelled();
    let fixed = fix(&file, &findings, &surroundings.rules, &goes_on)?;
    let key = uri::key(&Url::from_file_path(&path).ok()?);
    Some(FileFix::new(key, Some(path), file, &fixed, surroundings))
}

/// Returns the edits for the current versions, if the source texts haven't changed.
async fn checked(
    server: &Arc<Server>,
    changes: Vec<FileFix>,
) -> std::result::Result<Vec<FileEdits>, Stopped> {
    let snapshot = server.session.documents.snapshot();
    let check = move || {
        let checked = changes
            .into_iter()
            .map(|change| check(change, &snapshot).map_err(Stopped::Changed));
        checked.collect()
    };
    tokio::task::spawn_blocking(check)
        .await
        .unwrap_or_else(|error| Err(Stopped::Failed(error.to_string())))
}

fn check(change: FileFix, snapshot: &Snapshot) -> std::result::Result<FileEdits, String> {
    let place = |change: &FileFix| match &change.path {
        Some(path) => path.display().to_string(),
        None => change.key.clone(),
    };
    let (uri, version, text) = if let Some(document) = snapshot.get(&change.key) {
        let text = document.file().map(|file| Arc::clone(file.text()));
        (document.uri.clone(), Some(document.version), text)
    } else {
        let path = change.path.as_deref();
        let text = path.and_then(|path| workspace::read(path).ok());
        (change.key.clone(), None, text)
    };
    let uri = Url::parse(&uri).map_err(|_| place(&change))?;
    if text.as_ref() != Some(change.file.text()) {
        return Err(place(&change));
    }
    Ok(FileEdits {
        uri,
        version,
        edits: change.edits,
        file: change.file,
    })
}
