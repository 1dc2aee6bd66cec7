//! Permissions, and data that is never disclosed.

use std::fs;
use std::path::Path;

use reqwest::Method;
use rustassistant::cache::SigningKey;

use super::server::{Server, eventually, path, program, seal_with};

fn run(home: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = program(home).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

pub(super) fn add_key(server: &Server, arguments: &[&str]) -> String {
    let all = [&["cache", "serve", "add-key"], arguments].concat();
    let (code, out, error) = run(server.home.path(), &all);
    assert_eq!(code, Some(0), "{error}");
    out.trim().to_owned()
}

#[tokio::test]
async fn nobody_gets_in_without_a_key() {
    let server = Server::start(&[]);
    assert_eq!(server.put_ours(1).await, 201);
    let at = path("main", 1);
    let hash = "blake3:".to_owned() + &"0".repeat(64);
    let almost = &server.keys.read[..server.keys.read.len() - 1];
    for key in ["", "nonsense", almost, &hash, "developers"] {
        let answer = server.get(&at, key).await;
        assert_eq!(answer.status(), 401, "{key}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer");
        assert_eq!(server.get("/nowhere", key).await.status(), 401);
    }
    for header in ["Bearer", "Basic YTpi", "rakey", "Bearer "] {
        let request = server.request(Method::GET, &at, "");
        let answer = request.header("authorization", header).send().await;
        assert_eq!(answer.unwrap().status(), 401, "{header}");
    }
    let twice = server.request(Method::GET, &at, &server.keys.read);
    let twice = twice.bearer_auth(&server.keys.read).send().await.unwrap();
    assert_eq!(twice.status(), 401);
}

#[tokio::test]
async fn a_key_opens_its_namespaces_and_no_others() {
    let server = Server::start(&[]);
    let (read, write) = (&server.keys.read, &server.keys.write);
    let sealed = server.sealed(1);
    assert_eq!(
        server.put(&path("main", 1), read, sealed.clone()).await,
        403
    );
    let pull_request = seal_with(&server.signer(), "pr-1", 1, b"x");
    let at = path("pr-1", 1);
    assert_eq!(server.put(&at, write, pull_request.clone()).await, 403);
    assert_eq!(server.get(&at, write).await.status(), 403);
    for (method, path) in [
        (Method::DELETE, "/v1/cache/main"),
        (Method::POST, "/v1/cache/main/prune"),
        (Method::DELETE, &path("main", 1)),
    ] {
        let request = server.request(method, path, read).body("{}");
        assert_eq!(request.send().await.unwrap().status(), 403, "{path}");
    }
    let query = server.request(Method::POST, "/v1/cache/query", write);
    let query = query.body("pr-1\n").send().await.unwrap();
    assert_eq!(query.status(), 403);

    let arguments = ["--name", "prs", "--write", "--namespace", "pr-*"];
    let key = add_key(&server, &arguments);
    eventually("the new key is not known", async || {
        server.get(&at, &key).await.status() == 404
    })
    .await;
    assert_eq!(server.put(&at, &key, pull_request).await, 201);
    assert_eq!(server.put(&path("main", 1), &key, sealed).await, 403);
    assert_eq!(server.get(&at, read).await.status(), 200);

    let (code, out, _) = run(server.home.path(), &["cache", "serve", "list-keys"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("prs: read, write in pr-*"), "{out}");
    let remove = ["cache", "serve", "remove-key", "prs"];
    assert_eq!(run(server.home.path(), &remove).0, Some(0));
    eventually("the removed key is still known", async || {
        server.get(&at, &key).await.status() == 401
    })
    .await;
    let (code, _, error) = run(server.home.path(), &remove);
    assert!(code == Some(2) && error.contains("list-keys"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_broken_file_of_keys_changes_nothing() {
    let server = Server::start(&[]);
    let good = fs::read_to_string(server.keys_file()).unwrap();
    fs::write(server.keys_file(), "nonsense =").unwrap();
    server.signal(rustix::process::Signal::HUP);
    eventually("nobody says that the keys are broken", async || {
        server.log().contains("the previous ones remain valid")
    })
    .await;
    assert_eq!(server.put_ours(1).await, 201);
    fs::remove_file(server.keys_file()).unwrap();
    server.signal(rustix::process::Signal::HUP);
    assert_eq!(server.put_ours(2).await, 201);
    // Without the first of the two keys.
    let (head, keys) = good.split_once("[[key]]").unwrap();
    let (_, second) = keys.split_once("[[key]]").unwrap();
    fs::write(server.keys_file(), format!("{head}[[key]]{second}")).unwrap();
    server.signal(rustix::process::Signal::HUP);
    eventually("the removed key is still known", async || {
        server
            .get(&path("main", 1), &server.keys.read)
            .await
            .status()
            == 401
    })
    .await;
    assert_eq!(server.put_ours(3).await, 201);
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_of_keys_that_lost_all_of_them_changes_nothing() {
    let server = Server::start(&[]);
    for text in ["", "# nothing yet\n", "trusted_keys = []\n"] {
        fs::write(server.keys_file(), text).unwrap();
        server.signal(rustix::process::Signal::HUP);
        eventually("nobody says that the keys are gone", async || {
            server.log().contains("the key file has no keys")
        })
        .await;
        let answer = server.get(&path("main", 1), &server.keys.read).await;
        assert_eq!(answer.status(), 404, "{text:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn the_first_keys_are_for_the_eyes_of_one() {
    use std::os::unix::fs::PermissionsExt;

    let server = Server::start(&[]);
    let mode = fs::metadata(server.first_keys()).unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    let said = server.said() + &server.log();
    assert!(
        said.contains(server.first_keys().to_str().unwrap()),
        "{said}"
    );
    for secret in [&server.keys.read, &server.keys.write, &server.keys.signing] {
        assert!(!said.contains(secret.as_str()), "{said}");
    }
}

#[tokio::test]
async fn statistics_name_the_namespaces_of_the_key() {
    let server = Server::start(&[]);
    assert_eq!(server.put_ours(1).await, 201);
    let key = add_key(
        &server,
        &["--name", "prs", "--write", "--namespace", "pr-*"],
    );
    let ours = seal_with(&server.signer(), "pr-1", 1, b"x");
    eventually("the new key is not known", async || {
        server.put(&path("pr-1", 1), &key, ours.clone()).await == 201
    })
    .await;
    let named = async |key: &str| {
        let metrics = server.get("/metrics", key).await.text().await.unwrap();
        ["main", "pr-1"].map(|name| metrics.contains(&format!("namespace=\"{name}\"")))
    };
    assert_eq!(named(&key).await, [false, true]);
    assert_eq!(named(&server.keys.read).await, [true, true]);
    assert_eq!(named("").await, [false, false]);
}

#[tokio::test]
async fn only_what_a_trusted_key_has_signed_is_taken() {
    let server = Server::start(&[]);
    let write = &server.keys.write;
    let stranger = SigningKey::generate().unwrap();
    let (at, good) = (path("main", 1), server.sealed(1));
    for (body, status) in [
        (seal_with(&stranger, "main", 1, b"x"), 422),
        (seal_with(&server.signer(), "pr-1", 1, b"x"), 422),
        (seal_with(&server.signer(), "main", 2, b"x"), 400),
        (good[..good.len() - 1].to_vec(), 400),
        (Vec::new(), 400),
        (b"nonsense".repeat(100), 400),
    ] {
        let length = body.len();
        assert_eq!(server.put(&at, write, body).await, status, "{length}");
    }
    for bit in 0..good.len() * 8 {
        let mut flipped = good.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let status = server.put(&at, write, flipped).await;
        assert!(matches!(status, 400 | 422), "bit {bit}: {status}");
    }
    assert_eq!(server.put(&at, write, good).await, 201);
}

#[tokio::test]
async fn signers_are_named_in_the_file_or_on_the_command_line() {
    let stranger = SigningKey::generate().unwrap();
    let public = stranger.public().to_string();
    let server = Server::start(&["--trusted-key", &public]);
    let write = &server.keys.write;
    let body = |number| seal_with(&stranger, "main", number, b"x");
    assert_eq!(server.put(&path("main", 1), write, body(1)).await, 201);
    assert_eq!(server.put_ours(2).await, 201);

    let server = Server::start(&[]);
    let write = &server.keys.write;
    assert_eq!(server.put(&path("main", 1), write, body(1)).await, 422);
    let text = fs::read_to_string(server.keys_file()).unwrap();
    let trusted = text.lines().find(|line| line.starts_with("trusted_keys"));
    fs::write(server.keys_file(), text.replace(trusted.unwrap(), "")).unwrap();
    eventually("the signer is still refused", async || {
        server.put(&path("main", 1), write, body(1)).await == 201
    })
    .await;
}

#[test]
fn in_plain_it_listens_on_this_machine_only() {
    let home = tempfile::tempdir().unwrap();
    let serve = |arguments: &[&str]| run(home.path(), &[&["cache", "serve"], arguments].concat());
    for listen in ["0.0.0.0:0", "[::]:0"] {
        let (code, out, error) = serve(&["--listen", listen]);
        assert_eq!(code, Some(2), "{out}");
        assert!(
            error.contains("--tls-cert") && error.contains("--behind-proxy"),
            "{error}"
        );
        let (code, out, error) = serve(&["--listen", listen, "--behind-proxy"]);
        assert_eq!(code, Some(2), "{out}");
        assert!(error.contains("add-key"), "{error}");
    }
    for wrong in ["nonsense", "127.0.0.1", "127.0.0.1:99999"] {
        let (code, _, error) = serve(&["--listen", wrong]);
        assert!(code == Some(2) && error.contains(wrong), "{error}");
    }
    assert!(!home.path().join("ra").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn keys_are_shown_once_and_never_logged() {
    for format in ["logfmt", "json"] {
        let mut server = Server::start(&["--log-format", format]);
        let write = server.keys.write.clone();
        let at = format!("{}?token={write}", path("main", 1));
        assert_eq!(server.put(&at, &write, server.sealed(1)).await, 201);
        assert_eq!(server.get("/v1/cache/pr-1", &write).await.status(), 403);
        let odd = format!("{write}x");
        assert_eq!(server.get(&format!("/{write}"), &odd).await.status(), 401);
        let metrics = server.get("/metrics", &write).await.text().await.unwrap();
        let log = server.log();
        assert!(
            log.contains("201") && log.contains("\"ci\"") != log.contains("key=ci"),
            "{log}"
        );
        if format == "json" {
            let lines = log.lines().map(serde_json::from_str::<serde_json::Value>);
            let lines: Vec<_> = lines.map(Result::unwrap).collect();
            assert_eq!(lines[0]["method"], "PUT");
            assert_eq!(lines[0]["status"], 201);
            assert_eq!(lines[0]["namespace"], "main");
        }
        server.restart(&[]);
        assert_eq!(server.put_ours(1).await, 409);
        let texts = [metrics, log, server.said(), server.log()];
        let file = fs::read_to_string(server.keys_file()).unwrap();
        for text in texts.iter().chain([&file]) {
            for secret in [&server.keys.read, &server.keys.write, &server.keys.signing] {
                let (_, random) = secret.split_once(['-', ':']).unwrap();
                assert!(!text.contains(&random[random.len() - 32..]), "{text}");
            }
        }
    }
}
