//! Caches results: bytes in, bytes out.
//!
//! Nothing here knows what the bytes mean, and no failure makes a result wrong: it becomes a [`Lookup::Fault`], which callers
//! treat as a miss and count as a fault. Entries are never changed, only replaced by equal ones, because a [`Key`] is a hash of
//! everything that its entry depends on.
//!
//! - [`TieredCache`] is used by the server and the command line: memory in front of a local file in front of a team's cache,
//!   with single-flight lookups and writes in the background.
//! - [`Memory`] is a map bounded in bytes, whose lookups never block.
//! - [`SqliteCache`] is the local file, [`Archive`] a read-only one such as a backup.
//! - [`mod@copy`] copies entries between any two of them.
//! - [`ledger`] is the budget of language models, in which a fault isn't a miss but a refusal.
//! - [`envelope`] is the format of an entry outside of memory.
//! - `team` implements a team's cache: Postgres, HTTP and its server, with sealed entries. A build without the feature `team`
//!   parses the configuration of a team's cache, but can't use one.
//!
//! This is the only crate that depends on `sqlx`, `reqwest` and `axum`.

mod copy;
pub mod envelope;
mod fault;
mod key;
pub mod ledger;
pub mod locks;
mod memory;
mod remote;
mod secret;
mod sqlite;
#[cfg(feature = "team")]
mod team;
mod tiered;
pub mod trust;

use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use ledger::TokenLedger;
#[cfg(feature = "team")]
use ledger::{HttpLedger, PostgresLedger};

/// Migrations of a database, passed in by whoever opens one, because only the published package's root can embed its folder of
/// migrations.
pub type Schema = &'static sqlx::migrate::Migrator;

pub use copy::{Copied, CopyOptions, Resume, Stopped, Why, copy};
pub use fault::{Fault, FaultKind};
pub use key::{Key, KeyError};
pub use memory::Memory;
pub use remote::{Access, Address, Patience, Remote, Scheme};
pub use secret::{ExposeSecret, Secret, SecretString};
pub use sqlite::{Archive, SqliteCache};
pub use tiered::{
    GateState, History, Latencies, Mode, TierStats, TieredCache, TieredOptions, TieredStats,
    history,
};
pub use trust::{KeyId, Namespace, PublicKey};

#[cfg(feature = "team")]
pub use team::{
    http::{HttpCache, HttpShelf},
    postgres::{PostgresCache, PostgresShelf, setup},
    seal::{Seal, SigningKey},
    service,
    shelf::{Fetched, Sealed, Shelf},
};

/// Whether this build supports team caches.
pub const HAS_TEAM: bool = cfg!(feature = "team");

/// Error message of a build without team caches.
pub const NO_TEAM: &str =
    "this build doesn't support team caches; install it with the feature `team`";

/// Entries per page when reading everything.
const PAGE: usize = 500;

/// A cached value: bytes that only their producer can interpret. Clones share them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry(Arc<[u8]>);

impl From<Vec<u8>> for Entry {
    fn from(bytes: Vec<u8>) -> Entry {
        Entry(bytes.into())
    }
}

impl From<&[u8]> for Entry {
    fn from(bytes: &[u8]) -> Entry {
        Entry(bytes.into())
    }
}

impl Deref for Entry {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// Where an entry was found, from fastest to slowest.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    Memory,
    Local,
    Remote,
}

/// Result of looking up one key. A fault isn't a miss: callers handle both alike, but statistics must distinguish a broken
/// cache from a cold one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lookup {
    Hit(Entry, Tier),
    Miss,
    Fault(FaultKind),
}

impl Lookup {
    /// Returns the entry, if there is one, for callers that only need to know whether to compute it.
    pub fn entry(self) -> Option<Entry> {
        match self {
            Lookup::Hit(entry, _) => Some(entry),
            Lookup::Miss | Lookup::Fault(_) => None,
        }
    }
}

/// Limits of a cache.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Maximum size of the file in bytes.
    pub bytes: u64,
    /// Maximum time since an entry's last use.
    pub age: Duration,
    pub policy: Policy,
}

/// Order in which entries are evicted.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Policy {
    #[default]
    LeastRecentlyUsed,
    /// Evicts the entry that was stored first.
    Oldest,
    Largest,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            bytes: 256 << 20,
            age: Duration::from_hours(30 * 24),
            policy: Policy::default(),
        }
    }
}

/// Contents of a cache.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize)]
pub struct Holdings {
    pub entries: u64,
    /// Bytes of the envelopes, without the cache's overhead.
    pub envelope_bytes: u64,
    /// Bytes on disk, including overhead.
    pub disk_bytes: u64,
}

/// Result of a check.
#[derive(Clone, PartialEq, Eq, Default, Debug, serde::Serialize)]
pub struct Findings {
    pub entries: u64,
    /// Entries that don't match their checksum.
    pub damaged: u64,
    /// Errors that the database reports in its structure; empty if it is sound.
    pub problems: Vec<String>,
}

/// Consecutive entries of a cache, and the number that was skipped between them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Page {
    pub entries: Vec<(Key, Entry)>,
    /// Entries that are damaged or whose seals can't be trusted.
    pub damaged: u64,
    /// Where the next page continues; `None` at the end.
    pub last: Option<Key>,
}

/// Stores entries under keys. Every call is safe to cancel.
#[async_trait]
pub trait Cache: Send + Sync {
    /// Returns one result per key, in the same order.
    async fn get_many(&self, keys: &[Key]) -> Vec<Lookup>;
    /// Stores the entries; on success, other processes can read all of them.
    async fn put_many(&self, entries: &[(Key, Entry)]) -> Result<(), Fault>;
    /// Removes the keys and returns how many had an entry.
    async fn remove(&self, keys: &[Key]) -> Result<u64, Fault>;
    /// Returns at most `limit` entries above `after`, in key order. A page may be empty and not be the last.
    async fn page(&self, after: Option<Key>, limit: usize) -> Result<Page, Fault>;
    /// Removes entries above the limits and returns how many.
    async fn prune(&self, limits: Limits) -> Result<u64, Fault>;
    /// Removes all entries and returns how many.
    async fn clear(&self) -> Result<u64, Fault>;
    async fn stats(&self) -> Result<Holdings, Fault>;

    /// Whether entries with this key may be stored here.
    fn takes(&self, key: &Key) -> bool {
        let _ = key;
        true
    }

    /// Returns at most `limit` entries above `after`, in key order; empty only at the end. Damaged entries are skipped.
    async fn entries(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Entry)>, Fault> {
        let mut after = after;
        loop {
            let page = self.page(after, limit).await?;
            if page.last.is_none() || !page.entries.is_empty() {
                return Ok(page.entries);
            }
            after = page.last;
        }
    }

    /// Checks all entries.
    async fn check(&self) -> Result<Findings, Fault> {
        read_all(self).await
    }

    /// Returns the last fault of this kind in full; a lookup only has the kind.
    fn last_fault(&self, kind: FaultKind) -> Fault {
        kind.into()
    }

    /// Whether the entry is in the sample that is computed again and compared.
    fn is_sample(&self, _key: &Key) -> bool {
        false
    }

    /// Reports a wrong entry: distrusts its signer and returns it.
    fn distrust(&self, _key: &Key) -> Option<KeyId> {
        None
    }

    /// Distrusts this signer from now on.
    fn quarantine(&self, _signer: KeyId) {}
}

/// Reads all entries; counts them and the damaged ones.
async fn read_all<C: Cache + ?Sized>(cache: &C) -> Result<Findings, Fault> {
    let mut findings = Findings::default();
    let mut after = None;
    loop {
        let page = cache.page(after, PAGE).await?;
        if page.last.is_none() {
            return Ok(findings);
        }
        after = page.last;
        findings.entries += page.entries.len() as u64 + page.damaged;
        findings.damaged += page.damaged;
    }
}

/// The configured cache.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CacheBackend {
    Sqlite(PathBuf),
    Postgres(Remote),
    Http(Remote),
}

impl CacheBackend {
    /// Opens the cache, creating it if it doesn't exist; `schema` is for a local file.
    pub async fn connect(&self, schema: Schema) -> Result<Box<dyn Cache>, Fault> {
        match self {
            CacheBackend::Sqlite(path) => Ok(Box::new(SqliteCache::new(path, schema).await?)),
            #[cfg(feature = "team")]
            CacheBackend::Postgres(remote) => Ok(Box::new(PostgresCache::new(remote).await?)),
            #[cfg(feature = "team")]
            CacheBackend::Http(remote) => Ok(Box::new(HttpCache::new(remote).await?)),
            #[cfg(not(feature = "team"))]
            CacheBackend::Postgres(remote) | CacheBackend::Http(remote) => Err(no_team(remote)),
        }
    }

    /// Returns the budget of the team that owns this cache; `None` for a file, which only belongs to this machine. Sends
    /// nothing yet.
    #[cfg_attr(
        not(feature = "team"),
        allow(clippy::unused_async, reason = "only a team's ledger is opened")
    )]
    pub async fn ledger(&self) -> Result<Option<Box<dyn TokenLedger>>, Fault> {
        match self {
            CacheBackend::Sqlite(_) => Ok(None),
            #[cfg(feature = "team")]
            CacheBackend::Postgres(remote) => {
                Ok(Some(Box::new(PostgresLedger::new(remote).await?)))
            }
            #[cfg(feature = "team")]
            CacheBackend::Http(remote) => Ok(Some(Box::new(HttpLedger::new(remote).await?))),
            #[cfg(not(feature = "team"))]
            CacheBackend::Postgres(remote) | CacheBackend::Http(remote) => Err(no_team(remote)),
        }
    }
}

#[cfg(not(feature = "team"))]
fn no_team(remote: &Remote) -> Fault {
    let fault = Fault::new(FaultKind::Setting).of(&remote.address);
    fault.because(NO_TEAM)
}

/// Embedded as in the root package, for the tests of this crate.
#[cfg(test)]
static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/sqlite");
#[cfg(test)]
static LEDGER: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/ledger");
