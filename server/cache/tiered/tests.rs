//! Tests of faults that can't be caused from outside without root: they are injected on the store's connection.

#[cfg(feature = "team")]
mod team;

use super::*;
use crate::FaultKind;

const LONG: Duration = Duration::from_mins(1);

fn entries(numbers: std::ops::Range<u32>) -> Vec<(Key, Entry)> {
    numbers.map(entry).collect()
}

/// Returns incompressible bytes, so that a few of them fill a small disk.
fn entry(number: u32) -> (Key, Entry) {
    let mut bytes = vec![0; 2_000];
    blake3::Hasher::new()
        .update(&number.to_le_bytes())
        .finalize_xof()
        .fill(&mut bytes);
    (
        Key::new("test", &[0; 32], &[], &number.to_le_bytes()),
        Entry::from(bytes),
    )
}

fn open(home: &Path, mode: Mode) -> TieredCache {
    TieredCache::open(
        TieredOptions {
            path: Some(home.join("cache.db")),
            mode,
            ..TieredOptions::default()
        },
        &crate::SQLITE,
    )
}

fn local(store: &TieredCache) -> &SqliteCache {
    store.file().unwrap()
}

/// Writes after `statement` fail with `kind`, while stored entries can still be read.
async fn assert_reads_only_after(statement: &'static str, kind: FaultKind, words: &str) {
    for mode in [Mode::Server, Mode::CommandLine] {
        let home = tempfile::tempdir().unwrap();
        let store = open(home.path(), mode);
        store.put_many(entries(0..100)).await;
        assert!(store.flush(LONG).await);
        local(&store).tell_writer(statement).await;
        store.put_many(entries(100..3_000)).await;
        assert!(store.flush(LONG).await);

        let stats = store.stats();
        assert_eq!(stats.written + stats.dropped, 3_000);
        assert!(stats.dropped >= 2_000, "{stats:?}");
        assert!(stats.write_faults.contains_key(&kind), "{stats:?}");
        let warnings = store.warnings();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains(words), "{warnings:?}");

        store.memory.clear();
        let keys: Vec<Key> = entries(0..100).into_iter().map(|(key, _)| key).collect();
        let found: Vec<_> = store
            .get_many(&keys)
            .await
            .into_iter()
            .map(Lookup::entry)
            .collect();
        assert_eq!(
            found,
            entries(0..100)
                .into_iter()
                .map(|(_, entry)| Some(entry))
                .collect::<Vec<_>>()
        );
        let (key, entry) = entry(5_000);
        store.put(key, entry.clone());
        assert_eq!(store.get(&key), Some(entry));
        assert!(store.close(LONG).await);
    }
}

#[tokio::test]
async fn a_full_disk_leaves_reading_alone() {
    assert_reads_only_after(
        "PRAGMA max_page_count = 200",
        FaultKind::Full,
        "the disk is full",
    )
    .await;
}

#[tokio::test]
async fn a_file_that_becomes_read_only_leaves_reading_alone() {
    assert_reads_only_after(
        "PRAGMA query_only = ON",
        FaultKind::ReadOnly,
        "can't be written",
    )
    .await;
}

#[tokio::test]
async fn an_entry_above_the_bound_costs_only_itself() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path(), Mode::CommandLine);
    let giant = Key::new("giant", &[0; 32], &[], &[]);
    let mut all = entries(0..10);
    all.insert(
        5,
        (giant, Entry::from(vec![0; crate::envelope::MAX_LENGTH + 1])),
    );
    store.put_many(all).await;
    assert!(store.flush(LONG).await);
    let stats = store.stats();
    assert_eq!(
        (
            stats.write_faults.get(&FaultKind::TooLarge),
            stats.written,
            stats.dropped
        ),
        (Some(&1), 10, 1)
    );
    assert_eq!(store.holdings().await.unwrap().entries, 10);
    assert_eq!(store.warnings(), Vec::<String>::new());
}

#[tokio::test]
async fn a_lookup_that_takes_too_long_is_a_fault_and_the_next_ones_don_t_wait() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path(), Mode::Server);
    store.put_many(entries(0..10)).await;
    assert!(store.flush(LONG).await);
    store.memory.clear();
    let (key, _) = entry(0);
    let hold = local(&store).hold_readers().await;
    assert_eq!(
        store.get_many(&[key]).await,
        [Lookup::Fault(FaultKind::Timeout)]
    );
    assert_eq!(
        store.local.as_ref().unwrap().stats().1.reads,
        GateState::Resting(FaultKind::Timeout)
    );
    assert_eq!(
        store.get_many(&[key]).await,
        [Lookup::Fault(FaultKind::Timeout)]
    );
    assert_eq!(store.stats().misses, 0);
    drop(hold);
}

#[tokio::test]
async fn concurrent_lookups_of_a_key_share_one_statement() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path(), Mode::CommandLine);
    store.put_many(entries(0..3)).await;
    assert!(store.flush(LONG).await);
    let batches = [
        [entry(0).0, entry(1).0],
        [entry(1).0, entry(0).0],
        [entry(1).0, entry(2).0],
    ];
    // Pays the cost of opening.
    store.memory.clear();
    store.get_many(&batches[0]).await;
    store.memory.clear();
    let before = store.statements();
    let hold = local(&store).hold_readers().await;
    let lookups = futures::future::join_all(
        batches
            .iter()
            .cycle()
            .take(12)
            .map(|batch| store.get_many(batch)),
    );
    // All lookups are waiting when the first may proceed.
    let (lookups, ()) = futures::join!(lookups, async { drop(hold) });
    for (batch, lookups) in batches.iter().cycle().zip(lookups) {
        for (key, lookup) in batch.iter().zip(lookups) {
            assert_eq!(
                lookup.entry(),
                entries(0..3)
                    .into_iter()
                    .find(|(other, _)| other == key)
                    .map(|found| found.1)
            );
        }
    }
    // One for the first batch, and one for the key that only the third has.
    assert_eq!(store.statements(), before + 2);
}

#[test]
fn a_queue_is_emptied_though_the_writer_s_runtime_is_gone() {
    let home = tempfile::tempdir().unwrap();
    let store = open(home.path(), Mode::Server);
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
    };
    let (key, value) = entry(0);
    runtime().block_on(async { store.put(key, value) });
    let (key, value) = entry(1);
    store.put(key, value);
    assert!(runtime().block_on(store.flush(LONG)));
    assert_eq!(store.stats().written, 2);
}
