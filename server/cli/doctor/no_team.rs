//! There is nothing to say of a team's cache but that this build has none.

use super::Check;
use crate::{cache::NO_TEAM, config::Loaded};

pub(super) fn examine(_loaded: &Loaded) -> Vec<Check> {
    vec![Check::note("team's cache", NO_TEAM)]
}
