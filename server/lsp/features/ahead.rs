//! Precomputes what the actions at a resting cursor need from rustc.
//!
//! This starts cargo, which runs the project's build scripts and procedural macros, so it is only done if the user's
//! configuration enables it, or if the client reports that the user trusts the workspace. An action with a known outcome then
//! contains its edit instead of a command.

use std::{path::Path, sync::Arc, thread, time::Duration};

use lsp_types::{CodeActionContext, CodeActionOrCommand, CodeActionTriggerKind, Command};
use tokio_util::sync::CancellationToken;

use super::{
    actions::{self, ActionRequest},
    agreed,
    asking_rustc::{self, AheadWork, Subject},
    edits::workspace_edit,
    extract_function,
};
use crate::{
    analysis::difference,
    lsp::{
        session::{
            ahead::Ahead, analysed::Analysed, document::Document, documents::Snapshot,
            server::Server,
        },
        wire::profile::{ActionSupport, Feature, Profile},
    },
    text::TextRange,
    workspace,
};

/// Time after which a cursor is considered resting.
const REST: Duration = Duration::from_millis(1_500);
/// Maximum number of actions to precompute per location.
const MOST: usize = 3;
/// Minimum number of cores for speculative work.
const LEAST_CORES: usize = 4;

/// A range of a document, with a snapshot of all open documents.
pub(crate) struct Resting {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) document: Arc<Document>,
    pub(crate) range: TextRange,
}

/// Whether to precompute actions for the findings at a range.
pub(crate) fn is_wanted(analysed: &Analysed, range: TextRange, profile: &Profile) -> bool {
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    // Without file change notifications, outdated results can't be detected.
    is_on(analysed.ahead, profile, cores)
        && profile.has(Feature::WatchedFiles)
        && asking_rustc::may_be_offered(analysed, profile)
        && !analysed.findings_at(range).is_empty()
}

/// The user's setting, or a default that depends on the client and the machine.
fn is_on(stated: Option<bool>, profile: &Profile, cores: impl FnOnce() -> usize) -> bool {
    stated.unwrap_or_else(|| profile.has(Feature::TrustedWorkspace) && cores() >= LEAST_CORES)
}

/// Precomputes the actions at a range once the cursor has rested there.
pub(crate) fn rest(server: &Arc<Server>, resting: Resting, support: ActionSupport) {
    let ahead = &server.session.ahead;
    let place = (&resting.document, resting.range);
    let Some(cancel) = ahead.rest(place, &resting.snapshot) else {
        return;
    };
    let server = Arc::clone(server);
    tokio::spawn(async move {
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            () = cancel.cancelled() => return,
        }
        for command in commands(&server, &resting, support, &cancel).await {
            if cancel.is_cancelled() || server.session.is_shut_down() {
                return;
            }
            work_out(&server, &resting, &command, &cancel).await;
        }
    });
}

/// Returns the commands of the actions for the findings there.
async fn commands(
    server: &Arc<Server>,
    resting: &Resting,
    support: ActionSupport,
    cancel: &CancellationToken,
) -> Vec<Command> {
    let (range, cancel) = (resting.range, cancel.clone());
    let work = move |analysed: &Analysed, profile: &Profile| {
        let request = ActionRequest {
            range,
            context: &CodeActionContext {
                trigger_kind: Some(CodeActionTriggerKind::INVOKED),
                ..CodeActionContext::default()
            },
            support,
            profile,
            goes_on: &|| !cancel.is_cancelled(),
        };
        let actions = actions::at(analysed, &request).into_iter();
        let answers = actions.filter_map(|action| match action {
            CodeActionOrCommand::CodeAction(action) if action.diagnostics.is_some() => {
                action.command
            }
            _ => None,
        });
        let known = answers.filter(|command| work_of(command).is_some());
        known.take(MOST).collect()
    };
    let found = server.analyse(&resting.document, work).await;
    found.ok().flatten().unwrap_or_default()
}

/// Returns the work of a command that only needs rustc.
fn work_of(command: &Command) -> Option<AheadWork> {
    let argument = command.arguments.as_ref()?.first()?.clone();
    match command.command.as_str() {
        agreed::COMMAND => agreed::work(argument),
        extract_function::COMMAND => extract_function::work(argument),
        _ => None,
    }
}

/// Commands are distinguished by their arguments, which include the document's hash.
fn key(command: &Command) -> Option<String> {
    serde_json::to_string(&(&command.command, &command.arguments)).ok()
}

async fn work_out(
    server: &Arc<Server>,
    resting: &Resting,
    command: &Command,
    cancel: &CancellationToken,
) {
    let (Some(work), Some(key)) = (work_of(command), key(command)) else {
        return;
    };
    let (uri, hash) = (&resting.document.uri, resting.document.hash());
    let Ok(subject) = Subject::of(&resting.snapshot, uri, hash).await else {
        return;
    };
    let subject = Arc::new(subject);
    if !is_saved(&subject).await {
        return;
    }
    let asking = server.session.ahead.asking().await;
    if cancel.is_cancelled() {
        return;
    }
    let told = asking_rustc::told_unasked(server, &subject, cancel, work).await;
    drop(asking);
    if let Some(text) = told {
        server.session.ahead.keep(cancel, key, text);
    }
}

/// Whether every document is saved.
async fn is_saved(subject: &Arc<Subject>) -> bool {
    let subject = Arc::clone(subject);
    let look = move || {
        let on_disk = workspace::read(&subject.path);
        subject.unsaved.is_empty() && on_disk.is_ok_and(|text| text == *subject.file.text())
    };
    tokio::task::spawn_blocking(look).await.unwrap_or_default()
}

/// Replaces commands with known outcomes by their edits.
pub(crate) fn filled(
    (analysed, snapshot): (&Analysed, &Arc<Snapshot>),
    actions: Vec<CodeActionOrCommand>,
    ahead: &Ahead,
    profile: &Profile,
) -> Vec<CodeActionOrCommand> {
    if !ahead.knows(snapshot) {
        return actions;
    }
    let edit = |command: &Command| {
        let text = ahead.text(snapshot, &key(command)?)?;
        let edits = difference(analysed.file.text(), &text);
        workspace_edit(&analysed.document, &analysed.file, &edits, profile)
    };
    let filled = actions.into_iter().map(|action| {
        let CodeActionOrCommand::CodeAction(mut action) = action else {
            return action;
        };
        if let Some(edit) = action.command.as_ref().and_then(edit) {
            action.edit = Some(edit);
            action.command = None;
        }
        CodeActionOrCommand::CodeAction(action)
    });
    filled.collect()
}

/// Whether a change of this file may invalidate results; files written by rustc runs don't.
pub(crate) fn is_news(path: &Path) -> bool {
    !crate::compiler::is_own(path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn without_the_users_word_trust_and_cores_decide() {
        let profile = |trusted: bool| {
            let experimental = json!({"rustassistant": {"trustedWorkspace": trusted}});
            Profile::read(&json!({"capabilities": {"experimental": experimental}}))
        };
        for (stated, trusted, cores, expected) in [
            (None, true, 4, true),
            (None, true, 3, false),
            (None, false, 16, false),
            (Some(true), false, 1, true),
            (Some(false), true, 16, false),
        ] {
            let found = is_on(stated, &profile(trusted), || cores);
            assert_eq!(found, expected, "{stated:?} {trusted} {cores}");
        }
        // A project can set an editor's options, so they don't express trust.
        let options = json!({"initializationOptions": {"trustedWorkspace": true}});
        assert!(!is_on(None, &Profile::read(&options), || 16));
    }
}
