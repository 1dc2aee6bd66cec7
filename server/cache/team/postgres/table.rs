//! SQL statements, each limited to one namespace.

use std::collections::HashMap;

use async_trait::async_trait;
use futures::TryStreamExt;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use super::connections::Errand;
use crate::{Key, Policy};

type Result<T> = std::result::Result<T, sqlx::Error>;

/// Maximum bytes of one result; the rest is ignored. Valid results are far smaller.
const MOST: usize = 256 << 20;

/// Fetches the envelopes of some keys.
pub(super) struct Fetch<'a> {
    pub(super) namespace: &'a str,
    pub(super) keys: &'a [Key],
}

/// The envelopes found, and whether the result is complete.
pub(super) struct Found {
    pub(super) envelopes: HashMap<Key, Vec<u8>>,
    pub(super) is_whole: bool,
}

#[async_trait]
impl Errand for Fetch<'_> {
    type Answer = Found;

    async fn run(&self, connection: &mut PgConnection) -> Result<Found> {
        let mut rows = sqlx::query(
            "SELECT key, envelope FROM rustassistant.entry WHERE ns = $1 AND key = ANY($2)",
        )
        .bind(self.namespace)
        .bind(bytes_of(self.keys))
        .fetch(connection);
        let mut envelopes = HashMap::with_capacity(self.keys.len());
        let mut bytes = 0;
        let mut is_whole = true;
        while let Some(row) = rows.try_next().await? {
            bytes += row.try_get::<&[u8], _>(1)?.len();
            is_whole = bytes <= MOST;
            if !is_whole {
                break;
            }
            envelopes.extend(entry(&row)?);
        }
        Ok(Found {
            envelopes,
            is_whole,
        })
    }
}

/// Adds missing rows and returns how many were added.
pub(super) struct Store<'a> {
    pub(super) namespace: &'a str,
    /// Sorted by key: adding the same rows in different orders could deadlock.
    pub(super) rows: &'a [&'a (Key, Vec<u8>)],
}

#[async_trait]
impl Errand for Store<'_> {
    type Answer = u64;

    async fn run(&self, connection: &mut PgConnection) -> Result<u64> {
        let keys = self.rows.iter().map(|(key, _)| &key.as_bytes()[..]);
        let envelopes = self.rows.iter().map(|(_, envelope)| &envelope[..]);
        let done = sqlx::query(
            "INSERT INTO rustassistant.entry (ns, key, envelope) \
             SELECT $1, key, envelope FROM unnest($2::bytea[], $3::bytea[]) AS new (key, envelope) \
             ON CONFLICT DO NOTHING",
        )
        .bind(self.namespace)
        .bind(keys.collect::<Vec<_>>())
        .bind(envelopes.collect::<Vec<_>>())
        .execute(connection)
        .await?;
        Ok(done.rows_affected())
    }
}

/// Removes rows and returns how many existed.
pub(super) struct Delete<'a> {
    pub(super) namespace: &'a str,
    pub(super) keys: &'a [Key],
}

#[async_trait]
impl Errand for Delete<'_> {
    type Answer = u64;

    async fn run(&self, connection: &mut PgConnection) -> Result<u64> {
        let done = sqlx::query("DELETE FROM rustassistant.entry WHERE ns = $1 AND key = ANY($2)")
            .bind(self.namespace)
            .bind(bytes_of(self.keys))
            .execute(connection)
            .await?;
        Ok(done.rows_affected())
    }
}

/// Returns rows above a key, in key order.
pub(super) struct List<'a> {
    pub(super) namespace: &'a str,
    pub(super) after: Option<Key>,
    pub(super) limit: usize,
}

#[async_trait]
impl Errand for List<'_> {
    type Answer = Vec<(Key, Vec<u8>)>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Self::Answer> {
        let rows = sqlx::query(
            "SELECT key, envelope FROM rustassistant.entry WHERE ns = $1 AND key > $2 ORDER BY key LIMIT $3",
        )
        .bind(self.namespace)
        // The empty byte string is less than any key.
        .bind(self.after.as_ref().map_or(&[][..], |key| key.as_bytes()))
        .bind(number(self.limit))
        .fetch_all(connection)
        .await?;
        let rows: Result<Vec<_>> = rows.iter().map(entry).collect();
        Ok(rows?.into_iter().flatten().collect())
    }
}

/// Returns keys above a key, in order.
pub(super) struct Keys<'a> {
    pub(super) namespace: &'a str,
    pub(super) after: Option<Key>,
    pub(super) limit: usize,
}

#[async_trait]
impl Errand for Keys<'_> {
    type Answer = Vec<Key>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Vec<Key>> {
        let rows = sqlx::query(
            "SELECT key FROM rustassistant.entry WHERE ns = $1 AND key > $2 ORDER BY key LIMIT $3",
        )
        .bind(self.namespace)
        .bind(self.after.as_ref().map_or(&[][..], |key| key.as_bytes()))
        .bind(number(self.limit))
        .fetch_all(connection)
        .await?;
        keys(&rows)
    }
}

/// Returns the keys of rows that were stored longer ago than this.
pub(super) struct Old<'a> {
    pub(super) namespace: &'a str,
    pub(super) seconds: f64,
    pub(super) limit: usize,
}

#[async_trait]
impl Errand for Old<'_> {
    type Answer = Vec<Key>;

    async fn run(&self, connection: &mut PgConnection) -> Result<Vec<Key>> {
        let rows = sqlx::query(
            "SELECT key FROM rustassistant.entry \
             WHERE ns = $1 AND created < now() - make_interval(secs => $2) LIMIT $3",
        )
        .bind(self.namespace)
        .bind(self.seconds)
        .bind(number(self.limit))
        .fetch_all(connection)
        .await?;
        keys(&rows)
    }
}

/// Returns the keys of the rows to evict first, and their bytes.
pub(super) struct First<'a> {
    pub(super) namespace: &'a str,
    pub(super) policy: Policy,
    pub(super) bytes: u64,
    pub(super) limit: usize,
}

impl First<'_> {
    fn statement(&self) -> &'static str {
        match self.policy {
            // The last use of entries isn't recorded, because every reader would have to write.
            Policy::LeastRecentlyUsed | Policy::Oldest => {
                "SELECT key, bytes FROM ( \
                     SELECT key, octet_length(envelope)::bigint AS bytes, \
                            sum(octet_length(envelope)) OVER (ORDER BY created, key) AS gone \
                     FROM rustassistant.entry WHERE ns = $1 \
                 ) AS ranked WHERE gone - bytes < $2 ORDER BY gone LIMIT $3"
            }
            Policy::Largest => {
                "SELECT key, bytes FROM ( \
                     SELECT key, octet_length(envelope)::bigint AS bytes, \
                            sum(octet_length(envelope)) OVER (ORDER BY octet_length(envelope) DESC, key) AS gone \
                     FROM rustassistant.entry WHERE ns = $1 \
                 ) AS ranked WHERE gone - bytes < $2 ORDER BY gone LIMIT $3"
            }
        }
    }
}

#[async_trait]
impl Errand for First<'_> {
    type Answer = (Vec<Key>, u64);

    async fn run(&self, connection: &mut PgConnection) -> Result<Self::Answer> {
        let rows = sqlx::query(self.statement())
            .bind(self.namespace)
            .bind(i64::try_from(self.bytes).unwrap_or(i64::MAX))
            .bind(number(self.limit))
            .fetch_all(connection)
            .await?;
        let bytes = rows.iter().map(|row| row.try_get::<i64, _>(1));
        let bytes = bytes.sum::<Result<i64>>()?;
        Ok((keys(&rows)?, bytes.unsigned_abs()))
    }
}

/// Returns the number of rows, their bytes, and the disk usage of the whole table.
pub(super) struct Totals<'a> {
    pub(super) namespace: &'a str,
}

#[async_trait]
impl Errand for Totals<'_> {
    type Answer = (u64, u64, u64);

    async fn run(&self, connection: &mut PgConnection) -> Result<Self::Answer> {
        let (entries, bytes, disk): (i64, i64, i64) = sqlx::query_as(
            "SELECT count(*), coalesce(sum(octet_length(envelope)), 0)::bigint, \
                    pg_total_relation_size('rustassistant.entry') \
             FROM rustassistant.entry WHERE ns = $1",
        )
        .bind(self.namespace)
        .fetch_one(connection)
        .await?;
        Ok((
            entries.unsigned_abs(),
            bytes.unsigned_abs(),
            disk.unsigned_abs(),
        ))
    }
}

fn bytes_of(keys: &[Key]) -> Vec<&[u8]> {
    keys.iter().map(|key| &key.as_bytes()[..]).collect()
}

/// Returns `None` for a row whose key has another length.
fn entry(row: &PgRow) -> Result<Option<(Key, Vec<u8>)>> {
    let key = Key::try_from(row.try_get::<&[u8], _>(0)?).ok();
    let envelope = row.try_get::<&[u8], _>(1)?;
    Ok(key.map(|key| (key, envelope.to_vec())))
}

fn keys(rows: &[PgRow]) -> Result<Vec<Key>> {
    let keys = rows.iter().map(|row| row.try_get::<&[u8], _>(0));
    let keys = keys.collect::<Result<Vec<_>>>()?;
    let keys = keys.into_iter().filter_map(|key| Key::try_from(key).ok());
    Ok(keys.collect())
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
