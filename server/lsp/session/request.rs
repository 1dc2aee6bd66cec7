//! What a handler knows of the request that it serves.

use std::sync::{Arc, OnceLock};

use tokio_util::sync::CancellationToken;

use super::documents::Snapshot;

/// Set for the time of one call. A handler reads documents through it and nowhere else, so that it sees them as they were
/// when its request arrived, whatever was typed since.
#[derive(Debug, Clone)]
pub(crate) struct RequestContext {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) cancel: CancellationToken,
    /// The result as it is sent, of a handler that has written it itself; what the handler gives back then is left out.
    pub(crate) written: Arc<OnceLock<Vec<u8>>>,
}

tokio::task_local! {
    pub(crate) static REQUEST: RequestContext;
}

/// The context of the running call.
pub(crate) fn current() -> RequestContext {
    // Handlers run inside the scope that the transport opens; a call without one sees no documents.
    REQUEST
        .try_with(Clone::clone)
        .unwrap_or_else(|_| RequestContext {
            snapshot: Arc::default(),
            cancel: CancellationToken::new(),
            written: Arc::default(),
        })
}
