//! The client of an HTTP cache: with a real nginx, and with servers that fail and lie in every way.

mod budget;
mod forged;
mod liar;
mod lies;
mod own;
mod settings;
mod store;
mod tls;

#[path = "../fixtures/nginx.rs"]
mod nginx;

use rustassistant::cache::envelope::Encoder;
use rustassistant::cache::{
    Access, Cache, Entry, Fault, FaultKind, HttpCache, Key, Lookup, Namespace, Patience, Remote,
    Seal, Secret, SecretString, SigningKey,
};

/// The bearer key, which must never be displayed.
const SECRET: &str = "s3cret-bearer-key";

fn key(seed: u8) -> Key {
    Key::from([seed; 32])
}

/// Long enough to be compressed.
fn entry(seed: u8) -> Entry {
    Entry::from([seed, seed, 0, 1].repeat(200))
}

fn entries(seeds: std::ops::Range<u8>) -> Vec<(Key, Entry)> {
    seeds.map(|seed| (key(seed), entry(seed))).collect()
}

/// The signer that every client here trusts.
fn signer() -> SigningKey {
    signer_of(7)
}

fn signer_of(seed: u8) -> SigningKey {
    SigningKey::parse(&SecretString::from(signer_text(seed))).unwrap()
}

fn signer_text(seed: u8) -> String {
    format!("ed25519-secret:{}", format!("{seed:02x}").repeat(32))
}

/// What an honest server stores under this key.
fn sealed(seed: u8) -> Vec<u8> {
    sealed_by(signer(), Namespace::default(), seed)
}

fn sealed_by(signer: SigningKey, namespace: Namespace, seed: u8) -> Vec<u8> {
    let seal = Seal::new(namespace, Some(signer), &[]);
    let sealed = seal.close(&mut Encoder::default(), &key(seed), &entry(seed));
    sealed.unwrap()
}

/// A read-only client with generous timeouts for busy machines.
fn reader(url: &str) -> Remote {
    Remote {
        secret: Some(Secret::text(SECRET)),
        trusted: vec![signer().public()],
        patience: Patience::Pipeline,
        ..Remote::at(url)
    }
}

fn writer(url: &str) -> Remote {
    Remote {
        access: Access::Write(Secret::text(signer_text(7))),
        ..reader(url)
    }
}

async fn open(remote: &Remote) -> HttpCache {
    HttpCache::new(remote).await.unwrap()
}

async fn get(cache: &HttpCache, seed: u8) -> Lookup {
    cache.get_many(&[key(seed)]).await.remove(0)
}

fn is_hit(lookup: &Lookup, seed: u8) -> bool {
    matches!(lookup, Lookup::Hit(found, _) if *found == entry(seed))
}

/// Asserts that looking up one key fails with this fault, whose message names the server and contains no secret.
async fn fails(cache: &HttpCache, kind: FaultKind) -> Fault {
    assert_eq!(get(cache, 1).await, Lookup::Fault(kind));
    shown(&cache.last_fault(kind), kind)
}

/// Like [`fails`], for several keys at once.
async fn fails_for_many(cache: &HttpCache, kind: FaultKind) -> Fault {
    let lookups = cache.get_many(&[key(1), key(2), key(3)]).await;
    assert_eq!(lookups, vec![Lookup::Fault(kind); 3]);
    shown(&cache.last_fault(kind), kind)
}

fn shown(fault: &Fault, kind: FaultKind) -> Fault {
    assert_eq!(fault.kind(), kind, "{fault}");
    let text = format!("{fault} {fault:?}");
    assert!(
        text.contains("127.0.0.1") || text.contains("localhost"),
        "{text}"
    );
    assert!(!text.contains("s3cret"), "{text}");
    fault.clone()
}
