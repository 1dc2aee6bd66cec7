//! Where documents meet the engine.

use std::{path::Path, sync::Arc};

use lsp_types::{
    MessageType,
    request::{CodeLensRefresh, WorkspaceDiagnosticRefresh},
};
use tower_lsp::{
    Client,
    jsonrpc::{Error, Result},
};

use super::{
    analysed::Analysed,
    background::Background,
    client::ask,
    document::Document,
    profile::{DiagnosticsModel, Feature, Profile},
    progress::Works,
    publisher::Publisher,
    request::RequestContext,
    session::Session,
    status::Status,
};
use crate::{analysis::Engine, config::CacheOptions, workspace};

pub(super) struct Desk {
    pub(super) client: Client,
    pub(super) session: Arc<Session>,
    pub(super) engine: Arc<Engine>,
    pub(super) publisher: Publisher,
    pub(super) background: Background,
    pub(super) works: Works,
    pub(super) status: Status,
    /// What the engine's store was opened with.
    pub(super) cache: CacheOptions,
}

impl Desk {
    /// Looks at a document as it was when the call arrived. Nothing if there is no such document, or nothing is said of it.
    pub(super) async fn look<T: Send + 'static>(
        &self,
        context: &RequestContext,
        key: &str,
        work: impl FnOnce(&Analysed, &Profile) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(document) = context.snapshot.get(key) else {
            return Ok(None);
        };
        let cancel = context.cancel.clone();
        self.look_at(document, move |analysed, profile| {
            (!cancel.is_cancelled()).then(|| work(analysed, profile))
        })
        .await
        .map(Option::flatten)
    }

    /// Looks at a version of a document.
    pub(super) async fn look_at<T: Send + 'static>(
        &self,
        document: &Arc<Document>,
        work: impl FnOnce(&Analysed, &Profile) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(surroundings) = document.surroundings().await else {
            return Ok(None);
        };
        let (document, session) = (Arc::clone(document), Arc::clone(&self.session));
        let look = move || {
            let analysed = Analysed::new(&document, &surroundings)?;
            Some(work(&analysed, session.profile()))
        };
        self.engine.run(look).await.map_err(|error| {
            tracing::error!("{error}");
            let mut refusal = Error::internal_error();
            refusal.message = error.to_string().into();
            refusal
        })
    }

    /// Reads what lies around a document, so that it can be looked at. What was worked out for the same text before is
    /// taken from the cache, and kept there otherwise.
    pub(super) async fn settle(&self, document: &Arc<Document>) {
        let path = document.path().map(Path::to_path_buf);
        let session = Arc::clone(&self.session);
        let read = move || {
            let surroundings = session.folders.surroundings(path.as_deref());
            let on_disk = path.and_then(|path| workspace::read(&path).ok());
            (surroundings, on_disk)
        };
        let Ok((surroundings, on_disk)) = tokio::task::spawn_blocking(read).await else {
            return;
        };
        let file = document.file_in(surroundings.context);
        let saved = file.filter(|file| on_disk.is_some_and(|text| text == *file.text()));
        let is_known = match &saved {
            Some(file) => self.engine.recall(file).await,
            None => true,
        };
        document.set_surroundings(surroundings);
        self.tell_problems().await;
        if !is_known {
            self.keep(document).await;
        }
        self.status.tell(self).await;
    }

    /// Reads again what lies around all open documents, and has them looked at again.
    pub(super) async fn settle_all(&self) {
        let snapshot = self.session.documents.snapshot();
        for document in snapshot.all() {
            self.settle(document).await;
            self.publish(document.key.clone());
        }
        self.refresh();
    }

    /// Has the document's diagnostics pushed, if this session pushes.
    pub(super) fn publish(&self, key: String) {
        if self.session.profile().diagnostics == DiagnosticsModel::Push {
            self.publisher.mark(key);
        }
    }

    /// Keeps what is worked out for a document that was just saved.
    pub(super) async fn keep_saved(&self, document: &Arc<Document>) {
        let (Some(path), Some(file)) = (document.path(), document.file()) else {
            return;
        };
        let path = path.to_path_buf();
        let is_on_disk = move || workspace::read(&path).is_ok_and(|text| text == *file.text());
        if let Ok(true) = tokio::task::spawn_blocking(is_on_disk).await {
            self.keep(document).await;
        }
    }

    async fn keep(&self, document: &Arc<Document>) {
        let file = self.look_at(document, |analysed, _| {
            analysed.file.report();
            Arc::clone(&analysed.file)
        });
        if let Ok(Some(file)) = file.await {
            self.engine.keep(&file);
        }
    }

    /// Each mistake in options once.
    pub(super) async fn tell_problems(&self) {
        for problem in self.session.folders.take_problems() {
            let message = format!("RustAssistant: {problem}");
            self.client
                .show_message(MessageType::WARNING, message)
                .await;
        }
    }

    fn refresh(&self) {
        let profile = self.session.profile();
        if profile.diagnostics == DiagnosticsModel::Pull {
            let client = self.client.clone();
            tokio::spawn(async move {
                ask::<WorkspaceDiagnosticRefresh>(&client, ()).await;
            });
        }
        if profile.has(Feature::CodeLensRefresh) {
            let client = self.client.clone();
            tokio::spawn(async move {
                ask::<CodeLensRefresh>(&client, ()).await;
            });
        }
    }
}
