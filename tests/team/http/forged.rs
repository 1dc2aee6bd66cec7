//! Invalid entries from an otherwise correct server.

use ed25519_dalek::Signer as _;

use super::liar::{Liar, Reply, answer, bytes};
use super::*;

/// Serves this for key 1, individually and in batches.
async fn serving(sealed: Vec<u8>) -> Liar {
    Liar::new(move |heard| {
        if heard.is("POST") {
            Reply::Say(bytes(&frame(key(1), &sealed)))
        } else {
            Reply::Say(bytes(&sealed))
        }
    })
    .await
}

fn frame(key: Key, sealed: &[u8]) -> Vec<u8> {
    let length = u32::try_from(sealed.len()).unwrap();
    [&key.as_bytes()[..], &length.to_le_bytes(), sealed].concat()
}

/// Asserts that this is never accepted as the entry of key 1, whatever the server does.
async fn refused(sealed: Vec<u8>, kind: FaultKind) {
    let liar = serving(sealed).await;
    let cache = open(&reader(&liar.url())).await;
    fails(&cache, kind).await;
    let lookups = cache.get_many(&[key(1), key(2)]).await;
    // Envelopes are only inspected when opened, so the reasons may differ.
    assert!(matches!(lookups[0], Lookup::Fault(_)), "{lookups:?}");
    assert_eq!(lookups[1], Lookup::Miss);
}

#[tokio::test]
async fn the_right_entry_is_a_hit() {
    let liar = serving(sealed(1)).await;
    let cache = open(&reader(&liar.url())).await;
    assert!(is_hit(&get(&cache, 1).await, 1));
    let lookups = cache.get_many(&[key(2), key(1), key(1)]).await;
    assert_eq!(lookups[0], Lookup::Miss);
    assert!(is_hit(&lookups[1], 1) && is_hit(&lookups[2], 1));
}

#[tokio::test]
async fn an_entry_of_another_key_is_refused() {
    refused(sealed(2), FaultKind::BadSignature).await;
}

#[tokio::test]
async fn an_entry_of_another_namespace_is_refused() {
    let namespace = "pr-17".parse().unwrap();
    refused(sealed_by(signer(), namespace, 1), FaultKind::BadSignature).await;
}

#[tokio::test]
async fn an_unsigned_entry_is_refused() {
    let envelope = Encoder::default().encode(&key(1), &entry(1)).unwrap();
    refused(envelope, FaultKind::Unsigned).await;
}

#[tokio::test]
async fn an_unknown_signer_is_refused() {
    let sealed = sealed_by(signer_of(8), Namespace::default(), 1);
    refused(sealed, FaultKind::UnknownSigner).await;
}

#[tokio::test]
async fn a_wrong_signature_is_refused() {
    for place in [10, 40, sealed(1).len() - 1] {
        let mut wrong = sealed(1);
        wrong[place] ^= 0x80;
        let liar = serving(wrong).await;
        let lookup = get(&open(&reader(&liar.url())).await, 1).await;
        let kinds = [FaultKind::BadSignature, FaultKind::Checksum];
        assert!(
            matches!(lookup, Lookup::Fault(kind) if kinds.contains(&kind)),
            "{lookup:?}"
        );
    }
    // Signed by one trusted key in the name of another.
    let mut wrong = sealed_by(signer_of(8), Namespace::default(), 1);
    let (length, honest) = (wrong.len(), sealed(1));
    wrong[length - 72..length - 64].copy_from_slice(&honest[honest.len() - 72..][..8]);
    refused(wrong, FaultKind::BadSignature).await;
}

/// A correctly signed envelope for key 1 with an arbitrary header.
fn forged(codec: u8, length: u32, value: &[u8]) -> Vec<u8> {
    let key = key(1);
    let mut sealed = [&b"RA\x01"[..], &[codec], &length.to_le_bytes()].concat();
    let mut checksum = [0; 16];
    let mut hasher = blake3::Hasher::new_keyed(key.as_bytes());
    hasher.update(&sealed).update(value);
    hasher.finalize_xof().fill(&mut checksum);
    sealed.extend_from_slice(&checksum);
    sealed.extend_from_slice(value);
    let with_length = |field: &[u8]| [&(field.len() as u64).to_le_bytes()[..], field].concat();
    let message = [
        &b"rustassistant cache v1"[..],
        &with_length(b"main"),
        &with_length(key.as_bytes()),
        &[codec],
        &with_length(value),
    ];
    let signature = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).sign(&message.concat());
    let id = blake3::hash(
        ed25519_dalek::SigningKey::from_bytes(&[7; 32])
            .verifying_key()
            .as_bytes(),
    );
    sealed.extend_from_slice(&id.as_bytes()[..8]);
    sealed.extend_from_slice(&signature.to_bytes());
    sealed
}

#[tokio::test]
async fn what_is_forged_here_is_otherwise_right() {
    let liar = serving(forged(0, 5, b"hello")).await;
    let lookup = get(&open(&reader(&liar.url())).await, 1).await;
    assert_eq!(lookup.entry(), Some(Entry::from(&b"hello"[..])));
}

#[tokio::test]
async fn what_unpacks_to_too_much_is_refused() {
    let much = vec![0; 256 << 20];
    let bomb = zstd::bulk::compress(&much, 1).unwrap();
    drop(much);
    let claimed = u32::try_from(256 << 20).unwrap();
    refused(forged(1, claimed, &bomb), FaultKind::TooLarge).await;
    // The declared length would be acceptable.
    for length in [0, 1000, 16 << 20] {
        refused(forged(1, length, &bomb), FaultKind::Checksum).await;
    }
}

#[tokio::test]
async fn a_length_that_is_not_that_of_the_content_is_refused() {
    let packed = zstd::bulk::compress(&[5; 1000], 1).unwrap();
    for length in [0, 999, 1001, 16 << 20] {
        refused(forged(1, length, &packed), FaultKind::Checksum).await;
        refused(forged(0, length, &[5; 1000]), FaultKind::Checksum).await;
    }
    refused(forged(1, 1000, b"no zstd"), FaultKind::Checksum).await;
    refused(forged(9, 7, b"unknown"), FaultKind::Checksum).await;
    refused(forged(0, u32::MAX, b"long"), FaultKind::TooLarge).await;
}

#[tokio::test]
async fn a_web_page_is_no_entry() {
    let page = "<!DOCTYPE html><title>Log in</title>".repeat(20);
    for status in [200, 203] {
        let page = page.clone();
        let liar =
            Liar::new(move |_| Reply::Say(answer(status, "text/html", page.as_bytes()))).await;
        let cache = open(&writer(&liar.url())).await;
        let fault = fails(&cache, FaultKind::Malformed).await;
        assert!(
            status != 200 || fault.to_string().contains("a web page"),
            "{fault}"
        );
        fails_for_many(&cache, FaultKind::Malformed).await;
    }
    for body in ["", "x", "{}", "RA"] {
        let liar = Liar::new(move |_| Reply::Say(bytes(body.as_bytes()))).await;
        fails(&open(&reader(&liar.url())).await, FaultKind::Malformed).await;
    }
}

/// Looks up the keys 1, 2 and 3 together from a server that responds with this.
async fn framed(body: Vec<u8>) -> Vec<Lookup> {
    let liar = Liar::new(move |_| Reply::Say(bytes(&body))).await;
    let cache = open(&reader(&liar.url())).await;
    let lookups = cache.get_many(&[key(1), key(2), key(3)]).await;
    shown(
        &cache.last_fault(FaultKind::Malformed),
        FaultKind::Malformed,
    );
    assert_eq!(liar.heard().len(), 1, "{:?}", liar.heard());
    let query = liar.heard().remove(0);
    assert!(query.head.starts_with("POST /v1/cache/query HTTP/1.1\r\n"));
    let keys = [&b"main\n"[..], &[1; 32], &[2; 32], &[3; 32]];
    assert_eq!(query.body, keys.concat());
    lookups
}

#[tokio::test]
async fn frames_in_any_order_are_read() {
    let body = [frame(key(3), &sealed(3)), frame(key(1), &sealed(1))].concat();
    let lookups = framed(body).await;
    assert!(is_hit(&lookups[0], 1) && is_hit(&lookups[2], 3));
    assert_eq!(lookups[1], Lookup::Miss);
    assert_eq!(framed(Vec::new()).await, vec![Lookup::Miss; 3]);
}

#[tokio::test]
async fn frames_that_are_wrong_make_the_whole_answer_wrong() {
    let (one, two) = (frame(key(1), &sealed(1)), frame(key(2), &sealed(2)));
    let unasked = frame(key(9), &sealed(9));
    let mut beyond = one.clone();
    beyond[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut further = one.clone();
    further[32..36].copy_from_slice(&10_000_u32.to_le_bytes());
    for body in [
        [&one[..], &two, &one].concat(),
        [&one[..], &unasked].concat(),
        [&two[..], &beyond].concat(),
        [&two[..], &further].concat(),
        [&two[..], &one[..one.len() - 1]].concat(),
        [&two[..], b"x"].concat(),
    ] {
        assert_eq!(
            framed(body).await,
            vec![Lookup::Fault(FaultKind::Malformed); 3]
        );
    }
}

#[tokio::test]
async fn a_frame_in_another_s_place_is_refused_alone() {
    let body = [frame(key(1), &sealed(2)), frame(key(2), &sealed(2))].concat();
    let lookups = framed(body).await;
    assert_eq!(lookups[0], Lookup::Fault(FaultKind::BadSignature));
    assert!(is_hit(&lookups[1], 2));
}

#[tokio::test]
async fn what_is_only_named_is_fetched_apart() {
    let frames = [frame(key(2), &sealed(2)), frame(key(1), b"")].concat();
    let liar = Liar::new(move |heard| {
        if heard.is("POST") {
            Reply::Say(bytes(&frames))
        } else {
            Reply::Say(bytes(&sealed(1)))
        }
    })
    .await;
    let cache = open(&reader(&liar.url())).await;
    let lookups = cache.get_many(&[key(1), key(2), key(3)]).await;
    assert!(is_hit(&lookups[0], 1) && is_hit(&lookups[1], 2));
    assert_eq!(lookups[2], Lookup::Miss);
    assert_eq!(liar.heard().len(), 2);
}
