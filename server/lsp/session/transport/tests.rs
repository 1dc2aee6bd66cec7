//! Tests of behaviour that real handlers don't show: blocking forever, panicking, and late responses of the client.

use std::{
    io::{self, Cursor, Read, Write},
    sync::mpsc as channel,
    time::Duration,
};

use tower_lsp::{
    Client,
    jsonrpc::Result as RpcResult,
    lsp_types::{InitializeParams, InitializeResult, request::WorkspaceFoldersRequest},
};

use super::*;
use crate::lsp::session::{output::write_all, request};

/// A server whose calls fail in every way.
struct Mock {
    client: Client,
}

#[tower_lsp::async_trait]
impl LanguageServer for Mock {
    async fn initialize(&self, _: InitializeParams) -> RpcResult<InitializeResult> {
        Ok(InitializeResult::default())
    }

    async fn shutdown(&self) -> RpcResult<()> {
        Ok(())
    }
}

impl Mock {
    async fn wait(&self) -> RpcResult<()> {
        futures::future::pending().await
    }

    async fn panic(&self) -> RpcResult<()> {
        tokio::task::yield_now().await;
        panic!("on purpose");
    }

    async fn ask(&self) -> RpcResult<Value> {
        let folders = self
            .client
            .send_request::<WorkspaceFoldersRequest>(())
            .await;
        Ok(json!(folders.is_ok()))
    }

    async fn written(&self) -> RpcResult<Value> {
        tokio::task::yield_now().await;
        let result = br#"{"b":1,"a":[2]}"#;
        request::current().written.set(result.to_vec()).unwrap();
        Ok(Value::Null)
    }

    async fn written_in_vain(&self) -> RpcResult<Value> {
        tokio::task::yield_now().await;
        request::current().written.set(b"1".to_vec()).unwrap();
        Err(Error::internal_error())
    }

    async fn documents(&self) -> RpcResult<usize> {
        tokio::task::yield_now().await;
        Ok(request::current().snapshot.all().count())
    }
}

/// The client's output as a pipe.
struct Pipe {
    bytes: channel::Receiver<Vec<u8>>,
    rest: Cursor<Vec<u8>>,
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.rest.read(buffer)? {
                0 => match self.bytes.recv() {
                    Ok(bytes) => self.rest = Cursor::new(bytes),
                    Err(_) => return Ok(0),
                },
                read => return Ok(read),
            }
        }
    }
}

/// Splits the server's output into messages.
struct Messages(channel::Sender<Value>, Vec<u8>);

impl Write for Messages {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let body = framing::read(&mut Cursor::new(std::mem::take(&mut self.1)));
        let body = body.unwrap().unwrap();
        let sent = self.0.send(serde_json::from_slice(&body).unwrap());
        sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

struct Mocked {
    input: Option<channel::Sender<Vec<u8>>>,
    output: channel::Receiver<Value>,
    end: channel::Receiver<End>,
    _runtime: tokio::runtime::Runtime,
}

impl Mocked {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (output, outgoing) = Output::new();
        let service = LspService::build(|client| Mock { client })
            .custom_method("test/wait", Mock::wait)
            .custom_method("test/panic", Mock::panic)
            .custom_method("test/ask", Mock::ask)
            .custom_method("test/documents", Mock::documents)
            .custom_method("test/written", Mock::written)
            .custom_method("test/writtenInVain", Mock::written_in_vain)
            .finish();
        let session = Arc::new(Session::default());
        let transport = Transport::new(service, session, runtime.handle().clone(), output);
        let (input, bytes) = channel::channel();
        let (messages, output) = channel::channel();
        let (ended, end) = channel::channel();
        std::thread::spawn(move || write_all(outgoing, Messages(messages, Vec::new())));
        std::thread::spawn(move || {
            let rest = Cursor::default();
            ended.send(transport.run(io::BufReader::new(Pipe { bytes, rest })))
        });
        let mut mocked = Self {
            input: Some(input),
            output,
            end,
            _runtime: runtime,
        };
        mocked.call(0, "initialize");
        assert!(mocked.next()["result"].is_object());
        mocked
    }

    fn send(&mut self, message: &Value) {
        let mut bytes = Vec::new();
        framing::write(&mut bytes, message.to_string().as_bytes()).unwrap();
        self.input.as_ref().unwrap().send(bytes).unwrap();
    }

    fn call(&mut self, id: i64, method: &str) {
        self.send(&json!({"id": id, "method": method}));
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"method": method, "params": params}));
    }

    fn next(&mut self) -> Value {
        self.output.recv_timeout(Duration::from_mins(1)).unwrap()
    }
}

#[test]
fn a_cancelled_call_is_answered_although_many_wait() {
    let mut mocked = Mocked::start();
    for id in 1..=500 {
        mocked.call(id, "test/wait");
    }
    mocked.notify("$/cancelRequest", &json!({"id": 250}));
    let answer = mocked.next();
    assert_eq!(
        (&answer["id"], &answer["error"]["code"]),
        (&json!(250), &json!(-32800))
    );
    mocked.notify("$/cancelRequest", &json!({"id": 250}));
    mocked.notify("$/cancelRequest", &json!({"id": "never"}));
    mocked.notify("$/cancelRequest", &json!({}));
    mocked.call(501, "test/documents");
    assert_eq!(mocked.next()["id"], 501);
}

#[test]
fn a_result_that_is_written_already_is_sent_as_it_is() {
    let mut mocked = Mocked::start();
    mocked.call(1, "test/written");
    let answer = json!({"jsonrpc": "2.0", "id": 1, "result": {"b": 1, "a": [2]}});
    assert_eq!(mocked.next(), answer);
    mocked.send(&json!({"id": "one\"", "method": "test/written"}));
    assert_eq!(mocked.next()["id"], "one\"");
    mocked.call(2, "test/writtenInVain");
    assert_eq!(mocked.next()["error"]["code"], -32603);
}

#[test]
fn a_panic_costs_one_call() {
    let mut mocked = Mocked::start();
    mocked.call(1, "test/wait");
    mocked.call(2, "test/panic");
    let answer = mocked.next();
    assert_eq!(
        (&answer["id"], &answer["error"]["code"]),
        (&json!(2), &json!(-32603))
    );
    mocked.call(3, "test/documents");
    assert_eq!(mocked.next()["result"], 0);
}

#[test]
fn a_reply_to_a_call_that_was_cancelled_harms_nothing() {
    let mut mocked = Mocked::start();
    mocked.call(1, "test/ask");
    let asked = mocked.next();
    assert_eq!(asked["method"], "workspace/workspaceFolders");
    mocked.notify("$/cancelRequest", &json!({"id": 1}));
    assert_eq!(mocked.next()["error"]["code"], -32800);
    mocked.send(&json!({"id": asked["id"], "result": null}));
    mocked.call(2, "test/documents");
    assert_eq!(mocked.next()["id"], 2);
}

#[test]
fn replies_are_read_although_many_calls_wait_for_the_client() {
    let mut mocked = Mocked::start();
    for id in 1..=300 {
        mocked.call(id, "test/ask");
    }
    let asked: Vec<Value> = (0..300).map(|_| mocked.next()["id"].clone()).collect();
    for id in &asked {
        mocked.send(&json!({"id": id, "result": null}));
    }
    let mut answered: Vec<i64> = (0..300)
        .map(|_| mocked.next()["id"].as_i64().unwrap())
        .collect();
    answered.sort_unstable();
    assert_eq!(answered, (1..=300).collect::<Vec<_>>());
}

#[test]
fn a_call_sees_the_documents_of_its_own_moment() {
    let mut mocked = Mocked::start();
    for id in 1..=50 {
        mocked.notify(
            "textDocument/didOpen",
            &json!({"textDocument": {
                "uri": format!("untitled:{id}"), "languageId": "rust", "version": 1, "text": "",
            }}),
        );
        mocked.call(id, "test/documents");
    }
    for _ in 1..=50 {
        let answer = mocked.next();
        assert_eq!(answer["result"], answer["id"]);
    }
}

#[test]
fn calls_that_wait_keep_no_session_alive() {
    let mut mocked = Mocked::start();
    mocked.call(1, "test/wait");
    mocked.call(2, "test/ask");
    mocked.input.take();
    assert_eq!(mocked.end.recv().unwrap(), End::Left);
}
