//! Requests to the server of a team's cache over a real connection.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, LazyLock},
    time::Duration,
};

use rustassistant::{
    cache::{
        ExposeSecret, Limits, ledger,
        service::{
            Bounds, Budget, Front, Service, ServiceOptions, StoragePlace,
            keys::{KeyFile, NewKey, Right},
        },
    },
    migrations,
};
use tokio_util::sync::CancellationToken;

const PATIENCE: Duration = Duration::from_secs(20);

struct Server {
    address: SocketAddr,
    key: String,
}

static SERVER: LazyLock<Server> = LazyLock::new(start);

/// A server that lives as long as the process.
fn start() -> Server {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let keys = KeyFile::at(folder.join("keys.toml"));
    let key = keys.add(&NewKey {
        name: "ci".to_owned(),
        rights: vec![Right::Read, Right::Write],
        namespaces: vec!["main".parse().expect("a namespace")],
    });
    let options = ServiceOptions {
        place: StoragePlace::Folder(folder.join("cache")),
        keys,
        trusted: Vec::new(),
        certificate: None,
        front: Front::Direct,
        base: String::new(),
        limits: Limits::default(),
        budget: Some(Budget {
            limits: ledger::Limits {
                day: Some(1000),
                month: None,
            },
            schema: &migrations::LEDGER,
        }),
        bounds: Bounds {
            head_time: Duration::from_secs(1),
            body_time: Duration::from_secs(1),
            rate: std::num::NonZeroU32::MAX,
            burst: std::num::NonZeroU32::MAX,
            ..Bounds::default()
        },
    };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Runtime::new().expect("threads");
        runtime.block_on(async {
            let service = Service::open(options, &migrations::SQLITE).await;
            let service = Arc::new(service.expect("a service"));
            service.serve(listener, CancellationToken::new()).await
        })
    });
    Server {
        address,
        key: key.expect("a key").expose_secret().to_owned(),
    }
}

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let head = format!("host: x\r\nauthorization: Bearer {}\r\n", SERVER.key);
    let key = "a".repeat(64);
    let requests = [
        format!("GET /v1/status HTTP/1.1\r\n{head}\r\n"),
        format!("GET /v1/status?ns=main HTTP/1.1\r\n{head}\r\n"),
        format!("GET /v1/cache/main/{key} HTTP/1.1\r\n{head}\r\n"),
        format!("PUT /v1/cache/main/{key} HTTP/1.1\r\n{head}content-length: 4\r\n\r\nabcd"),
        format!(
            "PUT /v1/cache/main/{key} HTTP/1.1\r\n{head}transfer-encoding: chunked\r\n\r\n4\r\nabcd\r\n0\r\n\r\n"
        ),
        format!("GET /v1/cache/main?after={key}&limit=3 HTTP/1.1\r\n{head}\r\n"),
        format!(
            "POST /v1/cache/query HTTP/1.1\r\n{head}content-length: 37\r\n\r\nmain\n{}",
            "k".repeat(32)
        ),
        format!(
            "POST /v1/cache/main/prune HTTP/1.1\r\n{head}content-length: 13\r\n\r\n{{\"bytes\":100}}"
        ),
        format!("DELETE /v1/cache/main/{key} HTTP/1.1\r\n{head}\r\n"),
        format!("GET /metrics HTTP/1.1\r\n{head}\r\n"),
        ledger_request(&head, "reserve", ",\"estimate\":9,\"ttl_ms\":50"),
        ledger_request(&head, "settle", ",\"actual\":7"),
        ledger_request(&head, "release", ""),
        format!("GET /v1/ledger/status?ns=main HTTP/1.1\r\n{head}\r\n"),
    ];
    requests.map(String::into_bytes).to_vec()
}

fn ledger_request(head: &str, errand: &str, rest: &str) -> String {
    let body = format!("{{\"ns\":\"main\",\"id\":\"{}\"{rest}}}", "0".repeat(32));
    let length = body.len();
    format!("POST /v1/ledger/{errand} HTTP/1.1\r\n{head}content-length: {length}\r\n\r\n{body}")
}

/// Each request is answered or dropped, never with an internal error, and the next one is answered.
pub(crate) fn send(bytes: &[u8]) {
    let answer = say(bytes, After::NothingElse);
    let text = String::from_utf8_lossy(&answer);
    assert!(
        !text.contains("HTTP/1.1 500") && !text.contains("HTTP/1.1 503"),
        "{text}"
    );
    let well = b"GET /v1/status HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let well = say(well, After::Listening);
    assert!(
        well.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&well)
    );
}

/// What the client does after sending everything. After closing its side, it may get no answer.
#[derive(PartialEq)]
enum After {
    NothingElse,
    Listening,
}

fn say(bytes: &[u8], after: After) -> Vec<u8> {
    let mut stream = TcpStream::connect(SERVER.address).expect("the server listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a deadline");
    stream
        .set_write_timeout(Some(PATIENCE))
        .expect("a deadline");
    let _ = stream.write_all(bytes);
    if after == After::NothingElse {
        let _ = stream.shutdown(std::net::Shutdown::Write);
    }
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    let is_late = |error: &std::io::Error| {
        matches!(
            error.kind(),
            std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
        )
    };
    assert!(
        !read.is_err_and(|error| is_late(&error)),
        "no answer and no end"
    );
    answer
}
