//! The command `refactor run extract-repeated-block`.

use std::{fmt::Write as _, sync::Arc};

use anyhow::{Context as _, bail};

use super::{
    ExitStatus, Output,
    agreed::{CHECKING, not_offered},
    extract::{Asked, carry_out, parsed},
    output::say,
    place,
    settings::Settings,
    verify::until_stopped,
    work::Work,
};
use crate::{
    analysis::{
        Memo, SWITCHED_OFF, Seen, Unification, Unified, measure_and_survey, repeated_at,
        texts_beside, unify,
    },
    compiler::{Compiler, Stop, Texts},
    extraction::{Naming, REPEATED_BLOCK},
    text::{Lines, TextRange},
};

pub(super) const ID: &str = REPEATED_BLOCK;

pub(super) fn run(
    asked: &Asked<'_>,
    settings: &mut Settings,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let Some((input, range)) = place::read(asked.place, settings)? else {
        return Ok(ExitStatus::Trouble);
    };
    if !input.config.compiler {
        bail!("{SWITCHED_OFF}.");
    }
    let work = Work::in_memory()?;
    let (text, context) = (Arc::clone(&input.text), input.context);
    let name = asked.name.given();
    let looked = work.engine.run(move || {
        let source = parsed(text, context)?;
        let measured = measure_and_survey(&source, &Memo::default());
        let seen = Seen {
            report: &measured.report,
            survey: &measured.survey,
        };
        // A user who gives a name also reviews the result.
        let naming = match name {
            Some(_) => Naming::Given,
            None => Naming::Told,
        };
        let repeated = repeated_at(&source, seen, range, naming)?;
        let told = || repeated.name(&source, Naming::Told);
        let name = name.map_or_else(told, Ok)?;
        Ok((source, repeated, name))
    });
    let (source, repeated, name) = match work.block_on(looked)? {
        Ok(found) => found,
        Err(refused) => return not_offered(ID, asked.place.words(), refused),
    };
    say("note", CHECKING);
    let stop = Stop::default();
    let path = input.path.canonicalize();
    let path = path.context("The file's path can't be resolved")?;
    let mut compiler = Compiler::new(stop.clone());
    let unified = until_stopped(&work, &stop, move || {
        let wanted = Unification {
            repeated,
            name,
            others: texts_beside(&path, &Texts::new()),
        };
        unify(&source, &path, &wanted, &mut compiler)
    })?;
    work.finish();
    let unified = match unified {
        Ok(unified) => unified,
        Err(refused) => return not_offered(ID, asked.place.words(), refused),
    };
    let lines = Lines::new(&input.text);
    for left in &unified.left {
        let line = line(&lines, left.range);
        let why = &left.why;
        say("note", &format!("{line} is unchanged: {why}"));
    }
    let done = in_words(&unified, &lines);
    carry_out(asked, (input, unified.extracted.text, &done), out)
}

/// Formats a message like "`take_stock` called at line 3 and line 12; it compiles."
fn in_words(unified: &Unified, lines: &Lines) -> String {
    let mut words = format!("`{}` called at ", unified.extracted.name);
    let count = unified.places.len();
    for (number, place) in unified.places.iter().enumerate() {
        let before = match number {
            0 => "",
            _ if number + 1 == count => " and ",
            _ => ", ",
        };
        let _ = write!(words, "{before}{}", line(lines, *place));
    }
    words + "; it compiles."
}

fn line(lines: &Lines, place: TextRange) -> String {
    format!("line {}", lines.line(place.start()) + 1)
}
