//! The server of a team's cache, over HTTP: who holds a key of it may read or write sealed entries.
//!
//! The server believes nobody and needs not be believed: entries are signed before they get here and verified after they
//! leave, so what it could do at worst is to withhold some. It holds no signing key, and no bearer key, only hashes.
//!
//! - [`keys`] says who may do what; `guard` holds every request to it.
//! - `routes` is the protocol, `refusal` what a client is told when it gets nothing.
//! - `spending` is the protocol of a team's budget, `ledgers` whose it is and where it is written down.
//! - `storage` is where entries are: SQLite files for a small team, Postgres for a large one.
//! - `connections` and `tls` are what lies below HTTP.

mod connections;
mod file_shelf;
mod guard;
pub mod keys;
mod ledgers;
mod metrics;
mod private;
mod reading;
mod refusal;
mod rooms;
mod routes;
mod spending;
mod storage;
mod tls;

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::pending;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant, SystemTime};

use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tokio_util::sync::CancellationToken;

use super::frames::MAX_SEALED;
use crate::locks::{self, lock};
use crate::{Fault, FaultKind, Holdings, Limits, Namespace, PublicKey, Schema};
use connections::ConnectionGate;
use keys::{KeyFile, KeyFileError, KeyRing};
use ledgers::Ledgers;
use metrics::ServiceMetrics;
use refusal::Refusal;
use rooms::Rooms;
use storage::Storage;

pub use ledgers::Budget;
pub use storage::StoragePlace;
pub use tls::Certificate;

/// How long a new connection may take to say what it wants. Later ones may be idle as long as clients keep them.
const FIRST_HEAD: Duration = Duration::from_secs(10);
/// Bytes of the head of a request.
const LONGEST_HEAD: usize = 16 << 10;
/// How long the storage may take to answer.
const STORAGE_TIME: Duration = Duration::from_secs(10);
/// How often it is asked whether the files of keys and certificates have changed.
const WATCH_EVERY: Duration = Duration::from_secs(1);
/// How often it is asked whether something is to be pruned; each file is pruned daily at most.
const UPKEEP_EVERY: Duration = Duration::from_hours(1);
/// How long the holdings of a namespace are taken to be what they were.
const HOLDINGS_LAST: Duration = Duration::from_secs(30);

/// What the server is to be.
#[derive(Clone, Debug)]
pub struct ServiceOptions {
    pub place: StoragePlace,
    pub keys: KeyFile,
    /// Whose signatures are taken beside those that the file of keys names; all are, if neither names one.
    pub trusted: Vec<PublicKey>,
    pub certificate: Option<Certificate>,
    pub front: Front,
    /// What stands before the protocol's own addresses: empty, or with a slash before it and none behind it.
    pub base: String,
    /// What is kept of each namespace.
    pub limits: Limits,
    /// What may be spent on a language model, if anything may.
    pub budget: Option<Budget>,
    pub bounds: Bounds,
}

/// What stands between the server and its clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Front {
    Direct,
    /// A proxy, which does TLS.
    Proxy,
}

/// What clients may ask for.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of a sealed entry.
    pub entry_bytes: usize,
    pub connections: usize,
    /// Requests a second with one key, on average and at once.
    pub rate: NonZeroU32,
    pub burst: NonZeroU32,
    /// How long the head of a request may take. As long as that a connection may be idle.
    pub head_time: Duration,
    pub body_time: Duration,
    /// How long requests that are running at the end may take.
    pub grace: Duration,
}

impl Default for Bounds {
    fn default() -> Bounds {
        Bounds {
            entry_bytes: MAX_SEALED,
            connections: 512,
            rate: NonZeroU32::MIN.saturating_add(1_999),
            burst: NonZeroU32::MIN.saturating_add(19_999),
            head_time: Duration::from_mins(1),
            body_time: Duration::from_secs(30),
            grace: Duration::from_secs(10),
        }
    }
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error(transparent)]
    Keys(#[from] KeyFileError),
    #[error(transparent)]
    Storage(#[from] Fault),
    #[error("the certificate can't be used: {0}")]
    Certificate(String),
    #[error("the server can't listen: {0}")]
    Listener(#[from] std::io::Error),
}

/// The server, before and while it serves.
pub struct Service {
    app: Arc<App>,
    options: ServiceOptions,
    tls: Option<RustlsConfig>,
}

/// What all requests share.
struct App {
    storage: Storage,
    ledgers: Ledgers,
    ring: RwLock<Arc<KeyRing>>,
    trusted: Vec<PublicKey>,
    limiter: DefaultKeyedRateLimiter<Arc<str>>,
    rooms: Rooms,
    gate: ConnectionGate,
    metrics: Arc<ServiceMetrics>,
    holdings: Mutex<HashMap<Namespace, (Instant, Holdings)>>,
    front: Front,
    entry_bytes: usize,
    body_time: Duration,
    started: Instant,
}

impl Service {
    /// Reads the keys and the certificate and takes hold of the storage.
    pub async fn open(options: ServiceOptions, schema: Schema) -> Result<Service, ServiceError> {
        let ring = options.keys.read()?;
        let tls = match &options.certificate {
            Some(certificate) => {
                let config = certificate.read().map_err(ServiceError::Certificate)?;
                Some(RustlsConfig::from_config(config))
            }
            None => None,
        };
        let bounds = &options.bounds;
        let quota = Quota::per_second(bounds.rate).allow_burst(bounds.burst);
        let metrics = Arc::new(ServiceMetrics::new());
        let app = App {
            storage: Storage::open(&options.place, schema).await?,
            ledgers: Ledgers::open(&options.place, options.budget).await?,
            ring: RwLock::new(Arc::new(ring)),
            trusted: options.trusted.clone(),
            limiter: RateLimiter::dashmap(quota),
            rooms: Rooms::new(),
            gate: ConnectionGate::new(bounds.connections, bounds.body_time, Arc::clone(&metrics)),
            metrics,
            holdings: Mutex::default(),
            front: options.front,
            entry_bytes: bounds.entry_bytes,
            body_time: bounds.body_time,
            started: Instant::now(),
        };
        Ok(Service {
            app: Arc::new(app),
            options,
            tls,
        })
    }

    /// Serves until `stop`, then lets running requests end and closes the storage.
    pub async fn serve(
        &self,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> Result<(), ServiceError> {
        let handle = Handle::new();
        let ending = async {
            stop.cancelled().await;
            handle.graceful_shutdown(Some(self.options.bounds.grace));
            pending::<Infallible>().await
        };
        let served = tokio::select! {
            served = self.listen(listener, handle.clone()) => served,
            never = ending => match never {},
            never = self.watch() => match never {},
            never = self.upkeep() => match never {},
        };
        let closing = async {
            self.app.storage.close().await;
            self.app.ledgers.close().await;
        };
        let closed = tokio::time::timeout(STORAGE_TIME, closing);
        if closed.await.is_err() {
            tracing::warn!("the storage did not close in time; no stored entry is lost");
        }
        Ok(served?)
    }

    async fn listen(
        &self,
        listener: TcpListener,
        handle: Handle<SocketAddr>,
    ) -> std::io::Result<()> {
        let bounds = &self.options.bounds;
        let router = routes::router(Arc::clone(&self.app), &self.options.base);
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        let gate = self.app.gate.clone();
        let mut server = axum_server::from_tcp(listener)?
            .handle(handle)
            .http1_only()
            .accept_error_handler(refused)
            .first_request_timeout(bounds.head_time.min(FIRST_HEAD));
        server
            .http_builder()
            .http1()
            .header_read_timeout(bounds.head_time)
            .max_buf_size(LONGEST_HEAD);
        match &self.tls {
            Some(config) => {
                let acceptor = RustlsAcceptor::new(config.clone()).acceptor(gate);
                server.acceptor(acceptor).serve(router).await
            }
            None => server.acceptor(gate).serve(router).await,
        }
    }

    /// Reads the keys and the certificate again. What can't be read changes nothing.
    pub fn reload(&self) {
        match self.options.keys.read() {
            Ok(ring) if ring.grants().is_empty() && !self.app.ring().grants().is_empty() => {
                tracing::error!(
                    path = %self.options.keys.path().display(),
                    "the key file has no keys, so the previous keys remain valid; to revoke the last one, restart \
                     the server"
                );
            }
            Ok(ring) => {
                let keys = ring.grants().len();
                *locks::write(&self.app.ring) = Arc::new(ring);
                tracing::info!(keys, "the keys were reloaded");
            }
            Err(error) => {
                tracing::error!(%error, "the keys could not be reloaded; the previous ones remain valid");
            }
        }
        let (Some(files), Some(config)) = (&self.options.certificate, &self.tls) else {
            return;
        };
        match files.read() {
            Ok(read) => config.reload_from_config(read),
            Err(error) => tracing::error!(
                %error,
                "the certificate could not be reloaded; the previous one remains in use"
            ),
        }
    }

    /// Reads files again that have changed.
    async fn watch(&self) -> Infallible {
        let mut seen = self.stamps();
        loop {
            tokio::time::sleep(WATCH_EVERY).await;
            let now = self.stamps();
            if now != seen {
                seen = now;
                self.reload();
            }
        }
    }

    /// What tells whether one of the files is another than before.
    fn stamps(&self) -> Vec<Option<(SystemTime, u64)>> {
        let certificate = self.options.certificate.iter();
        let certificate = certificate.flat_map(|files| [files.chain.as_path(), &files.key]);
        let files = certificate.chain([self.options.keys.path()]);
        let stamps = files.map(|path| {
            let metadata = std::fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        });
        stamps.collect()
    }

    async fn upkeep(&self) -> Infallible {
        loop {
            match self.app.storage.upkeep(self.options.limits).await {
                Ok(0) => {}
                Ok(removed) => tracing::info!(removed, "entries were pruned"),
                Err(fault) => {
                    self.app.metrics.failed(fault.kind());
                    tracing::error!(%fault, "pruning failed");
                }
            }
            tokio::time::sleep(UPKEEP_EVERY).await;
        }
    }
}

impl App {
    fn ring(&self) -> Arc<KeyRing> {
        let ring = locks::read(&self.ring);
        Arc::clone(&ring)
    }

    /// Whose signatures are taken.
    fn trusted(&self) -> Vec<PublicKey> {
        let ring = self.ring();
        let all = self.trusted.iter().chain(ring.trusted());
        all.cloned().collect()
    }

    /// Counts a request; how long to wait, if there were too many.
    fn within_rate(&self, name: &Arc<str>) -> Result<(), Duration> {
        let now = || DefaultClock::default().now();
        self.limiter
            .check_key(name)
            .map_err(|until| until.wait_time_from(now()))
    }

    /// What the open namespaces hold, as it was lately.
    async fn holdings(&self) -> Vec<(Namespace, Holdings)> {
        let mut all = Vec::new();
        for namespace in self.storage.in_use() {
            if let Some(holdings) = self.holdings_of(&namespace).await {
                all.push((namespace, holdings));
            }
        }
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all
    }

    async fn holdings_of(&self, namespace: &Namespace) -> Option<Holdings> {
        let known = || lock(&self.holdings);
        if let Some((when, holdings)) = known().get(namespace)
            && when.elapsed() < HOLDINGS_LAST
        {
            return Some(*holdings);
        }
        let stats = tokio::time::timeout(STORAGE_TIME, self.storage.shelf(namespace).stats()).await;
        let holdings = stats.ok()?.ok()?;
        let mut known = known();
        known.retain(|_, (when, _)| when.elapsed() < HOLDINGS_LAST);
        known.insert(namespace.clone(), (Instant::now(), holdings));
        Some(holdings)
    }
}

/// Without a peer it is the machine that takes no more connections; with one it is only that one.
fn refused(peer: Option<&SocketAddr>, error: &std::io::Error) {
    match peer {
        None => tracing::warn!(%error, "connections can't be accepted"),
        Some(peer) => tracing::debug!(%peer, %error, "a connection was not accepted"),
    }
}

/// What the storage answers, unless it takes too long.
async fn in_time<T>(call: impl Future<Output = T>) -> Result<T, Refusal> {
    let answer = tokio::time::timeout(STORAGE_TIME, call).await;
    answer.map_err(|_| Fault::new(FaultKind::Timeout).into())
}

/// The name that programs know a kind of fault by.
fn kind_name(kind: FaultKind) -> String {
    let name = serde_json::to_value(kind).ok();
    let name = name.as_ref().and_then(serde_json::Value::as_str);
    name.unwrap_or_default().to_owned()
}
