//! Lets a language model choose how to split a function.
//!
//! Nothing is sent until the user has chosen the action, and nothing is changed until the user has seen the results: the
//! model's choices are applied and compiled first, and then offered for selection.

use std::sync::Arc;

use lsp_types::{
    CodeAction, CodeActionKind, MessageActionItem, MessageType, ShowMessageRequestParams,
    request::ShowMessageRequest,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower_lsp::jsonrpc::Result;

use super::{
    asking_model::{self, FunctionPlace, in_words, parsed},
    asking_rustc::{self, NotDone, Subject, may_be_offered},
};
use crate::{
    analysis::{Finding, Outcome, Planned, Planning, Refused, difference, is_for_extraction},
    compiler::Compiler,
    config::{CHOOSE, ModelOptions},
    lsp::{
        session::{analysed::Analysed, documents::Snapshot, server::Server},
        wire::{
            client::{EDIT_TIMEOUT, ask_within},
            profile::{Feature, Profile},
        },
    },
    model::{Answer, Asker, Question, Suggestion, suggestions},
    report::plan_title,
    text::{TextRange, TextSize},
};

pub(crate) const COMMAND: &str = "rustassistant.planExtractions";
const LEAVE: &str = "Cancel";

/// Returns the action for a finding of an oversized function, if a model is configured.
pub(crate) fn offered(
    analysed: &Analysed,
    finding: &Finding,
    profile: &Profile,
) -> Option<CodeAction> {
    let options = analysed.model.chosen_for(CHOOSE)?;
    if !is_for_extraction(finding.smell)
        || !may_be_offered(analysed, profile)
        || !profile.has(Feature::Questions)
    {
        return None;
    }
    let source = analysed.file.source().ok()?;
    let planning = Planning::at(source, &analysed.rules, finding.at).ok()?;
    let question = planning
        .subject(source)
        .question(options.plans, options.effort);
    let tokens = in_words(question.estimate(options));
    let title = format!("Plan extractions with {} ({tokens})", options.model);
    asking_model::action(
        analysed,
        finding.at,
        (title, CodeActionKind::REFACTOR_EXTRACT),
        COMMAND,
    )
}

/// Runs the command, or shows the reason why not in one sentence.
pub(crate) async fn run(
    server: &Arc<Server>,
    snapshot: &Arc<Snapshot>,
    arguments: &[Value],
    cancel: &CancellationToken,
) -> Result<Value> {
    let missing = "The command's argument, the function, is missing.";
    let carry_out = |chosen| carried_out(server, snapshot, chosen, cancel);
    asking_rustc::command(server, arguments, missing, carry_out).await
}

async fn carried_out(
    server: &Arc<Server>,
    snapshot: &Arc<Snapshot>,
    chosen: FunctionPlace,
    cancel: &CancellationToken,
) -> std::result::Result<Value, NotDone> {
    let subject = Arc::new(Subject::of(snapshot, &chosen.uri, &chosen.hash).await?);
    let options = asking_model::chosen_for(CHOOSE, &subject)?;
    let (planning, question) = planned(server, &subject, chosen.at, &options).await?;
    let asker = asking_model::asker(server, &subject, &options).await;
    asking_model::check_asked(&asker, &question).await?;
    asking_model::check_compiled(server, &subject, planning.range(), cancel).await?;
    let (answer, found) = asked(server, (&asker, &question), planning.listed(), cancel).await?;
    asker.keep(&question, &answer).await;
    let tried = planning.clone();
    let ask = move |subject: &Subject,
                    compiler: &mut Compiler|
          -> std::result::Result<Outcome, Refused> {
        let source = parsed(subject)?;
        let place = (&*subject.path, &subject.unsaved);
        Ok(tried.carried_out(source, place, &found, compiler)?)
    };
    let outcome = asking_rustc::told(server, &subject, cancel, ask).await?;
    if outcome.planned.is_empty() {
        asker.keep_fruitless(&question).await;
        let why = "None of the model's choices both compiles and improves the function.";
        return Err(NotDone::Refused(why.to_owned()));
    }
    let best = agreed(server, &planning, &outcome.planned, &options.model).await?;
    let edits = difference(subject.file.text(), &best.text);
    let title = plan_title(&planning, best);
    let uri = asking_rustc::apply(server, &subject, title, edits).await?;
    Ok(json!({"applied": true, "uri": uri, "names": best.names}))
}

/// Returns the possible extractions, and the question that lists them.
async fn planned(
    server: &Arc<Server>,
    subject: &Arc<Subject>,
    at: u32,
    options: &ModelOptions,
) -> std::result::Result<(Planning, Question), NotDone> {
    let at = TextSize::new(at);
    if at > TextSize::of(&**subject.file.text()) {
        return Err(NotDone::changed());
    }
    let (subject, plans, effort) = (Arc::clone(subject), options.plans, options.effort);
    let work = move || {
        let source = parsed(&subject)?;
        let planning = Planning::at(source, &subject.surroundings.rules, TextRange::empty(at))?;
        let question = planning.subject(source).question(plans, effort);
        Ok::<_, Refused>((planning, question))
    };
    let found = server.engine.run(work).await;
    let found = found.map_err(|error| NotDone::Failed(error.to_string()))?;
    Ok(found?)
}

/// Returns the answer and its suggestions.
async fn asked(
    server: &Arc<Server>,
    (asker, question): (&Asker, &Question),
    listed: usize,
    cancel: &CancellationToken,
) -> std::result::Result<(Answer, Vec<Suggestion>), NotDone> {
    let options = asker.options();
    let answer = asking_model::answered(server, (asker, question), cancel).await?;
    match suggestions(&answer.text, listed, options.plans) {
        Some(found) => Ok((answer, found)),
        None => Err(asking_model::another_form(options)),
    }
}

/// Returns the plan that the user chooses from those that passed the checks.
async fn agreed<'a>(
    server: &Arc<Server>,
    planning: &Planning,
    planned: &'a [Planned],
    model: &str,
) -> std::result::Result<&'a Planned, NotDone> {
    let titles: Vec<String> = planned.iter().map(|it| plan_title(planning, it)).collect();
    let item = |title: &str| MessageActionItem {
        title: title.to_owned(),
        properties: std::collections::HashMap::default(),
    };
    let actions = titles.iter().map(String::as_str).chain([LEAVE]).map(item);
    let why = planned
        .first()
        .map(|it| it.why.as_str())
        .unwrap_or_default();
    let params = ShowMessageRequestParams {
        typ: MessageType::INFO,
        message: format!("RustAssistant: checked with rustc. {model} says: {why}"),
        actions: Some(actions.collect()),
    };
    let answer = ask_within::<ShowMessageRequest>(&server.client, params, EDIT_TIMEOUT).await;
    let chosen = answer.flatten().map(|item| item.title).unwrap_or_default();
    let place = titles.iter().position(|title| *title == chosen);
    place.map(|place| &planned[place]).ok_or(NotDone::Cancelled)
}
