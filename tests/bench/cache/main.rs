//! The overhead of the cache: every figure next to a bare sqlx connection that reads or writes the same bytes in the same run,
//! next to the claim in the decision record, and next to its limit. `cargo bench --bench cache` prints the table; the ratios
//! matter, as they hold on any machine. `cargo bench --bench cache -- spending` prints only the cost of holding tokens.

mod data;
mod processes;
mod reads;
mod spending;
mod table;
mod team;
mod writes;

use std::path::{Path, PathBuf};

use rustassistant::cache::{Cache, Fault, SqliteCache, TieredCache, TieredOptions};
use rustassistant::migrations;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use table::Table;

fn main() {
    if processes::play() {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    if std::env::args().any(|argument| argument == "spending") {
        runtime.block_on(compare_spending());
    } else {
        runtime.block_on(compare());
    }
}

async fn compare() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("cache.db");
    let entries = data::entries();
    let mut table = Table::start();
    reads::memory(&mut table, &entries);
    let cache = new_file(&path).await.expect("a cache");
    cache.put_many(&entries).await.expect("a write");
    cache.close().await;
    processes::single(&path).add_to(&mut table);
    reads::single(&path).await.add_beside(&mut table);
    reads::batch(&mut table, &path).await;
    writes::insert(&mut table, home.path(), &entries).await;
    writes::size(&mut table, home.path(), &entries[..45]).await;
    processes::migrate(&mut table, home.path());
    processes::start(&mut table, home.path(), &path);
    processes::crowd(&mut table, home.path());
    processes::cold_starts(&mut table, home.path());
    processes::idle_server(&mut table, home.path());
    team::postgres(&mut table, &entries).await;
    spending::on_this_machine(&mut table, home.path()).await;
    spending::in_postgres(&mut table).await;
    table.end();
}

async fn compare_spending() {
    let home = tempfile::tempdir().expect("a folder");
    let mut table = Table::start();
    spending::on_this_machine(&mut table, home.path()).await;
    spending::in_postgres(&mut table).await;
    table.end();
}

/// A connection with the options a careful program would use.
async fn connect(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .pragma("synchronous", "NORMAL")
        .pragma("cache_size", "-1024");
    options
        .disable_statement_logging()
        .connect()
        .await
        .expect("a connection")
}

/// Closes the connection properly, so that no work is left to other measurements.
async fn close(connection: SqliteConnection) {
    connection.close().await.expect("an orderly end");
}

/// A cache file that is opened on first use.
pub(crate) fn file_at(path: impl Into<PathBuf>) -> SqliteCache {
    SqliteCache::at(path, &migrations::SQLITE)
}

/// A new cache file that is created immediately.
pub(crate) async fn new_file(path: impl Into<PathBuf>) -> Result<SqliteCache, Fault> {
    SqliteCache::new(path, &migrations::SQLITE).await
}

pub(crate) fn open_tiers(options: TieredOptions) -> TieredCache {
    TieredCache::open(options, &migrations::SQLITE)
}
