//! Plain data about items and files, as measured, stored and shared. Contains no judgements: limits, levels and messages are
//! applied later, so a configuration change invalidates nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::text::{TextRange, TextSize};

/// A smell as a number: its index in the alphabetical registry of `smells`. It is stored only together with a fingerprint of
/// the engine, so it never outlives that registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SmellId(pub u8);

/// A detected smell: its location and its measure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    pub smell: SmellId,
    /// The highlighted range: a name or a keyword, never a block.
    pub at: TextRange,
    pub measure: u32,
    /// The contributions to the measure, in source order.
    pub parts: Vec<Part>,
    /// The part that is best extracted into its own function, and the measure without it.
    pub extraction: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub at: TextRange,
    pub measure: u32,
}

/// The metrics of a function with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionFacts {
    pub name: TextRange,
    /// From the first token of the signature, without attributes and comments, to the end of the body.
    pub range: TextRange,
    /// Cognitive complexity (Sonar S3776).
    pub cognitive: u32,
    /// Maximum nesting depth of control flow.
    pub nesting: u32,
    /// Lines of code between the braces, counted as clippy's `too_many_lines` does.
    pub lines: u32,
    /// Parameters without `self`.
    pub parameters: u32,
}

/// The measurements of a unit. Ranges are relative to its start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnitReport {
    /// Lines of code.
    pub lines: u32,
    pub functions: Vec<FunctionFacts>,
    pub sightings: Vec<Sighting>,
}

/// The measurements of a file. Ranges in `items` are relative to the offset next to them, all others to the file. Units without
/// sightings are omitted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    pub items: Vec<(TextSize, Arc<UnitReport>)>,
    /// Sightings of the file as a whole.
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

/// A comment or attribute that silences a smell in part of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// The range of the id, or of clippy's name for the same lint.
    pub at: TextRange,
    /// The range it applies to: sightings highlighted inside it are silenced.
    pub scope: TextRange,
    /// The silenced smell; `None` if a comment names one that doesn't exist.
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
    /// All sightings with absolute ranges: those of each unit, then those of the file as a whole.
    pub fn sightings(&self) -> impl Iterator<Item = Sighting> + '_ {
        let items = self.items.iter();
        let of_items = items.flat_map(|(offset, item)| item.sightings_at(*offset));
        of_items.chain(self.sightings.iter().cloned())
    }

    /// All functions by their start, with absolute ranges. Of two with the same start, the outer one comes first.
    pub fn functions(&self) -> Vec<FunctionFacts> {
        let items = self.items.iter();
        let functions = items.flat_map(|(offset, item)| item.functions_at(*offset));
        let mut functions: Vec<_> = functions.collect();
        functions.sort_by_key(|function| (function.range.start(), function.name.start()));
        functions
    }
}

impl UnitReport {
    /// The sightings with absolute ranges, for a unit that starts at `offset`.
    pub fn sightings_at(&self, offset: TextSize) -> impl Iterator<Item = Sighting> + '_ {
        let sightings = self.sightings.iter();
        sightings.map(move |sighting| sighting.moved_by(offset))
    }

    /// The functions with absolute ranges, for a unit that starts at `offset`.
    pub fn functions_at(&self, offset: TextSize) -> impl Iterator<Item = FunctionFacts> + '_ {
        let functions = self.functions.iter();
        functions.map(move |function| function.moved_by(offset))
    }
}

impl Sighting {
    /// The sighting with its ranges shifted by `offset`.
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
    /// The facts with their ranges shifted by `offset`.
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
    /// Whether this silences the sighting, whose ranges are absolute.
    pub fn silences(&self, sighting: &Sighting) -> bool {
        self.smell == Some(sighting.smell) && self.scope.contains_range(sighting.at)
    }
}
