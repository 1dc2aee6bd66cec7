//! Statements of one open connection.
//!
//! Every statement is a constant, so SQLite prepares it once per connection. A batch of keys is bound as one blob, which a
//! recursive query splits: one statement and one parameter for any number of keys.

use std::collections::HashSet;
use std::fmt::Write;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, SystemTime};

use futures::TryStreamExt;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{Connection, Row};

use crate::envelope::{Decoder, Encoder};
use crate::{Entry, FaultKind, Key, Lookup, Page, Tier};

macro_rules! cut_keys {
    () => {
        "WITH RECURSIVE batch(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM batch WHERE i + 1 < length(?1) / 32) "
    };
}

const SELECT_ONE: &str = "SELECT 0, used, envelope FROM entry WHERE key = ?1";
const SELECT_MANY: &str = concat!(
    cut_keys!(),
    "SELECT i, used, envelope FROM batch CROSS JOIN entry ON entry.key = substr(?1, i * 32 + 1, 32)"
);
const TOUCH: &str = concat!(
    cut_keys!(),
    "UPDATE entry SET used = ?2 WHERE key IN (SELECT substr(?1, i * 32 + 1, 32) FROM batch)"
);
const DELETE: &str = concat!(
    cut_keys!(),
    "DELETE FROM entry WHERE key IN (SELECT substr(?1, i * 32 + 1, 32) FROM batch)"
);
const PAGE: &str = "SELECT key, envelope FROM entry WHERE key > ?1 ORDER BY key LIMIT ?2";
const CONTAINS: &str = "SELECT 1 FROM entry WHERE key = ?1";

/// Row counts of INSERT statements, in descending order; any number of rows is a combination of these.
const ROWS: [usize; 4] = [500, 100, 10, 1];
static INSERTS: LazyLock<[String; 4]> = LazyLock::new(|| ROWS.map(insert));
/// A hit updates `used` only if it is this many hours old, so that reads rarely cause writes, or if it is in the future because
/// of a wrong clock.
const RENEW_AFTER: i64 = 12;

/// One open connection.
pub(super) struct Wire {
    pub(super) connection: SqliteConnection,
    pub(super) statements: Arc<AtomicU64>,
}

/// Results of a batch, and the chores they cause.
pub(super) struct Answers {
    /// In the same order as the keys.
    pub(super) lookups: Vec<Lookup>,
    pub(super) chores: Chores,
}

/// Work that lookups leave to the next write, which may be a long time away.
#[derive(Default)]
pub(super) struct Chores {
    /// Keys whose last use must be updated.
    pub(super) used: HashSet<Key>,
    /// Keys whose entries don't match their checksum.
    pub(super) damaged: HashSet<Key>,
}

impl Chores {
    pub(super) fn is_empty(&self) -> bool {
        self.used.is_empty() && self.damaged.is_empty()
    }

    pub(super) fn append(&mut self, other: Chores) {
        self.used.extend(other.used);
        self.damaged.extend(other.damaged);
    }
}

impl Wire {
    /// Looks up a batch. If the database fails halfway, the results until then are kept.
    pub(super) async fn select(
        &mut self,
        decoder: &mut Decoder,
        keys: &[Key],
    ) -> (Answers, Option<sqlx::Error>) {
        let mut answers = Answers {
            lookups: vec![Lookup::Miss; keys.len()],
            chores: Chores::default(),
        };
        let done = self.fill(&mut answers, decoder, keys).await;
        (answers, done.err())
    }

    async fn fill(
        &mut self,
        answers: &mut Answers,
        decoder: &mut Decoder,
        keys: &[Key],
    ) -> Result<(), sqlx::Error> {
        self.count();
        let now = hour();
        let young = now - RENEW_AFTER..=now + 1;
        if let [key] = keys {
            // A single row instead of a stream saves a round trip to SQLite's thread.
            let row = sqlx::query(SELECT_ONE)
                .bind(&key.as_bytes()[..])
                .fetch_optional(&mut self.connection)
                .await?;
            return row.map_or(Ok(()), |row| answers.add(&row, decoder, (keys, &young)));
        }
        let mut rows = sqlx::query(SELECT_MANY)
            .bind(blob(keys))
            .fetch(&mut self.connection);
        // SQLite fetches the next rows while this thread decompresses the previous ones.
        while let Some(row) = rows.try_next().await? {
            answers.add(&row, decoder, (keys, &young))?;
        }
        Ok(())
    }

    pub(super) async fn contains(&mut self, key: &Key) -> Result<bool, sqlx::Error> {
        self.count();
        let row = sqlx::query(CONTAINS)
            .bind(&key.as_bytes()[..])
            .fetch_optional(&mut self.connection)
            .await?;
        Ok(row.is_some())
    }

    /// Returns entries above `after`, in key order.
    pub(super) async fn page(
        &mut self,
        decoder: &mut Decoder,
        after: Option<Key>,
        limit: usize,
    ) -> Result<Page, sqlx::Error> {
        self.count();
        let above = after.map_or_else(Vec::new, |key| key.as_bytes().to_vec());
        let mut rows = sqlx::query(PAGE)
            .bind(above)
            .bind(clamp(limit))
            .fetch(&mut self.connection);
        let mut page = Page::default();
        while let Some(row) = rows.try_next().await? {
            let key = key_of(row.try_get(0)?)?;
            page.last = Some(key);
            match decoder.decode(&key, row.try_get(1)?) {
                Ok(entry) => page.entries.push((key, entry)),
                Err(_) => page.damaged += 1,
            }
        }
        Ok(page)
    }

    /// Does the chores and stores the entries in one transaction; returns how many were too large to store.
    pub(super) async fn write(
        &mut self,
        encoder: &mut Encoder,
        entries: &[(Key, Entry)],
        chores: &Chores,
    ) -> Result<usize, sqlx::Error> {
        self.count();
        let mut first = entries.chunks(ROWS[0]);
        // The first rows are compressed before the lock is taken, the others while SQLite processes the previous ones.
        let mut packed = first
            .next()
            .map(|chunk| pack(encoder, chunk))
            .unwrap_or_default();
        let mut stored = 0;
        let mut transaction = self.connection.begin_with("BEGIN IMMEDIATE").await?;
        let now = hour();
        for (statement, keys) in [(TOUCH, &chores.used), (DELETE, &chores.damaged)] {
            if keys.is_empty() {
                continue;
            }
            sqlx::query(statement)
                .bind(blob(keys))
                .bind(now)
                .execute(&mut *transaction)
                .await?;
        }
        loop {
            let next = first.next();
            stored += packed.len();
            let inserted = insert_rows(&mut transaction, packed, now);
            let (inserted, following) =
                futures::join!(inserted, async { next.map(|chunk| pack(encoder, chunk)) });
            inserted?;
            match following {
                Some(rows) => packed = rows,
                None => break,
            }
        }
        transaction.commit().await?;
        Ok(entries.len() - stored)
    }

    pub(super) async fn delete(&mut self, keys: &[Key]) -> Result<u64, sqlx::Error> {
        if keys.is_empty() {
            return Ok(0);
        }
        self.count();
        Ok(sqlx::query(DELETE)
            .bind(blob(keys))
            .execute(&mut self.connection)
            .await?
            .rows_affected())
    }

    pub(super) async fn clear(&mut self) -> Result<u64, sqlx::Error> {
        self.count();
        let deleted = sqlx::query("DELETE FROM entry")
            .execute(&mut self.connection)
            .await?
            .rows_affected();
        self.give_back().await?;
        Ok(deleted)
    }

    /// Returns the number of entries and the bytes of their envelopes.
    pub(super) async fn totals(&mut self) -> Result<(i64, i64), sqlx::Error> {
        self.count();
        sqlx::query_as("SELECT count(*), coalesce(sum(length(envelope)), 0) FROM entry")
            .fetch_one(&mut self.connection)
            .await
    }

    /// Returns free pages to the file system in short steps, and truncates the log.
    pub(super) async fn give_back(&mut self) -> Result<(), sqlx::Error> {
        loop {
            self.count();
            let free: i64 = sqlx::query_scalar("PRAGMA freelist_count")
                .fetch_one(&mut self.connection)
                .await?;
            if free == 0 {
                break;
            }
            sqlx::raw_sql("PRAGMA incremental_vacuum(1000)")
                .execute(&mut self.connection)
                .await?;
            let left: i64 = sqlx::query_scalar("PRAGMA freelist_count")
                .fetch_one(&mut self.connection)
                .await?;
            if left >= free {
                break;
            }
        }
        sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    pub(super) fn count(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }
}

impl Answers {
    fn add(
        &mut self,
        row: &SqliteRow,
        decoder: &mut Decoder,
        (keys, young): (&[Key], &RangeInclusive<i64>),
    ) -> Result<(), sqlx::Error> {
        let index = usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or(usize::MAX);
        let (Some(key), Some(lookup)) = (keys.get(index), self.lookups.get_mut(index)) else {
            return Ok(());
        };
        *lookup = match decoder.decode(key, row.try_get(2)?) {
            Ok(entry) => Lookup::Hit(entry, Tier::Local),
            Err(kind) => {
                self.chores.damaged.insert(*key);
                Lookup::Fault(kind)
            }
        };
        if !young.contains(&row.try_get(1)?) {
            self.chores.used.insert(*key);
        }
        Ok(())
    }
}

/// Hours since 1970.
pub(super) fn hour() -> i64 {
    let elapsed = SystemTime::UNIX_EPOCH.elapsed().unwrap_or(Duration::ZERO);
    i64::try_from(elapsed.as_secs() / 3600).unwrap_or(i64::MAX)
}

fn key_of(bytes: &[u8]) -> Result<Key, sqlx::Error> {
    Key::try_from(bytes).map_err(|error| sqlx::Error::ColumnDecode {
        index: "key".to_owned(),
        source: error.into(),
    })
}

fn blob<'a>(keys: impl IntoIterator<Item = &'a Key>) -> Vec<u8> {
    keys.into_iter().flat_map(Key::as_bytes).copied().collect()
}

fn clamp(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

type Packed = (Vec<u8>, Vec<u8>);

/// Skips entries that can't be encoded; the caller notices from the number of rows.
fn pack(encoder: &mut Encoder, entries: &[(Key, Entry)]) -> Vec<Packed> {
    let pack = |(key, entry): &(Key, Entry)| -> Result<Packed, FaultKind> {
        Ok((key.as_bytes().to_vec(), encoder.encode(key, entry)?))
    };
    entries.iter().map(pack).filter_map(Result::ok).collect()
}

async fn insert_rows(
    connection: &mut SqliteConnection,
    packed: Vec<Packed>,
    now: i64,
) -> Result<(), sqlx::Error> {
    let mut rows = packed.into_iter();
    for (count, statement) in ROWS.iter().zip(INSERTS.iter()) {
        while rows.len() >= *count {
            let mut query = sqlx::query(statement.as_str()).bind(now);
            for (key, envelope) in rows.by_ref().take(*count) {
                query = query.bind(key).bind(envelope);
            }
            query.execute(&mut *connection).await?;
        }
    }
    Ok(())
}

/// Keeps an existing row, which another process may have computed as well, unless it is damaged.
fn insert(rows: usize) -> String {
    let mut statement = "INSERT INTO entry (key, created, used, envelope) VALUES ".to_owned();
    for row in 0..rows {
        let comma = if row == 0 { "" } else { ", " };
        // Writing to a string never fails.
        let _ = write!(
            statement,
            "{comma}(?{}, ?1, ?1, ?{})",
            2 * row + 2,
            2 * row + 3
        );
    }
    statement.push_str(
        " ON CONFLICT (key) DO UPDATE SET envelope = excluded.envelope, used = excluded.used \
         WHERE envelope IS NOT excluded.envelope",
    );
    statement
}
