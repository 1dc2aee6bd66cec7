//! Reads requests: their bodies, and the names in their addresses.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use futures::StreamExt;

use super::App;
use super::guard::Visit;
use super::refusal::Refusal;
use crate::{Key, Namespace};

/// Reserved for the address of queries, so it isn't a valid namespace.
const QUERY: &str = "query";

pub(super) fn namespace_of(text: &str) -> Result<Namespace, Refusal> {
    let namespace = text.parse().ok().filter(|_| text != QUERY);
    namespace.ok_or_else(|| {
        Refusal::wrong("a namespace is 1 to 64 of `a-z`, `0-9`, `.`, `_` and `-`, and not `query`")
    })
}

pub(super) fn key_of(text: &str) -> Result<Key, Refusal> {
    text.parse()
        .map_err(|_| Refusal::wrong("a key is 64 hexadecimal digits"))
}

impl App {
    /// Reads the body of a request, limited to `most` bytes and the body timeout.
    pub(super) async fn body(
        &self,
        visit: &Visit,
        request: Request,
        most: usize,
    ) -> Result<Vec<u8>, Refusal> {
        let said = content_length(request.headers());
        if said.is_some_and(|length| length > most) {
            return Err(Refusal::too_large());
        }
        let read = self.read(visit, request.into_body(), most);
        let body = tokio::time::timeout(self.body_time, read).await;
        let body = body.map_err(|_| Refusal::too_slow())??;
        visit.received(body.len());
        Ok(body)
    }

    /// Ignores the announced length: memory is only reserved for what has arrived.
    async fn read(&self, visit: &Visit, body: Body, most: usize) -> Result<Vec<u8>, Refusal> {
        let mut taken = self.rooms.none_yet(visit.key());
        let mut bytes = Vec::new();
        let mut pieces = body.into_data_stream();
        while let Some(piece) = pieces.next().await {
            let piece: Bytes = piece.map_err(|_| Refusal::wrong("the body ended too early"))?;
            let length = bytes.len() + piece.len();
            if length > most {
                return Err(Refusal::too_large());
            }
            taken.grow_to(length).await?;
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}

fn content_length(headers: &HeaderMap) -> Option<usize> {
    let length = headers.get(header::CONTENT_LENGTH)?;
    length.to_str().ok()?.parse().ok()
}
