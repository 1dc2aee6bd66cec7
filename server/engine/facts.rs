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
    pub functions: Vec<FunctionFacts>,
    pub sightings: Vec<Sighting>,
}

/// What was measured in one file. Ranges of `items` are relative to the offset beside each, all others to the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    pub items: Vec<(TextSize, Arc<UnitReport>)>,
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

impl Sighting {
    /// The same sighting with its ranges moved by `offset`.
    #[must_use]
    pub fn moved_by(&self, offset: TextSize) -> Self {
        let parts = self.parts.iter().map(|part| Part {
            at: part.at + offset,
            ..*part
        });
        Self {
            at: self.at + offset,
            parts: parts.collect(),
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
