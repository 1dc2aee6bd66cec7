//! The cache of the server and the command line: memory, then the local file, then a team's cache.
//!
//! Opening it never fails and touches neither disk nor network: the file is opened by the first lookup that misses memory, the
//! team's cache by the first that misses the file. After a later failure, lookups become faults or misses, writes are dropped,
//! and the user gets one warning that says what to do.
//!
//! A hit in a slower tier fills the faster ones. Memory is filled before the result is returned, so a second lookup of a key
//! sends nothing, and neither does a concurrent one. The file is filled in the background, like all writes.
//!
//! While the user types, [`TieredCache::get_near`] is used, which never waits for a team's cache, not even for a concurrent
//! lookup in it.

mod flights;
mod gate;
mod journal;
mod layer;
mod quarantine;
mod queue;
mod statistics;
mod team;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::locks::lock;
use super::{
    Cache, CacheBackend, Entry, Fault, Holdings, Key, Limits, Lookup, Memory, Policy, Schema,
    SqliteCache, Tier,
};
use layer::{Layer, Place, remember};
use statistics::Totals;
use team::Team;

pub use gate::GateState;
pub use journal::{History, history};
pub use statistics::{Latencies, TierStats, TieredStats};

/// Who waits for the cache.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Mode {
    /// An interactive user: a slow cache is a fault, and a full queue drops entries.
    #[default]
    Server,
    /// A run that ends: lookups and writes get more time, and writes are never dropped while they are possible.
    CommandLine,
}

impl Mode {
    /// Returns the timeout of a batch of lookups.
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

/// Options of the cache.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TieredOptions {
    /// The local file; without one, nothing outlives the process on this machine.
    pub path: Option<PathBuf>,
    /// A team's cache, consulted after the local file.
    pub team: Option<CacheBackend>,
    /// Maximum bytes of entries in memory.
    pub memory_bytes: usize,
    /// Maximum bytes of the local file.
    pub disk_bytes: u64,
    /// Maximum time that entries are kept without being used.
    pub max_age: Duration,
    pub mode: Mode,
}

impl Default for TieredOptions {
    fn default() -> TieredOptions {
        let Limits { bytes, age, .. } = Limits::default();
        TieredOptions {
            path: None,
            team: None,
            memory_bytes: 4 << 20,
            disk_bytes: bytes,
            max_age: age,
            mode: Mode::Server,
        }
    }
}

/// Interval at which a long-lived cache checks whether upkeep is due, and writes its statistics.
const UPKEEP_EVERY: Duration = Duration::from_hours(1);

/// Memory, then the local file, then a team's cache. Only `async` functions need a tokio runtime with its timer, of either
/// flavour.
pub struct TieredCache {
    options: TieredOptions,
    memory: Memory,
    local: Option<Arc<Layer>>,
    team: Option<Arc<Layer>>,
    totals: Totals,
    /// Time of the last check whether upkeep is due.
    upkeep: Mutex<Option<Instant>>,
    /// Statistics of this process that are already in the journal.
    journalled: Mutex<BTreeMap<Tier, TierStats>>,
}

impl TieredCache {
    pub fn open(options: TieredOptions, schema: Schema) -> TieredCache {
        let layer = |place| Arc::new(Layer::new(place, options.mode));
        let file = options
            .path
            .as_ref()
            .map(|path| SqliteCache::at(path, schema));
        let quarantine = file
            .as_ref()
            .map(|file| journal::beside(file.path(), ".quarantine"));
        let team = options.team.clone();
        let team = team.map(|backend| {
            layer(Place::Team(Box::new(Team::new(
                backend, schema, quarantine,
            ))))
        });
        TieredCache {
            memory: Memory::new(options.memory_bytes),
            local: file.map(|file| layer(Place::File(Box::new(file)))),
            team,
            totals: Totals::default(),
            upkeep: Mutex::default(),
            journalled: Mutex::default(),
            options,
        }
    }

    /// Returns the entry if it is in memory; never blocks. Only counts hits, because [`TieredCache::get_many`] follows a miss.
    pub fn get(&self, key: &Key) -> Option<Entry> {
        let entry = self.memory.get(key)?;
        self.totals.count(&Lookup::Hit(entry.clone(), Tier::Memory));
        Some(entry)
    }

    /// Returns one result per key, in the same order, from the fastest tier that has it.
    pub async fn get_many(&self, keys: &[Key]) -> Vec<Lookup> {
        let mut answers = self.near(keys).await;
        self.ask_team(keys, &mut answers).await;
        self.count(answers)
    }

    /// Like [`TieredCache::get_many`], but only uses this machine's tiers, so that typing isn't delayed.
    pub async fn get_near(&self, keys: &[Key]) -> Vec<Lookup> {
        let answers = self.near(keys).await;
        self.count(answers)
    }

    /// Stores the entry in memory immediately and in the file soon, and in the team's cache if this machine writes there and
    /// the key isn't private. May be called from any thread.
    pub fn put(&self, key: Key, entry: Entry) {
        for layer in self.written(&key) {
            layer.put(key, entry.clone());
        }
        self.memory.insert(key, entry);
    }

    /// Like [`TieredCache::put`] for each entry; on the command line, waits while too many are queued.
    pub async fn put_many(&self, entries: Vec<(Key, Entry)>) {
        for (key, entry) in entries {
            for layer in self.written(&key) {
                layer.make_room().await;
            }
            self.put(key, entry);
        }
        if self.options.mode == Mode::Server {
            self.look_after().await;
        }
    }

    /// Writes queued entries; returns `false` if the deadline passed before everything was written.
    pub async fn flush(&self, deadline: Duration) -> bool {
        tokio::time::timeout(deadline, self.drain()).await.is_ok()
    }

    /// Flushes, does due upkeep, and closes the file so that a copy of it is complete.
    pub async fn close(&self, deadline: Duration) -> bool {
        // Concurrently, because a team's cache that hangs mustn't keep the file from being closed.
        let finish = async { futures::join!(self.finish_file(), self.drain_team()) };
        let is_done = tokio::time::timeout(deadline, finish).await.is_ok();
        self.write_down();
        is_done
    }

    /// Returns warnings for the user, each once: what is disabled and why, moved files, distrusted signers.
    pub fn warnings(&self) -> Vec<String> {
        self.layers().flat_map(|layer| layer.warnings()).collect()
    }

    pub fn stats(&self) -> TieredStats {
        let tiers: BTreeMap<_, _> = self.layers().map(|layer| layer.stats()).collect();
        let local = tiers.get(&Tier::Local).cloned().unwrap_or_default();
        TieredStats {
            entries: self.memory.entries() as u64,
            bytes: self.memory.bytes() as u64,
            written: local.written,
            dropped: local.dropped,
            write_faults: local.write_faults,
            tiers,
            ..self.totals.read()
        }
    }

    /// Whether the team's result for this key should be computed again and compared.
    pub fn is_sample(&self, key: &Key) -> bool {
        self.team_cache().is_some_and(|team| team.is_sample(key))
    }

    /// Reports a wrong result of the team's cache: distrusts its signer, and clears this machine's tiers, which may contain
    /// more from it.
    pub async fn distrust(&self, key: &Key) {
        let is_known = self.team_cache().and_then(|team| team.distrust(key));
        if is_known.is_none() {
            return;
        }
        if let Err(fault) = self.clear().await {
            tracing::error!(
                "the local cache can't be cleared: {fault}; run `rustassistant cache clear`"
            );
        }
    }

    /// Returns the statistics of runs with this local file during the last `age`, including the current run.
    pub fn history(&self, age: Duration) -> History {
        let journalled = lock(&self.journalled);
        let past = self.path().map(|path| history(path, age));
        past.unwrap_or_default().with(self.since(&journalled))
    }

    /// Number of SQL statements sent so far.
    pub fn statements(&self) -> u64 {
        self.file().map_or(0, SqliteCache::statements)
    }

    /// Path of the local file, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.file().map(SqliteCache::path)
    }

    /// Returns the fastest of this machine's tiers that has the key; not counted as a lookup.
    pub async fn locate(&self, key: &Key) -> Result<Option<Tier>, Fault> {
        if self.memory.contains(key) {
            return Ok(Some(Tier::Memory));
        }
        let Some(file) = self.file() else {
            return Ok(None);
        };
        Ok(file.contains(key).await?.then_some(Tier::Local))
    }

    /// Returns the holdings of the local file; empty if there is none.
    pub async fn holdings(&self) -> Result<Holdings, Fault> {
        match self.file() {
            Some(file) => file.stats().await,
            None => Ok(Holdings::default()),
        }
    }

    /// Clears memory and the file; returns how many entries were in the file.
    pub async fn clear(&self) -> Result<u64, Fault> {
        self.memory.clear();
        let (Some(local), Some(file)) = (&self.local, self.file()) else {
            return Ok(0);
        };
        local.without_writes(async || file.clear().await).await
    }

    fn count(&self, answers: Vec<Lookup>) -> Vec<Lookup> {
        for answer in &answers {
            self.totals.count(answer);
        }
        answers
    }

    async fn near(&self, keys: &[Key]) -> Vec<Lookup> {
        let (mut answers, open) = remember(&self.memory, keys);
        let Some(local) = &self.local else {
            return answers;
        };
        if open.is_empty() {
            return answers;
        }
        let wanted: Vec<Key> = open.iter().map(|place| keys[*place]).collect();
        let found = local.look_up(&self.memory, &wanted).await;
        for (place, answer) in open.into_iter().zip(found) {
            answers[place] = answer;
        }
        answers
    }

    /// Looks up keys that this machine's tiers are missing, and stores hits in the local file. If the team misses as well, a
    /// fault of the local file remains a fault.
    async fn ask_team(&self, keys: &[Key], answers: &mut [Lookup]) {
        let Some(team) = &self.team else { return };
        let is_open = |place: &usize| {
            !matches!(answers[*place], Lookup::Hit(..)) && !keys[*place].is_private()
        };
        let open: Vec<usize> = (0..keys.len()).filter(is_open).collect();
        if open.is_empty() {
            return;
        }
        let wanted: Vec<Key> = open.iter().map(|place| keys[*place]).collect();
        let found = team.look_up(&self.memory, &wanted).await;
        for (place, answer) in open.into_iter().zip(found) {
            if let (Lookup::Hit(entry, Tier::Remote), Some(local)) = (&answer, &self.local) {
                local.put(keys[place], entry.clone());
            }
            if answer != Lookup::Miss {
                answers[place] = answer;
            }
        }
        if let Some(local) = &self.local {
            local.make_room().await;
        }
    }

    async fn drain(&self) {
        futures::join!(self.drain_file(), self.drain_team());
    }

    async fn drain_file(&self) {
        if let Some(local) = &self.local {
            local.drain().await;
        }
    }

    async fn drain_team(&self) {
        if let Some(team) = &self.team {
            team.drain().await;
        }
    }

    async fn finish_file(&self) {
        self.drain_file().await;
        self.tidy().await;
        if let Some(file) = self.file() {
            file.close().await;
        }
    }

    /// Upkeep and journal of a long-lived cache.
    async fn look_after(&self) {
        if self.is_due() {
            self.tidy().await;
            self.write_down();
        }
    }

    /// Skipped if nothing was written, because the file can't have grown.
    async fn tidy(&self) {
        let (Some(local), Some(file)) = (&self.local, self.file()) else {
            return;
        };
        if !local.has_written() {
            return;
        }
        if let Err(fault) = file.upkeep(self.limits()).await {
            local.write_failed(&fault);
        }
    }

    /// The file records whether a day has passed, but needn't be read after every write.
    fn is_due(&self) -> bool {
        let mut asked = lock(&self.upkeep);
        if asked.is_some_and(|asked| asked.elapsed() < UPKEEP_EVERY) {
            return false;
        }
        *asked = Some(Instant::now());
        true
    }

    /// Appends statistics to the journal that were counted since the last time.
    fn write_down(&self) {
        let Some(path) = self.path() else { return };
        let mut journalled = lock(&self.journalled);
        let since = self.since(&journalled);
        if since.is_empty() {
            return;
        }
        let mut now = journalled.clone();
        for (tier, stats) in &since {
            now.entry(*tier).or_default().add(stats);
        }
        match journal::append(path, since) {
            Ok(()) => *journalled = now,
            Err(error) => tracing::debug!(%error, "the journal of the cache can't be written"),
        }
    }

    /// Returns statistics that aren't in the journal yet.
    fn since(&self, journalled: &BTreeMap<Tier, TierStats>) -> BTreeMap<Tier, TierStats> {
        let none = TierStats::default();
        let since = self.layers().map(|layer| {
            let (tier, stats) = layer.stats();
            (tier, stats.since(journalled.get(&tier).unwrap_or(&none)))
        });
        since.filter(|(_, stats)| !stats.is_idle()).collect()
    }

    fn limits(&self) -> Limits {
        Limits {
            bytes: self.options.disk_bytes,
            age: self.options.max_age,
            policy: Policy::LeastRecentlyUsed,
        }
    }

    /// Returns the tiers after memory, fastest first.
    fn layers(&self) -> impl Iterator<Item = &Arc<Layer>> {
        self.local.iter().chain(&self.team)
    }

    /// Returns the tiers to which a computed entry is written.
    fn written(&self, key: &Key) -> impl Iterator<Item = &Arc<Layer>> {
        let is_private = key.is_private();
        let is_written = move |layer: &&Arc<Layer>| match layer.place() {
            Place::File(_) => true,
            Place::Team(team) => !is_private && team.is_written(),
        };
        self.layers().filter(is_written)
    }

    fn file(&self) -> Option<&SqliteCache> {
        match self.local.as_ref()?.place() {
            Place::File(file) => Some(file),
            Place::Team(_) => None,
        }
    }

    fn team_cache(&self) -> Option<&Team> {
        match self.team.as_ref()?.place() {
            Place::Team(team) => Some(team),
            Place::File(_) => None,
        }
    }
}

impl Drop for TieredCache {
    fn drop(&mut self) {
        for layer in self.layers() {
            layer.close();
        }
    }
}
