//! A team's cache behind its seals.
//!
//! A [`Shelf`] moves bytes and understands none of them: Postgres, an HTTP server, the file behind such a server.
//! [`Sealed`] makes a [`Cache`] of one: what it reads was signed by somebody who is trusted, and what it writes is
//! signed. Nothing reaches the rest of the program around it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rayon::prelude::*;

use crate::KeyId;
use crate::envelope::{Decoder, Encoder};
use crate::locks::lock;
use crate::{Cache, Entry, Fault, FaultKind, Holdings, Key, Limits, Lookup, Page, Seal, Tier};

/// Sealed bytes, or none, or why that can't be said.
pub type Fetched = Result<Option<Vec<u8>>, FaultKind>;

/// A place of one namespace that keeps sealed envelopes as they are. Rows are never changed: the first to store under a
/// key wins, and the others are told that all is well.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// One answer per key, in the keys' order.
    async fn fetch(&self, keys: &[Key]) -> Vec<Fetched>;
    /// How many rows are new. `Ok` means that all keys have a row that others find.
    async fn store(&self, rows: &[(Key, Vec<u8>)]) -> Result<u64, Fault>;
    /// How many of the keys had a row.
    async fn remove(&self, keys: &[Key]) -> Result<u64, Fault>;
    /// At most `limit` rows above `after`, in the order of their keys; fewer than that only at the end.
    async fn list(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>, Fault>;
    /// Removes what is above the limits; how many rows that were.
    async fn prune(&self, limits: Limits) -> Result<u64, Fault>;
    async fn clear(&self) -> Result<u64, Fault>;
    async fn stats(&self) -> Result<Holdings, Fault>;
    /// The last fault of this kind, in full and without secrets.
    fn last_fault(&self, kind: FaultKind) -> Fault;
}

/// Rows whose signatures are verified by one equation. More of them are hardly cheaper, and one that is wrong costs all.
const TOGETHER: usize = 64;
/// From this many rows on they are opened by all cores, off the runtime's threads.
const MANY: usize = 32;

/// A shelf whose rows are opened and closed by a seal.
pub struct Sealed<S> {
    shelf: S,
    seal: Arc<Seal>,
    samples: Samples,
}

impl<S: Shelf> Sealed<S> {
    /// One in `sample_one_in` keys is a sample.
    pub fn over(shelf: S, seal: Seal, sample_one_in: u32) -> Sealed<S> {
        Sealed {
            shelf,
            seal: Arc::new(seal),
            samples: Samples::new(sample_one_in),
        }
    }

    pub fn shelf(&self) -> &S {
        &self.shelf
    }

    /// Sealed rows, for whoever stores them later. What is private is never sealed.
    pub fn close(&self, entries: &[(Key, Entry)]) -> Result<Vec<(Key, Vec<u8>)>, Fault> {
        let close = |encoder: &mut Encoder, (key, entry): &(Key, Entry)| {
            let sealed = self.seal.close(encoder, key, entry)?;
            Ok((*key, sealed))
        };
        if entries.iter().any(|(key, _)| key.is_private()) {
            return Err(
                Fault::new(FaultKind::Denied).because("a private entry can't leave its machine")
            );
        }
        let closed = if entries.len() < MANY {
            let mut encoder = Encoder::default();
            let closed = entries.iter().map(|entry| close(&mut encoder, entry));
            closed.collect::<Result<Vec<_>, FaultKind>>()
        } else {
            let closed = entries.par_iter().map_init(Encoder::default, close);
            closed.collect()
        };
        closed.map_err(|kind| match kind {
            FaultKind::Setting => Fault::new(kind).because(
                "to write there, `cache.team.write` must be true and `cache.team.signing_key` set",
            ),
            kind => kind.into(),
        })
    }

    /// Opens rows, in their order.
    async fn open(&self, rows: Vec<(Key, Fetched)>) -> Vec<(Key, Opened)> {
        if rows.len() < MANY {
            return open_rows(&self.seal, &mut Decoder::default(), &rows);
        }
        let seal = Arc::clone(&self.seal);
        let keys: Vec<Key> = rows.iter().map(|(key, _)| *key).collect();
        let work = move || {
            let parts = rows.par_chunks(TOGETHER);
            let open = |decoder: &mut Decoder, rows| open_rows(&seal, decoder, rows);
            let opened: Vec<_> = parts.map_init(Decoder::default, open).collect();
            opened.concat()
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(opened) => opened,
            Err(_) => keys
                .into_iter()
                .map(|key| (key, Err(FaultKind::Io)))
                .collect(),
        }
    }
}

type Opened = Result<Option<(Entry, KeyId)>, FaultKind>;

fn open_rows(seal: &Seal, decoder: &mut Decoder, rows: &[(Key, Fetched)]) -> Vec<(Key, Opened)> {
    let sealed = rows.iter().filter_map(|(key, row)| match row {
        Ok(Some(sealed)) => Some((*key, &sealed[..])),
        Ok(None) | Err(_) => None,
    });
    let sealed: Vec<_> = sealed.collect();
    let mut opened = seal.open_many(decoder, &sealed).into_iter();
    let open = |(key, row): &(Key, Fetched)| {
        let opened = match row {
            Ok(Some(_)) => opened.next().unwrap_or(Err(FaultKind::Io)).map(Some),
            Ok(None) => Ok(None),
            Err(kind) => Err(*kind),
        };
        (*key, opened)
    };
    rows.iter().map(open).collect()
}

#[async_trait]
impl<S: Shelf> Cache for Sealed<S> {
    async fn get_many(&self, keys: &[Key]) -> Vec<Lookup> {
        let rows = self.shelf.fetch(keys).await;
        let rows = keys.iter().copied().zip(rows).collect();
        let opened = self.open(rows).await;
        let lookups = opened.into_iter().map(|(key, opened)| match opened {
            Ok(Some((entry, signer))) => {
                self.samples.keep_in_mind(&key, signer);
                Lookup::Hit(entry, Tier::Remote)
            }
            Ok(None) => Lookup::Miss,
            Err(kind) => Lookup::Fault(kind),
        });
        lookups.collect()
    }

    async fn put_many(&self, entries: &[(Key, Entry)]) -> Result<(), Fault> {
        let rows = self.close(entries)?;
        self.shelf.store(&rows).await.map(drop)
    }

    fn takes(&self, key: &Key) -> bool {
        !key.is_private()
    }

    async fn remove(&self, keys: &[Key]) -> Result<u64, Fault> {
        self.shelf.remove(keys).await
    }

    async fn page(&self, after: Option<Key>, limit: usize) -> Result<Page, Fault> {
        let rows = self.shelf.list(after, limit).await?;
        let last = rows.last().map(|(key, _)| *key);
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(key, row)| (key, Ok(Some(row))))
            .collect();
        let seen = rows.len();
        let opened = self.open(rows).await.into_iter();
        let entries: Vec<_> = opened
            .filter_map(|(key, row)| Some((key, row.ok()??.0)))
            .collect();
        let damaged = (seen - entries.len()) as u64;
        Ok(Page {
            entries,
            damaged,
            last,
        })
    }

    async fn prune(&self, limits: Limits) -> Result<u64, Fault> {
        self.shelf.prune(limits).await
    }

    async fn clear(&self) -> Result<u64, Fault> {
        self.shelf.clear().await
    }

    async fn stats(&self) -> Result<Holdings, Fault> {
        self.shelf.stats().await
    }

    fn last_fault(&self, kind: FaultKind) -> Fault {
        self.shelf.last_fault(kind)
    }

    fn is_sample(&self, key: &Key) -> bool {
        self.samples.is_drawn(key)
    }

    fn distrust(&self, key: &Key) -> Option<KeyId> {
        let signer = self.samples.signer(key)?;
        self.seal.quarantine(signer);
        Some(signer)
    }

    fn quarantine(&self, signer: KeyId) {
        self.seal.quarantine(signer);
    }
}

/// Who signed what was found, and which of it is computed again: which that is nobody can foretell, and it is another
/// choice in every process.
struct Samples {
    salt: [u8; 32],
    one_in: u32,
    signers: Mutex<HashMap<Key, KeyId>>,
}

/// Hits whose signers are kept in mind; far more than one project has files.
const SIGNERS: usize = 100_000;

impl Samples {
    fn new(one_in: u32) -> Samples {
        let mut salt = [0; 32];
        // Without randomness the samples can be foretold, but they are still taken.
        getrandom::fill(&mut salt).ok();
        Samples {
            salt,
            one_in: one_in.max(1),
            signers: Mutex::default(),
        }
    }

    fn is_drawn(&self, key: &Key) -> bool {
        let hash = blake3::keyed_hash(&self.salt, key.as_bytes());
        let first = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        u32::from_le_bytes(first).is_multiple_of(self.one_in)
    }

    fn keep_in_mind(&self, key: &Key, signer: KeyId) {
        let mut signers = self.signers();
        if signers.len() >= SIGNERS {
            signers.clear();
        }
        signers.insert(*key, signer);
    }

    fn signer(&self, key: &Key) -> Option<KeyId> {
        self.signers().get(key).copied()
    }

    fn signers(&self) -> std::sync::MutexGuard<'_, HashMap<Key, KeyId>> {
        lock(&self.signers)
    }
}
