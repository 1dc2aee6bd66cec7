//! Statistics of lookups, for display and for tests.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use super::gate::GateState;
use crate::locks::lock;
use crate::{FaultKind, Lookup, Tier};

/// Counts since the cache was opened. The totals count every lookup of a key once, as a hit, a miss or a fault; each tier
/// counts its own lookups.
#[derive(Clone, PartialEq, Eq, Default, Debug, serde::Serialize)]
pub struct TieredStats {
    pub memory_hits: u64,
    pub local_hits: u64,
    pub remote_hits: u64,
    pub misses: u64,
    pub faults: BTreeMap<FaultKind, u64>,
    /// Faults of writes; one may affect many entries.
    pub write_faults: BTreeMap<FaultKind, u64>,
    /// Entries that reached the local file.
    pub written: u64,
    /// Entries that weren't written to it, because the queue was full or the write failed.
    pub dropped: u64,
    /// Entries in memory, and the bytes they take.
    pub entries: u64,
    pub bytes: u64,
    /// Statistics of the tiers after memory.
    pub tiers: BTreeMap<Tier, TierStats>,
}

impl TieredStats {
    /// Number of lookups that ended in a fault.
    pub fn fault_count(&self) -> u64 {
        self.faults.values().sum()
    }
}

/// Statistics of one tier.
#[derive(Clone, PartialEq, Eq, Default, Debug, serde::Serialize, serde::Deserialize)]
pub struct TierStats {
    pub hits: u64,
    pub misses: u64,
    pub faults: BTreeMap<FaultKind, u64>,
    /// Faults of writes; one may affect many entries.
    pub write_faults: BTreeMap<FaultKind, u64>,
    pub written: u64,
    pub dropped: u64,
    /// Bytes of entries found, and of entries written.
    pub bytes_read: u64,
    pub bytes_written: u64,
    /// Durations of lookups, one per batch.
    pub latencies: Latencies,
    /// States of the circuit breakers.
    pub reads: GateState,
    pub writes: GateState,
    /// The last fault in full, without secrets.
    pub last_fault: Option<String>,
}

impl TierStats {
    /// Whether the tier had neither lookups nor writes.
    pub fn is_idle(&self) -> bool {
        let counts = [self.hits, self.misses, self.written, self.dropped];
        counts == [0; 4] && self.faults.is_empty() && self.write_faults.is_empty()
    }

    /// Number of faults of lookups and writes.
    pub fn fault_count(&self) -> u64 {
        self.faults.values().chain(self.write_faults.values()).sum()
    }

    /// Adds later counts; states are replaced by the later ones.
    pub fn add(&mut self, later: &TierStats) {
        let sums = [
            (&mut self.hits, later.hits),
            (&mut self.misses, later.misses),
            (&mut self.written, later.written),
            (&mut self.dropped, later.dropped),
            (&mut self.bytes_read, later.bytes_read),
            (&mut self.bytes_written, later.bytes_written),
        ];
        for (sum, more) in sums {
            *sum += more;
        }
        let faults = [
            (&mut self.faults, &later.faults),
            (&mut self.write_faults, &later.write_faults),
        ];
        for (sums, more) in faults {
            for (kind, count) in more {
                *sums.entry(*kind).or_default() += count;
            }
        }
        self.latencies.add(&later.latencies);
        self.reads = later.reads;
        self.writes = later.writes;
        if later.last_fault.is_some() {
            self.last_fault.clone_from(&later.last_fault);
        }
    }

    /// Returns the counts since `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &TierStats) -> TierStats {
        let faults = |now: &BTreeMap<FaultKind, u64>, before: &BTreeMap<FaultKind, u64>| {
            let more = now.iter().map(|(kind, count)| {
                let before = before.get(kind).copied().unwrap_or_default();
                (*kind, count.saturating_sub(before))
            });
            more.filter(|(_, count)| *count > 0).collect()
        };
        TierStats {
            hits: self.hits - earlier.hits,
            misses: self.misses - earlier.misses,
            faults: faults(&self.faults, &earlier.faults),
            write_faults: faults(&self.write_faults, &earlier.write_faults),
            written: self.written - earlier.written,
            dropped: self.dropped - earlier.dropped,
            bytes_read: self.bytes_read - earlier.bytes_read,
            bytes_written: self.bytes_written - earlier.bytes_written,
            latencies: self.latencies.since(&earlier.latencies),
            reads: self.reads,
            writes: self.writes,
            last_fault: self.last_fault.clone(),
        }
    }
}

/// A histogram of durations, with buckets bounded by powers of two of microseconds.
#[derive(Clone, PartialEq, Eq, Default, Debug, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Latencies(BTreeMap<u32, u64>);

impl Latencies {
    fn count(&mut self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        *self
            .0
            .entry(u64::BITS - micros.leading_zeros())
            .or_default() += 1;
    }

    /// Returns the upper bound of the bucket that contains the percentile; `None` if nothing was counted.
    pub fn percentile(&self, percent: u64) -> Option<Duration> {
        let all: u64 = self.0.values().sum();
        let mut seen = 0;
        let (power, _) = self.0.iter().find(|(_, count)| {
            seen += **count;
            seen * 100 >= all * percent
        })?;
        Some(Duration::from_micros(
            1_u64.checked_shl(*power).unwrap_or(u64::MAX),
        ))
    }

    fn add(&mut self, later: &Latencies) {
        for (power, count) in &later.0 {
            *self.0.entry(*power).or_default() += count;
        }
    }

    fn since(&self, earlier: &Latencies) -> Latencies {
        let more = self.0.iter().map(|(power, count)| {
            let before = earlier.0.get(power).copied().unwrap_or_default();
            (*power, count.saturating_sub(before))
        });
        Latencies(more.filter(|(_, count)| *count > 0).collect())
    }
}

/// Results returned to callers.
#[derive(Default)]
pub(super) struct Totals {
    memory_hits: AtomicU64,
    local_hits: AtomicU64,
    remote_hits: AtomicU64,
    misses: AtomicU64,
    faults: Mutex<BTreeMap<FaultKind, u64>>,
}

impl Totals {
    pub(super) fn count(&self, lookup: &Lookup) {
        let counter = match lookup {
            Lookup::Hit(_, Tier::Memory) => &self.memory_hits,
            Lookup::Hit(_, Tier::Local) => &self.local_hits,
            Lookup::Hit(_, Tier::Remote) => &self.remote_hits,
            Lookup::Miss => &self.misses,
            Lookup::Fault(kind) => {
                *lock(&self.faults).entry(*kind).or_default() += 1;
                return;
            }
        };
        counter.fetch_add(1, Relaxed);
    }

    pub(super) fn read(&self) -> TieredStats {
        TieredStats {
            memory_hits: self.memory_hits.load(Relaxed),
            local_hits: self.local_hits.load(Relaxed),
            remote_hits: self.remote_hits.load(Relaxed),
            misses: self.misses.load(Relaxed),
            faults: lock(&self.faults).clone(),
            ..TieredStats::default()
        }
    }
}

/// Counters of one tier. They are updated once per batch, so one lock is sufficient.
#[derive(Default)]
pub(super) struct Counters(Mutex<TierStats>);

impl Counters {
    pub(super) fn answered(&self, answers: &[Lookup]) {
        let mut stats = lock(&self.0);
        for answer in answers {
            match answer {
                Lookup::Hit(entry, _) => {
                    stats.hits += 1;
                    stats.bytes_read += entry.len() as u64;
                }
                Lookup::Miss => stats.misses += 1,
                Lookup::Fault(kind) => *stats.faults.entry(*kind).or_default() += 1,
            }
        }
    }

    pub(super) fn took(&self, time: Duration) {
        lock(&self.0).latencies.count(time);
    }

    pub(super) fn wrote(&self, entries: usize, bytes: usize) {
        let mut stats = lock(&self.0);
        stats.written += entries as u64;
        stats.bytes_written += bytes as u64;
    }

    pub(super) fn dropped(&self, entries: usize) {
        lock(&self.0).dropped += entries as u64;
    }

    pub(super) fn write_fault(&self, kind: FaultKind) {
        *lock(&self.0).write_faults.entry(kind).or_default() += 1;
    }

    pub(super) fn last_fault(&self, words: String) {
        lock(&self.0).last_fault = Some(words);
    }

    pub(super) fn read(&self) -> TierStats {
        lock(&self.0).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stats(hits: u64, timeouts: u64) -> TierStats {
        let mut stats = TierStats {
            hits,
            ..TierStats::default()
        };
        stats.faults.insert(FaultKind::Timeout, timeouts);
        stats.latencies.count(Duration::from_micros(hits));
        stats
    }

    #[test]
    fn what_was_counted_since_and_before_is_what_was_counted() {
        let (before, after) = (stats(3, 1), stats(10, 4));
        let mut all = before.clone();
        let mut later = after.clone();
        later.latencies.add(&before.latencies);
        all.add(&later.since(&before));
        assert_eq!(all, later);
    }

    #[test]
    fn a_percentile_is_an_upper_bound() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.percentile(50), None);
        for micros in 1..=100 {
            latencies.count(Duration::from_micros(micros));
        }
        assert_eq!(latencies.percentile(50), Some(Duration::from_micros(64)));
        assert_eq!(latencies.percentile(99), Some(Duration::from_micros(128)));
        latencies.count(Duration::MAX);
        assert!(latencies.percentile(100) > Some(Duration::from_hours(1)));
    }

    #[test]
    fn idle_is_who_was_asked_nothing() {
        assert!(TierStats::default().is_idle());
        assert!(!stats(1, 0).is_idle());
        assert!(!stats(0, 1).is_idle());
    }
}
