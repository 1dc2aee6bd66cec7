//! Allowances in comments without effect, which are reported because they mislead readers.

use std::collections::HashMap;

use crate::{
    config::Rules,
    facts::{Allowance, AllowanceForm, FileReport, SmellId},
    smells,
    text::{TextRange, TextSize},
};

/// An allowance that can be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleAllowance {
    /// Range of the id.
    pub at: TextRange,
    pub why: Idle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// There is no smell with this name.
    Unknown,
    /// Nothing in its scope exceeds a limit.
    Unused,
}

impl Idle {
    /// Message for an allowance of `id`.
    pub fn say(self, id: &str) -> String {
        match self {
            Self::Unknown => format!("`allow({id})` names an unknown smell"),
            Self::Unused => format!("`allow({id})` silences nothing; remove it"),
        }
    }
}

/// Returns the idle allowances in a file's comments, in source order. Omits clippy attributes and disabled smells.
pub fn idle_allowances(report: &FileReport, rules: &Rules) -> Vec<IdleAllowance> {
    let is_comment = |one: &Allowance| one.form == AllowanceForm::Comment;
    if !report.allowances.iter().any(is_comment) {
        return Vec::new();
    }
    let above = Above::of(report, rules);
    let comments = report.allowances.iter().filter(|one| is_comment(one));
    let idle = comments.filter_map(|allowance| {
        let why = above.why_idle(allowance, rules)?;
        Some(IdleAllowance {
            at: allowance.at,
            why,
        })
    });
    let mut idle: Vec<_> = idle.collect();
    idle.sort_by_key(|one| one.at.start());
    idle
}

/// Sightings above the limit of each smell, for lookups in logarithmic time.
struct Above(HashMap<SmellId, Vec<Seen>>);

struct Seen {
    start: TextSize,
    /// The minimum end of this sighting and those that start after it.
    nearest_end: TextSize,
}

impl Above {
    fn of(report: &FileReport, rules: &Rules) -> Self {
        let mut seen: HashMap<SmellId, Vec<Seen>> = HashMap::new();
        for sighting in report.sightings() {
            if limit_of(sighting.smell, rules).is_none_or(|limit| sighting.measure <= limit) {
                continue;
            }
            seen.entry(sighting.smell).or_default().push(Seen {
                start: sighting.at.start(),
                nearest_end: sighting.at.end(),
            });
        }
        for seen in seen.values_mut() {
            seen.sort_by_key(|one| one.start);
            let mut nearest = TextSize::new(u32::MAX);
            for one in seen.iter_mut().rev() {
                nearest = nearest.min(one.nearest_end);
                one.nearest_end = nearest;
            }
        }
        Self(seen)
    }

    fn why_idle(&self, allowance: &Allowance, rules: &Rules) -> Option<Idle> {
        let Some(id) = allowance.smell else {
            return Some(Idle::Unknown);
        };
        limit_of(id, rules)?;
        // What it silences may depend on other files.
        if smells::is_of_workspaces(id) {
            return None;
        }
        (!self.has_in(id, allowance.scope)).then_some(Idle::Unused)
    }

    fn has_in(&self, id: SmellId, scope: TextRange) -> bool {
        let Some(seen) = self.0.get(&id) else {
            return false;
        };
        let first = seen.partition_point(|one| one.start < scope.start());
        seen.get(first)
            .is_some_and(|first| first.nearest_end <= scope.end())
    }
}

fn limit_of(id: SmellId, rules: &Rules) -> Option<u32> {
    Some(rules.judgement(smells::get(id)?)?.limits.warn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{analysis::OpenFile, syntax::FileContext, text::slice};

    fn idle(text: &str) -> Vec<(String, Idle)> {
        let file = OpenFile::new(text, FileContext::default());
        let idle = idle_allowances(file.report(), &Rules::default()).into_iter();
        idle.map(|one| (slice(text, one.at).unwrap().to_owned(), one.why))
            .collect()
    }

    #[test]
    fn what_allows_nothing_is_told_of() {
        let text = "// rustassistant: allow(too-many-parameters, long-function) as the table wants\n\
                    fn f(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8) {}\n\
                    // rustassistant: allow(no-such-smell)\nfn g() {}\n";
        let expected = [
            ("long-function", Idle::Unused),
            ("no-such-smell", Idle::Unknown),
        ];
        assert_eq!(idle(text), expected.map(|(id, why)| (id.to_owned(), why)));
    }

    #[test]
    fn attributes_are_clippy_s_matter() {
        assert_eq!(idle("#[allow(clippy::too_many_lines)]\nfn f() {}\n"), []);
    }
}
