//! The fastest tier: a concurrent map bounded in bytes.
//!
//! A lookup never blocks and never touches a disk, so it may run on every keystroke. It returns a shared clone; no guard into
//! the map escapes this file. When the bound is exceeded, a few entries are sampled and the least recently used of them is
//! evicted until the rest fits. This is about as good as an exact LRU list, without maintaining one.

use std::hash::{BuildHasherDefault, Hasher};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};

use dashmap::DashMap;

use super::locks::lock;
use super::{Entry, Key};

/// Entries sampled per eviction.
const SAMPLE: usize = 8;
/// Overhead of an entry in bytes: its key twice, its slot and its reference count.
const OVERHEAD: usize = 128;

/// Entries in memory, bounded in bytes.
pub struct Memory {
    slots: DashMap<Key, Slot, BuildHasherDefault<First64Bits>>,
    /// All keys of `slots`, unordered, possibly with some that were removed.
    order: Mutex<Vec<Key>>,
    bytes: AtomicUsize,
    limit: usize,
    clock: AtomicU64,
}

struct Slot {
    entry: Entry,
    used: AtomicU64,
}

impl Memory {
    pub fn new(limit: usize) -> Memory {
        Memory {
            slots: DashMap::default(),
            order: Mutex::default(),
            bytes: AtomicUsize::new(0),
            limit,
            clock: AtomicU64::new(0),
        }
    }

    pub fn get(&self, key: &Key) -> Option<Entry> {
        let slot = self.slots.get(key)?;
        slot.used.store(self.tick(), Relaxed);
        Some(slot.entry.clone())
    }

    pub fn contains(&self, key: &Key) -> bool {
        self.slots.contains_key(key)
    }

    /// Stores the entry, unless it alone would take more than a quarter of the space.
    pub fn insert(&self, key: Key, entry: Entry) {
        let cost = cost(&entry);
        if cost > self.limit / 4 {
            self.remove(&key);
            return;
        }
        let slot = Slot {
            entry,
            used: AtomicU64::new(self.tick()),
        };
        self.bytes.fetch_add(cost, Relaxed);
        match self.slots.insert(key, slot) {
            Some(old) => self.forget(&old),
            None => self.order().push(key),
        }
        if self.bytes() > self.limit {
            self.sweep();
        }
    }

    pub fn remove(&self, key: &Key) {
        if let Some((_, slot)) = self.slots.remove(key) {
            self.forget(&slot);
        }
    }

    pub fn clear(&self) {
        for key in self.order().drain(..) {
            self.remove(&key);
        }
    }

    /// Bytes held, including the overhead of entries.
    pub fn bytes(&self) -> usize {
        self.bytes.load(Relaxed)
    }

    pub fn entries(&self) -> usize {
        self.slots.len()
    }

    fn sweep(&self) {
        let mut order = self.order();
        while self.bytes() > self.limit && !order.is_empty() {
            let index = self.least_used(&order);
            let key = order.swap_remove(index);
            self.remove(&key);
        }
    }

    /// Samples keys and returns the index of the least recently used one; a removed key counts as never used.
    fn least_used(&self, order: &[Key]) -> usize {
        let mut least = (u64::MAX, 0);
        for draw in 0..SAMPLE {
            let index = self.draw(draw, order.len());
            let used = self
                .slots
                .get(&order[index])
                .map_or(0, |slot| slot.used.load(Relaxed));
            least = least.min((used, index));
        }
        least.1
    }

    /// Splitmix64 of the clock: random enough to spread a sample, and deterministic.
    fn draw(&self, draw: usize, below: usize) -> usize {
        let mut bits = (self.tick() ^ (draw as u64) << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((bits ^ bits >> 31) % below as u64).unwrap_or(0)
    }

    fn tick(&self) -> u64 {
        self.clock.fetch_add(1, Relaxed) + 1
    }

    fn forget(&self, slot: &Slot) {
        self.bytes.fetch_sub(cost(&slot.entry), Relaxed);
    }

    /// No holder of this lock can panic halfway, so a poisoned one is still consistent.
    fn order(&self) -> MutexGuard<'_, Vec<Key>> {
        lock(&self.order)
    }
}

fn cost(entry: &Entry) -> usize {
    entry.len() + OVERHEAD
}

/// Uses 64 bits of the key unchanged.
#[derive(Default)]
pub(super) struct First64Bits(u64);

impl Hasher for First64Bits {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, bits: u64) {
        self.0 = bits;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u32) -> Key {
        Key::new("test", &[0; 32], &[], &number.to_le_bytes())
    }

    fn entry(length: usize) -> Entry {
        Entry::from(vec![1; length])
    }

    #[test]
    fn an_entry_comes_back() {
        let memory = Memory::new(1 << 20);
        assert_eq!(memory.get(&key(1)), None);
        memory.insert(key(1), entry(10));
        assert_eq!(memory.get(&key(1)), Some(entry(10)));
    }

    #[test]
    fn the_bound_holds_and_bytes_are_counted_once() {
        let memory = Memory::new(100_000);
        for number in 0..2_000 {
            memory.insert(key(number % 700), entry(1_000));
            assert!(memory.bytes() <= 100_000);
        }
        assert_eq!(memory.bytes(), memory.entries() * cost(&entry(1_000)));
        assert!(memory.entries() > 80);
        memory.clear();
        assert_eq!((memory.bytes(), memory.entries()), (0, 0));
    }

    #[test]
    fn what_is_used_stays() {
        let memory = Memory::new(100 * 1_128);
        for number in 0..1_000 {
            memory.insert(key(number), entry(1_000));
            for favourite in 0..10 {
                memory.get(&key(favourite));
            }
        }
        let kept = (0..10)
            .filter(|favourite| memory.contains(&key(*favourite)))
            .count();
        assert_eq!(kept, 10);
    }

    #[test]
    fn a_giant_does_not_empty_the_room() {
        let memory = Memory::new(100_000);
        memory.insert(key(1), entry(1_000));
        memory.insert(key(2), entry(90_000));
        assert!(memory.contains(&key(1)));
        assert!(!memory.contains(&key(2)));
    }

    #[test]
    fn threads_may_share_it() {
        let memory = Memory::new(50_000);
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let memory = &memory;
                scope.spawn(move || {
                    for number in 0..2_000 {
                        memory.insert(key(number * (thread + 1) % 300), entry(500));
                        memory.get(&key(number % 300));
                    }
                });
            }
        });
        assert!(memory.bytes() <= 50_000);
        assert_eq!(memory.bytes(), memory.entries() * cost(&entry(500)));
    }
}
