//! `refactor plan`.

use std::{io::Write, sync::Arc};

use anyhow::{Context, anyhow};

use super::{
    Format, PlanArguments,
    asking::{Judging, asker, chosen_for, cost, refuse, stoppable},
};
use crate::{
    analysis::{FileChange, InputFile, NamedPlace, Outcome, Planned, Planning, Refused},
    cli::{
        ExitStatus, Output,
        agreed::not_offered,
        changes::write,
        extract::parsed,
        output::{look, say},
        place,
        settings::Settings,
        work::Work,
    },
    compiler::Texts,
    config::{CHOOSE, ModelOptions},
    model::{Answer, AnswerSource, Asker, Question, Suggestion, suggestions},
    report::{self, PlansReport},
    syntax::Source,
    text::TextRange,
};

const ID: &str = "refactor plan";

pub(super) fn run(
    arguments: &PlanArguments,
    settings: &mut Settings,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let Some((input, range)) = place::read(&arguments.place, settings)? else {
        return Ok(ExitStatus::Trouble);
    };
    let options = chosen_for(CHOOSE, &input)?;
    let (place, format) = (&arguments.place, arguments.format);
    let (planning, source) = match planning(&input, range)? {
        Ok(planning) => planning,
        Err(why) => return refuse((ID, place.words()), Refused::Because(why), format, out),
    };
    let question = planning
        .subject(&source)
        .question(options.plans, options.effort);
    let work = Work::with_cache(&input.config.cache)?;
    let mut judging = Judging::of(&input)?;
    if let Err(why) = judging.check_compiled(&work, &source, planning.range())? {
        work.finish();
        return refuse((ID, place.words()), why, format, out);
    }
    let asker = asker(&options, &input.config.cache, settings, &work);
    let Some((answer, suggestions)) = asked(&asker, &question, planning.listed(), &work)? else {
        work.finish();
        let why = "The model was asked about this very function, and nothing that it chose held. It is asked again in a month, or when the function has changed.";
        let why = Refused::Because(why.to_owned());
        return refuse((ID, place.words()), why, format, out);
    };
    let outcome = carried_out((&planning, source), suggestions, (&mut judging, &work))?;
    if outcome.planned.is_empty() {
        work.block_on(asker.keep_fruitless(&question));
    }
    work.finish();
    tell(
        arguments,
        (input, &planning, &outcome),
        (&options, &answer),
        out,
    )
}

/// What may be chosen from at a place, and the text that it is of; or why there is nothing.
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

/// The answer and what it suggests; nothing where it is known that nothing comes of the question.
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
            "`{model}` answered in another form than it was asked for; that cost {} tokens",
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
    outcome.map_err(|why| anyhow!("The plans can't be tried: {why}"))
}

fn tell(
    arguments: &PlanArguments,
    (input, planning, outcome): (InputFile, &Planning, &Outcome),
    (options, answer): (&ModelOptions, &Answer),
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let shown = input.shown.clone();
    if arguments.format == Format::Json {
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
    let Some(best) = outcome.planned.first() else {
        return no_plan(&arguments.place, options, answer);
    };
    let change = FileChange::new(input, Arc::clone(&best.text), Vec::new(), best.names.len());
    let change = change.map_err(|error| anyhow!("{error}; `{shown}` is left as it is"))?;
    if arguments.format == Format::Human {
        report::write_change(out, &change, look()).context("The diff can't be written")?;
    }
    out.flush().context("The diff can't be written")?;
    for other in &outcome.planned[1..] {
        say(
            "note",
            &format!("Less: {}", in_words(planning, other, options)),
        );
    }
    if arguments.write && write(&[change]) > 0 {
        return Ok(ExitStatus::Trouble);
    }
    let what = if arguments.write {
        "Carried out"
    } else {
        "`--write` carries it out"
    };
    say(
        "note",
        &format!("{what}: {}", in_words(planning, best, options)),
    );
    say("note", &cost(options, answer));
    Ok(ExitStatus::Fine)
}

fn no_plan(
    place: &NamedPlace,
    options: &ModelOptions,
    answer: &Answer,
) -> anyhow::Result<ExitStatus> {
    say("note", &cost(options, answer));
    let why = "Nothing that the model chose is a gain that rustc agrees with.";
    not_offered(ID, place.words(), Refused::Because(why.to_owned()))
}

fn in_words(planning: &Planning, planned: &Planned, options: &ModelOptions) -> String {
    let title = report::plan_title(planning, planned);
    match planned.why.as_str() {
        "" => format!("{title}."),
        why => format!("{title}. {} says: {why}", options.model),
    }
}
