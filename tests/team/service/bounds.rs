//! How little a single client can affect the others.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use reqwest::Method;

use super::server::{LONG, Server, noise, path, rest, say};

fn put_head(server: &Server, number: u32, more: &str) -> String {
    format!(
        "PUT {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n{more}\r\n",
        path("main", number),
        server.keys.write
    )
}

#[tokio::test]
async fn what_is_said_to_be_too_long_is_not_read() {
    let server = Server::start(&["--max-entry", "100000"]);
    let mut stream = server.connect();
    say(
        &mut stream,
        put_head(&server, 1, "content-length: 100001\r\n").as_bytes(),
    );
    let answer = rest(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    let body = vec![0; 100_000];
    assert_eq!(
        server.put(&path("main", 1), &server.keys.write, body).await,
        400
    );
}

#[test]
fn what_turns_out_too_long_is_not_read_to_its_end() {
    let server = Server::start(&["--max-entry", "100000"]);
    let mut stream = server.connect();
    say(
        &mut stream,
        put_head(&server, 1, "transfer-encoding: chunked\r\n").as_bytes(),
    );
    let chunk = [b"10000\r\n".to_vec(), vec![0; 0x10000], b"\r\n".to_vec()].concat();
    // Far more than fits into the buffers between client and server.
    let sent = (0..4_000).take_while(|_| stream.write_all(&chunk).is_ok());
    let sent = sent.count();
    assert!(sent < 2_000, "{sent} chunks were taken");
    let log = server.log();
    assert!(log.contains("status=413"), "{log}");
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let server = Server::start(&["--rate", "1", "--burst", "5"]);
    let at = path("main", 1);
    let ask = || server.get(&at, &server.keys.read);
    let start = Instant::now();
    let mut answers = Vec::new();
    for _ in 0..8 {
        answers.push(ask().await);
    }
    let throttled = answers.iter().filter(|answer| answer.status() == 429);
    // One more is allowed for each second that this takes on a busy machine.
    let at_least = 3_u64.saturating_sub(start.elapsed().as_secs() + 1);
    assert!(throttled.count() as u64 >= at_least.max(1));
    let last = answers
        .iter()
        .find(|answer| answer.status() == 429)
        .unwrap();
    let wait: u64 = last.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=5).contains(&wait), "{wait}");
    // Other clients have separate rate limits.
    let other = server.get(&path("main", 1), &server.keys.write).await;
    assert_eq!(other.status(), 404);
    tokio::time::sleep(Duration::from_secs(wait)).await;
    assert_eq!(ask().await.status(), 404);
}

#[tokio::test]
async fn slow_clients_are_let_go() {
    let server = Server::start(&["--head-seconds", "1", "--body-seconds", "1"]);
    let start = Instant::now();
    let mut silent = server.connect();
    let mut head = server.connect();
    say(&mut head, b"GET /v1/status HTTP/1.1\r\nhost: x\r\nx-slow: ");
    let mut body = server.connect();
    say(
        &mut body,
        put_head(&server, 1, "content-length: 1000\r\n").as_bytes(),
    );
    say(&mut body, b"some of it");
    let mut second = server.connect();
    say(
        &mut second,
        b"GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\nGET /v1",
    );
    assert!(server.is_well().await);
    assert!(rest(&mut silent).is_empty());
    let said = rest(&mut head);
    assert!(
        said.is_empty() || said.starts_with("HTTP/1.1 408"),
        "{said}"
    );
    let said = rest(&mut body);
    assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
    assert!(rest(&mut second).starts_with("HTTP/1.1 200 "));
    assert!(start.elapsed() < LONG / 2);
}

#[tokio::test]
async fn who_takes_nothing_holds_up_nobody() {
    let server = Server::start(&["--body-seconds", "1", "--max-connections", "2"]);
    let noise = noise(1, 8 << 20);
    let sealed = super::server::seal_with(&server.signer(), "main", 1, &noise);
    assert_eq!(
        server
            .put(&path("main", 1), &server.keys.write, sealed)
            .await,
        201
    );
    let mut deaf = server.connect();
    let get = format!(
        "GET {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        path("main", 1),
        server.keys.read
    );
    // More responses than fit into the buffers, without reading any of them.
    say(&mut deaf, get.repeat(8).as_bytes());
    super::server::eventually("the deaf one is not let go", async || {
        let metrics = server.get("/metrics", "").await.text().await.unwrap();
        metrics.contains("rustassistant_cache_connections 1\n")
    })
    .await;
}

#[tokio::test]
async fn there_are_so_many_connections_and_no_more() {
    let server = Server::start(&["--max-connections", "3"]);
    let request = format!(
        "GET /v1/status HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\r\n",
        server.keys.read
    );
    let ask = |stream: &mut TcpStream| {
        say(stream, request.as_bytes());
        let mut answer = [0; 15];
        stream.read_exact(&mut answer).map(|()| answer)
    };
    let mut held: Vec<_> = (0..3).map(|_| server.connect()).collect();
    for stream in &mut held {
        assert_eq!(&ask(stream).unwrap(), b"HTTP/1.1 200 OK");
    }
    assert!(ask(&mut server.connect()).is_err());
    drop(held);
    super::server::eventually("nobody is let in", async || {
        let request = server.request(Method::GET, "/v1/status", "");
        request
            .send()
            .await
            .is_ok_and(|answer| answer.status() == 200)
    })
    .await;
}

#[tokio::test]
async fn who_shows_no_key_keeps_nobody_out() {
    let server = Server::start(&["--max-connections", "8"]);
    let mut idle: Vec<_> = (0..8).map(|_| server.connect()).collect();
    for stream in &mut idle[4..] {
        say(stream, b"GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n");
    }
    let at = path("main", 1);
    for _ in 0..3 {
        let start = Instant::now();
        assert_eq!(server.get(&at, &server.keys.read).await.status(), 404);
        assert!(start.elapsed() < LONG / 4);
        idle.extend((0..8).map(|_| server.connect()));
    }
}

#[tokio::test]
async fn what_is_announced_takes_no_room() {
    let server = Server::start(&[]);
    let announced = format!("content-length: {}\r\n", 16 << 20);
    let held: Vec<_> = (0..40)
        .map(|number| {
            let mut stream = server.connect();
            say(
                &mut stream,
                put_head(&server, number, &announced).as_bytes(),
            );
            say(&mut stream, b"x");
            stream
        })
        .collect();
    let start = Instant::now();
    let query = server.request(Method::POST, "/v1/cache/query", &server.keys.write);
    let answer = query.body("main\n").send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(server.put_ours(100).await, 201);
    // Far less than the time limit of a body.
    assert!(start.elapsed() < Duration::from_secs(20));
    drop(held);
}

#[tokio::test]
async fn garbage_is_answered_or_dropped() {
    let server = Server::start(&["--head-seconds", "2"]);
    let auth = format!("authorization: Bearer {}", server.keys.write);
    let long = "a".repeat(100_000);
    let requests: Vec<Vec<u8>> = vec![
        b"\0\0\0\0".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"GET  HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nhost: x\r\nx: {long}\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: y\r\n".repeat(500)).into_bytes(),
        b"GET / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \xff\xfe\r\n\r\n".to_vec(),
        format!("GET /v1/cache/%00/%zz HTTP/1.1\r\nhost: x\r\n{auth}\r\n\r\n").into_bytes(),
        format!("GET /v1/cache/main?limit=%ff&after=%00 HTTP/1.1\r\nhost: x\r\n{auth}\r\n\r\n").into_bytes(),
        format!("GET /v1/cache/main?limit=99999999999999999999999 HTTP/1.1\r\nhost: x\r\n{auth}\r\n\r\n").into_bytes(),
        put_head(&server, 1, "content-length: -1\r\n").into_bytes(),
        put_head(&server, 1, "content-length: 18446744073709551615\r\n").into_bytes(),
        put_head(&server, 1, "content-length: 5\r\ncontent-length: 6\r\n").into_bytes(),
        put_head(&server, 1, "content-length: 5\r\ntransfer-encoding: chunked\r\n").into_bytes(),
        (put_head(&server, 1, "transfer-encoding: chunked\r\n") + "zz\r\n").into_bytes(),
        (put_head(&server, 1, "transfer-encoding: chunked\r\n") + "ffffffffffffffff1\r\n").into_bytes(),
        format!("CONNECT x:1 HTTP/1.1\r\nhost: x\r\n{auth}\r\n\r\n").into_bytes(),
        format!("OPTIONS * HTTP/1.1\r\nhost: x\r\n{auth}\r\n\r\n").into_bytes(),
        format!("GET /v1/status HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\n{auth}\r\n\r\n").into_bytes(),
    ];
    for request in requests {
        let mut stream = server.connect();
        say(&mut stream, &request);
        stream.shutdown(std::net::Shutdown::Write).ok();
        let answer = rest(&mut stream);
        let shown = String::from_utf8_lossy(&request[..request.len().min(80)]).into_owned();
        let is_fine = answer.is_empty()
            || answer.starts_with("HTTP/1.1 4")
            || answer.starts_with("HTTP/1.0 4")
            || answer.starts_with("HTTP/1.1 200");
        assert!(is_fine, "{shown}: {answer}");
    }
    assert!(server.is_well().await);
    assert!(
        !server.log().contains("a request failed"),
        "{}",
        server.log()
    );
}
