//! Concurrent requests.

use std::sync::OnceLock;
use std::time::Duration;

use futures::{StreamExt as _, stream};
use tokio::time::{Instant, timeout_at};

use super::HttpShelf;
use super::failure::is_of_the_server;
use crate::{Fault, FaultKind};

/// Maximum concurrent requests, and connections.
pub(super) const AT_ONCE: usize = 8;
/// A batch gets the time of one more call per this many requests.
const MORE: u32 = 100;

impl HttpShelf {
    /// Runs all calls with limited concurrency and returns their results in order. After the first fault of the server, the
    /// others fail with the same fault without being sent, so a server that hangs delays a batch no longer than one call.
    pub(super) async fn each<T, F>(&self, calls: Vec<F>) -> Vec<Result<T, FaultKind>>
    where
        F: Future<Output = Result<T, Fault>>,
    {
        let deadline = Instant::now() + self.longest(calls.len());
        let failed = OnceLock::new();
        let calls = calls.into_iter().map(|call| async {
            if let Some(kind) = failed.get() {
                return Err(*kind);
            }
            let done = timeout_at(deadline, call).await;
            let done = done.unwrap_or_else(|_| Err(self.line.late()));
            done.map_err(|fault| {
                let kind = self.faults.keep(fault);
                if is_of_the_server(kind) {
                    failed.set(kind).ok();
                }
                kind
            })
        });
        stream::iter(calls).buffered(AT_ONCE).collect().await
    }

    /// Returns the timeout of a batch.
    fn longest(&self, calls: usize) -> Duration {
        let calls = u32::try_from(calls).unwrap_or(u32::MAX);
        self.line.patience().call() * (1 + calls / MORE)
    }
}
