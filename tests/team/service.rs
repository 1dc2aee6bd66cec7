//! `cache serve`, the HTTP server.
