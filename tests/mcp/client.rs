//! A custom client: sends lines of JSON to the real binary, and records every line of output.

use std::{
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// Timeout for detecting a hang; far longer than any answer takes.
const PATIENCE: Duration = Duration::from_mins(4);
pub(crate) const MOST_CHARACTERS: usize = 4_000;

/// A folder for an agent, with its own home directory.
pub(crate) struct Place {
    dir: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("work")).unwrap();
        Self { dir }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.root().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.root().join(name)).unwrap()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.program(&[&["mcp"], arguments].concat())
    }

    /// The program with an environment that contains only the home directory.
    pub(crate) fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rustassistant"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("RUSTASSISTANT") {
                command.env_remove(name);
            }
        }
        command
            .args(arguments)
            .current_dir(self.root())
            .env("RUSTASSISTANT_HOME", self.dir.path().join("home"))
            .env_remove("RUST_BACKTRACE");
        command
    }

    /// Starts a server and initializes the session.
    pub(crate) fn start(&self, arguments: &[&str]) -> Client {
        let mut client = Client::start(self.command(arguments));
        let begun = client.ask(
            "initialize",
            &json!({
                "protocolVersion": "2025-06-18",
                "capabilities": {},
                "clientInfo": { "name": "tests", "version": "1" },
            }),
        );
        assert_eq!(begun["result"]["serverInfo"]["name"], "rustassistant");
        client.notify("notifications/initialized");
        client
    }
}

pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Value>,
    words: Option<JoinHandle<String>>,
    next: u64,
}

impl Client {
    fn start(mut command: Command) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let (sender, messages) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in stdout.lines() {
                let line = line.unwrap();
                let message = serde_json::from_str(&line);
                let message: Value = message.unwrap_or_else(|_| panic!("no message: {line}"));
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let mut stderr = child.stderr.take().unwrap();
        let words = thread::spawn(move || {
            let mut bytes = Vec::new();
            stderr.read_to_end(&mut bytes).unwrap();
            String::from_utf8_lossy(&bytes).into_owned()
        });
        Self {
            stdin: child.stdin.take(),
            child,
            messages,
            words: Some(words),
            next: 0,
        }
    }

    /// Sends a call without waiting for the answer.
    pub(crate) fn begin(&mut self, tool: &str, arguments: &Value) -> u64 {
        self.next += 1;
        let parameters = json!({ "name": tool, "arguments": arguments });
        let request = json!({ "jsonrpc": "2.0", "id": self.next, "method": "tools/call", "params": parameters });
        self.send(&request.to_string());
        self.next
    }

    pub(crate) fn send(&mut self, line: &str) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(line.as_bytes()).unwrap();
        stdin.write_all(b"\n").unwrap();
        stdin.flush().unwrap();
    }

    fn notify(&mut self, method: &str) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method }).to_string());
    }

    /// Returns the answer to a request, whatever it is.
    pub(crate) fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        let request = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": parameters });
        self.send(&request.to_string());
        loop {
            let message = self.messages.recv_timeout(PATIENCE);
            let message = message.unwrap_or_else(|error| panic!("{error}: {request:.200}"));
            if message["id"] == id {
                return message;
            }
        }
    }

    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Said {
        let parameters = json!({ "name": tool, "arguments": arguments });
        let answer = self.ask("tools/call", &parameters);
        if let Some(error) = answer.get("error") {
            let words = error["message"].as_str().unwrap().to_owned();
            assert_eq!(error["code"], -32602, "{words}");
            return Said::BadCall(checked(words));
        }
        let result = &answer["result"];
        let blocks = result["content"].as_array().unwrap();
        assert_eq!(blocks.len(), 1, "{answer}");
        let words = checked(blocks[0]["text"].as_str().unwrap().to_owned());
        if result["isError"] == true {
            Said::Refused(words)
        } else {
            Said::Told(words)
        }
    }

    /// Returns a successful answer; anything else fails the test.
    pub(crate) fn told(&mut self, tool: &str, arguments: &Value) -> String {
        match self.call(tool, arguments) {
            Said::Told(words) => words,
            other => panic!("{tool} {arguments}: {other:?}"),
        }
    }

    /// Returns the reason for a refusal.
    pub(crate) fn refused(&mut self, tool: &str, arguments: &Value) -> String {
        match self.call(tool, arguments) {
            Said::Refused(words) => words,
            other => panic!("{tool} {arguments}: {other:?}"),
        }
    }

    /// Returns the error of an invalid call.
    pub(crate) fn bad(&mut self, tool: &str, arguments: &Value) -> String {
        match self.call(tool, arguments) {
            Said::BadCall(words) => words,
            other => panic!("{tool} {arguments}: {other:?}"),
        }
    }

    /// The offer of a refactoring in a range.
    pub(crate) fn offer(&mut self, id: &str, path: &str, range: &str) -> String {
        let said = self.told("offers", &json!({ "path": path, "range": range }));
        let start = format!("{id}@");
        let line = said.lines().find(|line| line.starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("no {id}: {said}"));
        line.split_whitespace().next().unwrap().to_owned()
    }

    /// Disconnects, and returns the server's other output.
    pub(crate) fn leave(mut self) -> String {
        drop(self.stdin.take());
        let since = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(since.elapsed() < PATIENCE, "it doesn't end");
            thread::sleep(Duration::from_millis(5));
        };
        let words = self.words.take().unwrap().join().unwrap();
        assert!(status.success(), "{status}: {words}");
        assert!(
            !words.contains("panicked") && !words.contains("overflowed"),
            "{words}"
        );
        words
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The outcome of a call.
#[derive(Debug)]
pub(crate) enum Said {
    Told(String),
    Refused(String),
    BadCall(String),
}

/// Checks the properties of every answer.
fn checked(words: String) -> String {
    let count = words.chars().count();
    assert!(
        (1..=MOST_CHARACTERS).contains(&count),
        "{count}: {words:.200}"
    );
    let is_unseen =
        |c: char| (c.is_control() && !"\n\t".contains(c)) || "\u{202e}\u{200b}".contains(c);
    assert!(!words.contains(is_unseen), "{words:?}");
    words
}

/// All files in a folder, by path.
pub(crate) fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                waiting.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}
