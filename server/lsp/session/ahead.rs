//! Precomputed results, valid until anything changes.
//!
//! A source text is only valid for the documents that were open when rustc ran, and is dropped when any of them changes.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};
use tokio_util::sync::CancellationToken;

use super::{document::Document, documents::Snapshot};
use crate::{lsp::locks::lock, text::TextRange};

#[derive(Debug, Default)]
pub(crate) struct Ahead {
    rest: Mutex<Option<Rest>>,
    /// Held while rustc runs.
    asking: Arc<Turn<()>>,
}

/// The location of a resting cursor.
#[derive(Debug)]
struct Rest {
    place: (Arc<Document>, TextRange),
    snapshot: Arc<Snapshot>,
    cancel: CancellationToken,
    /// New source texts of documents, by the arguments of their commands.
    texts: HashMap<String, Arc<str>>,
}

impl Ahead {
    /// Records that the cursor rests at a location; `None` if that is already known.
    pub(crate) fn rest(
        &self,
        place: (&Arc<Document>, TextRange),
        snapshot: &Arc<Snapshot>,
    ) -> Option<CancellationToken> {
        let mut rest = lock(&self.rest);
        let is_same = |it: &Rest| {
            Arc::ptr_eq(&it.place.0, place.0)
                && it.place.1 == place.1
                && Arc::ptr_eq(&it.snapshot, snapshot)
        };
        if rest.as_ref().is_some_and(is_same) {
            return None;
        }
        let cancel = CancellationToken::new();
        let next = Rest {
            place: (Arc::clone(place.0), place.1),
            snapshot: Arc::clone(snapshot),
            cancel: cancel.clone(),
            texts: HashMap::new(),
        };
        if let Some(last) = rest.replace(next) {
            last.cancel.cancel();
        }
        Some(cancel)
    }

    /// Cancels the computation and drops all results, because something has changed.
    pub(crate) fn disturb(&self) {
        if let Some(rest) = lock(&self.rest).take() {
            rest.cancel.cancel();
        }
    }

    /// Cancels the computation but keeps the results, because the user needs rustc. Waits until rustc is available.
    pub(crate) async fn give_way(&self) {
        if let Some(rest) = lock(&self.rest).as_ref() {
            rest.cancel.cancel();
        }
        let _free = self.asking.lock().await;
    }

    /// Acquires the right to run rustc for precomputation, until dropped.
    pub(crate) async fn asking(&self) -> OwnedMutexGuard<()> {
        Arc::clone(&self.asking).lock_owned().await
    }

    pub(crate) fn keep(&self, cancel: &CancellationToken, key: String, text: Arc<str>) {
        let mut rest = lock(&self.rest);
        if let Some(rest) = rest.as_mut().filter(|_| !cancel.is_cancelled()) {
            rest.texts.insert(key, text);
        }
    }

    /// Whether there are results for these documents.
    pub(crate) fn knows(&self, snapshot: &Arc<Snapshot>) -> bool {
        let rest = lock(&self.rest);
        let is_current = |it: &Rest| Arc::ptr_eq(&it.snapshot, snapshot);
        rest.as_ref()
            .is_some_and(|it| is_current(it) && !it.texts.is_empty())
    }

    /// Returns the new source text that a command's work computed for these documents.
    pub(crate) fn text(&self, snapshot: &Arc<Snapshot>, key: &str) -> Option<Arc<str>> {
        let rest = lock(&self.rest);
        let rest = rest
            .as_ref()
            .filter(|it| Arc::ptr_eq(&it.snapshot, snapshot))?;
        rest.texts.get(key).cloned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{lsp::session::documents::Documents, text::Encoding};

    const URI: &str = "file:///w/a.rs";

    fn documents() -> Documents {
        let documents = Documents::default();
        documents.open(json!({"textDocument": {
            "uri": URI, "languageId": "rust", "version": 1, "text": "fn f() {}\n",
        }}));
        documents
    }

    #[test]
    fn what_is_known_is_known_for_these_documents_alone() {
        let (documents, ahead) = (documents(), Ahead::default());
        let snapshot = documents.snapshot();
        let document = Arc::clone(snapshot.get(URI).unwrap());
        let at = TextRange::empty(1.into());
        let cancel = ahead.rest((&document, at), &snapshot).unwrap();
        assert!(ahead.rest((&document, at), &snapshot).is_none());
        ahead.keep(&cancel, "a".to_owned(), "x".into());
        assert_eq!(ahead.text(&snapshot, "a").as_deref(), Some("x"));
        assert_eq!(ahead.text(&snapshot, "b"), None);
        assert!(ahead.knows(&snapshot));
        let changes = json!([{"text": "fn g() {}\n"}]);
        documents.change(
            json!({"textDocument": {"uri": URI, "version": 2}, "contentChanges": changes}),
            Encoding::Utf16,
        );
        assert_eq!(ahead.text(&documents.snapshot(), "a"), None);
        ahead.disturb();
        assert!(cancel.is_cancelled());
        assert_eq!(ahead.text(&snapshot, "a"), None);
    }

    #[test]
    fn another_place_ends_what_is_done_for_the_one_before() {
        let (documents, ahead) = (documents(), Ahead::default());
        let snapshot = documents.snapshot();
        let document = Arc::clone(snapshot.get(URI).unwrap());
        let [one, other] = [1, 4].map(|at| TextRange::empty(at.into()));
        let first = ahead.rest((&document, one), &snapshot).unwrap();
        let second = ahead.rest((&document, other), &snapshot).unwrap();
        assert!(first.is_cancelled() && !second.is_cancelled());
        // A late result is dropped.
        ahead.keep(&first, "a".to_owned(), "x".into());
        assert_eq!(ahead.text(&snapshot, "a"), None);
    }
}
