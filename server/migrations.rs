//! The tables of the databases, embedded: only the root's package holds the folder that they are read from.

use sqlx::migrate::Migrator;

/// Of what this machine spends on a language model.
pub static LEDGER: Migrator = sqlx::migrate!("migrations/ledger");

pub static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

#[cfg(feature = "team")]
pub static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
