//! Documents that are open in the editor.
//!
//! Only the transport changes them, in the order of notifications. Everything else reads an immutable [`Snapshot`]. Nothing
//! here parses, reads files or blocks.

use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, RwLock},
};

use serde::Deserialize;
use serde_json::Value;

use super::document::{ContentChange, Document, Opening};
use crate::{
    lsp::{
        locks::{read, write},
        wire::uri,
    },
    text::Encoding,
};

#[derive(Debug, Default)]
pub(crate) struct Documents {
    current: RwLock<Arc<Snapshot>>,
}

/// All open documents at one point in time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot {
    documents: HashMap<String, Arc<Document>>,
}

impl Snapshot {
    /// Looks up a document; `key` is that of [`uri::DocumentName`].
    pub(crate) fn get(&self, key: &str) -> Option<&Arc<Document>> {
        self.documents.get(key)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Document>> {
        self.documents.values()
    }
}

impl Documents {
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&read(&self.current))
    }

    /// Handles `textDocument/didOpen`. Ignores documents of other languages and schemes.
    pub(crate) fn open(&self, params: Value) {
        let Ok(params) = serde_json::from_value::<DidOpen>(params) else {
            tracing::warn!("a document's open notification can't be read");
            return;
        };
        let opened = params.text_document;
        let Some(name) = uri::name(&opened.uri) else {
            return;
        };
        let extension = Path::new(&name.key).extension();
        if opened.language_id != "rust" && extension.is_none_or(|extension| extension != "rs") {
            return;
        }
        let opening = Opening {
            name,
            uri: opened.uri,
            version: opened.version,
            text: opened.text,
        };
        self.put(Document::open(opening));
    }

    /// Handles `textDocument/didChange`: applies all changes in sequence.
    pub(crate) fn change(&self, params: Value, encoding: Encoding) {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        let Some(document) = uri.and_then(|uri| self.find(uri)) else {
            return;
        };
        let Ok(params) = serde_json::from_value::<DidChange>(params) else {
            self.put(document.desynced());
            return;
        };
        let version = params.text_document.version.unwrap_or(document.version);
        if version < document.version {
            tracing::warn!(
                uri = document.uri,
                "a change of an older version is ignored"
            );
            return;
        }
        self.put(document.changed(version, params.content_changes, encoding));
    }

    /// Handles `textDocument/didClose`.
    pub(crate) fn close(&self, params: &Value) {
        let uri = params.pointer("/textDocument/uri").and_then(Value::as_str);
        let Some(name) = uri.and_then(uri::name) else {
            return;
        };
        self.update(|documents| {
            documents.remove(&name.key);
        });
    }

    fn find(&self, uri: &str) -> Option<Arc<Document>> {
        let name = uri::name(uri)?;
        self.snapshot().get(&name.key).cloned()
    }

    fn put(&self, document: Document) {
        let document = Arc::new(document);
        self.update(|documents| {
            documents.insert(document.key.clone(), document);
        });
    }

    fn update(&self, change: impl FnOnce(&mut HashMap<String, Arc<Document>>)) {
        let mut current = write(&self.current);
        change(&mut Arc::make_mut(&mut current).documents);
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DidOpen {
    text_document: OpenedDocument,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OpenedDocument {
    uri: String,
    #[serde(default)]
    language_id: String,
    #[serde(default)]
    version: i32,
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DidChange {
    text_document: ChangedDocument,
    content_changes: Vec<ContentChange>,
}

#[derive(Deserialize)]
struct ChangedDocument {
    version: Option<i32>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const URI: &str = "file:///w/a.rs";

    fn open(text: &str) -> Documents {
        let documents = Documents::default();
        documents.open(json!({"textDocument": {
            "uri": URI, "languageId": "rust", "version": 1, "text": text,
        }}));
        documents
    }

    fn change(documents: &Documents, version: i32, changes: &Value) {
        let params = json!({
            "textDocument": {"uri": URI, "version": version}, "contentChanges": changes,
        });
        documents.change(params, Encoding::Utf16);
    }

    fn edit(start: (u32, u32), end: (u32, u32), text: &str) -> Value {
        let position = |(line, character)| json!({"line": line, "character": character});
        json!({"range": {"start": position(start), "end": position(end)}, "text": text})
    }

    fn text(documents: &Documents) -> Option<String> {
        let snapshot = documents.snapshot();
        let file = snapshot.get(URI)?.file()?;
        Some(file.text().to_string())
    }

    #[test]
    fn changes_of_one_notification_follow_each_other() {
        let documents = open("ab\n");
        let changes = json!([edit((0, 1), (0, 1), "🦀"), edit((0, 3), (0, 4), "c")]);
        change(&documents, 2, &changes);
        assert_eq!(text(&documents).as_deref(), Some("a🦀c\n"));
    }

    #[test]
    fn a_snapshot_stays_as_it_is() {
        let documents = open("a");
        let before = documents.snapshot();
        change(&documents, 2, &json!([{"text": "b"}]));
        let text_before = before.get(URI).unwrap().file().unwrap().text().clone();
        assert_eq!(&*text_before, "a");
        assert_eq!(text(&documents).as_deref(), Some("b"));
    }

    #[test]
    fn older_versions_change_nothing() {
        let documents = open("a");
        change(&documents, 5, &json!([{"text": "b"}]));
        change(&documents, 4, &json!([{"text": "c"}]));
        assert_eq!(text(&documents).as_deref(), Some("b"));
        assert_eq!(documents.snapshot().get(URI).unwrap().version, 5);
    }

    #[test]
    fn an_edit_outside_the_text_silences_the_document_until_its_text_is_known_again() {
        let outside = [
            json!([edit((7, 0), (7, 1), "x")]),
            json!([edit((0, 2), (0, 1), "x")]),
            json!([{"range": {"start": {"line": -1, "character": 0}}, "text": "x"}]),
            json!("no list"),
        ];
        for changes in outside {
            let documents = open("abc\n");
            change(&documents, 2, &changes);
            assert_eq!(text(&documents), None, "{changes}");
            change(&documents, 3, &json!([edit((0, 0), (0, 0), "x")]));
            assert_eq!(text(&documents), None);
            change(&documents, 4, &json!([{"text": "new"}]));
            assert_eq!(text(&documents).as_deref(), Some("new"));
        }
    }

    #[test]
    fn the_line_after_the_last_is_the_end() {
        let documents = open("a\nb");
        change(&documents, 2, &json!([edit((1, 0), (2, 0), "")]));
        assert_eq!(text(&documents).as_deref(), Some("a\n"));
    }

    #[test]
    fn documents_of_others_are_not_kept() {
        let documents = Documents::default();
        for (uri, language) in [("git:/a.rs", "rust"), ("file:///Cargo.toml", "toml")] {
            documents.open(json!({"textDocument": {
                "uri": uri, "languageId": language, "version": 1, "text": "",
            }}));
        }
        assert_eq!(documents.snapshot().all().count(), 0);
    }

    #[test]
    fn a_closed_document_is_gone() {
        let documents = open("a");
        documents.close(&json!({"textDocument": {"uri": URI}}));
        assert_eq!(text(&documents), None);
    }
}
