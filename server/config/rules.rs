//! What a measure is judged by.

use crate::smells::{Limits, Smell};

/// How much is shown, and from where on it is too much.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    profile: Profile,
    /// The smells that are judged otherwise than their registration says, by id, alphabetically. `None` is off.
    changed: Vec<(&'static str, Option<Judgement>)>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// What is strong, rare or answered by a refactoring.
    #[default]
    Calm,
    /// Everything above a limit.
    Full,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// `warn` is never above `strong`.
    pub limits: Limits,
    /// What findings of the smell are shown as, whatever they measure; without it, the measure decides.
    pub level: Option<LevelOverride>,
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
        }
    }
}
