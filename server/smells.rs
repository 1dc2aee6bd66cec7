//! What wants refactoring. A smell measures; `analysis` judges. One file per smell, and one alphabetical list of them.
//!
//! A smell looks at one [`Item`] at a time and sees nothing of configuration, files or other items.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    facts::{Part, Sighting, SmellId},
    syntax::Item,
    text::TextRange,
};

mod collapsible_if;
mod let_else_opportunity;

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
    pub look: fn(&Item<'_>, &mut Sightings),
    /// One sentence for people, made from the sighting (ranges absolute) and the text of the file.
    pub say: fn(&Sighting, &str) -> String,
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
    /// Anything else stands for itself.
    Own,
}

/// Where a smell puts what it sees.
#[derive(Debug, Default)]
pub struct Sightings(Vec<(TextRange, u32, Vec<Part>)>);

impl Sightings {
    /// `at` is what is drawn: a name or a keyword.
    pub fn push(&mut self, at: TextRange, measure: u32) {
        self.push_with_parts(at, measure, Vec::new());
    }

    pub fn push_with_parts(&mut self, at: TextRange, measure: u32, parts: Vec<Part>) {
        self.0.push((at, measure, parts));
    }
}

/// What the smells saw in one unit.
#[derive(Debug, Default)]
pub struct Seen {
    /// Ranges are absolute.
    pub sightings: Vec<Sighting>,
    /// Smells that panicked; each costs only itself.
    pub panicked: Vec<&'static str>,
}

/// Every smell, alphabetically.
pub fn all() -> &'static [Smell] {
    &REGISTRY
}

pub fn get(id: SmellId) -> Option<&'static Smell> {
    REGISTRY.get(usize::from(id.0))
}

pub fn by_name(id: &str) -> Option<&'static Smell> {
    REGISTRY.iter().find(|smell| smell.id == id)
}

/// Everything that is above no limit too: what is worth keeping is what some limit may be set to.
pub fn look_at(item: &Item<'_>) -> Seen {
    let mut seen = Seen::default();
    for (place, smell) in (0_u8..).zip(all()) {
        let mut sightings = Sightings::default();
        let look = AssertUnwindSafe(|| (smell.look)(item, &mut sightings));
        if catch_unwind(look).is_err() {
            seen.panicked.push(smell.id);
            continue;
        }
        seen.sightings.extend(
            sightings
                .0
                .into_iter()
                .map(|(at, measure, parts)| Sighting {
                    smell: SmellId(place),
                    at,
                    measure,
                    parts,
                }),
        );
    }
    seen
}

static REGISTRY: [Smell; 2] = [collapsible_if::SMELL, let_else_opportunity::SMELL];
