//! The command `refactor plan`.

use std::sync::Arc;

use anyhow::{Context, anyhow};

use super::{
    Format, FunctionArguments,
    asking::{Judging, cost, stoppable},
    function::{FunctionTask, Prepared, change, prepared, with_reason},
};
use crate::{
    analysis::{InputFile, Outcome, Planned, Planning, Refused},
    cli::{
        ExitStatus, Output, agreed::not_offered, extract::parsed, output::say, settings::Settings,
        work::Work,
    },
    compiler::Texts,
    config::{CHOOSE, ModelOptions},
    model::{Answer, AnswerSource, Asker, Question, Suggestion, suggestions},
    report::{self, PlansReport},
    syntax::Source,
    text::TextRange,
};

pub(super) fn run(
    arguments: &FunctionArguments,
    settings: &mut Settings,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let task = FunctionTask {
        id: "refactor plan",
        task: CHOOSE,
        arguments,
    };
    task.run(settings, out, planned)
}

fn planned(
    task: &FunctionTask<'_>,
    (input, range, options): (InputFile, TextRange, Arc<ModelOptions>),
    settings: &Settings,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let (planning, source) = match planning(&input, range)? {
        Ok(planning) => planning,
        Err(why) => return task.refuse(Refused::Because(why), out),
    };
    let question = planning
        .subject(&source)
        .question(options.plans, options.effort);
    let function = (&input, &source, planning.range());
    let found = match prepared(function, (&options, &question), settings)? {
        Ok(found) => found,
        Err(why) => return task.refuse(why, out),
    };
    let Prepared {
        asker,
        mut judging,
        work,
    } = found;
    let Some((answer, suggestions)) = asked(&asker, &question, planning.listed(), &work)? else {
        work.finish();
        let why = "The model was already asked about this function, and none of its choices worked. It is asked \
                   again in a month, or when the function changes.";
        return task.refuse(Refused::Because(why.to_owned()), out);
    };
    let outcome = carried_out((&planning, source), suggestions, (&mut judging, &work))?;
    if outcome.planned.is_empty() {
        work.block_on(asker.keep_fruitless(&question));
    }
    work.finish();
    tell(task, (input, &planning, &outcome), (&options, &answer), out)
}

/// Returns the possible extractions at a range and their source text, or the reason why there are none.
pub(super) fn planning(
    input: &InputFile,
    range: TextRange,
) -> anyhow::Result<Result<(Planning, Source), String>> {
    let (text, context, rules) = (Arc::clone(&input.text), input.context, input.rules.clone());
    let work = Work::in_memory()?;
    let found = work.block_on(work.engine.run(move || {
        let source = parsed(text, context)?;
        let planning = Planning::at(&source, &rules, range)?;
        Ok::<_, Refused>((planning, source))
    }))?;
    work.finish();
    Ok(found.map_err(|why| why.to_string()))
}

/// Returns the answer and its suggestions; `None` if the question is known to have no usable answer.
fn asked(
    asker: &Asker,
    question: &Question,
    listed: usize,
    work: &Work,
) -> anyhow::Result<Option<(Answer, Vec<Suggestion>)>> {
    let options = asker.options();
    let (model, estimate) = (&options.model, question.estimate(options));
    let answer = stoppable(work, |stopped| async {
        let asking = || {
            say(
                "note",
                &format!("Asking `{model}` (about {estimate} tokens)."),
            );
        };
        asker.ask(question, asking, stopped).await
    })?;
    let Some(answer) = answer.map_err(|why| anyhow!("{why}"))? else {
        return Ok(None);
    };
    let found = suggestions(&answer.text, listed, options.plans);
    let found = found.ok_or_else(|| {
        anyhow!(
            "The answer of `{model}` doesn't have the requested format; it cost {} tokens",
            answer.tokens
        )
    })?;
    work.block_on(asker.keep(question, &answer));
    Ok(Some((answer, found)))
}

fn carried_out(
    (planning, source): (&Planning, Source),
    suggestions: Vec<Suggestion>,
    (judging, work): (&mut Judging, &Work),
) -> anyhow::Result<Outcome> {
    if suggestions.is_empty() {
        return Ok(Outcome::default());
    }
    let planning = planning.clone();
    let outcome = judging.ask(work, move |path, compiler| {
        let place = (path, &Texts::new());
        Ok(planning.carried_out(&source, place, &suggestions, compiler)?)
    })?;
    outcome.map_err(|why| anyhow!("The plans can't be checked: {why}"))
}

fn tell(
    task: &FunctionTask<'_>,
    (input, planning, outcome): (InputFile, &Planning, &Outcome),
    (options, answer): (&ModelOptions, &Answer),
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    if task.arguments.format == Format::Json {
        let report = PlansReport {
            input: &input,
            planning,
            outcome,
            model: &options.model,
            tokens: answer.tokens,
            is_kept: answer.source == AnswerSource::Kept,
        };
        report::write_plans_json(out, &report).context("The plans can't be written")?;
    }
    for why in &outcome.left {
        say("note", &format!("Left: {why}"));
    }
    let Some((best, less)) = outcome.planned.split_first() else {
        say("note", &cost(options, answer));
        let why = "None of the model's choices both compiles and improves the function.";
        return not_offered(
            task.id,
            task.arguments.place.words(),
            Refused::Because(why.to_owned()),
        );
    };
    let in_words = |planned: &Planned| {
        let title = report::plan_title(planning, planned);
        with_reason(&title, &planned.why, options)
    };
    let less: Vec<String> = less
        .iter()
        .map(|other| format!("Less: {}", in_words(other)))
        .collect();
    let change = change(input, &best.text, best.names.len())?;
    task.carry_out(change, (&in_words(best), &less), (options, answer), out)
}
