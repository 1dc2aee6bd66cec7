//! What the server and the command line use: memory over the local file.
//!
//! Opening a store never fails and touches no disk; the file is opened by the first lookup that memory can't answer.
//! Whatever goes wrong with it later, lookups become faults or misses, writes are dropped, and a person reads one
//! warning that says what to do.
//!
//! A hit in the file fills memory before anyone is told of it, so a second lookup of a key sends no SQL statement, and
//! neither does one that comes while the first is under way. Writes go to memory at once and to the file behind the
//! caller's back.

mod flights;
mod gate;
mod queue;
mod statistics;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::envelope::MAX_LENGTH;
use super::{
    Cache, Entry, Fault, FaultKind, Findings, Holdings, Key, Limits, Lookup, Memory, Policy,
    SqliteCache, Tier,
};
use flights::Flights;
use gate::{Gate, Verdict};
use queue::{Bound, Queue};
use statistics::Counters;

pub use statistics::TieredStats;

/// Who waits for the store.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Mode {
    /// A person who types: a slow cache is a fault, and a full queue drops.
    #[default]
    Server,
    /// A run that ends: lookups and writes get their time, and nothing is dropped that could be written.
    CommandLine,
}

impl Mode {
    /// How long a batch of lookups may take.
    fn patience(self, keys: usize) -> Duration {
        match self {
            Mode::Server => {
                Duration::from_millis(250)
                    + Duration::from_micros(200) * keys.try_into().unwrap_or(u32::MAX)
            }
            Mode::CommandLine => {
                Duration::from_secs(5)
                    + Duration::from_millis(1) * keys.try_into().unwrap_or(u32::MAX)
            }
        }
    }
}

/// How a store is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TieredOptions {
    /// The local file; without one there is memory only.
    pub path: Option<PathBuf>,
    /// Bytes of entries in memory.
    pub memory_bytes: usize,
    /// Bytes of the local file.
    pub disk_bytes: u64,
    /// How long entries are kept without being used.
    pub max_age: Duration,
    pub mode: Mode,
}

impl Default for TieredOptions {
    fn default() -> TieredOptions {
        let Limits { bytes, age, .. } = Limits::default();
        TieredOptions {
            path: None,
            memory_bytes: 4 << 20,
            disk_bytes: bytes,
            max_age: age,
            mode: Mode::Server,
        }
    }
}

/// Entries in a transaction when nobody waits for the next.
const FLUSH: usize = 1000;
/// How often a long-lived store asks whether upkeep is due.
const UPKEEP_EVERY: Duration = Duration::from_hours(1);
const QUEUE: Bound = Bound {
    entries: 10_000,
    bytes: 32 << 20,
};

/// Memory over the local file. Needs a tokio runtime with its timer, of either flavour, only where it says `async`.
pub struct TieredCache {
    shared: Arc<Shared>,
    writer: AtomicBool,
}

struct Shared {
    options: TieredOptions,
    memory: Memory,
    local: Option<SqliteCache>,
    flights: Flights,
    reads: Gate,
    writes: Gate,
    queue: Queue,
    /// Held from taking entries out of the queue until they are written, so that a flush misses none.
    writing: tokio::sync::Mutex<()>,
    counters: Counters,
    degraded: Mutex<Option<String>>,
    /// When it was last asked whether upkeep is due.
    upkeep: Mutex<Option<Instant>>,
    closed: AtomicBool,
}

impl TieredCache {
    pub fn open(options: TieredOptions) -> TieredCache {
        let shared = Shared {
            memory: Memory::new(options.memory_bytes),
            local: options.path.as_ref().map(SqliteCache::at),
            flights: Flights::default(),
            reads: Gate::default(),
            writes: Gate::default(),
            queue: Queue::new(QUEUE),
            writing: tokio::sync::Mutex::default(),
            counters: Counters::default(),
            degraded: Mutex::default(),
            upkeep: Mutex::default(),
            closed: AtomicBool::new(false),
            options,
        };
        TieredCache {
            shared: Arc::new(shared),
            writer: AtomicBool::new(false),
        }
    }

    /// What memory has; never waits. Counts hits only, as whoever gets nothing asks [`TieredCache::get_many`] next.
    pub fn get(&self, key: &Key) -> Option<Entry> {
        let entry = self.shared.memory.get(key)?;
        self.shared
            .counters
            .count(&Lookup::Hit(entry.clone(), Tier::Memory));
        Some(entry)
    }

    /// One answer per key, in the keys' order, from the fastest tier that has it.
    pub async fn get_many(&self, keys: &[Key]) -> Vec<Lookup> {
        let answers = self.shared.get_many(keys).await;
        for answer in &answers {
            self.shared.counters.count(answer);
        }
        answers
    }

    /// Keeps the entry in memory now and in the file soon. May be called from any thread.
    pub fn put(&self, key: Key, entry: Entry) {
        self.shared.memory.insert(key, entry.clone());
        if self.shared.local.is_none() {
            return;
        }
        if entry.len() > MAX_LENGTH {
            self.shared.counters.write_fault(FaultKind::TooLarge);
            Counters::add(&self.shared.counters.dropped, 1);
            return;
        }
        if self.shared.options.mode == Mode::Server && self.shared.queue.is_full() {
            Counters::add(&self.shared.counters.dropped, 1);
            return;
        }
        self.shared.queue.push(key, entry);
        self.start_writer();
    }

    /// As [`TieredCache::put`] for each; on the command line it waits when too much is on its way.
    pub async fn put_many(&self, entries: Vec<(Key, Entry)>) {
        for (key, entry) in entries {
            if self.shared.options.mode == Mode::CommandLine && self.shared.queue.len() >= FLUSH {
                self.shared.write_some(FLUSH).await;
            }
            self.put(key, entry);
        }
    }

    /// Writes what is on its way; `false` if the deadline passed before everything was.
    pub async fn flush(&self, deadline: Duration) -> bool {
        tokio::time::timeout(deadline, self.shared.drain())
            .await
            .is_ok()
    }

    /// Flushes, does what is due in upkeep, and closes the file so that a copy of it is complete.
    pub async fn close(&self, deadline: Duration) -> bool {
        tokio::time::timeout(deadline, self.shared.finish())
            .await
            .is_ok()
    }

    /// What a person should read, each once: why there is memory only, what was moved aside.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = self
            .shared
            .local
            .as_ref()
            .map(SqliteCache::notices)
            .unwrap_or_default();
        warnings.extend(
            self.shared
                .degraded
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        );
        warnings
    }

    pub fn stats(&self) -> TieredStats {
        TieredStats {
            entries: self.shared.memory.entries() as u64,
            bytes: self.shared.memory.bytes() as u64,
            ..self.shared.counters.read()
        }
    }

    /// SQL statements sent so far.
    pub fn statements(&self) -> u64 {
        self.shared
            .local
            .as_ref()
            .map_or(0, SqliteCache::statements)
    }

    /// The local file, if there is to be one.
    pub fn path(&self) -> Option<&Path> {
        self.shared.local.as_ref().map(SqliteCache::path)
    }

    /// The fastest tier that has the key; counts as no lookup.
    pub async fn locate(&self, key: &Key) -> Result<Option<Tier>, Fault> {
        if self.shared.memory.contains(key) {
            return Ok(Some(Tier::Memory));
        }
        let Some(local) = &self.shared.local else {
            return Ok(None);
        };
        Ok(local.contains(key).await?.then_some(Tier::Local))
    }

    /// What the local file holds; nothing, if there is none.
    pub async fn holdings(&self) -> Result<Holdings, Fault> {
        match &self.shared.local {
            Some(local) => local.stats().await,
            None => Ok(Holdings::default()),
        }
    }

    /// Reads the whole local file.
    pub async fn check(&self) -> Result<Findings, Fault> {
        match &self.shared.local {
            Some(local) => local.check().await,
            None => Ok(Findings::default()),
        }
    }

    /// Removes what is above the limits from the local file; how many entries that were.
    pub async fn prune(&self) -> Result<u64, Fault> {
        match &self.shared.local {
            Some(local) => local.prune(self.shared.limits()).await,
            None => Ok(0),
        }
    }

    /// Forgets everything, in memory and in the file; how many entries were in the file.
    pub async fn clear(&self) -> Result<u64, Fault> {
        let _writing = self.shared.writing.lock().await;
        self.shared.queue.clear();
        self.shared.memory.clear();
        match &self.shared.local {
            Some(local) => local.clear().await,
            None => Ok(0),
        }
    }

    /// The task lives on whichever runtime was there first. If that ends, whoever flushes writes the rest.
    fn start_writer(&self) {
        if self.writer.load(Ordering::Relaxed) {
            return;
        }
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if !self.writer.swap(true, Ordering::AcqRel) {
            runtime.spawn(write_behind(Arc::clone(&self.shared)));
        }
    }
}

impl Drop for TieredCache {
    fn drop(&mut self) {
        self.shared.closed.store(true, Ordering::Release);
        self.shared.queue.wake();
    }
}

async fn write_behind(shared: Arc<Shared>) {
    while !shared.closed.load(Ordering::Acquire) {
        shared.queue.ripen().await;
        while shared.write_some(queue::BATCH).await {}
        if shared.options.mode == Mode::Server {
            shared.upkeep().await;
        }
    }
}

impl Shared {
    async fn get_many(&self, keys: &[Key]) -> Vec<Lookup> {
        let (mut answers, open) = self.remember_all(keys);
        let Some(local) = &self.local else {
            return answers;
        };
        if open.is_empty() {
            return answers;
        }
        let wanted: Vec<Key> = open.iter().map(|index| keys[*index]).collect();
        for (index, answer) in open.into_iter().zip(self.share(local, &wanted).await) {
            answers[index] = answer;
        }
        answers
    }

    /// What memory has of the keys, and the places of those that it doesn't have.
    fn remember_all(&self, keys: &[Key]) -> (Vec<Lookup>, Vec<usize>) {
        let answers: Vec<_> = keys.iter().map(|key| self.remember(key)).collect();
        let open = (0..keys.len()).filter(|index| answers[*index] == Lookup::Miss);
        let open = open.collect();
        (answers, open)
    }

    fn remember(&self, key: &Key) -> Lookup {
        self.memory
            .get(key)
            .map_or(Lookup::Miss, |entry| Lookup::Hit(entry, Tier::Memory))
    }

    /// Looks up what nobody else is looking up, and waits for others for the rest.
    async fn share(&self, local: &SqliteCache, keys: &[Key]) -> Vec<Lookup> {
        let (flight, followers) = self.flights.board(keys);
        // In the order of the keys, without those that are followed.
        let own: Arc<[Lookup]> = self.fetch(local, flight.keys()).await.into();
        flight.land(Arc::clone(&own));
        let mut own = own.iter().cloned();
        let mut followers = followers.into_iter().peekable();
        let mut answers = Vec::with_capacity(keys.len());
        for (place, key) in keys.iter().enumerate() {
            let answer = match followers.next_if(|(followed, _)| *followed == place) {
                Some((_, follower)) => follower.wait().await,
                None => own.next(),
            };
            answers.push(match answer {
                Some(answer) => answer,
                None => self
                    .fetch(local, &[*key])
                    .await
                    .pop()
                    .unwrap_or(Lookup::Miss),
            });
        }
        answers
    }

    /// Asks memory once more, as the keys may have landed since, and then the file.
    async fn fetch(&self, local: &SqliteCache, keys: &[Key]) -> Vec<Lookup> {
        let (mut answers, open) = self.remember_all(keys);
        if open.is_empty() {
            return answers;
        }
        let wanted: Vec<Key> = open.iter().map(|index| keys[*index]).collect();
        for (index, answer) in open.into_iter().zip(self.ask(local, &wanted).await) {
            if let Lookup::Hit(entry, _) = &answer {
                self.memory.insert(keys[index], entry.clone());
            }
            answers[index] = answer;
        }
        answers
    }

    async fn ask(&self, local: &SqliteCache, keys: &[Key]) -> Vec<Lookup> {
        if let Err(kind) = self.reads.open() {
            return vec![Lookup::Fault(kind); keys.len()];
        }
        let patience = self.options.mode.patience(keys.len());
        let answers = tokio::time::timeout(patience, local.get_many(keys)).await;
        let answers =
            answers.unwrap_or_else(|_| vec![Lookup::Fault(FaultKind::Timeout); keys.len()]);
        let worst = answers.iter().find_map(|answer| match answer {
            Lookup::Fault(kind) if *kind != FaultKind::Checksum => Some(*kind),
            _ => None,
        });
        match worst {
            None => self.reads.passed(),
            Some(kind) => self.failed(&self.reads, &local.last_fault(kind)),
        }
        answers
    }

    /// Writes at most `count` entries; whether there is more to write.
    async fn write_some(&self, count: usize) -> bool {
        let Some(local) = &self.local else {
            return false;
        };
        let _writing = self.writing.lock().await;
        let entries = self.queue.pop(count);
        if entries.is_empty() {
            return false;
        }
        let mut unwritten = Unwritten {
            counters: &self.counters,
            count: entries.len(),
        };
        if let Err(kind) = self.writes.open() {
            self.counters.write_fault(kind);
            return true;
        }
        match local.put_many(&entries).await {
            Ok(()) => {
                unwritten.count = 0;
                Counters::add(&self.counters.written, entries.len());
                self.writes.passed();
            }
            Err(fault) => {
                self.counters.write_fault(fault.kind());
                self.failed(&self.writes, &fault);
            }
        }
        true
    }

    async fn drain(&self) {
        while self.write_some(FLUSH).await {}
        let Some(local) = &self.local else { return };
        if self.writes.open().is_ok()
            && let Err(fault) = local.settle().await
        {
            self.failed(&self.writes, &fault);
        }
    }

    async fn finish(&self) {
        self.drain().await;
        self.upkeep().await;
        if let Some(local) = &self.local {
            local.close().await;
        }
    }

    /// Only a store that has written can have made the file larger.
    async fn upkeep(&self) {
        let Some(local) = &self.local else { return };
        if self.counters.written.load(Ordering::Relaxed) == 0
            || self.writes.open().is_err()
            || !self.ask_for_upkeep()
        {
            return;
        }
        if let Err(fault) = local.upkeep(self.limits()).await {
            self.failed(&self.writes, &fault);
        }
    }

    /// The file knows whether a day has passed, but it need not be asked after every write.
    fn ask_for_upkeep(&self) -> bool {
        let mut asked = self.upkeep.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.is_some_and(|asked| asked.elapsed() < UPKEEP_EVERY) {
            return false;
        }
        *asked = Some(Instant::now());
        true
    }

    fn limits(&self) -> Limits {
        Limits {
            bytes: self.options.disk_bytes,
            age: self.options.max_age,
            policy: Policy::LeastRecentlyUsed,
        }
    }

    /// The first fault that doesn't pass is told; the others would say the same in other words.
    fn failed(&self, gate: &Gate, fault: &Fault) {
        if gate.failed(fault) == Verdict::PassesByItself {
            tracing::debug!(%fault, "cache");
            return;
        }
        let mut degraded = self.degraded.lock().unwrap_or_else(PoisonError::into_inner);
        if degraded.is_none() {
            let warning = format!("{fault}; until then results are kept in memory only");
            tracing::warn!("{warning}");
            *degraded = Some(warning);
        }
    }
}

/// Counts what was taken out of the queue and didn't reach the file, also when the write is abandoned.
struct Unwritten<'a> {
    counters: &'a Counters,
    count: usize,
}

impl Drop for Unwritten<'_> {
    fn drop(&mut self) {
        Counters::add(&self.counters.dropped, self.count);
    }
}
