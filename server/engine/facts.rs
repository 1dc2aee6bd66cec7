//! Plain data about items and files, as it is measured, kept and shared. Nothing here is a judgement: limits, levels and
//! messages are applied later, so that a change of configuration invalidates nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::text::{TextRange, TextSize};

/// A smell as a number: its place in the alphabetical registry of `smells`. It is kept only together with a fingerprint of
/// the engine, so it never outlives the registry that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SmellId(pub u8);

/// A smell that was seen: where, and how much of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    pub smell: SmellId,
    /// What is drawn: a name or a keyword, never a block.
    pub at: TextRange,
    pub measure: u32,
    /// What the measure is made of, in the order of the text.
    pub parts: Vec<Part>,
    /// The part that is best moved into a function of its own, and the measure without it.
    pub extraction: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub at: TextRange,
    pub measure: u32,
}

/// The measures of one function with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionFacts {
    pub name: TextRange,
    /// From the first token of the signature, without attributes and comments, to the end of the body.
    pub range: TextRange,
    /// Cognitive complexity (Sonar S3776).
    pub cognitive: u32,
    /// The deepest nesting of control flow.
    pub nesting: u32,
    /// Lines with code between the braces, as clippy's `too_many_lines` counts them.
    pub lines: u32,
    /// Parameters without `self`.
    pub parameters: u32,
}

/// What was measured in one unit. Ranges are relative to its start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitReport {
    /// Lines with code.
    pub lines: u32,
    pub functions: Vec<FunctionFacts>,
    pub sightings: Vec<Sighting>,
}

/// What was measured in one file. Ranges of `items` are relative to the offset beside each, all others to the file.
/// Units in which nothing was seen are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    pub items: Vec<(TextSize, Arc<UnitReport>)>,
    /// What was seen of the file as a whole.
    pub sightings: Vec<Sighting>,
    pub allowances: Vec<Allowance>,
    pub problem: Option<Problem>,
}

/// Why a file has no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Problem {
    TooDeep,
    TooLarge,
}

/// Words in the text that silence a smell in a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// Where the id, or clippy's name of the same matter, is written.
    pub at: TextRange,
    /// What it silences: sightings that are drawn inside this range.
    pub scope: TextRange,
    /// The smell that is silenced; nothing if a comment names one that doesn't exist.
    pub smell: Option<SmellId>,
    pub form: AllowanceForm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum AllowanceForm {
    /// `// rustassistant: allow(id) reason`
    Comment,
    /// `#[allow(clippy::name)]` or `#[expect(clippy::name)]`
    Attribute,
}

impl FileReport {
    /// Everything that was seen, ranges absolute: unit by unit, then of the file as a whole.
    pub fn sightings(&self) -> impl Iterator<Item = Sighting> + '_ {
        let items = self.items.iter();
        let of_items = items.flat_map(|(offset, item)| item.sightings_at(*offset));
        of_items.chain(self.sightings.iter().cloned())
    }

    /// Every function by its start, ranges absolute. Of two with one start the outer comes first.
    pub fn functions(&self) -> Vec<FunctionFacts> {
        let items = self.items.iter();
        let functions = items.flat_map(|(offset, item)| item.functions_at(*offset));
        let mut functions: Vec<_> = functions.collect();
        functions.sort_by_key(|function| (function.range.start(), function.name.start()));
        functions
    }
}

impl UnitReport {
    /// What was seen, in a file where the unit starts at `offset`.
    pub fn sightings_at(&self, offset: TextSize) -> impl Iterator<Item = Sighting> + '_ {
        let sightings = self.sightings.iter();
        sightings.map(move |sighting| sighting.moved_by(offset))
    }

    /// The functions, in a file where the unit starts at `offset`.
    pub fn functions_at(&self, offset: TextSize) -> impl Iterator<Item = FunctionFacts> + '_ {
        let functions = self.functions.iter();
        functions.map(move |function| function.moved_by(offset))
    }
}

impl Sighting {
    /// The same sighting with its ranges moved by `offset`.
    #[must_use]
    pub fn moved_by(&self, offset: TextSize) -> Self {
        let moved = |part: &Part| Part {
            at: part.at + offset,
            ..*part
        };
        Self {
            at: self.at + offset,
            parts: self.parts.iter().map(moved).collect(),
            extraction: self.extraction.as_ref().map(moved),
            ..*self
        }
    }
}

impl FunctionFacts {
    /// The same facts with their ranges moved by `offset`.
    #[must_use]
    pub fn moved_by(self, offset: TextSize) -> Self {
        Self {
            name: self.name + offset,
            range: self.range + offset,
            ..self
        }
    }
}

impl Allowance {
    /// Whether a sighting (ranges absolute) is not to be shown.
    pub fn silences(&self, sighting: &Sighting) -> bool {
        self.smell == Some(sighting.smell) && self.scope.contains_range(sighting.at)
    }
}
