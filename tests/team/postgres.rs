//! The client of a Postgres cache, against a real Postgres.
