//! What really answers a finding of code that stands in several places: that depends on what these are.

use super::{
    Finding, Opening,
    extraction::{Seen, repeated_at},
    offers::answers_in,
    proposals::is_for_unifying,
};
use crate::{
    extraction::{Naming, REPEATED_BLOCK},
    refactorings::Context,
    smells::{Look, Smell},
};

/// Whether the places that a finding of a smell tells of decide what answers it, so that nothing is said to before it is looked for.
pub fn is_answered_by_places(smell: &Smell) -> bool {
    matches!(smell.look, Look::Workspace(_)) || is_for_unifying(smell)
}

/// What is offered for a finding of such a smell, but for what [`unifying`] finds.
pub fn answers_of_places(context: &Context<'_>, finding: &Finding) -> Vec<Opening> {
    let offers = answers_in(context, finding);
    let offers = offers.iter().map(|offer| Opening {
        refactoring: offer.refactoring().id,
        at: finding.at,
    });
    offers.collect()
}

/// Where one function would be called in the stead of what a finding tells of, as far as syntax tells: at the finding alone if
/// that is everywhere.
pub fn unifying(context: &Context<'_>, seen: Seen<'_>, finding: &Finding) -> Vec<Opening> {
    // Where one of them can call the other, there is no need for a third.
    if !is_for_unifying(finding.smell) || !answers_in(context, finding).is_empty() {
        return Vec::new();
    }
    let Ok(found) = repeated_at(context.source, seen, finding.at, Naming::Given) else {
        return Vec::new();
    };
    let mut places = vec![finding.at];
    if !found.left.is_empty() {
        places.clone_from(&found.places);
        places.sort_by_key(|it| it.start());
    }
    let places = places.into_iter().map(|at| Opening {
        refactoring: REPEATED_BLOCK,
        at,
    });
    places.collect()
}
