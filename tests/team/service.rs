//! `cache serve`, the HTTP server: the real program, accessed with an ordinary client, with raw bytes, and with the program's
//! own client.

mod bounds;
mod database;
mod ending;
mod faults;
mod protocol;
mod rights;
pub(crate) mod server;
mod spending;
mod tls;
