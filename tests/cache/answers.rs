//! The responses of an intact cache.

use crate::{file_at, new_file, open_tiers};
use std::sync::Arc;
use std::time::Duration;

use rustassistant::cache::{Cache, CacheBackend, Key, Lookup, Mode, Tier, TieredOptions};
use rustassistant::migrations;

use super::{LONG, assert_never_wrong, entries, entry, filled, hits, key, keys, store};

#[tokio::test]
async fn what_is_put_comes_back_from_another_process_s_view() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    let cache = new_file(&path).await.unwrap();
    cache.put_many(&entries(1_234)).await.unwrap();
    let other = file_at(&path);
    let lookups = other.get_many(&keys(1_240)).await;
    assert_never_wrong(&lookups);
    assert_eq!(hits(&lookups), 1_234);
    assert_eq!(lookups[1_234..], vec![Lookup::Miss; 6]);
}

#[tokio::test]
async fn odd_batches_are_answered_in_order() {
    let home = tempfile::tempdir().unwrap();
    let cache = new_file(home.path().join("cache.db")).await.unwrap();
    cache.put_many(&entries(3)).await.unwrap();
    assert_eq!(cache.get_many(&[]).await, []);
    cache.put_many(&[]).await.unwrap();
    let lookups = cache.get_many(&[key(2), key(7), key(2), key(0)]).await;
    let found: Vec<_> = lookups.into_iter().map(Lookup::entry).collect();
    assert_eq!(
        found,
        [Some(entry(2)), None, Some(entry(2)), Some(entry(0))]
    );
}

#[tokio::test]
async fn putting_twice_keeps_one() {
    let home = tempfile::tempdir().unwrap();
    let cache = new_file(home.path().join("cache.db")).await.unwrap();
    for _ in 0..2 {
        cache.put_many(&entries(150)).await.unwrap();
    }
    assert_eq!(cache.stats().await.unwrap().entries, 150);
}

#[tokio::test]
async fn a_second_lookup_sends_no_statement() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 100).await;
    let store = store(&path, Mode::Server);
    assert_eq!(store.statements(), 0);
    let first = store.get_many(&keys(100)).await;
    assert!(
        first
            .iter()
            .all(|lookup| matches!(lookup, Lookup::Hit(_, Tier::Local)))
    );
    let sent = store.statements();
    assert!(sent > 0);
    let second = store.get_many(&keys(100)).await;
    assert!(
        second
            .iter()
            .all(|lookup| matches!(lookup, Lookup::Hit(_, Tier::Memory)))
    );
    assert_eq!(store.get(&key(5)), Some(entry(5)));
    assert_eq!(store.statements(), sent);
    let stats = store.stats();
    assert_eq!(
        (stats.local_hits, stats.memory_hits, stats.misses),
        (100, 101, 0)
    );
}

#[tokio::test]
async fn what_was_just_put_is_found_without_a_statement() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home.path().join("cache.db"), Mode::Server);
    store.put(key(1), entry(1));
    assert!(matches!(
        store.get_many(&[key(1)]).await[0],
        Lookup::Hit(_, Tier::Memory)
    ));
    assert_eq!(store.statements(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn threads_that_ask_for_the_same_keys_all_get_them() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 300).await;
    let store = Arc::new(store(&path, Mode::CommandLine));
    let ask = |from: u32| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let batch: Vec<Key> = (0..300).map(|number| key((number + from) % 300)).collect();
            hits(&store.get_many(&batch).await)
        })
    };
    let tasks: Vec<_> = (0..16).map(|task| ask(task * 37)).collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), 300);
    }
}

#[tokio::test]
async fn overlapping_batches_don_t_wait_for_each_other_for_ever() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 100).await;
    let store = store(&path, Mode::CommandLine);
    let backwards: Vec<Key> = keys(100).into_iter().rev().collect();
    let doubled: Vec<Key> = keys(100).into_iter().chain(keys(100)).collect();
    let all = [keys(100), backwards, doubled];
    let lookups = futures::future::join_all(all.iter().map(|batch| store.get_many(batch)));
    let lookups = tokio::time::timeout(LONG, lookups).await.unwrap();
    for (batch, lookups) in all.iter().zip(lookups) {
        assert_eq!(hits(&lookups), batch.len());
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_takes_nobody_along() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 10).await;
    let store = store(&path, Mode::CommandLine);
    for _ in 0..20 {
        let batch = keys(10);
        // The first future is dropped while its statement is running.
        tokio::time::timeout(Duration::ZERO, store.get_many(&batch))
            .await
            .ok();
    }
    assert_eq!(hits(&store.get_many(&keys(10)).await), 10);
}

#[tokio::test]
async fn writes_reach_the_file_without_being_asked_to() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    let store = store(&path, Mode::Server);
    for (key, entry) in entries(250) {
        store.put(key, entry);
    }
    let other = file_at(&path);
    tokio::time::timeout(LONG, async {
        while hits(&other.get_many(&keys(250)).await) < 250 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .unwrap();
    assert_eq!(store.stats().dropped, 0);
}

#[test]
fn a_flush_writes_all_even_what_came_from_threads_without_a_runtime() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    let store = store(&path, Mode::CommandLine);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for (key, entry) in entries(3_000) {
                store.put(key, entry);
            }
        });
    });
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap()
    };
    assert!(runtime().block_on(store.close(LONG)));
    let stats = store.stats();
    assert_eq!((stats.written, stats.dropped), (3_000, 0));
    let beside: Vec<_> = std::fs::read_dir(home.path())
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    assert!(
        !beside
            .iter()
            .any(|name| name.to_string_lossy().ends_with("-wal")),
        "{beside:?}"
    );
    assert_eq!(
        hits(&runtime().block_on(file_at(&path).get_many(&keys(3_000)))),
        3_000
    );
}

#[tokio::test]
async fn the_command_line_waits_rather_than_to_pile_up_or_to_drop() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home.path().join("cache.db"), Mode::CommandLine);
    store.put_many(entries(5_000)).await;
    assert!(store.stats().written >= 3_000);
    assert!(store.flush(LONG).await);
    assert_eq!(store.stats().written, 5_000);
}

#[test]
fn a_server_drops_and_counts_when_too_much_waits() {
    let home = tempfile::tempdir().unwrap();
    let store = store(&home.path().join("cache.db"), Mode::Server);
    // Nothing is written, as there is no runtime.
    for number in 0..10_500 {
        store.put(key(number), entry(number % 7));
    }
    assert_eq!(store.stats().dropped, 500);
}

#[tokio::test]
async fn without_a_path_there_is_memory() {
    let store = open_tiers(TieredOptions::default());
    store.put(key(1), entry(1));
    let lookups = store.get_many(&keys(2)).await;
    assert_eq!(lookups[0], Lookup::Miss);
    assert_eq!(lookups[1].clone().entry(), Some(entry(1)));
    assert!(store.close(LONG).await);
    assert_eq!((store.path(), store.clear().await), (None, Ok(0)));
    assert_eq!(store.get(&key(1)), None);
}

#[tokio::test]
async fn looking_creates_nothing() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(".rustassistant/cache.db");
    let store = store(&path, Mode::CommandLine);
    assert_eq!(store.get_many(&keys(3)).await, vec![Lookup::Miss; 3]);
    assert_eq!(store.holdings().await.unwrap().entries, 0);
    assert_eq!(
        (store.clear().await, store.locate(&key(1)).await),
        (Ok(0), Ok(None))
    );
    assert!(store.close(LONG).await);
    assert!(!path.exists());
    assert_eq!(store.warnings(), Vec::<String>::new());
}

#[tokio::test]
async fn clearing_forgets_in_every_tier() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 400).await;
    let store = store(&path, Mode::CommandLine);
    assert_eq!(store.locate(&key(1)).await, Ok(Some(Tier::Local)));
    store.get_many(&keys(400)).await;
    assert_eq!(store.locate(&key(1)).await, Ok(Some(Tier::Memory)));
    let full = store.holdings().await.unwrap();
    assert_eq!(full.entries, 400);
    assert_eq!(store.clear().await, Ok(400));
    assert_eq!(store.locate(&key(1)).await, Ok(None));
    assert_eq!(store.get_many(&keys(400)).await, vec![Lookup::Miss; 400]);
    let empty = store.holdings().await.unwrap();
    assert_eq!(empty.entries, 0);
    assert!(
        empty.disk_bytes < full.disk_bytes / 4,
        "{empty:?} after {full:?}"
    );
}

#[tokio::test]
async fn entries_come_in_pages_and_go_one_by_one() {
    let home = tempfile::tempdir().unwrap();
    let cache = CacheBackend::Sqlite(home.path().join("cache.db"))
        .connect(&migrations::SQLITE)
        .await
        .unwrap();
    cache.put_many(&entries(25)).await.unwrap();
    let mut sorted = keys(25);
    sorted.sort();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = cache.entries(after, 10).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        seen.extend(page.into_iter().map(|(key, _)| key));
    }
    assert_eq!(seen, sorted);
    assert_eq!(cache.remove(&[key(1), key(77), key(2)]).await, Ok(2));
    assert_eq!(cache.get_many(&[key(1)]).await, [Lookup::Miss]);
    let findings = cache.check().await.unwrap();
    assert_eq!(
        (findings.entries, findings.damaged, findings.problems.len()),
        (23, 0, 0)
    );
}

#[tokio::test]
async fn small_files_stay_small() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 45).await;
    let bytes = path.metadata().unwrap().len();
    assert!(bytes <= 76_000, "{bytes}");
}

#[cfg(unix)]
#[tokio::test]
async fn folder_and_file_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(".rustassistant/cache.db");
    let cache = new_file(&path).await.unwrap();
    cache.put_many(&entries(3)).await.unwrap();
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let file = file.unwrap().path();
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
}
