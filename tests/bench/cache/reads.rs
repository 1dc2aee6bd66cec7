//! Lookups: in memory, one by one, and many at once.

use std::path::Path;
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use rustassistant::cache::{
    Cache, Entry, Key, Lookup, Memory, SqliteCache, TieredCache, TieredOptions,
};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row as _};

use crate::data::shuffled;
use crate::table::{Line, Table, count, mean, middle, percentile};
use crate::{close, connect};

const ROUNDS: u64 = 7;
/// Lookups of one kind before the next kind has its turn.
const BLOCK: usize = 500;

/// Hits in memory, in random order.
pub(crate) fn memory(table: &mut Table, entries: &[(Key, Entry)]) {
    let memory = Memory::new(64 << 20);
    for (key, entry) in entries {
        memory.insert(*key, entry.clone());
    }
    let order = shuffled(1);
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            let hits = order.iter().filter_map(|key| memory.get(key));
            hits.for_each(|entry| drop(std::hint::black_box(entry)));
            start.elapsed() / count(order.len())
        })
        .collect();
    table.add(Line::time("memory hit", middle(&mut times)).within(Duration::from_micros(1)));
}

fn through_all_tiers(path: &Path) -> TieredCache {
    TieredCache::open(TieredOptions {
        path: Some(path.to_owned()),
        memory_bytes: 0,
        ..TieredOptions::default()
    })
}

/// One key at a time. The kinds take turns in blocks: if they took turns call by call, each would wake a thread that
/// slept through the calls of the others.
pub(crate) async fn single(table: &mut Table, path: &Path) {
    let mut connection = connect(path).await;
    let cache = SqliteCache::at(path);
    let store = through_all_tiers(path);
    let (mut ours, mut bare, mut through) = (Vec::new(), Vec::new(), Vec::new());
    for block in shuffled(2).chunks(BLOCK) {
        for key in block {
            let start = Instant::now();
            std::hint::black_box(look_up_bare(&mut connection, key).await);
            bare.push(start.elapsed());
        }
        for key in block {
            let start = Instant::now();
            let found = cache.get_many(std::slice::from_ref(key)).await;
            ours.push(start.elapsed());
            assert!(matches!(found[0], Lookup::Hit(..)));
        }
        for key in block {
            let start = Instant::now();
            let found = store.get_many(std::slice::from_ref(key)).await;
            through.push(start.elapsed());
            assert!(matches!(found[0], Lookup::Hit(..)));
        }
    }
    close(connection).await;
    let (average, tail) = (Duration::from_micros(40), Duration::from_micros(120));
    let line = Line::time("SQLite lookup, average", mean(&ours)).beside(mean(&bare));
    table.add(line.record(average).within_ratio());
    let line = Line::time("  median", middle(&mut ours)).beside(middle(&mut bare));
    table.add(line);
    let (slow, slow_bare) = (percentile(&mut ours, 99), percentile(&mut bare, 99));
    let line = Line::time("  p99", slow).beside(slow_bare);
    table.add(line.record(tail).within_ratio());
    let line = Line::time("  through all tiers, average", mean(&through)).beside(mean(&bare));
    table.add(line.record(average));
    let line = Line::time("  through all tiers, p99", percentile(&mut through, 99));
    table.add(line.beside(slow_bare).record(tail));
}

/// The length of the envelope.
pub(crate) async fn look_up_bare(connection: &mut SqliteConnection, key: &Key) -> usize {
    let row = sqlx::query("SELECT envelope FROM entry WHERE key = ?1")
        .bind(&key.as_bytes()[..])
        .fetch_one(connection)
        .await
        .expect("a row");
    row.get::<&[u8], _>(0).len()
}

pub(crate) async fn batch(table: &mut Table, path: &Path) {
    let mut connection = connect(path).await;
    let cache = SqliteCache::at(path);
    let store = through_all_tiers(path);
    let (mut ours, mut bare, mut through) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..ROUNDS {
        for keys in shuffled(seed).chunks(1000) {
            let start = Instant::now();
            assert_eq!(look_up_many_bare(&mut connection, keys).await, 1000);
            bare.push(start.elapsed());

            let start = Instant::now();
            let lookups = cache.get_many(keys).await;
            ours.push(start.elapsed());
            assert!(lookups.iter().all(|it| matches!(it, Lookup::Hit(..))));

            let start = Instant::now();
            let lookups = store.get_many(keys).await;
            through.push(start.elapsed());
            assert!(lookups.iter().all(|it| matches!(it, Lookup::Hit(..))));
        }
    }
    close(connection).await;
    let bare = middle(&mut bare);
    let claim = Duration::from_millis(40);
    let line = Line::time("1000 lookups in one batch", middle(&mut ours)).beside(bare);
    table.add(line.record(claim).within_ratio());
    let line = Line::time("  through all tiers", middle(&mut through)).beside(bare);
    table.add(line.record(claim));
}

/// How many have an envelope.
async fn look_up_many_bare(connection: &mut SqliteConnection, keys: &[Key]) -> usize {
    let statement = format!(
        "SELECT key, envelope FROM entry WHERE key IN ({})",
        vec!["?"; keys.len()].join(", ")
    );
    let mut query = sqlx::query(AssertSqlSafe(statement));
    for key in keys {
        query = query.bind(&key.as_bytes()[..]);
    }
    let mut rows = query.fetch(connection);
    let mut found = 0;
    while let Some(row) = rows.try_next().await.expect("a row") {
        found += usize::from(!row.get::<&[u8], _>(1).is_empty());
    }
    found
}
