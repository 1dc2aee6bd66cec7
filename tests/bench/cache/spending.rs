//! The cost of holding tokens, compared with a bare transaction that writes one row and waits for the disk as long.

use std::path::Path;
use std::time::{Duration, Instant};

use rustassistant::cache::ledger::{
    HoldId, Limits, PostgresLedger, Reservation, SqliteLedger, TokenLedger, clock,
};
use rustassistant::migrations;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use crate::close;
use crate::table::{Line, Table, middle};
use crate::team::fixture::Postgres;

const ROUNDS: usize = 300;
/// Warm-up iterations until both logs have reached their full length: a growing file waits longer for the disk.
const WARM: usize = 700;
const MINUTE: Duration = Duration::from_mins(1);
const LIMITS: Limits = Limits {
    day: Some(1 << 30),
    month: Some(1 << 40),
};

pub(crate) async fn on_this_machine(table: &mut Table, home: &Path) {
    let ledger = SqliteLedger::open(home.join("ledger.db"), LIMITS, &migrations::LEDGER, clock());
    let ledger = ledger.await.expect("a ledger");
    let mut connection = connect(&home.join("bare-ledger.db")).await;
    let (mut held, mut settled, mut bare) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..WARM + ROUNDS {
        let (id, other) = (fresh(), fresh());
        let first = write_bare(&mut connection, id).await;
        let (holding, settling) = spend(&ledger, id).await;
        let second = write_bare(&mut connection, other).await;
        if round >= WARM {
            bare.extend([first, second]);
            held.push(holding);
            settled.push(settling);
        }
    }
    close(connection).await;
    let bare = middle(&mut bare);
    let line = Line::time("holding tokens", middle(&mut held)).beside(bare);
    table.add(line.within_ratio());
    table.add(Line::time("  charging them", middle(&mut settled)).beside(bare));
}

pub(crate) async fn in_postgres(table: &mut Table) {
    // The usual server doesn't wait for the disk.
    let (_server, database) = Postgres::own(&["fsync=on"]).await;
    let owner = PostgresLedger::new(&database.on_socket("owner")).await;
    let owner = owner.expect("a ledger");
    owner.set_limits(LIMITS).await.expect("a budget");
    let ledger = PostgresLedger::new(&database.on_socket("reader")).await;
    let ledger = ledger.expect("a ledger");
    let (mut held, mut settled) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (holding, settling) = spend(&ledger, fresh()).await;
        held.push(holding);
        settled.push(settling);
    }
    let limit = Duration::from_millis(5);
    for (what, times) in [
        ("Postgres, holding tokens", &mut held),
        ("Postgres, charging them", &mut settled),
    ] {
        table.add(Line::time(what, middle(times)).within(limit));
    }
}

fn fresh() -> HoldId {
    HoldId::fresh().expect("randomness")
}

/// The time to hold tokens and to charge them.
async fn spend(ledger: &impl TokenLedger, id: HoldId) -> (Duration, Duration) {
    let start = Instant::now();
    let answer = ledger.reserve(id, 900, MINUTE).await;
    let held = start.elapsed();
    assert_eq!(answer, Ok(Reservation::Reserved));
    let start = Instant::now();
    ledger.settle(id, 700).await.expect("an end");
    (held, start.elapsed())
}

async fn connect(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .pragma("journal_mode", "WAL")
        .pragma("synchronous", "FULL")
        .disable_statement_logging();
    let mut connection = options.connect().await.expect("a connection");
    sqlx::raw_sql("CREATE TABLE hold (id BLOB PRIMARY KEY, tokens INTEGER) WITHOUT ROWID")
        .execute(&mut connection)
        .await
        .expect("a table");
    connection
}

async fn write_bare(connection: &mut SqliteConnection, id: HoldId) -> Duration {
    let start = Instant::now();
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .expect("a lock");
    sqlx::query("INSERT INTO hold (id, tokens) VALUES (?1, ?2)")
        .bind(&id.as_bytes()[..])
        .bind(900)
        .execute(&mut *transaction)
        .await
        .expect("a row");
    transaction.commit().await.expect("an end");
    start.elapsed()
}
