//! The client of a Postgres cache, with a real Postgres.

#[path = "../fixtures/postgres.rs"]
pub(crate) mod fixture;

pub(crate) mod budget;
mod faults;
mod network;
mod rights;
mod rows;

use rustassistant::cache::{
    Access, Cache, Entry, ExposeSecret, Fault, FaultKind, Key, Lookup, PostgresCache,
    PostgresShelf, PublicKey, Remote, Secret, SigningKey,
};

use fixture::{Database, PASSWORD, Postgres, remote};

fn key(number: u32) -> Key {
    Key::new("test", &[0; 32], &[b"2024"], &number.to_le_bytes())
}

fn keys(count: u32) -> Vec<Key> {
    (0..count).map(key).collect()
}

fn entry(number: u32) -> Entry {
    Entry::from(format!("entry {number} ").repeat(30).into_bytes())
}

fn entries(count: u32) -> Vec<(Key, Entry)> {
    (0..count)
        .map(|number| (key(number), entry(number)))
        .collect()
}

/// Unsigned rows, which a shelf returns unchanged.
fn rows(count: u32) -> Vec<(Key, Vec<u8>)> {
    (0..count)
        .map(|number| (key(number), row(number)))
        .collect()
}

fn row(number: u32) -> Vec<u8> {
    format!("a sealed envelope, number {number:08}").into_bytes()
}

fn signer() -> SigningKey {
    SigningKey::generate().unwrap()
}

fn trusting(remote: Remote, key: &PublicKey) -> Remote {
    Remote {
        trusted: vec![key.clone()],
        ..remote
    }
}

fn writing(remote: Remote, key: &SigningKey) -> Remote {
    let secret = key.secret_text().expose_secret().to_owned();
    Remote {
        access: Access::Write(Secret::text(secret)),
        ..remote
    }
}

fn within(remote: Remote, namespace: &str) -> Remote {
    Remote {
        namespace: namespace.parse().unwrap(),
        ..remote
    }
}

async fn cache(remote: &Remote) -> PostgresCache {
    PostgresCache::new(remote).await.unwrap()
}

async fn shelf(remote: &Remote) -> PostgresShelf {
    PostgresShelf::new(remote).await.unwrap()
}

/// Asserts that it is this kind of fault, with a message without secrets.
#[track_caller]
fn assert_fault(fault: &Fault, kind: FaultKind) {
    let text = format!("{fault} {fault:?}");
    assert_eq!(fault.kind(), kind, "{text}");
    assert!(!text.contains(PASSWORD), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

/// Asserts that nothing is found, for this reason, and returns the cache's full message.
async fn assert_no_answer(cache: &PostgresCache, kind: FaultKind) -> String {
    let lookups = cache.get_many(&keys(3)).await;
    let last = lookups.iter().find_map(|lookup| match lookup {
        Lookup::Fault(kind) => Some(cache.last_fault(*kind)),
        _ => None,
    });
    assert_eq!(lookups, vec![Lookup::Fault(kind); 3], "{last:?}");
    let fault = cache.last_fault(kind);
    assert_fault(&fault, kind);
    fault.to_string()
}

fn hits(lookups: &[Lookup]) -> usize {
    let hits = lookups
        .iter()
        .filter(|lookup| matches!(lookup, Lookup::Hit(..)));
    hits.count()
}
