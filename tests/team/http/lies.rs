//! Servers that refuse, disconnect, hang, or redirect.

use std::time::{Duration, Instant};

use super::liar::{Heard, Liar, Reply, announced, answer, bytes};
use super::*;

const HANDFUL: [u8; 4] = [1, 2, 3, 4];

async fn saying(reply: Vec<u8>) -> Liar {
    Liar::new(move |_| Reply::Say(reply.clone())).await
}

/// Asserts that every call fails with this kind of fault.
async fn everything_fails(cache: &HttpCache, kind: FaultKind) {
    fails(cache, kind).await;
    fails_for_many(cache, kind).await;
    nothing_is_kept(cache, kind).await;
}

async fn nothing_is_kept(cache: &HttpCache, kind: FaultKind) {
    shown(&cache.put_many(&entries(1..30)).await.unwrap_err(), kind);
    shown(&cache.remove(&[key(1)]).await.unwrap_err(), kind);
    shown(&cache.entries(None, 5).await.unwrap_err(), kind);
    shown(&cache.clear().await.unwrap_err(), kind);
    shown(&cache.stats().await.unwrap_err(), kind);
}

#[tokio::test]
async fn every_status_has_its_reason() {
    for (status, kind) in [
        (401, FaultKind::Denied),
        (403, FaultKind::Denied),
        (407, FaultKind::Denied),
        (408, FaultKind::Timeout),
        (429, FaultKind::Throttled),
        (503, FaultKind::Server),
        (500, FaultKind::Server),
        (502, FaultKind::Server),
        (504, FaultKind::Server),
        (507, FaultKind::Server),
        (300, FaultKind::Redirected),
        (304, FaultKind::Redirected),
        (400, FaultKind::Malformed),
        (402, FaultKind::Malformed),
        (418, FaultKind::Malformed),
        (206, FaultKind::Malformed),
    ] {
        let liar = saying(answer(status, "text/plain", b"s3cret")).await;
        let cache = open(&writer(&liar.url())).await;
        let fault = fails(&cache, kind).await;
        assert!(fault.to_string().contains(&status.to_string()), "{fault}");
        everything_fails(&cache, kind).await;
    }
}

#[tokio::test]
async fn nothing_there_is_a_miss() {
    let liar = saying(answer(404, "text/html", b"<html>")).await;
    let cache = open(&writer(&liar.url())).await;
    assert_eq!(get(&cache, 1).await, Lookup::Miss);
    let keys = HANDFUL.map(key);
    assert_eq!(cache.get_many(&keys).await, vec![Lookup::Miss; 4]);
    assert_eq!(cache.remove(&keys).await, Ok(0));
    let fault = cache.put_many(&entries(1..2)).await.unwrap_err();
    shown(&fault, FaultKind::Malformed);
}

#[tokio::test]
async fn the_reasons_of_a_refusal_are_read_so_that_the_connection_stays() {
    let head = b"HTTP/1.1 404 Not Found\r\ncontent-length: 6000\r\n\r\n".to_vec();
    let liar = Liar::new(move |_| Reply::Slowly(vec![head.clone(), vec![b' '; 6000]])).await;
    let cache = open(&reader(&liar.url())).await;
    for seed in 0..10 {
        assert_eq!(get(&cache, seed).await, Lookup::Miss);
    }
    assert_eq!(liar.connections(), 1);
}

#[tokio::test]
async fn what_is_there_already_is_as_good_as_stored() {
    for status in [200, 201, 204, 409] {
        let head = format!("HTTP/1.1 {status} Whatever\r\ncontent-length: 0\r\n\r\n");
        let liar = saying(head.into_bytes()).await;
        let cache = open(&writer(&liar.url())).await;
        assert_eq!(cache.put_many(&entries(1..20)).await, Ok(()), "{status}");
        assert_eq!(liar.heard().len(), 19);
        let mut puts = liar.heard().into_iter();
        let put = puts.find(|put| put.head.contains(&key(3).to_string()));
        assert_eq!(put.unwrap().body, sealed(3));
    }
}

#[tokio::test]
async fn a_signer_that_the_server_does_not_trust_is_named() {
    let liar = saying(answer(422, "application/json", b"{}")).await;
    let cache = open(&writer(&liar.url())).await;
    let fault = cache.put_many(&entries(1..20)).await.unwrap_err();
    let text = shown(&fault, FaultKind::Denied).to_string();
    assert!(text.contains("cache.team.signing_key"), "{text}");
    fails(&cache, FaultKind::Malformed).await;
}

#[tokio::test]
async fn one_that_is_too_large_keeps_no_other_back() {
    let liar = Liar::new(|heard: &Heard| {
        let is_large = heard.head.contains(&key(3).to_string());
        let status = if is_large { 413 } else { 201 };
        Reply::Say(answer(status, "text/plain", b""))
    })
    .await;
    let cache = open(&writer(&liar.url())).await;
    let fault = cache.put_many(&entries(1..20)).await.unwrap_err();
    shown(&fault, FaultKind::TooLarge);
    assert_eq!(liar.heard().len(), 19);
}

#[tokio::test]
async fn a_server_that_refuses_is_not_asked_for_everything() {
    for status in [401, 429, 500, 503] {
        let liar = saying(answer(status, "text/plain", b"")).await;
        let cache = open(&writer(&liar.url())).await;
        cache.put_many(&entries(0..200)).await.unwrap_err();
        assert!(liar.heard().len() < 30, "{}", liar.heard().len());
        let before = liar.heard().len();
        let keys: Vec<Key> = (0..200).map(key).collect();
        cache.get_many(&keys).await;
        assert_eq!(liar.heard().len(), before + 1);
    }
}

#[tokio::test]
async fn a_server_without_queries_is_asked_singly() {
    for status in [403, 404, 405, 413, 501] {
        let liar = Liar::new(move |heard: &Heard| {
            if heard.is("POST") {
                return Reply::Say(answer(status, "text/plain", b""));
            }
            let is_asked = |seed: &u8| heard.head.contains(&key(*seed).to_string());
            let seed = HANDFUL.into_iter().find(is_asked).unwrap();
            Reply::Say(bytes(&sealed(seed)))
        })
        .await;
        let cache = open(&reader(&liar.url())).await;
        for _ in 0..2 {
            let lookups = cache.get_many(&HANDFUL.map(key)).await;
            for (seed, lookup) in HANDFUL.into_iter().zip(lookups) {
                assert!(is_hit(&lookup, seed), "{status}: {lookup:?}");
            }
        }
        let queries = liar.heard().iter().filter(|heard| heard.is("POST")).count();
        assert_eq!(queries, 1, "{status}");
    }
}

/// A client with short timeouts.
async fn hurried(url: &str) -> HttpCache {
    let remote = Remote {
        patience: Patience::Person,
        ..writer(url)
    };
    open(&remote).await
}

#[tokio::test]
async fn a_server_that_hangs_is_left() {
    let before = Vec::new();
    let within = b"HTTP/1.1 200 OK\r\ncontent-le".to_vec();
    let behind = announced(100, b"");
    let half = announced(sealed(1).len(), &sealed(1)[..50]);
    for silence in [before, within, behind, half] {
        let liar = Liar::new(move |_| Reply::Hang(silence.clone())).await;
        let cache = hurried(&liar.url()).await;
        let start = Instant::now();
        fails(&cache, FaultKind::Timeout).await;
        fails_for_many(&cache, FaultKind::Timeout).await;
        shown(&cache.stats().await.unwrap_err(), FaultKind::Timeout);
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{:?}",
            start.elapsed()
        );
    }
}

#[tokio::test]
async fn a_server_that_hangs_gets_no_more_than_a_few() {
    let liar = Liar::new(|_| Reply::Hang(Vec::new())).await;
    let cache = hurried(&liar.url()).await;
    let start = Instant::now();
    let fault = cache.put_many(&entries(0..200)).await.unwrap_err();
    shown(&fault, FaultKind::Timeout);
    assert!(
        start.elapsed() < Duration::from_secs(15),
        "{:?}",
        start.elapsed()
    );
    assert!(liar.heard().len() <= 16, "{}", liar.heard().len());
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let whole = sealed(1);
    let half = &whole[..whole.len() / 2];
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let long_head = [&b"HTTP/1.1 200 OK\r\nx: "[..], &vec![b'x'; 1 << 20]].concat();
    for reply in [
        announced(whole.len(), half),
        announced(usize::MAX / 4, &whole),
        announced(1 << 30, &whole),
        [&chunked[..], b"zz\r\ngarbage\r\n"].concat(),
        [&chunked[..], b"ffffffffffffffffff\r\n"].concat(),
        [&chunked[..], b"10\r\nshort\r\n"].concat(),
        [
            &chunked[..],
            format!("{:x}\r\n", half.len()).as_bytes(),
            half,
            b"\r\n",
        ]
        .concat(),
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd".to_vec(),
        b"HTTP/9.9 200 OK\r\n\r\n".to_vec(),
        b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
        b"\0\x01\x02\x03\r\n\r\n".to_vec(),
        long_head,
        Vec::new(),
    ] {
        let shows = String::from_utf8_lossy(&reply[..reply.len().min(80)]).into_owned();
        let liar = Liar::new(move |_| Reply::Close(reply.clone())).await;
        let cache = open(&writer(&liar.url())).await;
        for keys in [&[key(1)][..], &[key(1), key(2)]] {
            for lookup in cache.get_many(keys).await {
                let kinds = [FaultKind::Malformed, FaultKind::Unreachable];
                let Lookup::Fault(kind) = lookup else {
                    panic!("{shows}: {lookup:?}");
                };
                assert!(kinds.contains(&kind), "{shows}: {kind:?}");
                shown(&cache.last_fault(kind), kind);
            }
        }
        cache.stats().await.unwrap_err();
    }
}

#[tokio::test]
async fn a_half_answer_is_malformed() {
    let (whole, frame) = (sealed(1), [[1; 32].as_slice(), &[0, 1, 0, 0]].concat());
    let liar = Liar::new(move |heard| {
        if heard.is("POST") {
            Reply::Close(announced(1000, &frame))
        } else {
            Reply::Close(announced(whole.len(), &whole[..whole.len() - 1]))
        }
    })
    .await;
    let cache = open(&reader(&liar.url())).await;
    fails(&cache, FaultKind::Malformed).await;
    fails_for_many(&cache, FaultKind::Malformed).await;
}

#[tokio::test]
async fn a_body_longer_than_announced_is_cut_and_refused() {
    let whole = sealed(1);
    for length in [0, 3, 30, whole.len() - 1] {
        let reply = announced(length, &whole);
        let liar = Liar::new(move |_| Reply::Say(reply.clone())).await;
        let cache = open(&reader(&liar.url())).await;
        for _ in 0..5 {
            let lookup = get(&cache, 1).await;
            assert!(matches!(lookup, Lookup::Fault(_)), "{length}: {lookup:?}");
        }
    }
}

/// An unsolicited second response after the first on the same connection.
#[tokio::test]
async fn an_answer_in_advance_is_not_taken_for_the_next() {
    let both = [bytes(&sealed(1)), bytes(&sealed(1))].concat();
    let liar = Liar::new(move |_| Reply::Say(both.clone())).await;
    let cache = open(&reader(&liar.url())).await;
    for _ in 0..5 {
        let lookup = get(&cache, 2).await;
        assert!(matches!(lookup, Lookup::Fault(_)), "{lookup:?}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_left_when_it_is_too_long() {
    let plain = b"HTTP/1.1 200 OK\r\n\r\nRA\x01".to_vec();
    let announced = announced(1 << 40, b"RA\x01");
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let chunk = [&b"10000\r\n"[..], &vec![0; 1 << 16], b"\r\n"].concat();
    for (head, then) in [
        (plain, vec![0; 1 << 16]),
        (announced, vec![0; 1 << 16]),
        (chunked, chunk),
    ] {
        let liar = Liar::new(move |_| Reply::Endless(head.clone(), then.clone())).await;
        let cache = open(&reader(&liar.url())).await;
        let start = Instant::now();
        let fault = fails_or_is_late(&cache, &[key(1)]).await;
        assert!(fault.to_string().contains("127.0.0.1"), "{fault}");
        // Bytes in socket buffers, which are sent but not read.
        let sockets = 24 << 20;
        assert!(liar.poured() < (16 << 20) + sockets, "{}", liar.poured());
        fails_or_is_late(&cache, &[key(1), key(2)]).await;
        let most = (16 << 20) + (64 << 20) + 2 * sockets;
        assert!(liar.poured() < most, "{}", liar.poured());
        assert!(
            start.elapsed() < Duration::from_secs(40),
            "{:?}",
            start.elapsed()
        );
    }
}

/// On a busy machine, the timeout may be reached before the length limit.
async fn fails_or_is_late(cache: &HttpCache, keys: &[Key]) -> Fault {
    let lookup = cache.get_many(keys).await.remove(0);
    let kinds = [FaultKind::Malformed, FaultKind::Timeout];
    let Lookup::Fault(kind) = lookup else {
        panic!("{lookup:?}");
    };
    assert!(kinds.contains(&kind), "{kind:?}");
    shown(&cache.last_fault(kind), kind)
}

#[tokio::test]
async fn an_answer_of_a_hundred_megabytes_is_too_long() {
    let body = vec![0; 100 << 20];
    let reply = std::sync::Arc::new(bytes(&body));
    drop(body);
    let liar = Liar::new(move |_| Reply::Close(reply.to_vec())).await;
    let cache = open(&reader(&liar.url())).await;
    fails_or_is_late(&cache, &[key(1), key(2)]).await;
    fails_or_is_late(&cache, &[key(1)]).await;
}

#[tokio::test]
async fn endless_heads_and_refusals_are_left_too() {
    let head = b"HTTP/1.1 200 OK\r\n".to_vec();
    let refusal = b"HTTP/1.1 404 Not Found\r\n\r\n".to_vec();
    let line = b"x-more: and more and more\r\n".to_vec();
    let heads = Liar::new(move |_| Reply::Endless(head.clone(), line.clone())).await;
    fails_or_is_late(&open(&reader(&heads.url())).await, &[key(1)]).await;
    let refusals = Liar::new(move |_| Reply::Endless(refusal.clone(), vec![0; 4096])).await;
    assert_eq!(
        get(&open(&reader(&refusals.url())).await, 1).await,
        Lookup::Miss
    );
}

fn redirect(status: u16, to: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Elsewhere\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")
        .into_bytes()
}

#[tokio::test]
async fn nobody_is_sent_elsewhere_with_the_key() {
    let other = saying(bytes(&sealed(1))).await;
    for status in [301, 302, 303, 307, 308] {
        let to = format!("{}/s3cret/{}", other.url(), key(1));
        let liar = saying(redirect(status, &to)).await;
        let cache = open(&writer(&liar.url())).await;
        everything_fails(&cache, FaultKind::Redirected).await;
    }
    assert!(other.heard().is_empty(), "{:?}", other.heard());
}

#[tokio::test]
async fn going_in_circles_ends_at_once() {
    let liar = Liar::new(|heard: &Heard| {
        let path = heard.head.split(' ').nth(1).unwrap();
        Reply::Say(redirect(307, path))
    })
    .await;
    let cache = open(&writer(&liar.url())).await;
    fails(&cache, FaultKind::Redirected).await;
    fails_for_many(&cache, FaultKind::Redirected).await;
    assert_eq!(liar.heard().len(), 2);
}

async fn listing(reply: String) -> Result<Vec<(Key, Entry)>, Fault> {
    let json = answer(200, "application/json", reply.as_bytes());
    let liar = Liar::new(move |heard: &Heard| {
        if !heard.is("POST") {
            return Reply::Say(json.clone());
        }
        let keys = heard.body.strip_prefix(b"main\n").unwrap();
        let frames = keys.chunks(32).flat_map(|key| {
            let sealed = sealed(key[0]);
            let length = u32::try_from(sealed.len()).unwrap();
            [key, &length.to_le_bytes(), &sealed].concat()
        });
        Reply::Say(bytes(&frames.collect::<Vec<u8>>()))
    })
    .await;
    let cache = open(&writer(&liar.url())).await;
    let found = cache.entries(Some(key(0)), 4).await;
    let asked = format!("GET /v1/cache/main?after={}&limit=4 HTTP/1.1\r\n", key(0));
    assert!(
        liar.heard()[0].head.starts_with(&asked),
        "{:?}",
        liar.heard()[0]
    );
    found
}

fn keys_of(seeds: &[u8]) -> String {
    let keys: Vec<String> = seeds.iter().map(|seed| key(*seed).to_string()).collect();
    serde_json::json!({ "keys": keys }).to_string()
}

#[tokio::test]
async fn what_is_listed_is_fetched() {
    let found = listing(keys_of(&HANDFUL)).await.unwrap();
    assert_eq!(found, entries(1..5));
    assert_eq!(listing(keys_of(&[])).await.unwrap(), []);
}

#[tokio::test]
async fn a_list_that_could_go_in_circles_is_refused() {
    for list in [
        keys_of(&[2, 1]),
        keys_of(&[1, 1]),
        keys_of(&[0, 1]),
        keys_of(&[1, 2, 3, 4, 5]),
        r#"{"keys": ["zz"]}"#.to_owned(),
        r#"{"keys": [1]}"#.to_owned(),
        r#"{"keys": "#.to_owned(),
        "[]".to_owned(),
    ] {
        let fault = listing(list.clone()).await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Malformed, "{list}");
    }
    let long = format!(r#"{{"keys": [], "more": "{}"}}"#, "x".repeat(2 << 20));
    assert_eq!(
        listing(long).await.unwrap_err().kind(),
        FaultKind::Malformed
    );
}

#[tokio::test]
async fn what_a_whole_server_says_is_understood() {
    let liar = Liar::new(|heard: &Heard| {
        let status = r#"{"protocol":1,"version":"9.9.9","entries":3,"envelope_bytes":200,"disk_bytes":5000,"more":[]}"#;
        let json = match heard.head.split(' ').nth(1).unwrap() {
            "/v1/status?ns=main" => status,
            "/v1/cache/main" if heard.is("DELETE") => r#"{"removed":17}"#,
            "/v1/cache/main/prune" if heard.is("POST") => r#"{"removed":4}"#,
            _ => "",
        };
        Reply::Say(answer(200, "application/json", json.as_bytes()))
    })
    .await;
    let cache = open(&writer(&liar.url())).await;
    let holdings = cache.stats().await.unwrap();
    assert_eq!(
        (
            holdings.entries,
            holdings.envelope_bytes,
            holdings.disk_bytes
        ),
        (3, 200, 5000)
    );
    assert_eq!(cache.clear().await, Ok(17));
    assert_eq!(
        cache.prune(rustassistant::cache::Limits::default()).await,
        Ok(4)
    );
    let Heard { head, body } = liar.heard().remove(2);
    assert!(
        head.contains("content-type: application/json\r\n"),
        "{head}"
    );
    let expected = r#"{"bytes":268435456,"age_hours":720,"policy":"least-recently-used"}"#;
    assert_eq!(String::from_utf8_lossy(&body), expected);
}
