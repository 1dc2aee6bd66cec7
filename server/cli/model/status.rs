//! The command `model status`.

use std::io::Write;

use anyhow::{Context, bail};

use super::{
    Status, Task,
    asking::{asker, chosen},
    in_words,
    plan::planning,
    rewrite::rewriting,
};
use crate::{
    analysis::NamedPlace,
    cache::ledger::WindowStatus,
    cli::{ExitStatus, Output, place, settings::Settings, work::Work},
    config::ModelChoice,
    model::{Asker, Purse, savings, until},
    report::counted,
    text::printable,
};

pub(super) fn run(
    arguments: &Status,
    settings: &mut Settings,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    if let Some(place) = &arguments.show {
        return show((place, arguments.task), settings, out);
    }
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let config = settings.of(&here)?;
    writeln!(out, "model: {}", in_words(&config.model))?;
    let ModelChoice::Chosen(options) = &config.model else {
        return Ok(ExitStatus::Fine);
    };
    let work = Work::in_memory()?;
    let asker = asker(options, &config.cache, settings, &work);
    let status = budget(&asker, &work, out)?;
    work.finish();
    let home = settings.environment().home.as_deref();
    let saved = home.map(|home| savings(home).read()).unwrap_or_default();
    let answers = counted(
        usize::try_from(saved.hits).unwrap_or(usize::MAX),
        "kept answer",
    );
    writeln!(out, "saved: {} tokens by {answers}", saved.tokens)?;
    Ok(status)
}

fn budget(asker: &Asker, work: &Work, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let spent = work.block_on(asker.budget().spent());
    if spent.is_empty() {
        bail!("There is no ledger for counting tokens, so nothing is sent.");
    }
    let mut status = ExitStatus::Fine;
    for (purse, windows) in spent {
        let whose = match purse {
            Purse::Machine => "",
            Purse::Team => "team's ",
        };
        match windows {
            Ok(windows) => {
                for window in &windows {
                    writeln!(out, "{whose}{}", line(window))?;
                }
            }
            Err(fault) => {
                writeln!(
                    out,
                    "{whose}budget: can't be read, so nothing is sent: {}",
                    fault.of_ledger()
                )?;
                status = ExitStatus::Trouble;
            }
        }
    }
    Ok(status)
}

fn line(window: &WindowStatus) -> String {
    let WindowStatus {
        kind,
        used,
        held,
        limit,
        resets_at,
    } = window;
    let held = match held {
        0 => String::new(),
        held => format!(", {held} held"),
    };
    let begins = until(*resets_at);
    match limit {
        None => {
            format!("{kind}: {used} tokens used{held}, no limit; the next {kind} begins {begins}")
        }
        Some(limit) => {
            let left = limit.saturating_sub(used.saturating_add(window.held));
            format!(
                "{kind}: {used} of {limit} tokens used{held}, {left} left; the next {kind} begins {begins}"
            )
        }
    }
}

fn show(
    (place, task): (&NamedPlace, Task),
    settings: &mut Settings,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let Some((input, range)) = place::read(place, settings)? else {
        return Ok(ExitStatus::Trouble);
    };
    let options = chosen(&input.config)?;
    let question = match task {
        Task::Choose => planning(&input, range)?.map(|(planning, source)| {
            let subject = planning.subject(&source);
            subject.question(options.plans, options.effort)
        }),
        Task::Rewrite => {
            let found = rewriting(&input, range)?;
            found.map(|(_, subject, _)| subject.question(options.effort))
        }
    };
    let question = match question {
        Ok(question) => question,
        Err(why) => bail!("Nothing would be sent for {}: {why}", place.words()),
    };
    for line in question.shown(&options).lines() {
        // The terminal must not interpret a function's contents.
        writeln!(out, "{}", printable(line))?;
    }
    let estimate = question.estimate(&options);
    writeln!(
        out,
        "\nAbout {estimate} tokens including the answer. Nothing was sent."
    )?;
    Ok(ExitStatus::Fine)
}
