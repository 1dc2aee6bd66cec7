//! Diagnostics for clients that don't ask for them.
//!
//! One task publishes, so versions never go backwards. A version that is no longer the document's when its diagnostics are
//! there is left out: the newer one is already on its way.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::json;
use tokio::sync::Notify;

use super::{client::Publish, desk::Desk, diagnostics, document::Document};

#[derive(Debug, Default)]
pub(super) struct Publisher {
    /// Keys of documents that changed.
    marked: Mutex<BTreeSet<String>>,
    wake: Notify,
}

impl Publisher {
    /// The document of this key was opened, changed or closed.
    pub(super) fn mark(&self, key: String) {
        self.lock().insert(key);
        self.wake.notify_one();
    }

    fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Publishes until the process ends.
pub(super) async fn run(desk: Arc<Desk>) {
    // What clients call the documents that they show something for.
    let mut shown: HashMap<String, String> = HashMap::new();
    loop {
        desk.publisher.wake.notified().await;
        for key in desk.publisher.take() {
            let document = desk.session.documents.snapshot().get(&key).cloned();
            match document {
                Some(document) => {
                    if publish(&desk, &document, shown.contains_key(&key)).await {
                        shown.insert(key, document.uri.clone());
                    }
                }
                None => {
                    if let Some(uri) = shown.remove(&key) {
                        let empty = json!({"uri": uri, "diagnostics": []});
                        desk.client.send_notification::<Publish>(empty).await;
                    }
                }
            }
        }
    }
}

/// Whether anything was sent. Where nothing is to be said, what was said before is taken back.
async fn publish(desk: &Desk, document: &Arc<Document>, was_shown: bool) -> bool {
    let items = match desk.look_at(document, diagnostics::of).await {
        Ok(Some(items)) => items,
        Ok(None) if was_shown => Vec::new(),
        _ => return false,
    };
    let current = desk.session.documents.snapshot();
    let is_current = current
        .get(&document.key)
        .is_some_and(|current| Arc::ptr_eq(current, document));
    if !is_current {
        return false;
    }
    let params = json!({
        "uri": document.uri, "version": document.version, "diagnostics": items,
    });
    desk.client.send_notification::<Publish>(params).await;
    true
}
