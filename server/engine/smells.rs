//! What wants refactoring. A smell measures; `analysis` judges. One file per smell, and one alphabetical list of them.
//!
//! A smell looks at one [`Unit`] at a time and sees nothing of configuration, files or other items.
//!
//! # The documentation of a smell
//!
//! It is the module comment of the smell's file, in Markdown; [`doc`] gives it, people read it in their editors and terminals,
//! and `tests/smells.rs` runs its examples. A line `// … 40 more statements` in an example stands for so many statements of
//! one line each. It has these headings in this order:
//!
//! ````text
//! # Name for people
//!
//! ## What it does
//! ## Why
//! ## Example
//! ```rust before
//! // The smell fires above its first limit here, and no other smell does.
//! ```
//! ```rust after
//! // No smell fires here.
//! ```
//! ## What it leaves alone
//! ## Limits
//! The two limits, what is counted, and how often the smell fires in well-kept code.
//! ## Sources
//! ````
//!
//! The documentation of a refactoring has the same form, with `What it checks` in place of `Limits`.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{
    facts::{Part, Sighting, SmellId},
    syntax::Unit,
    text::TextRange,
};

pub mod cognitive_complexity;
pub mod collapsible_if;
pub mod complex_conditional;
pub mod deep_nesting;
pub mod guard_clause_opportunity;
pub mod let_else_opportunity;
pub mod long_function;
pub mod long_match_arm;
pub mod too_many_parameters;

/// A smell. Its documentation is the module comment of its file.
pub struct Smell {
    /// Public and stable: configuration, allowances, JSON and baselines name it.
    pub id: &'static str,
    pub limits: Limits,
    pub family: Family,
    /// Sightings above the first limit per 100,000 lines of public code without its tests, if measured.
    pub rate: Option<f32>,
    /// The ids of refactorings that may answer it, the best first.
    pub answers: &'static [&'static str],
    /// Clippy's lints of the same matter: where they are allowed, this smell is silent.
    pub clippy: &'static [&'static str],
    pub look: fn(&Unit<'_>, &mut Sightings),
    /// One sentence for people, made from the sighting (ranges absolute) and the text of the file.
    pub say: fn(&Sighting, &str) -> String,
}

impl std::fmt::Debug for Smell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

/// The largest measures that are still fine: a smell fires above them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub warn: u32,
    pub strong: u32,
}

/// Smells that have one cause are shown as one finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// A function is too much to keep in mind: its complexity, length, nesting. The one furthest above its limit leads.
    FunctionSize,
    /// A shape that a refactoring removes. It is sighted only where that refactoring really offers its edit.
    Opportunity,
    /// Anything else stands for itself.
    Own,
}

impl Limits {
    /// The least measure that is kept: half of the first limit, rounded up. Most code measures less, and keeping it would
    /// only make reports large; so a limit that is set lower than this shows no more than this one does.
    pub fn floor(self) -> u32 {
        (self.warn + 1).div_ceil(2)
    }
}

/// Where a smell puts what it sees. What measures less than the smell's [floor](Limits::floor) is not kept.
#[derive(Debug, Default)]
pub struct Sightings {
    floor: u32,
    kept: Vec<(TextRange, u32, Vec<Part>)>,
}

impl Sightings {
    fn of(smell: &Smell) -> Self {
        Self {
            floor: smell.limits.floor(),
            kept: Vec::new(),
        }
    }

    /// Whether a sighting of this measure is kept.
    pub fn keeps(&self, measure: u32) -> bool {
        measure >= self.floor
    }

    /// `at` is what is drawn: a name or a keyword.
    pub fn push(&mut self, at: TextRange, measure: u32) {
        self.push_with_parts(at, measure, Vec::new());
    }

    pub fn push_with_parts(&mut self, at: TextRange, measure: u32, parts: Vec<Part>) {
        if self.keeps(measure) {
            self.kept.push((at, measure, parts));
        }
    }
}

/// How many panics of smells were caught in this process. Each cost only what its smell would have seen in one unit.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Every smell, alphabetically.
pub fn all() -> &'static [Smell] {
    REGISTRY
}

pub fn get(id: SmellId) -> Option<&'static Smell> {
    REGISTRY.get(usize::from(id.0))
}

pub fn by_name(id: &str) -> Option<&'static Smell> {
    REGISTRY.iter().find(|smell| smell.id == id)
}

/// The documentation of a smell in Markdown.
pub fn doc(id: &str) -> Option<&'static str> {
    let found = DOCUMENTATION.iter().find(|(name, _)| *name == id);
    found.map(|(_, text)| *text)
}

/// A smell as a number.
pub fn id_of(name: &str) -> Option<SmellId> {
    numbered().find_map(|(id, smell)| (smell.id == name).then_some(id))
}

/// The smells of the same matter as a lint of clippy, which is named without `clippy::`.
pub fn of_clippy(lint: &str) -> impl Iterator<Item = SmellId> {
    let smells = numbered().filter(move |(_, smell)| smell.clippy.contains(&lint));
    smells.map(|(id, _)| id)
}

fn numbered() -> impl Iterator<Item = (SmellId, &'static Smell)> {
    (0..).map(SmellId).zip(all())
}

/// What every smell sees in a unit, whatever the limits are set to. Where the parser gave up, shapes are not to be trusted:
/// only the measures of functions are looked at there.
/// Ranges are absolute.
pub fn look_at(unit: &Unit<'_>) -> Vec<Sighting> {
    let mut seen = Vec::new();
    for (id, smell) in numbered() {
        if unit.is_broken && smell.family != Family::FunctionSize {
            continue;
        }
        let mut sightings = Sightings::of(smell);
        let look = AssertUnwindSafe(|| (smell.look)(unit, &mut sightings));
        if catch_unwind(look).is_err() {
            PANICS.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        let sighting = |(at, measure, parts)| Sighting {
            smell: id,
            at,
            measure,
            parts,
        };
        seen.extend(sightings.kept.into_iter().map(sighting));
    }
    seen
}

static REGISTRY: &[Smell] = &[
    cognitive_complexity::SMELL,
    collapsible_if::SMELL,
    complex_conditional::SMELL,
    deep_nesting::SMELL,
    guard_clause_opportunity::SMELL,
    let_else_opportunity::SMELL,
    long_function::SMELL,
    long_match_arm::SMELL,
    too_many_parameters::SMELL,
];

/// Made from the files' module comments when the crate is built.
static DOCUMENTATION: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/smells.rs"));

#[cfg(test)]
mod fixture {
    use super::{by_name, get, look_at};
    use crate::{
        facts::Sighting,
        syntax::{Edition, FileContext, Source, Unit, places},
    };

    /// What one smell sees in a text, whatever its limits are, in the order of the text.
    pub(super) fn seen(id: &str, text: &str) -> Vec<Sighting> {
        let context = FileContext {
            edition: Edition::Edition2024,
            ..FileContext::default()
        };
        let source = Source::parse(text, context).unwrap();
        assert!(!source.tree.has_errors(), "the fixture is no Rust: {text}");
        let mut found = Vec::new();
        for place in places(&source.root()) {
            let seen = look_at(&Unit::new(&source.text, &place, context));
            assert_eq!(super::panics(), 0);
            let sightings = seen.into_iter();
            found.extend(sightings.filter(|sighting| get(sighting.smell).unwrap().id == id));
        }
        found.sort_by_key(|sighting| sighting.at.start());
        found
    }

    /// What one smell draws above its first limit, and the measures.
    pub(super) fn fired(id: &str, text: &str) -> Vec<(String, u32)> {
        let limit = by_name(id).unwrap().limits.warn;
        let seen = seen(id, text).into_iter();
        let above = seen.filter(|sighting| sighting.measure > limit);
        let drawn = |sighting: &Sighting| crate::text::slice(text, sighting.at).unwrap().to_owned();
        above
            .map(|sighting| (drawn(&sighting), sighting.measure))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_alphabetical_and_documented() {
        let ids: Vec<_> = all().iter().map(|smell| smell.id).collect();
        assert!(ids.is_sorted(), "{ids:?}");
        for smell in all() {
            assert!(smell.limits.warn < smell.limits.strong, "{}", smell.id);
            assert!(doc(smell.id).is_some(), "{}", smell.id);
        }
    }

    #[test]
    fn clippys_names_lead_to_our_own() {
        let names = of_clippy("too_many_lines").map(|id| get(id).unwrap().id);
        assert_eq!(names.collect::<Vec<_>>(), ["long-function"]);
        assert_eq!(of_clippy("needless_return").count(), 0);
    }

    #[test]
    fn half_of_the_first_limit_is_kept() {
        let floor = |warn| Limits { warn, strong: 99 }.floor();
        assert_eq!([floor(0), floor(2), floor(15), floor(60)], [1, 2, 8, 31]);
    }
}
