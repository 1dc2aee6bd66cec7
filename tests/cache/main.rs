//! The cache from outside: its answers, whatever happens to its file.

#![expect(
    clippy::unwrap_used,
    reason = "where something can't be set up, the test has failed"
)]

mod answers;
mod copies;
mod damage;
mod faults;
#[cfg(unix)]
mod full;
mod killed;
#[cfg(unix)]
mod mounts;
mod processes;
mod spending;
mod upkeep;
mod versions;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rustassistant::cache::{
    Cache, Entry, Fault, Key, Lookup, Mode, SqliteCache, TieredCache, TieredOptions,
};
use rustassistant::migrations;

/// Longer than anything here takes; reaching it means a hang.
const LONG: Duration = Duration::from_mins(1);

fn key(number: u32) -> Key {
    Key::new("test", &[0; 32], &[b"2024"], &number.to_le_bytes())
}

fn keys(count: u32) -> Vec<Key> {
    (0..count).map(key).collect()
}

/// About 2 KB that zstd compresses by a factor of about three, as with real reports.
fn entry(number: u32) -> Entry {
    let mut noise = blake3::Hasher::new()
        .update(&number.to_le_bytes())
        .finalize_xof();
    let mut bytes = Vec::new();
    for line in 0..40 {
        let mut word = [0; 16];
        noise.fill(&mut word);
        bytes.extend_from_slice(format!("entry {number}, line {line}: ").as_bytes());
        bytes.extend_from_slice(&word);
        bytes.extend_from_slice(&[0; 12]);
    }
    Entry::from(bytes)
}

fn entries(count: u32) -> Vec<(Key, Entry)> {
    (0..count)
        .map(|number| (key(number), entry(number)))
        .collect()
}

fn store(path: &Path, mode: Mode) -> TieredCache {
    open_tiers(TieredOptions {
        path: Some(path.to_owned()),
        mode,
        ..TieredOptions::default()
    })
}

/// A closed file with entries.
async fn filled(path: &Path, count: u32) {
    let cache = new_file(path).await.unwrap();
    cache.put_many(&entries(count)).await.unwrap();
    cache.close().await;
}

fn hits(lookups: &[Lookup]) -> usize {
    lookups
        .iter()
        .filter(|lookup| matches!(lookup, Lookup::Hit(..)))
        .count()
}

/// The one guarantee that nothing may break: an answer is correct, or there is none.
fn assert_never_wrong(lookups: &[Lookup]) {
    for (number, lookup) in (0..).zip(lookups) {
        if let Lookup::Hit(found, _) = lookup {
            assert_eq!(*found, entry(number), "entry {number}");
        }
    }
}

/// A store on a broken file still remembers new entries, and shuts down in time.
async fn assert_works_in_memory(store: &TieredCache) {
    store.put_many(vec![(key(900), entry(900))]).await;
    let lookups = store.get_many(&[key(900), key(901)]).await;
    assert_eq!(lookups[0].clone().entry(), Some(entry(900)));
    assert_eq!(lookups[1].clone().entry(), None);
    assert!(store.flush(LONG).await);
}

/// A cache file that is opened on first use.
pub(crate) fn file_at(path: impl Into<PathBuf>) -> SqliteCache {
    SqliteCache::at(path, &migrations::SQLITE)
}

/// A new cache file that is created immediately.
pub(crate) async fn new_file(path: impl Into<PathBuf>) -> Result<SqliteCache, Fault> {
    SqliteCache::new(path, &migrations::SQLITE).await
}

pub(crate) fn open_tiers(options: TieredOptions) -> TieredCache {
    TieredCache::open(options, &migrations::SQLITE)
}
