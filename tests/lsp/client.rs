//! A small blocking client over real pipes. Tests must consume everything the server sends: dropping the client asserts that
//! nothing is left unread, that the server exited with code 0 and that it never panicked.

use std::{
    collections::{HashMap, VecDeque},
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// Timeout for a message before a test fails. Far longer than any message takes, including a check by rustc.
const PATIENCE: Duration = Duration::from_mins(4);

pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    incoming: mpsc::Receiver<Value>,
    errors: Arc<Mutex<String>>,
    errors_are_read: Option<thread::JoinHandle<()>>,
    next_id: i64,
    replies: HashMap<i64, Value>,
    /// Notifications that no test has consumed yet.
    notifications: VecDeque<Value>,
    /// Requests of the server that no test has consumed yet.
    asked: Vec<Value>,
    /// Selects the requests whose replies are held back.
    is_held: fn(&str) -> bool,
    /// Requests of the server whose replies are held back.
    held: Vec<Value>,
    settings: Value,
    /// Settings returned for one scope instead.
    settings_of: HashMap<String, Value>,
    /// The reply to `workspace/applyEdit`.
    applied: Value,
    /// The index of the action chosen in message requests.
    pressed: Option<usize>,
    folder: tempfile::TempDir,
    is_over: bool,
    expected_error: Option<&'static str>,
    stop_reading: Arc<AtomicBool>,
}

/// The error in a reply.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refused {
    pub(crate) code: i64,
    pub(crate) message: String,
}

impl Client {
    /// Starts a server process that hasn't received anything yet, in an empty folder with an empty home directory.
    pub(crate) fn start() -> Self {
        Self::start_with(&[], &[])
    }

    pub(crate) fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        std::fs::create_dir(folder.path().join("work")).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_rustassistant"))
            .arg("lsp")
            .args(arguments)
            .env("RUSTASSISTANT_HOME", folder.path().join("home"))
            .env_remove("RUSTASSISTANT_LOG")
            .envs(variables.iter().copied())
            .current_dir(folder.path().join("work"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, incoming) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        let stop_reading = Arc::new(AtomicBool::new(false));
        let stops = Arc::clone(&stop_reading);
        thread::spawn(move || read_messages(output, &sender, &stops));
        let errors = Arc::new(Mutex::new(String::new()));
        let (mut stderr, kept) = (child.stderr.take().unwrap(), Arc::clone(&errors));
        let reading = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = stderr.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..read]);
                kept.lock().unwrap().push_str(&text);
            }
        });
        Self {
            input: child.stdin.take(),
            child,
            incoming,
            errors,
            errors_are_read: Some(reading),
            next_id: 0,
            replies: HashMap::new(),
            notifications: VecDeque::new(),
            asked: Vec::new(),
            is_held: |_| false,
            held: Vec::new(),
            settings: Value::Null,
            settings_of: HashMap::new(),
            applied: json!({"applied": true}),
            pressed: None,
            folder,
            is_over: false,
            expected_error: None,
            stop_reading,
        }
    }

    /// An initialized server, for a client with these capabilities and one workspace folder.
    pub(crate) fn ready(capabilities: Value) -> Self {
        let mut client = Self::start();
        client.initialize(capabilities);
        client
    }

    /// Sends `initialize` and `initialized`, and returns the result of the first.
    pub(crate) fn initialize(&mut self, capabilities: Value) -> Value {
        let root = self.root_uri();
        self.initialize_with(json!({
            "processId": std::process::id(),
            "rootUri": root,
            "workspaceFolders": [{"uri": root, "name": "work"}],
            "capabilities": capabilities,
        }))
    }

    pub(crate) fn initialize_with(&mut self, params: Value) -> Value {
        let result = self.request("initialize", params);
        self.notify("initialized", json!({}));
        result
    }

    /// Sets the reply to `workspace/configuration`.
    pub(crate) fn set_settings(&mut self, settings: Value) {
        self.settings = settings;
    }

    /// Sets that reply for a folder.
    pub(crate) fn set_settings_of(&mut self, folder: &str, settings: Value) {
        self.settings_of.insert(folder.to_owned(), settings);
    }

    /// Sets the reply to `workspace/applyEdit`.
    pub(crate) fn set_applied(&mut self, answer: Value) {
        self.applied = answer;
    }

    /// Sets which action is chosen in message requests.
    #[cfg(feature = "model")]
    pub(crate) fn set_pressed(&mut self, place: usize) {
        self.pressed = Some(place);
    }

    /// Holds back the replies to the server's requests with these methods, until [`Client::give_answers`].
    pub(crate) fn hold_answers(&mut self, is_held: fn(&str) -> bool) {
        self.is_held = is_held;
    }

    pub(crate) fn give_answers(&mut self) {
        self.is_held = |_| false;
        for message in std::mem::take(&mut self.held) {
            self.answer(&message);
        }
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    pub(crate) fn root_uri(&self) -> String {
        uri_of(&self.root())
    }

    /// The URI of a file in the workspace folder, which may not exist.
    pub(crate) fn uri(&self, file: &str) -> String {
        uri_of(&self.root().join(file))
    }

    pub(crate) fn write_file(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    // Sending

    pub(crate) fn send_raw(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    /// For a server that may have exited already.
    pub(crate) fn try_send_raw(&mut self, bytes: &[u8]) {
        let _ = self.input.as_mut().unwrap().write_all(bytes);
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let frame = frame(message);
        self.send_raw(&frame);
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    /// Returns the id to wait for.
    pub(crate) fn send_request(&mut self, method: &str, params: Value) -> i64 {
        let message = self.prepare(method, params);
        self.send(&message);
        message["id"].as_i64().unwrap()
    }

    /// A request that isn't sent yet.
    pub(crate) fn prepare(&mut self, method: &str, params: Value) -> Value {
        self.next_id += 1;
        json!({"jsonrpc": "2.0", "id": self.next_id, "method": method, "params": params})
    }

    pub(crate) fn cancel(&mut self, id: i64) {
        self.notify("$/cancelRequest", json!({"id": id}));
    }

    pub(crate) fn call(&mut self, method: &str, params: Value) -> Result<Value, Refused> {
        let id = self.send_request(method, params);
        self.wait(id)
    }

    pub(crate) fn request(&mut self, method: &str, params: Value) -> Value {
        match self.call(method, params) {
            Ok(result) => result,
            Err(refused) => panic!("{method}: {refused:?}\n{}", self.errors()),
        }
    }

    // Documents

    pub(crate) fn open(&mut self, uri: &str, text: &str) {
        self.notify(
            "textDocument/didOpen",
            json!({"textDocument": {
                "uri": uri, "languageId": "rust", "version": 1, "text": text,
            }}),
        );
    }

    pub(crate) fn change(&mut self, uri: &str, version: i32, changes: &Value) {
        self.notify(
            "textDocument/didChange",
            json!({"textDocument": {"uri": uri, "version": version}, "contentChanges": changes}),
        );
    }

    pub(crate) fn close(&mut self, uri: &str) {
        self.notify(
            "textDocument/didClose",
            json!({"textDocument": {"uri": uri}}),
        );
    }

    pub(crate) fn pull(&mut self, uri: &str) -> Value {
        self.request("textDocument/diagnostic", pull_params(uri))
    }

    /// The items of a full report.
    pub(crate) fn pulled_items(&mut self, uri: &str) -> Vec<Value> {
        let report = self.pull(uri);
        assert_eq!(report["kind"], "full", "{report}");
        report["items"].as_array().unwrap().clone()
    }

    pub(crate) fn actions(&mut self, uri: &str, range: &Value) -> Vec<Value> {
        self.actions_in(uri, range, &json!({"diagnostics": [], "triggerKind": 1}))
    }

    pub(crate) fn actions_in(&mut self, uri: &str, range: &Value, context: &Value) -> Vec<Value> {
        let result = self.request(
            "textDocument/codeAction",
            json!({"textDocument": {"uri": uri}, "range": range, "context": context}),
        );
        result.as_array().cloned().unwrap_or_default()
    }

    pub(crate) fn execute(&mut self, command: &str, arguments: &Value) -> Result<Value, Refused> {
        self.call(
            "workspace/executeCommand",
            json!({"command": format!("rustassistant.{command}"), "arguments": arguments}),
        )
    }

    // Receiving

    pub(crate) fn wait(&mut self, id: i64) -> Result<Value, Refused> {
        self.take_until(|client| client.replies.contains_key(&id));
        let reply = self.replies.remove(&id).unwrap();
        match reply.get("error") {
            None => Ok(reply["result"].clone()),
            Some(error) => Err(Refused {
                code: error["code"].as_i64().unwrap(),
                message: error["message"].as_str().unwrap().to_owned(),
            }),
        }
    }

    pub(crate) fn has_reply(&self, id: i64) -> bool {
        self.replies.contains_key(&id)
    }

    /// Consumes the oldest notification with this method, and returns its parameters.
    pub(crate) fn take_notification(&mut self, method: &str) -> Value {
        let is_one = |message: &Value| message["method"] == method;
        self.take_until(|client| client.notifications.iter().any(is_one));
        let at = self.notifications.iter().position(is_one).unwrap();
        self.notifications.remove(at).unwrap()["params"].clone()
    }

    /// The published diagnostics for this version; those of earlier ones are dropped.
    pub(crate) fn published(&mut self, uri: &str, version: Option<i32>) -> Value {
        loop {
            let params = self.take_notification("textDocument/publishDiagnostics");
            assert_eq!(params["uri"], uri);
            if params.get("version").and_then(Value::as_i64) == version.map(i64::from) {
                return params["diagnostics"].clone();
            }
        }
    }

    /// Waits for a request of the server, and returns its parameters.
    pub(crate) fn take_asked(&mut self, method: &str) -> Value {
        let is_one = |message: &Value| message["method"] == method;
        self.take_until(|client| client.asked.iter().any(is_one));
        let at = self.asked.iter().position(is_one).unwrap();
        self.asked.remove(at)["params"].clone()
    }

    /// Consumes such a request if the server sends it before becoming idle, for a client that receives the server's status.
    pub(crate) fn take_asked_at_work(&mut self, method: &str) -> Option<Value> {
        let is_one = |message: &Value| message["method"] == method;
        let is_rest = |message: &Value| {
            message["method"] == "experimental/serverStatus"
                && message["params"]["quiescent"] == true
        };
        self.take_until(|client| {
            client.asked.iter().any(is_one) || client.notifications.iter().any(is_rest)
        });
        let at = self.asked.iter().position(is_one)?;
        Some(self.asked.remove(at)["params"].clone())
    }

    pub(crate) fn asked(&self) -> &[Value] {
        &self.asked
    }

    pub(crate) fn forget_notifications(&mut self, method: &str) {
        self.notifications
            .retain(|message| message["method"] != method);
    }

    /// Reads everything until the server has exited, and drops its notifications with this method.
    pub(crate) fn forget_notifications_at_end(&mut self, method: &str) {
        self.input.take();
        while let Ok(message) = self.incoming.recv_timeout(PATIENCE) {
            self.sort_in(message);
        }
        self.forget_notifications(method);
    }

    pub(crate) fn forget_replies(&mut self) {
        self.input.take();
        while let Ok(message) = self.incoming.recv_timeout(PATIENCE) {
            self.sort_in(message);
        }
        self.replies.clear();
    }

    /// Ensures that everything sent before has been processed.
    pub(crate) fn settle(&mut self) {
        let refused = self.call("rustassistant/nothing", json!({}));
        assert_eq!(refused.unwrap_err().code, -32601);
    }

    pub(crate) fn errors(&self) -> String {
        self.errors.lock().unwrap().clone()
    }

    /// Waits until the log, which is written independently of responses, contains the words this many times.
    pub(crate) fn wait_logged(&self, words: &str, times: usize) {
        let deadline = Instant::now() + PATIENCE;
        while self.errors().matches(words).count() < times {
            assert!(Instant::now() < deadline, "not logged: {}", self.errors());
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn take_until(&mut self, is_there: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_there(self) {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.incoming.recv_timeout(left) {
                Ok(message) => self.sort_in(message),
                Err(error) => panic!("{error}; the server said:\n{}", self.errors()),
            }
        }
    }

    fn sort_in(&mut self, message: Value) {
        let is_call = message.get("method").is_some();
        match message.get("id") {
            Some(_) if is_call => {
                if (self.is_held)(message["method"].as_str().unwrap()) {
                    self.held.push(message.clone());
                } else {
                    self.answer(&message);
                }
                self.asked.push(message);
            }
            Some(id) => {
                let id = id.as_i64().unwrap_or(-1);
                assert!(
                    self.replies.insert(id, message).is_none(),
                    "two replies to {id}"
                );
            }
            None => self.notifications.push_back(message),
        }
    }

    fn answer(&mut self, message: &Value) {
        if self.input.is_none() {
            return;
        }
        let result = match message["method"].as_str().unwrap() {
            "workspace/configuration" => {
                let items = message["params"]["items"].as_array().unwrap();
                let of_item = |item: &Value| {
                    let scope = item.get("scopeUri").and_then(Value::as_str);
                    let own = scope.and_then(|scope| self.settings_of.get(scope));
                    own.unwrap_or(&self.settings).clone()
                };
                items.iter().map(of_item).collect()
            }
            "workspace/applyEdit" => self.applied.clone(),
            "window/showMessageRequest" => match self.pressed {
                Some(place) => message["params"]["actions"][place].clone(),
                None => Value::Null,
            },
            _ => Value::Null,
        };
        // The server may have exited already.
        let reply = json!({"jsonrpc": "2.0", "id": message["id"], "result": result});
        self.try_send_raw(&frame(&reply));
    }

    // Ending

    /// Waits for the reply with a null id.
    pub(crate) fn wait_anonymous(&mut self) -> Refused {
        self.wait(-1).unwrap_err()
    }

    /// Sends `shutdown` and `exit`, and returns the exit code.
    pub(crate) fn leave(&mut self) -> i32 {
        self.request("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.exit_code()
    }

    pub(crate) fn close_input(&mut self) {
        self.input.take();
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    pub(crate) fn exit_code(&mut self) -> i32 {
        self.is_over = true;
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().expect("the server was killed by a signal");
            }
            assert!(Instant::now() < deadline, "the server doesn't end");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Permits the server to log errors that contain these words.
    pub(crate) fn expect_error(&mut self, words: &'static str) {
        self.expected_error = Some(words);
    }

    /// Closes the server's output pipe.
    pub(crate) fn close_output(&mut self) {
        self.stop_reading.store(true, Ordering::SeqCst);
    }

    fn assert_nothing_unread(&mut self) {
        while let Ok(message) = self.incoming.recv_timeout(PATIENCE) {
            self.sort_in(message);
        }
        assert!(self.replies.is_empty(), "unread: {:?}", self.replies);
        assert!(
            self.notifications.is_empty(),
            "unread: {:?}",
            self.notifications
        );
        if let Some(reading) = self.errors_are_read.take() {
            reading.join().unwrap();
        }
        let errors = self.errors();
        for line in errors.lines().filter(|line| line.contains("ERROR")) {
            let is_expected = self
                .expected_error
                .is_some_and(|words| line.contains(words));
            assert!(is_expected, "{errors}");
        }
        assert!(!errors.contains("panicked"), "{errors}");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.child.kill();
            let _ = self.child.wait();
            return;
        }
        if !self.is_over {
            assert_eq!(self.leave(), 0, "{}", self.errors());
        }
        self.input.take();
        self.assert_nothing_unread();
    }
}

pub(crate) fn frame(message: &Value) -> Vec<u8> {
    let body = serde_json::to_vec(message).unwrap();
    let mut bytes = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend(body);
    bytes
}

pub(crate) fn pull_params(uri: &str) -> Value {
    json!({"textDocument": {"uri": uri}})
}

/// A range between two (line, character) pairs.
pub(crate) fn range(start: (u32, u32), end: (u32, u32)) -> Value {
    let position = |(line, character)| json!({"line": line, "character": character});
    json!({"start": position(start), "end": position(end)})
}

pub(crate) fn cursor(line: u32, character: u32) -> Value {
    range((line, character), (line, character))
}

/// A content change.
pub(crate) fn edit(range: &Value, text: &str) -> Value {
    json!({"range": range, "text": text})
}

pub(crate) fn uri_of(path: &Path) -> String {
    let path = path.to_str().unwrap().replace('\\', "/");
    let slash = if path.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{path}")
}

/// The text after an editor has applied the edits.
pub(crate) fn apply(text: &str, edits: &Value, encoding: &str) -> String {
    let mut edits: Vec<&Value> = edits.as_array().unwrap().iter().collect();
    let mut places: Vec<(usize, usize)> = edits
        .iter()
        .map(|edit| {
            let at = |end: &str| offset(text, &edit["range"][end], encoding);
            (at("start"), at("end"))
        })
        .collect();
    assert!(
        places.is_sorted_by(|left, right| left.1 <= right.0),
        "sorted and disjoint: {places:?}"
    );
    let mut text = text.to_owned();
    while let (Some(edit), Some((start, end))) = (edits.pop(), places.pop()) {
        text.replace_range(start..end, edit["newText"].as_str().unwrap());
    }
    text
}

/// The byte offset of a position in the text.
pub(crate) fn offset(text: &str, position: &Value, encoding: &str) -> usize {
    let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
    let column = usize::try_from(position["character"].as_u64().unwrap()).unwrap();
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let mut units = 0;
    let rest = text[start..].char_indices().find(|(_, character)| {
        let is_there = units == column;
        units += width(*character, encoding);
        is_there
    });
    rest.map_or(text.len(), |(at, _)| start + at)
}

/// The position of a byte offset.
pub(crate) fn position(text: &str, offset: usize, encoding: &str) -> Value {
    let line_start = text[..offset].rfind('\n').map_or(0, |at| at + 1);
    let line = text[..offset].matches('\n').count();
    let units = text[line_start..offset].chars();
    let column: usize = units.map(|character| width(character, encoding)).sum();
    json!({"line": line, "character": column})
}

fn width(character: char, encoding: &str) -> usize {
    match encoding {
        "utf-8" => character.len_utf8(),
        "utf-16" => character.len_utf16(),
        _ => 1,
    }
}

/// Closes the pipe on return; the thread checks the stop flag only on the next message.
fn read_messages(mut output: impl BufRead, sender: &mpsc::Sender<Value>, stops: &AtomicBool) {
    while let Some(message) = read_message(&mut output) {
        if sender.send(message).is_err() || stops.load(Ordering::SeqCst) {
            return;
        }
    }
}

fn read_message(output: &mut impl BufRead) -> Option<Value> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("Content-Length: ") {
            length = value.parse().ok();
        }
    }
    let mut body = vec![0; length.expect("a frame with a length")];
    output.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).expect("a body that is JSON"))
}
