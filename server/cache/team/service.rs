//! The HTTP server of a team's cache, which lets holders of a bearer key read and write sealed entries.
//!
//! The server isn't trusted and trusts no client: entries are signed before they arrive and verified after they leave, so at
//! worst it can withhold some. It stores no signing keys, and only hashes of bearer keys.
//!
//! - [`keys`] defines who may do what; `guard` checks every request.
//! - `routes` is the protocol, `refusal` the error responses.
//! - `spending` is the protocol of a team's budget, `ledgers` stores the budgets.
//! - `storage` stores the entries: SQLite files for a small team, Postgres for a large one.
//! - `connections` and `tls` are the layers below HTTP.

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

/// Time for a new connection to send its first head. Later requests may idle as long as clients keep connections open.
const FIRST_HEAD: Duration = Duration::from_secs(10);
/// Maximum length of a request's head in bytes.
const LONGEST_HEAD: usize = 16 << 10;
/// Timeout of the storage.
const STORAGE_TIME: Duration = Duration::from_secs(10);
/// Interval for checking whether the key file and the certificate have changed.
const WATCH_EVERY: Duration = Duration::from_secs(1);
/// Interval for checking whether pruning is due; each file is pruned daily at most.
const UPKEEP_EVERY: Duration = Duration::from_hours(1);
/// Time for which the holdings of a namespace are cached.
const HOLDINGS_LAST: Duration = Duration::from_secs(30);

/// Options of the server.
#[derive(Clone, Debug)]
pub struct ServiceOptions {
    pub place: StoragePlace,
    pub keys: KeyFile,
    /// Public keys whose signatures are accepted, in addition to those in the key file; all are accepted if neither has any.
    pub trusted: Vec<PublicKey>,
    pub certificate: Option<Certificate>,
    pub front: Front,
    /// Prefix of the protocol's addresses: empty, or with a leading slash and no trailing one.
    pub base: String,
    /// Limits of each namespace.
    pub limits: Limits,
    /// Budget for language models; `None` if there is none.
    pub budget: Option<Budget>,
    pub bounds: Bounds,
}

/// What is between the server and its clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Front {
    Direct,
    /// A proxy that terminates TLS.
    Proxy,
}

/// Limits for clients.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Maximum length of a sealed entry in bytes.
    pub entry_bytes: usize,
    pub connections: usize,
    /// Requests per second and key: the average and the burst.
    pub rate: NonZeroU32,
    pub burst: NonZeroU32,
    /// Timeout for the head of a request, and for idle connections.
    pub head_time: Duration,
    pub body_time: Duration,
    /// Time for running requests to finish on shutdown.
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

/// Reason why the server can't run.
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

/// The server.
pub struct Service {
    app: Arc<App>,
    options: ServiceOptions,
    tls: Option<RustlsConfig>,
}

/// State shared by all requests.
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
    /// Reads the keys and the certificate and opens the storage.
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

    /// Serves until `stop`, then waits for running requests and closes the storage.
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

    /// Reloads the keys and the certificate. If they can't be read, the old ones remain.
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

    /// Reloads files that have changed.
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

    /// Returns times and sizes that show whether one of the files has changed.
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

    /// Returns the public keys whose signatures are accepted.
    fn trusted(&self) -> Vec<PublicKey> {
        let ring = self.ring();
        let all = self.trusted.iter().chain(ring.trusted());
        all.cloned().collect()
    }

    /// Counts a request; returns how long to wait if there were too many.
    fn within_rate(&self, name: &Arc<str>) -> Result<(), Duration> {
        let now = || DefaultClock::default().now();
        self.limiter
            .check_key(name)
            .map_err(|until| until.wait_time_from(now()))
    }

    /// Returns the cached holdings of the open namespaces.
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

/// Without a peer, the machine accepts no more connections; with one, only that connection failed.
fn refused(peer: Option<&SocketAddr>, error: &std::io::Error) {
    match peer {
        None => tracing::warn!(%error, "connections can't be accepted"),
        Some(peer) => tracing::debug!(%peer, %error, "a connection was not accepted"),
    }
}

/// Awaits the storage with a timeout.
async fn in_time<T>(call: impl Future<Output = T>) -> Result<T, Refusal> {
    let answer = tokio::time::timeout(STORAGE_TIME, call).await;
    answer.map_err(|_| Fault::new(FaultKind::Timeout).into())
}

/// Returns the machine-readable name of a kind of fault.
fn kind_name(kind: FaultKind) -> String {
    let name = serde_json::to_value(kind).ok();
    let name = name.as_ref().and_then(serde_json::Value::as_str);
    name.unwrap_or_default().to_owned()
}
