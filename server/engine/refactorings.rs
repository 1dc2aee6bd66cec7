//! How refactoring is carried out. One file per refactoring, one alphabetical list of them, and the audit that every edit
//! passes: an [`Offer`] has no other constructor.
//!
//! A refactoring derives its edits from the text it will change, at the moment it is asked. It sees nothing of
//! configuration, files or caches.

use ra_ap_syntax::SyntaxNode;

use crate::{
    facts::Sighting,
    syntax::Source,
    text::{Edits, FileId, Steps, TextRange, TextSize},
};

mod audit;
mod find;
#[cfg(test)]
pub(crate) mod fixture;
pub mod guard_clause;
pub mod invert_if;
pub mod let_else;
pub mod merge_identical_arms;
pub mod merge_nested_if;
pub mod name_condition;
pub mod remove_redundant_else;
pub mod split_impl;

pub use crate::syntax::{Hazard, Refusal};
pub use audit::{Also, Declared, Delta, Offer, audit, offer, panics};

/// A refactoring. Its documentation is the module comment of its file.
pub struct Refactoring {
    /// Public and stable.
    pub id: &'static str,
    pub kind: Kind,
    /// What it may add to and drop from the words of the code it touches; the audit holds it to that.
    pub declares: Delta,
    pub derive: fn(&Context<'_>, Target<'_>) -> Result<Change, Refusal>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Extract,
    Inline,
    Rewrite,
}

/// What a refactoring reads.
pub struct Context<'a> {
    pub source: &'a Source,
    /// The one root that all nodes of this derivation come from; nodes of different roots are never equal.
    pub root: SyntaxNode,
}

/// What a refactoring is asked to change.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    Cursor(TextSize),
    Selection(TextRange),
    /// A sighting with absolute ranges, seen in this very text.
    Answer(&'a Sighting),
}

/// What a refactoring wants to do. Nobody may carry it out before the audit has made an [`Offer`] of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Imperative, at most 60 characters, no full stop: "Invert `if`".
    pub title: String,
    /// What is changed as a whole, in the file that was asked about: a smaller target comes first in a menu.
    pub target: TextRange,
    pub steps: Steps,
    /// Files that are not touched but were read, so that the change holds only while they stay as they are.
    pub read: Vec<FileId>,
    pub applicability: Applicability,
    /// What it adds to and drops from the words of the code it touches; the audit counts them.
    pub declared: Declared,
    /// What was shown absent or kept, for the proof sheet: "no escaping control flow".
    pub checked: Vec<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// May be carried out in a batch.
    Safe,
    /// One at a time, by a person who looks at it.
    NeedsCheck,
    /// Leaves something for a person to fill in, and says so.
    Draft,
}

impl Change {
    /// The edits of the file that was asked about.
    pub fn edits(&self) -> &Edits {
        self.steps.edits_of(FileId::ASKED)
    }
}

impl<'a> Context<'a> {
    pub fn new(source: &'a Source) -> Self {
        Self {
            source,
            root: source.root(),
        }
    }
}

impl Target<'_> {
    /// Where to look: the cursor, the start of the selection, or the place that is drawn.
    pub fn offset(&self) -> TextSize {
        match self {
            Self::Cursor(at) => *at,
            Self::Selection(range) => range.start(),
            Self::Answer(sighting) => sighting.at.start(),
        }
    }
}

/// Every refactoring, alphabetically.
pub fn all() -> &'static [Refactoring] {
    REGISTRY
}

pub fn by_name(id: &str) -> Option<&'static Refactoring> {
    REGISTRY.iter().find(|refactoring| refactoring.id == id)
}

/// The documentation of a refactoring in Markdown.
pub fn doc(id: &str) -> Option<&'static str> {
    let found = DOCUMENTATION.iter().find(|(name, _)| *name == id);
    found.map(|(_, text)| *text)
}

/// Made from the files' module comments when the crate is built.
static DOCUMENTATION: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/refactorings.rs"));

static REGISTRY: &[Refactoring] = &[
    guard_clause::REFACTORING,
    invert_if::REFACTORING,
    let_else::REFACTORING,
    merge_identical_arms::REFACTORING,
    merge_nested_if::REFACTORING,
    name_condition::REFACTORING,
    remove_redundant_else::REFACTORING,
    split_impl::REFACTORING,
];
