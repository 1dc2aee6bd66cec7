//! The server's status, for clients that show it: background work, and what is unavailable.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use lsp_types::notification::Notification;
use serde::{Deserialize, Serialize};
use tower_lsp::Client;

use super::state::Session;
use crate::{
    analysis::Engine,
    lsp::{locks::lock, wire::profile::Feature},
};

pub(crate) struct Status {
    client: Client,
    session: Arc<Session>,
    engine: Arc<Engine>,
    /// Number of background jobs.
    working: AtomicUsize,
    failure: Mutex<Option<String>>,
    /// The last status sent. Held while sending the next one, so that they arrive in order.
    sent: tokio::sync::Mutex<Option<ServerStatus>>,
}

/// Parameters of `experimental/serverStatus`, as defined by rust-analyzer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServerStatus {
    health: Health,
    /// Whether all background work is done.
    quiescent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    Ok,
    /// All requests are answered, but with limitations.
    Warning,
    /// Some requests fail.
    Error,
}

impl Notification for ServerStatus {
    type Params = Self;
    const METHOD: &'static str = "experimental/serverStatus";
}

/// A running background job.
pub(crate) struct WorkGuard(Option<Arc<Status>>);

impl Status {
    pub(crate) fn new(client: Client, session: Arc<Session>, engine: Arc<Engine>) -> Arc<Self> {
        Arc::new(Self {
            client,
            session,
            engine,
            working: AtomicUsize::default(),
            failure: Mutex::default(),
            sent: tokio::sync::Mutex::default(),
        })
    }

    /// Begins a job. The caller sends the status.
    pub(crate) fn begin(self: &Arc<Self>) -> WorkGuard {
        self.working.fetch_add(1, Ordering::SeqCst);
        lock(&self.failure).take();
        WorkGuard(Some(Arc::clone(self)))
    }

    /// Records that a job failed.
    pub(crate) fn failed(&self, why: &str) {
        *lock(&self.failure) = Some(why.to_owned());
    }

    /// Sends the status to the client, if it has changed.
    pub(crate) async fn send(&self) {
        if !self.session.profile().has(Feature::ServerStatus) {
            return;
        }
        let mut sent = self.sent.lock().await;
        let now = self.now();
        if sent.as_ref() == Some(&now) {
            return;
        }
        *sent = Some(now.clone());
        self.client.send_notification::<ServerStatus>(now).await;
    }

    fn now(&self) -> ServerStatus {
        let warnings = self.engine.store().warnings();
        let failure = lock(&self.failure).clone();
        let (health, message) = match (failure, warnings.is_empty()) {
            (Some(failure), _) => (Health::Error, Some(failure)),
            (None, false) => (Health::Warning, Some(warnings.join("\n"))),
            (None, true) => (Health::Ok, None),
        };
        ServerStatus {
            health,
            quiescent: self.working.load(Ordering::SeqCst) == 0,
            message,
        }
    }

    fn end_one(&self) {
        self.working.fetch_sub(1, Ordering::SeqCst);
    }
}

impl WorkGuard {
    pub(crate) async fn end(mut self) {
        if let Some(status) = self.0.take() {
            status.end_one();
            status.send().await;
        }
    }
}

impl Drop for WorkGuard {
    /// Ends the job, however it ends.
    fn drop(&mut self) {
        let Some(status) = self.0.take() else { return };
        status.end_one();
        tokio::spawn(async move { status.send().await });
    }
}
