//! Rules that measures are judged by.

use crate::smells::{Limits, Smell};

/// The profile, and the limits of each smell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    profile: Profile,
    /// Smells whose judgement differs from their registration, sorted by id. `None` is off.
    changed: Vec<(&'static str, Option<Judgement>)>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// What a reviewer would stop at, and what is of a smell that was set explicitly.
    #[default]
    Calm,
    /// Everything above a limit.
    Full,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// `warn` is never above `strong`.
    pub limits: Limits,
    /// Fixed level of the smell's findings; without it, the measure decides.
    pub level: Option<LevelOverride>,
    /// Whether the smell's first limit, level or switch was set explicitly: then the calm profile hides none of it.
    pub is_chosen: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LevelOverride {
    Hint,
    Information,
    Warning,
    Error,
}

impl Rules {
    pub(super) fn new(
        profile: Profile,
        mut changed: Vec<(&'static str, Option<Judgement>)>,
    ) -> Self {
        changed.sort_unstable_by_key(|(id, _)| *id);
        Self { profile, changed }
    }

    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// How `smell` is judged; nothing where it is off.
    pub fn judgement(&self, smell: &Smell) -> Option<Judgement> {
        match self.changed.binary_search_by_key(&smell.id, |(id, _)| id) {
            Ok(place) => self.changed[place].1,
            Err(_) => Some(Judgement::of(smell)),
        }
    }
}

impl Judgement {
    /// As the smell itself says.
    pub(super) fn of(smell: &Smell) -> Self {
        Self {
            limits: smell.limits,
            level: None,
            is_chosen: false,
        }
    }
}
