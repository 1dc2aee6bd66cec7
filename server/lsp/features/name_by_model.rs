//! Lets a language model propose names for an extracted function or a condition.
//!
//! The user has chosen an action that mentions it. If the client can't ask the user, or there is no answer in time, a name from
//! the code is used.

use std::sync::Arc;

use lsp_types::{
    MessageActionItem, MessageType, ShowMessageRequestParams, request::ShowMessageRequest,
};
use tokio_util::sync::CancellationToken;

use super::{
    asking_model::{self, in_words, parsed},
    asking_rustc::{NotDone, Subject},
};
use crate::{
    analysis::{Nameless, Refused, name_subject, names_in},
    config::{ModelOptions, NAME},
    lsp::{
        session::{analysed::Analysed, server::Server},
        wire::{
            client::{EDIT_TIMEOUT, ask_within},
            profile::Feature,
        },
    },
    model::for_names,
};

/// Returns the title of an action that names something with a model, if one is configured.
pub(crate) fn title(analysed: &Analysed, nameless: Nameless) -> Option<String> {
    let options = analysed.model.chosen_for(NAME)?;
    let subject = name_subject(analysed.file.source().ok()?, nameless).ok()?;
    let tokens = subject.question(options.effort).estimate(options);
    let (model, tokens) = (&options.model, in_words(tokens));
    let what = match nameless {
        Nameless::Lines(_) => "Extract into a function named",
        Nameless::Condition(_) => "Extract the condition into a variable named",
    };
    Some(format!("{what} by {model} ({tokens})"))
}

/// Returns the name that the user chose from a model's proposals; `None` without proposals.
pub(crate) async fn chosen(
    server: &Arc<Server>,
    subject: &Arc<Subject>,
    nameless: Nameless,
    cancel: &CancellationToken,
) -> Result<Option<String>, NotDone> {
    let options = asking_model::chosen_for(NAME, subject)?;
    let options = for_names(&options);
    let names = match proposed(server, subject, (nameless, &options), cancel).await {
        Ok(names) => names,
        Err(NotDone::Cancelled) => return Err(NotDone::Cancelled),
        Err(NotDone::Refused(why) | NotDone::Failed(why)) => {
            tracing::info!("no name from a model: {why}");
            Vec::new()
        }
    };
    if names.len() < 2 || !server.session.profile().has(Feature::Questions) {
        return Ok(names.into_iter().next());
    }
    let question = match nameless {
        Nameless::Lines(_) => "choose a name for the new function",
        Nameless::Condition(_) => "choose a name for the condition",
    };
    agreed(server, question, names).await
}

async fn proposed(
    server: &Arc<Server>,
    subject: &Arc<Subject>,
    (nameless, options): (Nameless, &ModelOptions),
    cancel: &CancellationToken,
) -> Result<Vec<String>, NotDone> {
    let (read, effort) = (Arc::clone(subject), options.effort);
    let work = move || {
        let question = name_subject(parsed(&read)?, nameless)?.question(effort);
        Ok::<_, Refused>(question)
    };
    let question = server.engine.run(work).await;
    let question = question.map_err(|error| NotDone::Failed(error.to_string()))??;
    let asker = asking_model::asker(server, subject, options).await;
    let answer = asking_model::answered(server, (&asker, &question), cancel).await?;
    asker.keep(&question, &answer).await;
    let read = Arc::clone(subject);
    let work = move || {
        let place = (&*read.path, &read.unsaved);
        let source = parsed(&read)?;
        Ok::<_, Refused>(names_in(&answer.text, (source, nameless), place))
    };
    let names = server.engine.run(work).await;
    Ok(names.map_err(|error| NotDone::Failed(error.to_string()))??)
}

async fn agreed(
    server: &Arc<Server>,
    question: &str,
    names: Vec<String>,
) -> Result<Option<String>, NotDone> {
    let item = |title: &String| MessageActionItem {
        title: title.clone(),
        properties: std::collections::HashMap::default(),
    };
    let params = ShowMessageRequestParams {
        typ: MessageType::INFO,
        message: format!("RustAssistant: {question}"),
        actions: Some(names.iter().map(item).collect()),
    };
    let answer = ask_within::<ShowMessageRequest>(&server.client, params, EDIT_TIMEOUT).await;
    let chosen = answer.flatten().map(|item| item.title);
    let chosen = chosen.filter(|name| names.contains(name));
    chosen.map(Some).ok_or(NotDone::Cancelled)
}
