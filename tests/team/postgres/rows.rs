//! Stored entries are found again, and nothing else is.

use rustassistant::cache::{Limits, Policy, Shelf};
use std::time::Duration;

use super::*;

#[tokio::test]
async fn what_one_writes_another_finds() {
    let database = Postgres::database().await;
    let signer = signer();
    let writer = cache(&writing(database.on_socket("writer"), &signer)).await;
    writer.put_many(&entries(2_500)).await.unwrap();

    let reader = cache(&trusting(database.with_tls("reader"), &signer.public())).await;
    let mut asked = keys(2_501);
    asked.push(key(7));
    let lookups = reader.get_many(&asked).await;
    assert_eq!(lookups.len(), 2_502);
    for (number, lookup) in (0..2_500).zip(&lookups) {
        assert_eq!(lookup.clone().entry(), Some(entry(number)), "{number}");
    }
    assert_eq!(lookups[2_500], Lookup::Miss);
    assert_eq!(lookups[2_501].clone().entry(), Some(entry(7)));
    assert!(reader.get_many(&[]).await.is_empty());
}

#[tokio::test]
async fn the_first_row_stays() {
    let database = Postgres::database().await;
    let shelf = shelf(&database.on_socket("writer")).await;
    assert_eq!(shelf.store(&rows(3)).await, Ok(3));
    let other = b"another envelope of the same key".to_vec();
    let again = [(key(1), other.clone()), (key(3), other.clone())];
    assert_eq!(shelf.store(&again).await, Ok(1));
    assert_eq!(shelf.store(&[]).await, Ok(0));
    let twice = [(key(4), row(4)), (key(4), other.clone())];
    assert_eq!(shelf.store(&twice).await, Ok(1));
    let found = shelf.fetch(&[key(1), key(3)]).await;
    assert_eq!(found, [Ok(Some(row(1))), Ok(Some(other))]);
}

#[tokio::test]
async fn rows_that_are_too_large_are_refused() {
    let database = Postgres::database().await;
    let shelf = shelf(&database.on_socket("writer")).await;
    let fault = shelf
        .store(&[(key(0), vec![0; 17 << 20])])
        .await
        .unwrap_err();
    assert_fault(&fault, FaultKind::TooLarge);
    let fault = shelf.store(&[(key(0), vec![0; 3])]).await.unwrap_err();
    assert_fault(&fault, FaultKind::Malformed);
    // Several rows that exceed one statement in total.
    let large: Vec<_> = (0..5)
        .map(|number| (key(number), vec![7; 3 << 20]))
        .collect();
    assert_eq!(shelf.store(&large).await, Ok(5));
    let found = shelf.fetch(&keys(5)).await;
    assert!(found.iter().all(|row| *row == Ok(Some(vec![7; 3 << 20]))));
}

#[tokio::test]
async fn pages_come_in_the_order_of_the_keys() {
    let database = Postgres::database().await;
    let shelf = shelf(&database.on_socket("writer")).await;
    shelf.store(&rows(1_300)).await.unwrap();
    let mut expected = rows(1_300);
    expected.sort_by_key(|(key, _)| *key.as_bytes());
    assert!(shelf.list(None, 2_000).await.unwrap() == expected);
    assert!(shelf.list(None, 1_300).await.unwrap() == expected);
    assert_eq!(shelf.list(None, 0).await, Ok(Vec::new()));
    let (mut after, mut listed) = (None, Vec::new());
    loop {
        let mut page = shelf.list(after, 500).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some(*last);
        listed.append(&mut page);
    }
    assert!(listed == expected);
}

#[tokio::test]
async fn everything_is_counted_removed_and_cleared() {
    let database = Postgres::database().await;
    let shelf = shelf(&database.on_socket("server")).await;
    shelf.store(&rows(1_000)).await.unwrap();
    let other = shelf.with_namespace("pr-9".parse().unwrap());
    other.store(&rows(10)).await.unwrap();
    let holdings = shelf.stats().await.unwrap();
    assert_eq!(holdings.entries, 1_000);
    assert_eq!(holdings.envelope_bytes, 1_000 * row(0).len() as u64);
    assert!(holdings.disk_bytes > holdings.envelope_bytes);

    assert_eq!(shelf.remove(&[key(1), key(2), key(5_000)]).await, Ok(2));
    assert_eq!(shelf.fetch(&[key(1)]).await, [Ok(None)]);
    assert_eq!(shelf.clear().await, Ok(998));
    assert_eq!(shelf.stats().await.unwrap().entries, 0);
    assert_eq!(other.stats().await.unwrap().entries, 10);
}

#[tokio::test]
async fn old_rows_go() {
    let database = Postgres::database().await;
    let writer = shelf(&database.on_socket("writer")).await;
    writer.store(&rows(1_500)).await.unwrap();
    let old = "UPDATE rustassistant.entry SET created = now() - interval '31 days' \
               WHERE key IN (SELECT key FROM rustassistant.entry ORDER BY key LIMIT 1200)";
    database.say(old).await;
    let gc = shelf(&database.on_socket("gc")).await;
    assert_eq!(gc.prune(Limits::default()).await, Ok(1_200));
    assert_eq!(gc.prune(Limits::default()).await, Ok(0));
    assert_eq!(gc.stats().await.unwrap().entries, 300);
}

async fn pruned(policy: Policy) -> Vec<bool> {
    let database = Postgres::database().await;
    let server = shelf(&database.on_socket("server")).await;
    // Later rows are smaller.
    let lengths = (0..20).map(|number| (key(number), vec![1; 2_000 - 50 * number as usize]));
    for row in lengths {
        server.store(&[row]).await.unwrap();
    }
    let limits = Limits {
        bytes: 20_000,
        age: Duration::from_hours(1),
        policy,
    };
    assert!(server.prune(limits).await.unwrap() > 0);
    assert!(server.stats().await.unwrap().envelope_bytes <= 18_000);
    assert_eq!(server.prune(limits).await, Ok(0));
    let found = server.fetch(&keys(20)).await;
    found
        .into_iter()
        .map(|row| row.unwrap().is_some())
        .collect()
}

#[tokio::test]
async fn what_is_too_much_goes_in_the_order_that_was_asked_for() {
    for policy in [Policy::LeastRecentlyUsed, Policy::Oldest, Policy::Largest] {
        let kept = pruned(policy).await;
        assert!(!kept[0] && kept[19], "{policy:?}: {kept:?}");
        assert!(kept.is_sorted(), "{policy:?}: {kept:?}");
    }
    // Both orders agree above; here the newest is the largest.
    let database = Postgres::database().await;
    let server = shelf(&database.on_socket("server")).await;
    server.store(&[(key(0), vec![1; 100])]).await.unwrap();
    server.store(&[(key(1), vec![1; 1_000])]).await.unwrap();
    let limits = |policy| Limits {
        bytes: 1_000,
        policy,
        ..Limits::default()
    };
    let other = server.with_namespace("other".parse().unwrap());
    other.store(&[(key(0), vec![1; 100])]).await.unwrap();
    other.store(&[(key(1), vec![1; 850])]).await.unwrap();
    assert_eq!(server.prune(limits(Policy::Largest)).await, Ok(1));
    assert_eq!(
        server.fetch(&keys(2)).await,
        [Ok(Some(vec![1; 100])), Ok(None)]
    );
    assert_eq!(
        other
            .prune(Limits {
                bytes: 940,
                ..limits(Policy::Oldest)
            })
            .await,
        Ok(2)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_write_the_same_in_different_orders() {
    let database = Postgres::database().await;
    let mut writers = Vec::new();
    for turn in 0..8 {
        let shelf = shelf(&database.on_socket("writer")).await;
        writers.push(tokio::spawn(async move {
            let mut rows = rows(3_000);
            rows.rotate_left(turn * 333);
            if turn % 2 == 0 {
                rows.reverse();
            }
            shelf.store(&rows).await
        }));
    }
    let mut added = 0;
    for writer in writers {
        added += writer.await.unwrap().unwrap();
    }
    assert_eq!(added, 3_000);
    let shelf = shelf(&database.on_socket("reader")).await;
    let found = shelf.fetch(&keys(3_000)).await;
    assert!(
        (0..)
            .zip(found)
            .all(|(number, found)| found == Ok(Some(row(number))))
    );
}

#[tokio::test]
async fn what_was_altered_is_no_hit() {
    let database = Postgres::database().await;
    let signer = signer();
    let writer = cache(&writing(database.on_socket("writer"), &signer)).await;
    writer.put_many(&entries(4)).await.unwrap();
    for change in [
        // A flipped bit, another key's envelope, no signature, and garbage.
        format!(
            "envelope = set_byte(envelope, 30, get_byte(envelope, 30) # 1) WHERE key = '\\x{}'",
            key(0)
        ),
        format!(
            "envelope = (SELECT envelope FROM rustassistant.entry WHERE key = '\\x{}') WHERE key = '\\x{}'",
            key(3),
            key(1)
        ),
        format!(
            "envelope = substr(envelope, 1, octet_length(envelope) - 72) WHERE key = '\\x{}'",
            key(2)
        ),
    ] {
        database
            .say(&format!("UPDATE rustassistant.entry SET {change}"))
            .await;
    }
    let reader = cache(&trusting(database.on_socket("reader"), &signer.public())).await;
    let lookups = reader.get_many(&keys(4)).await;
    assert_eq!(lookups[0], Lookup::Fault(FaultKind::BadSignature));
    assert_eq!(lookups[1], Lookup::Fault(FaultKind::BadSignature));
    assert_eq!(lookups[2], Lookup::Fault(FaultKind::Unsigned));
    assert_eq!(lookups[3].clone().entry(), Some(entry(3)));
    // An envelope from another namespace isn't accepted either.
    database
        .say("UPDATE rustassistant.entry SET ns = 'pr-1'")
        .await;
    let other = trusting(database.on_socket("branch"), &signer.public());
    let lookups = cache(&within(other, "pr-1"))
        .await
        .get_many(&[key(3)])
        .await;
    assert_eq!(lookups, [Lookup::Fault(FaultKind::BadSignature)]);
}

#[tokio::test]
async fn nobody_unknown_is_believed_and_nobody_writes_unsigned() {
    let database = Postgres::database().await;
    let stranger = signer();
    let writer = cache(&writing(database.on_socket("writer"), &stranger)).await;
    writer.put_many(&entries(3)).await.unwrap();
    let reader = cache(&trusting(database.on_socket("reader"), &signer().public())).await;
    let lookups = reader.get_many(&keys(3)).await;
    assert_eq!(lookups, vec![Lookup::Fault(FaultKind::UnknownSigner); 3]);
    let fault = reader.put_many(&entries(1)).await.unwrap_err();
    assert_fault(&fault, FaultKind::Setting);
    assert!(reader.entries(None, 10).await.unwrap().is_empty());
    assert_eq!(reader.check().await.unwrap().damaged, 3);
}
