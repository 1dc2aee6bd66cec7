//! A team's cache with real servers: Postgres, nginx, this program's own, and ones that lie.

#![expect(
    clippy::unwrap_used,
    reason = "where something can't be set up, the test has failed"
)]

mod http;
mod postgres;
mod service;
mod whole;
