//! A team's cache in PostgreSQL.
//!
//! **Calls.** Everything is a batch: one statement for up to a thousand keys or five hundred rows. Each call has a
//! deadline of its own on this side, because a server that froze keeps no promise about its own; `statement_timeout`
//! only frees the server from what nobody waits for any more.
//!
//! **Rows.** A row is a namespace, a key and a sealed envelope, as [`Sealed`] makes it. Rows are added and removed, never
//! changed, and clients never alter the schema: [`setup`] does, when an administrator says so.
//!
//! **Rights** are the database's to enforce, row by row; `migrations/postgres` says which role may do what. What was
//! stored by whoever may is still not believed without a signature.

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

/// Keys of one SELECT.
const KEYS: usize = 1_000;
/// Rows of one INSERT or DELETE; nobody waits long for a lock on so few.
const ROWS: usize = 500;
/// Bytes of one INSERT, unless a single row is larger.
const BYTES: usize = 8 << 20;
/// Keys of rows to be removed that are read at once.
const DOOMED: usize = 20_000;
/// Above the limit a namespace is brought to this share of it, so that it isn't above it again at once.
const TARGET_PERCENT: u64 = 90;
/// The longest sealed envelope.
const MAX_LENGTH: usize = envelope::MAX_LENGTH + 24 + SEAL;

/// A team's cache in PostgreSQL: what it reads is verified, and what it writes is signed.
pub type PostgresCache = Sealed<PostgresShelf>;

impl PostgresCache {
    /// Reads the settings and secrets, which may ask a password manager. The first call that needs a connection makes
    /// it, so a server that is down is no fault yet.
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
    /// As [`PostgresCache::new`], without seals.
    pub async fn new(remote: &Remote) -> Result<PostgresShelf, Fault> {
        Ok(PostgresShelf {
            connections: Connections::new(remote).await?,
            namespace: remote.namespace.clone(),
        })
    }

    /// Another namespace of the same table, over the same connections.
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

    /// Removes rows in small batches, so that nobody waits for them.
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
            // What somebody else removes meanwhile is not to be waited for.
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
                // Who failed once is not asked for the rest.
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

    /// The age is that of the row and the bytes are those of the namespace's envelopes. When an entry was last used is
    /// not written down, so the least recently used one is the oldest.
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

    /// The bytes on the disk are those of the whole table, with all namespaces.
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

/// How many of the rows go into the next statement.
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
