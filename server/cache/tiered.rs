//! What the server and the command line use: memory over the local file over a team's cache.
//!
//! Opening it never fails and touches neither disk nor network: the file is opened by the first lookup that memory can't
//! answer, the team's cache by the first that the file can't. Whatever goes wrong with them later, lookups become faults
//! or misses, writes are dropped, and a person reads one warning that says what to do.
//!
//! A hit in a slower tier fills the faster ones: memory before anyone is told of it, so that a second lookup of a key
//! sends nothing, and neither does one that comes while the first is under way; the file behind the caller's back, like
//! everything that is written.
//!
//! Whoever types asks [`TieredCache::get_near`], which never waits for a team's cache, not even for another's lookup in
//! it.

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

/// How a cache is to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TieredOptions {
    /// The local file; without one nothing outlives the process here.
    pub path: Option<PathBuf>,
    /// A team's cache, behind the local file.
    pub team: Option<CacheBackend>,
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
            team: None,
            memory_bytes: 4 << 20,
            disk_bytes: bytes,
            max_age: age,
            mode: Mode::Server,
        }
    }
}

/// How often a long-lived cache asks whether upkeep is due, and writes down what it counted.
const UPKEEP_EVERY: Duration = Duration::from_hours(1);

/// Memory over the local file over a team's cache. Needs a tokio runtime with its timer, of either flavour, only where
/// it says `async`.
pub struct TieredCache {
    options: TieredOptions,
    memory: Memory,
    local: Option<Arc<Layer>>,
    team: Option<Arc<Layer>>,
    totals: Totals,
    /// When it was last asked whether upkeep is due.
    upkeep: Mutex<Option<Instant>>,
    /// What the journal has of this process.
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

    /// What memory has; never waits. Counts hits only, as whoever gets nothing asks [`TieredCache::get_many`] next.
    pub fn get(&self, key: &Key) -> Option<Entry> {
        let entry = self.memory.get(key)?;
        self.totals.count(&Lookup::Hit(entry.clone(), Tier::Memory));
        Some(entry)
    }

    /// One answer per key, in the keys' order, from the fastest tier that has it.
    pub async fn get_many(&self, keys: &[Key]) -> Vec<Lookup> {
        let mut answers = self.near(keys).await;
        self.ask_team(keys, &mut answers).await;
        self.count(answers)
    }

    /// As [`TieredCache::get_many`], of this machine's tiers alone: for whoever waits for the answer to go on typing.
    pub async fn get_near(&self, keys: &[Key]) -> Vec<Lookup> {
        let answers = self.near(keys).await;
        self.count(answers)
    }

    /// Keeps the entry in memory now, in the file soon, and in the team's cache if this machine writes there and the key is
    /// not private. May be called from any thread.
    pub fn put(&self, key: Key, entry: Entry) {
        for layer in self.written(&key) {
            layer.put(key, entry.clone());
        }
        self.memory.insert(key, entry);
    }

    /// As [`TieredCache::put`] for each; on the command line it waits when too much is on its way.
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

    /// Writes what is on its way; `false` if the deadline passed before everything was.
    pub async fn flush(&self, deadline: Duration) -> bool {
        tokio::time::timeout(deadline, self.drain()).await.is_ok()
    }

    /// Flushes, does what is due in upkeep, and closes the file so that a copy of it is complete.
    pub async fn close(&self, deadline: Duration) -> bool {
        // Side by side: a team's cache that hangs must not keep the file from being closed.
        let finish = async { futures::join!(self.finish_file(), self.drain_team()) };
        let is_done = tokio::time::timeout(deadline, finish).await.is_ok();
        self.write_down();
        is_done
    }

    /// What a person should read, each once: what is left out and why, what was moved aside, whom not to believe.
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

    /// Whether what the team's cache said of this key is to be computed again and compared.
    pub fn is_sample(&self, key: &Key) -> bool {
        self.team_cache().is_some_and(|team| team.is_sample(key))
    }

    /// What the team's cache said of this key was wrong: believes its signer no more, and forgets what may have come from
    /// it.
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

    /// What the tiers answered in the runs of the last `age` with this local file, this one included as far as it has come.
    pub fn history(&self, age: Duration) -> History {
        let journalled = lock(&self.journalled);
        let past = self.path().map(|path| history(path, age));
        past.unwrap_or_default().with(self.since(&journalled))
    }

    /// SQL statements sent so far.
    pub fn statements(&self) -> u64 {
        self.file().map_or(0, SqliteCache::statements)
    }

    /// The local file, if there is to be one.
    pub fn path(&self) -> Option<&Path> {
        self.file().map(SqliteCache::path)
    }

    /// The fastest of this machine's tiers that has the key; counts as no lookup.
    pub async fn locate(&self, key: &Key) -> Result<Option<Tier>, Fault> {
        if self.memory.contains(key) {
            return Ok(Some(Tier::Memory));
        }
        let Some(file) = self.file() else {
            return Ok(None);
        };
        Ok(file.contains(key).await?.then_some(Tier::Local))
    }

    /// What the local file holds; nothing, if there is none.
    pub async fn holdings(&self) -> Result<Holdings, Fault> {
        match self.file() {
            Some(file) => file.stats().await,
            None => Ok(Holdings::default()),
        }
    }

    /// Forgets everything, in memory and in the file; how many entries were in the file.
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

    /// Asks the team's cache for what this machine has not; what it has goes into the local file. Where it has nothing
    /// either, a fault of the local file stays one.
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

    /// Upkeep and the journal of a cache that lives long.
    async fn look_after(&self) {
        if self.is_due() {
            self.tidy().await;
            self.write_down();
        }
    }

    /// Only who has written can have made the file larger.
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

    /// The file knows whether a day has passed, but it need not be asked after every write.
    fn is_due(&self) -> bool {
        let mut asked = lock(&self.upkeep);
        if asked.is_some_and(|asked| asked.elapsed() < UPKEEP_EVERY) {
            return false;
        }
        *asked = Some(Instant::now());
        true
    }

    /// Adds to the journal what was counted since the last time.
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

    /// What was counted that the journal doesn't have.
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

    /// The tiers behind memory, the faster first.
    fn layers(&self) -> impl Iterator<Item = &Arc<Layer>> {
        self.local.iter().chain(&self.team)
    }

    /// The tiers that an entry which is computed here goes to.
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
