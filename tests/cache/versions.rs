//! Two versions of this program with one file.

use crate::file_at;
use std::path::Path;

use rustassistant::cache::{Cache, FaultKind, Mode};
use sqlx::Connection;

use super::{
    LONG, assert_never_wrong, assert_works_in_memory, entries, faults, filled, hits, keys, store,
};

/// What a newer version does when it finds a file of this version.
async fn migrate_to_newer(path: &Path, statements: &'static str) {
    let mut connection = faults::connect(path).await;
    let migration = format!("BEGIN IMMEDIATE; {statements}; PRAGMA user_version = 2; COMMIT");
    sqlx::raw_sql(sqlx::AssertSqlSafe(migration))
        .execute(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
}

async fn rows(path: &Path, count: &'static str) -> i64 {
    let mut connection = faults::connect(path).await;
    let rows = sqlx::query_scalar(count)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    connection.close().await.unwrap();
    rows
}

/// The running version can't know the new format; it must leave the file alone and continue without it.
#[tokio::test]
async fn an_older_one_that_runs_while_a_newer_one_moves_everything_leaves_it_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 100).await;
    let older = store(&path, Mode::CommandLine);
    assert_eq!(hits(&older.get_many(&keys(50)).await), 50);
    migrate_to_newer(&path, "ALTER TABLE entry RENAME TO record").await;
    assert_never_wrong(&older.get_many(&keys(100)).await);
    assert_works_in_memory(&older).await;
    older.put_many(entries(150)[100..].to_vec()).await;
    assert!(older.close(LONG).await);
    assert!(!path.with_extension("db.corrupt").exists());
    assert_eq!(rows(&path, "SELECT count(*) FROM record").await, 100);
    let fault = file_at(&path).put_many(&entries(1)).await;
    assert_eq!(fault.unwrap_err().kind(), FaultKind::Newer);
}

#[tokio::test]
async fn an_older_one_that_can_t_write_the_newer_form_says_so() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 100).await;
    let older = file_at(&path);
    older.put_many(&entries(101)).await.unwrap();
    migrate_to_newer(
        &path,
        "ALTER TABLE entry RENAME TO old; \
         CREATE TABLE entry (key BLOB PRIMARY KEY, created INTEGER, used INTEGER, envelope BLOB, kind INTEGER NOT NULL) STRICT; \
         INSERT INTO entry SELECT key, created, used, envelope, 1 FROM old; DROP TABLE old",
    )
    .await;
    // It may read what it still understands.
    assert_never_wrong(&older.get_many(&keys(101)).await);
    assert!(older.put_many(&entries(200)).await.is_err());
    let fault = older.put_many(&entries(200)).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Newer, "{fault}");
    assert!(fault.to_string().contains("update this one"), "{fault}");
    assert_eq!(rows(&path, "SELECT count(*) FROM entry").await, 101);
    assert!(!path.with_extension("db.corrupt").exists());
}

/// Both write the same table, which has more columns in the newer version.
#[tokio::test]
async fn both_go_on_where_the_forms_agree() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 100).await;
    let older = file_at(&path);
    assert_eq!(hits(&older.get_many(&keys(100)).await), 100);
    migrate_to_newer(
        &path,
        "ALTER TABLE entry ADD COLUMN kind INTEGER NOT NULL DEFAULT 0",
    )
    .await;
    older.put_many(&entries(100)).await.ok();
    let lookups = older.get_many(&keys(100)).await;
    assert_never_wrong(&lookups);
    assert_eq!(rows(&path, "SELECT count(*) FROM entry").await, 100);
    assert!(!path.with_extension("db.corrupt").exists());
}
