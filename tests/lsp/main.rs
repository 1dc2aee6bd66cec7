//! The language server as editors meet it: over real pipes.

mod actions;
mod client;
mod clients;
mod documents;
mod editing;
mod lifecycle;
mod samples;
mod workspace;
