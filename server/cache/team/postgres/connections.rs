//! Keeps a few connections open.
//!
//! Replaces the library's pool for three reasons: the pool retries unreachable servers, which makes them look slow; it pings
//! every returned connection, which costs each call another round trip; and it waits forever for that ping if the server hangs.
//!
//! Here a connection is taken out for a call and only returned if the call succeeded. After a fault, a timeout or cancellation
//! it is closed by dropping it.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, PgConnection};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};

use super::{address, fault};
use crate::locks::lock;
use crate::{Address, Fault, FaultKind, Patience, Remote};

/// Maximum connections; a server typically allows a hundred in total.
const MOST: usize = 4;
/// Time after which an unused connection is closed.
const IDLE: Duration = Duration::from_mins(1);
/// Timeout of a statement that reads a whole namespace, which only upkeep does.
const LONG: Duration = Duration::from_mins(1);

/// One statement and the handling of its result. May be repeated.
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
    stock: Mutex<Stock<PgConnection>>,
    last: Mutex<Option<Fault>>,
}

impl Connections {
    /// Reads the settings and the secret; connects lazily.
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

    /// Returns the deadline of a call that starts now.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.patience.call()
    }

    /// Runs an errand within the timeout of one call.
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
            // The idle connections go to the same unresponsive server.
            self.forget();
            Err(late("no answer", self.patience.call()))
        });
        answer.map_err(|fault| self.note(fault))
    }

    /// Runs a slow errand on a separate connection.
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
        let last = lock(&self.last);
        let last = last.as_ref().filter(|fault| fault.kind() == kind).cloned();
        last.unwrap_or_else(|| Fault::new(kind).of(&self.address))
    }

    pub(super) fn note(&self, fault: Fault) -> Fault {
        let fault = fault.of(&self.address);
        let mut last = lock(&self.last);
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
                // If the server was restarted, all idle connections are closed as well.
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

    /// Opens a connection with this statement timeout.
    async fn connect(&self, statement: Duration) -> Result<PgConnection, Fault> {
        connect(&self.options, self.patience.connect(), statement).await
    }

    fn take(&self) -> Option<PgConnection> {
        self.stock().idle.pop().map(|(connection, _)| connection)
    }

    fn give_back(self: &Arc<Self>, connection: PgConnection) {
        let mut stock = self.stock();
        stock.idle.push((connection, Instant::now()));
        if !stock.is_watched {
            stock.is_watched = true;
            tokio::spawn(watch(Arc::downgrade(self)));
        }
    }

    fn forget(&self) {
        self.stock().idle.clear();
    }

    fn stock(&self) -> MutexGuard<'_, Stock<PgConnection>> {
        lock(&self.stock)
    }
}

/// Idle connections.
struct Stock<C> {
    /// With the time of their last use; the most recently used one is last.
    idle: Vec<(C, Instant)>,
    /// Whether a task is running that closes unused connections.
    is_watched: bool,
}

impl<C> Default for Stock<C> {
    fn default() -> Stock<C> {
        Stock {
            idle: Vec::new(),
            is_watched: false,
        }
    }
}

impl<C> Stock<C> {
    /// Takes out connections that are unused for a while; `None` if there is nothing left to watch.
    fn take_unused(&mut self, now: Instant) -> Option<Vec<C>> {
        self.is_watched = !self.idle.is_empty();
        let is_used = |(_, since): &(C, Instant)| now.duration_since(*since) < IDLE;
        let used = self.idle.iter().position(is_used);
        let unused = self.idle.drain(..used.unwrap_or(self.idle.len()));
        let unused = unused.map(|(connection, _)| connection).collect();
        self.is_watched.then_some(unused)
    }
}

/// Connects once, without the pool's retries.
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

/// Closes the connection. A server that doesn't respond is already gone.
pub(super) async fn close(connection: PgConnection) {
    if timeout(Duration::from_secs(1), connection.close())
        .await
        .is_err()
    {
        tracing::debug!("the database did not answer when its connection was closed");
    }
}

/// Closes unused connections. Ends with the last connection, or with their owner.
async fn watch(connections: std::sync::Weak<Connections>) {
    loop {
        tokio::time::sleep(IDLE / 2).await;
        let Some(connections) = connections.upgrade() else {
            return;
        };
        let unused = connections.stock().take_unused(Instant::now());
        drop(connections);
        let Some(unused) = unused else {
            return;
        };
        for connection in unused {
            close(connection).await;
        }
    }
}

fn late(what: &str, after: Duration) -> Fault {
    Fault::new(FaultKind::Timeout).because(format_args!("{what} within {after:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_used_is_held() {
        let start = Instant::now();
        let mut stock = Stock::default();
        stock.idle.push(("first", start));
        stock.idle.push(("second", start + IDLE / 2));
        let soon = start + IDLE / 4;
        assert_eq!(stock.take_unused(soon), Some(Vec::new()));
        assert_eq!(stock.take_unused(start + IDLE), Some(vec!["first"]));
        assert_eq!(stock.take_unused(start + 2 * IDLE), Some(vec!["second"]));
        // The last check finds nothing, so the next connection needs another watcher.
        assert!(stock.is_watched);
        assert_eq!(stock.take_unused(start + 3 * IDLE), None);
        assert!(!stock.is_watched);
    }
}
