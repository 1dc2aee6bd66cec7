//! Routes of the ledger. The bearer key determines the budget.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Query as Parameters, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::guard::Visit;
use super::reading::namespace_of;
use super::refusal::Refusal;

use super::{App, in_time};
use crate::ledger::{HoldId, Reservation, TokenLedger};
use crate::team::books::{Done, MAX_REQUEST, Release, Reserve, Settle, Windows};

type RouteResult = Result<Response, Refusal>;
type Visitor = Extension<Arc<Visit>>;

/// Adds the routes of the ledger; `at` adds the base to a path.
pub(super) fn add(router: Router<Arc<App>>, at: impl Fn(&str) -> String) -> Router<Arc<App>> {
    router
        .route(&at("/v1/ledger/reserve"), post(reserve))
        .route(&at("/v1/ledger/settle"), post(settle))
        .route(&at("/v1/ledger/release"), post(release))
        .route(&at("/v1/ledger/status"), get(status))
}

async fn reserve(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    request: Request,
) -> RouteResult {
    let asked: Reserve = read(&app, &visit, request).await?;
    let id = id_of(&asked.id)?;
    let ledger = app.ledger(&visit, &asked.ns).await?;
    let ttl = Duration::from_millis(asked.ttl_ms);
    let answer = in_time(ledger.reserve(id, asked.estimate, ttl)).await??;
    match answer {
        Reservation::Reserved => app.metrics.reserved.inc(),
        Reservation::Refused(_) => app.metrics.refused.inc(),
    };
    Ok(Json(answer).into_response())
}

async fn settle(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    request: Request,
) -> RouteResult {
    let asked: Settle = read(&app, &visit, request).await?;
    let id = id_of(&asked.id)?;
    let ledger = app.ledger(&visit, &asked.ns).await?;
    in_time(ledger.settle(id, asked.actual)).await??;
    Ok(Json(Done {}).into_response())
}

async fn release(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    request: Request,
) -> RouteResult {
    let asked: Release = read(&app, &visit, request).await?;
    let id = id_of(&asked.id)?;
    let ledger = app.ledger(&visit, &asked.ns).await?;
    in_time(ledger.release(id)).await??;
    Ok(Json(Done {}).into_response())
}

#[derive(Deserialize)]
struct StatusQuery {
    ns: String,
}

async fn status(
    State(app): State<Arc<App>>,
    Extension(visit): Visitor,
    of: Result<Parameters<StatusQuery>, QueryRejection>,
) -> RouteResult {
    let Ok(Parameters(StatusQuery { ns })) = of else {
        return Err(Refusal::wrong("`ns` is a namespace"));
    };
    let ledger = app.ledger(&visit, &ns).await?;
    let windows = in_time(ledger.status()).await??;
    Ok(Json(Windows { windows }).into_response())
}

async fn read<T: DeserializeOwned>(
    app: &App,
    visit: &Visit,
    request: Request,
) -> Result<T, Refusal> {
    let body = app.body(visit, request, MAX_REQUEST).await?;
    serde_json::from_slice(&body).map_err(|_| {
        Refusal::wrong("this takes `ns`, `id`, and, in tokens, what is to be held or was spent")
    })
}

fn id_of(text: &str) -> Result<HoldId, Refusal> {
    text.parse()
        .map_err(|_| Refusal::wrong("an `id` is 32 hexadecimal digits"))
}

impl App {
    /// Returns the budget of this request's key in a namespace.
    async fn ledger(
        &self,
        visit: &Visit,
        namespace: &str,
    ) -> Result<Arc<dyn TokenLedger>, Refusal> {
        let namespace = namespace_of(namespace)?;
        let scope = visit.scope(&namespace)?;
        Ok(in_time(self.ledgers.of(&scope)).await??)
    }
}
