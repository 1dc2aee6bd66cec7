//! A database that is down, slow, full or of a different kind.

use std::time::{Duration, Instant};

use rustassistant::cache::{Patience, Shelf};
use sqlx::Connection;

use super::*;

/// Far longer than any deadline; reaching it means a hang.
const LONG: Duration = Duration::from_secs(15);

#[tokio::test]
async fn nobody_is_there() {
    let (mut server, database) = Postgres::own(&[]).await;
    server.halt();
    let start = Instant::now();
    for remote in [database.on_socket("reader"), database.with_tls("reader")] {
        let cache = cache(&remote).await;
        assert_no_answer(&cache, FaultKind::Unreachable).await;
        let fault = cache.stats().await.unwrap_err();
        assert_fault(&fault, FaultKind::Unreachable);
    }
    assert!(start.elapsed() < LONG);
    let nowhere = remote("reader", "no-such-host.invalid/x");
    assert_no_answer(&cache(&nowhere).await, FaultKind::Unreachable).await;
}

#[tokio::test]
async fn killed_and_restarted() {
    let (mut server, database) = Postgres::own(&[]).await;
    let signer = signer();
    let cache = cache(&writing(database.with_tls("writer"), &signer)).await;
    cache.put_many(&entries(3)).await.unwrap();
    assert_eq!(hits(&cache.get_many(&keys(3)).await), 3);
    server.kill();
    assert_no_answer(&cache, FaultKind::Unreachable).await;
    let fault = cache.put_many(&entries(5)).await.unwrap_err();
    assert_fault(&fault, FaultKind::Unreachable);
    assert!(server.resume(), "{}", server.log());
    // Its data may be lost on a power failure, but it responds again.
    cache.put_many(&entries(5)).await.unwrap();
    assert_eq!(hits(&cache.get_many(&keys(5)).await), 5);
}

#[tokio::test]
async fn restarted_while_nobody_asked() {
    let (mut server, database) = Postgres::own(&[]).await;
    let cache = cache(&database.on_socket("reader")).await;
    assert_eq!(cache.get_many(&keys(1)).await, [Lookup::Miss]);
    assert!(server.resume(), "{}", server.log());
    assert_eq!(cache.get_many(&keys(1)).await, [Lookup::Miss]);
}

#[tokio::test]
async fn a_connection_ends_on_its_own() {
    let database = Postgres::database().await;
    let cache = cache(&database.on_socket("reader")).await;
    assert_eq!(cache.get_many(&keys(1)).await, [Lookup::Miss]);
    database
        .say("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'reader'")
        .await;
    assert_eq!(cache.get_many(&keys(1)).await, [Lookup::Miss]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_server_holds_nobody() {
    let (server, database) = Postgres::own(&[]).await;
    let remote = Remote {
        patience: Patience::Person,
        ..database.on_socket("reader")
    };
    let held = cache(&remote).await;
    assert_eq!(held.get_many(&keys(1)).await, [Lookup::Miss]);
    let fresh = cache(&remote).await;
    server.freeze();
    let start = Instant::now();
    assert_no_answer(&held, FaultKind::Timeout).await;
    assert_no_answer(&held, FaultKind::Timeout).await;
    assert_no_answer(&fresh, FaultKind::Timeout).await;
    assert!(start.elapsed() < LONG);
    server.thaw();
    assert_eq!(held.get_many(&keys(1)).await, [Lookup::Miss]);
    assert_eq!(fresh.get_many(&keys(1)).await, [Lookup::Miss]);
}

#[tokio::test]
async fn a_lock_holds_nobody() {
    let database = Postgres::database().await;
    let remote = Remote {
        patience: Patience::Person,
        ..database.on_socket("writer")
    };
    let shelf = shelf(&remote).await;
    shelf.store(&rows(1)).await.unwrap();
    let mut admin = database.admin().await;
    let mut transaction = admin.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE rustassistant.entry")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let start = Instant::now();
    assert_eq!(
        shelf.fetch(&keys(2)).await,
        vec![Err(FaultKind::Timeout); 2]
    );
    let fault = shelf.store(&rows(2)).await.unwrap_err();
    assert_fault(&fault, FaultKind::Timeout);
    assert!(start.elapsed() < LONG);
    transaction.rollback().await.unwrap();
    assert_eq!(shelf.store(&rows(2)).await, Ok(1));
}

#[tokio::test]
async fn out_of_connections() {
    let settings = &["max_connections=4", "superuser_reserved_connections=1"];
    let (_server, database) = Postgres::own(settings).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        let cache = cache(&database.on_socket("reader")).await;
        assert_eq!(cache.get_many(&keys(1)).await, [Lookup::Miss]);
        held.push(cache);
    }
    let late = cache(&database.on_socket("reader")).await;
    assert_no_answer(&late, FaultKind::Throttled).await;
    drop(held);
    for _ in 0..100 {
        if late.get_many(&keys(1)).await == [Lookup::Miss] {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("connections are held although nobody holds them");
}

#[tokio::test]
async fn many_at_once_share_four_connections() {
    let database = Postgres::database().await;
    let shelf = shelf(&database.on_socket("reader")).await;
    let asked = keys(10);
    let all = futures::future::join_all((0..40).map(|_| shelf.fetch(&asked))).await;
    assert!(all.iter().flatten().all(|row| *row == Ok(None)));
    let count: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'reader' \
         AND application_name = 'rustassistant'",
    )
    .fetch_one(&mut database.admin().await)
    .await
    .unwrap();
    assert!((1..=4).contains(&count), "{count}");
}

#[tokio::test]
async fn calls_may_be_dropped_half_way() {
    let database = Postgres::database().await;
    let shelf = shelf(&database.on_socket("writer")).await;
    shelf.store(&rows(500)).await.unwrap();
    let asked = keys(500);
    for turn in 0..40_u64 {
        let patience = Duration::from_micros(turn * 50);
        let fetched = tokio::time::timeout(patience, shelf.fetch(&asked)).await;
        assert!(fetched.is_err() || fetched.unwrap().iter().all(Result::is_ok));
    }
    let found = shelf.fetch(&asked).await;
    assert!(
        (0..)
            .zip(found)
            .all(|(number, found)| found == Ok(Some(row(number))))
    );
}

#[tokio::test]
async fn a_wrong_password() {
    let database = Postgres::database().await;
    let wrong = Remote {
        secret: Some(Secret::text("s3cret-but-wrong")),
        ..database.with_tls("reader")
    };
    assert_no_answer(&cache(&wrong).await, FaultKind::Denied).await;
    let address = format!("localhost:{}/{}", database.port(), database.name());
    let in_address = format!("postgresql://reader:s3cret-but-wrong@{address}?password=s3cret");
    let wrong = Remote {
        ca_file: database.with_tls("reader").ca_file,
        patience: Patience::Pipeline,
        ..Remote::at(&*in_address)
    };
    assert_no_answer(&cache(&wrong).await, FaultKind::Denied).await;
    assert_no_answer(
        &cache(&database.with_tls("nobody")).await,
        FaultKind::Denied,
    )
    .await;
}

#[tokio::test]
async fn a_password_in_the_address() {
    let database = Postgres::database().await;
    let address = format!("localhost:{}/{}", database.port(), database.name());
    let in_address = format!("postgresql://reader:{PASSWORD}@{address}");
    let remote = Remote {
        ca_file: database.with_tls("reader").ca_file,
        patience: Patience::Pipeline,
        ..Remote::at(&*in_address)
    };
    assert_eq!(
        cache(&remote).await.get_many(&keys(1)).await,
        [Lookup::Miss]
    );
}

#[tokio::test]
async fn no_table_and_no_database() {
    let database = Postgres::bare_database().await;
    let text = assert_no_answer(
        &cache(&database.on_socket("reader")).await,
        FaultKind::NoTable,
    )
    .await;
    assert!(text.contains("rustassistant cache setup"), "{text}");

    let missing = Postgres::shared().await.named("no_such_database");
    let text = assert_no_answer(
        &cache(&missing.on_socket("reader")).await,
        FaultKind::Setting,
    )
    .await;
    assert!(
        text.contains("no_such_database") && text.contains("cache setup"),
        "{text}"
    );

    let database = Postgres::database().await;
    database
        .say("ALTER TABLE rustassistant.entry RENAME COLUMN envelope TO letter")
        .await;
    assert_no_answer(
        &cache(&database.on_socket("reader")).await,
        FaultKind::NoTable,
    )
    .await;
}

#[tokio::test]
async fn a_database_that_only_reads() {
    let database = Postgres::database().await;
    let shelf = shelf(&database.on_socket("writer")).await;
    shelf.store(&rows(1)).await.unwrap();
    let name = database.name();
    database
        .say(&format!(
            "ALTER DATABASE {name} SET default_transaction_read_only = on"
        ))
        .await;
    let late = shelf_of(&database).await;
    assert_fault(
        &late.store(&rows(2)).await.unwrap_err(),
        FaultKind::ReadOnly,
    );
    assert_eq!(late.fetch(&keys(1)).await, [Ok(Some(row(0)))]);
}

async fn shelf_of(database: &Database) -> PostgresShelf {
    shelf(&database.on_socket("writer")).await
}
