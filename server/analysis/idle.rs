//! Allowances in comments that allow nothing. They are reported, because readers believe them.

use crate::{
    config::Rules,
    facts::{Allowance, AllowanceForm, FileReport, SmellId},
    smells,
    text::TextRange,
};

/// An allowance that could go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdleAllowance {
    /// Range of the id.
    pub at: TextRange,
    pub why: Idle,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// There is no smell of that name.
    Unknown,
    /// Nothing that it covers is above a limit.
    Unused,
}

impl Idle {
    /// Message for an allowance of `id`.
    pub fn say(self, id: &str) -> String {
        match self {
            Self::Unknown => format!("`allow({id})` names no smell"),
            Self::Unused => format!("`allow({id})` silences nothing and can go"),
        }
    }
}

/// The idle allowances of a file's comments, in the order of the text. Clippy's attributes and smells that are off are left
/// out.
pub fn idle_allowances(report: &FileReport, rules: &Rules) -> Vec<IdleAllowance> {
    let comments = report
        .allowances
        .iter()
        .filter(|one| one.form == AllowanceForm::Comment);
    let idle = comments.filter_map(|allowance| {
        let why = why_idle(report, allowance, rules)?;
        Some(IdleAllowance {
            at: allowance.at,
            why,
        })
    });
    let mut idle: Vec<_> = idle.collect();
    idle.sort_by_key(|one| one.at.start());
    idle
}

fn why_idle(report: &FileReport, allowance: &Allowance, rules: &Rules) -> Option<Idle> {
    let Some(id) = allowance.smell else {
        return Some(Idle::Unknown);
    };
    let limit = limit_of(id, rules)?;
    let is_used = report
        .sightings()
        .any(|sighting| allowance.silences(&sighting) && sighting.measure > limit);
    (!is_used).then_some(Idle::Unused)
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
