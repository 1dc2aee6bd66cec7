//! Diagnostics for clients that don't ask for them.
//!
//! One task publishes, so versions never go backwards. A version that is no longer the document's when its diagnostics are
//! there is left out: the newer one is already on its way.

use std::{collections::HashMap, sync::Arc};

use serde_json::json;

use super::diagnostics::{self, Written};
use crate::lsp::session::{document::Document, server::Server};

const PUBLISH: &str = "textDocument/publishDiagnostics";

/// What the client shows for a document.
struct Published {
    /// The client's name for it.
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

/// What is published from now on, if anything was sent. Where nothing is to be said, what was said before is taken back.
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
    // The client's own name for the document: clients compare it as text.
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
