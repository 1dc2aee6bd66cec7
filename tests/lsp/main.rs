//! The language server as editors meet it: over real pipes.

// A test that can't go on says where by panicking, and reads better without references to what it just made.
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
