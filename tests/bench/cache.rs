//! What the cache costs beside what it stands on: every figure next to a bare, held sqlx connection that reads or
//! writes the same bytes in the same run. `cargo bench --bench cache` prints a table; the ratios are what counts.
//!
//! "Record" is what the decision record claims for SQLite.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use futures::TryStreamExt;
use rustassistant::cache::envelope::Encoder;
use rustassistant::cache::{
    Cache, Entry, Key, Lookup, Memory, Mode, SqliteCache, TieredCache, TieredOptions,
};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row as _};

const ENTRIES: usize = 10_000;
const ROUNDS: usize = 7;
const ROLE: &str = "RUSTASSISTANT_BENCH_ROLE";
const PATH: &str = "RUSTASSISTANT_BENCH_PATH";

fn main() {
    if let Ok(role) = std::env::var(ROLE) {
        return play(&role);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build();
    runtime.expect("a runtime").block_on(compare());
}

async fn compare() {
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("cache.db");
    let entries: Vec<(Key, Entry)> = (0..ENTRIES)
        .map(|number| (key(number), entry(number)))
        .collect();
    println!(
        "{:<34} {:>11} {:>11} {:>7} {:>9}",
        "", "ours", "bare sqlx", "ratio", "record"
    );
    memory(&entries);
    insert(home.path(), &entries).await;
    let cache = SqliteCache::new(&path).await.expect("a cache");
    cache.put_many(&entries).await.expect("a write");
    cache.close().await;
    single(&path).await;
    batch(&path).await;
    size(home.path(), &entries[..45]).await;
    start(home.path(), &path);
    crowd(home.path());
}

/// Hits in memory, in random order.
fn memory(entries: &[(Key, Entry)]) {
    let memory = Memory::new(64 << 20);
    for (key, entry) in entries {
        memory.insert(*key, entry.clone());
    }
    let order = shuffled(1);
    let ours = best(|| {
        let start = Instant::now();
        order
            .iter()
            .filter_map(|number| memory.get(&key_at(entries, *number)))
            .for_each(|entry| drop(std::hint::black_box(entry)));
        start.elapsed() / count(order.len())
    });
    row("memory hit", ours, None, "");
}

fn key_at(entries: &[(Key, Entry)], number: usize) -> Key {
    entries[number].0
}

/// Beside inserts of the same payloads as they are, and of the envelopes that ours become.
async fn insert(home: &Path, entries: &[(Key, Entry)]) {
    let mut encoder = Encoder::default();
    let encoding = best(|| {
        let start = Instant::now();
        for (key, entry) in entries {
            drop(std::hint::black_box(encoder.encode(key, entry)));
        }
        start.elapsed() / count(ENTRIES)
    });
    let payloads: Vec<Row> = entries
        .iter()
        .map(|(key, entry)| (key.as_bytes().to_vec(), entry.to_vec()))
        .collect();
    let encode = |(key, entry): &(Key, Entry)| {
        (
            key.as_bytes().to_vec(),
            encoder.encode(key, entry).expect("small"),
        )
    };
    let envelopes: Vec<Row> = entries.iter().map(encode).collect();
    let (mut ours, mut bare, mut small) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for round in 0..ROUNDS {
        let cache = SqliteCache::new(home.join(format!("ours-{round}.db")))
            .await
            .expect("a cache");
        let start = Instant::now();
        cache.put_many(entries).await.expect("a write");
        ours = ours.min(start.elapsed() / count(ENTRIES));
        bare = bare.min(insert_bare(&home.join(format!("bare-{round}.db")), &payloads).await);
        small = small.min(insert_bare(&home.join(format!("small-{round}.db")), &envelopes).await);
    }
    row("bulk insert, per row, best", ours, Some(bare), "100 µs");
    row("  beside bare, compressed before", ours, Some(small), "");
    row("  of which compression, checksum", encoding, None, "");
}

type Row = (Vec<u8>, Vec<u8>);

async fn insert_bare(path: &Path, rows: &[Row]) -> Duration {
    SqliteCache::new(path).await.expect("a cache").close().await;
    let statement = format!(
        "INSERT INTO entry (key, created, used, envelope) VALUES {}",
        vec!["(?, 1, 1, ?)"; 500].join(", ")
    );
    let mut connection = connect(path).await;
    let start = Instant::now();
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .expect("a transaction");
    for chunk in rows.chunks_exact(500) {
        let mut query = sqlx::query(AssertSqlSafe(statement.clone()));
        for (key, value) in chunk {
            query = query.bind(&key[..]).bind(&value[..]);
        }
        query.execute(&mut *transaction).await.expect("an insert");
    }
    transaction.commit().await.expect("a commit");
    start.elapsed() / count(rows.len())
}

async fn single(path: &Path) {
    let mut connection = connect(path).await;
    let cache = SqliteCache::at(path);
    let store = TieredCache::open(TieredOptions {
        path: Some(path.to_owned()),
        memory_bytes: 0,
        ..TieredOptions::default()
    });
    let (mut times, mut bare_times, mut store_times) = (Vec::new(), Vec::new(), Vec::new());
    for number in shuffled(2) {
        let key = key(number);
        let start = Instant::now();
        std::hint::black_box(look_up_bare(&mut connection, &key).await);
        bare_times.push(start.elapsed());

        let start = Instant::now();
        let found = cache.get_many(&[key]).await;
        times.push(start.elapsed());
        assert!(matches!(found[0], Lookup::Hit(..)));

        let start = Instant::now();
        let found = store.get_many(&[key]).await;
        store_times.push(start.elapsed());
        assert!(matches!(found[0], Lookup::Hit(..)));
    }
    let (average, bare_average) = (mean(&times), mean(&bare_times));
    row(
        "SQLite lookup, average",
        average,
        Some(bare_average),
        "40 µs",
    );
    row(
        "  median",
        middle(&mut times),
        Some(middle(&mut bare_times)),
        "",
    );
    row(
        "  p99",
        percentile(&mut times, 99),
        Some(percentile(&mut bare_times, 99)),
        "120 µs",
    );
    row(
        "  through the store, average",
        mean(&store_times),
        Some(bare_average),
        "40 µs",
    );
    row(
        "  through the store, p99",
        percentile(&mut store_times, 99),
        Some(percentile(&mut bare_times, 99)),
        "120 µs",
    );
}

/// The length of the envelope.
async fn look_up_bare(connection: &mut SqliteConnection, key: &Key) -> usize {
    let row = sqlx::query("SELECT envelope FROM entry WHERE key = ?1")
        .bind(&key.as_bytes()[..])
        .fetch_one(connection)
        .await
        .expect("a row");
    row.get::<&[u8], _>(0).len()
}

async fn batch(path: &Path) {
    let mut connection = connect(path).await;
    let cache = SqliteCache::at(path);
    let store = TieredCache::open(TieredOptions {
        path: Some(path.to_owned()),
        memory_bytes: 0,
        ..TieredOptions::default()
    });
    let statement = format!(
        "SELECT key, envelope FROM entry WHERE key IN ({})",
        vec!["?"; 1000].join(", ")
    );
    let (mut ours, mut bare, mut through) = (Vec::new(), Vec::new(), Vec::new());
    for keys in shuffled(3)
        .chunks(1000)
        .cycle()
        .take(ENTRIES / 1000 * ROUNDS)
    {
        let keys: Vec<Key> = keys.iter().map(|number| key(*number)).collect();
        let start = Instant::now();
        let mut query = sqlx::query(AssertSqlSafe(statement.clone()));
        for key in &keys {
            query = query.bind(&key.as_bytes()[..]);
        }
        let mut rows = query.fetch(&mut connection);
        let mut found = 0;
        while let Some(row) = rows.try_next().await.expect("a row") {
            found += usize::from(!row.get::<&[u8], _>(1).is_empty());
        }
        bare.push(start.elapsed());
        assert_eq!(found, 1000);

        let start = Instant::now();
        let lookups = cache.get_many(&keys).await;
        ours.push(start.elapsed());
        assert!(
            lookups
                .iter()
                .all(|lookup| matches!(lookup, Lookup::Hit(..)))
        );

        let start = Instant::now();
        let lookups = store.get_many(&keys).await;
        through.push(start.elapsed());
        assert!(
            lookups
                .iter()
                .all(|lookup| matches!(lookup, Lookup::Hit(..)))
        );
    }
    let bare = middle(&mut bare);
    row(
        "1000 lookups in one batch",
        middle(&mut ours),
        Some(bare),
        "40 ms",
    );
    row(
        "  through the store",
        middle(&mut through),
        Some(bare),
        "40 ms",
    );
}

async fn size(home: &Path, entries: &[(Key, Entry)]) {
    let path = home.join("small.db");
    let cache = SqliteCache::new(&path).await.expect("a cache");
    cache.put_many(entries).await.expect("a write");
    cache.close().await;
    let payload: usize = entries.iter().map(|(_, entry)| entry.len()).sum();
    let bytes = path.metadata().expect("a file").len();
    println!(
        "{:<34} {:>8} kB {:>36}",
        "file of 45 entries",
        bytes / 1000,
        "92 kB"
    );
    println!("{:<34} {:>8} kB", "  their payload", payload / 1000);
}

/// Whole processes, from start to exit: an empty one with a runtime, one that looks something up, and so on.
fn start(home: &Path, path: &Path) {
    let mut times: Vec<(&str, Vec<Duration>)> = ["empty", "bare", "one", "hundred", "create"]
        .map(|role| (role, Vec::new()))
        .into();
    for round in 0..60 {
        for (role, times) in &mut times {
            let fresh = home.join(format!("fresh-{round}.db"));
            let path = if *role == "create" { &fresh } else { path };
            let start = Instant::now();
            let status = process(role, path).status().expect("a process");
            times.push(start.elapsed());
            assert!(status.success());
        }
    }
    // The best of many, as whatever else runs on the machine only ever adds.
    let [empty, bare, one, hundred, create] = times.as_slice() else {
        return;
    };
    let best = |times: &[Duration]| times.iter().min().copied().unwrap_or_default();
    let empty = best(&empty.1);
    println!(
        "{:<34} {:>11}",
        "process with an idle runtime, best",
        text(empty)
    );
    for (name, times) in [
        ("  bare sqlx, first lookup", bare),
        ("  first lookup", one),
        ("  100 lookups", hundred),
        ("  new file, one entry", create),
    ] {
        let time = best(&times.1);
        let more = time.saturating_sub(empty);
        println!("{name:<34} {:>11} (+ {})", text(time), text(more));
    }
}

fn crowd(home: &Path) {
    let path = home.join("crowd.db");
    let start = Instant::now();
    let children: Vec<_> = (0..8)
        .map(|_| process("crowd", &path).spawn().expect("a process"))
        .collect();
    let failed = children
        .into_iter()
        .filter_map(|mut child| child.wait().ok())
        .filter(|status| !status.success())
        .count();
    let rows = 8.0 * 5_000.0 / start.elapsed().as_secs_f64();
    println!(
        "{:<34} {rows:>7.0} rows/s, {failed} failed",
        "8 processes write to a fresh file"
    );
    let mut failed = 0;
    for trial in 0..100 {
        let path = home.join(format!("trial-{trial}.db"));
        let children: Vec<_> = (0..8)
            .map(|_| process("create", &path).spawn().expect("a process"))
            .collect();
        failed += children
            .into_iter()
            .filter_map(|mut child| child.wait().ok())
            .filter(|status| !status.success())
            .count();
    }
    println!(
        "{:<34} {failed} of 800 processes failed",
        "8 cold starts at once, 100 times"
    );
}

fn process(role: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a program"));
    command.env(ROLE, role).env(PATH, path);
    command
}

/// What a process of [`start`] or [`crowd`] does.
fn play(role: &str) {
    let path = std::env::var_os(PATH).expect("a path");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let store = TieredCache::open(TieredOptions {
        path: Some(path.clone().into()),
        mode: Mode::CommandLine,
        ..TieredOptions::default()
    });
    let keys: Vec<Key> = (0..100).map(key).collect();
    runtime.block_on(async {
        match role {
            "one" => assert!(
                store.get_many(&keys[..1]).await[0]
                    .clone()
                    .entry()
                    .is_some()
            ),
            "hundred" => assert!(
                store
                    .get_many(&keys)
                    .await
                    .into_iter()
                    .all(|lookup| lookup.entry().is_some())
            ),
            "create" => write(&store, 1).await,
            "bare" => {
                let mut connection = connect(Path::new(&path)).await;
                assert!(look_up_bare(&mut connection, &keys[0]).await > 0);
            }
            "crowd" => write(&store, 5_000).await,
            _ => {}
        }
    });
}

/// Numbers of its own in every process, so that each row is a new one.
async fn write(store: &TieredCache, rows: usize) {
    let from = std::process::id() as usize * 100_000;
    store
        .put_many(
            (from..from + rows)
                .map(|number| (key(number), entry(number)))
                .collect(),
        )
        .await;
    assert!(store.flush(Duration::from_mins(1)).await);
    assert_eq!(store.stats().written, rows as u64);
    assert_eq!(store.warnings(), Vec::<String>::new());
}

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

fn key(number: usize) -> Key {
    Key::new("bench", &[0; 32], &[b"2024"], &number.to_le_bytes())
}

/// 2,020 bytes that zstd makes 3.2 times smaller, as was measured for real reports.
fn entry(number: usize) -> Entry {
    let mut noise = blake3::Hasher::new()
        .update(&number.to_le_bytes())
        .finalize_xof();
    let mut bytes = Vec::with_capacity(2_020);
    while bytes.len() < 2_020 {
        let mut word = [0; 7];
        noise.fill(&mut word);
        bytes.extend_from_slice(&word);
        bytes.extend_from_slice(b"cognitive-complexity long-function");
    }
    bytes.truncate(2_020);
    Entry::from(bytes)
}

fn shuffled(seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..ENTRIES).collect();
    order.sort_by_key(|number| {
        *blake3::hash(&[&seed.to_le_bytes()[..], &number.to_le_bytes()].concat()).as_bytes()
    });
    order
}

fn best(mut run: impl FnMut() -> Duration) -> Duration {
    (0..ROUNDS).map(|_| run()).min().unwrap_or_default()
}

fn middle(times: &mut [Duration]) -> Duration {
    percentile(times, 50)
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort();
    times[(times.len() - 1) * percent / 100]
}

fn mean(times: &[Duration]) -> Duration {
    times.iter().sum::<Duration>() / count(times.len())
}

fn count(length: usize) -> u32 {
    u32::try_from(length).expect("thousands at most")
}

fn row(name: &str, ours: Duration, bare: Option<Duration>, record: &str) {
    let ratio = bare.map_or(String::new(), |bare| {
        format!("{:.2}", ours.as_secs_f64() / bare.as_secs_f64())
    });
    let bare = bare.map_or(String::new(), text);
    println!(
        "{name:<34} {:>11} {bare:>11} {ratio:>7} {record:>9}",
        text(ours)
    );
}

fn text(time: Duration) -> String {
    match time.as_nanos() {
        0..10_000 => format!("{} ns", time.as_nanos()),
        10_000..10_000_000 => format!("{:.1} µs", time.as_secs_f64() * 1e6),
        _ => format!("{:.1} ms", time.as_secs_f64() * 1e3),
    }
}
