//! One tier behind memory: asked for each key once at a time, through a gate, and written behind the caller's back.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;

use super::Mode;
use super::flights::Flights;
use super::gate::{Consequence, Gate, Rule};
use super::queue::{self, Bound, Queue};
use super::statistics::{Counters, TierStats};
use super::team::Team;
use crate::envelope::MAX_LENGTH;
use crate::locks::lock;
use crate::{Cache, Entry, Fault, FaultKind, Key, Lookup, Memory, SqliteCache, Tier};

const QUEUE: Bound = Bound {
    entries: 10_000,
    bytes: 32 << 20,
};

/// A slower tier. Whatever goes wrong in it is a fault in its answers and its counts, and shuts a gate.
pub(super) struct Layer {
    place: Place,
    mode: Mode,
    flights: Flights,
    reads: Gate,
    writes: Gate,
    queue: Queue,
    /// Held from taking entries out of the queue until they are written, so that a flush misses none.
    writing: tokio::sync::Mutex<()>,
    counters: Counters,
    /// The first fault that doesn't pass, in words.
    told: Mutex<Option<String>>,
    writer: AtomicBool,
    closed: AtomicBool,
}

/// Where a layer keeps its entries.
pub(super) enum Place {
    File(Box<SqliteCache>),
    Team(Box<Team>),
}

impl Place {
    fn rule(&self) -> Rule {
        match self {
            Place::File(_) => Rule::File,
            Place::Team(_) => Rule::Server,
        }
    }

    fn tier(&self) -> Tier {
        match self {
            Place::File(_) => Tier::Local,
            Place::Team(_) => Tier::Remote,
        }
    }

    /// Entries in one write when nobody waits for the next.
    fn batch(&self) -> usize {
        match self {
            Place::File(_) => 1000,
            Place::Team(_) => 500,
        }
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Lookup>, Fault> {
        match self {
            Place::File(file) => Ok(file.get_many(keys).await),
            Place::Team(team) => team.get_many(keys).await,
        }
    }

    async fn put_many(&self, entries: &[(Key, Entry)]) -> Result<(), Fault> {
        match self {
            Place::File(file) => file.put_many(entries).await,
            Place::Team(team) => team.put_many(entries).await,
        }
    }

    fn last_fault(&self, kind: FaultKind) -> Fault {
        match self {
            Place::File(file) => file.last_fault(kind),
            Place::Team(team) => team.last_fault(kind),
        }
    }
}

impl Layer {
    pub(super) fn new(place: Place, mode: Mode) -> Layer {
        let rule = place.rule();
        Layer {
            place,
            mode,
            flights: Flights::default(),
            reads: Gate::new(rule),
            writes: Gate::new(rule),
            queue: Queue::new(QUEUE),
            writing: tokio::sync::Mutex::default(),
            counters: Counters::default(),
            told: Mutex::default(),
            writer: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        }
    }

    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// Looks up what nobody else is looking up here, and waits for others for the rest. What is found is in memory before
    /// anyone is told of it.
    pub(super) async fn look_up(&self, memory: &Memory, keys: &[Key]) -> Vec<Lookup> {
        let (flight, followers) = self.flights.board(keys);
        // In the order of the keys, without those that are followed.
        let own: Arc<[Lookup]> = self.fetch(memory, flight.keys()).await.into();
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
                    .fetch(memory, &[*key])
                    .await
                    .pop()
                    .unwrap_or(Lookup::Miss),
            });
        }
        answers
    }

    /// Asks memory once more, as the keys may have landed since, and then the tier.
    async fn fetch(&self, memory: &Memory, keys: &[Key]) -> Vec<Lookup> {
        let (mut answers, open) = remember(memory, keys);
        if open.is_empty() {
            return answers;
        }
        let wanted: Vec<Key> = open.iter().map(|index| keys[*index]).collect();
        let found = self.ask(&wanted).await;
        self.counters.answered(&found);
        for (index, answer) in open.into_iter().zip(found) {
            if let Lookup::Hit(entry, _) = &answer {
                memory.insert(keys[index], entry.clone());
            }
            answers[index] = answer;
        }
        answers
    }

    async fn ask(&self, keys: &[Key]) -> Vec<Lookup> {
        if let Err(kind) = self.reads.open() {
            return vec![Lookup::Fault(kind); keys.len()];
        }
        let started = Instant::now();
        let answers = tokio::time::timeout(self.patience(keys.len()), self.place.get_many(keys));
        let answers = match answers.await {
            Ok(answers) => answers,
            Err(_) => Err(Fault::new(FaultKind::Timeout)),
        };
        self.counters.took(started.elapsed());
        match answers {
            Ok(answers) => {
                self.take_note(&answers);
                answers
            }
            Err(fault) => {
                self.failed(&self.reads, &fault);
                vec![Lookup::Fault(fault.kind()); keys.len()]
            }
        }
    }

    /// Moves the gate by what the answers say of the tier as a whole.
    fn take_note(&self, answers: &[Lookup]) {
        let kinds = answers.iter().filter_map(|answer| match answer {
            Lookup::Fault(kind) => Some(*kind),
            _ => None,
        });
        let mut worst = None;
        for kind in kinds {
            if kind.concerns_one_entry() {
                self.counters
                    .last_fault(self.place.last_fault(kind).to_string());
            } else {
                worst = Some(kind);
            }
        }
        match worst {
            None => self.reads.passed(),
            Some(kind) => self.failed(&self.reads, &self.place.last_fault(kind)),
        }
    }

    /// A slow tier is a fault. Shelves have deadlines of their own; this one stands behind them.
    fn patience(&self, keys: usize) -> Duration {
        match &self.place {
            Place::File(_) => self.mode.patience(keys),
            Place::Team(team) => team.patience().connect() + team.patience().call() * 2,
        }
    }

    /// Keeps the entry soon. May be called from any thread.
    pub(super) fn put(self: &Arc<Self>, key: Key, entry: Entry) {
        if entry.len() > MAX_LENGTH {
            self.counters.write_fault(FaultKind::TooLarge);
            self.counters.dropped(1);
            return;
        }
        if self.mode == Mode::Server && self.queue.is_full() {
            self.counters.dropped(1);
            return;
        }
        self.queue.push(key, entry);
        self.start_writer();
    }

    /// On the command line: writes when too much is on its way.
    pub(super) async fn make_room(&self) {
        let batch = self.place.batch();
        if self.mode == Mode::CommandLine && self.queue.len() >= batch {
            self.write_some(batch).await;
        }
    }

    /// Writes everything that is on its way.
    pub(super) async fn drain(&self) {
        while self.write_some(self.place.batch()).await {}
        if let Place::File(file) = &self.place
            && self.writes.open().is_ok()
            && let Err(fault) = file.settle().await
        {
            self.failed(&self.writes, &fault);
        }
    }

    /// Runs `work` while nothing is written, and forgets what was on its way.
    pub(super) async fn without_writes<T>(&self, work: impl AsyncFnOnce() -> T) -> T {
        let _writing = self.writing.lock().await;
        self.queue.clear();
        work().await
    }

    /// Writes at most `count` entries; whether there may be more to write.
    async fn write_some(&self, count: usize) -> bool {
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
        match self.place.put_many(&entries).await {
            Ok(()) => {
                unwritten.count = 0;
                let bytes = entries.iter().map(|(_, entry)| entry.len()).sum();
                self.counters.wrote(entries.len(), bytes);
                self.writes.passed();
            }
            Err(fault) => {
                self.counters.write_fault(fault.kind());
                self.failed(&self.writes, &fault);
            }
        }
        true
    }

    /// Whether the tier has taken anything, and would take more.
    pub(super) fn has_written(&self) -> bool {
        self.counters.read().written > 0 && self.writes.open().is_ok()
    }

    /// Tells the gate before writes.
    pub(super) fn write_failed(&self, fault: &Fault) {
        self.failed(&self.writes, fault);
    }

    /// The first fault that doesn't pass is told; the others would say the same in other words.
    fn failed(&self, gate: &Gate, fault: &Fault) {
        self.counters.last_fault(fault.to_string());
        if gate.failed(fault) == Consequence::PassesByItself {
            tracing::debug!(%fault, "cache");
            return;
        }
        let mut told = lock(&self.told);
        if !told.is_none() {
            return;
        }
        let warning = match self.place {
            Place::File(_) => {
                format!("{fault}; until then results are kept in memory only")
            }
            Place::Team(_) => format!("the team's cache is not used: {fault}"),
        };
        tracing::warn!("{warning}");
        *told = Some(warning);
    }

    /// What a person should read of this tier.
    pub(super) fn warnings(&self) -> Vec<String> {
        let mut warnings = match &self.place {
            Place::File(file) => file.notices(),
            Place::Team(team) => team.notices(),
        };
        let told = lock(&self.told);
        warnings.extend(told.clone());
        warnings
    }

    pub(super) fn stats(&self) -> (Tier, TierStats) {
        let stats = TierStats {
            reads: self.reads.stands(),
            writes: self.writes.stands(),
            ..self.counters.read()
        };
        (self.place.tier(), stats)
    }

    /// Ends the writer, after what it is doing.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.queue.wake();
    }

    /// The task lives on whichever runtime was there first. If that ends, whoever flushes writes the rest.
    fn start_writer(self: &Arc<Self>) {
        if self.writer.load(Ordering::Relaxed) {
            return;
        }
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        if !self.writer.swap(true, Ordering::AcqRel) {
            runtime.spawn(write_behind(Arc::clone(self)));
        }
    }
}

async fn write_behind(layer: Arc<Layer>) {
    while !layer.closed.load(Ordering::Acquire) {
        layer.queue.ripen().await;
        while layer.write_some(queue::BATCH).await {}
    }
}

/// What memory has of the keys, and the places of those that it doesn't have.
pub(super) fn remember(memory: &Memory, keys: &[Key]) -> (Vec<Lookup>, Vec<usize>) {
    let remember = |key: &Key| match memory.get(key) {
        Some(entry) => Lookup::Hit(entry, Tier::Memory),
        None => Lookup::Miss,
    };
    let answers: Vec<_> = keys.iter().map(remember).collect();
    let open = (0..keys.len()).filter(|index| answers[*index] == Lookup::Miss);
    let open = open.collect();
    (answers, open)
}

/// Counts what was taken out of the queue and didn't arrive, also when the write is abandoned.
struct Unwritten<'a> {
    counters: &'a Counters,
    count: usize,
}

impl Drop for Unwritten<'_> {
    fn drop(&mut self) {
        if self.count > 0 {
            self.counters.dropped(self.count);
        }
    }
}
