//! Offers at a location named on the command line.

use anyhow::{anyhow, bail};

use super::{inputs::gather, settings::Settings, work::Work};
use crate::{
    analysis::{InputFile, NamedPlace, OffersAtPlace, offers_at_place},
    text::TextRange,
};

/// Returns the offers. `None` if the file can't be read, which was already reported.
pub(super) fn ask(
    place: &NamedPlace,
    settings: &mut Settings,
) -> anyhow::Result<Option<OffersAtPlace>> {
    let Some((input, range)) = read(place, settings)? else {
        return Ok(None);
    };
    let selection = place.is_selection().then_some(range);
    let work = Work::in_memory()?;
    let shown = input.shown.clone();
    let found = work.block_on(
        work.engine
            .run(move || offers_at_place(input, range, selection)),
    )?;
    work.finish();
    let found = found.map_err(|why| anyhow!("`{shown}` is {why}."))?;
    Ok(Some(found))
}

/// Returns the file and the range. `None` if the file can't be read, which was already reported.
pub(super) fn read(
    place: &NamedPlace,
    settings: &mut Settings,
) -> anyhow::Result<Option<(InputFile, TextRange)>> {
    if place.file.is_dir() {
        bail!(
            "`{}` is a directory; name a file in it.",
            place.file.display()
        );
    }
    let inputs = gather(std::slice::from_ref(&place.file), settings)?;
    let Some(input) = inputs.files.into_iter().next() else {
        return Ok(None);
    };
    let range = place.range(&input.text)?;
    Ok(Some((input, range)))
}
