//! The rules for judging measures.

use crate::{
    facts::SmellId,
    smells::{self, Limits, Smell},
};

/// The profile, and the limits of each smell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    profile: Profile,
    /// Smells with a judgement that differs from their registration, sorted by id. `None` disables the smell.
    changed: Vec<(&'static str, Option<Judgement>)>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Profile {
    /// Findings that a reviewer would object to, and those of explicitly configured smells.
    #[default]
    Calm,
    /// All findings above a limit.
    Full,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judgement {
    /// `warn` is never above `strong`.
    pub limits: Limits,
    /// A fixed level for the smell's findings; otherwise, the measure decides.
    pub level: Option<LevelOverride>,
    /// Whether the smell's first limit, level or switch was set explicitly: then the calm profile hides none of its findings.
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

    /// The rules with the given smells silenced, unless they were set explicitly.
    #[must_use]
    pub fn without(&self, silent: &[SmellId]) -> Self {
        let mut rules = self.clone();
        for smell in silent.iter().filter_map(|id| smells::get(*id)) {
            match rules.place_of(smell) {
                Ok(place) => {
                    let judgement = &mut rules.changed[place].1;
                    *judgement = judgement.filter(|judgement| judgement.is_chosen);
                }
                Err(place) => rules.changed.insert(place, (smell.id, None)),
            }
        }
        rules
    }

    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// How `smell` is judged; `None` if it is disabled.
    pub fn judgement(&self, smell: &Smell) -> Option<Judgement> {
        match self.place_of(smell) {
            Ok(place) => self.changed[place].1,
            Err(_) => Some(Judgement::of(smell)),
        }
    }

    fn place_of(&self, smell: &Smell) -> Result<usize, usize> {
        self.changed.binary_search_by_key(&smell.id, |(id, _)| id)
    }
}

impl Judgement {
    /// The judgement of the smell's registration.
    pub(super) fn of(smell: &Smell) -> Self {
        Self {
            limits: smell.limits,
            level: None,
            is_chosen: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_silent_stays_so_unless_it_was_set() {
        let chosen = |is_chosen| {
            let judgement = Judgement {
                is_chosen,
                ..Judgement::of(&smells::all()[1])
            };
            Rules::new(Profile::Calm, vec![(smells::all()[1].id, Some(judgement))])
        };
        let is_said = |rules: &Rules, at: u8| {
            let rules = rules.without(&[SmellId(at)]);
            let all = smells::all().iter();
            let said: Vec<_> = all.map(|smell| rules.judgement(smell).is_some()).collect();
            let others = said
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != usize::from(at));
            assert!(others.into_iter().all(|(_, is_said)| *is_said));
            said[usize::from(at)]
        };
        assert!(!is_said(&Rules::default(), 0));
        assert!(!is_said(&chosen(false), 1));
        assert!(!is_said(&chosen(true), 2));
        assert!(is_said(&chosen(true), 1));
    }
}
