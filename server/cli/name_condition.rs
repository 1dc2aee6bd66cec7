//! The command `refactor run name-condition`, for conditions without a name in the code.

use std::sync::Arc;

use super::{
    extract::{NameFrom, parsed, proposed_name},
    output::say,
    settings::Settings,
    work::Work,
};
use crate::{
    analysis::{InputFile, Nameless, Refused, ShownOffer, condition_named},
    refactorings::Applicability,
    text::TextRange,
};

/// Returns the offer with the user's name, or with the model's if the code doesn't suggest one.
pub(super) fn named(
    input: &InputFile,
    offer: ShownOffer,
    name: &NameFrom,
    settings: &Settings,
) -> anyhow::Result<Result<ShownOffer, Refused>> {
    let at = TextRange::empty(offer.target.start());
    let name = match name {
        NameFrom::Person(name) => Some(name.clone()),
        NameFrom::Model if offer.applicability == Applicability::Draft => {
            proposed_name(input, Nameless::Condition(at), settings)?
        }
        NameFrom::Model => {
            say(
                "note",
                "The code already suggests a name for the condition, so no model is asked.",
            );
            None
        }
        NameFrom::Code => None,
    };
    let Some(name) = name else {
        return Ok(Ok(offer));
    };
    let (text, context) = (Arc::clone(&input.text), input.context);
    let work = Work::in_memory()?;
    let found = work.block_on(work.engine.run(move || {
        let source = parsed(text, context)?;
        let named = condition_named(&source, at, &name)?;
        let change = named.change();
        let text = change
            .edits()
            .apply(&source.text)
            .ok_or_else(|| Refused::Because("The name doesn't fit in the text.".to_owned()))?;
        Ok::<_, Refused>(ShownOffer {
            title: change.title.clone(),
            applicability: change.applicability,
            edits: change.edits().clone(),
            text: text.into(),
            ..offer
        })
    }))?;
    work.finish();
    Ok(found)
}
