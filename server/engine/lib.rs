//! The engine of [RustAssistant](https://docs.rs/rustassistant): a pure function of a source text, its manifest's settings, and
//! the options. It offers no stable library API.
//!
//! Files, clocks, threads, configuration and protocols are deliberately absent. The modules in reading order; each may use only
//! the ones before it:
//!
//! - [`text`]: line tables, position encodings, edits that are sorted and disjoint by construction, changes across files.
//! - [`syntax`]: the only module that uses the parser, and the judgements about code that smells and refactorings share.
//! - [`facts`]: plain data about items and files, as measured and stored.
//! - [`survey`]: what is compared between files: prints of functions and of runs of statements.
//! - [`index`]: the combined surveys of a workspace: code that occurs in several places.
//! - [`shapes`]: patterns that a smell detects and a refactoring removes; recognised here, and written where layout matters.
//! - [`smells`]: code worth refactoring; one file per smell.
//! - [`extraction`]: moves statements into a new function, using what the compiler reports about them.
//! - [`rewriting`]: what must hold of a function that was rewritten from outside.
//! - [`refactorings`]: the edits themselves; one file per refactoring, and the audit that every edit passes.

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

/// Identifies everything besides its input that a report depends on. Equal for equal sources on every platform.
pub const FINGERPRINT: &str = env!("RUSTASSISTANT_ENGINE");

#[cfg(test)]
mod tests;
