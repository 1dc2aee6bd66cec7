//! What is asked of the client and told to it. It may never answer.

use std::time::Duration;

use lsp_types::request::Request;
use tower_lsp::Client;

const TIMEOUT: Duration = Duration::from_secs(10);
/// Many files may be changed, and a person may be asked first.
pub(crate) const EDIT_TIMEOUT: Duration = Duration::from_mins(10);

/// Asks, and gives up after a while. Never called inside a call of the client, which would wait for its own answer.
pub(crate) async fn ask<R>(client: &Client, params: R::Params) -> Option<R::Result>
where
    R: Request,
    R::Params: Send + 'static,
    R::Result: Send + 'static,
{
    ask_within::<R>(client, params, TIMEOUT).await
}

/// Asks for what may take longer, as where a person is asked.
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
    // The task goes on when nobody waits for it any more: a late reply has to find somebody.
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
