//! Extracting a function, which rustc has to be asked about.
//!
//! Nothing but syntax is looked at where it is offered. Cargo is started only once a person has chosen it, with the texts
//! that the editor has, on a thread of its own; the edit is given up where one of these texts is another by then.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, thread};

use lsp_types::{
    ApplyWorkspaceEditParams, CodeAction, CodeActionKind, Command, MessageType, Url,
    request::ApplyWorkspaceEdit,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tower_lsp::jsonrpc::{Error, Result};

use super::edits::{FileEdits, edit_of};
use crate::{
    analysis::{
        Extracted, Extraction, Finding, OpenFile, Refused, apart, extract_function, gain_in_words,
        may_be_extracted, texts_beside,
    },
    compiler::{self, Compiler, Texts, Unjudged},
    extraction::Proposal,
    lsp::{
        session::{
            analysed::Analysed, document::Document, documents::Snapshot, server::Server,
            tasks::CompilerTurn,
        },
        wire::{
            client::{EDIT_TIMEOUT, ask_within},
            errors::failed,
            positions::position_in,
            profile::{Feature, Profile},
            uri,
        },
    },
    syntax::STACK_SIZE,
    text::{Lines, TextRange, TextSize},
    workspace,
};

pub(crate) const COMMAND: &str = "rustassistant.extractFunction";
const TITLE: &str = "Extract into a function";
/// Titles are cut off beyond so many characters in some editors.
pub(crate) const LONGEST_TITLE: usize = 60;
/// Of extractions that nobody has selected.
pub(crate) const MOST_PROPOSED: usize = 3;

/// What the command is given: a selection of a text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Chosen {
    uri: String,
    /// Of the whole text.
    hash: String,
    start: u32,
    end: u32,
    /// What the function is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

/// The action at a selection of statements that a function may be made of. A person has to have asked for it.
pub(crate) fn offered(
    analysed: &Analysed,
    selection: TextRange,
    profile: &Profile,
) -> Option<CodeAction> {
    let may_be_asked = analysed.compiler && takes_commands(profile);
    if selection.is_empty() || !may_be_asked {
        return None;
    }
    analysed.document.path()?;
    may_be_extracted(analysed.file.source().ok()?, selection).ok()?;
    if !compiler::is_found() {
        return None;
    }
    action(analysed, selection, None, TITLE.to_owned())
}

/// The actions that make a finding smaller without a selection, the best first. None takes a part of another.
pub(crate) fn proposed(
    analysed: &Analysed,
    finding: &Finding,
    profile: &Profile,
) -> Vec<CodeAction> {
    if !takes_commands(profile) || analysed.document.path().is_none() || !compiler::is_found() {
        return Vec::new();
    }
    let proposals = analysed.proposals_for(finding);
    let actions = apart(&proposals).into_iter().filter_map(|it| {
        let title = proposed_title(analysed, finding, it);
        action(analysed, it.range, Some(it.name.clone()), title)
    });
    actions.collect()
}

/// What these actions are called.
pub(crate) fn proposed_titles(analysed: &Analysed, finding: &Finding) -> Vec<String> {
    let proposals = analysed.proposals_for(finding);
    let apart = apart(&proposals).into_iter().take(MOST_PROPOSED);
    let titles = apart.map(|it| proposed_title(analysed, finding, it));
    titles.collect()
}

/// "Extract `read_headers` (lines 48-71, complexity 49 → 21)"
fn proposed_title(analysed: &Analysed, finding: &Finding, proposal: &Proposal) -> String {
    let lines = analysed.file.lines();
    let line = |at| lines.line(at) + 1;
    let (first, last) = (line(proposal.range.start()), line(proposal.range.end()));
    let gain = gain_in_words(finding, proposal);
    let name = &proposal.name;
    let whole = format!("Extract `{name}` (lines {first}-{last}, {gain})");
    if whole.chars().count() <= LONGEST_TITLE {
        return whole;
    }
    format!("Extract `{name}` (lines {first}-{last})")
}

fn action(
    analysed: &Analysed,
    selection: TextRange,
    name: Option<String>,
    title: String,
) -> Option<CodeAction> {
    let chosen = Chosen {
        uri: analysed.document.uri.clone(),
        hash: analysed.document.hash().to_owned(),
        start: selection.start().into(),
        end: selection.end().into(),
        name,
    };
    let argument = serde_json::to_value(chosen).ok()?;
    let command = Command::new(title.clone(), COMMAND.into(), Some(vec![argument]));
    Some(CodeAction {
        title,
        kind: Some(CodeActionKind::REFACTOR_EXTRACT),
        command: Some(command),
        ..CodeAction::default()
    })
}

fn takes_commands(profile: &Profile) -> bool {
    profile.has(Feature::ApplyEdit) && profile.has(Feature::Commands)
}

/// Why nothing was extracted.
enum NotDone {
    /// As a sentence.
    Refused(String),
    Cancelled,
    Failed(String),
}

impl NotDone {
    fn changed() -> Self {
        Self::Refused("The text has changed meanwhile, so nothing was extracted.".to_owned())
    }
}

impl From<Refused> for NotDone {
    fn from(why: Refused) -> Self {
        match why {
            Refused::Because(why) => Self::Refused(why),
            Refused::Unjudged(Unjudged::Stopped) => Self::Cancelled,
            Refused::Unjudged(Unjudged::Because(why)) => {
                Self::Failed(format!("rustc can't be asked: {why}"))
            }
        }
    }
}

/// What is extracted from what.
struct Work {
    range: TextRange,
    name: Option<String>,
    path: PathBuf,
    file: Arc<OpenFile>,
    document: Arc<Document>,
    /// What else is open, with the documents that hold these texts.
    unsaved: Texts,
    beside: Vec<Arc<Document>>,
}

/// Carries it out, or says in one sentence why not.
pub(crate) async fn run(
    server: &Arc<Server>,
    snapshot: &Arc<Snapshot>,
    arguments: &[Value],
    cancel: &CancellationToken,
) -> Result<Value> {
    let chosen = arguments.first().cloned().unwrap_or_default();
    let chosen: Chosen = serde_json::from_value(chosen)
        .map_err(|_| Error::invalid_params("The selection to extract from is missing."))?;
    if !takes_commands(server.session.profile()) {
        return Err(failed("This editor takes no edits that it didn't ask for."));
    }
    let (level, why) = match carried_out(server, snapshot, &chosen, cancel).await {
        Ok(answer) => return Ok(answer),
        Err(NotDone::Refused(why)) => (MessageType::INFO, why),
        Err(NotDone::Cancelled) => (
            MessageType::INFO,
            "cancelled; nothing was extracted.".to_owned(),
        ),
        Err(NotDone::Failed(why)) => (MessageType::ERROR, format!("{why}; nothing was extracted.")),
    };
    let message = format!("RustAssistant: {why}");
    server.client.show_message(level, message).await;
    Ok(json!({"applied": false}))
}

async fn carried_out(
    server: &Arc<Server>,
    snapshot: &Arc<Snapshot>,
    chosen: &Chosen,
    cancel: &CancellationToken,
) -> std::result::Result<Value, NotDone> {
    let work = work(snapshot, chosen).await?;
    let Some(turn) = server.session.compiler.take() else {
        let why = "Another extraction is being checked; choose this one again when it is done.";
        return Err(NotDone::Refused(why.to_owned()));
    };
    let work = Arc::new(work);
    let extracted = extracted(server, &work, turn, cancel).await?;
    if cancel.is_cancelled() {
        return Err(NotDone::Cancelled);
    }
    apply(server, &work, &extracted).await
}

/// The selection and all texts that the disk doesn't have, as they were when the command was chosen.
async fn work(snapshot: &Arc<Snapshot>, chosen: &Chosen) -> std::result::Result<Work, NotDone> {
    let name = uri::name(&chosen.uri);
    let document = name.and_then(|name| snapshot.get(&name.key).cloned());
    let document = document.filter(|document| document.hash() == chosen.hash);
    let Some(document) = document else {
        return Err(NotDone::changed());
    };
    let surroundings = document.surroundings().await;
    let Some(surroundings) = surroundings.filter(|it| it.is_served && it.compiler) else {
        let why = "`compiler.enabled` is `false` here, so rustc isn't asked.";
        return Err(NotDone::Refused(why.to_owned()));
    };
    let (start, end) = (TextSize::new(chosen.start), TextSize::new(chosen.end));
    let file = document.file_in(surroundings.context);
    let (Some(file), Some(path)) = (file, document.path().map(PathBuf::from)) else {
        return Err(NotDone::changed());
    };
    if end < start || end > TextSize::of(&**file.text()) {
        return Err(NotDone::changed());
    }
    let name = chosen.name.clone();
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
        Ok(Work {
            range: TextRange::new(start, end),
            name,
            unsaved: texts.filter(|(other, _)| *other != path).collect(),
            beside: beside.into_values().map(|(_, document)| document).collect(),
            path,
            file,
            document,
        })
    };
    let read = tokio::task::spawn_blocking(read).await;
    read.unwrap_or_else(|error| Err(NotDone::Failed(error.to_string())))
}

/// The documents whose texts the disk doesn't have.
fn unsaved(documents: &[Arc<Document>]) -> BTreeMap<PathBuf, (Arc<str>, Arc<Document>)> {
    let unsaved = documents.iter().filter_map(|document| {
        let path = document.path()?.canonicalize().ok()?;
        let text = Arc::clone(document.file()?.text());
        let is_saved = workspace::read(&path).is_ok_and(|saved| saved == text);
        (!is_saved).then(|| (path, (text, Arc::clone(document))))
    });
    unsaved.collect()
}

/// Asks on a thread of its own, which is told to stop where nobody wants it any more.
async fn extracted(
    server: &Arc<Server>,
    work: &Arc<Work>,
    turn: CompilerTurn,
    cancel: &CancellationToken,
) -> std::result::Result<Extracted, NotDone> {
    let cancel = cancel.child_token();
    let profile = server.session.profile();
    let progress = server
        .progress
        .begin_unmeasured(&server.client, profile, "Checking with rustc", &cancel)
        .await;
    let guard = server.status.begin();
    server.status.send().await;
    let told = heard(work, turn, &cancel).await;
    guard.end().await;
    server.progress.end(&progress);
    told
}

async fn heard(
    work: &Arc<Work>,
    turn: CompilerTurn,
    cancel: &CancellationToken,
) -> std::result::Result<Extracted, NotDone> {
    let stop = turn.stop.clone();
    let (tell, mut told) = oneshot::channel();
    let work = Arc::clone(work);
    let started = thread::Builder::new()
        .name("compiler".to_owned())
        .stack_size(STACK_SIZE)
        .spawn(move || {
            // Where nobody hears it, the session has ended.
            let _ = tell.send(ask(&work, &turn));
        });
    started.map_err(|error| NotDone::Failed(format!("no thread can be started: {error}")))?;
    let told = tokio::select! {
        told = &mut told => told,
        () = cancel.cancelled() => {
            stop.now();
            told.await
        }
    };
    // A thread that panicked says nothing.
    let told = told.map_err(|_| NotDone::Failed("extracting failed".to_owned()))?;
    told.map_err(NotDone::from)
}

fn ask(work: &Work, turn: &CompilerTurn) -> std::result::Result<Extracted, Refused> {
    let source = work.file.source();
    let source = source.map_err(|why| Refused::Because(format!("The file is {why}.")))?;
    let wanted = Extraction {
        range: work.range,
        name: work.name.clone(),
        others: texts_beside(&work.path, &work.unsaved),
    };
    let mut compiler = Compiler::new(turn.stop.clone()).beside(work.unsaved.clone());
    extract_function(source, &work.path, &wanted, &mut compiler)
}

/// Has the editor carry it out, if all that was read is as it was.
async fn apply(
    server: &Arc<Server>,
    work: &Work,
    extracted: &Extracted,
) -> std::result::Result<Value, NotDone> {
    let snapshot = server.session.documents.snapshot();
    let is_same = |document: &Arc<Document>| {
        let current = snapshot.get(&document.key);
        current.is_some_and(|current| current.hash() == document.hash())
    };
    let Some(current) = snapshot.get(&work.document.key) else {
        return Err(NotDone::changed());
    };
    let uri = Url::parse(&current.uri).map_err(|_| NotDone::changed())?;
    if !is_same(&work.document) || !work.beside.iter().all(is_same) {
        return Err(NotDone::changed());
    }
    let profile = server.session.profile();
    let change = FileEdits {
        uri: uri.clone(),
        version: Some(current.version),
        file: Arc::clone(&work.file),
        edits: extracted.edits(work.file.text()),
    };
    let params = ApplyWorkspaceEditParams {
        label: Some(format!("{TITLE} `{}`", extracted.name)),
        edit: edit_of(vec![change], profile),
    };
    let applied = ask_within::<ApplyWorkspaceEdit>(&server.client, params, EDIT_TIMEOUT).await;
    let Some(applied) = applied else {
        let why = "the editor did not say whether it has carried out the edit";
        return Err(NotDone::Failed(why.to_owned()));
    };
    if !applied.applied {
        let why = applied.failure_reason;
        let why = why.unwrap_or_else(|| "the editor refused the edit".to_owned());
        return Err(NotDone::Failed(why));
    }
    let lines = Lines::new(&extracted.text);
    let call = extracted.call();
    let call = call.map(|at| position_in(&lines, &extracted.text, at, profile));
    Ok(json!({"applied": true, "uri": uri, "name": extracted.name, "call": call}))
}
