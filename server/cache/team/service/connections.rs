//! Connections: how many there may be, and how long one may take nothing of what it is sent.
//!
//! How long a client may take to send is bounded elsewhere: the head of a request by the server, its body where it is
//! read.

use std::future::{Ready, ready};
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Sleep;

use super::metrics::ServiceMetrics;

/// Takes connections while there are fewer than so many, and closes the others at once: who waits in vain for a cache is
/// worse off than who does without.
#[derive(Clone)]
pub(super) struct ConnectionGate {
    free: Arc<Semaphore>,
    patience: Duration,
    metrics: Arc<ServiceMetrics>,
}

impl ConnectionGate {
    pub(super) fn new(
        connections: usize,
        patience: Duration,
        metrics: Arc<ServiceMetrics>,
    ) -> ConnectionGate {
        ConnectionGate {
            free: Arc::new(Semaphore::new(connections.min(Semaphore::MAX_PERMITS))),
            patience,
            metrics,
        }
    }

    fn pass(&self, stream: TcpStream) -> io::Result<Connection> {
        let Ok(permit) = Arc::clone(&self.free).try_acquire_owned() else {
            self.metrics.connections_refused.inc();
            return Err(io::Error::new(
                ErrorKind::QuotaExceeded,
                "too many connections",
            ));
        };
        stream.set_nodelay(true)?;
        self.metrics.connections.inc();
        Ok(Connection {
            stream,
            patience: self.patience,
            stuck: None,
            metrics: Arc::clone(&self.metrics),
            _permit: permit,
        })
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
    patience: Duration,
    /// Ends when the other side has taken nothing for too long; absent while it takes what it is sent.
    stuck: Option<Pin<Box<Sleep>>>,
    metrics: Arc<ServiceMetrics>,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.metrics.connections.dec();
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
        let patience = self.patience;
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
        let (first, _client) = pair(&gate).await;
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
