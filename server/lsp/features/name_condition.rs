//! Lets a language model name a condition whose code doesn't suggest a name.
//!
//! Doesn't need rustc: naming a condition is safe with any name that doesn't occur in the file.

use std::sync::Arc;

use lsp_types::{CodeAction, CodeActionKind};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower_lsp::jsonrpc::Result;

use super::{
    asking_model::{self, FunctionPlace, parsed},
    asking_rustc::{self, NotDone, Subject, takes_commands},
    edits::edits_laid_out,
    name_by_model,
};
use crate::{
    analysis::{NAME_CONDITION, Nameless, Refused, condition_named},
    lsp::{
        session::{analysed::Analysed, documents::Snapshot, server::Server},
        wire::profile::Profile,
    },
    text::{TextRange, TextSize},
};

pub(crate) const COMMAND: &str = "rustassistant.nameCondition";

/// Returns the action for a condition without a suggested name, if a model is configured for names. Its diagnostic is that of a
/// finding that a name addresses.
pub(crate) fn offered(
    analysed: &Analysed,
    range: TextRange,
    profile: &Profile,
) -> Option<CodeAction> {
    if !takes_commands(profile) || analysed.document.path().is_none() {
        return None;
    }
    let at = TextRange::empty(range.start());
    let title = name_by_model::title(analysed, Nameless::Condition(at))?;
    let kind = CodeActionKind::REFACTOR_EXTRACT;
    asking_model::action(analysed, at, (title, kind), COMMAND)
}

/// Whether naming a condition addresses a smell.
pub(crate) fn answers(smell: &crate::smells::Smell) -> bool {
    smell.answers.contains(&NAME_CONDITION)
}

/// Runs the command, or shows the reason why not in one sentence.
pub(crate) async fn run(
    server: &Arc<Server>,
    snapshot: &Arc<Snapshot>,
    arguments: &[Value],
    cancel: &CancellationToken,
) -> Result<Value> {
    let missing = "The command's argument, the condition, is missing.";
    let carry_out = |place| carried_out(server, snapshot, place, cancel);
    asking_rustc::command(server, arguments, missing, carry_out).await
}

async fn carried_out(
    server: &Arc<Server>,
    snapshot: &Arc<Snapshot>,
    place: FunctionPlace,
    cancel: &CancellationToken,
) -> std::result::Result<Value, NotDone> {
    let subject = Subject::unjudged(snapshot, &place.uri, &place.hash).await?;
    let at = TextSize::new(place.at);
    if at > TextSize::of(&**subject.file.text()) {
        return Err(NotDone::changed());
    }
    let (at, subject) = (TextRange::empty(at), Arc::new(subject));
    let nameless = Nameless::Condition(at);
    let name = name_by_model::chosen(server, &subject, nameless, cancel).await?;
    let name = name.ok_or_else(|| {
        let why = "No name was found; nothing was changed.";
        NotDone::Refused(why.to_owned())
    })?;
    let (read, given) = (Arc::clone(&subject), name.clone());
    let work = move || {
        let offer = condition_named(parsed(&read)?, at, &given)?;
        let change = offer.change();
        let path = read.surroundings.compiler.then_some(&*read.path);
        let edits = edits_laid_out(&read.file, path, change.edits());
        Ok::<_, Refused>((change.title.clone(), edits))
    };
    let named = server.engine.run(work).await;
    let (title, edits) = named.map_err(|error| NotDone::Failed(error.to_string()))??;
    let uri = asking_rustc::apply(server, &subject, title, edits).await?;
    Ok(json!({"applied": true, "uri": uri, "name": name}))
}
