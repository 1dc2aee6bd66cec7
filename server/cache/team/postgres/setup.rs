//! Sets up a database as a team's cache, for administrators.

use std::time::Duration;

use sqlx::PgConnection;
use sqlx::migrate::MigrateError;
use tokio::time::timeout;

use super::{address, connections, fault};
use crate::{Fault, FaultKind, Patience, Remote, Schema};

/// Timeout of the setup, including the wait for concurrent ones.
const PATIENCE: Duration = Duration::from_mins(2);

/// Creates the schema `rustassistant`, its tables and the roles, or migrates them. Idempotent, and safe to run concurrently.
///
/// The user in the remote's address needs `CREATE` on the database, which its owner has, and must own the schema if it already
/// exists. If the cluster doesn't have the five group roles yet, the user also needs `CREATEROLE`. The roles' rights are
/// defined in `migrations/postgres`. Nothing else ever changes the schema: a client without tables reports
/// [`FaultKind::NoTable`]; here, [`FaultKind::Newer`] is a database that a newer version has set up.
pub async fn setup(remote: &Remote, schema: Schema) -> Result<(), Fault> {
    let attempt = async {
        let options = address::options(remote).await?;
        // The list of migrations belongs in this schema as well.
        let options = options.options([("search_path", "rustassistant")]);
        let patience = Patience::Pipeline.connect();
        let mut connection = connections::connect(&options, patience, PATIENCE).await?;
        migrate(&mut connection, schema).await?;
        connections::close(connection).await;
        Ok(())
    };
    let late = || Fault::new(FaultKind::Timeout).because("another session may hold a lock");
    let done = timeout(PATIENCE, attempt).await;
    let done: Result<(), Fault> = done.unwrap_or_else(|_| Err(late()));
    done.map_err(|fault| fault.of(&remote.address))
}

async fn migrate(connection: &mut PgConnection, schema: Schema) -> Result<(), Fault> {
    // Even `IF NOT EXISTS` fails if two run concurrently. The lock is released with the connection.
    for statement in [
        "SELECT pg_advisory_lock(hashtext('rustassistant cache setup'))",
        "CREATE SCHEMA IF NOT EXISTS rustassistant",
    ] {
        let done = sqlx::raw_sql(statement).execute(&mut *connection).await;
        done.map_err(|error| fault::of(&error))?;
    }
    let done = schema.run_direct(None, connection, false).await;
    done.map_err(|error| match error {
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            fault::of(&error)
        }
        MigrateError::VersionMissing(version) => Fault::new(FaultKind::Newer).because(
            format_args!("migration {version} is unknown to this version"),
        ),
        error => Fault::new(FaultKind::Foreign).because(error),
    })
}
