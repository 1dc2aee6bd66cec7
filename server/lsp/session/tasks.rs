//! What the tasks that run beside the calls are told: which documents to publish, and when to stop.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use tokio::sync::{Notify, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

use crate::{compiler::Stop, lsp::locks::lock};

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

/// What rustc is asked: one question at a time, and none that outlives the session.
#[derive(Debug, Default)]
pub(crate) struct CompilerTurns {
    turn: Arc<tokio::sync::Mutex<()>>,
    stop: Mutex<Stop>,
}

/// Somebody's turn to ask rustc, until this is dropped.
pub(crate) struct CompilerTurn {
    pub(crate) stop: Stop,
    _turn: OwnedMutexGuard<()>,
}

impl CompilerTurns {
    /// Nothing while it is somebody else's turn.
    pub(crate) fn take(&self) -> Option<CompilerTurn> {
        let turn = Arc::clone(&self.turn).try_lock_owned().ok()?;
        let stop = Stop::default();
        *lock(&self.stop) = stop.clone();
        Some(CompilerTurn { stop, _turn: turn })
    }

    /// Stops what is asked, and waits until its programs have ended.
    pub(crate) async fn end(&self) {
        lock(&self.stop).now();
        let _ended = self.turn.lock().await;
    }
}
