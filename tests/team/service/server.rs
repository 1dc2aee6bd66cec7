//! A separate server for each test, and ways to send requests to it.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder, Response};
use rustassistant::cache::envelope::Encoder;
use rustassistant::cache::{Entry, Key, Remote, Seal, Secret, SecretString, SigningKey};
use tempfile::TempDir;

/// Longer than anything here takes.
pub(crate) const LONG: Duration = Duration::from_mins(1);

/// A running `cache serve` with its own home directory. It is stopped at the end of the test.
pub(crate) struct Server {
    pub(crate) home: TempDir,
    child: Child,
    /// Without a trailing slash.
    pub(crate) url: String,
    pub(crate) keys: Keys,
    pub(crate) client: Client,
    starts: u32,
}

/// The keys that the server printed on its first start.
#[derive(Clone, Default)]
pub(crate) struct Keys {
    pub(crate) read: String,
    pub(crate) write: String,
    pub(crate) signing: String,
}

impl Server {
    pub(crate) fn start(arguments: &[&str]) -> Server {
        Server::start_in(tempfile::tempdir().unwrap(), Keys::default(), arguments)
    }

    /// Starts a server in the home of a previous one, with the keys created then.
    pub(crate) fn start_in(home: TempDir, keys: Keys, arguments: &[&str]) -> Server {
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let mut server = Server {
            child: spawn(home.path(), 0, arguments),
            home,
            url: String::new(),
            keys,
            client: Client::builder().no_proxy().build().unwrap(),
            starts: 0,
        };
        server.listen();
        server
    }

    /// Waits until the server reports its address, and records the keys it created.
    fn listen(&mut self) {
        let start = Instant::now();
        loop {
            let said = self.said();
            if let Some(url) = after(&said, "Listening on ") {
                url.strip_suffix('.').unwrap().clone_into(&mut self.url);
                if let Ok(first) = std::fs::read_to_string(self.first_keys()) {
                    let key = |name| after(&first, name).unwrap().to_owned();
                    self.keys = Keys {
                        read: key("    CACHE_API_KEY="),
                        write: key("RUSTASSISTANT_CACHE_API_KEY="),
                        signing: key("RUSTASSISTANT_CACHE_SIGNING_KEY="),
                    };
                }
                return;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {}", self.log());
            assert!(start.elapsed() < LONG, "the server does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The standard output.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(out(self.home.path(), self.starts)).unwrap()
    }

    /// The standard error.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(log(self.home.path(), self.starts)).unwrap()
    }

    /// The file with the keys created on the first start.
    pub(crate) fn first_keys(&self) -> PathBuf {
        self.home.path().join("ra/serve/first-keys.txt")
    }

    pub(crate) fn keys_file(&self) -> PathBuf {
        self.home.path().join("ra/serve/keys.toml")
    }

    /// The file with the entries of a namespace.
    pub(crate) fn file(&self, namespace: &str) -> PathBuf {
        let folder = self.home.path().join("ra/serve/cache");
        folder.join(format!("{namespace}.db"))
    }

    pub(crate) fn request(&self, method: Method, path: &str, key: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.url));
        match key {
            "" => request,
            key => request.bearer_auth(key),
        }
    }

    pub(crate) async fn get(&self, path: &str, key: &str) -> Response {
        let request = self.request(Method::GET, path, key);
        request.send().await.unwrap()
    }

    /// Returns only the status.
    pub(crate) async fn put(&self, path: &str, key: &str, body: Vec<u8>) -> u16 {
        let request = self.request(Method::PUT, path, key).body(body);
        request.send().await.unwrap().status().as_u16()
    }

    pub(crate) async fn put_ours(&self, number: u32) -> u16 {
        let sealed = self.sealed(number);
        let key = self.keys.write.clone();
        self.put(&path("main", number), &key, sealed).await
    }

    /// An entry as stored by CI.
    pub(crate) fn sealed(&self, number: u32) -> Vec<u8> {
        seal_with(&self.signer(), "main", number, &number.to_le_bytes())
    }

    pub(crate) fn signer(&self) -> SigningKey {
        SigningKey::parse(&SecretString::from(self.keys.signing.clone())).unwrap()
    }

    /// The settings for this program's client: as CI if it should write, otherwise as a developer.
    pub(crate) fn remote(&self) -> Remote {
        Remote {
            secret: Some(Secret::text(&self.keys.read)),
            trusted: vec![self.signer().public()],
            ..Remote::at(self.url.as_str())
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        let (_, rest) = self.url.split_once("://").unwrap();
        rest.split('/').next().unwrap().parse().unwrap()
    }

    /// A raw connection on which any bytes can be sent.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_write_timeout(Some(LONG)).unwrap();
        stream
    }

    pub(crate) async fn is_well(&self) -> bool {
        let answer = self.get("/v1/status", "").await;
        answer.status() == 200
    }

    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: rustix::process::Signal) {
        let process = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(process, signal).unwrap();
    }

    /// Waits until the process exits by itself.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < LONG, "the server does not end");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Shuts the server down gracefully and starts it again.
    #[cfg(unix)]
    pub(crate) fn restart(&mut self, arguments: &[&str]) {
        self.signal(rustix::process::Signal::TERM);
        assert!(self.wait().success());
        self.starts += 1;
        self.child = spawn(self.home.path(), self.starts, arguments);
        self.listen();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have exited already.
        self.child.kill().ok();
        self.child.wait().ok();
        if std::thread::panicking() {
            let log = self.log();
            let lines: Vec<_> = log.lines().take(20).collect();
            eprintln!("the server's log begins:\n{}", lines.join("\n"));
        }
    }
}

fn spawn(home: &Path, starts: u32, arguments: &[&str]) -> Child {
    let mut command = program(home);
    command.args(["cache", "serve"]).args(arguments);
    if !arguments.contains(&"--listen") {
        command.args(["--listen", "127.0.0.1:0"]);
    }
    command
        .stdin(Stdio::null())
        .stdout(File::create(out(home, starts)).unwrap())
        .stderr(File::create(log(home, starts)).unwrap())
        .spawn()
        .unwrap()
}

/// This program with its own home, isolated from the settings of the user who runs the tests.
pub(crate) fn program(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rustassistant"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RUSTASSISTANT_") {
            command.env_remove(name);
        }
    }
    command
        .env("RUSTASSISTANT_HOME", home.join("ra"))
        .current_dir(home);
    command
}

fn out(home: &Path, starts: u32) -> PathBuf {
    home.join(format!("out-{starts}"))
}

fn log(home: &Path, starts: u32) -> PathBuf {
    home.join(format!("log-{starts}"))
}

/// The word after `start`.
fn after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(start)?;
    rest.split_whitespace().next()
}

pub(crate) fn key(number: u32) -> Key {
    Key::new("test", &[0; 32], &[], &number.to_le_bytes())
}

pub(crate) fn path(namespace: &str, number: u32) -> String {
    format!("/v1/cache/{namespace}/{}", key(number))
}

pub(crate) fn seal_with(
    signer: &SigningKey,
    namespace: &str,
    number: u32,
    payload: &[u8],
) -> Vec<u8> {
    let text = signer.secret_text();
    let signer = SigningKey::parse(&text).unwrap();
    let seal = Seal::new(namespace.parse().unwrap(), Some(signer), &[]);
    let entry = Entry::from(payload);
    seal.close(&mut Encoder::default(), &key(number), &entry)
        .unwrap()
}

/// Incompressible bytes.
pub(crate) fn noise(seed: u32, length: usize) -> Vec<u8> {
    let mut noise = vec![0; length];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes());
    hasher.finalize_xof().fill(&mut noise);
    noise
}

/// The rest of a connection's data as text; a reset ends it.
pub(crate) fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).ok();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Sends all bytes, as far as the other side reads them.
pub(crate) fn say(stream: &mut TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).ok();
    stream.flush().ok();
}

/// Retries until the condition holds.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < LONG, "{what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
