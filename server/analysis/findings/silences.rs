//! Allowances of a file.

use std::collections::HashMap;

use crate::{
    facts::{Allowance, AllowanceForm, FileReport, SmellId},
    smells,
    text::{TextRange, TextSize},
};

/// The scopes in which each smell is allowed, for lookups in logarithmic time.
pub(super) struct Silences(HashMap<SmellId, Vec<Scope>>);

struct Scope {
    start: TextSize,
    /// The maximum end of this scope and those that start before it.
    furthest_end: TextSize,
}

impl Silences {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn of(report: &FileReport) -> Self {
        let mut scopes: HashMap<SmellId, Vec<Scope>> = HashMap::new();
        for allowance in &report.allowances {
            for smell in silenced(allowance) {
                scopes.entry(smell).or_default().push(Scope {
                    start: allowance.scope.start(),
                    furthest_end: allowance.scope.end(),
                });
            }
        }
        for scopes in scopes.values_mut() {
            scopes.sort_by_key(|scope| scope.start);
            let mut furthest = TextSize::new(0);
            for scope in scopes {
                furthest = furthest.max(scope.furthest_end);
                scope.furthest_end = furthest;
            }
        }
        Self(scopes)
    }

    /// Whether a smell is allowed at a range.
    pub(super) fn cover(&self, smell: SmellId, at: TextRange) -> bool {
        let Some(scopes) = self.0.get(&smell) else {
            return false;
        };
        let started = scopes.partition_point(|scope| scope.start <= at.start());
        let last = started.checked_sub(1).map(|at| &scopes[at]);
        last.is_some_and(|last| at.end() <= last.furthest_end)
    }
}

/// Returns the smells that an allowance silences.
fn silenced(allowance: &Allowance) -> Vec<SmellId> {
    match (allowance.smell, allowance.form) {
        (None, _) => Vec::new(),
        (Some(named), AllowanceForm::Comment) => vec![named],
        (Some(named), AllowanceForm::Attribute) => smells::silent_with(named),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Sighting;

    #[test]
    fn scopes_of_one_smell_may_hold_each_other() {
        let smell = smells::id_of("long-function");
        let scopes = [(0, 40), (5, 8), (6, 7), (50, 60)];
        let allowance = |(start, end): (u32, u32)| Allowance {
            at: TextRange::empty(0.into()),
            scope: TextRange::new(start.into(), end.into()),
            smell,
            form: AllowanceForm::Comment,
        };
        let report = FileReport {
            allowances: scopes.into_iter().map(allowance).collect(),
            ..FileReport::default()
        };
        let silences = Silences::of(&report);
        for start in 0..70 {
            for end in start..70 {
                let at = TextRange::new(start.into(), end.into());
                let sighting = Sighting {
                    smell: smell.unwrap(),
                    at,
                    measure: 1,
                    parts: Vec::new(),
                    extraction: None,
                };
                let expected = report.allowances.iter().any(|one| one.silences(&sighting));
                assert_eq!(silences.cover(sighting.smell, at), expected, "{at:?}");
            }
        }
        let other = smells::id_of("deep-nesting").unwrap();
        assert!(!silences.cover(other, TextRange::new(3.into(), 7.into())));
    }
}
