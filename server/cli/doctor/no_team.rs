//! Reports that this build doesn't support team caches.

use super::Check;
use crate::{cache::NO_TEAM, config::Loaded};

pub(super) fn examine(_loaded: &Loaded) -> Vec<Check> {
    vec![Check::note("team's cache", NO_TEAM)]
}
