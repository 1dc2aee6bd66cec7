//! RustAssistant reads Rust, says what wants refactoring and why, and carries it out with edits that hold.
//!
//! This crate is what one binary is made of; it offers no stable library API. Its rooms in reading order, each of which may
//! use the ones before it (crates hold this where they can, else `tests/architecture.rs`):
//!
//! - [`text`], [`syntax`], [`facts`], [`smells`] and [`refactorings`] are the engine, a crate of its own.
//! - [`os`], a crate of its own: what differs between operating systems.
//! - [`cache`], a crate of its own: bytes in, bytes out.
//! - [`migrations`]: the tables of the caches' databases.
//! - [`config`]: layers of options become one immutable configuration.
//! - [`programs`]: running another program, with an end.
//! - [`workspace`]: which files there are, what their manifests say of them.
//! - [`compiler`]: what rustc says of a change; the only room that starts it.
//! - `history`: what git says has changed.
//! - `model`: a language model, asked where a person asks for it; nothing else speaks to one.
//! - [`analysis`]: reports through the cache, findings, offers.
//! - [`report`]: what people and programs read.
//! - [`lsp`], [`cli`] and `mcp`: the doors for editors, people and coding agents.

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
