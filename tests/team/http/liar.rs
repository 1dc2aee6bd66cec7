//! A server that sends whatever a test specifies, byte for byte.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The server's reaction to a request.
pub(super) enum Reply {
    /// Sends this and waits for the next request.
    Say(Vec<u8>),
    /// Like [`Reply::Say`], with a pause after each piece.
    Slowly(Vec<Vec<u8>>),
    /// Sends this and closes the connection.
    Close(Vec<u8>),
    /// Sends this, and then nothing.
    Hang(Vec<u8>),
    /// Sends the first, and then the second forever.
    Endless(Vec<u8>, Vec<u8>),
}

#[derive(Default)]
struct Notes {
    heard: Mutex<Vec<Heard>>,
    connections: AtomicUsize,
    /// Number of bytes of an endless response that were sent.
    poured: AtomicUsize,
}

/// A received request.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Heard {
    pub(super) fn is(&self, method: &str) -> bool {
        self.head.starts_with(&format!("{method} "))
    }
}

pub(super) struct Liar {
    address: SocketAddr,
    notes: Arc<Notes>,
    task: JoinHandle<()>,
}

impl Liar {
    pub(super) async fn new(
        reply: impl Fn(&Heard) -> Reply + Clone + Send + Sync + 'static,
    ) -> Liar {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let notes = Arc::<Notes>::default();
        let own = Arc::clone(&notes);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                own.connections.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(talk(stream, reply.clone(), Arc::clone(&own)));
            }
        });
        Liar {
            address,
            notes,
            task,
        }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(super) fn heard(&self) -> Vec<Heard> {
        self.notes.heard.lock().unwrap().clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.notes.connections.load(Ordering::Relaxed)
    }

    pub(super) fn poured(&self) -> usize {
        self.notes.poured.load(Ordering::Relaxed)
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(mut stream: TcpStream, reply: impl Fn(&Heard) -> Reply, notes: Arc<Notes>) {
    while let Some(request) = hear(&mut stream).await {
        notes.heard.lock().unwrap().push(request.clone());
        match reply(&request) {
            Reply::Slowly(pieces) => {
                for piece in pieces {
                    stream.write_all(&piece).await.ok();
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            Reply::Say(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Reply::Close(bytes) => {
                stream.write_all(&bytes).await.ok();
                return;
            }
            Reply::Hang(bytes) => {
                stream.write_all(&bytes).await.ok();
                tokio::time::sleep(Duration::from_mins(1)).await;
                return;
            }
            Reply::Endless(first, then) => {
                stream.write_all(&first).await.ok();
                while stream.write_all(&then).await.is_ok() {
                    notes.poured.fetch_add(then.len(), Ordering::Relaxed);
                }
                return;
            }
        }
    }
}

async fn hear(stream: &mut TcpStream) -> Option<Heard> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok())?
    });
    let mut body = bytes.split_off(end);
    while body.len() < length.unwrap_or(0) {
        if stream.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    Some(Heard { head, body })
}

/// A well-formed response.
pub(super) fn answer(status: u16, kind: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status} Whatever\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

pub(super) fn bytes(body: &[u8]) -> Vec<u8> {
    answer(200, "application/octet-stream", body)
}

/// A response with a length that may differ from that of the body.
pub(super) fn announced(length: usize, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}
