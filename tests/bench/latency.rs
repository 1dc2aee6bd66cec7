//! The cost of a keystroke in a file of 10,000 lines: from the change to the diagnostics of the resulting version, then code
//! actions at that position, then the edit of one of them; and the memory usage of the server. For comparison, runs
//! `ruff server` on a Python file of the same shape and length, if `ruff` is available (`pip install ruff`). Then the same
//! keystrokes in a workspace with all smells enabled, including duplicates, and while a team's cache that accepts connections
//! but never responds is queried in the background.
//!
//! `cargo bench --bench latency [-- LINES]`

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

const KEYS: usize = 100;
const KEY_LIMIT_MS: f64 = 8.0;
const RUFF_RATIO_LIMIT: f64 = 0.3;
const ACTION_LIMIT_MS: f64 = 3.0;
const RESOLVE_LIMIT_MS: f64 = 10.0;
const FULL_KEY_LIMIT_MS: f64 = 3.0;
const FULL_RUFF_RATIO_LIMIT: f64 = 0.08;
const FROZEN_RATIO_LIMIT: f64 = 1.25;
const IDLE_LIMIT_MB: f64 = 15.0;
const OPEN_LIMIT_MB: f64 = 60.0;

const RUST: &str = r#"/// Adds up what was read in round NUMBER.
pub fn round_NUMBER(readings: &[i64], highest: i64, chatty: bool) -> Option<i64> {
    let mut sum = 0;
    if !readings.is_empty() {
        for (place, reading) in readings.iter().enumerate() {
            if *reading > highest {
                if chatty {
                    println!("left out {} at {}", reading, place);
                }
                continue;
            }
            if place % 7 == 3 {
                sum += reading * 86400;
            } else {
                sum += reading;
            }
        }
        return Some(sum);
    }
    None
}

/// Tells of round NUMBER.
pub fn tell_NUMBER(readings: &[i64]) -> i64 {
    let first = match readings.get(NUMBER) {
        Some(first) => first,
        None => return -1,
    };
    println!("one");
    println!("two");
    println!("three");
    println!("four");
    println!("five");
    *first
}

"#;

const PYTHON: &str = r#"def round_NUMBER(readings: list[int], highest: int, chatty: bool) -> int | None:
    """Adds up what was read in round NUMBER."""
    sum = 0
    unused_NUMBER = 1
    if len(readings) != 0:
        for place, reading in enumerate(readings):
            if reading > highest:
                if chatty:
                    print("left out", reading, place)
                continue
            if place % 7 == 3:
                sum += reading * 86400
            else:
                sum += reading
        return sum
    return None


def tell_NUMBER(readings: list[int]) -> None:
    """Tells of round NUMBER."""
    unused = 1
    if len(readings) > NUMBER:
        print("one")
        print("two")
        print("three")
        print("four")
        print("five")
        print("six")


"#;

/// Where and what is typed: a space after a statement, which is then removed again.
const RUST_STATEMENT: &str = "sum += reading;";
const PYTHON_STATEMENT: &str = "sum += reading";

fn main() {
    let lines = env::args()
        .skip(1)
        .find_map(|word| word.parse().ok())
        .unwrap_or(10_000);
    let ours = Language {
        name: "rust",
        file: "src/lib.rs",
        text: repeated(RUST, lines),
        statement: RUST_STATEMENT,
        finding: "let first = match readings.get(",
        command: vec![
            env!("CARGO_BIN_EXE_rustassistant").to_owned(),
            "lsp".to_owned(),
        ],
    };
    let theirs = Language {
        name: "python",
        file: "lib.py",
        text: repeated(PYTHON, lines),
        statement: PYTHON_STATEMENT,
        finding: "unused = 1",
        command: vec!["ruff".to_owned(), "server".to_owned()],
    };
    println!(
        "idle, 5 s after `initialized` on an empty folder: {:.1} MB (at most {IDLE_LIMIT_MB})",
        idle(&ours)
    );
    let our_key = measure(&ours);
    let full_key = everything_on(&ours);
    frozen_team(&ours);
    if Command::new("ruff")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        println!("there is no ruff to compare with; install it with: pip install ruff");
        return;
    }
    let their_key = measure(&theirs);
    println!(
        "keystroke, ours / ruff's: {:.3} (at most {RUFF_RATIO_LIMIT})",
        our_key / their_key
    );
    println!(
        "keystroke with every smell on, ours / ruff's: {:.3} (at most {FULL_RUFF_RATIO_LIMIT})",
        full_key / their_key
    );
}

struct Language {
    name: &'static str,
    file: &'static str,
    text: String,
    statement: &'static str,
    /// The start of a line with an available action.
    finding: &'static str,
    command: Vec<String>,
}

fn repeated(unit: &str, lines: usize) -> String {
    let count = (lines / unit.lines().count()).max(1);
    (0..count)
        .map(|number| unit.replace("NUMBER", &number.to_string()))
        .collect()
}

fn idle(language: &Language) -> f64 {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut server = Server::start(language, folder.path());
    thread::sleep(Duration::from_secs(5));
    let memory = server.memory();
    server.stop();
    memory
}

/// Prints the cost of a keystroke with duplicate detection in a fully indexed workspace, which contains many copies of each
/// function in the file. Returns the median in milliseconds.
fn everything_on(ours: &Language) -> f64 {
    let options = Some("profile = \"full\"\n");
    let settle = || thread::sleep(Duration::from_secs(3));
    let mut keys = keys_in_a_workspace(ours, options, &[], settle);
    println!("keystrokes with every smell on");
    print("keystroke to diagnostics", &mut keys, FULL_KEY_LIMIT_MS)
}

/// Prints the cost of a keystroke while a team's cache hangs, compared with that without one.
fn frozen_team(ours: &Language) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("it listens").port();
    let (asked, connections) = mpsc::channel();
    thread::spawn(move || {
        // Kept open without a response.
        let mut held = Vec::new();
        for connection in listener.incoming().flatten() {
            held.push(connection);
            if asked.send(()).is_err() {
                return;
            }
        }
    });
    let team = [
        ("RUSTASSISTANT_CACHE_BACKEND", "http".to_owned()),
        (
            "RUSTASSISTANT_CACHE_URL",
            format!("http://127.0.0.1:{port}"),
        ),
    ];
    let (mut alone, mut frozen) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        alone.extend(keys_in_a_workspace(ours, None, &[], || {}));
        frozen.extend(keys_in_a_workspace(ours, None, &team, || {
            let was_asked = connections.recv_timeout(Duration::from_secs(30));
            was_asked.expect("the team's cache is asked in the background");
        }));
        while connections.try_recv().is_ok() {}
    }
    println!("keystrokes while a workspace is worked through");
    let alone = print("without a team's cache", &mut alone, KEY_LIMIT_MS);
    let frozen = print("with a frozen one", &mut frozen, KEY_LIMIT_MS);
    println!(
        "keystroke, frozen team / none: {:.3} (at most {FROZEN_RATIO_LIMIT})",
        frozen / alone
    );
}

/// The durations of keystrokes in milliseconds, after `ready` returns, in a workspace with enough files to keep the server
/// busy.
fn keys_in_a_workspace(
    language: &Language,
    options: Option<&str>,
    environment: &[(&str, String)],
    ready: impl FnOnce(),
) -> Vec<f64> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = workspace(language, folder.path());
    if let Some(options) = options {
        let path = folder.path().join("rustassistant.toml");
        fs::write(path, options).expect("the temporary folder is ours");
    }
    for number in 0..400 {
        let text = RUST.replace("NUMBER", &format!("{number}_other"));
        let other = folder.path().join(format!("src/other_{number}.rs"));
        fs::write(other, text).expect("the temporary folder is ours");
    }
    let mut server = Server::start_with(language, folder.path(), environment);
    let uri = format!("file://{}", file.display());
    server.open(language, &uri);
    server.diagnostics(&uri);
    ready();
    let place = middle(language);
    let keys = (0..KEYS).map(|stroke| {
        let start = Instant::now();
        server.press(&uri, stroke, place);
        server.diagnostics(&uri);
        milliseconds(start)
    });
    let keys = keys.collect();
    server.stop();
    keys
}

/// Writes a package with the language's text; returns its path.
fn workspace(language: &Language, folder: &Path) -> PathBuf {
    let file = folder.join(language.file);
    fs::create_dir_all(file.parent().expect("a file lies in a folder")).expect("ours");
    fs::write(&file, &language.text).expect("the temporary folder is ours");
    fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"bench\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    )
    .expect("the temporary folder is ours");
    file
}

/// Prints the figures of one server and returns the median of its keystrokes in milliseconds.
fn measure(language: &Language) -> f64 {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = workspace(language, folder.path());
    let mut server = Server::start(language, folder.path());
    let uri = format!("file://{}", file.display());
    let opened = Instant::now();
    server.open(language, &uri);
    let diagnostics = server.diagnostics(&uri);
    let open = milliseconds(opened);
    let place = middle(language);
    let finding = line_with(language, language.finding);
    let (mut keys, mut actions, mut resolves) = (Vec::new(), Vec::new(), Vec::new());
    for stroke in 0..KEYS {
        let start = Instant::now();
        server.press(&uri, stroke, place);
        server.diagnostics(&uri);
        keys.push(milliseconds(start));
        let start = Instant::now();
        let offered = server.actions(&uri, place.0);
        actions.push(milliseconds(start));
        let found = server.actions(&uri, finding);
        if let Some(action) = found
            .iter()
            .chain(&offered)
            .find(|one| one["edit"].is_null())
        {
            let start = Instant::now();
            server.request("codeAction/resolve", action);
            resolves.push(milliseconds(start));
        }
    }
    println!(
        "{} lines of {}, {} diagnostics",
        language.text.lines().count(),
        language.name,
        diagnostics
    );
    println!("  open to diagnostics {open:8.2} ms");
    let key = print("keystroke to diagnostics", &mut keys, KEY_LIMIT_MS);
    print("code action", &mut actions, ACTION_LIMIT_MS);
    print("resolve", &mut resolves, RESOLVE_LIMIT_MS);
    println!(
        "  memory {:.1} MB (ours: at most {OPEN_LIMIT_MB})",
        server.memory()
    );
    server.stop();
    key
}

fn print(what: &str, times: &mut [f64], limit: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let Some(last) = times.len().checked_sub(1) else {
        println!("  {what}: never");
        return f64::NAN;
    };
    let (median, high) = (times[times.len() / 2], times[last * 99 / 100]);
    println!("  {what}: p50 {median:.2} ms, p99 {high:.2} ms (ours: p50 at most {limit})");
    median
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// The line and column after a statement in the middle of the text.
fn middle(language: &Language) -> (usize, usize) {
    let line = line_with(language, language.statement);
    let text = language.text.lines().nth(line).expect("the line was found");
    (line, text.len())
}

/// The first line in the second half of the text with this start.
fn line_with(language: &Language, start: &str) -> usize {
    let lines: Vec<&str> = language.text.lines().collect();
    let mut second_half = lines.len() / 2..lines.len();
    second_half
        .find(|line| lines[*line].trim_start().starts_with(start))
        .expect("it is in every unit")
}

struct Server {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    id: i64,
    pulls: bool,
    /// The version and number of the most recently published diagnostics.
    published: Option<(i64, usize)>,
    version: i64,
    result_id: Value,
    pulled: usize,
}

impl Server {
    fn start(language: &Language, root: &Path) -> Self {
        Self::start_with(language, root, &[])
    }

    fn start_with(language: &Language, root: &Path, environment: &[(&str, String)]) -> Self {
        let home = root.join(".home");
        fs::create_dir_all(&home).expect("the temporary folder is ours");
        let mut child = Command::new(&language.command[0])
            .args(&language.command[1..])
            .current_dir(root)
            .env("RUSTASSISTANT_HOME", &home)
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        let mut server = Self {
            child,
            input,
            output,
            id: 0,
            pulls: false,
            published: None,
            version: 0,
            result_id: Value::Null,
            pulled: 0,
        };
        let uri = format!("file://{}", root.display());
        let result = server.request(
            "initialize",
            &json!({
                "processId": null, "rootUri": uri,
                "workspaceFolders": [{"uri": uri, "name": "bench"}],
                "capabilities": capabilities(),
            }),
        );
        server.pulls = !result["capabilities"]["diagnosticProvider"].is_null();
        server.notify("initialized", &json!({}));
        server
    }

    fn open(&mut self, language: &Language, uri: &str) {
        self.version = 1;
        self.notify(
            "textDocument/didOpen",
            &json!({"textDocument": {"uri": uri, "languageId": language.name, "version": 1, "text": language.text}}),
        );
    }

    fn press(&mut self, uri: &str, stroke: usize, (line, column): (usize, usize)) {
        self.version += 1;
        let end = column + stroke % 2;
        let text = if stroke.is_multiple_of(2) { " " } else { "" };
        self.notify(
            "textDocument/didChange",
            &json!({
                "textDocument": {"uri": uri, "version": self.version},
                "contentChanges": [{"text": text, "range": {
                    "start": {"line": line, "character": column}, "end": {"line": line, "character": end}}}],
            }),
        );
    }

    /// Returns the number of diagnostics for the current version.
    fn diagnostics(&mut self, uri: &str) -> usize {
        if !self.pulls {
            while self
                .published
                .is_none_or(|(version, _)| version != self.version)
            {
                self.receive();
            }
            return self.published.map_or(0, |(_, count)| count);
        }
        let mut params = json!({"textDocument": {"uri": uri}});
        if !self.result_id.is_null() {
            params["previousResultId"] = self.result_id.clone();
        }
        let result = self.request("textDocument/diagnostic", &params);
        if let Some(items) = result["items"].as_array() {
            self.pulled = items.len();
            self.result_id = result["resultId"].clone();
        }
        self.pulled
    }

    fn actions(&mut self, uri: &str, line: usize) -> Vec<Value> {
        let place = json!({"line": line, "character": 4});
        let result = self.request(
            "textDocument/codeAction",
            &json!({
                "textDocument": {"uri": uri}, "range": {"start": place, "end": place},
                "context": {"diagnostics": [], "triggerKind": 1},
            }),
        );
        result.as_array().cloned().unwrap_or_default()
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.id += 1;
        let id = self.id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let message = self.receive();
            if message["id"] == id && message["method"].is_null() {
                return message["result"].clone();
            }
        }
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len())
            .expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    /// Receives the next message; answers requests of the server, and records published diagnostics.
    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).expect("the server writes");
            assert!(read > 0, "the server ended");
            let line = line.trim();
            if line.is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().expect("a length is a number");
            }
        }
        let mut body = vec![0; length];
        self.output
            .read_exact(&mut body)
            .expect("the server writes whole messages");
        let message: Value = serde_json::from_slice(&body).expect("the server writes JSON");
        if message["method"] == "textDocument/publishDiagnostics" {
            let params = &message["params"];
            let count = params["diagnostics"].as_array().map_or(0, Vec::len);
            self.published = Some((params["version"].as_i64().unwrap_or_default(), count));
        }
        if !message["method"].is_null() && !message["id"].is_null() {
            let items = message["params"]["items"].as_array().map_or(0, Vec::len);
            let result = if message["method"] == "workspace/configuration" {
                json!(vec![Value::Null; items])
            } else {
                Value::Null
            };
            self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": result}));
        }
        message
    }

    /// Resident memory in MB; NaN without `/proc`.
    fn memory(&self) -> f64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .unwrap_or_default();
        let number: f64 = line
            .trim()
            .trim_end_matches(" kB")
            .parse()
            .unwrap_or(f64::NAN);
        number / 1024.0
    }

    fn stop(&mut self) {
        self.request("shutdown", &Value::Null);
        self.notify("exit", &Value::Null);
        self.child.wait().expect("the server was started");
    }
}

fn capabilities() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-8", "utf-16"]},
        "window": {"workDoneProgress": true},
        "workspace": {"configuration": true, "workspaceFolders": true,
            "workspaceEdit": {"documentChanges": true}, "diagnostics": {"refreshSupport": true}},
        "textDocument": {
            "publishDiagnostics": {"versionSupport": true, "dataSupport": true},
            "diagnostic": {},
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["", "quickfix", "refactor", "refactor.extract", "refactor.rewrite", "source"]}},
                "dataSupport": true, "isPreferredSupport": true, "resolveSupport": {"properties": ["edit"]},
            },
        },
    })
}
