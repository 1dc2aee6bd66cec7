//! Pushes diagnostics to clients that don't pull them.
//!
//! A single task publishes, so versions never go backwards. If a document changes before its diagnostics are ready, they are
//! dropped, because the newer version is already queued.

use std::{collections::HashMap, sync::Arc};

use serde_json::json;

use super::diagnostics::{self, Written};
use crate::lsp::session::{document::Document, server::Server};

const PUBLISH: &str = "textDocument/publishDiagnostics";

/// The diagnostics that the client shows for a document.
struct Published {
    /// The client's spelling.
    uri: String,
    version: i32,
    result: String,
}

/// Publishes until the process ends.
pub(crate) async fn run(server: Arc<Server>) {
    let mut published: HashMap<String, Published> = HashMap::new();
    loop {
        for key in server.publish_queue.take().await {
            let document = server.session.documents.snapshot().get(&key).cloned();
            match document {
                Some(document) => {
                    let now = publish(&server, &document, published.get(&key)).await;
                    published.extend(now.map(|now| (key, now)));
                }
                None => {
                    if let Some(published) = published.remove(&key) {
                        clear(&server, &published);
                    }
                }
            }
        }
    }
}

fn clear(server: &Server, published: &Published) {
    let nothing = json!({"uri": published.uri, "diagnostics": []});
    server
        .output
        .notify(PUBLISH, nothing.to_string().as_bytes());
}

/// Publishes a document's diagnostics and returns them if they were sent. An empty list clears earlier diagnostics.
async fn publish(
    server: &Server,
    document: &Arc<Document>,
    before: Option<&Published>,
) -> Option<Published> {
    let analysed = server.analyse(document, |analysed, profile| {
        let written = diagnostics::written(analysed, profile);
        (written, analysed.copies.clone())
    });
    let written = match analysed.await {
        Ok(Some((written, copies))) => {
            if let Some(copies) = copies {
                server.session.twins.tell(&document.key, copies);
            }
            written
        }
        Ok(None) if before.is_some() => Written::nothing(),
        _ => return None,
    };
    let current = server.session.documents.snapshot();
    let is_current = current
        .get(&document.key)
        .is_some_and(|current| Arc::ptr_eq(current, document));
    let is_published = before
        .is_some_and(|before| before.version == document.version && before.result == written.id);
    if !is_current || is_published {
        return None;
    }
    // The client's spelling, because clients compare URIs as strings.
    let head = json!({"uri": document.uri, "version": document.version}).to_string();
    let head = format!(r#"{},"diagnostics":"#, head.trim_end_matches('}'));
    let params = written.between(head.as_bytes(), b"}");
    server.output.notify(PUBLISH, &params);
    Some(Published {
        uri: document.uri.clone(),
        version: document.version,
        result: written.id,
    })
}
