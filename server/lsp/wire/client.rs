//! Requests to the client. It may never respond.

use std::time::Duration;

use lsp_types::request::Request;
use tower_lsp::Client;

const TIMEOUT: Duration = Duration::from_secs(10);
/// Timeout of an edit, which may change many files or wait for the user.
pub(crate) const EDIT_TIMEOUT: Duration = Duration::from_mins(10);

/// Sends a request with a timeout. Must not be called inside a call from the client, which would wait for itself.
pub(crate) async fn ask<R>(client: &Client, params: R::Params) -> Option<R::Result>
where
    R: Request,
    R::Params: Send + 'static,
    R::Result: Send + 'static,
{
    ask_within::<R>(client, params, TIMEOUT).await
}

/// Sends a request that may take longer, for example because the user is asked.
pub(crate) async fn ask_within<R>(
    client: &Client,
    params: R::Params,
    timeout: Duration,
) -> Option<R::Result>
where
    R: Request,
    R::Params: Send + 'static,
    R::Result: Send + 'static,
{
    let client = client.clone();
    // The task continues after the timeout, because a late response needs a receiver.
    let reply = tokio::spawn(async move { client.send_request::<R>(params).await });
    match tokio::time::timeout(timeout, reply).await {
        Ok(Ok(Ok(result))) => Some(result),
        Ok(Ok(Err(error))) => {
            tracing::info!("the client refused {}: {error}", R::METHOD);
            None
        }
        Ok(Err(_)) => None,
        Err(_) => {
            tracing::info!("the client did not answer {}", R::METHOD);
            None
        }
    }
}
