//! Unusable locations: each produces one warning with advice, and a store that works in memory.

use crate::{file_at, new_file};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rustassistant::cache::{Cache, FaultKind, Lookup, Mode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Connection};

use super::{LONG, assert_works_in_memory, entries, filled, hits, key, keys, store};

/// A connection separate from the cache's.
pub(super) async fn connect(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true);
    options
        .busy_timeout(Duration::from_secs(1))
        .connect()
        .await
        .unwrap()
}

/// All lookups report `kind`, nothing is written to disk, and the only warning contains the words.
async fn assert_memory_only(path: &Path, kind: FaultKind, words: &[&str]) {
    for mode in [Mode::Server, Mode::CommandLine] {
        let store = store(path, mode);
        for _ in 0..3 {
            assert_eq!(store.get_many(&keys(2)).await, vec![Lookup::Fault(kind); 2]);
            assert_works_in_memory(&store).await;
        }
        let stats = store.stats();
        assert_eq!((stats.written, stats.misses, stats.local_hits), (0, 0, 0));
        assert!(stats.dropped > 0);
        let warnings = store.warnings();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        for word in words {
            assert!(
                warnings[0].contains(word),
                "{word:?} is not in {warnings:?}"
            );
        }
        assert!(store.close(LONG).await);
    }
    assert!(
        new_file(path)
            .await
            .is_err_and(|fault| fault.kind() == kind)
    );
}

#[tokio::test]
async fn the_home_does_not_exist() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("nobody/.rustassistant/cache.db");
    assert_memory_only(
        &path,
        FaultKind::NoHome,
        &["/nobody: ", "create it", "RUSTASSISTANT_HOME"],
    )
    .await;
    assert!(!home.path().join("nobody").exists());
}

#[tokio::test]
async fn the_home_is_a_file() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("home"), "").unwrap();
    let path = home.path().join("home/.rustassistant/cache.db");
    assert_memory_only(
        &path,
        FaultKind::NotAFolder,
        &["/home: ", "is a file", "RUSTASSISTANT_HOME"],
    )
    .await;
}

#[tokio::test]
async fn the_folder_is_a_file() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join(".rustassistant"), "precious").unwrap();
    let path = home.path().join(".rustassistant/cache.db");
    assert_memory_only(
        &path,
        FaultKind::NotAFolder,
        &["/.rustassistant: ", "move that file away"],
    )
    .await;
    assert_eq!(
        fs::read(home.path().join(".rustassistant")).unwrap(),
        b"precious"
    );
}

#[tokio::test]
async fn the_file_is_a_folder() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    fs::create_dir(&path).unwrap();
    assert_memory_only(&path, FaultKind::NotAFile, &["cache.db: ", "not a file"]).await;
    assert!(path.is_dir());
}

#[cfg(unix)]
#[tokio::test]
async fn the_path_is_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let home = tempfile::tempdir().unwrap();
    let path = home
        .path()
        .join(std::ffi::OsStr::from_bytes(b"\xff"))
        .join("cache.db");
    let store = store(&path, Mode::CommandLine);
    store.get_many(&keys(2)).await;
    assert_works_in_memory(&store).await;
    assert_eq!((store.stats().written, store.warnings().len()), (0, 1));
}

#[tokio::test]
async fn a_path_that_looks_like_an_address_is_a_path() {
    let home = tempfile::tempdir().unwrap();
    for name in ["file:cache?mode=ro#%41.db", "ünï cødé.db", ":memory:"] {
        let path = home.path().join(name);
        filled(&path, 3).await;
        assert!(path.is_file(), "{name}");
        assert_eq!(hits(&file_at(&path).get_many(&keys(3)).await), 3);
    }
}

#[tokio::test]
async fn another_program_s_database_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    for application in [0, 0x0f05_5112] {
        let path = home.path().join(format!("{application}.db"));
        let mut connection = connect(&path).await;
        let schema =
            format!("PRAGMA application_id = {application}; CREATE TABLE photo (name TEXT)");
        sqlx::raw_sql(sqlx::AssertSqlSafe(schema))
            .execute(&mut connection)
            .await
            .unwrap();
        connection.close().await.unwrap();
        let before = fs::read(&path).unwrap();
        assert_memory_only(
            &path,
            FaultKind::Foreign,
            &["another program", "choose another path"],
        )
        .await;
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[tokio::test]
async fn a_newer_version_s_file_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 5).await;
    let mut connection = connect(&path).await;
    sqlx::raw_sql("PRAGMA user_version = 99")
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    let before = fs::read(&path).unwrap();
    assert_memory_only(&path, FaultKind::Newer, &["newer version", "update"]).await;
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_writer_that_doesn_t_let_go_keeps_nobody_from_reading() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 20).await;
    let mut other = connect(&path).await;
    sqlx::raw_sql("BEGIN EXCLUSIVE")
        .execute(&mut other)
        .await
        .unwrap();
    let store = store(&path, Mode::CommandLine);
    assert_eq!(hits(&store.get_many(&keys(20)).await), 20);
    store.put_many(vec![(key(700), super::entry(700))]).await;
    let start = Instant::now();
    assert!(store.flush(LONG).await);
    assert!(start.elapsed() < LONG / 2);
    let stats = store.stats();
    assert_eq!((stats.written, stats.dropped), (0, 1));
    assert_eq!(stats.write_faults.get(&FaultKind::Busy), Some(&1));
    sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
    assert_eq!(
        hits(&file_at(&path).get_many(&keys(20)).await),
        20,
        "busy is no reason to delete"
    );
    assert!(!path.with_extension("db.corrupt").exists());
}

#[tokio::test]
async fn a_server_s_last_flush_ends_in_time_though_the_file_is_locked() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 1).await;
    let mut other = connect(&path).await;
    sqlx::raw_sql("BEGIN EXCLUSIVE")
        .execute(&mut other)
        .await
        .unwrap();
    let store = store(&path, Mode::Server);
    store.put(key(700), super::entry(700));
    let start = Instant::now();
    assert!(!store.flush(Duration::from_millis(300)).await);
    assert!(start.elapsed() < Duration::from_secs(4));
}

/// In exclusive locking mode, other connections can't even read.
#[tokio::test]
async fn a_file_that_can_t_even_be_read_is_busy_and_not_a_miss() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 20).await;
    let mut other = connect(&path).await;
    sqlx::raw_sql("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; UPDATE entry SET used = used")
        .execute(&mut other)
        .await
        .unwrap();
    let store = store(&path, Mode::CommandLine);
    assert_eq!(
        store.get_many(&keys(20)).await,
        vec![Lookup::Fault(FaultKind::Busy); 20]
    );
    assert_eq!(
        store.warnings(),
        Vec::<String>::new(),
        "it may pass by itself"
    );
    assert_works_in_memory(&store).await;
    sqlx::raw_sql("COMMIT").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    // It ignores the file for a while, and then retries.
    tokio::time::timeout(LONG, async {
        while hits(&store.get_many(&keys(20)).await) < 20 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn the_folder_goes_away_meanwhile() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(".rustassistant/cache.db");
    fs::create_dir(path.parent().unwrap()).unwrap();
    filled(&path, 20).await;
    let store = store(&path, Mode::CommandLine);
    assert_eq!(hits(&store.get_many(&keys(20)).await), 20);
    fs::remove_dir_all(path.parent().unwrap()).unwrap();
    super::assert_never_wrong(&store.get_many(&keys(40)).await);
    assert_works_in_memory(&store).await;
    store.put_many(entries(40)).await;
    assert!(store.close(LONG).await);
    assert_eq!(store.warnings(), Vec::<String>::new());
    assert_eq!(
        hits(&file_at(&path).get_many(&keys(40)).await),
        40,
        "the next write creates it again"
    );
}

#[tokio::test]
async fn a_log_without_its_file_is_no_harm() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 5).await;
    let cache = file_at(&path);
    cache.put_many(&entries(40)).await.unwrap();
    fs::copy(path.with_extension("db-wal"), home.path().join("log")).unwrap();
    cache.close().await;
    fs::remove_file(&path).unwrap();
    fs::rename(home.path().join("log"), path.with_extension("db-wal")).unwrap();
    let store = store(&path, Mode::CommandLine);
    super::assert_never_wrong(&store.get_many(&keys(40)).await);
    store.put_many(entries(40)).await;
    assert!(store.close(LONG).await);
    assert_eq!(hits(&file_at(&path).get_many(&keys(40)).await), 40);
}
