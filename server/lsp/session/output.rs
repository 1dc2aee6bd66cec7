//! Writes messages to the client, in order.

use std::io::{self, Write};

use serde::Serialize;
use tokio::sync::mpsc;
use tower_lsp::jsonrpc::Id;

use crate::lsp::wire::framing;

#[derive(Clone)]
pub(crate) struct Output(mpsc::UnboundedSender<Outgoing>);

/// Input of the writer.
pub(crate) enum Outgoing {
    Message(Vec<u8>),
    /// Completed when everything before it is written.
    Flush(tokio::sync::oneshot::Sender<()>),
}

impl Output {
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Outgoing>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    pub(super) fn send(&self, message: &impl Serialize) {
        match serde_json::to_vec(message) {
            Ok(bytes) => self.put(bytes),
            Err(error) => tracing::error!("a message can't be written as JSON: {error}"),
        }
    }

    /// Responds to a request with a serialized result.
    pub(super) fn answer(&self, id: &Id, result: &[u8]) {
        let id = serde_json::to_vec(id).unwrap_or_else(|_| b"null".to_vec());
        let head: &[u8] = br#"{"jsonrpc":"2.0","id":"#;
        self.put([head, &id, br#","result":"#, result, b"}"].concat());
    }

    /// Sends a notification with serialized parameters, which avoids parsing long ones again.
    pub(crate) fn notify(&self, method: &str, params: &[u8]) {
        let head = format!(r#"{{"jsonrpc":"2.0","method":"{method}","params":"#);
        self.put([head.as_bytes(), params, b"}"].concat());
    }

    /// Waits until all earlier messages are written.
    pub(crate) async fn flush(&self) {
        let (sender, written) = tokio::sync::oneshot::channel();
        if self.0.send(Outgoing::Flush(sender)).is_ok() {
            // An error means that the writer has ended.
            let _ = written.await;
        }
    }

    fn put(&self, message: Vec<u8>) {
        // Fails if the writer has ended with the session.
        let _ = self.0.send(Outgoing::Message(message));
    }
}

/// Writes until the client stops reading. Blocks the thread.
pub(crate) fn write_all(
    mut messages: mpsc::UnboundedReceiver<Outgoing>,
    mut output: impl Write,
) -> io::Result<()> {
    while let Some(message) = messages.blocking_recv() {
        match message {
            Outgoing::Message(body) => framing::write(&mut output, &body)?,
            // The receiver may have stopped waiting.
            Outgoing::Flush(written) => drop(written.send(())),
        }
    }
    Ok(())
}
