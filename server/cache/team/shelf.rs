//! A team's cache with sealed entries.
//!
//! A [`Shelf`] stores bytes without interpreting them: Postgres, an HTTP server, or the file of such a server. [`Sealed`] turns
//! one into a [`Cache`]: what it reads was signed by a trusted signer, and what it writes is signed. The rest of the program
//! has no other access.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use rayon::prelude::*;

use crate::KeyId;
use crate::envelope::{Decoder, Encoder};
use crate::locks::lock;
use crate::{Cache, Entry, Fault, FaultKind, Holdings, Key, Limits, Lookup, Page, Seal, Tier};

/// Sealed bytes, none, or a fault.
pub type Fetched = Result<Option<Vec<u8>>, FaultKind>;

/// Stores the sealed envelopes of one namespace unchanged. Rows are never replaced: the first to store under a key wins, and
/// the others succeed as well.
#[async_trait]
pub trait Shelf: Send + Sync {
    /// Returns one result per key, in the same order.
    async fn fetch(&self, keys: &[Key]) -> Vec<Fetched>;
    /// Stores rows and returns how many are new. On success, all keys have a row that others can read.
    async fn store(&self, rows: &[(Key, Vec<u8>)]) -> Result<u64, Fault>;
    /// Removes the keys and returns how many had a row.
    async fn remove(&self, keys: &[Key]) -> Result<u64, Fault>;
    /// Returns at most `limit` rows above `after`, in key order; fewer only at the end.
    async fn list(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>, Fault>;
    /// Removes rows above the limits and returns how many.
    async fn prune(&self, limits: Limits) -> Result<u64, Fault>;
    async fn clear(&self) -> Result<u64, Fault>;
    async fn stats(&self) -> Result<Holdings, Fault>;
    /// Returns the last fault of this kind, in full and without secrets.
    fn last_fault(&self, kind: FaultKind) -> Fault;
}

/// Rows whose signatures are verified by one equation. More would hardly be cheaper, and one wrong signature invalidates all.
const TOGETHER: usize = 64;
/// Minimum number of rows for opening them on all cores, off the runtime's threads.
const MANY: usize = 32;

/// A shelf whose rows are sealed and opened by a seal.
pub struct Sealed<S> {
    shelf: S,
    seal: Arc<Seal>,
    samples: Samples,
}

impl<S: Shelf> Sealed<S> {
    /// Samples one in `sample_one_in` keys.
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

    /// Seals entries, to be stored later. Private entries are never sealed.
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

    /// Opens rows in order.
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

/// The signers of hits, and the sample to compute again. The sample is unpredictable and differs in every process.
struct Samples {
    salt: [u8; 32],
    one_in: u32,
    signers: Mutex<HashMap<Key, KeyId>>,
}

/// Maximum hits whose signers are remembered; far more than the files of a project.
const SIGNERS: usize = 100_000;

impl Samples {
    fn new(one_in: u32) -> Samples {
        let mut salt = [0; 32];
        // Without randomness the sample is predictable, but still taken.
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
