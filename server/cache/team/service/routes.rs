//! The protocol: a handler for each address.
//!
//! | | |
//! | --- | --- |
//! | `GET`, `HEAD`, `PUT`, `DELETE /v1/cache/{ns}/{key}` | one sealed entry; it never changes |
//! | `POST /v1/cache/query` | many at once: the namespace, a line feed, the keys; answered in frames |
//! | `GET`, `DELETE /v1/cache/{ns}`, `POST /v1/cache/{ns}/prune` | keys in their order; removing |
//! | `POST /v1/ledger/reserve`, `settle`, `release`, `GET /v1/ledger/status` | what may be spent on a language model |
//! | `GET /v1/status` | without a key, that the server is running; with one, its contents |
//! | `GET /metrics` | for Prometheus: from this machine, or with a key that may read; names the namespaces of the key |

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query as Parameters, Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::json;

use super::guard::{METRICS, STATUS, Visit, guard};
use super::keys::Right;
use super::reading::{key_of, namespace_of};
use super::refusal::{Refusal, StorageFault};
use super::{App, in_time, kind_name, spending};
use crate::envelope::Decoder;
use crate::team::frames::{self, Listing, Prune, Query, Removed};
use crate::team::seal;
use crate::{FaultKind, Key, Namespace, Seal};

/// Maximum keys to list at once.
const LONGEST_LIST: usize = 1000;
/// Rows to read at once when only their keys are needed.
const PAGE: usize = 100;
/// Keys of a query to fetch at once, so that entries that don't fit into the answer aren't held in memory.
const FETCHED: usize = 250;

type RouteResult = Result<Response, Refusal>;
type Visitor = Extension<Arc<Visit>>;

/// Builds the routes below `base`, which is empty, or starts with a slash and ends without one.
pub(super) fn router(app: Arc<App>, base: &str) -> Router {
    let at = |path: &str| format!("{base}{path}");
    let router = Router::new()
        .route(&at("/v1/cache/query"), post(query))
        .route(&at("/v1/cache/{namespace}"), get(list).delete(clear))
        .route(&at("/v1/cache/{namespace}/prune"), post(prune))
        .route(
            &at("/v1/cache/{namespace}/{key}"),
            get(fetch).put(store).delete(remove),
        )
        .route(&at(STATUS), get(status))
        .route(&at(METRICS), get(metrics));
    spending::add(router, at)
        .fallback(|| async { Refusal::nothing_here() })
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&app),
            guard,
        ))
        .with_state(app)
}

async fn fetch(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    Path((namespace, key)): Path<(String, String)>,
) -> RouteResult {
    let (namespace, key) = (namespace_of(&namespace)?, key_of(&key)?);
    visit.may(Right::Read, &namespace)?;
    let shelf = app.storage.shelf(&namespace);
    let fetched = in_time(shelf.fetch(&[key])).await?.pop();
    match fetched.unwrap_or(Ok(None)) {
        Ok(Some(sealed)) => {
            app.metrics.hits.inc();
            Ok((ENTRY_HEADERS, sealed).into_response())
        }
        Ok(None) => {
            app.metrics.misses.inc();
            Err(Refusal::nothing_here())
        }
        Err(kind) => Err(shelf.last_fault(kind).into()),
    }
}

const ENTRY_HEADERS: [(HeaderName, &str); 2] = [
    (header::CONTENT_TYPE, "application/octet-stream"),
    (
        header::CACHE_CONTROL,
        "private, max-age=31536000, immutable",
    ),
];

async fn store(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    Path((namespace, key)): Path<(String, String)>,
    request: Request,
) -> RouteResult {
    let (namespace, key) = (namespace_of(&namespace)?, key_of(&key)?);
    visit.may(Right::Write, &namespace)?;
    let sealed = app.body(&visit, request, app.entry_bytes).await?;
    check(&app, &namespace, &key, &sealed)?;
    let rows = [(key, sealed)];
    let stored = in_time(app.storage.shelf(&namespace).store(&rows)).await??;
    if stored == 0 {
        return Ok(StatusCode::CONFLICT.into_response());
    }
    app.metrics.stored.inc();
    Ok(StatusCode::CREATED.into_response())
}

/// Checks that the bytes are a sealed entry of this key, as far as possible without a signing key.
fn check(app: &App, namespace: &Namespace, key: &Key, sealed: &[u8]) -> Result<(), Refusal> {
    if !seal::is_whole(key, sealed) {
        return Err(Refusal::wrong(
            "the body is not a sealed entry of this key; it was damaged in transit, or is for another address",
        ));
    }
    let trusted = app.trusted();
    if trusted.is_empty() {
        return Ok(());
    }
    let seal = Seal::new(namespace.clone(), None, &trusted);
    match seal.open(&mut Decoder::default(), key, sealed) {
        Ok(_) => Ok(()),
        Err(FaultKind::TooLarge) => Err(Refusal::too_large()),
        Err(_) => Err(Refusal::untrusted()),
    }
}

async fn remove(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    Path((namespace, key)): Path<(String, String)>,
) -> RouteResult {
    let (namespace, key) = (namespace_of(&namespace)?, key_of(&key)?);
    visit.may(Right::Write, &namespace)?;
    match in_time(app.storage.shelf(&namespace).remove(&[key])).await?? {
        0 => Err(Refusal::nothing_here()),
        _ => Ok(StatusCode::NO_CONTENT.into_response()),
    }
}

async fn query(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    request: Request,
) -> RouteResult {
    let body = app.body(&visit, request, frames::MAX_QUERY).await?;
    let Query { namespace, keys } = Query::parse(&body).map_err(|kind| match kind {
        FaultKind::TooLarge => Refusal::too_large(),
        _ => Refusal::wrong("a query is a namespace, a line feed, and keys of 32 bytes each"),
    })?;
    visit.may(Right::Read, &namespace)?;
    let shelf = app.storage.shelf(&namespace);
    let (mut answer, mut hits) = (frames::Answer::default(), 0);
    for keys in keys.chunks(FETCHED) {
        let fetched = in_time(shelf.fetch(keys)).await?;
        for (key, fetched) in keys.iter().zip(fetched) {
            match fetched {
                Ok(None) => continue,
                Ok(Some(sealed)) => answer.add(key, &sealed),
                // The entry exists, and can be fetched separately.
                Err(FaultKind::TooLarge) => answer.add(key, &[]),
                Err(kind) => return Err(shelf.last_fault(kind).into()),
            }
            hits += 1;
        }
    }
    app.metrics.hits.inc_by(hits);
    app.metrics.misses.inc_by(keys.len() as u64 - hits);
    let kind = [(header::CONTENT_TYPE, "application/octet-stream")];
    Ok((kind, answer.into_bytes()).into_response())
}

#[derive(Deserialize)]
struct PageQuery {
    after: Option<String>,
    limit: Option<usize>,
}

async fn list(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    Path(namespace): Path<String>,
    page: Result<Parameters<PageQuery>, QueryRejection>,
) -> RouteResult {
    let namespace = namespace_of(&namespace)?;
    visit.may(Right::Read, &namespace)?;
    let Ok(Parameters(page)) = page else {
        return Err(Refusal::wrong("`after` is a key, `limit` a number"));
    };
    let mut after = page.after.as_deref().map(key_of).transpose()?;
    let limit = page.limit.unwrap_or(LONGEST_LIST);
    if limit > LONGEST_LIST {
        // A shorter list would be mistaken for the end.
        return Err(Refusal::wrong("at most 1000 keys are listed at once"));
    }
    let shelf = app.storage.shelf(&namespace);
    let mut keys = Vec::new();
    while keys.len() < limit {
        let wanted = PAGE.min(limit - keys.len());
        let rows = in_time(shelf.list(after, wanted)).await??;
        keys.extend(rows.iter().map(|(key, _)| key.to_string()));
        after = rows.last().map(|(key, _)| *key);
        if rows.len() < wanted {
            break;
        }
    }
    Ok(Json(Listing { keys }).into_response())
}

async fn clear(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    Path(namespace): Path<String>,
) -> RouteResult {
    let namespace = namespace_of(&namespace)?;
    visit.may(Right::Write, &namespace)?;
    let removed = app.storage.shelf(&namespace).clear().await?;
    Ok(Json(Removed { removed }).into_response())
}

async fn prune(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    Path(namespace): Path<String>,
    request: Request,
) -> RouteResult {
    let namespace = namespace_of(&namespace)?;
    visit.may(Right::Write, &namespace)?;
    let body = app.body(&visit, request, 1 << 10).await?;
    let above: Prune = serde_json::from_slice(&body).map_err(|_| {
        Refusal::wrong(
            "this takes `bytes`, `age_hours` and a `policy`: least-recently-used, oldest or largest",
        )
    })?;
    let removed = app.storage.shelf(&namespace).prune(above.into()).await?;
    Ok(Json(Removed { removed }).into_response())
}

#[derive(Deserialize)]
struct StatusQuery {
    ns: Option<String>,
}

async fn status(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    of: Result<Parameters<StatusQuery>, QueryRejection>,
) -> RouteResult {
    if !visit.is_known() {
        return Ok(Json(json!({ "alive": true })).into_response());
    }
    let Ok(Parameters(StatusQuery { ns })) = of else {
        return Err(Refusal::wrong("`ns` is a namespace"));
    };
    let mut status = json!({
        "alive": true,
        "protocol": frames::PROTOCOL,
        "version": env!("CARGO_PKG_VERSION"),
        "storage": app.storage.kind(),
        "uptime_seconds": app.started.elapsed().as_secs(),
    });
    let Some(namespace) = ns else {
        return Ok(Json(status).into_response());
    };
    let namespace = namespace_of(&namespace)?;
    visit.may(Right::Read, &namespace)?;
    let holdings = in_time(app.storage.shelf(&namespace).stats()).await;
    let fault = match holdings.unwrap_or_else(|_| Err(FaultKind::Timeout.into())) {
        Ok(holdings) => {
            status["works"] = json!(true);
            status["entries"] = json!(holdings.entries);
            status["envelope_bytes"] = json!(holdings.envelope_bytes);
            status["disk_bytes"] = json!(holdings.disk_bytes);
            return Ok(Json(status).into_response());
        }
        Err(fault) => fault,
    };
    status["works"] = json!(false);
    status["fault"] = json!(kind_name(fault.kind()));
    let mut response = (StatusCode::SERVICE_UNAVAILABLE, Json(status)).into_response();
    response.extensions_mut().insert(StorageFault(fault));
    Ok(response)
}

async fn metrics(State(app): State<Arc<App>>, Extension(visit): Visitor) -> RouteResult {
    visit.may_see_metrics()?;
    let mut holdings = app.holdings().await;
    holdings.retain(|(namespace, _)| visit.may_name(namespace));
    let mut budgets = app.ledgers.stand().await;
    budgets.retain(|(scope, _)| visit.may_name_scope(scope));
    let text = app.metrics.text(&holdings, &budgets);
    let kind = [(header::CONTENT_TYPE, super::metrics::CONTENT_TYPE)];
    Ok((kind, text).into_response())
}
