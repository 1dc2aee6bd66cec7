//! Context of the request that a handler serves.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use super::documents::Snapshot;

/// Set for the duration of one call. A handler only reads documents through it, so that it sees them as they were when its
/// request arrived, regardless of later edits.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) cancel: CancellationToken,
    /// The serialized result, if the handler wrote one; it replaces the handler's return value.
    pub(crate) written: Arc<OnceLock<Vec<u8>>>,
}

tokio::task_local! {
    pub(crate) static REQUEST: RequestContext;
}

/// Returns the context of the current call.
pub(crate) fn current() -> RequestContext {
    // Handlers run inside the scope that the transport opens; any other call sees no documents.
    REQUEST
        .try_with(Clone::clone)
        .unwrap_or_else(|_| RequestContext {
            snapshot: Arc::default(),
            cancel: CancellationToken::new(),
            written: Arc::default(),
        })
}
