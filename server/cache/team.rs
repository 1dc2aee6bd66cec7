//! A team's cache: Postgres or HTTP behind seals, and the HTTP server of one.

mod books;
pub(crate) mod frames;
pub(crate) mod http;
pub(crate) mod postgres;
pub(crate) mod seal;
pub mod service;
pub(crate) mod shelf;
