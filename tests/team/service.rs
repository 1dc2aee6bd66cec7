//! `cache serve`, the HTTP server: the real program, spoken to with an ordinary client, with raw bytes, and with our own.

mod bounds;
mod database;
mod ending;
mod faults;
mod protocol;
mod rights;
pub(crate) mod server;
mod spending;
mod tls;
