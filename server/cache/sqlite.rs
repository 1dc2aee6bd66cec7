//! The local tier: one SQLite file, shared by all processes of one user.
//!
//! **Connections.** One writer and at most two readers are opened lazily and kept open, because taking one from a pool costs
//! more than the lookup. Lookups alone never create the file.
//!
//! **Locking.** The file is in WAL mode, so readers and the writer don't block each other. Write transactions are always `BEGIN
//! IMMEDIATE`, because one that starts with a read can't be retried after another writer was faster. Replacing the whole file
//! requires a lock file beside it.
//!
//! **Damage.** SQLite detects damage to its structure, and the envelopes' checksums detect damage to entries. A damaged
//! structure makes the file *suspect*: all lookups are faults from then on, and the next write examines the file, moves it
//! aside and creates a new one. Other processes notice the new file before their next write. A busy file is never replaced.
//!
//! **Compatibility.** `application_id` marks the file as RustAssistant's, and `user_version` is its last migration. Files of
//! other programs and of newer versions are left alone.

mod archive;
pub(crate) mod connection;
pub(crate) mod place;
mod upkeep;
mod vault;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex as SyncMutex};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::SqliteSynchronous;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Mutex, MutexGuard};

use super::envelope::{Decoder, Encoder};
use super::locks::lock;
use super::{
    Cache, Entry, Fault, FaultKind, Findings, Holdings, Key, Limits, Lookup, Page, Schema, read_all,
};
pub use archive::Archive;
use connection::{Deadline, Purpose};
use place::Identity;
use wire::{Chores, Wire};

/// Keys per SELECT: enough to amortise the round trip to SQLite's thread, but few enough for two readers to share the work.
const KEYS: usize = 512;
/// Maximum entries per transaction.
const ENTRIES: usize = 10_000;
/// Timeouts of a lookup and of a transaction; a file may contain views and triggers that never end.
const READ_TIME: Duration = Duration::from_secs(5);
const WRITE_TIME: Duration = Duration::from_mins(1);
/// Timeout of reading or rewriting the whole file.
const WHOLE_TIME: Duration = Duration::from_mins(10);
const UPKEEP_EVERY: Duration = Duration::from_hours(23);

/// The local file. It is opened, and found damaged, by the first call that needs it.
pub struct SqliteCache {
    path: PathBuf,
    schema: Schema,
    readers: [Mutex<Reader>; 2],
    writer: Mutex<Writer>,
    /// Incremented when the file was replaced; connections opened before are stale.
    generation: AtomicU64,
    /// The file to examine.
    suspect: SyncMutex<Option<Identity>>,
    chores: SyncMutex<Chores>,
    notices: SyncMutex<Vec<String>>,
    /// Reason why the last lookup failed; the lookup itself only returns the kind.
    last: SyncMutex<Option<Fault>>,
    statements: Arc<AtomicU64>,
    read_time: Duration,
    write_time: Duration,
}

#[derive(Default)]
struct Reader {
    held: Option<Held>,
    decoder: Decoder,
}

#[derive(Default)]
struct Writer {
    held: Option<Held>,
    encoder: Encoder,
}

struct Held {
    wire: Wire,
    deadline: Deadline,
    identity: Identity,
    generation: u64,
}

/// What a write does if the file doesn't exist.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Absent {
    Create,
    Leave,
}

impl SqliteCache {
    /// Opens the file, creating it if it doesn't exist.
    pub async fn new(path: impl Into<PathBuf>, schema: Schema) -> Result<SqliteCache, Fault> {
        let cache = SqliteCache::at(path, schema);
        cache.write(&[]).await?;
        Ok(cache)
    }

    /// Returns the cache at `path` without checking whether the file exists. Without a file, lookups are misses; the first
    /// write creates it.
    pub fn at(path: impl Into<PathBuf>, schema: Schema) -> SqliteCache {
        let path = path.into();
        SqliteCache {
            // SQLite parses names that begin with `file:` as URIs, which an absolute path never does.
            path: std::path::absolute(&path).unwrap_or(path),
            schema,
            readers: Default::default(),
            writer: Mutex::default(),
            generation: AtomicU64::new(0),
            suspect: SyncMutex::default(),
            chores: SyncMutex::default(),
            notices: SyncMutex::default(),
            last: SyncMutex::default(),
            statements: Arc::default(),
            read_time: READ_TIME,
            write_time: WRITE_TIME,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Number of SQL statements sent so far.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Notices for the user about events that aren't failures, such as moving a damaged file aside.
    pub fn notices(&self) -> Vec<String> {
        lock(&self.notices).clone()
    }

    pub async fn contains(&self, key: &Key) -> Result<bool, Fault> {
        let mut reader = self.reader().await?;
        let Some(held) = &mut reader.held else {
            return Ok(false);
        };
        let result = held.wire.contains(key).await;
        result.map_err(|error| self.failed(error, &mut reader.held))
    }

    /// Writes what lookups recorded: the last uses of entries, and damaged entries.
    pub async fn settle(&self) -> Result<(), Fault> {
        if lock(&self.chores).is_empty() {
            Ok(())
        } else {
            self.write(&[]).await
        }
    }

    /// Prunes at most once a day, unless another process is doing so; returns the number of removed entries.
    pub async fn upkeep(&self, limits: Limits) -> Result<u64, Fault> {
        let path = self.path.clone();
        let claim = move || {
            let mut lock = place::lock(&path, Duration::ZERO)?;
            if !lock.claim(UPKEEP_EVERY)? {
                return Ok(None);
            }
            place::sweep_asides(&path);
            Ok(Some(lock))
        };
        match place::off_thread(claim).await {
            Ok(Some(_lock)) => self.prune(limits).await,
            // Not due, another process's turn, or a folder that doesn't support locks.
            Ok(None) | Err(_) => Ok(0),
        }
    }

    /// Closes all connections, so that a copy of the file is complete. The next call reopens them.
    pub async fn close(&self) {
        for reader in &self.readers {
            close(&mut reader.lock().await.held).await;
        }
        close(&mut self.writer.lock().await.held).await;
    }

    /// Stores the entries after the chores, in as many transactions as needed.
    async fn write(&self, entries: &[(Key, Entry)]) -> Result<(), Fault> {
        let mut writer = self.writer(Absent::Create).await?;
        let Writer {
            held: Some(held),
            encoder,
        } = &mut *writer
        else {
            return Err(FaultKind::Io.into());
        };
        let mut chores = std::mem::take(&mut *lock(&self.chores));
        let mut rest = entries;
        let mut too_large = 0;
        while !(rest.is_empty() && chores.is_empty()) {
            let (now, later) = rest.split_at(rest.len().min(ENTRIES));
            held.deadline.put_off(self.write_time);
            match held.wire.write(encoder, now, &chores).await {
                Ok(skipped) => too_large += skipped,
                Err(error) => return Err(self.failed(error, &mut writer.held)),
            }
            chores = Chores::default();
            rest = later;
        }
        if too_large == 0 {
            Ok(())
        } else {
            Err(Fault::new(FaultKind::TooLarge).at(&self.path))
        }
    }

    async fn look_up(&self, keys: &[Key]) -> Vec<Lookup> {
        let mut reader = match self.reader().await {
            Ok(reader) => reader,
            Err(fault) => {
                let lookup = Lookup::Fault(fault.kind());
                *lock(&self.last) = Some(fault);
                return vec![lookup; keys.len()];
            }
        };
        let Reader {
            held: Some(held),
            decoder,
        } = &mut *reader
        else {
            return vec![Lookup::Miss; keys.len()];
        };
        let (mut answers, error) = held.wire.select(decoder, keys).await;
        if !answers.chores.is_empty() {
            lock(&self.chores).append(answers.chores);
        }
        if let Some(error) = error {
            let fault = self.failed(error, &mut reader.held);
            let kind = fault.kind();
            *lock(&self.last) = Some(fault);
            for lookup in answers
                .lookups
                .iter_mut()
                .filter(|lookup| **lookup == Lookup::Miss)
            {
                *lookup = Lookup::Fault(kind);
            }
        }
        answers.lookups
    }

    /// Returns a free reader, connected unless there is no file.
    async fn reader(&self) -> Result<MutexGuard<'_, Reader>, Fault> {
        if lock(&self.suspect).is_some() {
            return Err(Fault::new(FaultKind::Corrupt).at(&self.path));
        }
        let [first, second] = &self.readers;
        let free = first.try_lock().or_else(|_| second.try_lock());
        let mut reader = match free {
            Ok(reader) => reader,
            Err(_) => first.lock().await,
        };
        let generation = self.generation.load(Ordering::Acquire);
        if reader
            .held
            .as_ref()
            .is_some_and(|held| held.generation != generation)
        {
            close(&mut reader.held).await;
        }
        if reader.held.is_none() {
            reader.held = self.open(Purpose::Read).await?;
        }
        if let Some(held) = &reader.held {
            held.deadline.put_off(self.read_time);
        }
        Ok(reader)
    }

    /// Returns the writer, connected to the file that is at the path now. A damaged file is replaced first.
    async fn writer(&self, absent: Absent) -> Result<MutexGuard<'_, Writer>, Fault> {
        let mut last = Fault::new(FaultKind::Corrupt);
        for _ in 0..3 {
            self.recover().await?;
            match self.try_writer(absent).await {
                // The file is suspect now.
                Err(fault) if fault.kind() == FaultKind::Corrupt => last = fault,
                other => return other,
            }
        }
        Err(last.at(&self.path))
    }

    async fn try_writer(&self, absent: Absent) -> Result<MutexGuard<'_, Writer>, Fault> {
        let mut writer = self.writer.lock().await;
        let generation = self.generation.load(Ordering::Acquire);
        let current = place::identity(&self.path);
        if writer
            .held
            .as_ref()
            .is_some_and(|held| Some(held.identity) != current || held.generation != generation)
        {
            close(&mut writer.held).await;
            self.generation.fetch_add(1, Ordering::AcqRel);
        }
        if writer.held.is_none() {
            writer.held = self.open(Purpose::Write).await?;
        }
        if writer.held.is_none() && absent == Absent::Create {
            // Without a sync, a power failure only loses a new file.
            connection::create(&self.path, self.schema, SqliteSynchronous::Off).await?;
            self.statements.fetch_add(1, Ordering::Relaxed);
            writer.held = self.open(Purpose::Write).await?;
        }
        if let Some(held) = &writer.held {
            held.deadline.put_off(WHOLE_TIME);
        }
        Ok(writer)
    }

    /// Makes two system calls, which may wait for a disk. In a single-threaded runtime, another thread wouldn't help and takes
    /// longer to start than the calls.
    async fn inspect(&self) -> Result<Option<Identity>, Fault> {
        if Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread {
            return place::inspect(&self.path);
        }
        let path = self.path.clone();
        place::off_thread(move || place::inspect(&path)).await
    }

    async fn open(&self, purpose: Purpose) -> Result<Option<Held>, Fault> {
        let Some(identity) = self.inspect().await? else {
            return Ok(None);
        };
        self.statements.fetch_add(1, Ordering::Relaxed);
        let deadline = Deadline::default();
        let connected = match connection::connect(&self.path, purpose, self.schema).await {
            Ok(connection) => deadline.hold(connection).await,
            Err(fault) => Err(fault),
        };
        match connected {
            Ok(connection) => Ok(Some(Held {
                deadline,
                wire: Wire {
                    connection,
                    statements: Arc::clone(&self.statements),
                },
                identity,
                generation: self.generation.load(Ordering::Acquire),
            })),
            Err(fault) => {
                if fault.kind() == FaultKind::Corrupt {
                    *lock(&self.suspect) = Some(identity);
                }
                Err(fault.at(&self.path))
            }
        }
    }

    /// Records a failed statement and drops the connection, whose state is unknown: a full disk, for example, ends a
    /// transaction without sqlx noticing, which then can't begin another.
    fn failed(&self, error: sqlx::Error, held: &mut Option<Held>) -> Fault {
        let fault = connection::fault(error).at(&self.path);
        let broken = held.take_if(|_| fault.kind() != FaultKind::Busy);
        if let (Some(held), FaultKind::Corrupt) = (broken, fault.kind()) {
            *lock(&self.suspect) = Some(held.identity);
        }
        fault
    }

    /// If the file is suspect, examines it and moves it aside if it is damaged.
    async fn recover(&self) -> Result<(), Fault> {
        if lock(&self.suspect).is_none() {
            return Ok(());
        }
        // Always locked in this order.
        let [first, second] = &self.readers;
        let (mut writer, mut first, mut second) = (
            self.writer.lock().await,
            first.lock().await,
            second.lock().await,
        );
        let Some(suspect) = *lock(&self.suspect) else {
            return Ok(());
        };
        for held in [&mut writer.held, &mut first.held, &mut second.held] {
            close(held).await;
        }
        self.replace(suspect)
            .await
            .map_err(|fault| fault.at(&self.path))?;
        self.generation.fetch_add(1, Ordering::AcqRel);
        *lock(&self.suspect) = None;
        Ok(())
    }

    async fn replace(&self, suspect: Identity) -> Result<(), Fault> {
        let path = self.path.clone();
        let _lock = place::off_thread(move || place::lock(&path, Duration::from_secs(5))).await?;
        if place::identity(&self.path) != Some(suspect) {
            return Ok(());
        }
        let Some(damage) = self.damage().await? else {
            return Ok(());
        };
        let kept = place::move_aside(&self.path)?;
        let notice = format!(
            "{}: the cache was damaged ({damage}), so a new one was started; the old file is kept as {}",
            self.path.display(),
            kept.display()
        );
        tracing::warn!("{notice}");
        lock(&self.notices).push(notice);
        Ok(())
    }

    /// Returns the errors that the database reports in the file's structure.
    async fn damage(&self) -> Result<Option<String>, Fault> {
        self.statements.fetch_add(1, Ordering::Relaxed);
        let problems = match connection::connect(&self.path, Purpose::Read, self.schema).await {
            Ok(mut connection) => {
                let problems = connection::examine(&mut connection).await;
                connection::close(connection).await;
                problems
            }
            Err(fault) => Err(fault),
        };
        match problems {
            Ok(problems) => Ok(problems.into_iter().next()),
            Err(fault) if fault.kind() == FaultKind::Corrupt => Ok(Some(fault.to_string())),
            Err(fault) => Err(fault),
        }
    }
}

#[async_trait]
impl Cache for SqliteCache {
    async fn get_many(&self, keys: &[Key]) -> Vec<Lookup> {
        let mut answers = Vec::with_capacity(keys.len());
        let mut chunks = keys.chunks(KEYS);
        while let Some(chunk) = chunks.next() {
            let Some(beside) = chunks.next() else {
                answers.append(&mut self.look_up(chunk).await);
                break;
            };
            let (mut first, mut second) = futures::join!(self.look_up(chunk), self.look_up(beside));
            answers.append(&mut first);
            answers.append(&mut second);
        }
        answers
    }

    async fn put_many(&self, entries: &[(Key, Entry)]) -> Result<(), Fault> {
        match self.write(entries).await {
            // The file has just become suspect; the second attempt starts with a new one.
            Err(fault) if fault.kind() == FaultKind::Corrupt => self.write(entries).await,
            other => other,
        }
    }

    async fn remove(&self, keys: &[Key]) -> Result<u64, Fault> {
        let mut writer = self.writer(Absent::Leave).await?;
        let Some(held) = &mut writer.held else {
            return Ok(0);
        };
        let result = held.wire.delete(keys).await;
        result.map_err(|error| self.failed(error, &mut writer.held))
    }

    async fn page(&self, after: Option<Key>, limit: usize) -> Result<Page, Fault> {
        let mut reader = self.reader().await?;
        let Reader {
            held: Some(held),
            decoder,
        } = &mut *reader
        else {
            return Ok(Page::default());
        };
        let page = held.wire.page(decoder, after, limit).await;
        page.map_err(|error| self.failed(error, &mut reader.held))
    }

    async fn prune(&self, limits: Limits) -> Result<u64, Fault> {
        let mut writer = self.writer(Absent::Leave).await?;
        let Some(held) = &mut writer.held else {
            return Ok(0);
        };
        let result = held.wire.prune(limits).await;
        result.map_err(|error| self.failed(error, &mut writer.held))
    }

    async fn clear(&self) -> Result<u64, Fault> {
        *lock(&self.chores) = Chores::default();
        let mut writer = self.writer(Absent::Leave).await?;
        let Some(held) = &mut writer.held else {
            return Ok(0);
        };
        let result = held.wire.clear().await;
        result.map_err(|error| self.failed(error, &mut writer.held))
    }

    async fn stats(&self) -> Result<Holdings, Fault> {
        let mut reader = self.reader().await?;
        let Some(held) = &mut reader.held else {
            return Ok(Holdings::default());
        };
        held.deadline.put_off(WHOLE_TIME);
        let totals = held.wire.totals().await;
        let (entries, bytes) = totals.map_err(|error| self.failed(error, &mut reader.held))?;
        Ok(Holdings {
            entries: entries.unsigned_abs(),
            envelope_bytes: bytes.unsigned_abs(),
            disk_bytes: place::bytes(&self.path),
        })
    }

    async fn check(&self) -> Result<Findings, Fault> {
        Ok(Findings {
            problems: self.problems().await?,
            ..read_all(self).await?
        })
    }

    fn last_fault(&self, kind: FaultKind) -> Fault {
        let last = lock(&self.last).clone();
        last.filter(|fault| fault.kind() == kind)
            .unwrap_or_else(|| Fault::new(kind).at(&self.path))
    }
}

impl SqliteCache {
    async fn problems(&self) -> Result<Vec<String>, Fault> {
        let mut reader = self.reader().await?;
        let Some(held) = &mut reader.held else {
            return Ok(Vec::new());
        };
        held.deadline.put_off(WHOLE_TIME);
        connection::examine(&mut held.wire.connection)
            .await
            .map_err(|fault| fault.at(&self.path))
    }
}

#[cfg(test)]
impl SqliteCache {
    /// Runs an arbitrary statement on the writer's connection.
    pub(super) async fn tell_writer(&self, statement: &'static str) {
        let mut writer = self.writer(Absent::Create).await.unwrap();
        let connection = &mut writer.held.as_mut().unwrap().wire.connection;
        sqlx::raw_sql(statement).execute(connection).await.unwrap();
    }

    /// Blocks all lookups until the result is dropped.
    pub(super) async fn hold_readers(&self) -> impl Sized + '_ {
        (self.readers[0].lock().await, self.readers[1].lock().await)
    }
}

async fn close(held: &mut Option<Held>) {
    if let Some(held) = held.take() {
        connection::close(held.wire.connection).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDLESS: &str = "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) \
         SELECT CAST(i AS BLOB) AS key, i AS created, i AS used, x'00' AS envelope FROM n WHERE i < 0;";

    async fn cache(folder: &tempfile::TempDir, change: &'static str) -> SqliteCache {
        let path = folder.path().join("cache.db");
        let cache = SqliteCache::new(&path, &crate::SQLITE).await.unwrap();
        cache.tell_writer(ENDLESS).await;
        cache.tell_writer(change).await;
        cache.close().await;
        SqliteCache {
            read_time: Duration::ZERO,
            write_time: Duration::ZERO,
            ..SqliteCache::at(path, &crate::SQLITE)
        }
    }

    #[tokio::test]
    async fn a_lookup_without_an_end_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let change = "DROP TABLE entry; CREATE VIEW entry AS SELECT * FROM endless";
        let cache = cache(&folder, change).await;
        let key: Key = "0".repeat(64).parse().unwrap();
        assert_eq!(
            cache.get_many(&[key]).await,
            [Lookup::Fault(FaultKind::Timeout)]
        );
    }

    #[tokio::test]
    async fn a_write_without_an_end_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let change =
            "CREATE TRIGGER never BEFORE INSERT ON entry BEGIN SELECT created FROM endless; END";
        let cache = cache(&folder, change).await;
        let key: Key = "0".repeat(64).parse().unwrap();
        let fault = cache.put_many(&[(key, Entry::from(vec![0]))]).await;
        assert_eq!(fault.unwrap_err().kind(), FaultKind::Timeout);
    }
}
