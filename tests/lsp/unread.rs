//! A client that doesn't read the log.

use std::{
    io::{Read, Write},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Timeout for the response; far longer than it takes.
const PATIENCE: Duration = Duration::from_mins(1);

#[test]
fn who_reads_no_log_still_gets_answers() {
    let home = tempfile::tempdir().unwrap();
    let mut server = Command::new(env!("CARGO_BIN_EXE_rustassistant"))
        .arg("lsp")
        .env("RUSTASSISTANT_HOME", home.path())
        .env_remove("RUSTASSISTANT_LOG")
        .current_dir(home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let unread = server.stderr.take();
    let mut input = server.stdin.take().unwrap();
    thread::spawn(move || {
        let frame = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
        // Each message gets a response and a line in the log.
        let garbage = frame("no JSON").repeat(5_000);
        let initialize =
            r#"{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"capabilities":{}}}"#;
        let sent = input.write_all(garbage.as_bytes());
        sent.and_then(|()| input.write_all(frame(initialize).as_bytes()))
            .unwrap();
        // The session lasts until its server is stopped.
        thread::park();
    });
    let mut output = server.stdout.take().unwrap();
    let (sender, answered) = mpsc::channel();
    thread::spawn(move || {
        let (mut said, mut bytes) = (String::new(), [0; 4_096]);
        while let Ok(read @ 1..) = output.read(&mut bytes) {
            said.push_str(&String::from_utf8_lossy(&bytes[..read]));
            if said.contains("\"id\":7") {
                sender.send(()).unwrap();
                return;
            }
        }
    });
    let answered = answered.recv_timeout(PATIENCE);
    server.kill().unwrap();
    server.wait().unwrap();
    drop(unread);
    assert!(answered.is_ok());
}
