//! A team's cache over HTTP: RustAssistant's server, or any store that supports `GET` and `PUT`.
//!
//! ```text
//! GET PUT DELETE  {base}/v1/cache/{namespace}/{64 hexadecimal digits}   one sealed envelope
//! POST            {base}/v1/cache/query                                 many, see `frames`
//! GET             {base}/v1/cache/{namespace}?after={key}&limit={n}     keys
//! DELETE          {base}/v1/cache/{namespace}                           all of them
//! POST            {base}/v1/cache/{namespace}/prune                     what is above limits
//! GET             {base}/v1/status?ns={namespace}                       how much there is
//! ```
//!
//! A plain store only receives requests of the first line: once it rejects a query, entries are requested one by one, and the
//! other operations are [`FaultKind::Unsupported`].
//!
//! Redirects aren't followed, so the bearer key is only sent to the address that the user configured. Error messages only
//! contain the status of a response, never its body.

mod client;
mod failure;
mod ledger;
mod line;
mod several;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use reqwest::{Method, RequestBuilder, StatusCode, Url};
use serde::de::DeserializeOwned;

use self::failure::{Faults, is_of_the_server, refusal};
pub use self::ledger::HttpLedger;
use self::line::{Answer, Line};
use super::frames::{
    Framed, Listing, MAX_ANSWER, MAX_KEYS, MAX_SEALED, Prune, Query, Removed, Status, parse_answer,
};
use super::shelf::{Fetched, Sealed, Shelf};
use crate::envelope::outside::is_envelope;
use crate::{Fault, FaultKind, Holdings, Key, Limits, Namespace, Remote};

/// A cache over HTTP with signed entries.
pub type HttpCache = Sealed<HttpShelf>;

impl Sealed<HttpShelf> {
    /// Reads the secrets and the certificates of authorities; sends nothing yet.
    pub async fn new(remote: &Remote) -> Result<HttpCache, Fault> {
        let shelf = HttpShelf::new(remote).await?;
        let seal = remote.seal().await;
        let seal = seal.map_err(|fault| fault.of(shelf.line.place()))?;
        Ok(Sealed::over(shelf, seal, remote.sample_one_in))
    }
}

/// One namespace of an HTTP server. Doesn't sign or verify what it transfers.
pub struct HttpShelf {
    line: Line,
    namespace: Namespace,
    /// Set until the server turns out to be a plain store.
    knows_queries: AtomicBool,
    faults: Faults,
}

/// Takes the place of a namespace in the address of queries.
const QUERY: &str = "query";
/// Maximum length of a JSON response in bytes; a thousand keys take 67 kB.
const MAX_JSON: usize = 1 << 20;

impl HttpShelf {
    /// Like [`HttpCache::new`], without the keys for signing and verifying.
    pub async fn new(remote: &Remote) -> Result<HttpShelf, Fault> {
        let line = Line::open(remote).await?;
        if remote.namespace.as_str() == QUERY {
            let fault = line.fault(FaultKind::Setting);
            return Err(fault.because("on a server, no `cache.team.namespace` can be `query`"));
        }
        Ok(HttpShelf {
            line,
            namespace: remote.namespace.clone(),
            knows_queries: AtomicBool::new(true),
            faults: Faults::default(),
        })
    }

    /// Returns the rows of at most [`MAX_KEYS`] keys, in the same order.
    async fn fetch_page(&self, keys: &[Key]) -> Vec<Fetched> {
        if keys.len() > 1 && self.knows_queries.load(Ordering::Relaxed) {
            match self.query(keys).await {
                Ok(Some(frames)) => return self.sort(keys, frames).await,
                Ok(None) => self.knows_queries.store(false, Ordering::Relaxed),
                Err(fault) => return vec![Err(self.faults.keep(fault)); keys.len()],
            }
        }
        self.fetch_singly(keys).await
    }

    async fn fetch_singly(&self, keys: &[Key]) -> Vec<Fetched> {
        let calls = keys.iter().map(|key| self.get(*key)).collect();
        self.each(calls).await
    }

    /// Orders the frames by their keys, after fetching separate entries.
    async fn sort(&self, keys: &[Key], frames: HashMap<Key, Framed>) -> Vec<Fetched> {
        let mut apart = Vec::new();
        let mut rows: HashMap<Key, Fetched> = HashMap::new();
        for (key, framed) in frames {
            match framed {
                Framed::Apart => apart.push(key),
                Framed::Sealed(sealed) => {
                    rows.insert(key, Ok(Some(sealed)));
                }
            }
        }
        let fetched = self.fetch_singly(&apart).await;
        rows.extend(apart.into_iter().zip(fetched));
        let row = |key| rows.get(key).cloned().unwrap_or(Ok(None));
        keys.iter().map(row).collect()
    }

    async fn get(&self, key: Key) -> Result<Option<Vec<u8>>, Fault> {
        let request = self.line.request(Method::GET, self.entry_url(&key));
        let answer = self.line.send(request, MAX_SEALED).await?;
        match answer.status {
            StatusCode::OK if is_envelope(&answer.body) => Ok(Some(answer.body)),
            StatusCode::OK => Err(self.malformed(&answer)),
            StatusCode::NOT_FOUND => Ok(None),
            status => Err(self.refused(status)),
        }
    }

    /// Fetches many rows in one round trip; `None` if the server doesn't support it.
    async fn query(&self, keys: &[Key]) -> Result<Option<HashMap<Key, Framed>>, Fault> {
        let url = self.line.url(&["cache", QUERY]);
        let query = Query::new(self.namespace.clone(), keys).to_bytes();
        let request = self.line.upload(Method::POST, url, query);
        let answer = self.line.send(request, MAX_ANSWER).await?;
        match answer.status {
            StatusCode::OK => {
                let frames = parse_answer(keys, &answer.body);
                frames.map(Some).map_err(|_| self.malformed(&answer))
            }
            StatusCode::FORBIDDEN
            | StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::PAYLOAD_TOO_LARGE
            | StatusCode::NOT_IMPLEMENTED => Ok(None),
            status => Err(self.refused(status)),
        }
    }

    /// Returns the number of new rows: 1 or 0.
    async fn put(&self, key: &Key, sealed: &[u8]) -> Result<u64, Fault> {
        let url = self.entry_url(key);
        let request = self.line.upload(Method::PUT, url, sealed.to_vec());
        let answer = self.line.send(request, 0).await?;
        match answer.status {
            StatusCode::CREATED => Ok(1),
            // Unchanged, or replaced by an equal row.
            StatusCode::OK | StatusCode::NO_CONTENT | StatusCode::CONFLICT => Ok(0),
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
                Err(self.unsupported("this server doesn't accept entries"))
            }
            StatusCode::UNPROCESSABLE_ENTITY => {
                let fault = self.line.fault(FaultKind::Denied);
                Err(fault.because("it does not trust the key in `cache.team.signing_key`"))
            }
            status => Err(self.refused(status)),
        }
    }

    /// Returns the number of removed rows: 1 or 0.
    async fn delete(&self, key: Key) -> Result<u64, Fault> {
        let request = self.line.request(Method::DELETE, self.entry_url(&key));
        let answer = self.line.send(request, 0).await?;
        match answer.status {
            StatusCode::OK | StatusCode::NO_CONTENT => Ok(1),
            StatusCode::NOT_FOUND => Ok(0),
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => {
                Err(self.unsupported("this server can't remove entries"))
            }
            status => Err(self.refused(status)),
        }
    }

    /// Returns the keys above `after` in ascending order.
    async fn keys(&self, after: Option<Key>, limit: usize) -> Result<Vec<Key>, Fault> {
        let url = self.page_url(after, limit);
        let request = self.line.request(Method::GET, url);
        let listing: Listing = self
            .ask(request, "this server can't list its entries")
            .await?;
        let keys = listing.keys.iter().map(|key| key.parse().ok());
        let keys: Option<Vec<Key>> = keys.collect();
        keys.filter(|keys| {
            let first = keys.first().is_none_or(|first| after < Some(*first));
            first && keys.is_sorted_by(|one, two| one < two) && keys.len() <= limit
        })
        .ok_or_else(|| {
            let fault = self.line.fault(FaultKind::Malformed);
            fault.because("its list of keys is not sorted")
        })
    }

    /// Sends a request that only RustAssistant's server supports; for other servers, the result is unsupported.
    async fn ask<T: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        cannot: &'static str,
    ) -> Result<T, Fault> {
        let answer = self.line.send(request, MAX_JSON).await?;
        match answer.status {
            StatusCode::OK if answer.is_json => {
                serde_json::from_slice(&answer.body).map_err(|_| self.malformed(&answer))
            }
            StatusCode::OK
            | StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::CONFLICT
            | StatusCode::NOT_IMPLEMENTED => Err(self.unsupported(cannot)),
            // File servers redirect like this for a folder.
            status if status.is_redirection() && answer.adds_a_slash => {
                Err(self.unsupported(cannot))
            }
            status => Err(self.refused(status)),
        }
    }

    fn entry_url(&self, key: &Key) -> Url {
        let segments = ["cache", self.namespace.as_str(), &key.to_string()];
        self.line.url(&segments)
    }

    fn namespace_url(&self) -> Url {
        self.line.url(&["cache", self.namespace.as_str()])
    }

    fn page_url(&self, after: Option<Key>, limit: usize) -> Url {
        let mut url = self.namespace_url();
        if let Some(after) = after {
            let after = after.to_string();
            url.query_pairs_mut().append_pair("after", &after);
        }
        let limit = limit.to_string();
        url.query_pairs_mut().append_pair("limit", &limit);
        url
    }

    fn refused(&self, status: StatusCode) -> Fault {
        let fault = self.line.fault(refusal(status));
        fault.because(format_args!("status {}", status.as_u16()))
    }

    fn malformed(&self, answer: &Answer) -> Fault {
        self.line
            .fault(FaultKind::Malformed)
            .because(if answer.is_web_page {
                "it answers with a web page"
            } else {
                "its answer doesn't contain entries"
            })
    }

    fn unsupported(&self, cannot: &'static str) -> Fault {
        self.line.fault(FaultKind::Unsupported).because(cannot)
    }

    /// Returns the fault of a lookup or a single write.
    fn kept(&self, kind: FaultKind) -> Fault {
        self.faults
            .last(kind)
            .unwrap_or_else(|| self.line.fault(kind))
    }

    /// Returns the sum, or the first fault. All calls have been made, unless the server failed.
    fn sum(&self, results: Vec<Result<u64, FaultKind>>) -> Result<u64, Fault> {
        let sum: Result<u64, FaultKind> = results.into_iter().sum();
        sum.map_err(|kind| self.kept(kind))
    }
}

#[async_trait]
impl Shelf for HttpShelf {
    async fn fetch(&self, keys: &[Key]) -> Vec<Fetched> {
        let mut rows: Vec<Fetched> = Vec::with_capacity(keys.len());
        for page in keys.chunks(MAX_KEYS) {
            rows.extend(self.fetch_page(page).await);
            let mut kinds = rows.iter().filter_map(|row| row.as_ref().err());
            // If the server doesn't respond, further pages aren't requested.
            if let Some(&kind) = kinds.find(|kind| is_of_the_server(**kind)) {
                rows.resize(keys.len(), Err(kind));
                break;
            }
        }
        rows
    }

    async fn store(&self, rows: &[(Key, Vec<u8>)]) -> Result<u64, Fault> {
        let puts = rows
            .iter()
            .map(|(key, sealed)| self.put(key, sealed))
            .collect();
        self.sum(self.each(puts).await)
    }

    async fn remove(&self, keys: &[Key]) -> Result<u64, Fault> {
        let deletes = keys.iter().map(|key| self.delete(*key)).collect();
        self.sum(self.each(deletes).await)
    }

    async fn list(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>, Fault> {
        let (mut after, mut rows) = (after, Vec::new());
        while rows.len() < limit {
            let wanted = MAX_KEYS.min(limit - rows.len());
            let keys = self.keys(after, wanted).await?;
            for (key, row) in keys.iter().zip(self.fetch(&keys).await) {
                // Skips entries that were removed meanwhile.
                if let Some(row) = row.map_err(|kind| self.kept(kind))? {
                    rows.push((*key, row));
                }
            }
            if keys.len() < wanted {
                break;
            }
            after = keys.last().copied();
        }
        Ok(rows)
    }

    async fn prune(&self, limits: Limits) -> Result<u64, Fault> {
        let url = self.line.url(&["cache", self.namespace.as_str(), "prune"]);
        let request = self.line.request(Method::POST, url);
        let request = request.json(&Prune::from(limits));
        let removed: Removed = self
            .ask(request, "this server removes old entries itself")
            .await?;
        Ok(removed.removed)
    }

    async fn clear(&self) -> Result<u64, Fault> {
        let request = self.line.request(Method::DELETE, self.namespace_url());
        let cannot = "this server can't remove everything";
        let removed: Removed = self.ask(request, cannot).await?;
        Ok(removed.removed)
    }

    async fn stats(&self) -> Result<Holdings, Fault> {
        let mut url = self.line.url(&["status"]);
        url.query_pairs_mut()
            .append_pair("ns", self.namespace.as_str());
        let request = self.line.request(Method::GET, url);
        let cannot = "this server can't report what it holds";
        let status: Status = self.ask(request, cannot).await?;
        Ok(Holdings {
            entries: status.entries,
            envelope_bytes: status.envelope_bytes,
            disk_bytes: status.disk_bytes,
        })
    }

    fn last_fault(&self, kind: FaultKind) -> Fault {
        self.kept(kind)
    }
}
