//! The command line through the real binary.

#![allow(
    clippy::unwrap_used,
    reason = "what fails to be prepared fails the test"
)]

mod agreed;
mod allowances;
mod analyze;
mod apply;
mod bad_home;
mod bad_input;
#[cfg(unix)]
mod baseline;
mod cache;
#[cfg(unix)]
mod changed;
mod commands;
#[cfg(unix)]
mod compare;
mod compiler;
mod duplicates;
mod extract;
#[cfg(unix)]
mod formats;
mod harness;
mod hostile;
#[path = "../cache/mounts.rs"]
mod mounts;
#[cfg(not(feature = "mcp"))]
mod no_agents;
#[cfg(not(feature = "model"))]
mod no_model;
#[cfg(not(feature = "team"))]
mod no_team;
#[cfg(unix)]
mod page;
mod patches;
#[cfg(unix)]
mod rank;
mod repeated;
mod run;
#[cfg(feature = "team")]
mod team;
#[cfg(unix)]
mod verdicts;
mod verify;
