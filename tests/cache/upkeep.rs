//! What keeps the file small, and what it must not take.

use std::path::Path;
use std::time::Duration;

use rustassistant::cache::{Cache, Limits, Mode, SqliteCache};
use sqlx::Connection;

use super::{LONG, entries, faults, filled, hits, key, keys, store};

const HOUR: Duration = Duration::from_hours(1);

/// As if the entries had last been used so many hours ago.
async fn age(path: &Path, numbers: std::ops::Range<u32>, hours: i64) {
    let mut connection = faults::connect(path).await;
    for number in numbers {
        sqlx::query("UPDATE entry SET used = used - ?2 WHERE key = ?1")
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
    let cache = SqliteCache::at(&path);
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
    let cache = SqliteCache::at(&path);
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

#[tokio::test]
async fn what_was_all_used_in_one_hour_goes_only_as_far_as_it_must() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 1_000).await;
    let cache = SqliteCache::at(&path);
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
    let cache = SqliteCache::at(&path);
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
    let cache = SqliteCache::at(&path);
    assert_eq!(cache.upkeep(Limits::default()).await, Ok(10));
    age(&path, 10..20, 31 * 24).await;
    assert_eq!(cache.upkeep(Limits::default()).await, Ok(0));
    assert_eq!(
        SqliteCache::at(&path).upkeep(Limits::default()).await,
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
    let cache = SqliteCache::at(&path);
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
    assert_eq!(SqliteCache::at(&path).stats().await.unwrap().entries, 30);
    assert_eq!(store.prune().await, Ok(0));
    assert_eq!(Limits::default().age, HOUR * 720);
}
