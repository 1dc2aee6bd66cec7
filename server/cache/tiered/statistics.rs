//! What the tiers answered, for people and for tests.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::cache::{FaultKind, Lookup, Tier};

/// Counts since the store was opened. Every key that was looked up is counted once: as a hit, a miss or a fault.
#[derive(Clone, PartialEq, Eq, Default, Debug, serde::Serialize)]
pub struct TieredStats {
    pub memory_hits: u64,
    pub local_hits: u64,
    pub remote_hits: u64,
    pub misses: u64,
    pub faults: BTreeMap<FaultKind, u64>,
    /// Faults of writes; one may concern many entries.
    pub write_faults: BTreeMap<FaultKind, u64>,
    /// Entries that reached the local file.
    pub written: u64,
    /// Entries that were to be written and were not: the queue was full, or the file could not be written.
    pub dropped: u64,
    /// Entries in memory, and the bytes they take.
    pub entries: u64,
    pub bytes: u64,
}

impl TieredStats {
    /// Lookups that ended in a fault of any kind.
    pub fn fault_count(&self) -> u64 {
        self.faults.values().sum()
    }
}

#[derive(Default)]
struct Faults(Mutex<BTreeMap<FaultKind, u64>>);

impl Faults {
    fn count(&self, kind: FaultKind) {
        *self.counts().entry(kind).or_default() += 1;
    }

    fn read(&self) -> BTreeMap<FaultKind, u64> {
        self.counts().clone()
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<FaultKind, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
pub(super) struct Counters {
    memory_hits: AtomicU64,
    local_hits: AtomicU64,
    remote_hits: AtomicU64,
    misses: AtomicU64,
    faults: Faults,
    write_faults: Faults,
    pub(super) written: AtomicU64,
    pub(super) dropped: AtomicU64,
}

impl Counters {
    pub(super) fn count(&self, lookup: &Lookup) {
        let counter = match lookup {
            Lookup::Hit(_, Tier::Memory) => &self.memory_hits,
            Lookup::Hit(_, Tier::Local) => &self.local_hits,
            Lookup::Hit(_, Tier::Remote) => &self.remote_hits,
            Lookup::Miss => &self.misses,
            Lookup::Fault(kind) => return self.faults.count(*kind),
        };
        counter.fetch_add(1, Relaxed);
    }

    pub(super) fn write_fault(&self, kind: FaultKind) {
        self.write_faults.count(kind);
    }

    pub(super) fn add(counter: &AtomicU64, count: usize) {
        counter.fetch_add(count as u64, Relaxed);
    }

    pub(super) fn read(&self) -> TieredStats {
        TieredStats {
            memory_hits: self.memory_hits.load(Relaxed),
            local_hits: self.local_hits.load(Relaxed),
            remote_hits: self.remote_hits.load(Relaxed),
            misses: self.misses.load(Relaxed),
            faults: self.faults.read(),
            write_faults: self.write_faults.read(),
            written: self.written.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
            ..TieredStats::default()
        }
    }
}
