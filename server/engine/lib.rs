//! The engine of [RustAssistant](https://docs.rs/rustassistant): a pure function of a text, what its manifest says of it, and
//! the options. It offers no stable library API.
//!
//! Files, clocks, threads, configuration and protocols are deliberately absent. The modules in reading order; each may use
//! the ones before it:
//!
//! - [`text`]: line tables, position encodings, edits that are sorted and disjoint by construction, changes over files.
//! - [`syntax`]: the only door to the parser, and the judgements about code that smells and refactorings share.
//! - [`facts`]: plain data about items and files, as it is measured and kept.
//! - [`survey`]: what is compared between files: prints of functions and of runs of statements.
//! - [`index`]: the surveys of a workspace together: what stands in several places.
//! - [`shapes`]: outlines that a smell sees and a refactoring removes; recognised, and written where the layout decides.
//! - [`smells`]: what wants refactoring; one file per smell.
//! - [`extraction`]: a function out of statements, with what a compiler tells of them.
//! - [`rewriting`]: what has to hold of a function that somebody else has written anew.
//! - [`refactorings`]: how it is carried out; one file per refactoring, and the audit that every edit passes.

pub mod text;

pub mod syntax;

pub mod facts;

pub mod survey;

pub mod index;

pub mod shapes;

pub mod extraction;
pub mod refactorings;
pub mod rewriting;
pub mod smells;

/// Names everything that a report depends on beside its input. Equal for equal sources on every platform.
pub const FINGERPRINT: &str = env!("RUSTASSISTANT_ENGINE");

#[cfg(test)]
mod tests;
