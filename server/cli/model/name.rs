//! Names for the results of `refactor run … --name-by-model`.

use std::sync::Arc;

use anyhow::Context;

use super::asking::{asker, chosen, stoppable};
use crate::{
    analysis::{InputFile, Nameless, Refused, name_subject, names_in},
    cli::{extract::parsed, output::say, settings::Settings, work::Work},
    compiler::Texts,
    config::{ModelOptions, NAME},
    model::{Question, for_names},
    syntax::Source,
};

/// Returns proposed names, best first. If the model can't be queried or doesn't answer, reports the reason and returns none.
pub(in crate::cli) fn proposed_names(
    input: &InputFile,
    nameless: Nameless,
    settings: &Settings,
) -> anyhow::Result<Vec<String>> {
    let asked = match question(input, nameless)? {
        Ok((options, source, question)) => {
            answer(input, (&options, &question), settings)?.map(|answer| (answer, source))
        }
        Err(why) => Err(why),
    };
    let (answer, source) = match asked {
        Ok(found) => found,
        Err(why) => return Ok(none(&why)),
    };
    let path = input.path.canonicalize();
    let path = path.context("The file's path can't be resolved")?;
    let work = Work::in_memory()?;
    let names = work.block_on(
        work.engine
            .run(move || names_in(&answer, (&source, nameless), (&path, &Texts::new()))),
    )?;
    work.finish();
    if names.is_empty() {
        return Ok(none("every proposed name is already taken"));
    }
    Ok(names)
}

fn none(why: &str) -> Vec<String> {
    let why = why.trim_end_matches('.');
    say(
        "note",
        &format!("No name from a model: {why}. A name from the code is used."),
    );
    Vec::new()
}

type Prepared = (ModelOptions, Source, Question);

/// Returns the question, or the reason why there is none.
fn question(input: &InputFile, nameless: Nameless) -> anyhow::Result<Result<Prepared, String>> {
    let options = match chosen(&input.config) {
        Ok(options) => for_names(&options),
        Err(why) => return Ok(Err(why.to_string())),
    };
    if !options.tasks.contains(&NAME) {
        return Ok(Err(format!("`model.tasks` doesn't contain `{NAME}`")));
    }
    let (text, context, effort) = (Arc::clone(&input.text), input.context, options.effort);
    let work = Work::in_memory()?;
    let found = work.block_on(work.engine.run(move || {
        let source = parsed(text, context)?;
        let question = name_subject(&source, nameless)?.question(effort);
        Ok::<_, Refused>((source, question))
    }))?;
    work.finish();
    let found = found.map(|(source, question)| (options, source, question));
    Ok(found.map_err(|why| why.to_string()))
}

fn answer(
    input: &InputFile,
    (options, question): (&ModelOptions, &Question),
    settings: &Settings,
) -> anyhow::Result<Result<String, String>> {
    let work = Work::with_cache(&input.config.cache)?;
    let asker = asker(options, &input.config.cache, settings, &work);
    let answer = stoppable(&work, |stopped| async {
        let say_so = || {
            let (model, tokens) = (&options.model, question.estimate(options));
            say(
                "note",
                &format!("Asking `{model}` for names (about {tokens} tokens)."),
            );
        };
        let answer = asker.ask(question, say_so, stopped).await;
        if let Ok(Some(answer)) = &answer {
            asker.keep(question, answer).await;
        }
        answer
    })?;
    work.finish();
    Ok(match answer {
        Ok(Some(answer)) => Ok(answer.text),
        Ok(None) => Err("an earlier request had no usable answer".to_owned()),
        Err(why) => Err(why.to_string()),
    })
}
