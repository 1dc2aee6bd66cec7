//! Shared by all handlers and tasks: the client, the session and the engine.

use std::{path::Path, sync::Arc};

use lsp_types::{
    MessageType,
    request::{CodeLensRefresh, WorkspaceDiagnosticRefresh},
};
use tower_lsp::{Client, jsonrpc::Result};

use super::{
    analysed::Analysed,
    closed::ClosedFiles,
    document::{Document, Surroundings},
    output::Output,
    request::RequestContext,
    state::Session,
    status::Status,
    tasks::{LatestRun, PublishQueue},
};
use crate::{
    analysis::{Copies, Engine, OpenFile, wants_duplicates},
    config::CacheOptions,
    lsp::wire::{
        client::ask,
        errors::failed,
        profile::{DiagnosticsModel, Feature, Profile},
        progress::ProgressTokens,
    },
    workspace,
};

pub(crate) struct Server {
    pub(crate) client: Client,
    pub(crate) output: Output,
    pub(crate) session: Arc<Session>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) publish_queue: PublishQueue,
    pub(crate) background: LatestRun,
    pub(crate) closed: ClosedFiles,
    pub(crate) progress: ProgressTokens,
    pub(crate) status: Arc<Status>,
    /// Options with which the engine's store was opened.
    pub(crate) cache: CacheOptions,
}

/// Returns the document's duplicates in other files, if enabled.
fn copies(
    session: &Session,
    document: &Arc<Document>,
    surroundings: &Surroundings,
    file: &Arc<OpenFile>,
) -> Option<Arc<Vec<Copies>>> {
    if !wants_duplicates(&surroundings.rules) {
        return None;
    }
    let is_current = || {
        let snapshot = session.documents.snapshot();
        let current = snapshot.get(&document.key);
        current.is_some_and(|current| Arc::ptr_eq(current, document))
    };
    let named = || {
        session
            .folders
            .named(&document.key, &document.uri, document.path())
    };
    session
        .twins
        .look_at(named, &document.key, file, &is_current)
}

impl Server {
    /// Analyses a document in the version of the call. `None` if it doesn't exist or isn't served.
    pub(crate) async fn analyse_as_requested<T: Send + 'static>(
        &self,
        context: &RequestContext,
        key: &str,
        work: impl FnOnce(&Analysed, &Profile) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(document) = context.snapshot.get(key) else {
            return Ok(None);
        };
        let cancel = context.cancel.clone();
        self.analyse(document, move |analysed, profile| {
            (!cancel.is_cancelled()).then(|| work(analysed, profile))
        })
        .await
        .map(Option::flatten)
    }

    /// Analyses a version of a document on the engine's threads.
    pub(crate) async fn analyse<T: Send + 'static>(
        &self,
        document: &Arc<Document>,
        work: impl FnOnce(&Analysed, &Profile) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(surroundings) = document.surroundings().await else {
            return Ok(None);
        };
        let (document, session) = (Arc::clone(document), Arc::clone(&self.session));
        let work = move || {
            let analysed = Analysed::with_copies(&document, &surroundings, |file| {
                copies(&session, &document, &surroundings, file)
            })?;
            Some(work(&analysed, session.profile()))
        };
        self.engine.run(work).await.map_err(|error| {
            tracing::error!("{error}");
            failed(error.to_string())
        })
    }

    /// Makes a document available for comparison with others right after it was opened.
    pub(crate) async fn put_among_twins(&self, document: &Arc<Document>) {
        let surroundings = document.surroundings().await;
        if surroundings.is_some_and(|it| it.is_served && wants_duplicates(&it.rules)) {
            // An error will recur on the next request, and be reported then.
            let _ = self.analyse(document, |_, _| ()).await;
        }
    }

    /// Reads a document's surroundings, so that it can be analysed. The report for the same source text is loaded from the
    /// cache, or stored there.
    pub(crate) async fn load_surroundings(&self, document: &Arc<Document>) {
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
        self.report_problems().await;
        if !is_known {
            self.keep(document).await;
        }
        self.status.send().await;
    }

    /// Reads the surroundings of all open documents again, and updates their diagnostics.
    pub(crate) async fn reload_all(&self) {
        self.session.twins.rested.send_modify(|times| *times += 1);
        let snapshot = self.session.documents.snapshot();
        for document in snapshot.all() {
            self.load_surroundings(document).await;
            self.publish(document.key.clone());
        }
        self.refresh();
    }

    /// Queues the document's diagnostics for publishing, if this session pushes.
    pub(crate) fn publish(&self, key: String) {
        if self.session.profile().diagnostics == DiagnosticsModel::Push {
            self.publish_queue.add(key);
        }
    }

    /// Caches the report of a document that was just saved. While typing, unchanged units keep their measures even if names in
    /// the file have changed; the cached report is measured as a whole.
    pub(crate) async fn keep_saved(&self, document: &Arc<Document>) {
        let (Some(path), Some(file)) = (document.path(), document.file()) else {
            return;
        };
        let surroundings = document.surroundings().await;
        if !surroundings.is_some_and(|it| it.is_served) {
            return;
        }
        let (path, saved) = (path.to_path_buf(), Arc::clone(&file));
        let is_on_disk = move || workspace::read(&path).is_ok_and(|text| text == *saved.text());
        if !tokio::task::spawn_blocking(is_on_disk)
            .await
            .unwrap_or_default()
        {
            return;
        }
        let measured = self.engine.run_behind(move || {
            let file = OpenFile::new(Arc::clone(file.text()), file.context());
            file.report();
            file
        });
        match measured.await {
            Ok(file) => self.engine.keep(&file),
            Err(error) => tracing::error!("{error}"),
        }
    }

    async fn keep(&self, document: &Arc<Document>) {
        let file = self.analyse(document, |analysed, _| {
            analysed.file.report();
            Arc::clone(&analysed.file)
        });
        if let Ok(Some(file)) = file.await {
            self.engine.keep(&file);
        }
    }

    /// Reports each problem in options once.
    pub(crate) async fn report_problems(&self) {
        for problem in self.session.folders.take_problems() {
            let message = format!("RustAssistant: {problem}");
            self.client
                .show_message(MessageType::WARNING, message)
                .await;
        }
    }

    /// Updates the diagnostics of the documents with these keys.
    pub(crate) fn look_again(&self, keys: Vec<String>) {
        if self.session.profile().diagnostics == DiagnosticsModel::Pull {
            self.refresh();
            return;
        }
        for key in keys {
            self.publish(key);
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
