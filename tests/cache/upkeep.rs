//! What keeps the file small, and what must be kept.

use crate::{file_at, new_file};
use std::path::Path;
use std::time::Duration;

use rustassistant::cache::{Cache, Entry, Limits, Mode, Policy};
use sqlx::Connection;

use super::{LONG, entries, entry, faults, filled, hits, key, keys, store};

const HOUR: Duration = Duration::from_hours(1);

/// Makes the entries appear to have been used last the given number of hours ago.
async fn age(path: &Path, numbers: std::ops::Range<u32>, hours: i64) {
    shift(
        path,
        numbers,
        hours,
        "UPDATE entry SET used = used - ?2 WHERE key = ?1",
    )
    .await;
}

/// Makes the entries appear to have been stored the given number of hours ago, and used just now.
async fn store_earlier(path: &Path, numbers: std::ops::Range<u32>, hours: i64) {
    shift(
        path,
        numbers,
        hours,
        "UPDATE entry SET created = created - ?2 WHERE key = ?1",
    )
    .await;
}

async fn shift(path: &Path, numbers: std::ops::Range<u32>, hours: i64, statement: &'static str) {
    let mut connection = faults::connect(path).await;
    for number in numbers {
        sqlx::query(statement)
            .bind(&key(number).as_bytes()[..])
            .bind(hours)
            .execute(&mut connection)
            .await
            .unwrap();
    }
    connection.close().await.unwrap();
}

#[tokio::test]
async fn what_was_not_used_for_long_goes() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 1_300).await;
    age(&path, 0..1_100, 31 * 24).await;
    let cache = file_at(&path);
    assert_eq!(cache.prune(Limits::default()).await, Ok(1_100));
    let lookups = cache.get_many(&keys(1_300)).await;
    assert_eq!((hits(&lookups[..1_100]), hits(&lookups[1_100..])), (0, 200));
    assert_eq!(cache.prune(Limits::default()).await, Ok(0));
}

#[tokio::test]
async fn above_the_size_the_least_recently_used_goes_first() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 1_000).await;
    age(&path, 500..1_000, 20).await;
    let cache = file_at(&path);
    let full = cache.stats().await.unwrap().disk_bytes;
    let limits = Limits {
        bytes: full * 3 / 4,
        ..Limits::default()
    };
    let pruned = cache.prune(limits).await.unwrap();
    cache.close().await;
    assert!(path.metadata().unwrap().len() <= limits.bytes);
    let lookups = cache.get_many(&keys(1_000)).await;
    assert_eq!(hits(&lookups[..500]), 500);
    assert_eq!(hits(&lookups), 1_000 - usize::try_from(pruned).unwrap());
    assert!((250..450).contains(&pruned), "{pruned}");
}

/// Which of the entries are present.
async fn left(path: &Path, count: u32) -> Vec<bool> {
    let lookups = file_at(path).get_many(&keys(count)).await;
    lookups
        .into_iter()
        .map(|lookup| lookup.entry().is_some())
        .collect()
}

fn half_of(full: u64, policy: Policy) -> Limits {
    Limits {
        bytes: full / 2,
        policy,
        ..Limits::default()
    }
}

#[tokio::test]
async fn above_the_size_the_oldest_goes_first_however_it_was_used() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 1_000).await;
    store_earlier(&path, 0..100, 50).await;
    store_earlier(&path, 300..600, 40).await;
    age(&path, 600..1_000, 100).await;
    let cache = file_at(&path);
    let full = cache.stats().await.unwrap().disk_bytes;
    let pruned = cache.prune(half_of(full, Policy::Oldest)).await.unwrap();
    assert!((500..700).contains(&pruned), "{pruned}");
    cache.close().await;
    assert!(path.metadata().unwrap().len() <= full / 2);
    let left = left(&path, 1_000).await;
    assert!(!left[..100].contains(&true) && !left[300..600].contains(&true));
    assert!(
        !left[100..200].contains(&true),
        "of the same hour, in order"
    );
    assert!(!left[800..].contains(&false));
}

#[tokio::test]
async fn above_the_size_the_largest_goes_first() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    let cache = new_file(&path).await.unwrap();
    // Ten sizes in rotation.
    let sized = |number: u32| {
        let part = entry(number)[..200 + 150 * (number as usize % 10)].to_vec();
        (key(number), Entry::from(part))
    };
    let all: Vec<_> = (0..1_000).map(sized).collect();
    cache.put_many(&all).await.unwrap();
    let full = cache.stats().await.unwrap().disk_bytes;
    let pruned = cache.prune(half_of(full, Policy::Largest)).await.unwrap();
    assert!((300..650).contains(&pruned), "{pruned}");
    cache.close().await;
    assert!(path.metadata().unwrap().len() <= full / 2);
    for (number, left) in left(&path, 1_000).await.into_iter().enumerate() {
        match number % 10 {
            0..4 => assert!(left, "{number} is small"),
            8.. => assert!(!left, "{number} is large"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_clock_that_was_ahead_keeps_nothing_for_ever() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    let year = 365 * 24;
    filled(&path, 1_000).await;
    age(&path, 0..600, -year).await;
    store_earlier(&path, 0..600, -year).await;
    // Used entries get a timestamp from the correct clock.
    let reading = store(&path, Mode::CommandLine);
    assert_eq!(hits(&reading.get_many(&keys(100)).await), 100);
    assert!(reading.close(LONG).await);
    let cache = file_at(&path);
    let full = cache.stats().await.unwrap().disk_bytes;
    assert_eq!(cache.prune(Limits::default()).await, Ok(0));
    let limits = Limits {
        bytes: full * 2 / 3,
        ..Limits::default()
    };
    cache.prune(limits).await.unwrap();
    let there = left(&path, 1_000).await;
    assert!(!there[..100].contains(&false) && !there[600..].contains(&false));
    assert!(!there[100..400].contains(&true));
    cache.prune(half_of(full, Policy::Oldest)).await.unwrap();
    assert!(!left(&path, 1_000).await[600..].contains(&false));
}

/// On a machine that starts in 1970 until its clock is synchronized.
#[tokio::test]
async fn a_clock_that_is_behind_removes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 50).await;
    age(&path, 0..50, -60 * 365 * 24).await;
    store_earlier(&path, 0..50, -60 * 365 * 24).await;
    let cache = file_at(&path);
    for policy in [Policy::LeastRecentlyUsed, Policy::Oldest, Policy::Largest] {
        let limits = Limits {
            policy,
            ..Limits::default()
        };
        assert_eq!(cache.prune(limits).await, Ok(0));
        assert_eq!(cache.upkeep(limits).await, Ok(0));
    }
    assert_eq!(hits(&cache.get_many(&keys(50)).await), 50);
    cache.put_many(&entries(60)).await.unwrap();
    assert_eq!(hits(&cache.get_many(&keys(60)).await), 60);
}

#[tokio::test]
async fn what_was_all_used_in_one_hour_goes_only_as_far_as_it_must() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 1_000).await;
    let cache = file_at(&path);
    let full = cache.stats().await.unwrap().disk_bytes;
    let pruned = cache
        .prune(Limits {
            bytes: full / 2,
            ..Limits::default()
        })
        .await
        .unwrap();
    assert!((500..700).contains(&pruned), "{pruned}");
}

#[tokio::test]
async fn a_hit_keeps_an_old_entry_alive() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 20).await;
    age(&path, 0..20, 29 * 24).await;
    let reading = store(&path, Mode::CommandLine);
    assert_eq!(hits(&reading.get_many(&keys(10)).await), 10);
    assert!(reading.close(LONG).await);
    age(&path, 0..20, 2 * 24).await;
    let cache = file_at(&path);
    assert_eq!(cache.prune(Limits::default()).await, Ok(10));
    assert_eq!(hits(&cache.get_many(&keys(10)).await), 10);
}

#[tokio::test]
async fn reading_what_is_young_writes_nothing() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 20).await;
    let before = std::fs::read(&path).unwrap();
    let store = store(&path, Mode::CommandLine);
    assert_eq!(hits(&store.get_many(&keys(20)).await), 20);
    assert!(store.close(LONG).await);
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn upkeep_is_done_once_a_day_and_by_one() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 30).await;
    age(&path, 0..10, 31 * 24).await;
    let cache = file_at(&path);
    assert_eq!(cache.upkeep(Limits::default()).await, Ok(10));
    age(&path, 10..20, 31 * 24).await;
    assert_eq!(cache.upkeep(Limits::default()).await, Ok(0));
    assert_eq!(
        file_at(&path).upkeep(Limits::default()).await,
        Ok(0),
        "nor does another process"
    );
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let yesterday = now.saturating_sub(HOUR * 24);
    std::fs::write(
        path.with_extension("db.lock"),
        yesterday.as_secs().to_string(),
    )
    .unwrap();
    assert_eq!(cache.upkeep(Limits::default()).await, Ok(10));
}

#[tokio::test]
async fn upkeep_leaves_the_file_to_whoever_holds_the_lock() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 30).await;
    age(&path, 0..10, 31 * 24).await;
    let lock = std::fs::File::create(path.with_extension("db.lock")).unwrap();
    lock.lock().unwrap();
    let cache = file_at(&path);
    assert_eq!(cache.upkeep(Limits::default()).await, Ok(0));
    drop(lock);
    assert_eq!(cache.upkeep(Limits::default()).await, Ok(10));
}

#[tokio::test]
async fn a_run_that_writes_does_the_upkeep_at_its_end() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 30).await;
    age(&path, 0..10, 31 * 24).await;
    let store = store(&path, Mode::CommandLine);
    store.put_many(entries(40)[30..].to_vec()).await;
    assert!(store.close(LONG).await);
    let file = file_at(&path);
    assert_eq!(file.stats().await.unwrap().entries, 30);
    assert_eq!(file.prune(Limits::default()).await, Ok(0));
    assert_eq!(Limits::default().age, HOUR * 720);
}
