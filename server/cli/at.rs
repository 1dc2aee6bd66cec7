//! The command `refactor at`.

use std::io::Write;

use anyhow::Context;
use serde::Serialize;

use super::{
    ExitStatus, Output, extract,
    output::say,
    place,
    settings::{self, Settings},
};
use crate::{
    analysis::{NamedPlace, OffersAtPlace, ShownExtraction, ShownOffer},
    extraction::REPEATED_BLOCK,
    refactorings::Applicability,
    report::{SCHEMA, write_json_line},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A line, a column in it, or a range between two of them, counted from 1
    #[arg(value_name = "FILE:LINE[:COLUMN][-LINE[:COLUMN]]")]
    place: NamedPlace,
    /// The output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    settings: settings::Arguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
}

/// The complete output for a location.
#[derive(Debug, Serialize)]
struct Listed {
    schema: u32,
    place: String,
    offers: Vec<ListedOffer>,
    refused: Vec<ListedRefusal>,
}

#[derive(Debug, Serialize)]
struct ListedOffer {
    refactoring: &'static str,
    place: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<&'static str>,
    applicability: &'static str,
    /// What makes the final decision.
    decided_by: Judge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Judge {
    Syntax,
    /// rustc checks it when it is applied, and may reject it.
    Rustc,
}

#[derive(Debug, Serialize)]
struct ListedRefusal {
    refactoring: &'static str,
    why: String,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let mut settings = Settings::new(&arguments.settings);
    let Some(found) = place::ask(&arguments.place, &mut settings)? else {
        return Ok(ExitStatus::Trouble);
    };
    let listed = Listed::of(found, arguments.place.words());
    match arguments.format {
        Format::Human => write_human(out, &listed)?,
        Format::Json => write_json_line(out, &listed).context("The list can't be written")?,
    }
    out.flush()?;
    if arguments.format == Format::Human {
        say("note", &summary(&listed));
    }
    Ok(ExitStatus::Fine)
}

impl Listed {
    fn of(found: OffersAtPlace, place: &str) -> Self {
        let offers = found.offers.into_iter().map(ListedOffer::from);
        let refusals = found.refusals.into_iter();
        let refused = refusals.map(|(refactoring, why)| ListedRefusal {
            refactoring: refactoring.id,
            why,
        });
        let mut listed = Self {
            schema: SCHEMA,
            place: place.to_owned(),
            offers: offers.collect(),
            refused: refused.collect(),
        };
        match found.extraction {
            Some(Ok(())) => listed.offers.push(ListedOffer::extraction(place)),
            Some(Err(why)) => listed.refused.push(ListedRefusal {
                refactoring: extract::ID,
                why,
            }),
            None => {}
        }
        let extractions = found.extractions.into_iter();
        listed.offers.extend(extractions.map(ListedOffer::from));
        let unifications = found.unifications.into_iter();
        listed.offers.extend(unifications.map(|it| ListedOffer {
            refactoring: REPEATED_BLOCK,
            ..ListedOffer::from(it)
        }));
        listed
    }

    fn ids(&self) -> impl Iterator<Item = &'static str> {
        let offered = self.offers.iter().map(|offer| offer.refactoring);
        offered.chain(self.refused.iter().map(|refusal| refusal.refactoring))
    }
}

impl From<ShownOffer> for ListedOffer {
    fn from(offer: ShownOffer) -> Self {
        Self {
            refactoring: offer.id,
            place: offer.place,
            title: offer.title,
            answers: offer.answers,
            applicability: match offer.applicability {
                Applicability::Safe => "safe",
                Applicability::NeedsCheck => "needs-check",
                Applicability::Draft => "draft",
            },
            decided_by: if offer.asks_rustc {
                Judge::Rustc
            } else {
                Judge::Syntax
            },
        }
    }
}

impl From<ShownExtraction> for ListedOffer {
    fn from(extraction: ShownExtraction) -> Self {
        Self {
            title: extraction.title,
            answers: Some(extraction.answers),
            ..Self::extraction(&extraction.place)
        }
    }
}

impl ListedOffer {
    fn extraction(place: &str) -> Self {
        Self {
            refactoring: extract::ID,
            place: place.to_owned(),
            title: "Extract into a function".to_owned(),
            answers: None,
            applicability: "safe",
            decided_by: Judge::Rustc,
        }
    }

    /// Formats a line like "src/a.rs:3:5  Invert `if`, for deep-nesting".
    fn words(&self) -> String {
        let mut words = format!("{}  {}", self.place, self.title);
        if let Some(smell) = self.answers {
            words = format!("{words}, for {smell}");
        }
        match (self.applicability, self.decided_by) {
            (_, Judge::Rustc) => format!("{words}, if rustc agrees"),
            ("needs-check", _) => format!("{words}, needs review"),
            ("draft", _) => format!("{words}, needs completing"),
            _ => words,
        }
    }
}

fn write_human(out: &mut Output, listed: &Listed) -> anyhow::Result<()> {
    let width = listed.ids().map(str::len).max().unwrap_or(0);
    for offer in &listed.offers {
        writeln!(out, "{:width$}  {}", offer.refactoring, offer.words())?;
    }
    for ListedRefusal { refactoring, why } in &listed.refused {
        writeln!(out, "{refactoring:width$}  not offered: {why}")?;
    }
    Ok(())
}

fn summary(listed: &Listed) -> String {
    match listed.offers.first() {
        Some(offer) => format!(
            "Run `rustassistant refactor run {} {}` to see the diff.",
            offer.refactoring, offer.place
        ),
        None => format!("No refactoring is offered at {}.", listed.place),
    }
}
