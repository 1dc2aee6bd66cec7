//! Addresses and keys that are refused before anything is sent.

use super::liar::{Liar, Reply, answer, bytes};
use super::*;

async fn refused(remote: &Remote) -> String {
    let fault = HttpCache::new(remote).await.err().unwrap();
    assert_eq!(fault.kind(), FaultKind::Setting);
    let text = format!("{fault} {fault:?}");
    assert!(!text.contains("s3cret"), "{text}");
    text
}

#[tokio::test]
async fn a_key_never_crosses_a_network_readably() {
    for url in [
        "http://cache.example.com",
        "http://10.0.0.1:8080/x",
        "http://[2001:db8::1]",
    ] {
        let text = refused(&reader(url)).await;
        assert!(text.contains("https://"), "{text}");
    }
    for url in ["http://localhost:1", "http://127.3.2.1:1", "http://[::1]:1"] {
        open(&reader(url)).await;
    }
}

#[tokio::test]
async fn an_address_holds_no_key() {
    for url in [
        "https://s3cret@cache.example.com",
        "https://ada:s3cret@cache.example.com/x",
        "https://:s3cret@cache.example.com/x",
        "https://cache.example.com/x?token=s3cret",
        "https://cache.example.com/x#s3cret",
    ] {
        let text = refused(&reader(url)).await;
        assert!(text.contains("cache.api_key"), "{text}");
    }
}

#[tokio::test]
async fn only_http_is_spoken() {
    let text = refused(&reader("ftp://cache.example.com")).await;
    assert!(text.contains("https://"), "{text}");
    refused(&reader("https://")).await;
}

#[tokio::test]
async fn a_key_that_is_none_is_not_sent() {
    for secret in ["", "s3cret\nx-more: 1", "${RUSTASSISTANT_TEST_UNSET}"] {
        refused(&Remote {
            secret: Some(Secret::text(secret)),
            ..reader("http://localhost:1")
        })
        .await;
    }
}

#[tokio::test]
async fn who_can_t_sign_can_t_write() {
    let text = refused(&Remote {
        access: Access::Write(Secret::text("s3cret")),
        ..reader("http://localhost:1")
    })
    .await;
    assert!(text.contains("ed25519-secret:"), "{text}");
    let cache = open(&reader("http://localhost:1")).await;
    let fault = cache.put_many(&entries(1..2)).await.unwrap_err();
    assert!(
        fault.to_string().contains("cache.team.signing_key"),
        "{fault}"
    );
}

#[tokio::test]
async fn the_address_of_queries_is_no_namespace() {
    let text = refused(&Remote {
        namespace: "query".parse().unwrap(),
        ..reader("http://localhost:1")
    })
    .await;
    assert!(text.contains("cache.team.namespace"), "{text}");
}

#[tokio::test]
async fn connecting_sends_nothing() {
    let liar = Liar::new(|_| Reply::Say(bytes(b""))).await;
    let backend = rustassistant::cache::CacheBackend::Http(reader(&liar.url()));
    let cache = backend
        .connect(&rustassistant::migrations::SQLITE)
        .await
        .unwrap();
    assert!(liar.heard().is_empty());
    assert_eq!(cache.get_many(&[]).await, []);
    assert!(liar.heard().is_empty());
    cache.get_many(&[key(1)]).await;
    let [heard] = &liar.heard()[..] else {
        panic!("one request for one key");
    };
    let first = format!("GET /v1/cache/main/{} HTTP/1.1\r\n", key(1));
    assert!(heard.head.starts_with(&first), "{}", heard.head);
    assert!(
        heard
            .head
            .contains(&format!("authorization: Bearer {SECRET}\r\n"))
    );
    assert!(!heard.head.contains("accept-encoding"), "{}", heard.head);
}

#[tokio::test]
async fn nobody_at_the_address_is_unreachable() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let cache = open(&writer(&format!("http://127.0.0.1:{port}"))).await;
    fails(&cache, FaultKind::Unreachable).await;
    fails_for_many(&cache, FaultKind::Unreachable).await;
    let fault = cache.put_many(&entries(0..30)).await.unwrap_err();
    shown(&fault, FaultKind::Unreachable);
    shown(&cache.stats().await.unwrap_err(), FaultKind::Unreachable);
}

#[tokio::test]
async fn a_name_that_nobody_has_is_unreachable() {
    let cache = open(&reader("https://no-such-host.invalid")).await;
    let lookup = get(&cache, 1).await;
    // If names are resolved by a remote server, the answer may exceed the timeout.
    let known = [FaultKind::Unreachable, FaultKind::Timeout];
    assert!(
        matches!(lookup, Lookup::Fault(kind) if known.contains(&kind)),
        "{lookup:?}"
    );
}

/// Runs the test in a process with a proxy.
fn with_proxy(proxy: &Liar, test: &str) {
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    for name in ["http_proxy", "https_proxy", "all_proxy"] {
        command
            .env(name, proxy.url())
            .env(name.to_uppercase(), proxy.url());
    }
    command.env_remove("no_proxy").env_remove("NO_PROXY");
    let output = command.args(["--exact", test]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_leads_to_other_machines_alone_and_never_sees_the_key() {
    let proxy = Liar::new(|_| Reply::Close(answer(407, "text/plain", b""))).await;
    with_proxy(&proxy, "http::settings::connecting_sends_nothing");
    assert!(proxy.heard().is_empty(), "{:?}", proxy.heard());
    with_proxy(
        &proxy,
        "http::settings::a_name_that_nobody_has_is_unreachable",
    );
    let heard = proxy.heard();
    assert!(
        heard[0]
            .head
            .starts_with("CONNECT no-such-host.invalid:443 "),
        "{heard:?}"
    );
    assert!(
        heard.iter().all(|heard| !heard.head.contains(SECRET)),
        "{heard:?}"
    );
}
