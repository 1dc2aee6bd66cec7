//! The tables of the caches' databases, embedded: only the root's package holds the folder that they are read from.

use sqlx::migrate::Migrator;

pub static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

#[cfg(feature = "team")]
pub static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
