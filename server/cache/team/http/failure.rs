//! What goes wrong on the way to a server, in the words of the cache.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Mutex;

use reqwest::StatusCode;

use crate::locks::lock;
use crate::{Fault, FaultKind};

/// What a status says that is none of those which a call expects.
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

/// Whether it is the same for every key, so that the next one need not be tried.
pub(super) fn is_of_the_server(kind: FaultKind) -> bool {
    !matches!(kind, FaultKind::Malformed | FaultKind::TooLarge)
}

/// Why there is no answer, or no whole one. The address is in neither part: it may hold a secret.
pub(super) fn explain(error: &reqwest::Error) -> (FaultKind, String) {
    let causes = causes(error);
    if let Some(error) = causes.iter().copied().find_map(of_tls) {
        return (kind_of_tls(error), error.to_string());
    }
    // Only `reqwest`'s own errors name the address.
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

/// Whether there was a connection that ended before the answer began, as one does that was kept while the server ended.
pub(super) fn broke_off(error: &reqwest::Error) -> bool {
    if !error.is_request() || error.is_connect() || error.is_timeout() {
        return false;
    }
    let is_end =
        |cause: &&(dyn Error + 'static)| cause.is::<std::io::Error>() || cause.to_string() == ENDED;
    causes(error).iter().any(is_end)
}

/// What `hyper` calls the end of a connection.
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

/// The TLS error itself, also one that `io::Error`s are wrapped around: those pass over what they hold when they are
/// asked for their source.
fn of_tls<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    let mut cause = cause;
    while let Some(error) = cause.downcast_ref::<std::io::Error>() {
        cause = error.get_ref()?;
    }
    cause.downcast_ref()
}

fn kind_of_tls(error: &rustls::Error) -> FaultKind {
    match error {
        // Whoever answers there doesn't speak TLS.
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
