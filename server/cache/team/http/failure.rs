//! Converts HTTP errors to faults.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Mutex;

use reqwest::StatusCode;

use crate::locks::lock;
use crate::{Fault, FaultKind};

/// Returns the fault for a status that a call doesn't expect.
pub(super) fn refusal(status: StatusCode) -> FaultKind {
    match status.as_u16() {
        300..=399 => FaultKind::Redirected,
        401 | 403 | 407 => FaultKind::Denied,
        408 => FaultKind::Timeout,
        413 => FaultKind::TooLarge,
        429 => FaultKind::Throttled,
        500..=599 => FaultKind::Server,
        _ => FaultKind::Malformed,
    }
}

/// Whether the fault affects every key, so that others needn't be tried.
pub(super) fn is_of_the_server(kind: FaultKind) -> bool {
    !matches!(kind, FaultKind::Malformed | FaultKind::TooLarge)
}

/// Explains a missing or incomplete response. Omits the address, which may contain a secret.
pub(super) fn explain(error: &reqwest::Error) -> (FaultKind, String) {
    let causes = causes(error);
    if let Some(error) = causes.iter().copied().find_map(of_tls) {
        return (kind_of_tls(error), error.to_string());
    }
    // Only `reqwest`'s own errors contain the address.
    let last = causes.iter().rfind(|cause| !cause.is::<reqwest::Error>());
    let detail = last.map_or_else(
        || "the request can't be sent".to_owned(),
        ToString::to_string,
    );
    let kind = if error.is_timeout() {
        FaultKind::Timeout
    } else if error.is_connect() || broke_off(error) {
        FaultKind::Unreachable
    } else {
        FaultKind::Malformed
    };
    (kind, detail)
}

/// Whether the connection ended before the response began, which happens to an idle connection when the server exits.
pub(super) fn broke_off(error: &reqwest::Error) -> bool {
    if !error.is_request() || error.is_connect() || error.is_timeout() {
        return false;
    }
    let is_end =
        |cause: &&(dyn Error + 'static)| cause.is::<std::io::Error>() || cause.to_string() == ENDED;
    causes(error).iter().any(is_end)
}

/// The message of `hyper` when a connection ends.
const ENDED: &str = "connection closed before message completed";

fn causes(error: &reqwest::Error) -> Vec<&(dyn Error + 'static)> {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        causes.push(cause);
        next = cause.source();
    }
    causes
}

/// Returns the TLS error, including one wrapped in `io::Error`s, whose `source` skips the error they contain.
fn of_tls<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut cause = cause;
    while let Some(error) = cause.downcast_ref::<std::io::Error>() {
        cause = error.get_ref()?;
    }
    cause.downcast_ref()
}

fn kind_of_tls(error: &rustls::Error) -> FaultKind {
    match error {
        // The server doesn't speak TLS.
        rustls::Error::InvalidMessage(_) => FaultKind::Malformed,
        _ => FaultKind::Certificate,
    }
}

/// The last fault of each kind.
#[derive(Default)]
pub(super) struct Faults(Mutex<HashMap<FaultKind, Fault>>);

impl Faults {
    pub(super) fn keep(&self, fault: Fault) -> FaultKind {
        let kind = fault.kind();
        self.faults().insert(kind, fault);
        kind
    }

    pub(super) fn last(&self, kind: FaultKind) -> Option<Fault> {
        self.faults().get(&kind).cloned()
    }

    fn faults(&self) -> std::sync::MutexGuard<'_, HashMap<FaultKind, Fault>> {
        lock(&self.0)
    }
}
