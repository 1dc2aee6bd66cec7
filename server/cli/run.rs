//! The command `refactor run`.

use std::io::Write;

use anyhow::{Context, anyhow, bail};

use super::{
    ExitStatus, Output, agreed,
    changes::write,
    extract::{self, NameFrom},
    name_condition,
    output::{look, say},
    place,
    settings::{self, Settings},
    unify,
};
use crate::{
    analysis::{
        FileChange, InputFile, NAME_CONDITION, NamedPlace, OffersAtPlace, Refused, ShownOffer,
    },
    refactorings, report,
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The id of a refactoring, as listed by `refactor at` and `refactor list`
    id: String,
    /// A line, a column in it, or a range between two of them, counted from 1
    #[arg(value_name = "FILE:LINE[:COLUMN][-LINE[:COLUMN]]")]
    place: NamedPlace,
    /// The name of the new function, or of the condition of `name-condition`
    #[arg(long)]
    name: Option<String>,
    /// Ask the configured language model to name the new function of `extract-function` or the condition of `name-condition`
    #[arg(long, conflicts_with = "name")]
    name_by_model: bool,
    /// Change the file; otherwise only the diff is shown
    #[arg(long)]
    write: bool,
    #[command(flatten)]
    settings: settings::Arguments,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let id = arguments.id.as_str();
    let name = name_from(arguments)?;
    if [extract::ID, unify::ID].contains(&id) {
        let asked = extract::Asked {
            place: &arguments.place,
            name,
            write: arguments.write,
        };
        let settings = &mut Settings::new(&arguments.settings);
        return if id == unify::ID {
            unify::run(&asked, settings, out)
        } else {
            extract::run(&asked, settings, out)
        };
    }
    if refactorings::by_name(id).is_none() {
        bail!("{}", report::unknown_refactoring(id));
    }
    let mut settings = Settings::new(&arguments.settings);
    let Some(found) = place::ask(&arguments.place, &mut settings)? else {
        return Ok(ExitStatus::Trouble);
    };
    if let Some(why) = found.without_rustc(id) {
        let why = Refused::Because(why.to_owned());
        return agreed::not_offered(id, arguments.place.words(), why);
    }
    let mut offer = the_one(&found, id, arguments.place.words())?.clone();
    if id == NAME_CONDITION {
        offer = match name_condition::named(&found.input, offer, &name, &settings)? {
            Ok(offer) => offer,
            Err(refused) => return agreed::not_offered(id, arguments.place.words(), refused),
        };
    }
    if offer.asks_rustc {
        offer.text = match agreed::ask(&found.input, &offer)? {
            Ok(text) => text,
            Err(refused) => return agreed::not_offered(id, &offer.place, refused),
        };
    }
    carry_out(arguments, found.input, offer, out)
}

/// Returns the source of the name, if the refactoring needs one.
fn name_from(arguments: &Arguments) -> anyhow::Result<NameFrom> {
    let id = arguments.id.as_str();
    if arguments.name_by_model && ![extract::ID, NAME_CONDITION].contains(&id) {
        bail!(
            "`--name-by-model` is for `{}` and `{NAME_CONDITION}`.",
            extract::ID
        );
    }
    if arguments.name.is_some() && ![extract::ID, unify::ID, NAME_CONDITION].contains(&id) {
        bail!(
            "`--name` is for `{}`, `{}` and `{NAME_CONDITION}`; `{id}` chooses its own name.",
            extract::ID,
            unify::ID
        );
    }
    Ok(match (arguments.name.clone(), arguments.name_by_model) {
        (Some(name), _) => NameFrom::Person(name),
        (None, true) => NameFrom::Model,
        (None, false) => NameFrom::Code,
    })
}

/// Prints the diff of an offer, and writes the file if requested.
fn carry_out(
    arguments: &Arguments,
    input: InputFile,
    offer: ShownOffer,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let ShownOffer {
        title,
        place,
        text,
        new_files,
        ..
    } = offer;
    let shown = input.shown.clone();
    let text = input.laid_out(text);
    let change = FileChange::new(input, text, new_files, 1);
    let change = change.map_err(|error| anyhow!("{error}; `{shown}` is unchanged"))?;
    report::write_change(out, &change, look()).context("The diff can't be written")?;
    // Later messages refer to the diff, so it must be printed first.
    out.flush().context("The diff can't be written")?;
    if arguments.write && write(&[change]) > 0 {
        return Ok(ExitStatus::Trouble);
    }
    let what = if arguments.write {
        "Applied"
    } else {
        "use `--write` to apply"
    };
    say("note", &format!("{what} at {place}: {title}."));
    Ok(ExitStatus::Fine)
}

/// Returns the offer of a refactoring, if there is exactly one.
fn the_one<'a>(found: &'a OffersAtPlace, id: &str, place: &str) -> anyhow::Result<&'a ShownOffer> {
    let of_id: Vec<&ShownOffer> = found.offers.iter().filter(|offer| offer.id == id).collect();
    match of_id.as_slice() {
        [offer] => Ok(offer),
        [] => bail!("{}", why_not(found, id, place)),
        several => {
            let places: Vec<&str> = several.iter().map(|offer| &*offer.place).collect();
            bail!(
                "`{id}` is offered {} times at {place}. Choose one: {}.",
                several.len(),
                places.join(", ")
            )
        }
    }
}

fn why_not(found: &OffersAtPlace, id: &str, place: &str) -> String {
    let mut refusals = found.refusals.iter();
    if let Some((_, why)) = refusals.find(|(refactoring, _)| refactoring.id == id) {
        return format!("`{id}` is not offered at {place}: {why}");
    }
    let mut ids: Vec<&str> = found.offers.iter().map(|offer| offer.id).collect();
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return format!(
            "`{id}` doesn't apply at {place}, and no other refactoring is offered there."
        );
    }
    format!(
        "`{id}` doesn't apply at {place}. Offered there: {}.",
        ids.join(", ")
    )
}
