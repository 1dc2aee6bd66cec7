//! The language server as used by editors: over real pipes.

// A test that can't continue reports its location by panicking, and is more readable without references to temporary values.
#![allow(clippy::unwrap_used, clippy::needless_pass_by_value)]

mod actions;
mod agreeing;
mod ahead;
mod baseline;
mod client;
mod clients;
mod commands;
mod documents;
mod editing;
mod extracting;
mod fixing;
mod hovers;
mod lenses;
mod lifecycle;
mod moving;
#[cfg(feature = "model")]
mod planning;
mod repeating;
mod replicas;
mod samples;
mod status;
mod twins;
mod unopened;
mod unread;
mod workspace;
