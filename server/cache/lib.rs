//! What has been worked out is kept: bytes in, bytes out.
//!
//! Nothing here knows what the bytes mean, and nothing here can make an answer wrong, only fast: whatever goes wrong is
//! a [`Lookup::Fault`], which callers treat as a miss and count as a fault. Entries are never changed, only replaced by
//! equal ones, because a [`Key`] is a hash of all that its entry depends on.
//!
//! - [`TieredCache`] is what the server and the command line use: memory over a local file over a team's cache, one
//!   lookup per key at a time, writes behind the caller's back.
//! - [`Memory`] is a map bounded in bytes; its lookups never wait.
//! - [`SqliteCache`] is the local file, [`Archive`] one that is only read, such as a backup.
//! - [`copy`] takes entries from any of them to any other.
//! - [`ledger`] is what may be spent on a language model: there a fault is not a miss but a no.
//! - [`envelope`] is the form of an entry outside of memory.
//! - `team` is what only a team's cache needs: Postgres, HTTP and its server, behind seals. A build without the feature
//!   `team` reads what a configuration says of a team's cache, and has none.
//!
//! This is the only crate that knows `sqlx`, `reqwest` and `axum`.

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

/// The tables of a database and how to get to them, which whoever opens one hands in: only the published package's root
/// can embed its folder of migrations.
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

/// Whether this build can use a team's cache.
pub const HAS_TEAM: bool = cfg!(feature = "team");

/// What a build that can't says when it is asked to.
pub const NO_TEAM: &str =
    "this build doesn't support team caches; install it with the feature `team`";

/// Entries read at once when everything is read.
const PAGE: usize = 500;

/// What is kept under a key: bytes that only their maker can read. Clones share them.
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

/// Where an entry was found, from the fastest to the slowest.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    Memory,
    Local,
    Remote,
}

/// The answer to one key. A fault is not a miss: callers go on alike, but statistics must tell a broken cache from a
/// cold one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lookup {
    Hit(Entry, Tier),
    Miss,
    Fault(FaultKind),
}

impl Lookup {
    /// The entry, if there is one; whoever only wants to know whether to compute asks this.
    pub fn entry(self) -> Option<Entry> {
        match self {
            Lookup::Hit(entry, _) => Some(entry),
            Lookup::Miss | Lookup::Fault(_) => None,
        }
    }
}

/// What a cache may keep.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of the file.
    pub bytes: u64,
    /// Time since an entry was last used.
    pub age: Duration,
    pub policy: Policy,
}

/// What goes first where there is too much.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Policy {
    #[default]
    LeastRecentlyUsed,
    /// What was stored first.
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

/// What a cache holds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize)]
pub struct Holdings {
    pub entries: u64,
    /// Bytes of the envelopes, without what the cache needs beside them.
    pub envelope_bytes: u64,
    /// Bytes on the disk, with everything.
    pub disk_bytes: u64,
}

/// What a check found.
#[derive(Clone, PartialEq, Eq, Default, Debug, serde::Serialize)]
pub struct Findings {
    pub entries: u64,
    /// Entries that don't match their checksums.
    pub damaged: u64,
    /// What the database says about its own structure; empty if it is sound.
    pub problems: Vec<String>,
}

/// Entries as they follow each other in a cache, and what was left out between them.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Page {
    pub entries: Vec<(Key, Entry)>,
    /// Entries that are damaged, or whose seals can't be believed.
    pub damaged: u64,
    /// Where the next page goes on; `None` at the end.
    pub last: Option<Key>,
}

/// A place that keeps entries. One key is a batch of one. Every call may be dropped half way without harm.
#[async_trait]
pub trait Cache: Send + Sync {
    /// One answer per key, in the keys' order.
    async fn get_many(&self, keys: &[Key]) -> Vec<Lookup>;
    /// `Ok` means that all entries are where another process finds them.
    async fn put_many(&self, entries: &[(Key, Entry)]) -> Result<(), Fault>;
    /// How many of the keys had an entry.
    async fn remove(&self, keys: &[Key]) -> Result<u64, Fault>;
    /// At most `limit` entries above `after`, in the order of their keys. A page may have no entry and not be the last.
    async fn page(&self, after: Option<Key>, limit: usize) -> Result<Page, Fault>;
    /// Removes what is above the limits; how many entries that were.
    async fn prune(&self, limits: Limits) -> Result<u64, Fault>;
    /// Removes everything; how many entries that were.
    async fn clear(&self) -> Result<u64, Fault>;
    async fn stats(&self) -> Result<Holdings, Fault>;

    /// Whether entries of this name belong here.
    fn takes(&self, key: &Key) -> bool {
        let _ = key;
        true
    }

    /// At most `limit` entries above `after`, in the order of their keys; none only at the end. Damaged ones are left out.
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

    /// Reads everything.
    async fn check(&self) -> Result<Findings, Fault> {
        read_all(self).await
    }

    /// The last fault of this kind in full, of which a lookup has only the kind.
    fn last_fault(&self, kind: FaultKind) -> Fault {
        kind.into()
    }

    /// Whether the entry of this key is one of the few that are computed again and compared.
    fn is_sample(&self, _key: &Key) -> bool {
        false
    }

    /// The entry of this key was wrong: believes its signer no more, and says who that is.
    fn distrust(&self, _key: &Key) -> Option<KeyId> {
        None
    }

    /// Believes this signer no more.
    fn quarantine(&self, _signer: KeyId) {}
}

/// Reads every entry; how many there are, and how many are damaged.
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

/// Which cache to use, as the configuration says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum CacheBackend {
    Sqlite(PathBuf),
    Postgres(Remote),
    Http(Remote),
}

impl CacheBackend {
    /// Opens the cache, and creates it if it isn't there; `schema` is that of a local file.
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

    /// The budget of the team whose cache this is; a file is nobody's but this machine's. Sends nothing yet.
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

/// As the root embeds it, for the tests of this crate.
#[cfg(test)]
static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/sqlite");
#[cfg(test)]
static LEDGER: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/ledger");
