//! Lookups: in memory, one by one, and many at once.

use crate::{file_at, open_tiers};
use std::path::Path;
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use rustassistant::cache::{Cache, Entry, Key, Lookup, Memory, TieredCache, TieredOptions};
use sqlx::sqlite::SqliteConnection;
use sqlx::{AssertSqlSafe, Row as _};

use crate::data::shuffled;
use crate::table::{Line, Table, count, mean, middle, percentile};
use crate::{close, connect};

const ROUNDS: u64 = 7;
/// Lookups of one kind before switching to the next kind.
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
    open_tiers(TieredOptions {
        path: Some(path.to_owned()),
        memory_bytes: 0,
        ..TieredOptions::default()
    })
}

/// One key at a time. The kinds alternate in blocks: alternating with each call would wake a thread that slept during the
/// others' calls. The median of all blocks counts, so that a burst of other load affects only a few blocks.
pub(crate) async fn single(path: &Path) -> Single {
    let mut connection = connect(path).await;
    let cache = file_at(path);
    let store = through_all_tiers(path);
    let (mut ours, mut bare, mut through) = (Blocks::new(), Blocks::new(), Blocks::new());
    for block in shuffled(2).chunks(BLOCK) {
        for kind in [&mut ours, &mut bare, &mut through] {
            kind.push(Vec::with_capacity(BLOCK));
        }
        for key in block {
            let start = Instant::now();
            std::hint::black_box(look_up_bare(&mut connection, key).await);
            note(&mut bare, start);
        }
        for key in block {
            let start = Instant::now();
            let found = cache.get_many(std::slice::from_ref(key)).await;
            note(&mut ours, start);
            assert!(matches!(found[0], Lookup::Hit(..)));
        }
        for key in block {
            let start = Instant::now();
            let found = store.get_many(std::slice::from_ref(key)).await;
            note(&mut through, start);
            assert!(matches!(found[0], Lookup::Hit(..)));
        }
    }
    close(connection).await;
    let kinds = [&ours, &bare, &through];
    let slow = |times: &[Duration]| percentile(&mut times.to_vec(), 99);
    Single {
        average: kinds.map(|kind| middle_of(kind, mean)),
        tail: kinds.map(|kind| middle_of(kind, slow)),
    }
}

/// The time of a lookup in the cache file, in a bare file, and through all tiers.
pub(crate) struct Single {
    average: [Duration; 3],
    tail: [Duration; 3],
}

impl Single {
    /// Prints itself in the format of [`Single::parse`].
    pub(crate) fn print(&self) {
        for time in self.average.iter().chain(&self.tail) {
            println!("{}", time.as_nanos());
        }
    }

    pub(crate) fn parse(text: &str) -> Single {
        let times = text.split_whitespace().map(|word| {
            let nanos = word.parse().expect("a number");
            Duration::from_nanos(nanos)
        });
        let times: Vec<Duration> = times.collect();
        let [one, two, three, four, five, six] = times[..] else {
            panic!("{text}")
        };
        Single {
            average: [one, two, three],
            tail: [four, five, six],
        }
    }

    pub(crate) fn add_to(&self, table: &mut Table) {
        let figures = [
            ("average", self.average, Duration::from_micros(40)),
            ("p99", self.tail, Duration::from_micros(120)),
        ];
        for (name, [ours, bare, through], record) in figures {
            let line = Line::time(&format!("SQLite lookup, {name}"), ours).beside(bare);
            table.add(line.record(record).within_ratio());
            let line = Line::time("  through all tiers", through).beside(bare);
            table.add(line.record(record));
        }
    }

    /// Without limits: which of two cores a thread wakes up on is the scheduler's choice, and it costs more than the lookup.
    pub(crate) fn add_beside(&self, table: &mut Table) {
        let [ours, bare, _] = self.average;
        table.add(Line::time("  on all processors, average", ours).beside(bare));
        let [ours, bare, _] = self.tail;
        table.add(Line::time("  on all processors, p99", ours).beside(bare));
    }
}

type Blocks = Vec<Vec<Duration>>;

fn note(blocks: &mut Blocks, start: Instant) {
    let time = start.elapsed();
    blocks.last_mut().expect("a block was begun").push(time);
}

fn middle_of(blocks: &Blocks, figure: impl Fn(&[Duration]) -> Duration) -> Duration {
    let mut figures: Vec<Duration> = blocks.iter().map(|block| figure(block)).collect();
    middle(&mut figures)
}

/// Returns the length of the envelope.
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
    let cache = file_at(path);
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

/// Returns the number of rows with an envelope.
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
