//! Code that has no name yet.

use super::Refused;
#[cfg(feature = "model")]
use crate::refactorings::Applicability;
use crate::{
    refactorings::{self, Context, Offer, Refusal, Target},
    syntax::Source,
    text::TextRange,
};

/// The refactoring that names a condition.
pub const NAME_CONDITION: &str = "name-condition";
const NO_CONDITION: &str = "There is no condition here that could be named.";

/// The code to name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nameless {
    /// Lines to extract into a function.
    Lines(TextRange),
    /// The condition of the enclosing `if`, to extract into a variable.
    Condition(TextRange),
}

#[cfg(feature = "model")]
/// Returns the condition at a range, if it can be named and doesn't suggest a name itself.
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

/// Returns the offer to give the condition at a range this name, or the reason why there is none.
pub fn condition_named(source: &Source, at: TextRange, name: &str) -> Result<Offer, Refused> {
    offered(&Context::new(source).naming(name), at)
}
