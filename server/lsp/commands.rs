//! `workspace/executeCommand`: what is no edit of one place.

use std::{sync::Arc, time::Duration};

use lsp_types::ExecuteCommandParams;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower_lsp::jsonrpc::{Error, Result};

use super::{desk::Desk, fix_workspace};
use crate::{
    cache::Holdings,
    config::nearest,
    refactorings,
    report::{cache_statistics, explanation},
    smells,
};

const CACHE_STATISTICS: &str = "rustassistant.cacheStatistics";
const CLEAR_CACHE: &str = "rustassistant.clearCache";
const EXPLAIN: &str = "rustassistant.explain";
const FIX_WORKSPACE: &str = "rustassistant.fixWorkspace";
const REINDEX: &str = "rustassistant.reindex";

pub(super) const ALL: [&str; 5] = [
    CACHE_STATISTICS,
    CLEAR_CACHE,
    EXPLAIN,
    FIX_WORKSPACE,
    REINDEX,
];

/// The time that the statistics look back on, as on the command line.
const WEEK: Duration = Duration::from_hours(24 * 7);

/// Carries out a command in a task of its own: a client that takes its request back must not leave it half done.
pub(super) async fn execute(
    desk: &Arc<Desk>,
    params: ExecuteCommandParams,
    cancel: CancellationToken,
) -> Result<Option<Value>> {
    let desk = Arc::clone(desk);
    let work = tokio::spawn(async move {
        match params.command.as_str() {
            CACHE_STATISTICS => statistics(&desk).await,
            CLEAR_CACHE => clear(&desk).await,
            EXPLAIN => explain(&params.arguments),
            FIX_WORKSPACE => fix_workspace::run(&desk, &cancel).await,
            REINDEX => Ok(reindex(&desk).await),
            other => Err(Error::invalid_params(format!(
                "There is no command `{other}`."
            ))),
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

/// What was asked for could not be done.
pub(super) fn failed(why: impl Into<String>) -> Error {
    let mut error = Error::internal_error();
    error.message = why.into().into();
    error
}

async fn statistics(desk: &Arc<Desk>) -> Result<Value> {
    let store = desk.engine.store();
    let holdings = match store.path() {
        // Asking must not make the file.
        Some(path) if path.exists() => store.holdings().await.map_err(|fault| fault.to_string()),
        _ => Ok(Holdings::default()),
    };
    let desk = Arc::clone(desk);
    let sum_up = move || {
        let history = desk.engine.store().history(WEEK);
        cache_statistics(&desk.cache, &holdings, &history)
    };
    let statistics = tokio::task::spawn_blocking(sum_up).await;
    statistics.map_err(|error| failed(error.to_string()))
}

/// Everything is worked out again, so that the cache is filled with what is open and what lies in the workspace.
async fn clear(desk: &Arc<Desk>) -> Result<Value> {
    let cleared = desk.engine.store().clear().await;
    let removed =
        cleared.map_err(|fault| failed(format!("The cache can't be emptied: {fault}")))?;
    desk.settle_all().await;
    desk.background.start(desk);
    Ok(json!({"removed": removed}))
}

async fn reindex(desk: &Arc<Desk>) -> Value {
    desk.session.folders.forget_options();
    desk.settle_all().await;
    desk.background.start(desk);
    Value::Null
}

fn explain(arguments: &[Value]) -> Result<Value> {
    let Some(id) = arguments.first().and_then(Value::as_str) else {
        let why = "The id of a smell or a refactoring is missing.";
        return Err(Error::invalid_params(why));
    };
    if let Some(markdown) = explanation(id) {
        return Ok(Value::String(markdown));
    }
    let smells = smells::all().iter().map(|smell| smell.id);
    let refactorings = refactorings::all().iter().map(|refactoring| refactoring.id);
    let near = nearest(id, smells.chain(refactorings));
    let hint = near.map(|near| format!(" Did you mean `{near}`?"));
    let why = format!("There is no `{id}`.{}", hint.unwrap_or_default());
    Err(Error::invalid_params(why))
}
