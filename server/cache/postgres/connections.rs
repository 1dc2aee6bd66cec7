//! A few connections that are held rather than fetched.
//!
//! Not the library's pool, for three reasons: it tries again and again where nobody listens, so that what is down looks
//! like what is slow; it asks every connection that comes back whether it still lives, which costs each call another
//! round trip; and it asks this also of one whose server has frozen, and waits for the answer for ever.
//!
//! Here a connection is taken out to be used and put back only if all went well. Whatever failed, came too late or was
//! dropped half way is closed by being forgotten.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

use super::{address, fault};
use crate::cache::{Address, Fault, FaultKind, Patience, Remote};

/// Connections at once: a server has a hundred for everybody.
const MOST: usize = 4;
/// How long an unused connection is held.
const IDLE: Duration = Duration::from_secs(60);
/// How long one statement may take that reads all of a namespace, which only upkeep does.
const LONG: Duration = Duration::from_secs(60);

/// One statement and what becomes of its answer. It may be said twice.
#[async_trait]
pub(super) trait Errand: Sync {
    type Answer: Send;

    async fn run(&self, connection: &mut PgConnection) -> Result<Self::Answer, sqlx::Error>;
}

pub(super) struct Connections {
    address: Address,
    patience: Patience,
    options: PgConnectOptions,
    permits: Semaphore,
    stock: Mutex<Stock>,
    last: Mutex<Option<Fault>>,
}

#[derive(Default)]
struct Stock {
    /// The most recently used one is last.
    idle: Vec<Idle>,
    /// Whether somebody will close what stays unused.
    is_watched: bool,
}

struct Idle {
    connection: PgConnection,
    since: Instant,
}

impl Connections {
    /// Reads the settings and the secret; nobody is connected to.
    pub(super) async fn new(remote: &Remote) -> Result<Arc<Connections>, Fault> {
        Ok(Arc::new(Connections {
            address: remote.address.clone(),
            patience: remote.patience,
            options: address::options(remote).await?,
            permits: Semaphore::new(MOST),
            stock: Mutex::default(),
            last: Mutex::default(),
        }))
    }

    /// When a call that starts now must have ended.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.patience.call()
    }

    /// Runs an errand within the time of one call.
    pub(super) async fn run<E: Errand>(self: &Arc<Self>, errand: &E) -> Result<E::Answer, Fault> {
        self.run_until(self.deadline(), errand).await
    }

    pub(super) async fn run_until<E: Errand>(
        self: &Arc<Self>,
        deadline: Instant,
        errand: &E,
    ) -> Result<E::Answer, Fault> {
        let answer = timeout_at(deadline, self.attempt(errand)).await;
        let answer = answer.unwrap_or_else(|_| {
            // The others are connections to the same silent server.
            self.forget();
            Err(late("no answer", self.patience.call()))
        });
        answer.map_err(|fault| self.note(fault))
    }

    /// Runs an errand that may take long, on a connection of its own.
    pub(super) async fn run_long<E: Errand>(&self, errand: &E) -> Result<E::Answer, Fault> {
        let attempt = async {
            let mut connection = self.connect(LONG).await?;
            let answer = errand.run(&mut connection).await;
            let answer = answer.map_err(|error| fault::of(&error))?;
            close(connection).await;
            Ok(answer)
        };
        let answer = timeout(LONG, attempt).await;
        let answer = answer.unwrap_or_else(|_| Err(late("no answer", LONG)));
        answer.map_err(|fault| self.note(fault))
    }

    pub(super) fn last_fault(&self, kind: FaultKind) -> Fault {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let last = last.as_ref().filter(|fault| fault.kind() == kind).cloned();
        last.unwrap_or_else(|| Fault::new(kind).of(&self.address))
    }

    pub(super) fn note(&self, fault: Fault) -> Fault {
        let fault = fault.of(&self.address);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(fault.clone());
        fault
    }

    async fn attempt<E: Errand>(self: &Arc<Self>, errand: &E) -> Result<E::Answer, Fault> {
        let permit = self.permits.acquire().await;
        let _permit = permit.map_err(|_| Fault::new(FaultKind::Io))?;
        if let Some(mut connection) = self.take() {
            match errand.run(&mut connection).await {
                Ok(answer) => {
                    self.give_back(connection);
                    return Ok(answer);
                }
                // The server may have been restarted since; then all of them have ended.
                Err(error) if fault::is_of_connection(&error) => self.forget(),
                Err(error) => return Err(fault::of(&error)),
            }
        }
        let mut connection = self.connect(self.patience.call()).await?;
        let answer = errand.run(&mut connection).await;
        let answer = answer.map_err(|error| fault::of(&error))?;
        self.give_back(connection);
        Ok(answer)
    }

    /// A new connection, whose statements may take so long.
    async fn connect(&self, statement: Duration) -> Result<PgConnection, Fault> {
        connect(&self.options, self.patience.connect(), statement).await
    }

    fn take(&self) -> Option<PgConnection> {
        self.stock().idle.pop().map(|idle| idle.connection)
    }

    fn give_back(self: &Arc<Self>, connection: PgConnection) {
        let mut stock = self.stock();
        stock.idle.push(Idle {
            connection,
            since: Instant::now(),
        });
        if !stock.is_watched {
            stock.is_watched = true;
            tokio::spawn(watch(Arc::downgrade(self)));
        }
    }

    fn forget(&self) {
        self.stock().idle.clear();
    }

    /// Takes out what nobody has used for a while; nothing if there is nothing left to watch.
    fn unused(&self) -> Option<Vec<Idle>> {
        let mut stock = self.stock();
        let is_used = |idle: &Idle| idle.since.elapsed() < IDLE;
        let used = stock.idle.iter().position(is_used);
        let count = used.unwrap_or(stock.idle.len());
        let unused: Vec<_> = stock.idle.drain(..count).collect();
        stock.is_watched = !(unused.is_empty() && stock.idle.is_empty());
        stock.is_watched.then_some(unused)
    }

    fn stock(&self) -> MutexGuard<'_, Stock> {
        self.stock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects by hand, once.
pub(super) async fn connect(
    options: &PgConnectOptions,
    patience: Duration,
    statement: Duration,
) -> Result<PgConnection, Fault> {
    let options = address::within(options.clone(), statement);
    let connection = timeout(patience, options.connect()).await;
    let connection = connection.map_err(|_| late("no connection", patience))?;
    connection.map_err(|error| fault::of(&error))
}

/// Says goodbye. Who doesn't answer has gone already.
pub(super) async fn close(connection: PgConnection) {
    if timeout(Duration::from_secs(1), connection.close())
        .await
        .is_err()
    {
        tracing::debug!("a database did not answer when its connection was closed");
    }
}

/// Ends with the last connection, or with their holder.
async fn watch(connections: std::sync::Weak<Connections>) {
    loop {
        tokio::time::sleep(IDLE / 2).await;
        let Some(unused) = connections.upgrade().and_then(|held| held.unused()) else {
            return;
        };
        for idle in unused {
            close(idle.connection).await;
        }
    }
}

fn late(what: &str, after: Duration) -> Fault {
    Fault::new(FaultKind::Timeout).because(format_args!("{what} within {after:?}"))
}
