//! Commands that query a language model before they change anything.
//!
//! Nothing is sent until the user has chosen one, and until rustc compiles the function in question.

use std::sync::Arc;

use lsp_types::{CodeAction, CodeActionKind, Command};
use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::asking_rustc::{self, NotDone, Subject};
use crate::{
    analysis::{Refused, check_compiled as compiles},
    compiler::Compiler,
    config::{Environment, ModelOptions},
    lsp::session::{analysed::Analysed, server::Server},
    model::{Answer, Asker, NoAnswer, Question},
    syntax::Source,
    text::TextRange,
    workspace,
};

/// Argument of a command: an offset in a source text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FunctionPlace {
    pub(crate) uri: String,
    /// Hash of the whole source text.
    pub(crate) hash: String,
    pub(crate) at: u32,
}

/// Builds an action that runs a command at a location.
pub(crate) fn action(
    analysed: &Analysed,
    at: TextRange,
    (title, kind): (String, CodeActionKind),
    command: &str,
) -> Option<CodeAction> {
    let place = FunctionPlace {
        uri: analysed.document.uri.clone(),
        hash: analysed.document.hash().to_owned(),
        at: at.start().into(),
    };
    let argument = serde_json::to_value(place).ok()?;
    let command = Command::new(title.clone(), command.to_owned(), Some(vec![argument]));
    Some(CodeAction {
        title,
        kind: Some(kind),
        command: Some(command),
        ..CodeAction::default()
    })
}

/// Formats a number like "about 2,200 tokens".
pub(crate) fn in_words(tokens: u64) -> String {
    let rounded = tokens.div_ceil(100) * 100;
    match (rounded / 1_000, rounded % 1_000) {
        (0, rest) => format!("about {rest} tokens"),
        (thousands, rest) => format!("about {thousands},{rest:03} tokens"),
    }
}

/// Returns the model configured for a task on this document.
pub(crate) fn chosen_for(task: &str, subject: &Subject) -> Result<Arc<ModelOptions>, NotDone> {
    let options = subject.surroundings.model.chosen_for(task).cloned();
    options.ok_or_else(|| NotDone::Refused("No language model is configured here.".to_owned()))
}

pub(crate) fn parsed(subject: &Subject) -> Result<&Arc<Source>, Refused> {
    let source = subject.file.source();
    source.map_err(|why| Refused::Because(format!("The file is {why}.")))
}

/// Checks that rustc compiles the current version of the function.
pub(crate) async fn check_compiled(
    server: &Arc<Server>,
    subject: &Arc<Subject>,
    function: TextRange,
    cancel: &CancellationToken,
) -> Result<(), NotDone> {
    let ask = move |subject: &Subject, compiler: &mut Compiler| {
        compiles(parsed(subject)?, &subject.path, function, compiler)
    };
    asking_rustc::told(server, subject, cancel, ask).await
}

/// Returns the asker of the model. Responses about unsaved source texts aren't cached.
pub(crate) async fn asker(
    server: &Arc<Server>,
    subject: &Arc<Subject>,
    options: &ModelOptions,
) -> Asker {
    let read = Arc::clone(subject);
    let is_saved = tokio::task::spawn_blocking(move || {
        let saved = workspace::read(&read.path);
        saved.is_ok_and(|saved| saved == *read.file.text())
    });
    let environment = Environment::of_process();
    let asker = Asker::open(options, &environment, &server.cache).await;
    if is_saved.await.unwrap_or_default() {
        asker.with_memory(server.engine.store(), &environment)
    } else {
        asker
    }
}

/// Checks in advance whether a question may be sent.
pub(crate) async fn check_asked(asker: &Asker, question: &Question) -> Result<(), NotDone> {
    let checked = asker.check(question).await;
    checked.map_err(|why| NotDone::Refused(why.to_string()))
}

/// Returns the cached or a new answer, while showing progress that the user can cancel.
pub(crate) async fn answered(
    server: &Arc<Server>,
    (asker, question): (&Asker, &Question),
    cancel: &CancellationToken,
) -> Result<Answer, NotDone> {
    let ask = |stopped: CancellationToken| async move {
        asker.ask(question, || (), stopped.cancelled()).await
    };
    let answer = with_progress(server, asker.options(), cancel, ask).await?;
    answer.ok_or_else(|| {
        let why = "The model was already asked about this function, without a usable result. It is asked again in a \
                   month, or when the function changes.";
        NotDone::Refused(why.to_owned())
    })
}

/// Like [`answered`], for a follow-up question, whose answer is never cached.
pub(crate) async fn answered_again(
    server: &Arc<Server>,
    (asker, question): (&Asker, &Question),
    cancel: &CancellationToken,
) -> Result<Answer, NotDone> {
    let ask =
        |stopped: CancellationToken| async move { asker.send(question, stopped.cancelled()).await };
    with_progress(server, asker.options(), cancel, ask).await
}

async fn with_progress<T, F: Future<Output = Result<T, NoAnswer>>>(
    server: &Arc<Server>,
    options: &ModelOptions,
    cancel: &CancellationToken,
    ask: impl FnOnce(CancellationToken) -> F,
) -> Result<T, NotDone> {
    let asking = cancel.child_token();
    let profile = server.session.profile();
    let title = format!("Asking {}", options.model);
    let progress = server
        .progress
        .begin_unmeasured(&server.client, profile, &title, &asking)
        .await;
    let answer = ask(asking.clone()).await;
    server.progress.end(&progress);
    drop(progress);
    answer.map_err(|why| match why {
        NoAnswer::Stopped => NotDone::Cancelled,
        NoAnswer::OverBudget(why) => NotDone::Refused(why),
        why => NotDone::Failed(why.to_string()),
    })
}

pub(crate) fn another_form(options: &ModelOptions) -> NotDone {
    NotDone::Failed(format!(
        "the answer of {} doesn't have the requested format",
        options.model
    ))
}
