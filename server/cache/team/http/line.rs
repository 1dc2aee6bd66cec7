//! Single requests to a server, limited in time and length.

use reqwest::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use tokio::time::timeout;

use super::client;
use super::failure::{broke_off, explain};
use crate::{Fault, FaultKind, Patience, Remote};

/// Bytes of an error response to read, so that the connection can be reused.
const MAX_REFUSAL: usize = 16 << 10;
/// Maximum bytes to allocate in advance for the length that a server announces.
const BELIEVED: u64 = 64 << 10;

/// Connection settings of one server.
pub(super) struct Line {
    client: Client,
    /// May contain secrets from variables; never displayed.
    base: Url,
    patience: Patience,
    place: String,
}

/// A server's response.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Empty unless the status is a success.
    pub(super) body: Vec<u8>,
    pub(super) is_json: bool,
    pub(super) is_web_page: bool,
    /// Redirects to the same address with a trailing slash.
    pub(super) adds_a_slash: bool,
}

impl Line {
    pub(super) async fn open(remote: &Remote) -> Result<Line, Fault> {
        let base = remote.address.resolve()?;
        // The part before an `@` is often a token.
        let place = if base.authority().contains('@') {
            "the address in `cache.url`".to_owned()
        } else {
            remote.address.to_string()
        };
        let client = client::build(remote, &base).await;
        Ok(Line {
            client: client.map_err(|fault| fault.of(&place))?,
            base,
            patience: remote.patience,
            place,
        })
    }

    /// The address without secrets.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) fn patience(&self) -> Patience {
        self.patience
    }

    pub(super) fn fault(&self, kind: FaultKind) -> Fault {
        Fault::new(kind).of(&self.place)
    }

    /// Returns the fault of a missing or incomplete response.
    pub(super) fn late(&self) -> Fault {
        let fault = self.fault(FaultKind::Timeout);
        fault.because(format_args!(
            "no complete answer within {:?}",
            self.patience.call()
        ))
    }

    /// Returns the address of a path below `{base}/v1/`.
    pub(super) fn url(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push("v1").extend(segments);
        }
        url
    }

    pub(super) fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Builds a request with a binary body.
    pub(super) fn upload(&self, method: Method, url: Url, body: Vec<u8>) -> RequestBuilder {
        let bytes = HeaderValue::from_static("application/octet-stream");
        let request = self.client.request(method, url);
        request.header(CONTENT_TYPE, bytes).body(body)
    }

    /// Sends the request; fails if the body is longer than `longest` bytes. If that is 0, the body of a success may be longer,
    /// because it isn't read.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
        longest: usize,
    ) -> Result<Answer, Fault> {
        let done = timeout(self.patience.call(), self.exchange(request, longest)).await;
        done.unwrap_or_else(|_| Err(self.late()))
    }

    async fn exchange(&self, request: RequestBuilder, longest: usize) -> Result<Answer, Fault> {
        let mut response = self.respond(request).await?;
        let status = response.status();
        let has_type = |name: &str| {
            let value = response.headers().get(CONTENT_TYPE);
            value.is_some_and(|value| value.as_bytes().starts_with(name.as_bytes()))
        };
        let mut answer = Answer {
            status,
            body: Vec::new(),
            is_json: has_type("application/json"),
            is_web_page: has_type("text/html"),
            adds_a_slash: adds_a_slash(&response),
        };
        if status.is_success() && longest > 0 {
            answer.body = self.body(&mut response, longest).await?;
        } else {
            drain(&mut response).await;
        }
        Ok(answer)
    }

    /// Retries once if the server had closed the idle connection, because every request may be repeated.
    async fn respond(&self, request: RequestBuilder) -> Result<Response, Fault> {
        let again = request.try_clone();
        let sent = match (request.send().await, again) {
            (Err(error), Some(again)) if broke_off(&error) => again.send().await,
            (sent, _) => sent,
        };
        sent.map_err(|error| self.failed(&error))
    }

    async fn body(&self, response: &mut Response, longest: usize) -> Result<Vec<u8>, Fault> {
        let announced = response.content_length().unwrap_or_default().min(BELIEVED);
        let mut body = Vec::with_capacity(usize::try_from(announced).unwrap_or_default());
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.failed(&error))?
        {
            if body.len() + chunk.len() > longest {
                let fault = self.fault(FaultKind::Malformed);
                return Err(fault.because("its answer is too long"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn failed(&self, error: &reqwest::Error) -> Fault {
        let (kind, detail) = explain(error);
        self.fault(kind).because(detail)
    }
}

/// Reads a short body to reuse the connection. Errors are ignored, because the status is sufficient.
async fn drain(response: &mut Response) {
    let mut length = 0;
    while let Ok(Some(chunk)) = response.chunk().await {
        length += chunk.len();
        if length > MAX_REFUSAL {
            return;
        }
    }
}

fn adds_a_slash(response: &Response) -> bool {
    let Some(location) = response.headers().get(LOCATION) else {
        return false;
    };
    let location = location.to_str().unwrap_or_default();
    // A file server may not know its public name.
    let path = response
        .url()
        .join(location)
        .map(|url| url.path().to_owned());
    path.is_ok_and(|path| path.strip_suffix('/') == Some(response.url().path()))
}
