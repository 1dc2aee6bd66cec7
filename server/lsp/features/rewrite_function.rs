//! Lets a language model rewrite a function.
//!
//! The result is compared with the old function, compiled and measured, and then shown for confirmation: only clients that
//! support this are offered the action.

use std::sync::Arc;

use lsp_types::{CodeAction, CodeActionKind};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower_lsp::jsonrpc::Result;

use super::{
    asking_model::{self, FunctionPlace, in_words, parsed},
    asking_rustc::{self, NotDone, Subject, may_be_offered},
};
use crate::{
    analysis::{
        Finding, HeldRewrite, Refused, Rewriting, difference, is_for_extraction, texts_beside,
    },
    compiler::Compiler,
    config::{ModelOptions, REWRITE},
    lsp::{
        session::{analysed::Analysed, documents::Snapshot, server::Server},
        wire::profile::{Feature, Profile},
    },
    model::{Answer, Asker, RewriteReply, Tries, rewrite_reply},
    report::{rewrite_notes, rewrite_title},
    text::{TextRange, TextSize},
};

pub(crate) const COMMAND: &str = "rustassistant.rewriteFunction";

/// Returns the action for a finding of an oversized function, if a model is configured for rewriting.
pub(crate) fn offered(
    analysed: &Analysed,
    finding: &Finding,
    profile: &Profile,
) -> Option<CodeAction> {
    let options = analysed.model.chosen_for(REWRITE)?;
    if !is_for_extraction(finding.smell)
        || !may_be_offered(analysed, profile)
        || !profile.has(Feature::ChangeAnnotations)
        || !profile.has(Feature::DocumentChanges)
    {
        return None;
    }
    let source = analysed.file.source().ok()?;
    let rewriting = Rewriting::at(source, &analysed.rules, finding.at).ok()?;
    // Other files are read once the action is chosen; they add little to the estimate.
    let question = rewriting
        .subject(source, &[])
        .ok()?
        .question(options.effort);
    let tokens = in_words(question.estimate(options));
    let title = format!("Rewrite with {} ({tokens})", options.model);
    asking_model::action(
        analysed,
        finding.at,
        (title, CodeActionKind::REFACTOR_REWRITE),
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
    let carry_out = |place| carried_out(server, snapshot, place, cancel);
    asking_rustc::command(server, arguments, missing, carry_out).await
}

async fn carried_out(
    server: &Arc<Server>,
    snapshot: &Arc<Snapshot>,
    place: FunctionPlace,
    cancel: &CancellationToken,
) -> std::result::Result<Value, NotDone> {
    let subject = Arc::new(Subject::of(snapshot, &place.uri, &place.hash).await?);
    let options = asking_model::chosen_for(REWRITE, &subject)?;
    let (rewriting, tries) = prepared(server, &subject, place.at, &options).await?;
    let asker = asking_model::asker(server, &subject, &options).await;
    asking_model::check_asked(&asker, tries.first()).await?;
    asking_model::check_compiled(server, &subject, rewriting.range(), cancel).await?;
    let run = Run {
        server,
        subject: &subject,
        asker: &asker,
        cancel,
    };
    let held = run.held(&rewriting, tries).await?;
    let edits = difference(subject.file.text(), &held.text);
    let (title, mut notes) = (rewrite_title(&held), rewrite_notes(&held));
    if !held.why.is_empty() {
        notes.push(format!("{} says: {}", options.model, held.why));
    }
    let label = (title, notes.join(" "));
    let uri = asking_rustc::apply_confirmed(server, &subject, label, edits).await?;
    Ok(json!({"applied": true, "uri": uri, "helpers": held.helpers}))
}

/// Returns the function to rewrite, and the question about it.
async fn prepared(
    server: &Arc<Server>,
    subject: &Arc<Subject>,
    at: u32,
    options: &Arc<ModelOptions>,
) -> std::result::Result<(Rewriting, Tries), NotDone> {
    let at = TextSize::new(at);
    if at > TextSize::of(&**subject.file.text()) {
        return Err(NotDone::changed());
    }
    let (subject, options) = (Arc::clone(subject), Arc::clone(options));
    let work = move || {
        let source = parsed(&subject)?;
        let place = TextRange::empty(at);
        let rewriting = Rewriting::at(source, &subject.surroundings.rules, place)?;
        let others = texts_beside(&subject.path, &subject.unsaved);
        let question = rewriting.subject(source, &others)?;
        let question = question.question(options.effort);
        let rewriting = if options.test {
            rewriting.with_tests()
        } else {
            rewriting
        };
        Ok::<_, Refused>((rewriting, Tries::new(question)))
    };
    let found = server.engine.run(work).await;
    let found = found.map_err(|error| NotDone::Failed(error.to_string()))?;
    Ok(found?)
}

struct Run<'a> {
    server: &'a Arc<Server>,
    subject: &'a Arc<Subject>,
    asker: &'a Asker,
    cancel: &'a CancellationToken,
}

impl Run<'_> {
    /// Queries the model, and lets it fix failed checks while one more request is within the budget.
    async fn held(
        &self,
        rewriting: &Rewriting,
        mut tries: Tries,
    ) -> std::result::Result<HeldRewrite, NotDone> {
        let (server, asker, cancel) = (self.server, self.asker, self.cancel);
        let first = (asker, tries.first());
        let mut answer = asking_model::answered(server, first, cancel).await?;
        loop {
            tries.count(&answer);
            let reply = rewrite_reply(&answer.text);
            let reply = reply.ok_or_else(|| asking_model::another_form(asker.options()))?;
            match self.tried(rewriting, &reply).await {
                Ok(held) => {
                    let tokens = tries.spent();
                    let total = Answer { tokens, ..answer };
                    asker.keep(tries.first(), &total).await;
                    return Ok(held);
                }
                Err(NotDone::Refused(why)) => {
                    if !tries.mend(&reply, &why, asker.options()) {
                        asker.keep_fruitless(tries.first()).await;
                        let why = format!("None of the model's rewrites passed the checks. {why}");
                        return Err(NotDone::Refused(why));
                    }
                }
                Err(why) => return Err(why),
            }
            let next = (asker, tries.next());
            answer = asking_model::answered_again(server, next, cancel).await?;
        }
    }

    async fn tried(
        &self,
        rewriting: &Rewriting,
        reply: &RewriteReply,
    ) -> std::result::Result<HeldRewrite, NotDone> {
        let (rewriting, reply) = (rewriting.clone(), reply.clone());
        let ask = move |subject: &Subject, compiler: &mut Compiler| {
            let source = parsed(subject)?;
            let place = (&*subject.path, &subject.unsaved);
            rewriting.tried(source, place, &reply, compiler)
        };
        asking_rustc::told(self.server, self.subject, self.cancel, ask).await
    }
}
