//! `offers`: lists what can be applied in a range, and why other things can't.

use std::sync::Arc;

use serde::Deserialize;

use super::{
    answer::{Answer, Refused},
    offer_name::OfferName,
    project::Project,
};
use crate::{
    analysis::{
        InputFile, NamedPlace, NoPlace, OffersAtPlace, extraction_at_place, offers_at_place,
    },
    refactorings::Applicability,
    report::{EXTRACT_FUNCTION, counted},
    text::Lines,
};

/// Maximum lines of a range, since offers are computed at each token in it.
const MOST_LINES: usize = 400;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    path: String,
    range: String,
    #[serde(default)]
    skip: usize,
}

pub(super) async fn answer(
    project: &Arc<Project>,
    arguments: Arguments,
) -> Result<Answer, Refused> {
    project
        .run(move |project| offered(project, &arguments))
        .await?
}

fn offered(project: &Project, arguments: &Arguments) -> Result<Answer, Refused> {
    let Arguments { path, range, skip } = arguments;
    let input = project.file(path)?;
    let place: NamedPlace = format!("{}:{range}", input.shown)
        .parse()
        .ok()
        // Otherwise, an invalid range would be taken for part of the file name.
        .filter(|place: &NamedPlace| place.file.to_str() == Some(&*input.shown))
        .ok_or_else(|| {
            Refused::BadCall(
                "`range` must be LINE, LINE:COLUMN or a range of these, such as 12-20 or 12:5-14:9, counted from 1.".to_owned(),
            )
        })?;
    let range = place.range(&input.text);
    let range = range.map_err(|why: NoPlace| Refused::because(why))?;
    let lines = Lines::new(&input.text);
    let count = (lines.line(range.end()) - lines.line(range.start())) as usize + 1;
    if count > MOST_LINES {
        return Err(Refused::Because(format!(
            "The range has {count} lines; the most is {MOST_LINES}."
        )));
    }
    let selected = place
        .is_selection()
        .then(|| extraction_at_place(&input, range));
    let unparsable = |why| Refused::Because(format!("`{}` is {why}.", input.shown));
    let found = offers_at_place(input.clone(), range, None).map_err(unparsable)?;
    Ok(told(&found, &place, selected.as_ref(), *skip))
}

fn told(
    found: &OffersAtPlace,
    place: &NamedPlace,
    selected: Option<&Result<(), String>>,
    skip: usize,
) -> Answer {
    let OffersAtPlace {
        input,
        offers,
        refusals,
        extractions,
        ..
    } = found;
    let mut lines: Vec<String> = Vec::new();
    for offer in offers {
        let Some(name) = OfferName::of(offer, input) else {
            continue;
        };
        let mut words = format!("{name}  {}", offer.title);
        if let Some(smell) = offer.answers {
            words = format!("{words}, for {smell}");
        }
        lines.push(match offer.applicability {
            _ if offer.asks_rustc => format!("{words}, if rustc agrees"),
            Applicability::Safe => words,
            Applicability::NeedsCheck => format!("{words}, needs review"),
            Applicability::Draft => format!("{words}, needs completing"),
        });
    }
    let extraction = |place: &str, words: &str, input: &InputFile| {
        let name = OfferName::of_extraction(place, input)?;
        Some(format!("{name}  {words}, if rustc agrees"))
    };
    for found in extractions {
        let words = format!("{}, for {}", found.title, found.answers);
        lines.extend(extraction(&found.place, &words, input));
    }
    let mut refused: Vec<(&str, &str)> = Vec::new();
    let reasons = refusals.iter().map(|(it, why)| (it.id, &**why));
    refused.extend(reasons);
    match selected {
        Some(Ok(())) => {
            lines.extend(extraction(place.words(), "Extract into a function", input));
        }
        Some(Err(why)) => refused.push((EXTRACT_FUNCTION, why)),
        None => {}
    }
    let first = format!(
        "{} at {}, {} refused",
        counted(lines.len(), "offer"),
        place.words(),
        refused.len()
    );
    let refused = refused.into_iter();
    lines.extend(refused.map(|(id, why)| format!("not offered: {id}: {why}")));
    Answer::new(first, lines, skip)
}
