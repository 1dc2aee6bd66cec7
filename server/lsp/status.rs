//! How the server is, for clients that show it: whether it works in the background, and what it goes without.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use lsp_types::notification::Notification;
use serde::{Deserialize, Serialize};

use super::{desk::Desk, profile::Feature};

#[derive(Debug, Default)]
pub(super) struct Status {
    /// Pieces of work that are under way.
    working: AtomicUsize,
    failure: Mutex<Option<String>>,
    /// What the client knows. It is held while the client is told, so that it hears of everything in its order.
    told: tokio::sync::Mutex<Option<ServerStatus>>,
}

/// The parameters of `experimental/serverStatus`, as rust-analyzer has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ServerStatus {
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
pub(super) struct Working(Option<Arc<Desk>>);

impl Status {
    /// From now on, work is under way. The client is told by whoever does it.
    pub(super) fn begin(&self, desk: &Arc<Desk>) -> Working {
        self.working.fetch_add(1, Ordering::SeqCst);
        self.failure().take();
        Working(Some(Arc::clone(desk)))
    }

    /// Work could not be done.
    pub(super) fn failed(&self, why: &str) {
        *self.failure() = Some(why.to_owned());
    }

    /// Says how the server is, if that is news.
    pub(super) async fn tell(&self, desk: &Desk) {
        if !desk.session.profile().has(Feature::ServerStatus) {
            return;
        }
        let mut told = self.told.lock().await;
        let now = self.now(desk);
        if told.as_ref() == Some(&now) {
            return;
        }
        *told = Some(now.clone());
        desk.client.send_notification::<ServerStatus>(now).await;
    }

    fn now(&self, desk: &Desk) -> ServerStatus {
        let warnings = desk.engine.store().warnings();
        let (health, message) = match (self.failure().clone(), warnings.is_empty()) {
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

    fn failure(&self) -> MutexGuard<'_, Option<String>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Working {
    pub(super) async fn end(mut self) {
        if let Some(desk) = self.0.take() {
            desk.status.working.fetch_sub(1, Ordering::SeqCst);
            desk.status.tell(&desk).await;
        }
    }
}

impl Drop for Working {
    /// However work ends, it is not under way any more.
    fn drop(&mut self) {
        let Some(desk) = self.0.take() else { return };
        desk.status.working.fetch_sub(1, Ordering::SeqCst);
        tokio::spawn(async move { desk.status.tell(&desk).await });
    }
}
