//! Error responses: a status and a sentence, without internals of the server.

use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::{Fault, FaultKind};

#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    sentence: &'static str,
    retry_after: Option<Duration>,
    /// For the server's metrics and log, not for the client.
    fault: Option<Fault>,
}

/// A fault of the storage, passed to the metrics as an extension of the response.
#[derive(Clone)]
pub(super) struct StorageFault(pub(super) Fault);

impl Refusal {
    fn new(status: StatusCode, sentence: &'static str) -> Refusal {
        Refusal {
            status,
            sentence,
            retry_after: None,
            fault: None,
        }
    }

    pub(super) fn wrong(sentence: &'static str) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, sentence)
    }

    pub(super) fn unknown_key() -> Refusal {
        Refusal::new(
            StatusCode::UNAUTHORIZED,
            "a key of this server is required, as `Authorization: Bearer KEY`; check `cache.api_key`",
        )
    }

    pub(super) fn forbidden() -> Refusal {
        Refusal::new(
            StatusCode::FORBIDDEN,
            "the key does not allow this in this namespace; check `cache.team.namespace`, or ask for another key",
        )
    }

    pub(super) fn nothing_here() -> Refusal {
        Refusal::new(StatusCode::NOT_FOUND, "not found")
    }

    pub(super) fn too_large() -> Refusal {
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "the request is too large")
    }

    pub(super) fn no_budget() -> Refusal {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "no token budget is set; the server's administrator sets one with `--budget-day` and `--budget-month`",
        )
    }

    pub(super) fn over() -> Refusal {
        Refusal::new(
            StatusCode::CONFLICT,
            "the reservation is a different one, or has ended",
        )
    }

    pub(super) fn untrusted() -> Refusal {
        Refusal::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "the entry is not signed with a key that this server trusts",
        )
    }

    pub(super) fn too_slow() -> Refusal {
        Refusal::new(StatusCode::REQUEST_TIMEOUT, "the request was too slow")
    }

    pub(super) fn too_many(wait: Duration) -> Refusal {
        Refusal {
            retry_after: Some(wait),
            ..Refusal::new(
                StatusCode::TOO_MANY_REQUESTS,
                "the key sends too many requests",
            )
        }
    }

    pub(super) fn overloaded() -> Refusal {
        Refusal {
            retry_after: Some(Duration::from_secs(1)),
            ..Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the server is overloaded")
        }
    }

    /// A part of the server failed unexpectedly.
    pub(super) fn broken() -> Refusal {
        Refusal::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "the server failed; its log has details",
        )
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        match fault.kind() {
            FaultKind::TooLarge | FaultKind::TooManyTokens => return Refusal::too_large(),
            FaultKind::NoBudget => return Refusal::no_budget(),
            FaultKind::HoldOver => return Refusal::over(),
            _ => {}
        }
        Refusal {
            retry_after: Some(Duration::from_secs(5)),
            fault: Some(fault),
            ..Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "the server's storage failed; its log has details",
            )
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": self.sentence }));
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            let scheme = HeaderValue::from_static("Bearer");
            headers.insert(header::WWW_AUTHENTICATE, scheme);
        }
        if let Some(wait) = self.retry_after {
            // The header only supports whole seconds.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        if let Some(fault) = self.fault {
            response.extensions_mut().insert(StorageFault(fault));
        }
        response
    }
}
