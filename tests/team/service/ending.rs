//! How the server shuts down, and what is available after a restart.

use super::server::{Server, path, program, rest, say};

#[cfg(unix)]
#[tokio::test]
async fn what_is_running_at_the_end_is_finished() {
    use rustix::process::Signal;
    let mut server = Server::start(&[]);
    let sealed = server.sealed(1);
    let mut stream = server.connect();
    let head = format!(
        "PUT {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        path("main", 1),
        server.keys.write,
        sealed.len()
    );
    say(&mut stream, head.as_bytes());
    // The server requests the body only when it is ready to read it.
    let mut go_on = [0; 25];
    std::io::Read::read_exact(&mut stream, &mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    let _idle = server.connect();
    say(&mut stream, &sealed[..10]);
    server.signal(Signal::TERM);
    super::server::eventually("it still listens", async || {
        std::net::TcpStream::connect(server.address()).is_err()
    })
    .await;
    say(&mut stream, &sealed[10..]);
    let answer = rest(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    assert_eq!(server.wait().code(), Some(0));
    let log = server.file("main").with_extension("db-wal");
    assert!(!log.exists(), "the file is not closed");

    let home = std::mem::replace(&mut server.home, tempfile::tempdir().unwrap());
    std::fs::write(server.home.path().join("log-0"), "").unwrap();
    let again = Server::start_in(home, server.keys.clone(), &[]);
    let found = again.get(&path("main", 1), &again.keys.read).await;
    assert_eq!(found.bytes().await.unwrap(), sealed);
}

#[cfg(unix)]
#[test]
fn what_never_ends_is_ended() {
    use rustix::process::Signal;
    for signal in [Signal::TERM, Signal::INT] {
        let mut server = Server::start(&["--grace-seconds", "1"]);
        let mut stream = server.connect();
        let head = format!(
            "PUT {} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 1000\r\n\r\n",
            path("main", 1),
            server.keys.write,
        );
        say(&mut stream, head.as_bytes());
        server.signal(signal);
        assert_eq!(server.wait().code(), Some(0));
    }
}

#[test]
fn a_folder_is_served_once() {
    let server = Server::start(&[]);
    let second = program(server.home.path())
        .args(["cache", "serve", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(2));
    let error = String::from_utf8(second.stderr).unwrap();
    assert!(
        error.contains("another server uses this directory"),
        "{error}"
    );
}

#[test]
fn a_port_that_is_taken_is_named_and_no_keys_are_made() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let home = tempfile::tempdir().unwrap();
    let output = program(home.path())
        .args(["cache", "serve", "--listen", &address])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.contains(&address) && error.contains("--listen"),
        "{error}"
    );
    assert!(!home.path().join("ra").exists());
}
