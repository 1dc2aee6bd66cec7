//! Middleware of every request: authentication, rate limit and logging. Handlers never see a bearer key.

use std::net::{IpAddr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::body::HttpBody;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::header::{AUTHORIZATION, HOST, HeaderName};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;

use super::keys::{Grant, Right};
use super::refusal::{Refusal, StorageFault};
use super::{App, Front};
use crate::Namespace;

/// Addresses that also respond without a key, with less information.
pub(super) const STATUS: &str = "/v1/status";
pub(super) const METRICS: &str = "/metrics";

/// Headers that only a proxied request has.
const FORWARDED: [HeaderName; 3] = [
    HeaderName::from_static("forwarded"),
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-real-ip"),
];

/// One request: its client, and what is logged about it.
pub(super) struct Visit {
    grant: Option<Arc<Grant>>,
    is_local: bool,
    namespace: OnceLock<Namespace>,
    received: AtomicU64,
}

impl Visit {
    /// Decides who may do what. Every access to a namespace is checked here first.
    pub(super) fn may(&self, right: Right, namespace: &Namespace) -> Result<(), Refusal> {
        let namespace = self.namespace.get_or_init(|| namespace.clone());
        let grant = self.grant.as_ref().ok_or_else(Refusal::unknown_key)?;
        if grant.has(right) && grant.covers(namespace) {
            Ok(())
        } else {
            Err(Refusal::forbidden())
        }
    }

    /// Returns the budget that requests in this namespace are charged to.
    pub(super) fn scope(&self, namespace: &Namespace) -> Result<String, Refusal> {
        self.may(Right::Read, namespace)?;
        let grant = self.grant.as_ref().ok_or_else(Refusal::unknown_key)?;
        grant.scope(namespace).ok_or_else(Refusal::forbidden)
    }

    /// Whether metrics may name a budget.
    pub(super) fn may_name_scope(&self, scope: &str) -> bool {
        let grant = self.grant.as_ref();
        grant.is_some_and(|grant| grant.has(Right::Read) && grant.has_scope(scope))
    }

    /// Metrics are visible on this machine, and to clients that may read something.
    pub(super) fn may_see_metrics(&self) -> Result<(), Refusal> {
        match &self.grant {
            _ if self.is_local => Ok(()),
            Some(grant) if grant.has(Right::Read) => Ok(()),
            Some(_) => Err(Refusal::forbidden()),
            None => Err(Refusal::unknown_key()),
        }
    }

    /// Whether metrics may name a namespace: only for clients that may read it.
    pub(super) fn may_name(&self, namespace: &Namespace) -> bool {
        let grant = self.grant.as_ref();
        grant.is_some_and(|grant| grant.has(Right::Read) && grant.covers(namespace))
    }

    /// Returns the key's name.
    pub(super) fn key(&self) -> Option<&Arc<str>> {
        self.grant.as_ref().map(|grant| &grant.name)
    }

    pub(super) fn is_known(&self) -> bool {
        self.grant.is_some()
    }

    pub(super) fn received(&self, bytes: usize) {
        self.received.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

pub(super) async fn guard(
    State(app): State<Arc<App>>,
    mut request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let route = route(&request);
    let (visit, admitted) = admit(&app, &request, &route);
    let visit = Arc::new(visit);
    let mut response = match admitted {
        Ok(()) => {
            // Handlers don't need the key, so they can't leak it.
            request.headers_mut().remove(AUTHORIZATION);
            request.extensions_mut().insert(Arc::clone(&visit));
            let answer = AssertUnwindSafe(next.run(request)).catch_unwind().await;
            answer.unwrap_or_else(|_| Refusal::broken().into_response())
        }
        Err(refusal) => refusal.into_response(),
    };
    let nosniff = HeaderValue::from_static("nosniff");
    let headers = response.headers_mut();
    headers.insert("x-content-type-options", nosniff);
    if let Some(StorageFault(fault)) = response.extensions_mut().remove() {
        app.metrics.failed(fault.kind());
        tracing::error!(target: LOG, %fault, "the storage failed");
    }
    let took = start.elapsed();
    write_down(&app, &visit, (method.as_str(), &route, took), &response);
    response
}

/// Target of log events.
const LOG: &str = "rustassistant_cache::service";

fn write_down(
    app: &App,
    visit: &Visit,
    (method, route, took): (&str, &str, Duration),
    response: &Response,
) {
    let status = response.status().as_u16();
    let received = visit.received.load(Ordering::Relaxed);
    let sent = response.body().size_hint().exact().unwrap_or_default();
    app.metrics.received.inc_by(received);
    app.metrics.sent.inc_by(sent);
    app.metrics.answered(route, status, took);
    tracing::info!(
        target: LOG,
        method,
        route,
        namespace = visit.namespace.get().map(Namespace::as_str),
        status,
        received,
        sent,
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        key = visit.grant.as_ref().map(|grant| &*grant.name),
        "request"
    );
}

/// Returns the route's pattern rather than the path, which may be arbitrary.
fn route(request: &Request) -> String {
    let matched = request.extensions().get::<MatchedPath>();
    matched.map_or("other", MatchedPath::as_str).to_owned()
}

fn admit(app: &App, request: &Request, route: &str) -> (Visit, Result<(), Refusal>) {
    let mut visit = Visit {
        grant: None,
        is_local: is_local(app, request),
        namespace: OnceLock::new(),
        received: AtomicU64::new(0),
    };
    match bearer(request.headers()) {
        Bearer::None if route.ends_with(STATUS) || route.ends_with(METRICS) => {
            return (visit, Ok(()));
        }
        Bearer::None | Bearer::Malformed => return (visit, Err(Refusal::unknown_key())),
        Bearer::Key(key) => visit.grant = app.ring().find(key),
    }
    let admitted = match &visit.grant {
        None => Err(Refusal::unknown_key()),
        Some(grant) => {
            if let Some(peer) = peer(request) {
                app.gate.recognise(peer);
            }
            app.within_rate(&grant.name).map_err(Refusal::too_many)
        }
    };
    (visit, admitted)
}

fn peer(request: &Request) -> Option<SocketAddr> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(peer)| *peer)
}

/// Behind a proxy, every client seems to be on this machine.
fn is_local(app: &App, request: &Request) -> bool {
    let is_loopback = peer(request).is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let headers = request.headers();
    is_loopback
        && app.front == Front::Direct
        && names_loopback(request)
        && !FORWARDED.iter().any(|name| headers.contains_key(name))
}

/// Whether the request is addressed to this machine. A DNS rebinding page or a forwarding proxy sends another host name.
fn names_loopback(request: &Request) -> bool {
    let header = request.headers().get(HOST);
    let host = match (request.uri().authority(), header) {
        (Some(authority), _) => authority.as_str(),
        (None, Some(header)) => header.to_str().unwrap_or_default(),
        (None, None) => return true,
    };
    is_loopback_name(host)
}

fn is_loopback_name(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let host = authority.host();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = |address: IpAddr| address.to_canonical().is_loopback();
    host.eq_ignore_ascii_case("localhost") || address.parse().is_ok_and(is_loopback)
}

enum Bearer<'a> {
    None,
    Malformed,
    Key(&'a str),
}

fn bearer(headers: &HeaderMap) -> Bearer<'_> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (value, second) = (values.next(), values.next());
    let Some(value) = value else {
        return Bearer::None;
    };
    let words = value.to_str().ok().and_then(|text| text.split_once(' '));
    match words {
        Some((scheme, key)) if second.is_none() && scheme.eq_ignore_ascii_case("bearer") => {
            Bearer::Key(key.trim())
        }
        _ => Bearer::Malformed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for host in [
            "localhost",
            "LOCALHOST:80",
            "127.0.0.1:7117",
            "127.9.9.9",
            "[::1]:7117",
            "[::1]",
        ] {
            assert!(is_loopback_name(host), "{host}");
        }
        for host in [
            "",
            "cache.example",
            "localhost.example:80",
            "10.0.0.1",
            "127.0.0.1.example",
            "[::2]",
        ] {
            assert!(!is_loopback_name(host), "{host}");
        }
    }
}
