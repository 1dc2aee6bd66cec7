//! The entries used by all measurements.

use rustassistant::cache::{Entry, Key};

pub(crate) const ENTRIES: usize = 10_000;

pub(crate) fn key(number: usize) -> Key {
    Key::new("bench", &[0; 32], &[b"2024"], &number.to_le_bytes())
}

/// 2,020 bytes that zstd compresses by a factor of 3.2, as measured for real reports.
pub(crate) fn entry(number: usize) -> Entry {
    let mut noise = blake3::Hasher::new()
        .update(&number.to_le_bytes())
        .finalize_xof();
    let mut bytes = Vec::with_capacity(2_020);
    while bytes.len() < 2_020 {
        let mut word = [0; 7];
        noise.fill(&mut word);
        bytes.extend_from_slice(&word);
        bytes.extend_from_slice(b"cognitive-complexity long-function");
    }
    bytes.truncate(2_020);
    Entry::from(bytes)
}

pub(crate) fn entries() -> Vec<(Key, Entry)> {
    numbered(0..ENTRIES)
}

pub(crate) fn numbered(numbers: std::ops::Range<usize>) -> Vec<(Key, Entry)> {
    numbers.map(|number| (key(number), entry(number))).collect()
}

/// All keys, in a different order for each seed.
pub(crate) fn shuffled(seed: u64) -> Vec<Key> {
    let mut order: Vec<usize> = (0..ENTRIES).collect();
    order.sort_by_key(|number| {
        *blake3::hash(&[&seed.to_le_bytes()[..], &number.to_le_bytes()].concat()).as_bytes()
    });
    order.into_iter().map(key).collect()
}
