//! The command `model check`.

use std::{io::Write, time::Instant};

use anyhow::{Context, bail};
use serde_json::json;

use super::asking::{asker, chosen, stoppable};
use crate::{
    cli::{ExitStatus, Output, settings::Settings, work::Work},
    model::{NoAnswer, Question},
};

/// Maximum tokens of the answer: few, but enough for models that reason first.
const REPLY: u64 = 400;

pub(super) fn run(settings: &mut Settings, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let config = settings.of(&here)?;
    let options = chosen(&config)?;
    let work = Work::in_memory()?;
    let asker = asker(&options, &config.cache, settings, &work);
    let question = question();
    let begun = Instant::now();
    let answer = stoppable(&work, |stopped| asker.send(&question, stopped))?;
    work.finish();
    let model = &options.model;
    let answer = match answer {
        Ok(answer) => answer,
        Err(why @ NoAnswer::Useless(_)) => {
            bail!("`{model}` answered, but its answer can't be used: {why}")
        }
        Err(NoAnswer::OverBudget(why)) => bail!("Nothing was sent to `{model}`: {why}"),
        Err(why) => bail!("`{model}` doesn't answer: {why}"),
    };
    let seconds = begun.elapsed().as_secs_f32();
    let tokens = answer.tokens;
    writeln!(
        out,
        "`{model}` answered in {seconds:.1} s, for {tokens} tokens"
    )?;
    if !says_so(&answer.text) {
        bail!("The answer doesn't have the requested format, so this model is of little use.");
    }
    Ok(ExitStatus::Fine)
}

fn question() -> Question {
    Question {
        task: "Answer with JSON alone: {\"ready\":true}".to_owned(),
        subject: "Are you ready?".to_owned(),
        schema: json!({
            "type": "object",
            "properties": { "ready": { "type": "boolean" } },
            "required": ["ready"],
            "additionalProperties": false,
        }),
        reply: REPLY,
    }
}

fn says_so(text: &str) -> bool {
    let text = text
        .trim()
        .trim_start_matches("```json")
        .trim_matches('`')
        .trim();
    let answer = serde_json::from_str::<serde_json::Value>(text);
    answer.is_ok_and(|answer| answer["ready"].is_boolean())
}
