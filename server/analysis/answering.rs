//! Refactorings for findings of repeated code, which depend on the repetitions' locations.

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

/// Whether the refactorings for a smell depend on its locations, so that none is listed before they are checked.
pub fn is_answered_by_places(smell: &Smell) -> bool {
    matches!(smell.look, Look::Workspace(_)) || is_for_unifying(smell)
}

/// Returns the offers for a finding of such a smell, apart from those of [`unifying`].
pub fn answers_of_places(context: &Context<'_>, finding: &Finding) -> Vec<Opening> {
    let offers = answers_in(context, finding);
    let offers = offers.iter().map(|offer| Opening {
        refactoring: offer.refactoring().id,
        at: finding.at,
    });
    offers.collect()
}

/// Returns where one function could replace the repetitions, as far as syntax shows: only the finding's location if all of them
/// can be replaced.
pub fn unifying(context: &Context<'_>, seen: Seen<'_>, finding: &Finding) -> Vec<Opening> {
    // If one of them can call the other, a third function is unnecessary.
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
