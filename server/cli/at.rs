//! `refactor at`.

use std::io::Write;

use super::{
    ExitStatus, Output,
    output::say,
    place::{NamedPlace, OffersAtPlace, ShownOffer},
    settings::{self, Settings},
};
use crate::refactorings::Applicability;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A line, a column of it, or what lies between two, counted from 1
    #[arg(value_name = "FILE:LINE[:COLUMN[-LINE:COLUMN]]")]
    place: NamedPlace,
    #[command(flatten)]
    settings: settings::Arguments,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let mut settings = Settings::new(&arguments.settings);
    let Some(found) = arguments.place.ask(&mut settings)? else {
        return Ok(ExitStatus::Trouble);
    };
    let OffersAtPlace {
        offers, refusals, ..
    } = &found;
    let ids = offers.iter().map(|offer| offer.id);
    let ids = ids.chain(refusals.iter().map(|(refactoring, _)| refactoring.id));
    let width = ids.map(str::len).max().unwrap_or(0);
    for offer in offers {
        writeln!(out, "{:width$}  {}", offer.id, words(offer))?;
    }
    for (refactoring, why) in refusals {
        writeln!(out, "{:width$}  not here: {why}", refactoring.id)?;
    }
    out.flush()?;
    say("note", &summary(&found, arguments.place.words()));
    Ok(ExitStatus::Fine)
}

/// "src/a.rs:3:5  Invert `if`, answers deep-nesting"
fn words(offer: &ShownOffer) -> String {
    let mut words = format!("{}  {}", offer.place, offer.title);
    if let Some(smell) = offer.answers {
        words = format!("{words}, answers {smell}");
    }
    match offer.applicability {
        Applicability::Safe => words,
        Applicability::NeedsCheck => format!("{words}, for you to check"),
        Applicability::Draft => format!("{words}, for you to fill in"),
    }
}

fn summary(found: &OffersAtPlace, place: &str) -> String {
    match found.offers.first() {
        Some(offer) => format!(
            "`rustassistant refactor run {} {}` shows what it does.",
            offer.id, offer.place
        ),
        None => format!("Nothing is offered at {place}."),
    }
}
