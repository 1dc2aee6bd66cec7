//! Limits connections: their number, and how long a client may not read a response.
//!
//! The time for sending is limited elsewhere: the server limits a request's head, and the reader its body.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io::{self, ErrorKind, IoSlice};
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::metrics::ServiceMetrics;
use crate::locks::lock;

/// Accepts connections up to a limit. Then it closes one that hasn't presented a valid key: the oldest one of the address with
/// the most connections. If all have presented a key, the new one is closed immediately, because waiting for a cache is worse
/// than doing without.
#[derive(Clone)]
pub(super) struct ConnectionGate(Arc<Admission>);

struct Admission {
    most: usize,
    patience: Duration,
    metrics: Arc<ServiceMetrics>,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    connections: HashMap<SocketAddr, Held>,
    /// Number of connections accepted so far.
    count: u64,
}

struct Held {
    number: u64,
    has_shown_key: bool,
    close: CancellationToken,
}

impl ConnectionGate {
    pub(super) fn new(
        connections: usize,
        patience: Duration,
        metrics: Arc<ServiceMetrics>,
    ) -> ConnectionGate {
        ConnectionGate(Arc::new(Admission {
            most: connections,
            patience,
            metrics,
            open: Mutex::default(),
        }))
    }

    /// Records that the peer has presented a valid key.
    pub(super) fn recognise(&self, peer: SocketAddr) {
        if let Some(held) = lock(&self.0.open).connections.get_mut(&peer) {
            held.has_shown_key = true;
        }
    }

    fn pass(&self, stream: TcpStream) -> io::Result<Connection> {
        let peer = stream.peer_addr()?;
        stream.set_nodelay(true)?;
        let close = CancellationToken::new();
        let Some(number) = self.0.admit(peer, close.clone()) else {
            self.0.metrics.connections_refused.inc();
            return Err(io::Error::new(
                ErrorKind::QuotaExceeded,
                "too many connections",
            ));
        };
        self.0.metrics.connections.inc();
        Ok(Connection {
            stream,
            stuck: None,
            closed: Box::pin(close.cancelled_owned()),
            place: (peer, number),
            gate: Arc::clone(&self.0),
        })
    }
}

impl Admission {
    fn admit(&self, peer: SocketAddr, close: CancellationToken) -> Option<u64> {
        let mut open = lock(&self.open);
        if open.connections.len() >= self.most {
            let last = open.dispensable()?;
            let last = open.connections.remove(&last)?;
            self.metrics.connections_refused.inc();
            last.close.cancel();
        }
        open.count += 1;
        let held = Held {
            number: open.count,
            has_shown_key: false,
            close,
        };
        let number = held.number;
        open.connections.insert(peer, held);
        Some(number)
    }
}

impl Open {
    fn dispensable(&self) -> Option<SocketAddr> {
        let unknown = || self.connections.iter().filter(|(_, it)| !it.has_shown_key);
        let mut of_machines: HashMap<IpAddr, usize> = HashMap::new();
        for (peer, _) in unknown() {
            *of_machines.entry(peer.ip()).or_default() += 1;
        }
        let rank =
            |(peer, held): &(&SocketAddr, &Held)| (of_machines[&peer.ip()], Reverse(held.number));
        unknown().max_by_key(rank).map(|(peer, _)| *peer)
    }
}

impl<S> Accept<TcpStream, S> for ConnectionGate {
    type Stream = Connection;
    type Service = S;
    type Future = Ready<io::Result<(Connection, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.pass(stream).map(|connection| (connection, service)))
    }
}

pub(super) struct Connection {
    stream: TcpStream,
    /// Expires when the peer hasn't read anything for too long; `None` while it reads.
    stuck: Option<Pin<Box<Sleep>>>,
    /// Completes when another connection replaces this one.
    closed: Pin<Box<WaitForCancellationFutureOwned>>,
    place: (SocketAddr, u64),
    gate: Arc<Admission>,
}

impl Drop for Connection {
    fn drop(&mut self) {
        let (peer, number) = self.place;
        let mut open = lock(&self.gate.open);
        // A later connection may have the same address by now.
        if open
            .connections
            .get(&peer)
            .is_some_and(|held| held.number == number)
        {
            open.connections.remove(&peer);
        }
        drop(open);
        self.gate.metrics.connections.dec();
    }
}

impl Connection {
    fn unless_stuck<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stuck = None;
            return written;
        }
        let patience = self.gate.patience;
        let stuck = self
            .stuck
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        match stuck.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.closed.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.unless_stuck(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.unless_stuck(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    async fn pair(gate: &ConnectionGate) -> (io::Result<Connection>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await;
        let (stream, _) = listener.accept().await.unwrap();
        (gate.pass(stream), client.unwrap())
    }

    #[tokio::test]
    async fn so_many_and_no_more() {
        let metrics = Arc::new(ServiceMetrics::new());
        let gate = ConnectionGate::new(1, Duration::from_mins(1), Arc::clone(&metrics));
        let (first, client) = pair(&gate).await;
        gate.recognise(client.local_addr().unwrap());
        let (second, mut refused) = pair(&gate).await;
        assert!(first.is_ok() && second.is_err());
        assert_eq!(
            (metrics.connections.get(), metrics.connections_refused.get()),
            (1, 1)
        );
        assert_eq!(refused.read(&mut [0; 1]).await.unwrap_or_default(), 0);
        drop(first);
        assert!(pair(&gate).await.0.is_ok());
        assert_eq!(metrics.connections.get(), 0);
    }

    #[tokio::test]
    async fn who_shows_no_key_makes_room() {
        let metrics = Arc::new(ServiceMetrics::new());
        let gate = ConnectionGate::new(2, Duration::from_mins(1), Arc::clone(&metrics));
        let (known, client) = pair(&gate).await;
        gate.recognise(client.local_addr().unwrap());
        let (idle, _idle) = pair(&gate).await;
        let (new, _new) = pair(&gate).await;
        let error = idle.unwrap().read(&mut [0; 1]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionAborted);
        assert!(known.is_ok() && new.is_ok());
        assert_eq!(metrics.connections.get(), 2);
    }

    #[tokio::test]
    async fn who_takes_nothing_is_let_go() {
        let gate = ConnectionGate::new(
            1,
            Duration::from_millis(100),
            Arc::new(ServiceMetrics::new()),
        );
        let (connection, _client) = pair(&gate).await;
        let flood = [0; 1 << 10].repeat(64 << 10);
        let error = connection.unwrap().write_all(&flood).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}
