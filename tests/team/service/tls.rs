//! The server's own TLS certificate.

use std::fs;
use std::path::{Path, PathBuf};

use reqwest::{Certificate, Client};
use rustassistant::cache::{CacheBackend, FaultKind, Lookup};

use super::server::{Server, eventually, key, path, program, rest, say};

struct Files {
    _folder: tempfile::TempDir,
    chain: PathBuf,
    key: PathBuf,
}

impl Files {
    fn new() -> Files {
        let folder = tempfile::tempdir().unwrap();
        let files = Files {
            chain: folder.path().join("chain.pem"),
            key: folder.path().join("key.pem"),
            _folder: folder,
        };
        files.renew();
        files
    }

    fn renew(&self) {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        fs::write(&self.key, made.signing_key.serialize_pem()).unwrap();
        fs::write(&self.chain, made.cert.pem()).unwrap();
    }

    fn start(&self) -> Server {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let (chain, key) = (text(&self.chain), text(&self.key));
        Server::start(&["--tls-cert", &chain, "--tls-key", &key])
    }

    /// A client that trusts only this certificate.
    fn client(&self) -> Client {
        let pem = fs::read(&self.chain).unwrap();
        let certificate = Certificate::from_pem(&pem).unwrap();
        let builder = Client::builder().no_proxy();
        builder.tls_certs_only([certificate]).build().unwrap()
    }
}

#[tokio::test]
async fn nothing_is_said_in_plain() {
    let files = Files::new();
    let mut server = files.start();
    assert!(server.url.starts_with("https://"), "{}", server.url);
    server.client = files.client();
    assert_eq!(server.put_ours(1).await, 201);
    let found = server.get(&path("main", 1), &server.keys.read).await;
    assert_eq!(found.bytes().await.unwrap(), server.sealed(1));
    let mut plain = server.connect();
    say(&mut plain, b"GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(!rest(&mut plain).contains("HTTP/1.1"));
    assert!(server.is_well().await);
}

#[tokio::test]
async fn our_own_client_believes_whom_it_is_told_to() {
    let files = Files::new();
    let mut server = files.start();
    server.client = files.client();
    assert_eq!(server.put_ours(1).await, 201);
    let mut remote = server.remote();
    let doubtful = CacheBackend::Http(remote.clone())
        .connect(&rustassistant::migrations::SQLITE)
        .await
        .unwrap();
    let found = doubtful.get_many(&[key(1)]).await;
    let Lookup::Fault(kind) = found[0] else {
        panic!("an unknown certificate was believed");
    };
    let fault = doubtful.last_fault(kind);
    assert_eq!(kind, FaultKind::Certificate, "{fault}");
    remote.ca_file = Some(files.chain.clone());
    let cache = CacheBackend::Http(remote)
        .connect(&rustassistant::migrations::SQLITE)
        .await
        .unwrap();
    let found = cache.get_many(&[key(1)]).await.pop().unwrap();
    assert!(found.entry().is_some());
}

#[tokio::test]
async fn a_new_certificate_is_shown_when_it_is_there() {
    let files = Files::new();
    let mut server = files.start();
    server.client = files.client();
    assert!(server.is_well().await);
    files.renew();
    eventually("the old certificate is still shown", async || {
        let client = files.client();
        let url = format!("{}/v1/status", server.url);
        client.get(url).send().await.is_ok()
    })
    .await;
    fs::write(&files.chain, "nonsense").unwrap();
    eventually("nobody says that the certificate is broken", async || {
        server
            .log()
            .contains("the certificate could not be reloaded")
    })
    .await;
    assert!(server.is_well().await);
}

#[test]
fn half_a_certificate_is_refused() {
    let files = Files::new();
    let home = tempfile::tempdir().unwrap();
    let chain = files.chain.to_str().unwrap();
    let serve = |arguments: &[&str]| {
        let mut command = program(home.path());
        command.args(["cache", "serve", "--listen", "127.0.0.1:0"]);
        let output = command.args(arguments).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        (output.status.code(), error)
    };
    let (code, error) = serve(&["--tls-cert", chain]);
    assert!(code == Some(2) && error.contains("--tls-key"), "{error}");
    let (code, error) = serve(&["--tls-cert", chain, "--tls-key", chain]);
    assert!(code == Some(2) && error.contains("chain.pem"), "{error}");
}
