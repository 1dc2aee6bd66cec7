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

/// What the client shows for a document.
struct Shown {
    /// The client's name for it.
    uri: String,
    version: i32,
    result: String,
}

/// Publishes until the process ends.
pub(super) async fn run(desk: Arc<Desk>) {
    let mut shown: HashMap<String, Shown> = HashMap::new();
    loop {
        desk.publisher.wake.notified().await;
        for key in desk.publisher.take() {
            let document = desk.session.documents.snapshot().get(&key).cloned();
            match document {
                Some(document) => {
                    let now = publish(&desk, &document, shown.get(&key)).await;
                    shown.extend(now.map(|now| (key, now)));
                }
                None => {
                    if let Some(shown) = shown.remove(&key) {
                        take_back(&desk, &shown).await;
                    }
                }
            }
        }
    }
}

async fn take_back(desk: &Desk, shown: &Shown) {
    let nothing = json!({"uri": shown.uri, "diagnostics": []});
    desk.client.send_notification::<Publish>(nothing).await;
}

/// What is shown from now on, if anything was sent. Where nothing is to be said, what was said before is taken back.
async fn publish(desk: &Desk, document: &Arc<Document>, before: Option<&Shown>) -> Option<Shown> {
    let items = match desk.look_at(document, diagnostics::of).await {
        Ok(Some(items)) => items,
        Ok(None) if before.is_some() => Vec::new(),
        _ => return None,
    };
    let current = desk.session.documents.snapshot();
    let is_current = current
        .get(&document.key)
        .is_some_and(|current| Arc::ptr_eq(current, document));
    let result = diagnostics::result_id(&items);
    let is_shown =
        before.is_some_and(|before| before.version == document.version && before.result == result);
    if !is_current || is_shown {
        return None;
    }
    let params = json!({
        "uri": document.uri, "version": document.version, "diagnostics": items,
    });
    desk.client.send_notification::<Publish>(params).await;
    Some(Shown {
        uri: document.uri.clone(),
        version: document.version,
        result,
    })
}
