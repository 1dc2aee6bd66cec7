//! The ledger of one machine: a separate file, shared by all processes of one user.
//!
//! Unlike the cache, it is never moved aside, cleared or recreated: a file that can't be read admits nothing until the user
//! removes it. Commits are flushed to disk, so that charges survive a power failure.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::{SqliteSynchronous, SqliteTransaction};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};
use tokio::sync::{Mutex, MutexGuard};

use super::account::{Account, Window};
use super::calendar::Moment;
use super::{
    Clock, HoldId, LONGEST, Limits, MOST, Reservation, TokenLedger, WindowKind, WindowStatus,
    integer, tokens,
};
use crate::sqlite::connection::{self, Deadline};
use crate::sqlite::place::{self, Identity};
use crate::{Fault, FaultKind, Schema};

/// `RuAl` in ASCII; written by the migrations.
const APPLICATION_ID: i64 = 0x5275_416c;
/// Value of `user_version` after the last migration.
const VERSION: i64 = 1;
/// Scope of the machine itself.
const MACHINE: &str = "machine";
/// Timeout of a call, including the wait for other processes.
const TIME: Duration = Duration::from_secs(10);
/// Days for which the charge of a hold is remembered.
const DAYS: u32 = 40;

const READ: &str = "SELECT day, day_used, month, month_used, \
     (SELECT coalesce(sum(estimate), 0) FROM hold WHERE scope = ?1 AND state = 0), \
     (SELECT coalesce(sum(estimate), 0) FROM hold WHERE scope = ?1 AND state = 0 AND (expires <= ?2 OR expires > ?3)) \
     FROM budget WHERE scope = ?1";
const FIND: &str = "SELECT state, estimate, charged FROM hold WHERE scope = ?1 AND id = ?2";
const SWEEP: &str = "UPDATE hold SET state = 2, charged = estimate, day = ?4 \
     WHERE scope = ?1 AND state = 0 AND (expires <= ?2 OR expires > ?3)";
const FORGET: &str = "DELETE FROM hold WHERE scope = ?1 AND state <> 0 AND day < ?2";
const WRITE: &str =
    "UPDATE budget SET day = ?2, day_used = ?3, month = ?4, month_used = ?5 WHERE scope = ?1";
const HOLD: &str = "INSERT INTO hold (scope, id, state, estimate, charged, expires, day) \
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
     ON CONFLICT DO UPDATE SET state = excluded.state, charged = excluded.charged, day = excluded.day";
const BEGIN: &str = "INSERT INTO budget (scope, day, day_used, month, month_used) \
     VALUES (?1, ?2, 0, ?3, 0) ON CONFLICT DO NOTHING";

/// The file, or one scope of it.
#[derive(Clone)]
pub struct SqliteLedger {
    file: Arc<LedgerFile>,
    pub(super) scope: Arc<str>,
    limits: Limits,
    clock: Clock,
}

struct LedgerFile {
    path: PathBuf,
    held: Mutex<Option<Held>>,
}

struct Held {
    connection: SqliteConnection,
    deadline: Deadline,
    identity: Identity,
}

/// State of a hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Open,
    Released,
    RunOut,
    Settled,
}

struct Hold {
    state: State,
    estimate: u64,
    charged: u64,
}

impl SqliteLedger {
    /// Opens the ledger of this machine. Creates the file if it doesn't exist; from then on it must exist.
    pub async fn open(
        path: impl Into<PathBuf>,
        limits: Limits,
        schema: Schema,
        clock: Clock,
    ) -> Result<SqliteLedger, Fault> {
        let path = path.into();
        let file = LedgerFile {
            // SQLite parses names that begin with `file:` as URIs, which an absolute path never does.
            path: std::path::absolute(&path).unwrap_or(path),
            held: Mutex::default(),
        };
        file.create(schema)
            .await
            .map_err(|fault| fault.at(&file.path))?;
        let ledger = SqliteLedger {
            file: Arc::new(file),
            scope: MACHINE.into(),
            limits,
            clock,
        };
        ledger.begin().await?;
        Ok(ledger)
    }

    /// Returns another scope of the same file, with a separate budget.
    pub async fn scoped(&self, scope: &str, limits: Limits) -> Result<SqliteLedger, Fault> {
        let ledger = SqliteLedger {
            scope: scope.into(),
            limits,
            ..self.clone()
        };
        ledger.begin().await?;
        Ok(ledger)
    }

    pub fn path(&self) -> &Path {
        &self.file.path
    }

    /// Closes the connection, so that the file is complete. The next call reopens it.
    pub async fn close(&self) {
        if let Some(held) = self.file.held.lock().await.take() {
            connection::close(held.connection).await;
        }
    }

    async fn begin(&self) -> Result<(), Fault> {
        let now = self.now();
        self.change(async |transaction| {
            sqlx::query(BEGIN)
                .bind(&*self.scope)
                .bind(now.window(WindowKind::Day))
                .bind(now.window(WindowKind::Month))
                .execute(&mut **transaction)
                .await?;
            Ok(())
        })
        .await
    }

    fn now(&self) -> Moment {
        Moment::of((self.clock)())
    }

    /// Runs one transaction under the lock. If it fails or is cancelled, it is rolled back and the connection is dropped.
    async fn change<T>(
        &self,
        work: impl AsyncFnOnce(&mut SqliteTransaction<'_>) -> Result<T, Broken>,
    ) -> Result<T, Fault> {
        let mut guard = self.file.connected().await?;
        let Some(mut held) = guard.take() else {
            return Err(Fault::new(FaultKind::Absent).at(&self.file.path));
        };
        let done = async {
            let mut transaction = held.connection.begin_with("BEGIN IMMEDIATE").await?;
            let result = work(&mut transaction).await?;
            transaction.commit().await?;
            Ok(result)
        };
        let done: Result<T, Broken> = done.await;
        match done {
            Ok(result) => {
                *guard = Some(held);
                Ok(result)
            }
            Err(Broken(fault)) => {
                drop(guard);
                connection::close(held.connection).await;
                Err(fault.at(&self.file.path))
            }
        }
    }

    /// Returns the state of the scope, after charging expired holds and deleting old ones.
    async fn account(
        &self,
        transaction: &mut SqliteTransaction<'_>,
        now: Moment,
    ) -> Result<Account, Broken> {
        let (mut account, run_out) = self.read(transaction, now).await?;
        let before = account.day.number;
        account.roll(now);
        let is_new_day = account.day.number > before;
        if run_out > 0 {
            sqlx::query(SWEEP)
                .bind(&*self.scope)
                .bind(now.milliseconds())
                .bind(now.and(LONGEST).milliseconds())
                .bind(account.day.number)
                .execute(&mut **transaction)
                .await?;
            account.held = account.held.saturating_sub(run_out);
            account.charge(run_out);
        }
        if is_new_day {
            sqlx::query(FORGET)
                .bind(&*self.scope)
                .bind(account.day.number.saturating_sub(DAYS))
                .execute(&mut **transaction)
                .await?;
        }
        if is_new_day || run_out > 0 {
            self.write(transaction, &account).await?;
        }
        Ok(account)
    }

    /// Reads the stored account, and the tokens of expired holds.
    async fn read(
        &self,
        connection: &mut SqliteConnection,
        now: Moment,
    ) -> Result<(Account, u64), Broken> {
        let row = sqlx::query(READ)
            .bind(&*self.scope)
            .bind(now.milliseconds())
            // An expiry beyond the maximum duration was set by a clock that was ahead.
            .bind(now.and(LONGEST).milliseconds())
            .fetch_optional(connection)
            .await?
            .ok_or(FaultKind::NoBudget)?;
        let window = |at: usize| -> Result<Window, sqlx::Error> {
            Ok(Window {
                number: row.try_get(at)?,
                used: tokens(row.try_get(at + 1)?),
            })
        };
        let account = Account {
            day: window(0)?,
            month: window(2)?,
            held: tokens(row.try_get(4)?),
        };
        Ok((account, tokens(row.try_get(5)?)))
    }

    async fn write(
        &self,
        transaction: &mut SqliteTransaction<'_>,
        account: &Account,
    ) -> Result<(), Broken> {
        sqlx::query(WRITE)
            .bind(&*self.scope)
            .bind(account.day.number)
            .bind(integer(account.day.used))
            .bind(account.month.number)
            .bind(integer(account.month.used))
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }

    async fn find(
        &self,
        transaction: &mut SqliteTransaction<'_>,
        id: HoldId,
    ) -> Result<Option<Hold>, Broken> {
        let row = sqlx::query(FIND)
            .bind(&*self.scope)
            .bind(&id.as_bytes()[..])
            .fetch_optional(&mut **transaction)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        Ok(Some(Hold {
            state: State::of(row.try_get(0)?),
            estimate: tokens(row.try_get(1)?),
            charged: tokens(row.try_get(2)?),
        }))
    }

    async fn put(
        &self,
        transaction: &mut SqliteTransaction<'_>,
        (id, hold): (HoldId, &Hold),
        expires: Moment,
        day: u32,
    ) -> Result<(), Broken> {
        sqlx::query(HOLD)
            .bind(&*self.scope)
            .bind(&id.as_bytes()[..])
            .bind(hold.state.number())
            .bind(integer(hold.estimate))
            .bind(integer(hold.charged))
            .bind(expires.milliseconds())
            .bind(day)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}

#[async_trait]
impl TokenLedger for SqliteLedger {
    async fn reserve(
        &self,
        id: HoldId,
        estimate: u64,
        ttl: Duration,
    ) -> Result<Reservation, Fault> {
        if estimate > MOST {
            return Err(Fault::new(FaultKind::TooManyTokens).at(self.path()));
        }
        self.change(async |transaction| {
            // Only after the lock is taken, because waiting for it may reach the next day.
            let now = self.now();
            let account = self.account(transaction, now).await?;
            if let Some(known) = self.find(transaction, id).await? {
                return known.again(estimate);
            }
            if let Some(refusal) = account.refusal(estimate, self.limits) {
                return Ok(Reservation::Refused(refusal));
            }
            let hold = Hold {
                state: State::Open,
                estimate,
                charged: 0,
            };
            let expires = now.and(ttl.min(LONGEST));
            self.put(transaction, (id, &hold), expires, account.day.number)
                .await?;
            Ok(Reservation::Reserved)
        })
        .await
    }

    async fn settle(&self, id: HoldId, actual: u64) -> Result<(), Fault> {
        let actual = actual.min(MOST);
        self.change(async |transaction| {
            let now = self.now();
            let mut account = self.account(transaction, now).await?;
            let mut hold = self.find(transaction, id).await?.unwrap_or(Hold::NONE);
            if hold.state == State::Settled {
                return Ok(());
            }
            account.charge(actual.saturating_sub(hold.charged));
            hold.charged = hold.charged.max(actual);
            hold.state = State::Settled;
            self.put(transaction, (id, &hold), now, account.day.number)
                .await?;
            self.write(transaction, &account).await
        })
        .await
    }

    async fn release(&self, id: HoldId) -> Result<(), Fault> {
        self.change(async |transaction| {
            let now = self.now();
            let account = self.account(transaction, now).await?;
            // An unknown hold isn't admitted later either, because its reservation may still be in flight.
            let mut hold = self.find(transaction, id).await?.unwrap_or(Hold::NONE);
            if hold.state != State::Open {
                return Ok(());
            }
            hold.state = State::Released;
            self.put(transaction, (id, &hold), now, account.day.number)
                .await
        })
        .await
    }

    async fn status(&self) -> Result<Vec<WindowStatus>, Fault> {
        let mut guard = self.file.connected().await?;
        let Some(held) = guard.as_mut() else {
            return Err(Fault::new(FaultKind::Absent).at(&self.file.path));
        };
        let now = self.now();
        match self.read(&mut held.connection, now).await {
            Ok((mut account, run_out)) => {
                account.roll(now);
                account.held = account.held.saturating_sub(run_out);
                account.charge(run_out);
                Ok(account.status(self.limits).into())
            }
            Err(Broken(fault)) => {
                *guard = None;
                Err(fault.at(&self.file.path))
            }
        }
    }
}

impl LedgerFile {
    async fn create(&self, schema: Schema) -> Result<(), Fault> {
        let path = self.path.clone();
        if place::off_thread(move || place::inspect(&path))
            .await?
            .is_some()
        {
            return Ok(());
        }
        connection::create(&self.path, schema, SqliteSynchronous::Full)
            .await
            .map_err(in_words)?;
        let path = self.path.clone();
        // File systems whose folders can't be opened write names without a sync.
        place::off_thread(move || {
            File::open(place::folder(&path))
                .and_then(|folder| folder.sync_all())
                .ok();
            Ok(())
        })
        .await
    }

    /// Connects to the file that is at the path now, and resets the transaction's deadline.
    async fn connected(&self) -> Result<MutexGuard<'_, Option<Held>>, Fault> {
        let mut held = self.held.lock().await;
        let current = place::identity(&self.path);
        if let Some(stale) = held.take_if(|held| Some(held.identity) != current) {
            connection::close(stale.connection).await;
        }
        if held.is_none() {
            let opened = self.connect().await;
            *held = Some(opened.map_err(|fault| in_words(fault).at(&self.path))?);
        }
        if let Some(held) = held.as_ref() {
            held.deadline.put_off(TIME);
        }
        Ok(held)
    }

    async fn connect(&self) -> Result<Held, Fault> {
        let path = self.path.clone();
        let identity = place::off_thread(move || place::inspect(&path)).await?;
        let identity = identity.ok_or(FaultKind::Absent)?;
        let mut opened = connection::base(&self.path)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(TIME)
            .pragma("mmap_size", "0")
            .pragma("trusted_schema", "OFF")
            .pragma("cache_size", "-256")
            .connect()
            .await
            .map_err(connection::fault)?;
        if let Err(fault) = verify(&mut opened).await {
            connection::close(opened).await;
            return Err(fault);
        }
        let deadline = Deadline::default();
        let connection = deadline.hold(opened).await?;
        Ok(Held {
            connection,
            deadline,
            identity,
        })
    }
}

impl Hold {
    /// A hold that doesn't exist yet.
    const NONE: Hold = Hold {
        state: State::Open,
        estimate: 0,
        charged: 0,
    };

    /// Result of repeating a reservation.
    fn again(&self, estimate: u64) -> Result<Reservation, Broken> {
        if self.state == State::Open && self.estimate == estimate {
            return Ok(Reservation::Reserved);
        }
        Err(FaultKind::HoldOver.into())
    }
}

impl State {
    fn of(number: i64) -> State {
        match number {
            0 => State::Open,
            1 => State::Released,
            2 => State::RunOut,
            _ => State::Settled,
        }
    }

    fn number(self) -> i64 {
        match self {
            State::Open => 0,
            State::Released => 1,
            State::RunOut => 2,
            State::Settled => 3,
        }
    }
}

/// Reason for a failed transaction.
struct Broken(Fault);

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Broken {
        Broken(in_words(connection::fault(error)))
    }
}

impl From<FaultKind> for Broken {
    fn from(kind: FaultKind) -> Broken {
        Broken(kind.into())
    }
}

/// A ledger is never recreated, so a damaged one is a different fault from a damaged cache.
fn in_words(fault: Fault) -> Fault {
    match fault.kind() {
        FaultKind::Corrupt => fault.with_kind(FaultKind::LedgerDamaged),
        _ => fault,
    }
}

async fn verify(connection: &mut SqliteConnection) -> Result<(), Fault> {
    let rows = sqlx::raw_sql("PRAGMA application_id; PRAGMA user_version")
        .fetch_all(connection)
        .await
        .map_err(connection::fault)?;
    let [application, version] = rows.as_slice() else {
        return Err(FaultKind::Corrupt.into());
    };
    let application: i64 = application.try_get(0).map_err(connection::fault)?;
    let version: i64 = version.try_get(0).map_err(connection::fault)?;
    match (application, version) {
        (APPLICATION_ID, VERSION) => Ok(()),
        (APPLICATION_ID, newer) if newer > VERSION => Err(FaultKind::Newer.into()),
        (APPLICATION_ID | 0, _) => Err(FaultKind::Corrupt.into()),
        _ => Err(FaultKind::Foreign.into()),
    }
}
