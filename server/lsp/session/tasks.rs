//! What the tasks that run beside the calls are told: which documents to publish, and when to stop.

use std::{collections::BTreeSet, sync::Mutex};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::lsp::locks::lock;

/// The keys of documents whose diagnostics are to be pushed.
#[derive(Debug, Default)]
pub(crate) struct PublishQueue {
    keys: Mutex<BTreeSet<String>>,
    wake: Notify,
}

impl PublishQueue {
    /// The document of this key was opened, changed or closed.
    pub(crate) fn add(&self, key: String) {
        lock(&self.keys).insert(key);
        self.wake.notify_one();
    }

    /// Waits until there are some.
    pub(crate) async fn take(&self) -> BTreeSet<String> {
        self.wake.notified().await;
        std::mem::take(&mut *lock(&self.keys))
    }
}

/// A run in the background, of which there is one at a time.
#[derive(Debug, Default)]
pub(crate) struct LatestRun(Mutex<CancellationToken>);

impl LatestRun {
    /// Stops the run before.
    pub(crate) fn replace(&self) -> CancellationToken {
        let next = CancellationToken::new();
        let last = std::mem::replace(&mut *lock(&self.0), next.clone());
        last.cancel();
        next
    }

    /// Stops what is done beside the run when the run is stopped.
    pub(crate) fn beside(&self) -> CancellationToken {
        lock(&self.0).child_token()
    }
}
