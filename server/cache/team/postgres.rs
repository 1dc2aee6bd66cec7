//! A team's cache in PostgreSQL.
//!
//! **Calls** are batches: one statement for up to a thousand keys or five hundred rows. Each call has a client-side deadline,
//! because a hung server doesn't enforce its own; `statement_timeout` only frees the server from statements that nothing waits
//! for.
//!
//! **Rows.** A row is a namespace, a key and a sealed envelope, created by [`Sealed`]. Rows are added and removed, never
//! changed, and clients never alter the schema: only [`mod@setup`] does, when an administrator runs it.
//!
//! **Rights** are enforced by the database, row by row; `migrations/postgres` defines the roles. Entries are only trusted with
//! a signature, whoever stored them.

mod address;
mod connections;
mod fault;
mod ledger;
mod setup;
mod table;

use std::sync::Arc;

use async_trait::async_trait;

use super::seal::SEAL;
use crate::{Fault, FaultKind, Fetched, Holdings, Key, Limits, Namespace, Remote, Sealed, Shelf};
use crate::{Policy, envelope};
use connections::Connections;
pub use ledger::PostgresLedger;
pub use setup::setup;
use table::{Delete, Fetch, First, Found, Keys, List, Old, Store, Totals};

/// Maximum keys per SELECT.
const KEYS: usize = 1_000;
/// Maximum rows per INSERT or DELETE, which bounds how long they are locked.
const ROWS: usize = 500;
/// Maximum bytes per INSERT, unless a single row is larger.
const BYTES: usize = 8 << 20;
/// Maximum keys to read at once of rows to remove.
const DOOMED: usize = 20_000;
/// Target size in percent of the limit, so that a namespace doesn't exceed it again immediately.
const TARGET_PERCENT: u64 = 90;
/// Maximum length of a sealed envelope in bytes.
const MAX_LENGTH: usize = envelope::MAX_LENGTH + 24 + SEAL;

/// A team's cache in PostgreSQL, which verifies what it reads and signs what it writes.
pub type PostgresCache = Sealed<PostgresShelf>;

impl PostgresCache {
    /// Reads the settings and secrets, possibly from a password manager. Connects lazily, so an unreachable server isn't a
    /// fault yet.
    pub async fn new(remote: &Remote) -> Result<PostgresCache, Fault> {
        let shelf = PostgresShelf::new(remote).await?;
        let seal = remote.seal().await?;
        Ok(Sealed::over(shelf, seal, remote.sample_one_in))
    }
}

/// One namespace of the table.
pub struct PostgresShelf {
    connections: Arc<Connections>,
    namespace: Namespace,
}

impl PostgresShelf {
    /// Like [`PostgresCache::new`], without seals.
    pub async fn new(remote: &Remote) -> Result<PostgresShelf, Fault> {
        Ok(PostgresShelf {
            connections: Connections::new(remote).await?,
            namespace: remote.namespace.clone(),
        })
    }

    /// Returns another namespace of the same table, which shares the connections.
    #[must_use]
    pub fn with_namespace(&self, namespace: Namespace) -> PostgresShelf {
        PostgresShelf {
            connections: Arc::clone(&self.connections),
            namespace,
        }
    }

    pub fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// Removes rows in small batches, so that locks are short.
    async fn sweep(&self, keys: &[Key]) -> Result<u64, Fault> {
        let mut removed = 0;
        for keys in keys.chunks(ROWS) {
            let namespace = self.namespace.as_str();
            removed += self.connections.run(&Delete { namespace, keys }).await?;
        }
        Ok(removed)
    }

    async fn sweep_old(&self, limits: Limits) -> Result<u64, Fault> {
        let errand = Old {
            namespace: self.namespace.as_str(),
            seconds: limits.age.as_secs_f64(),
            limit: DOOMED,
        };
        let mut removed = 0;
        loop {
            let keys = self.connections.run_long(&errand).await?;
            let now = self.sweep(&keys).await?;
            removed += now;
            // Ends as well if others are removing the same rows.
            if keys.len() < DOOMED || now == 0 {
                return Ok(removed);
            }
        }
    }

    async fn sweep_first(&self, policy: Policy, mut excess: u64) -> Result<u64, Fault> {
        let mut removed = 0;
        while excess > 0 {
            let errand = First {
                namespace: self.namespace.as_str(),
                policy,
                bytes: excess,
                limit: DOOMED,
            };
            let (keys, bytes) = self.connections.run_long(&errand).await?;
            let now = self.sweep(&keys).await?;
            removed += now;
            excess = excess.saturating_sub(bytes);
            if now == 0 {
                break;
            }
        }
        Ok(removed)
    }
}

#[async_trait]
impl Shelf for PostgresShelf {
    async fn fetch(&self, keys: &[Key]) -> Vec<Fetched> {
        let deadline = self.connections.deadline();
        let mut answers = Vec::with_capacity(keys.len());
        for chunk in keys.chunks(KEYS) {
            let errand = Fetch {
                namespace: self.namespace.as_str(),
                keys: chunk,
            };
            match self.connections.run_until(deadline, &errand).await {
                Ok(found) => answers.extend(chunk.iter().map(|key| answer(&found, key))),
                // After a fault, the remaining batches aren't tried.
                Err(fault) => {
                    answers.resize(keys.len(), Err(fault.kind()));
                    break;
                }
            }
        }
        answers
    }

    async fn store(&self, rows: &[(Key, Vec<u8>)]) -> Result<u64, Fault> {
        let is_too_large = |(_, envelope): &(Key, Vec<u8>)| envelope.len() > MAX_LENGTH;
        if rows.iter().any(is_too_large) {
            return Err(self.connections.note(FaultKind::TooLarge.into()));
        }
        let mut sorted: Vec<_> = rows.iter().collect();
        sorted.sort_unstable_by_key(|(key, _)| *key.as_bytes());
        let mut rest = &sorted[..];
        let mut added = 0;
        while !rest.is_empty() {
            let (rows, later) = rest.split_at(batch(rest));
            let namespace = self.namespace.as_str();
            added += self.connections.run(&Store { namespace, rows }).await?;
            rest = later;
        }
        Ok(added)
    }

    async fn remove(&self, keys: &[Key]) -> Result<u64, Fault> {
        self.sweep(keys).await
    }

    async fn list(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>, Fault> {
        let mut rows = Vec::new();
        let mut after = after;
        while rows.len() < limit {
            let limit = KEYS.min(limit - rows.len());
            let namespace = self.namespace.as_str();
            let errand = List {
                namespace,
                after,
                limit,
            };
            let mut page = self.connections.run(&errand).await?;
            let is_last = page.len() < limit;
            after = page.last().map(|(key, _)| *key);
            rows.append(&mut page);
            if is_last {
                break;
            }
        }
        Ok(rows)
    }

    /// Uses the age of rows and the total bytes of the namespace's envelopes. The last use of entries isn't recorded, so the
    /// least recently used entry is the oldest.
    async fn prune(&self, limits: Limits) -> Result<u64, Fault> {
        let removed = self.sweep_old(limits).await?;
        let namespace = self.namespace.as_str();
        let (_, bytes, _) = self.connections.run_long(&Totals { namespace }).await?;
        if bytes <= limits.bytes {
            return Ok(removed);
        }
        let target = limits.bytes / 100 * TARGET_PERCENT;
        let more = self.sweep_first(limits.policy, bytes - target).await?;
        Ok(removed + more)
    }

    async fn clear(&self) -> Result<u64, Fault> {
        let mut removed = 0;
        let mut after = None;
        loop {
            let errand = Keys {
                namespace: self.namespace.as_str(),
                after,
                limit: DOOMED,
            };
            let keys = self.connections.run(&errand).await?;
            removed += self.sweep(&keys).await?;
            after = keys.last().copied();
            if after.is_none() {
                return Ok(removed);
            }
        }
    }

    /// Disk bytes are those of the whole table, with all namespaces.
    async fn stats(&self) -> Result<Holdings, Fault> {
        let namespace = self.namespace.as_str();
        let (entries, envelope_bytes, disk_bytes) =
            self.connections.run_long(&Totals { namespace }).await?;
        Ok(Holdings {
            entries,
            envelope_bytes,
            disk_bytes,
        })
    }

    fn last_fault(&self, kind: FaultKind) -> Fault {
        self.connections.last_fault(kind)
    }
}

fn answer(found: &Found, key: &Key) -> Fetched {
    match found.envelopes.get(key) {
        Some(envelope) => Ok(Some(envelope.clone())),
        None if found.is_whole => Ok(None),
        None => Err(FaultKind::TooLarge),
    }
}

/// Returns the number of rows for the next statement.
fn batch(rows: &[&(Key, Vec<u8>)]) -> usize {
    let mut bytes = 0;
    let fits = rows.iter().take(ROWS).take_while(|(_, envelope)| {
        bytes += envelope.len();
        bytes <= BYTES
    });
    fits.count().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u8, length: usize) -> (Key, Vec<u8>) {
        (Key::from([number; 32]), vec![0; length])
    }

    #[test]
    fn batches_are_bounded_in_rows_and_bytes() {
        let small = row(1, 10);
        assert_eq!(batch(&[&small; 2_000]), ROWS);
        assert_eq!(batch(&[&small]), 1);
        let large = row(2, 3 << 20);
        assert_eq!(batch(&[&large; 10]), 2);
        let huge = row(3, BYTES + 1);
        assert_eq!(batch(&[&huge, &small]), 1);
    }
}
