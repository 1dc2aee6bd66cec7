//! Embedded migrations of the databases; only the root package contains the folder they are read from.

use sqlx::migrate::Migrator;

/// Records this machine's spending on language models.
pub static LEDGER: Migrator = sqlx::migrate!("migrations/ledger");

pub static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");

#[cfg(feature = "team")]
pub static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");
