//! One tier after memory, with single-flight lookups, circuit breakers and writes in the background.

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

/// A slower tier. Its failures become faults in its results and statistics, and open a circuit breaker.
pub(super) struct Layer {
    place: Place,
    mode: Mode,
    flights: Flights,
    reads: Gate,
    writes: Gate,
    queue: Queue,
    /// Held from dequeuing entries until they are written, so that a flush waits for them.
    writing: tokio::sync::Mutex<()>,
    counters: Counters,
    /// The first permanent fault, as a warning.
    told: Mutex<Option<String>>,
    writer: AtomicBool,
    closed: AtomicBool,
}

/// Storage of a layer.
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

    /// Maximum entries per write in the background.
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

    /// Looks up keys that no other call is looking up here, and waits for the results of others. Hits are stored in memory
    /// before they are returned.
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

    /// Checks memory again, because concurrent lookups may have stored the keys, and then the tier.
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

    /// Updates the circuit breaker with the results that concern the tier as a whole.
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

    /// Timeout of lookups, after which the tier has a fault. Shelves have deadlines as well; this is the last resort.
    fn patience(&self, keys: usize) -> Duration {
        match &self.place {
            Place::File(_) => self.mode.patience(keys),
            Place::Team(team) => team.patience().connect() + team.patience().call() * 2,
        }
    }

    /// Queues the entry. May be called from any thread.
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

    /// On the command line, writes entries if too many are queued.
    pub(super) async fn make_room(&self) {
        let batch = self.place.batch();
        if self.mode == Mode::CommandLine && self.queue.len() >= batch {
            self.write_some(batch).await;
        }
    }

    /// Writes all queued entries.
    pub(super) async fn drain(&self) {
        while self.write_some(self.place.batch()).await {}
        if let Place::File(file) = &self.place
            && self.writes.open().is_ok()
            && let Err(fault) = file.settle().await
        {
            self.failed(&self.writes, &fault);
        }
    }

    /// Clears the queue and runs `work` while nothing is written.
    pub(super) async fn without_writes<T>(&self, work: impl AsyncFnOnce() -> T) -> T {
        let _writing = self.writing.lock().await;
        self.queue.clear();
        work().await
    }

    /// Writes at most `count` entries; returns whether there may be more.
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

    /// Whether the tier has stored anything, and accepts more.
    pub(super) fn has_written(&self) -> bool {
        self.counters.read().written > 0 && self.writes.open().is_ok()
    }

    /// Updates the circuit breaker of writes.
    pub(super) fn write_failed(&self, fault: &Fault) {
        self.failed(&self.writes, fault);
    }

    /// Only the first permanent fault becomes a warning; others have the same cause.
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

    /// Returns this tier's warnings for the user.
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

    /// Ends the writer after its current write.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.queue.wake();
    }

    /// The task runs on the first available runtime. If that ends, a flush writes the rest.
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

/// Returns what memory has of the keys, and the indices of the missing ones.
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

/// Counts dequeued entries that weren't written as dropped, even if the write is cancelled.
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
