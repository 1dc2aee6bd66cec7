//! What clients ask for, one file each.

pub(super) mod actions;
pub(super) mod agreed;
#[cfg(feature = "model")]
pub(super) mod asking_model;
pub(super) mod asking_rustc;
pub(super) mod background;
#[cfg(feature = "model")]
pub(super) mod by_model;
pub(super) mod capabilities;
pub(super) mod commands;
pub(super) mod diagnostics;
pub(super) mod edits;
pub(super) mod extract_function;
pub(super) mod fix_workspace;
pub(super) mod hover;
pub(super) mod lenses;
pub(super) mod lifecycle;
#[cfg(feature = "model")]
pub(super) mod plan_extractions;
pub(super) mod pull;
pub(super) mod push;
pub(super) mod resolve;
#[cfg(feature = "model")]
pub(super) mod rewrite_function;
pub(super) mod workspace_pull;
