//! RustAssistant finds Rust code worth refactoring, explains why, and refactors it with edits that keep behaviour.
//!
//! This crate is the implementation of one binary and offers no stable library API. Its modules in reading order, each of which
//! may use those before it (enforced by crates where possible, otherwise by `tests/architecture`):
//!
//! - [`text`], [`syntax`], [`facts`], [`smells`] and [`refactorings`]: the engine, a separate crate.
//! - [`os`]: differences between operating systems, a separate crate.
//! - [`cache`]: stores bytes under keys, a separate crate.
//! - [`migrations`]: the tables of the databases.
//! - [`config`]: merges layers of options into one immutable configuration.
//! - [`programs`]: runs other programs, with a timeout.
//! - [`workspace`]: finds files and reads their manifests.
//! - [`compiler`]: checks changes with rustc; the only module that starts it.
//! - `history`: reads changes from git.
//! - `model`: queries a language model on request; the only module that does.
//! - [`analysis`]: cached reports, findings, offers.
//! - [`report`]: output for users and programs.
//! - [`lsp`], [`cli`] and `mcp`: the interfaces for editors, users and coding agents.

pub use rustassistant_cache as cache;
pub use rustassistant_engine::{
    extraction, facts, index, refactorings, rewriting, smells, survey, syntax, text,
};
pub use rustassistant_os as os;

pub mod migrations;

pub mod config;
pub mod programs;
pub mod workspace;

pub mod compiler;
pub mod history;
#[cfg(feature = "model")]
pub mod model;

pub mod analysis;
pub mod report;

pub mod cli;
pub mod lsp;
#[cfg(feature = "mcp")]
pub mod mcp;
