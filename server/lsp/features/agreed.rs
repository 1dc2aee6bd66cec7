//! Offers that rustc must check: the action is a command, and the edit follows from the verdict.

use std::sync::Arc;

use lsp_types::Command;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower_lsp::jsonrpc::Result;

use super::{
    asking_rustc::{self, AheadWork, NotDone, Subject},
    resolve::{self, ActionNote},
};
use crate::{
    analysis::{Refused, agreed, difference},
    compiler::Compiler,
    lsp::session::{analysed::Analysed, documents::Snapshot, server::Server},
};

pub(crate) const COMMAND: &str = "rustassistant.carryOutChecked";

/// Returns the command of an offer's action.
pub(crate) fn command(title: String, note: &ActionNote) -> Option<Command> {
    let argument = serde_json::to_value(note).ok()?;
    Some(Command::new(title, COMMAND.into(), Some(vec![argument])))
}

/// Applies the offer if rustc accepts it; otherwise shows the reason in one sentence.
pub(crate) async fn run(
    server: &Arc<Server>,
    snapshot: &Arc<Snapshot>,
    arguments: &[Value],
    cancel: &CancellationToken,
) -> Result<Value> {
    let missing = "The command's argument, the offer, is missing.";
    let carry_out = |note| carried_out(server, snapshot, note, cancel);
    asking_rustc::command(server, arguments, missing, carry_out).await
}

async fn carried_out(
    server: &Arc<Server>,
    snapshot: &Arc<Snapshot>,
    note: ActionNote,
    cancel: &CancellationToken,
) -> std::result::Result<Value, NotDone> {
    let subject = Subject::of(snapshot, &note.uri, &note.hash).await?;
    let subject = Arc::new(subject);
    let ask =
        move |subject: &Subject, compiler: &mut Compiler| worked_out(&note, subject, compiler);
    let (title, text) = asking_rustc::told(server, &subject, cancel, ask).await?;
    let edits = difference(subject.file.text(), &text);
    let uri = asking_rustc::apply(server, &subject, title, edits).await?;
    Ok(json!({"applied": true, "uri": uri}))
}

/// Returns the work that computes the offer of a command.
pub(crate) fn work(argument: Value) -> Option<AheadWork> {
    let note: ActionNote = serde_json::from_value(argument).ok()?;
    Some(Box::new(move |subject, compiler| {
        worked_out(&note, subject, compiler).map(|(_, text)| text)
    }))
}

/// Returns the title of an offer, and the document's new source text if rustc accepts it.
fn worked_out(
    note: &ActionNote,
    subject: &Subject,
    compiler: &mut Compiler,
) -> std::result::Result<(String, Arc<str>), Refused> {
    let analysed = Analysed::new(&subject.document, &subject.surroundings);
    let offer = analysed.and_then(|analysed| resolve::find(&analysed, note));
    let source = subject.file.source().ok();
    let (Some(offer), Some(source)) = (offer, source) else {
        return Err(Refused::Because(
            "This refactoring is no longer available.".to_owned(),
        ));
    };
    let change = offer.change();
    let asked = (change.edits(), change.target);
    let text = agreed(source, &subject.path, asked, compiler)?;
    Ok((change.title.clone(), text))
}
