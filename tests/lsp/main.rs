//! The language server as editors meet it: over real pipes.

mod client;
mod clients;
mod lifecycle;
