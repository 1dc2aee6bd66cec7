//! Reads and dispatches messages.
//!
//! Replaces `tower_lsp::Server`, which may lose the order of messages, cancellations and whole sessions. Here, messages are
//! processed in the order in which they arrive: documents change before the next message is read, and a call sees the documents
//! of its time. Calls run concurrently, a panic only affects one of them, and a cancelled call is answered immediately. Reading
//! never waits for a call, the analysis, the disk or the client.
//!
//! Deliberately absent: a limit on the number of calls. Expensive work runs on the engine's threads.

use std::{
    io::BufRead,
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
};

use dashmap::DashMap;
use futures::{FutureExt, Sink, StreamExt};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tower::Service;
use tower_lsp::{
    ClientSocket, ExitedError, LanguageServer, LspService,
    jsonrpc::{Error, ErrorCode, Id, Request, Response},
};

use super::{
    output::Output,
    request::{REQUEST, RequestContext},
    state::Session,
};
use crate::lsp::wire::{NAME, framing, profile::Profile};

/// Reason why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// `exit`, or the client closed one of the pipes.
    Left,
    /// The input can't be split into messages any more.
    Unreadable,
    /// The process that started the session has exited.
    ParentGone,
}

/// Sink of the client's responses. tower-lsp doesn't name its type.
type Replies = Pin<Box<dyn Sink<Response, Error = ExitedError> + Send>>;

pub(crate) struct Transport<S: LanguageServer> {
    service: LspService<S>,
    replies: Replies,
    session: Arc<Session>,
    runtime: Handle,
    output: Output,
    calls: Arc<DashMap<Id, CancellationToken>>,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    BeforeInitialize,
    Serving,
    ShutDown,
}

impl<S: LanguageServer> Transport<S> {
    pub(crate) fn new(
        (service, socket): (LspService<S>, ClientSocket),
        session: Arc<Session>,
        runtime: Handle,
        output: Output,
    ) -> Self {
        let (mut requests, replies) = socket.split();
        let to_client = output.clone();
        runtime.spawn(async move {
            while let Some(request) = requests.next().await {
                to_client.send(&request);
            }
        });
        Self {
            service,
            replies: Box::pin(replies),
            session,
            runtime,
            output,
            calls: Arc::default(),
            phase: Phase::BeforeInitialize,
        }
    }

    /// Serves until the session ends. Blocks the thread, which must not be one of the runtime's.
    pub(crate) fn run(mut self, mut input: impl BufRead) -> End {
        loop {
            let body = match framing::read(&mut input) {
                Ok(Some(body)) => body,
                Ok(None) => return End::Left,
                Err(error) => {
                    tracing::error!("the session ends: {error}");
                    return End::Unreadable;
                }
            };
            if let ControlFlow::Break(end) = self.receive(&body) {
                return end;
            }
        }
    }

    fn receive(&mut self, body: &[u8]) -> ControlFlow<End> {
        let Ok(message) = serde_json::from_slice::<Value>(body) else {
            tracing::warn!("a message is not JSON");
            self.refuse(Id::Null, Error::parse_error());
            return ControlFlow::Continue(());
        };
        match decode(message) {
            Incoming::Call(call) => return self.take_call(call),
            Incoming::Reply(reply) => self.take_reply(reply),
            Incoming::Neither => self.refuse(Id::Null, Error::invalid_request()),
        }
        ControlFlow::Continue(())
    }

    fn take_reply(&mut self, reply: Response) {
        // tower-lsp panics if nothing waits for the response any more.
        let replies = self.replies.as_mut();
        let taken = catch_unwind(AssertUnwindSafe(|| replies.start_send(reply)));
        if !matches!(taken, Ok(Ok(()))) {
            tracing::debug!("a reply came too late");
        }
    }

    fn take_call(&mut self, call: Request) -> ControlFlow<End> {
        match (call.method(), self.phase) {
            ("exit", _) => return ControlFlow::Break(End::Left),
            ("initialize", Phase::BeforeInitialize) => self.initialize(call),
            (_, Phase::BeforeInitialize) => self.refuse_request(call, not_initialized()),
            (_, Phase::ShutDown) => self.refuse_request(call, Error::invalid_request()),
            ("shutdown", Phase::Serving) => self.shut_down(call),
            ("$/cancelRequest", Phase::Serving) => self.cancel(call),
            (_, Phase::Serving) => {
                let call = self.apply_to_documents(call);
                self.start(call);
            }
        }
        ControlFlow::Continue(())
    }

    /// Completes before the next message is read, so that clients may send `initialized` without waiting.
    fn initialize(&mut self, call: Request) {
        if call.id().is_none() {
            return;
        }
        let profile = Profile::read(call.params().unwrap_or(&Value::Null));
        self.session.begin(profile);
        // The typed decoder would fail on unknown values.
        let bare = with_params(call, Some(json!({"capabilities": {}})));
        if self.finish(bare).is_some_and(|response| response.is_ok()) {
            self.phase = Phase::Serving;
        }
    }

    fn shut_down(&mut self, call: Request) {
        // tower-lsp rejects a `shutdown` with parameters, but clients send null.
        let bare = with_params(call, None);
        if self.finish(bare).is_some() {
            self.phase = Phase::ShutDown;
            self.session.set_shut_down();
        }
    }

    fn cancel(&mut self, call: Request) {
        let id = call.params().and_then(|params| params.get("id"));
        let id = id.and_then(|id| serde_json::from_value::<Id>(id.clone()).ok());
        if let Some((_, token)) = id.and_then(|id| self.calls.remove(&id)) {
            token.cancel();
        }
        self.finish(call);
    }

    /// Applies a notification to the documents. The forwarded call only names the document.
    fn apply_to_documents(&self, call: Request) -> Request {
        let (method, id, params) = call.into_parts();
        let Some(mut params) = params else {
            return build(method, id, None);
        };
        let documents = &self.session.documents;
        match &*method {
            "textDocument/didOpen" => {
                let bare = bare_document(&params);
                documents.open(std::mem::replace(&mut params, bare));
            }
            "textDocument/didChange" => {
                let bare = bare_document(&params);
                let encoding = self.session.profile().encoding;
                documents.change(std::mem::replace(&mut params, bare), encoding);
            }
            "textDocument/didClose" => documents.close(&params),
            "workspace/didChangeWorkspaceFolders" => self.session.folders.change(&params),
            "textDocument/codeAction" => keep_own_diagnostics(&mut params),
            "workspace/executeCommand" => drop_null(&mut params, "arguments"),
            "workspace/didChangeConfiguration" => set_default(&mut params, "settings"),
            _ => {}
        }
        build(method, id, Some(params))
    }

    /// Runs the call on this thread. Only for calls that merely set something.
    fn finish(&mut self, call: Request) -> Option<Response> {
        let future = self.service.call(call);
        let response = self.runtime.block_on(future).ok().flatten()?;
        self.output.send(&response);
        Some(response)
    }

    fn start(&mut self, call: Request) {
        let method = call.method().to_owned();
        let id = call.id().cloned();
        let context = RequestContext {
            snapshot: self.session.documents.snapshot(),
            cancel: CancellationToken::new(),
            written: Arc::default(),
        };
        let written = Arc::clone(&context.written);
        if let Some(id) = &id {
            self.calls.insert(id.clone(), context.cancel.clone());
        }
        let future = REQUEST.scope(context, self.service.call(call));
        let (output, calls) = (self.output.clone(), Arc::clone(&self.calls));
        self.runtime.spawn(async move {
            let outcome = AssertUnwindSafe(future).catch_unwind().await;
            if let Some(id) = &id {
                calls.remove(id);
            }
            let response = match outcome {
                Ok(Ok(Some(response))) => Some(response),
                // tower-lsp doesn't respond to requests with unsupported methods.
                Ok(_) => id.map(|id| Response::from_error(id, Error::method_not_found())),
                Err(_) => id.map(|id| Response::from_error(id, panicked(&method))),
            };
            match (response, written.get()) {
                (Some(response), Some(result)) if response.is_ok() => {
                    output.answer(response.id(), result);
                }
                (Some(response), _) => output.send(&response),
                (None, _) => {}
            }
        });
    }

    /// Notifications get no response.
    fn refuse_request(&self, call: Request, error: Error) {
        if let (_, Some(id), _) = call.into_parts() {
            self.refuse(id, error);
        }
    }

    fn refuse(&self, id: Id, error: Error) {
        self.output.send(&Response::from_error(id, error));
    }
}

enum Incoming {
    Call(Request),
    Reply(Response),
    Neither,
}

/// Decodes leniently: a missing version, or a response without a result, is no reason to drop a message.
fn decode(mut message: Value) -> Incoming {
    let Some(fields) = message.as_object_mut() else {
        return Incoming::Neither;
    };
    fields.insert("jsonrpc".into(), "2.0".into());
    if fields.contains_key("method") {
        return serde_json::from_value(message).map_or(Incoming::Neither, Incoming::Call);
    }
    if !fields.contains_key("id") {
        return Incoming::Neither;
    }
    if !fields.contains_key("error") {
        fields.entry("result").or_insert(Value::Null);
    }
    serde_json::from_value(message).map_or(Incoming::Neither, Incoming::Reply)
}

fn build(method: std::borrow::Cow<'static, str>, id: Option<Id>, params: Option<Value>) -> Request {
    let mut request = Request::build(method);
    if let Some(params) = params {
        request = request.params(params);
    }
    match id {
        Some(id) => request.id(id).finish(),
        None => request.finish(),
    }
}

fn with_params(call: Request, params: Option<Value>) -> Request {
    let (method, id, _) = call.into_parts();
    build(method, id, params)
}

/// Returns the parameters of a document notification without the source text, which may be long and has been processed already.
fn bare_document(params: &Value) -> Value {
    let field = |name: &str| params.pointer(&format!("/textDocument/{name}")).cloned();
    json!({
        "textDocument": {
            "uri": field("uri"),
            "languageId": "rust",
            "version": field("version").filter(Value::is_i64).unwrap_or_else(|| 0.into()),
            "text": "",
        },
        "contentChanges": [],
    })
}

/// Clients send the diagnostics of all servers, and those of others may fail in the typed decoder.
fn keep_own_diagnostics(params: &mut Value) {
    let list = params
        .pointer_mut("/context/diagnostics")
        .and_then(Value::as_array_mut);
    if let Some(list) = list {
        list.retain(|diagnostic| diagnostic.get("source").is_some_and(|it| it == NAME));
    }
}

fn set_default(params: &mut Value, field: &str) {
    if !params.is_object() {
        *params = json!({});
    }
    if let Some(fields) = params.as_object_mut() {
        fields.entry(field).or_insert(Value::Null);
    }
}

/// Some clients send null for missing values.
fn drop_null(params: &mut Value, field: &str) {
    if let Some(fields) = params.as_object_mut()
        && fields.get(field).is_some_and(Value::is_null)
    {
        fields.remove(field);
    }
}

fn not_initialized() -> Error {
    Error {
        code: ErrorCode::ServerError(-32002),
        message: "the server was not initialized yet".into(),
        data: None,
    }
}

fn panicked(method: &str) -> Error {
    Error {
        code: ErrorCode::InternalError,
        message: format!("{method} failed; the server's log says where").into(),
        data: None,
    }
}

#[cfg(test)]
mod tests;
