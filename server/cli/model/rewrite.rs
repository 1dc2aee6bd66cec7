//! The command `refactor rewrite`.

use std::sync::Arc;

use anyhow::{Context, anyhow, bail};

use super::{
    Format, FunctionArguments,
    asking::{Judging, cost, stoppable},
    function::{FunctionTask, Prepared, change, prepared, with_reason},
};
use crate::{
    analysis::{HeldRewrite, InputFile, Refused, Rewriting, texts_beside},
    cli::{ExitStatus, Output, extract::parsed, output::say, settings::Settings, work::Work},
    compiler::Texts,
    config::{ModelChoice, ModelOptions, REWRITE},
    model::{Answer, AnswerSource, Asker, RewriteReply, RewriteSubject, Tries, rewrite_reply},
    report::{self, RewriteReport},
    syntax::Source,
    text::TextRange,
};

pub(super) fn run(
    arguments: &FunctionArguments,
    settings: &mut Settings,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let task = FunctionTask {
        id: "refactor rewrite",
        task: REWRITE,
        arguments,
    };
    task.run(settings, out, rewritten)
}

fn rewritten(
    task: &FunctionTask<'_>,
    (input, range, options): (InputFile, TextRange, Arc<ModelOptions>),
    settings: &Settings,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let (rewriting, subject, source) = match rewriting(&input, range)? {
        Ok(found) => found,
        Err(why) => return task.refuse(Refused::Because(why), out),
    };
    let tries = Tries::new(subject.question(options.effort));
    let function = (&input, &source, rewriting.range());
    let found = match prepared(function, (&options, tries.first()), settings)? {
        Ok(found) => found,
        Err(why) => return task.refuse(why, out),
    };
    let Prepared {
        asker,
        judging,
        work,
    } = found;
    let mut run = Run {
        asker: &asker,
        work: &work,
        judging,
        tries,
    };
    let outcome = run.outcome(&rewriting, &source)?;
    work.finish();
    match outcome {
        Outcome::Held(held, answer) => tell(task, (input, held), (&options, &answer), out),
        Outcome::Nothing(answer) => {
            say("note", &cost(&options, &answer));
            let why = "None of the model's rewrites passed the checks.";
            task.refuse(Refused::Because(why.to_owned()), out)
        }
        Outcome::Known => {
            let why = "The model was already asked about this function, and none of its rewrites passed the checks. \
                       It is asked again in a month, or when the function changes.";
            task.refuse(Refused::Because(why.to_owned()), out)
        }
    }
}

/// Returns the function to rewrite, what the model is told, and the source text; or the reason why there is none.
pub(super) fn rewriting(
    input: &InputFile,
    range: TextRange,
) -> anyhow::Result<Result<(Rewriting, RewriteSubject, Source), String>> {
    let (text, context, rules) = (Arc::clone(&input.text), input.context, input.rules.clone());
    let path = input.path.canonicalize();
    let path = path.context("The file's path can't be resolved")?;
    let is_tested = matches!(&input.config.model, ModelChoice::Chosen(options) if options.test);
    let work = Work::in_memory()?;
    let found = work.block_on(work.engine.run(move || {
        let source = parsed(text, context)?;
        let rewriting = Rewriting::at(&source, &rules, range)?;
        let subject = rewriting.subject(&source, &texts_beside(&path, &Texts::new()))?;
        let rewriting = if is_tested {
            rewriting.with_tests()
        } else {
            rewriting
        };
        Ok::<_, Refused>((rewriting, subject, source))
    }))?;
    work.finish();
    Ok(found.map_err(|why| why.to_string()))
}

enum Outcome {
    Held(HeldRewrite, Answer),
    Nothing(Answer),
    /// An earlier query is known to have had no usable answer.
    Known,
}

struct Run<'a> {
    asker: &'a Asker,
    work: &'a Work,
    judging: Judging,
    tries: Tries,
}

impl Run<'_> {
    /// Queries the model, and lets it fix failed checks while one more request is within the budget.
    fn outcome(&mut self, rewriting: &Rewriting, source: &Source) -> anyhow::Result<Outcome> {
        let Some(mut answer) = self.first()? else {
            return Ok(Outcome::Known);
        };
        loop {
            self.tries.count(&answer);
            let total = Answer {
                tokens: self.tries.spent(),
                ..answer.clone()
            };
            let reply = self.read(&answer)?;
            match self.tried(rewriting, source, &reply)? {
                Ok(held) => {
                    self.work
                        .block_on(self.asker.keep(self.tries.first(), &total));
                    return Ok(Outcome::Held(held, total));
                }
                Err(why) => {
                    say("note", &format!("Left: {why}"));
                    let options = self.asker.options();
                    if !self.tries.mend(&reply, &why.to_string(), options) {
                        let asked = self.tries.first();
                        self.work.block_on(self.asker.keep_fruitless(asked));
                        return Ok(Outcome::Nothing(total));
                    }
                }
            }
            answer = self.again()?;
        }
    }

    fn first(&self) -> anyhow::Result<Option<Answer>> {
        let (asker, question) = (self.asker, self.tries.first());
        let answer = stoppable(self.work, |stopped| async {
            asker
                .ask(question, || say_asking(asker, &self.tries), stopped)
                .await
        })?;
        answer.map_err(|why| anyhow!("{why}"))
    }

    fn again(&self) -> anyhow::Result<Answer> {
        say_asking(self.asker, &self.tries);
        let question = self.tries.next();
        let answer = stoppable(self.work, |stopped| self.asker.send(question, stopped))?;
        answer.map_err(|why| anyhow!("{why}"))
    }

    fn read(&self, answer: &Answer) -> anyhow::Result<RewriteReply> {
        let Some(reply) = rewrite_reply(&answer.text) else {
            let (model, tokens) = (&self.asker.options().model, self.tries.spent());
            bail!(
                "The answer of `{model}` doesn't have the requested format; it cost {tokens} tokens"
            );
        };
        Ok(reply)
    }

    fn tried(
        &mut self,
        rewriting: &Rewriting,
        source: &Source,
        reply: &RewriteReply,
    ) -> anyhow::Result<Result<HeldRewrite, Refused>> {
        let (rewriting, source, reply) = (rewriting.clone(), source.clone(), reply.clone());
        self.judging.ask(self.work, move |path, compiler| {
            rewriting.tried(&source, (path, &Texts::new()), &reply, compiler)
        })
    }
}

fn say_asking(asker: &Asker, tries: &Tries) {
    let options = asker.options();
    let (model, estimate) = (&options.model, tries.next().estimate(options));
    say(
        "note",
        &format!("Asking `{model}` (about {estimate} tokens)."),
    );
}

fn tell(
    task: &FunctionTask<'_>,
    (input, held): (InputFile, HeldRewrite),
    (options, answer): (&ModelOptions, &Answer),
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    if task.arguments.format == Format::Json {
        let report = RewriteReport {
            input: &input,
            held: &held,
            model: &options.model,
            tokens: answer.tokens,
            is_kept: answer.source == AnswerSource::Kept,
        };
        report::write_rewrite_json(out, &report).context("The rewrite can't be written")?;
    }
    let change = change(input, &held.text, 1)?;
    let title = with_reason(&report::rewrite_title(&held), &held.why, options);
    let notes = report::rewrite_notes(&held);
    task.carry_out(change, (&title, &notes), (options, answer), out)
}
