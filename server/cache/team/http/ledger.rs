//! The team's ledger on a server.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::failure::refusal;
use super::line::Line;
use super::{MAX_JSON, QUERY};
use crate::ledger::{HoldId, Reservation, TokenLedger, WindowStatus};
use crate::team::books::{Done, Release, Reserve, Settle, Windows};
use crate::{Fault, FaultKind, Namespace, Remote};

/// The budget of a bearer key on a server.
pub struct HttpLedger {
    line: Line,
    namespace: Namespace,
}

impl HttpLedger {
    /// Reads the key and the certificates of authorities; sends nothing yet.
    pub async fn new(remote: &Remote) -> Result<HttpLedger, Fault> {
        let line = Line::open(remote).await?;
        if remote.namespace.as_str() == QUERY {
            return Err(line.fault(FaultKind::Setting));
        }
        Ok(HttpLedger {
            line,
            namespace: remote.namespace.clone(),
        })
    }

    async fn post<T: DeserializeOwned>(
        &self,
        errand: &str,
        body: &impl Serialize,
    ) -> Result<T, Fault> {
        let url = self.line.url(&["ledger", errand]);
        let request = self.line.request(Method::POST, url).json(body);
        self.ask(request).await
    }

    /// Sends a request, which may be repeated.
    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, Fault> {
        let answer = self.line.send(request, MAX_JSON).await?;
        match answer.status {
            StatusCode::OK if answer.is_json => {
                serde_json::from_slice(&answer.body).map_err(|_| self.malformed())
            }
            StatusCode::OK => Err(self.malformed()),
            // A plain store, an older server, or one without a budget.
            StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::NOT_IMPLEMENTED => Err(self.line.fault(FaultKind::NoBudget)),
            StatusCode::CONFLICT => Err(self.line.fault(FaultKind::HoldOver)),
            StatusCode::PAYLOAD_TOO_LARGE => Err(self.line.fault(FaultKind::TooManyTokens)),
            status => {
                let fault = self.line.fault(refusal(status));
                Err(fault.because(format_args!("status {}", status.as_u16())))
            }
        }
    }

    fn malformed(&self) -> Fault {
        let fault = self.line.fault(FaultKind::Malformed);
        fault.because("its answer doesn't contain a budget")
    }

    fn ns(&self) -> String {
        self.namespace.to_string()
    }
}

#[async_trait]
impl TokenLedger for HttpLedger {
    async fn reserve(
        &self,
        id: HoldId,
        estimate: u64,
        ttl: Duration,
    ) -> Result<Reservation, Fault> {
        let body = Reserve {
            ns: self.ns(),
            id: id.to_string(),
            estimate,
            ttl_ms: u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX),
        };
        self.post("reserve", &body).await
    }

    async fn settle(&self, id: HoldId, actual: u64) -> Result<(), Fault> {
        let body = Settle {
            ns: self.ns(),
            id: id.to_string(),
            actual,
        };
        let Done {} = self.post("settle", &body).await?;
        Ok(())
    }

    async fn release(&self, id: HoldId) -> Result<(), Fault> {
        let body = Release {
            ns: self.ns(),
            id: id.to_string(),
        };
        let Done {} = self.post("release", &body).await?;
        Ok(())
    }

    async fn status(&self) -> Result<Vec<WindowStatus>, Fault> {
        let mut url = self.line.url(&["ledger", "status"]);
        url.query_pairs_mut().append_pair("ns", &self.ns());
        let request = self.line.request(Method::GET, url);
        let windows: Windows = self.ask(request).await?;
        Ok(windows.windows)
    }
}
