//! The language server as editors meet it: over real pipes.

mod actions;
mod client;
mod clients;
mod documents;
mod lifecycle;
mod samples;
