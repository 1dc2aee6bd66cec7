//! Diagnostics for clients that don't ask for them.
//!
//! One task publishes, so versions never go backwards. A version that is no longer the document's when its diagnostics are
//! there is left out: the newer one is already on its way.

use std::{collections::HashMap, sync::Arc};

use serde_json::json;

use super::diagnostics;
use crate::lsp::{
    session::{document::Document, server::Server},
    wire::client::Publish,
};

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
                        clear(&server, &published).await;
                    }
                }
            }
        }
    }
}

async fn clear(server: &Server, published: &Published) {
    let nothing = json!({"uri": published.uri, "diagnostics": []});
    server.client.send_notification::<Publish>(nothing).await;
}

/// What is published from now on, if anything was sent. Where nothing is to be said, what was said before is taken back.
async fn publish(
    server: &Server,
    document: &Arc<Document>,
    before: Option<&Published>,
) -> Option<Published> {
    let analysed = server.analyse(document, |analysed, profile| {
        (diagnostics::of(analysed, profile), analysed.copies.clone())
    });
    let items = match analysed.await {
        Ok(Some((items, copies))) => {
            if let Some(copies) = copies {
                server.session.twins.tell(&document.key, copies);
            }
            items
        }
        Ok(None) if before.is_some() => Vec::new(),
        _ => return None,
    };
    let current = server.session.documents.snapshot();
    let is_current = current
        .get(&document.key)
        .is_some_and(|current| Arc::ptr_eq(current, document));
    let result = diagnostics::result_id(&items);
    let is_published =
        before.is_some_and(|before| before.version == document.version && before.result == result);
    if !is_current || is_published {
        return None;
    }
    let params = json!({
        "uri": document.uri, "version": document.version, "diagnostics": items,
    });
    server.client.send_notification::<Publish>(params).await;
    Some(Published {
        uri: document.uri.clone(),
        version: document.version,
        result,
    })
}
