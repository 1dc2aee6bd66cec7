//! Storage that fails while the server runs: a miss or 503, and recovery afterwards.

#[path = "../../cache/mounts.rs"]
#[allow(dead_code, reason = "each test program uses a part of it")]
mod mounts;

use std::fs;
use std::process::Command;

use super::server::{Server, eventually, noise, path, seal_with};

/// Stores one entry and checks that it can be read by others.
async fn works(server: &Server, number: u32) -> bool {
    let stored = server.put_ours(number).await;
    let found = server.get(&path("main", number), &server.keys.read).await;
    matches!(stored, 201 | 409) && found.status() == 200
}

#[tokio::test]
async fn a_file_that_is_deleted_is_made_again() {
    let server = Server::start(&[]);
    assert!(works(&server, 1).await);
    for suffix in ["db", "db-wal", "db-shm"] {
        fs::remove_file(server.file("main").with_extension(suffix)).ok();
    }
    assert_eq!(server.put_ours(2).await, 201);
    assert!(server.file("main").exists());
    assert_eq!(server.put_ours(1).await, 201);
    assert!(works(&server, 1).await && works(&server, 2).await);
}

#[tokio::test]
async fn a_file_that_is_damaged_is_moved_aside() {
    let server = Server::start(&[]);
    // More than a connection caches in memory.
    for number in 0..200 {
        let noise = noise(number, 20_000);
        let sealed = seal_with(&server.signer(), "main", number, &noise);
        let at = path("main", number);
        let status = server.put(&at, &server.keys.write, sealed).await;
        assert_eq!(status, 201);
    }
    for suffix in ["db-wal", "db-shm"] {
        fs::remove_file(server.file("main").with_extension(suffix)).ok();
    }
    fs::write(server.file("main"), b"nonsense".repeat(4096)).unwrap();
    for number in 0..200 {
        let status = server
            .get(&path("main", number), &server.keys.read)
            .await
            .status();
        assert!([200, 404, 503].contains(&status.as_u16()), "{status}");
    }
    eventually("the server does not recover", async || {
        works(&server, 7).await
    })
    .await;
    assert!(server.file("main").with_extension("db.corrupt").exists());
    assert!(
        server.log().contains("a new one was started"),
        "{}",
        server.log()
    );
}

#[tokio::test]
async fn a_storage_that_fails_is_503_and_says_nothing_of_itself() {
    let server = Server::start(&[]);
    assert!(works(&server, 1).await);
    let folder = server.file("main").parent().unwrap().to_owned();
    let aside = folder.with_extension("aside");
    fs::rename(&folder, &aside).unwrap();
    fs::write(&folder, "in the way").unwrap();
    assert_eq!(server.put_ours(2).await, 503);
    let (read, at) = (&server.keys.read, path("pr-1", 1));
    let answer = server.get(&at, read).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
    let text = answer.text().await.unwrap();
    assert!(text.contains("storage failed"), "{text}");
    let status = server.get("/v1/status?ns=pr-1", read).await;
    assert_eq!(status.status(), 503);
    let status = status.text().await.unwrap();
    assert!(status.contains(r#""works":false"#), "{status}");
    let metrics = server.get("/metrics", "").await.text().await.unwrap();
    assert!(
        metrics.contains("storage_faults_total{kind=\"not-a-folder\"}"),
        "{metrics}"
    );
    let place = server.home.path().to_str().unwrap();
    for text in [text, status, metrics] {
        assert!(!text.contains(place), "{text}");
    }
    assert!(server.log().contains(place));
    fs::remove_file(&folder).unwrap();
    fs::rename(&aside, &folder).unwrap();
    assert!(works(&server, 2).await && works(&server, 1).await);
}

#[tokio::test]
async fn what_belongs_to_another_program_is_left_alone() {
    let server = Server::start(&[]);
    let foreign = server.file("pr-1");
    let schema = "PRAGMA application_id = 7; CREATE TABLE t (x)";
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&foreign)
        .create_if_missing(true);
    let mut connection = sqlx::ConnectOptions::connect(&options).await.unwrap();
    sqlx::raw_sql(schema)
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    let before = fs::read(&foreign).unwrap();
    let answer = server.get(&path("pr-1", 1), &server.keys.read).await;
    assert_eq!(answer.status(), 503);
    assert_eq!(fs::read(&foreign).unwrap(), before);
    assert!(works(&server, 1).await);
}

#[tokio::test]
async fn a_full_disk_is_503_and_what_is_there_stays() {
    let disk = tempfile::tempdir().unwrap();
    // Can't be tested without permission to mount.
    let Some(_mount) = mounts::Mount::tmpfs(disk.path(), 1 << 20) else {
        return;
    };
    let storage = disk.path().join("cache");
    let storage = storage.to_str().unwrap();
    let server = Server::start(&["--storage", storage]);
    let put = async |number| {
        let sealed = seal_with(&server.signer(), "main", number, &noise(number, 50_000));
        let at = path("main", number);
        server.put(&at, &server.keys.write, sealed).await
    };
    let mut stored = 0;
    while put(stored).await == 201 {
        stored += 1;
    }
    assert!((2..20).contains(&stored), "{stored}");
    assert_eq!(put(stored).await, 503);
    for number in 0..stored {
        let found = server.get(&path("main", number), &server.keys.read).await;
        assert_eq!(found.status(), 200, "{number} of {stored}");
    }
    let metrics = server.get("/metrics", "").await.text().await.unwrap();
    assert!(
        metrics.contains("storage_faults_total{kind=\"full\"}"),
        "{metrics}"
    );
    let larger = Command::new("mount")
        .args(["-o", "remount,size=16777216"])
        .arg(disk.path())
        .status();
    assert!(larger.unwrap().success());
    assert_eq!(put(stored).await, 201);
}
