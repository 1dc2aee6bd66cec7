//! Coordination of background tasks: which documents to publish, and when to stop.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use tokio::sync::{Notify, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

use crate::{compiler::Stop, lsp::locks::lock};

/// Keys of documents whose diagnostics are to be pushed.
#[derive(Debug, Default)]
pub(crate) struct PublishQueue {
    keys: Mutex<BTreeSet<String>>,
    wake: Notify,
}

impl PublishQueue {
    /// Adds a document that was opened, changed or closed.
    pub(crate) fn add(&self, key: String) {
        lock(&self.keys).insert(key);
        self.wake.notify_one();
    }

    /// Waits until there are any.
    pub(crate) async fn take(&self) -> BTreeSet<String> {
        self.wake.notified().await;
        std::mem::take(&mut *lock(&self.keys))
    }
}

/// A background run, of which there is one at a time.
#[derive(Debug, Default)]
pub(crate) struct LatestRun(Mutex<CancellationToken>);

impl LatestRun {
    /// Cancels the previous run.
    pub(crate) fn replace(&self) -> CancellationToken {
        let next = CancellationToken::new();
        let last = std::mem::replace(&mut *lock(&self.0), next.clone());
        last.cancel();
        next
    }

    /// Returns a token that is cancelled together with the run.
    pub(crate) fn beside(&self) -> CancellationToken {
        lock(&self.0).child_token()
    }
}

/// Access to rustc: one check at a time, and none that outlives the session.
#[derive(Debug, Default)]
pub(crate) struct CompilerTurns {
    turn: Arc<tokio::sync::Mutex<()>>,
    stop: Mutex<Stop>,
}

/// Exclusive access to rustc, until dropped.
pub(crate) struct CompilerTurn {
    pub(crate) stop: Stop,
    _turn: OwnedMutexGuard<()>,
}

impl CompilerTurns {
    /// Returns `None` while another check is running.
    pub(crate) fn take(&self) -> Option<CompilerTurn> {
        let turn = Arc::clone(&self.turn).try_lock_owned().ok()?;
        let stop = Stop::default();
        *lock(&self.stop) = stop.clone();
        Some(CompilerTurn { stop, _turn: turn })
    }

    /// Cancels the current check, and waits until its processes have ended.
    pub(crate) async fn end(&self) {
        lock(&self.stop).now();
        let _ended = self.turn.lock().await;
    }
}
