//! RustAssistant reads Rust, says what wants refactoring and why, and carries it out with edits that hold.
//!
//! This crate is the engine behind one binary; it offers no stable library API. The modules, in reading order; each may
//! use the ones before it (`tests/architecture.rs` holds this):
//!
//! - [`text`]: line tables, position encodings, edits that are sorted and disjoint by construction.
//! - [`syntax`]: the only door to the parser, and the judgements about code that smells and refactorings share.
//! - [`facts`]: plain data about items and files, as it is measured and kept.
//! - [`smells`]: what wants refactoring; one file per smell.
//! - [`refactorings`]: how it is carried out; one file per refactoring, and the audit that every edit passes.
//! - [`os`]: what differs between operating systems.
//! - [`cache`]: bytes in, bytes out; knows nothing of the engine.
//! - [`config`]: layers of options become one immutable configuration.
//! - [`workspace`]: which files there are and what their manifests say of them.
//! - [`analysis`]: reports through the cache, findings, offers.
//! - [`report`]: what people and programs read.
//! - [`lsp`] and [`cli`]: the two doors.

pub mod text;

pub mod syntax;

pub mod facts;

pub mod refactorings;
pub mod smells;

pub mod os;

pub mod cache;
pub mod config;
pub mod workspace;

pub mod analysis;
pub mod report;

pub mod cli;
pub mod lsp;
