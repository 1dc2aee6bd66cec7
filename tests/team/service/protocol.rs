//! The responses of each endpoint.

use reqwest::Method;
use rustassistant::cache::{Access, CacheBackend, Entry, Limits, Lookup, Secret, Tier};

use super::server::{Server, key, path, seal_with};

#[tokio::test]
async fn an_entry_is_stored_once_and_stays_as_it_is() {
    stores_once(&Server::start(&[])).await;
}

pub(super) async fn stores_once(server: &Server) {
    let (read, write) = (&server.keys.read, &server.keys.write);
    let at = path("main", 1);
    let missing = server.get(&at, read).await;
    assert_eq!(missing.status(), 404);
    assert_eq!(missing.headers()["cache-control"], "no-store");

    let sealed = server.sealed(1);
    assert_eq!(server.put(&at, write, sealed.clone()).await, 201);
    assert_eq!(server.put(&at, write, sealed.clone()).await, 409);
    let other = seal_with(&server.signer(), "main", 1, b"another one");
    assert_eq!(server.put(&at, write, other).await, 409);

    let found = server.get(&at, read).await;
    assert_eq!(found.status(), 200);
    assert_eq!(found.headers()["content-type"], "application/octet-stream");
    let caching = found.headers()["cache-control"].to_str().unwrap();
    assert!(caching.contains("immutable") && caching.contains("private"));
    assert_eq!(found.bytes().await.unwrap(), sealed);

    let head = server
        .request(Method::HEAD, &at, read)
        .send()
        .await
        .unwrap();
    assert_eq!(head.status(), 200);
    assert_eq!(
        head.headers()["content-length"],
        sealed.len().to_string().as_str()
    );

    let delete = || server.request(Method::DELETE, &at, write).send();
    assert_eq!(delete().await.unwrap().status(), 204);
    assert_eq!(delete().await.unwrap().status(), 404);
    assert_eq!(server.get(&at, read).await.status(), 404);
}

#[tokio::test]
async fn of_eight_who_store_at_once_one_wins() {
    lets_one_win(&Server::start(&[])).await;
}

pub(super) async fn lets_one_win(server: &Server) {
    for round in 0..20 {
        let signer = server.signer();
        let bodies: Vec<_> = (0..8u8)
            .map(|writer| seal_with(&signer, "main", round, &[writer; 100]))
            .collect();
        let at = path("main", round);
        let put = |body: &Vec<u8>| server.put(&at, &server.keys.write, body.clone());
        let puts = bodies.iter().map(put);
        let statuses = futures::future::join_all(puts).await;
        let winners: Vec<_> = (0..8).filter(|writer| statuses[*writer] == 201).collect();
        assert_eq!(winners.len(), 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [201, 409].contains(status)));
        let stored = server.get(&path("main", round), &server.keys.read).await;
        assert_eq!(stored.bytes().await.unwrap(), bodies[winners[0]]);
    }
}

#[tokio::test]
async fn a_query_finds_what_is_there() {
    answers_queries(&Server::start(&[])).await;
}

pub(super) async fn answers_queries(server: &Server) {
    for number in 0..3 {
        assert_eq!(server.put_ours(number).await, 201);
    }
    let ask = async |body: Vec<u8>| {
        let request = server.request(Method::POST, "/v1/cache/query", &server.keys.read);
        request.body(body).send().await.unwrap()
    };
    let question = |namespace: &str, numbers: std::ops::Range<u32>| {
        let keys = numbers.flat_map(|number| *key(number).as_bytes());
        let head = format!("{namespace}\n").into_bytes();
        head.into_iter().chain(keys).collect::<Vec<u8>>()
    };
    let answer = ask(question("main", 0..1000)).await;
    assert_eq!(answer.status(), 200);
    let answer = answer.bytes().await.unwrap();
    let mut expected: Vec<_> = (0..3)
        .map(|number| (key(number), server.sealed(number)))
        .collect();
    expected.sort();
    let frames = expected.into_iter().flat_map(|(key, sealed)| {
        let length = u32::try_from(sealed.len()).unwrap().to_le_bytes();
        [key.as_bytes().to_vec(), length.to_vec(), sealed].concat()
    });
    assert_eq!(answer, frames.collect::<Vec<u8>>());

    assert_eq!(ask(question("main", 0..0)).await.status(), 200);
    assert_eq!(ask(question("main", 0..1001)).await.status(), 413);
    for wrong in [&b""[..], b"main", b"Main\n", b"main\nxyz", b"\xff\n"] {
        assert_eq!(ask(wrong.to_vec()).await.status(), 400, "{wrong:?}");
    }
}

#[tokio::test]
async fn keys_are_listed_in_their_order() {
    lists(&Server::start(&[])).await;
}

pub(super) async fn lists(server: &Server) {
    let mut keys: Vec<_> = (0..250).map(|number| key(number).to_string()).collect();
    let puts = (0..250).map(|number| server.put_ours(number));
    assert!(
        futures::future::join_all(puts)
            .await
            .iter()
            .all(|status| *status == 201)
    );
    keys.sort();
    let list = async |parameters: &str| {
        let path = format!("/v1/cache/main{parameters}");
        server.get(&path, &server.keys.read).await
    };
    let listed = async |parameters: String| {
        let list: serde_json::Value = list(&parameters).await.json().await.unwrap();
        let list = list["keys"].as_array().unwrap().clone();
        let texts = list.iter().map(|key| key.as_str().unwrap().to_owned());
        texts.collect::<Vec<_>>()
    };
    assert_eq!(listed(String::new()).await, keys);
    assert_eq!(listed("?limit=120".to_owned()).await, keys[..120]);
    let after = format!("?limit=200&after={}", keys[119]);
    assert_eq!(listed(after).await, keys[120..]);
    assert!(listed(format!("?after={}", keys[249])).await.is_empty());
    for wrong in ["?limit=1001", "?limit=x", "?after=x", "?limit=-1"] {
        assert_eq!(list(wrong).await.status(), 400, "{wrong}");
    }
}

#[tokio::test]
async fn what_is_above_the_limits_goes_when_asked() {
    prunes(&Server::start(&[])).await;
}

pub(super) async fn prunes(server: &Server) {
    for number in 0..4 {
        assert_eq!(server.put_ours(number).await, 201);
    }
    let prune = async |key: &str, body: &'static str| {
        let request = server.request(Method::POST, "/v1/cache/main/prune", key);
        request.body(body).send().await.unwrap()
    };
    let lavish = r#"{"bytes": 100000000, "age_hours": 10, "policy": "oldest"}"#;
    let (read, write) = (&server.keys.read, &server.keys.write);
    let answer = prune(write, lavish).await;
    assert_eq!(answer.text().await.unwrap(), r#"{"removed":0}"#);
    assert_eq!(prune(read, lavish).await.status(), 403);
    for wrong in [
        "",
        "{}",
        r#"{"bytes": -1, "age_hours": 1, "policy": "oldest"}"#,
    ] {
        assert_eq!(prune(write, wrong).await.status(), 400, "{wrong}");
    }
    let clear = server.request(Method::DELETE, "/v1/cache/main", write);
    let answer = clear.send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), r#"{"removed":4}"#);
    assert_eq!(server.get(&path("main", 1), read).await.status(), 404);
}

#[tokio::test]
async fn the_status_says_more_to_those_who_are_known() {
    let server = Server::start(&[]);
    assert_eq!(server.put_ours(1).await, 201);
    let status = async |path: &str, key: &str| {
        let answer = server.get(path, key).await;
        let status = answer.status().as_u16();
        (status, answer.json::<serde_json::Value>().await.unwrap())
    };
    let (code, nobody) = status("/v1/status?ns=main", "").await;
    assert_eq!(
        (code, nobody.to_string().as_str()),
        (200, r#"{"alive":true}"#)
    );
    let (code, known) = status("/v1/status?ns=main", &server.keys.read).await;
    assert_eq!(code, 200);
    assert_eq!(known["entries"], 1);
    assert_eq!(known["storage"], "sqlite");
    assert_eq!(known["works"], true);
    assert_eq!(known["version"], env!("CARGO_PKG_VERSION"));
    assert!(known["disk_bytes"].as_u64() > known["envelope_bytes"].as_u64());
    assert_eq!(status("/v1/status", "nonsense").await.0, 401);
    assert_eq!(
        status("/v1/status?ns=pr-1", &server.keys.write).await.0,
        403
    );
    assert_eq!(status("/v1/status?ns=A", &server.keys.read).await.0, 400);
}

#[tokio::test]
async fn metrics_count_what_happened() {
    let server = Server::start(&[]);
    assert_eq!(server.put_ours(1).await, 201);
    for number in [1, 2, 3] {
        server.get(&path("main", number), &server.keys.read).await;
    }
    let read = &server.keys.read;
    let metrics = server.get("/metrics", read).await.text().await.unwrap();
    for line in [
        "rustassistant_cache_hits_total 1\n",
        "rustassistant_cache_misses_total 2\n",
        "rustassistant_cache_stored_total 1\n",
        "rustassistant_cache_entries{namespace=\"main\"} 1\n",
        "rustassistant_cache_requests_total{route=\"/v1/cache/{namespace}/{key}\",status=\"201\"} 1\n",
    ] {
        assert!(metrics.contains(line), "{line}{metrics}");
    }
    let unnamed = server.get("/metrics", "").await.text().await.unwrap();
    assert!(
        unnamed.contains("rustassistant_cache_hits_total 1\n")
            && !unnamed.contains("namespace=\"main\"")
    );
    for host in ["cache.example", "localhost.example:80", "10.0.0.1"] {
        let renamed = server
            .request(Method::GET, "/metrics", "")
            .header("host", host);
        assert_eq!(renamed.send().await.unwrap().status(), 401, "{host}");
    }
    let forwarded = server.request(Method::GET, "/metrics", "");
    let forwarded = forwarded.header("x-forwarded-for", "127.0.0.1").send();
    assert_eq!(forwarded.await.unwrap().status(), 401);
    assert_eq!(server.get("/metrics", "nonsense").await.status(), 401);
}

#[tokio::test]
async fn behind_a_proxy_nobody_is_on_this_machine() {
    let server = Server::start(&["--behind-proxy", "--base", "/api/"]);
    assert!(server.url.ends_with("/api"));
    assert_eq!(server.get("/metrics", "").await.status(), 401);
    assert_eq!(
        server.get("/metrics", &server.keys.read).await.status(),
        200
    );
    assert_eq!(server.put_ours(1).await, 201);
    let root = format!("http://{}{}", server.address(), path("main", 1));
    let elsewhere = server.client.get(root).bearer_auth(&server.keys.read);
    assert_eq!(elsewhere.send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn other_addresses_and_methods_are_refused() {
    let server = Server::start(&[]);
    let write = &server.keys.write;
    for (method, path, status) in [
        (Method::GET, "/", 404),
        (Method::GET, "/v1/cache", 404),
        (Method::GET, "/v1/cache/main/xyz", 400),
        (Method::GET, "/v1/cache/Main", 400),
        (Method::GET, "/v1/cache/..%2f..%2fetc", 400),
        (Method::GET, "/v1/cache/%ff", 400),
        (Method::PUT, "/v1/cache/main", 405),
        (Method::POST, "/v1/status", 405),
        (Method::GET, "/v1/cache/query", 405),
        (Method::TRACE, "/v1/status", 405),
    ] {
        let request = server.request(method.clone(), path, write);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {path}");
    }
    let reserved = path("query", 1);
    assert_eq!(server.put(&reserved, write, Vec::new()).await, 400);
}

#[tokio::test]
async fn our_own_client_understands_all_of_it() {
    speaks_with_our_client(&Server::start(&[])).await;
}

pub(super) async fn speaks_with_our_client(server: &Server) {
    let reader = CacheBackend::Http(server.remote())
        .connect(&rustassistant::migrations::SQLITE)
        .await
        .unwrap();
    let mut remote = server.remote();
    remote.secret = Some(Secret::text(&server.keys.write));
    remote.access = Access::Write(Secret::text(&server.keys.signing));
    let writer = CacheBackend::Http(remote)
        .connect(&rustassistant::migrations::SQLITE)
        .await
        .unwrap();

    let entries: Vec<_> = (0..300u32)
        .map(|number| (key(number), Entry::from(number.to_le_bytes().repeat(200))))
        .collect();
    let keys: Vec<_> = entries.iter().map(|(key, _)| *key).collect();
    assert_eq!(reader.get_many(&keys).await, vec![Lookup::Miss; 300]);
    writer.put_many(&entries).await.unwrap();
    writer.put_many(&entries).await.unwrap();
    assert!(reader.put_many(&entries).await.is_err());
    let hits: Vec<_> = entries
        .iter()
        .map(|(_, entry)| Lookup::Hit(entry.clone(), Tier::Remote))
        .collect();
    assert_eq!(reader.get_many(&keys).await, hits);

    let mut sorted = entries.clone();
    sorted.sort_by_key(|(key, _)| *key);
    let page = reader.entries(Some(sorted[9].0), 50).await.unwrap();
    assert!(page == sorted[10..60], "another page");
    assert_eq!(reader.stats().await.unwrap().entries, 300);
    assert_eq!(writer.remove(&keys[..10]).await, Ok(10));
    assert_eq!(writer.prune(Limits::default()).await, Ok(0));
    assert!(reader.clear().await.is_err());
    assert_eq!(writer.clear().await, Ok(290));
    assert_eq!(reader.stats().await.unwrap().entries, 0);
}
