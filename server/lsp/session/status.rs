//! How the server is, for clients that show it: whether it works in the background, and what it goes without.

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
    /// Pieces of work that are under way.
    working: AtomicUsize,
    failure: Mutex<Option<String>>,
    /// The last one the client was sent. It is held while the client is sent the next, so that they arrive in their order.
    sent: tokio::sync::Mutex<Option<ServerStatus>>,
}

/// The parameters of `experimental/serverStatus`, as rust-analyzer has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ServerStatus {
    health: Health,
    /// Whether everything that was to be done in the background is done.
    quiescent: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Health {
    Ok,
    /// Everything is answered, but something is left out.
    Warning,
    /// Something is not answered.
    Error,
}

impl Notification for ServerStatus {
    type Params = Self;
    const METHOD: &'static str = "experimental/serverStatus";
}

/// A piece of work that is under way.
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

    /// From now on, work is under way. Whoever does it sends the status.
    pub(crate) fn begin(self: &Arc<Self>) -> WorkGuard {
        self.working.fetch_add(1, Ordering::SeqCst);
        lock(&self.failure).take();
        WorkGuard(Some(Arc::clone(self)))
    }

    /// Work could not be done.
    pub(crate) fn failed(&self, why: &str) {
        *lock(&self.failure) = Some(why.to_owned());
    }

    /// Sends the client how the server is, if that is news.
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
    /// However work ends, it is not under way any more.
    fn drop(&mut self) {
        let Some(status) = self.0.take() else { return };
        status.end_one();
        tokio::spawn(async move { status.send().await });
    }
}
