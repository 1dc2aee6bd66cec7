//! Opens the database: configures connections, checks that the file is a cache, and creates new ones.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteLockingMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use super::place;
use crate::locks::lock;
use crate::{Fault, FaultKind, Schema};

/// `RuAs` in ASCII; written by the migrations.
const APPLICATION_ID: i64 = 0x5275_4173;
/// Value of `user_version` after the last migration.
const VERSION: i64 = 1;

/// Purpose of a connection, which determines how long it may wait: reads block an editor, writes don't.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Purpose {
    Read,
    Write,
    /// Reads a file that nothing writes, without locks or files beside it.
    ReadStill,
    /// Reads a file that other processes write, without write access.
    ReadBeside,
}

impl Purpose {
    fn busy_timeout(self) -> Duration {
        match self {
            Purpose::Read => Duration::from_millis(100),
            Purpose::Write | Purpose::ReadStill | Purpose::ReadBeside => Duration::from_secs(5),
        }
    }

    fn is_read_only(self) -> bool {
        matches!(self, Purpose::ReadStill | Purpose::ReadBeside)
    }
}

/// Time at which the connection's current work is interrupted; initially none.
#[derive(Clone, Default)]
pub(crate) struct Deadline(Arc<Mutex<Option<Instant>>>);

/// SQLite virtual machine instructions between checks of the clock.
const INSTRUCTIONS: i32 = 10_000;

impl Deadline {
    /// Interrupts the connection at the deadline.
    pub(crate) async fn hold(
        &self,
        mut connection: SqliteConnection,
    ) -> Result<SqliteConnection, Fault> {
        let deadline = self.clone();
        let mut handle = connection.lock_handle().await.map_err(fault)?;
        handle.set_progress_handler(INSTRUCTIONS, move || !deadline.has_passed());
        drop(handle);
        Ok(connection)
    }

    pub(crate) fn put_off(&self, time: Duration) {
        *lock(&self.0) = Instant::now().checked_add(time);
    }

    fn has_passed(&self) -> bool {
        lock(&self.0).is_some_and(|moment| moment <= Instant::now())
    }
}

/// Connects to an existing file, and checks that it is a cache of this version.
pub(super) async fn connect(
    path: &Path,
    purpose: Purpose,
    schema: Schema,
) -> Result<SqliteConnection, Fault> {
    let mut connection = options(path, purpose).connect().await.map_err(fault)?;
    match verify(&mut connection, path, purpose, schema).await {
        Ok(()) => Ok(connection),
        Err(fault) => {
            close(connection).await;
            Err(fault)
        }
    }
}

/// Creates a new file under a temporary name and moves it into place, unless another process was faster.
pub(crate) async fn create(
    path: &Path,
    schema: Schema,
    synchronous: SqliteSynchronous,
) -> Result<(), Fault> {
    let place = path.to_owned();
    let aside = place::off_thread(move || {
        place::create_folder(&place).and_then(|()| place::create_aside(&place))
    })
    .await?;
    let built = build(&aside, schema, synchronous).await;
    let place = path.to_owned();
    place::off_thread(move || match built {
        Ok(()) => place::publish(&aside, &place),
        Err(fault) => {
            place::discard(&aside);
            Err(fault.at(&place))
        }
    })
    .await
}

/// Closes the connection, which moves the log into the file. A failure is harmless, because the log is kept.
pub(crate) async fn close(connection: SqliteConnection) {
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "closing the cache");
    }
}

/// Checks the whole structure of the file and returns the errors found.
pub(super) async fn examine(connection: &mut SqliteConnection) -> Result<Vec<String>, Fault> {
    sqlx::raw_sql("SELECT key, created, used, envelope FROM entry LIMIT 0")
        .execute(&mut *connection)
        .await
        .map_err(fault)?;
    let lines: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(10)")
        .fetch_all(connection)
        .await
        .map_err(fault)?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// Maps SQLite's result codes to faults; other errors are I/O errors or a dead worker.
pub(crate) fn fault(error: sqlx::Error) -> Fault {
    let kind = match &error {
        sqlx::Error::Database(database) => database
            .code()
            .and_then(|code| code.parse().ok())
            .map_or(FaultKind::Io, kind_of_code),
        // No version has ever written a column of another type.
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::ColumnIndexOutOfBounds { .. } => {
            FaultKind::Corrupt
        }
        _ => FaultKind::Io,
    };
    Fault::new(kind).because(error)
}

/// The low byte of an extended code is the primary code: 261 and 517 are kinds of 5.
fn kind_of_code(code: i32) -> FaultKind {
    match code & 0xff {
        // The statements are constants, so a missing table was lost.
        1 | 11 | 26 => FaultKind::Corrupt,
        9 => FaultKind::Timeout,
        5 | 6 | 15 => FaultKind::Busy,
        3 | 8 | 14 | 23 => FaultKind::ReadOnly,
        13 => FaultKind::Full,
        18 => FaultKind::TooLarge,
        _ => FaultKind::Io,
    }
}

fn options(path: &Path, purpose: Purpose) -> SqliteConnectOptions {
    base(path)
        .read_only(purpose.is_read_only())
        .immutable(purpose == Purpose::ReadStill)
        .busy_timeout(purpose.busy_timeout())
        .synchronous(SqliteSynchronous::Normal)
        .pragma("mmap_size", "0")
        .pragma("trusted_schema", "OFF")
        .pragma("journal_size_limit", "16777216")
        .pragma("cache_size", "-1024")
}

pub(crate) fn base(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(false)
        .statement_cache_capacity(16)
        .row_buffer_size(256)
        .disable_statement_logging()
}

async fn verify(
    connection: &mut SqliteConnection,
    path: &Path,
    purpose: Purpose,
    schema: Schema,
) -> Result<(), Fault> {
    let rows = sqlx::raw_sql("PRAGMA application_id; PRAGMA user_version; PRAGMA journal_mode")
        .fetch_all(&mut *connection)
        .await
        .map_err(fault)?;
    let [application, version, journal] = rows.as_slice() else {
        return Err(Fault::new(FaultKind::Corrupt));
    };
    let application: i64 = application.try_get(0).map_err(fault)?;
    let version: i64 = version.try_get(0).map_err(fault)?;
    let journal: String = journal.try_get(0).map_err(fault)?;
    if application != APPLICATION_ID {
        return Err(unknown(connection).await);
    }
    if version > VERSION {
        return Err(Fault::new(FaultKind::Newer));
    }
    if purpose.is_read_only() {
        return if version < VERSION {
            Err(Fault::new(FaultKind::ReadOnly).because("an older version wrote it"))
        } else {
            Ok(())
        };
    }
    if version < VERSION || purpose == Purpose::Write {
        upgrade(connection, path, (version, &journal), schema).await?;
    }
    Ok(())
}

/// Classifies an unknown database: another program's, or one without pages, which a broken copy leaves behind.
async fn unknown(connection: &mut SqliteConnection) -> Fault {
    match sqlx::query_scalar::<_, i64>("PRAGMA page_count")
        .fetch_one(connection)
        .await
    {
        Ok(0) => Fault::new(FaultKind::Corrupt),
        Ok(_) => Fault::new(FaultKind::Foreign),
        Err(error) => fault(error),
    }
}

/// Migrates an older file, and restores WAL mode if a copy lost it.
async fn upgrade(
    connection: &mut SqliteConnection,
    path: &Path,
    (version, journal): (i64, &str),
    schema: Schema,
) -> Result<(), Fault> {
    if version < VERSION {
        let place = path.to_owned();
        let _lock = place::off_thread(move || place::lock(&place, Duration::from_secs(5))).await?;
        migrate(connection, schema).await?;
    }
    if !journal.eq_ignore_ascii_case("wal") {
        // If the file system doesn't support it, SQLite keeps the old mode, which works as well.
        sqlx::raw_sql("PRAGMA journal_mode = WAL")
            .execute(connection)
            .await
            .map_err(fault)?;
    }
    Ok(())
}

async fn build(aside: &Path, schema: Schema, synchronous: SqliteSynchronous) -> Result<(), Fault> {
    // The file is still private, so no lock has to be shared.
    let mut connection = base(aside)
        .locking_mode(SqliteLockingMode::Exclusive)
        .synchronous(synchronous)
        .connect()
        .await
        .map_err(fault)?;
    // Not in the options, which would run them before `synchronous` and wait for the disk.
    let built = match sqlx::raw_sql("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL")
        .execute(&mut connection)
        .await
    {
        Ok(_) => migrate(&mut connection, schema).await,
        Err(error) => Err(fault(error)),
    };
    close(connection).await;
    built
}

async fn migrate(connection: &mut SqliteConnection, schema: Schema) -> Result<(), Fault> {
    schema
        .run_direct(None, connection, false)
        .await
        .map_err(|error| match error {
            sqlx::migrate::MigrateError::Execute(error)
            | sqlx::migrate::MigrateError::ExecuteMigration(error, _) => fault(error),
            error => Fault::new(FaultKind::Corrupt).because(error),
        })
}
