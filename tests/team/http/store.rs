//! A plain store: nginx with `PUT` and `DELETE`.

use std::time::{Duration, Instant};

use super::nginx::{Nginx, Setup};
use super::*;

fn guarded() -> Nginx {
    Nginx::start(&Setup {
        bearer: Some(SECRET),
        ..Setup::default()
    })
}

#[tokio::test]
async fn what_one_machine_puts_another_gets() {
    let nginx = guarded();
    let entries = entries(0..40);
    open(&writer(&nginx.url()))
        .await
        .put_many(&entries)
        .await
        .unwrap();
    let cache = open(&reader(&nginx.url())).await;
    let keys: Vec<Key> = (0..50).map(key).collect();
    let lookups = cache.get_many(&keys).await;
    for (seed, lookup) in (0..40).zip(&lookups) {
        assert!(is_hit(lookup, seed), "{seed}: {lookup:?}");
    }
    assert_eq!(lookups[40..], [const { Lookup::Miss }; 10]);
    assert!(is_hit(&get(&cache, 3).await, 3));
}

#[tokio::test]
async fn entries_lie_under_the_path_of_the_address() {
    let nginx = guarded();
    let url = format!("{}/team/x/", nginx.url());
    let cache = open(&writer(&url)).await;
    cache.put_many(&entries(1..2)).await.unwrap();
    let path = nginx
        .store()
        .join("team/x/v1/cache/main")
        .join(key(1).to_string());
    assert_eq!(std::fs::read(path).unwrap(), sealed(1));
    assert!(is_hit(&get(&cache, 1).await, 1));
}

#[tokio::test]
async fn putting_again_is_no_fault() {
    let nginx = guarded();
    let cache = open(&writer(&nginx.url())).await;
    for _ in 0..2 {
        cache.put_many(&entries(0..3)).await.unwrap();
    }
    let rows: Vec<_> = (3..5).map(|seed| (key(seed), sealed(seed))).collect();
    let shelf = cache.shelf();
    assert_eq!(
        rustassistant::cache::Shelf::store(shelf, &rows).await,
        Ok(2)
    );
    assert_eq!(
        rustassistant::cache::Shelf::store(shelf, &rows).await,
        Ok(0)
    );
}

#[tokio::test]
async fn it_is_asked_for_many_at_once_only_once() {
    let nginx = guarded();
    let cache = open(&reader(&nginx.url())).await;
    for _ in 0..3 {
        let lookups = cache.get_many(&[key(1), key(2)]).await;
        assert_eq!(lookups, [Lookup::Miss, Lookup::Miss]);
    }
    let log = nginx.log(7);
    assert_eq!(log.matches("POST ").count(), 1, "{log}");
    assert_eq!(log.matches("GET ").count(), 6, "{log}");
}

#[tokio::test]
async fn misses_one_after_the_other_share_a_connection() {
    let nginx = guarded();
    let cache = open(&reader(&nginx.url())).await;
    for seed in 0..20 {
        assert_eq!(get(&cache, seed).await, Lookup::Miss);
    }
    let log = nginx.log(20);
    let mut connections: Vec<&str> = log
        .lines()
        .filter_map(|line| line.rsplit(' ').next())
        .collect();
    connections.dedup();
    assert_eq!(connections.len(), 1, "{log}");
}

#[tokio::test]
async fn what_is_removed_is_missed() {
    let nginx = guarded();
    let cache = open(&writer(&nginx.url())).await;
    cache.put_many(&entries(0..10)).await.unwrap();
    assert_eq!(cache.remove(&[key(1), key(2), key(99)]).await, Ok(2));
    assert_eq!(get(&cache, 1).await, Lookup::Miss);
    assert!(is_hit(&get(&cache, 3).await, 3));
}

#[tokio::test]
async fn what_it_can_t_do_is_said() {
    let nginx = guarded();
    let cache = open(&writer(&nginx.url())).await;
    cache.put_many(&entries(0..2)).await.unwrap();
    let limits = rustassistant::cache::Limits::default();
    let faults = [
        cache.entries(None, 10).await.unwrap_err(),
        cache.check().await.unwrap_err(),
        cache.clear().await.unwrap_err(),
        cache.stats().await.unwrap_err(),
        cache.prune(limits).await.unwrap_err(),
    ];
    for (fault, says) in faults.iter().zip([
        "list",
        "list",
        "remove everything",
        "holds",
        "removes old entries",
    ]) {
        let text = shown(fault, FaultKind::Unsupported).to_string();
        assert!(text.contains(says), "{text}");
    }
    assert!(is_hit(&get(&cache, 1).await, 1));
}

#[tokio::test]
async fn a_store_that_only_gives_says_so() {
    let nginx = Nginx::start(&Setup {
        more: "if ($request_method = PUT) { return 405; }",
        ..Setup::default()
    });
    let fault = open(&writer(&nginx.url()))
        .await
        .put_many(&entries(1..2))
        .await;
    shown(&fault.unwrap_err(), FaultKind::Unsupported);
}

#[tokio::test]
async fn without_the_key_nobody_gets_in() {
    let nginx = guarded();
    let stranger = Remote {
        secret: Some(Secret::text("s3cret-of-another")),
        ..writer(&nginx.url())
    };
    let nobody = Remote {
        secret: None,
        ..writer(&nginx.url())
    };
    for remote in [stranger, nobody] {
        let cache = open(&remote).await;
        fails(&cache, FaultKind::Denied).await;
        fails_for_many(&cache, FaultKind::Denied).await;
        let fault = cache.put_many(&entries(0..20)).await.unwrap_err();
        let text = shown(&fault, FaultKind::Denied).to_string();
        assert!(text.contains("status 401"), "{text}");
    }
}

#[tokio::test]
async fn a_server_that_wants_a_password_lets_nobody_in() {
    let nginx = Nginx::start(&Setup {
        more: "auth_basic cache; auth_basic_user_file /dev/null;",
        ..Setup::default()
    });
    fails(&open(&reader(&nginx.url())).await, FaultKind::Denied).await;
}

#[tokio::test]
async fn what_is_longer_than_the_server_takes_is_too_large() {
    let nginx = Nginx::start(&Setup {
        more: "client_max_body_size 300;",
        ..Setup::default()
    });
    let cache = open(&writer(&nginx.url())).await;
    let mut noise = vec![0; 4000];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    let long = (key(1), Entry::from(noise));
    let entries = [vec![long], entries(2..20)].concat();
    let fault = cache.put_many(&entries).await.unwrap_err();
    shown(&fault, FaultKind::TooLarge);
    // The others are present.
    let keys: Vec<Key> = (2..20).map(key).collect();
    for (seed, lookup) in (2..20).zip(cache.get_many(&keys).await) {
        assert!(is_hit(&lookup, seed), "{seed}: {lookup:?}");
    }
}

#[tokio::test]
async fn the_largest_entry_passes_both_ways() {
    let nginx = guarded();
    let cache = open(&writer(&nginx.url())).await;
    let mut noise = vec![0; rustassistant::cache::envelope::MAX_LENGTH];
    blake3::Hasher::new().finalize_xof().fill(&mut noise);
    let entry = Entry::from(noise);
    cache.put_many(&[(key(1), entry.clone())]).await.unwrap();
    assert_eq!(get(&cache, 1).await.entry(), Some(entry));
}

#[tokio::test]
async fn a_server_that_is_killed_is_not_there() {
    let mut nginx = guarded();
    let cache = open(&writer(&nginx.url())).await;
    cache.put_many(&entries(0..20)).await.unwrap();
    nginx.kill();
    fails(&cache, FaultKind::Unreachable).await;
    fails_for_many(&cache, FaultKind::Unreachable).await;
    let fault = cache.put_many(&entries(0..20)).await.unwrap_err();
    shown(&fault, FaultKind::Unreachable);
}

#[tokio::test]
async fn a_server_that_was_restarted_is_there() {
    let mut nginx = guarded();
    let cache = open(&writer(&nginx.url())).await;
    cache.put_many(&entries(0..20)).await.unwrap();
    for _ in 0..5 {
        // All pooled connections are dead now, which hasn't been detected yet.
        nginx.restart();
        assert!(is_hit(&get(&cache, 1).await, 1));
        cache.put_many(&entries(20..40)).await.unwrap();
    }
}

#[tokio::test]
async fn a_frozen_server_costs_one_call_and_comes_back() {
    let nginx = guarded();
    let remote = Remote {
        patience: Patience::Person,
        ..writer(&nginx.url())
    };
    let keys: Vec<Key> = (0..200).map(key).collect();
    let cache = open(&remote).await;
    let patient = open(&writer(&nginx.url())).await;
    patient.put_many(&entries(0..200)).await.unwrap();
    // Detects that this is a plain store, and keeps a connection.
    patient.get_many(&keys[..2]).await;
    nginx.freeze();
    let start = Instant::now();
    for lookup in cache.get_many(&keys).await {
        assert_eq!(lookup, Lookup::Fault(FaultKind::Timeout));
    }
    shown(&cache.last_fault(FaultKind::Timeout), FaultKind::Timeout);
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    let start = Instant::now();
    for lookup in patient.get_many(&keys).await {
        assert_eq!(lookup, Lookup::Fault(FaultKind::Timeout));
    }
    // 5 s for one call; 25 rounds of eight would be 125 s.
    assert!(
        start.elapsed() < Duration::from_mins(1),
        "{:?}",
        start.elapsed()
    );
    nginx.thaw();
    for (seed, lookup) in (0..200).zip(patient.get_many(&keys).await) {
        assert!(is_hit(&lookup, seed), "{seed}: {lookup:?}");
    }
}

#[tokio::test]
async fn what_was_changed_in_the_store_is_no_hit() {
    let nginx = guarded();
    let cache = open(&writer(&nginx.url())).await;
    cache.put_many(&entries(0..3)).await.unwrap();
    let path = |seed| {
        nginx
            .store()
            .join("v1/cache/main")
            .join(key(seed).to_string())
    };
    let mut flipped = sealed(0);
    flipped[40] ^= 1;
    std::fs::write(path(0), flipped).unwrap();
    std::fs::write(path(1), "").unwrap();
    std::fs::write(path(2), sealed(1)).unwrap();
    let lookups = cache.get_many(&[key(0), key(1), key(2)]).await;
    assert_eq!(
        lookups,
        [
            Lookup::Fault(FaultKind::BadSignature),
            Lookup::Fault(FaultKind::Malformed),
            Lookup::Fault(FaultKind::BadSignature)
        ]
    );
}
