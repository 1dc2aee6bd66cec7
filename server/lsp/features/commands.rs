//! Handles `workspace/executeCommand`, for operations that aren't edits of a single location.

use std::{sync::Arc, time::Duration};

use lsp_types::ExecuteCommandParams;
use serde_json::{Value, json};
use tower_lsp::jsonrpc::{Error, Result};

use super::{agreed, background, extract_function, fix_workspace};
#[cfg(feature = "model")]
use super::{name_condition, plan_extractions, rewrite_function};
use crate::{
    cache::Holdings,
    lsp::{
        session::{request::RequestContext, server::Server},
        wire::errors::failed,
    },
    report::{cache_statistics, explanation, unknown_id},
};

const CACHE_STATISTICS: &str = "rustassistant.cacheStatistics";
const CLEAR_CACHE: &str = "rustassistant.clearCache";
const EXPLAIN: &str = "rustassistant.explain";
const FIX_WORKSPACE: &str = "rustassistant.fixWorkspace";
const REINDEX: &str = "rustassistant.reindex";

pub(crate) const ALL: &[&str] = &[
    CACHE_STATISTICS,
    agreed::COMMAND,
    CLEAR_CACHE,
    EXPLAIN,
    extract_function::COMMAND,
    FIX_WORKSPACE,
    #[cfg(feature = "model")]
    name_condition::COMMAND,
    #[cfg(feature = "model")]
    plan_extractions::COMMAND,
    REINDEX,
    #[cfg(feature = "model")]
    rewrite_function::COMMAND,
];

/// Period of the statistics, the same as on the command line.
const WEEK: Duration = Duration::from_hours(24 * 7);

/// Runs a command in a separate task, so that a cancelled request doesn't leave it half finished.
pub(crate) async fn execute(
    server: &Arc<Server>,
    params: ExecuteCommandParams,
    context: RequestContext,
) -> Result<Option<Value>> {
    let server = Arc::clone(server);
    let work = tokio::spawn(async move {
        let RequestContext {
            snapshot, cancel, ..
        } = context;
        match params.command.as_str() {
            CACHE_STATISTICS => statistics(&server).await,
            agreed::COMMAND => agreed::run(&server, &snapshot, &params.arguments, &cancel).await,
            CLEAR_CACHE => clear(&server).await,
            EXPLAIN => explain(&params.arguments),
            extract_function::COMMAND => {
                extract_function::run(&server, &snapshot, &params.arguments, &cancel).await
            }
            FIX_WORKSPACE => fix_workspace::run(&server, &cancel).await,
            #[cfg(feature = "model")]
            name_condition::COMMAND => {
                name_condition::run(&server, &snapshot, &params.arguments, &cancel).await
            }
            #[cfg(feature = "model")]
            plan_extractions::COMMAND => {
                plan_extractions::run(&server, &snapshot, &params.arguments, &cancel).await
            }
            REINDEX => Ok(reindex(&server).await),
            #[cfg(feature = "model")]
            rewrite_function::COMMAND => {
                rewrite_function::run(&server, &snapshot, &params.arguments, &cancel).await
            }
            other => Err(Error::invalid_params(format!("Unknown command `{other}`."))),
        }
    });
    match work.await {
        Ok(answer) => answer.map(Some),
        Err(error) => {
            tracing::error!("{error}");
            Err(Error::internal_error())
        }
    }
}

async fn statistics(server: &Arc<Server>) -> Result<Value> {
    let store = server.engine.store();
    let holdings = match store.path() {
        // Must not create the file.
        Some(path) if path.exists() => store.holdings().await.map_err(|fault| fault.to_string()),
        _ => Ok(Holdings::default()),
    };
    let server = Arc::clone(server);
    let sum_up = move || {
        let history = server.engine.store().history(WEEK);
        cache_statistics(&server.cache, &holdings, &history)
    };
    let statistics = tokio::task::spawn_blocking(sum_up).await;
    statistics.map_err(|error| failed(error.to_string()))
}

/// Clears the cache and analyses open documents and the workspace again, which refills it.
async fn clear(server: &Arc<Server>) -> Result<Value> {
    let cleared = server.engine.store().clear().await;
    let removed =
        cleared.map_err(|fault| failed(format!("The cache can't be cleared: {fault}")))?;
    server.reload_all().await;
    background::start(server);
    Ok(json!({"removed": removed}))
}

async fn reindex(server: &Arc<Server>) -> Value {
    server.session.folders.forget_options();
    server.reload_all().await;
    background::start(server);
    Value::Null
}

fn explain(arguments: &[Value]) -> Result<Value> {
    let Some(id) = arguments.first().and_then(Value::as_str) else {
        let why = "The command's argument, the id of a smell or a refactoring, is missing.";
        return Err(Error::invalid_params(why));
    };
    let found = explanation(id).ok_or_else(|| Error::invalid_params(unknown_id(id)))?;
    Ok(Value::String(found.markdown))
}
