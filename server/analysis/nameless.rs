//! What the code has no name for.

use super::Refused;
#[cfg(feature = "model")]
use crate::refactorings::Applicability;
use crate::{
    refactorings::{self, Context, Offer, Refusal, Target},
    syntax::Source,
    text::TextRange,
};

/// What a condition gets a name by.
pub const NAME_CONDITION: &str = "name-condition";
const NO_CONDITION: &str = "There is no condition here that could be named.";

/// What gets a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nameless {
    /// What is selected becomes a function.
    Lines(TextRange),
    /// The condition of the `if` around it becomes a variable.
    Condition(TextRange),
}

#[cfg(feature = "model")]
/// The condition at a place, if it can have a name and tells none itself.
pub(super) fn nameless_condition(source: &Source, at: TextRange) -> Result<TextRange, Refused> {
    let offer = offered(&Context::new(source), at)?;
    let change = offer.change();
    if change.applicability != Applicability::Draft {
        let why = "The code already suggests a name for the condition.";
        return Err(Refused::Because(why.to_owned()));
    }
    Ok(change.target)
}

fn offered(context: &Context<'_>, at: TextRange) -> Result<Offer, Refused> {
    let refactoring = refactorings::by_name(NAME_CONDITION);
    let offer = refactoring.map(|it| refactorings::offer(it, context, Target::Cursor(at.start())));
    offer
        .unwrap_or(Err(Refusal::NotHere))
        .map_err(|why| match why {
            Refusal::Because { why, .. } => Refused::Because(why),
            Refusal::NotHere => Refused::Because(NO_CONDITION.to_owned()),
        })
}

/// The offer that gives the condition at a place this name, or why there is none.
pub fn condition_named(source: &Source, at: TextRange, name: &str) -> Result<Offer, Refused> {
    offered(&Context::new(source).naming(name), at)
}
