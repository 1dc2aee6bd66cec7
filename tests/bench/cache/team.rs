//! A team's cache in a real Postgres on this machine, through its socket.

use std::time::{Duration, Instant};

use futures::future::join_all;
use rustassistant::cache::{
    Access, Cache, Entry, ExposeSecret, Key, Lookup, PostgresCache, PostgresShelf, Remote, Sealed,
    Secret, Shelf, SigningKey,
};
use sqlx::{ConnectOptions, PgConnection, Row as _};

use crate::data::{ENTRIES, numbered, shuffled};
use crate::table::{Line, Table, middle};
use fixture::{Database, PASSWORD, Postgres};

#[path = "../../fixtures/postgres.rs"]
#[expect(
    clippy::unwrap_used,
    reason = "where no server can be set up, nothing can be measured"
)]
pub(crate) mod fixture;

const WRITERS: usize = 8;
/// Rows per writer, and per statement.
const ROWS: usize = 10_000;
const BATCH: usize = 500;

type Rows = Vec<(Key, Vec<u8>)>;

pub(crate) async fn postgres(table: &mut Table, entries: &[(Key, Entry)]) {
    let (_server, database) = Postgres::own(&[]).await;
    let signer = SigningKey::generate().expect("randomness");
    let remote = Remote {
        trusted: vec![signer.public()],
        access: Access::Write(Secret::text(signer.secret_text().expose_secret())),
        ..database.on_socket("writer")
    };
    let cache = PostgresCache::new(&remote).await.expect("a cache");
    cache.put_many(entries).await.expect("a write");
    read(table, &cache, &database).await;
    write(table, &cache, &remote).await;
}

async fn read(table: &mut Table, cache: &PostgresCache, database: &Database) {
    let options = database.admin_options().username("reader");
    let options = options.password(PASSWORD).disable_statement_logging();
    let mut connection = options.connect().await.expect("a connection");
    let (mut ours, mut bare, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for seed in 0..3 {
        for keys in shuffled(seed).chunks(1000) {
            let start = Instant::now();
            assert_eq!(look_up_bare(&mut connection, keys).await, 1000);
            bare.push(start.elapsed());

            let start = Instant::now();
            let rows = cache.shelf().fetch(keys).await;
            ours.push(start.elapsed());
            assert!(rows.iter().all(|row| matches!(row, Ok(Some(_)))));

            let start = Instant::now();
            let lookups = cache.get_many(keys).await;
            whole.push(start.elapsed());
            assert!(lookups.iter().all(|it| matches!(it, Lookup::Hit(..))));
        }
    }
    let (ours, whole) = (middle(&mut ours), middle(&mut whole));
    let line = Line::time("Postgres, 1000 envelopes", ours).beside(middle(&mut bare));
    let line = line.record(Duration::from_millis(2300));
    table.add(line.within_ratio());
    let verifying = Line::time("  verifying, unpacking them", whole.saturating_sub(ours));
    table.add(verifying.within(Duration::from_millis(20)));
}

/// Returns the number of rows with an envelope.
async fn look_up_bare(connection: &mut PgConnection, keys: &[Key]) -> usize {
    let keys: Vec<&[u8]> = keys.iter().map(|key| &key.as_bytes()[..]).collect();
    let rows = sqlx::query(
        "SELECT key, envelope FROM rustassistant.entry WHERE ns = 'main' AND key = ANY($1)",
    )
    .bind(keys)
    .fetch_all(connection)
    .await
    .expect("rows");
    let envelopes = rows.iter().map(|row| row.get::<&[u8], _>(1));
    envelopes.filter(|envelope| !envelope.is_empty()).count()
}

/// Each writer has its own connection, and rows that were signed in advance.
async fn write<S: Shelf>(table: &mut Table, signing: &Sealed<S>, remote: &Remote) {
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let from = ENTRIES + writer * ROWS;
        let rows = signing.close(&numbered(from..from + ROWS));
        let shelf = PostgresShelf::new(remote).await.expect("a shelf");
        // The first call connects.
        shelf.fetch(&[]).await;
        shelf.fetch(&shuffled(1)[..1]).await;
        writers.push((shelf, rows.expect("a key to sign with")));
    }
    let start = Instant::now();
    let stored = join_all(
        writers
            .into_iter()
            .map(|writer| tokio::spawn(store(writer))),
    )
    .await;
    let time = start.elapsed();
    let failed = stored.iter().filter(|stored| !matches!(stored, Ok(true)));
    let failed = failed.count();
    let rows = u32::try_from(WRITERS * ROWS).expect("thousands");
    let rate = f64::from(rows) / time.as_secs_f64();
    let met = rate >= 40_000.0 && failed == 0;
    let line = Line::new(
        "Postgres, 8 writers, signed before",
        format!("{rate:.0} rows/s"),
    );
    table.add(line.must("40000 rows/s", met));
    let line = Line::new("  of them failed", failed.to_string());
    table.add(line.must("0", failed == 0));
}

async fn store((shelf, rows): (PostgresShelf, Rows)) -> bool {
    for batch in rows.chunks(BATCH) {
        if shelf.store(batch).await.is_err() {
            return false;
        }
    }
    true
}
