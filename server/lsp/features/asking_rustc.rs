//! Commands that run rustc before they change anything.
//!
//! Cargo is only started once the user has chosen one, on a separate thread and with the editor's source texts; the edit is
//! discarded if one of them has changed meanwhile.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, thread};

use lsp_types::{ApplyWorkspaceEditParams, MessageType, Url, request::ApplyWorkspaceEdit};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tower_lsp::jsonrpc::Error;

use super::edits::{FileEdits, edit_of, edit_to_confirm};
use crate::{
    analysis::{OpenFile, Refused, SWITCHED_OFF},
    compiler::{self, Compiler, Texts, Unjudged},
    lsp::{
        session::{
            analysed::Analysed,
            document::{Document, Surroundings},
            documents::Snapshot,
            server::Server,
            tasks::CompilerTurn,
        },
        wire::{
            client::{EDIT_TIMEOUT, ask_within},
            errors::failed,
            profile::{Feature, Profile},
            uri,
        },
    },
    syntax::STACK_SIZE,
    text::Edits,
    workspace,
};

/// Computes the new source text of a document for an action that hasn't been chosen yet.
pub(crate) type AheadWork =
    Box<dyn FnOnce(&Subject, &mut Compiler) -> Result<Arc<str>, Refused> + Send>;

/// Whether a document's commands that run rustc may be offered.
pub(crate) fn may_be_offered(analysed: &Analysed, profile: &Profile) -> bool {
    analysed.compiler
        && takes_commands(profile)
        && analysed.document.path().is_some()
        && compiler::is_found()
}

pub(crate) fn takes_commands(profile: &Profile) -> bool {
    profile.has(Feature::ApplyEdit) && profile.has(Feature::Commands)
}

/// Reason why nothing was changed.
pub(crate) enum NotDone {
    /// A sentence.
    Refused(String),
    Cancelled,
    Failed(String),
}

impl NotDone {
    pub(crate) fn changed() -> Self {
        Self::Refused("The file has changed in the meantime; nothing was changed.".to_owned())
    }
}

impl From<Refused> for NotDone {
    fn from(why: Refused) -> Self {
        match why {
            Refused::Because(why) => Self::Refused(why),
            Refused::Unjudged(Unjudged::Stopped) => Self::Cancelled,
            Refused::Unjudged(Unjudged::Because(why)) => {
                Self::Failed(format!("rustc can't check this: {why}"))
            }
        }
    }
}

/// Runs a command with one argument, or shows a sentence with the reason why not; `missing` names the expected argument.
pub(crate) async fn command<T: DeserializeOwned, D: Future<Output = Result<Value, NotDone>>>(
    server: &Arc<Server>,
    arguments: &[Value],
    missing: &'static str,
    carry_out: impl FnOnce(T) -> D,
) -> tower_lsp::jsonrpc::Result<Value> {
    let chosen = arguments.first().cloned().unwrap_or_default();
    let chosen = serde_json::from_value(chosen).map_err(|_| Error::invalid_params(missing))?;
    answer(server, carry_out(chosen)).await
}

/// Returns the command's result; if it fails, shows the reason to the user in one sentence.
async fn answer(
    server: &Arc<Server>,
    done: impl Future<Output = Result<Value, NotDone>>,
) -> tower_lsp::jsonrpc::Result<Value> {
    if !takes_commands(server.session.profile()) {
        return Err(failed("This editor doesn't support edits from the server."));
    }
    let (level, why) = match done.await {
        Ok(answer) => return Ok(answer),
        Err(NotDone::Refused(why)) => (MessageType::INFO, why),
        Err(NotDone::Cancelled) => (
            MessageType::INFO,
            "cancelled; nothing was changed.".to_owned(),
        ),
        Err(NotDone::Failed(why)) => (MessageType::ERROR, format!("{why}; nothing was changed.")),
    };
    let message = format!("RustAssistant: {why}");
    server.client.show_message(level, message).await;
    Ok(json!({"applied": false}))
}

/// A document to check with rustc, and all unsaved source texts, as of when the command was chosen.
pub(crate) struct Subject {
    pub(crate) path: PathBuf,
    pub(crate) file: Arc<OpenFile>,
    pub(crate) document: Arc<Document>,
    pub(crate) surroundings: Surroundings,
    /// Unsaved source texts of other open documents, and those documents.
    pub(crate) unsaved: Texts,
    beside: Vec<Arc<Document>>,
}

impl Subject {
    /// Returns the document with this name, if its source text has this hash.
    pub(crate) async fn of(
        snapshot: &Arc<Snapshot>,
        uri: &str,
        hash: &str,
    ) -> Result<Self, NotDone> {
        let subject = Self::unjudged(snapshot, uri, hash).await?;
        if !subject.surroundings.compiler {
            return Err(NotDone::Refused(format!("{SWITCHED_OFF}.")));
        }
        Ok(subject)
    }

    /// Like [`Subject::of`], without running rustc.
    pub(crate) async fn unjudged(
        snapshot: &Arc<Snapshot>,
        uri: &str,
        hash: &str,
    ) -> Result<Self, NotDone> {
        let name = uri::name(uri);
        let document = name.and_then(|name| snapshot.get(&name.key).cloned());
        let document = document.filter(|document| document.hash() == hash);
        let Some(document) = document else {
            return Err(NotDone::changed());
        };
        let surroundings = document.surroundings().await;
        let Some(surroundings) = surroundings.filter(|it| it.is_served) else {
            let why = "The document is outside the workspace.";
            return Err(NotDone::Refused(why.to_owned()));
        };
        let file = document.file_in(surroundings.context);
        let (Some(file), Some(path)) = (file, document.path().map(PathBuf::from)) else {
            return Err(NotDone::changed());
        };
        let others = snapshot.all().filter(|other| other.key != document.key);
        let others: Vec<Arc<Document>> = others.cloned().collect();
        let read = move || {
            let path = path.canonicalize();
            let path =
                path.map_err(|error| NotDone::Failed(format!("the file can't be found: {error}")))?;
            let beside = unsaved(&others);
            let texts = beside
                .iter()
                .map(|(path, (text, _))| (path.clone(), Arc::clone(text)));
            Ok(Self {
                unsaved: texts.filter(|(other, _)| *other != path).collect(),
                beside: beside.into_values().map(|(_, document)| document).collect(),
                surroundings,
                path,
                file,
                document,
            })
        };
        let read = tokio::task::spawn_blocking(read).await;
        read.unwrap_or_else(|error| Err(NotDone::Failed(error.to_string())))
    }
}

/// Returns the documents that aren't saved.
fn unsaved(documents: &[Arc<Document>]) -> BTreeMap<PathBuf, (Arc<str>, Arc<Document>)> {
    let unsaved = documents.iter().filter_map(|document| {
        let path = document.path()?.canonicalize().ok()?;
        let text = Arc::clone(document.file()?.text());
        let is_saved = workspace::read(&path).is_ok_and(|saved| saved == text);
        (!is_saved).then(|| (path, (text, Arc::clone(document))))
    });
    unsaved.collect()
}

/// Runs `ask` on a separate thread, which is stopped when the result isn't needed any more.
pub(crate) async fn told<T: Send + 'static>(
    server: &Arc<Server>,
    subject: &Arc<Subject>,
    cancel: &CancellationToken,
    ask: impl FnOnce(&Subject, &mut Compiler) -> Result<T, Refused> + Send + 'static,
) -> Result<T, NotDone> {
    server.session.ahead.give_way().await;
    let Some(turn) = server.session.compiler.take() else {
        let why = "Another refactoring is being checked; try again when it is done.";
        return Err(NotDone::Refused(why.to_owned()));
    };
    let asked = cancel.child_token();
    let profile = server.session.profile();
    let progress = server
        .progress
        .begin_unmeasured(&server.client, profile, "Checking with rustc", &asked)
        .await;
    let guard = server.status.begin();
    server.status.send().await;
    let subject = Arc::clone(subject);
    let told = heard(turn, &asked, move |turn: &CompilerTurn| {
        let compiler = Compiler::new(turn.stop.clone());
        ask(&subject, &mut compiler.beside(subject.unsaved.clone()))
    });
    let told = told.await;
    guard.end().await;
    server.progress.end(&progress);
    if cancel.is_cancelled() {
        return Err(NotDone::Cancelled);
    }
    told
}

/// Like [`told`], for precomputation: shows no progress and no errors.
pub(crate) async fn told_unasked<T: Send + 'static>(
    server: &Arc<Server>,
    subject: &Arc<Subject>,
    cancel: &CancellationToken,
    ask: impl FnOnce(&Subject, &mut Compiler) -> Result<T, Refused> + Send + 'static,
) -> Option<T> {
    let turn = server.session.compiler.take()?;
    let subject = Arc::clone(subject);
    let told = heard(turn, cancel, move |turn: &CompilerTurn| {
        ask(&subject, &mut Compiler::new(turn.stop.clone()))
    });
    told.await.ok()
}

async fn heard<T: Send + 'static>(
    turn: CompilerTurn,
    cancel: &CancellationToken,
    ask: impl FnOnce(&CompilerTurn) -> Result<T, Refused> + Send + 'static,
) -> Result<T, NotDone> {
    let stop = turn.stop.clone();
    let (tell, mut told) = oneshot::channel();
    let started = thread::Builder::new()
        .name("compiler".to_owned())
        .stack_size(STACK_SIZE)
        .spawn(move || {
            let said = ask(&turn);
            // The receiver may start the next check immediately.
            drop(turn);
            // Fails if the session has ended.
            let _ = tell.send(said);
        });
    started.map_err(|error| NotDone::Failed(format!("can't start a thread: {error}")))?;
    let told = tokio::select! {
        told = &mut told => told,
        () = cancel.cancelled() => {
            stop.now();
            told.await
        }
    };
    // The thread panicked.
    let told = told.map_err(|_| NotDone::Failed("the check failed".to_owned()))?;
    told.map_err(NotDone::from)
}

/// Sends the edit to the editor, if nothing it depends on has changed.
pub(crate) async fn apply(
    server: &Arc<Server>,
    subject: &Subject,
    label: String,
    edits: Edits,
) -> Result<Url, NotDone> {
    sent(server, subject, (label, None), edits).await
}

/// Like [`apply`], but the user confirms the edit, which is shown with a description.
#[cfg(feature = "model")]
pub(crate) async fn apply_confirmed(
    server: &Arc<Server>,
    subject: &Subject,
    (label, description): (String, String),
    edits: Edits,
) -> Result<Url, NotDone> {
    sent(server, subject, (label, Some(description)), edits).await
}

async fn sent(
    server: &Arc<Server>,
    subject: &Subject,
    (label, description): (String, Option<String>),
    edits: Edits,
) -> Result<Url, NotDone> {
    let snapshot = server.session.documents.snapshot();
    let is_same = |document: &Arc<Document>| {
        let current = snapshot.get(&document.key);
        current.is_some_and(|current| current.hash() == document.hash())
    };
    let Some(current) = snapshot.get(&subject.document.key) else {
        return Err(NotDone::changed());
    };
    let uri = Url::parse(&current.uri).map_err(|_| NotDone::changed())?;
    if !is_same(&subject.document) || !subject.beside.iter().all(is_same) {
        return Err(NotDone::changed());
    }
    let change = FileEdits {
        uri: uri.clone(),
        version: Some(current.version),
        file: Arc::clone(&subject.file),
        edits,
    };
    let profile = server.session.profile();
    let edit = match &description {
        Some(description) => edit_to_confirm(change, (&label, description), profile),
        None => edit_of(vec![change], profile),
    };
    let params = ApplyWorkspaceEditParams {
        label: Some(label),
        edit,
    };
    let applied = ask_within::<ApplyWorkspaceEdit>(&server.client, params, EDIT_TIMEOUT).await;
    let Some(applied) = applied else {
        let why = "the editor did not confirm the edit";
        return Err(NotDone::Failed(why.to_owned()));
    };
    if !applied.applied {
        let why = applied.failure_reason;
        let why = why.unwrap_or_else(|| "the editor refused the edit".to_owned());
        return Err(NotDone::Failed(why));
    }
    Ok(uri)
}
