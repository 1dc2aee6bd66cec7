//! Inserts, and the disk space they take.

use crate::new_file;
use std::path::Path;
use std::time::{Duration, Instant};

use rustassistant::cache::envelope::Encoder;
use rustassistant::cache::{Cache, Entry, Key};
use sqlx::{AssertSqlSafe, Connection};

use crate::table::{Line, Table, count, middle};
use crate::{close, connect};

const ROUNDS: usize = 9;
const ROWS: usize = 500;

type Row = (Vec<u8>, Vec<u8>);

/// Compared with inserts of the same payloads uncompressed, and of the envelopes produced by the cache.
pub(crate) async fn insert(table: &mut Table, home: &Path, entries: &[(Key, Entry)]) {
    let payloads: Vec<Row> = entries
        .iter()
        .map(|(key, entry)| (key.as_bytes().to_vec(), entry.to_vec()))
        .collect();
    let start = Instant::now();
    let envelopes = encode(entries);
    let encoding = start.elapsed() / count(entries.len());
    let (mut ours, mut bare, mut packed) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let path = home.join(format!("bare-{round}.db"));
        bare.push(insert_bare(&path, &payloads).await);
        let path = home.join(format!("packed-{round}.db"));
        packed.push(insert_bare(&path, &envelopes).await);
        let path = home.join(format!("ours-{round}.db"));
        let cache = new_file(path).await.expect("a cache");
        let start = Instant::now();
        cache.put_many(entries).await.expect("a write");
        ours.push(start.elapsed() / count(entries.len()));
        cache.close().await;
    }
    let ours = middle(&mut ours);
    let line = Line::time("bulk insert, per row", ours).beside(middle(&mut bare));
    table.add(line.record(Duration::from_micros(100)).within_ratio());
    let line = Line::time("  beside bare, packed before", ours);
    table.add(line.beside(middle(&mut packed)));
    table.add(Line::time("  of which packing, checksum", encoding));
}

fn encode(entries: &[(Key, Entry)]) -> Vec<Row> {
    let mut encoder = Encoder::default();
    let encode = |(key, entry): &(Key, Entry)| {
        let envelope = encoder.encode(key, entry).expect("small");
        (key.as_bytes().to_vec(), envelope)
    };
    entries.iter().map(encode).collect()
}

async fn insert_bare(path: &Path, rows: &[Row]) -> Duration {
    new_file(path).await.expect("a cache").close().await;
    let statement = format!(
        "INSERT INTO entry (key, created, used, envelope) VALUES {}",
        vec!["(?, 1, 1, ?)"; ROWS].join(", ")
    );
    let mut connection = connect(path).await;
    let start = Instant::now();
    let mut transaction = connection
        .begin_with("BEGIN IMMEDIATE")
        .await
        .expect("a transaction");
    for chunk in rows.chunks_exact(ROWS) {
        let mut query = sqlx::query(AssertSqlSafe(statement.clone()));
        for (key, value) in chunk {
            query = query.bind(&key[..]).bind(&value[..]);
        }
        query.execute(&mut *transaction).await.expect("an insert");
    }
    transaction.commit().await.expect("a commit");
    let time = start.elapsed() / count(rows.len());
    close(connection).await;
    time
}

pub(crate) async fn size(table: &mut Table, home: &Path, entries: &[(Key, Entry)]) {
    let path = home.join("small.db");
    let cache = new_file(&path).await.expect("a cache");
    cache.put_many(entries).await.expect("a write");
    cache.close().await;
    let bytes = path.metadata().expect("a file").len();
    let line = Line::new("file of 45 entries", kilobytes(bytes));
    let met = bytes <= 60_000;
    table.add(line.record_says("92 kB").must("60 kB", met));
    let payload: usize = entries.iter().map(|(_, entry)| entry.len()).sum();
    table.add(Line::new("  their payload", kilobytes(payload as u64)));
}

fn kilobytes(bytes: u64) -> String {
    format!(
        "{:.1} kB",
        f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / 1e3
    )
}
