//! Dispatches the protocol's methods to the features.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use lsp_types::{
    CodeAction, CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, DocumentDiagnosticParams, DocumentDiagnosticReportPartialResult,
    DocumentDiagnosticReportResult, ExecuteCommandParams, Hover, HoverParams, InitializeParams,
    InitializeResult, InitializedParams, Url, WorkDoneProgressCancelParams,
    WorkspaceDiagnosticParams, WorkspaceDiagnosticReport, WorkspaceDiagnosticReportResult,
};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tower_lsp::{LanguageServer, jsonrpc::Result};

use super::{
    features::{
        actions::{self, ActionRequest},
        ahead::{self, Resting},
        background, capabilities, commands,
        diagnostics::{self, Written},
        hover, lenses, lifecycle, pull, push,
        resolve::{self, ActionNote},
        workspace_pull,
    },
    session::{document::Document, request, server::Server, transport::End},
    wire::{errors, parent, positions::Positions, uri},
};

pub(super) struct Backend {
    server: Arc<Server>,
    ends: UnboundedSender<End>,
}

/// Ends the session when the process exits.
pub(super) fn end_with_process(process: u32, ends: UnboundedSender<End>) {
    tokio::spawn(async move {
        parent::gone(process).await;
        // Fails if the session has already ended.
        let _ = ends.send(End::ParentGone);
    });
}

impl Backend {
    pub(super) fn new(server: Arc<Server>, ends: UnboundedSender<End>) -> Self {
        tokio::spawn(push::run(Arc::clone(&server)));
        tokio::spawn(background::follow_twins(Arc::clone(&server)));
        Self { server, ends }
    }

    /// Handles `window/workDoneProgress/cancel`, which the trait lacks.
    pub(super) fn cancel_progress(&self, params: WorkDoneProgressCancelParams) -> Ready<()> {
        let WorkDoneProgressCancelParams { token } = params;
        self.server.progress.cancel(&token);
        ready(())
    }

    fn document(uri: &Url) -> Option<Arc<Document>> {
        request::current().snapshot.get(&uri::key(uri)).cloned()
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        let profile = self.server.session.profile();
        if let Some(process) = profile.process_id {
            end_with_process(process, self.ends.clone());
        }
        Ok(capabilities::answer(profile))
    }

    async fn initialized(&self, _: InitializedParams) {
        lifecycle::start(&self.server).await;
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.server.session.ahead.disturb();
        if let Some(document) = Self::document(&params.text_document.uri) {
            self.server.publish(document.key.clone());
            self.server.load_surroundings(&document).await;
            self.server.put_among_twins(&document).await;
        }
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.server.session.ahead.disturb();
        if let Some(document) = Self::document(&params.text_document.uri) {
            self.server.publish(document.key.clone());
        }
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        if let Some(document) = Self::document(&params.text_document.uri) {
            self.server.keep_saved(&document).await;
        }
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.server.session.ahead.disturb();
        let key = uri::key(&params.text_document.uri);
        let was_known = self.server.session.twins.close(&key);
        self.server.publish(key);
        if let (true, Ok(path)) = (was_known, params.text_document.uri.to_file_path()) {
            background::analyse_again(&self.server, vec![path]);
        }
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        self.server.session.ahead.disturb();
        lifecycle::take_settings(&self.server, params.settings).await;
    }

    async fn did_change_workspace_folders(&self, _: DidChangeWorkspaceFoldersParams) {
        self.server.session.ahead.disturb();
        lifecycle::folders_changed(&self.server).await;
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        lifecycle::files_changed(&self.server, &params.changes).await;
    }

    async fn diagnostic(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        let key = uri::key(&params.text_document.uri);
        let previous = params.previous_result_id;
        let context = request::current();
        let answer = self
            .server
            .analyse_as_requested(&context, &key, move |analysed, profile| {
                let written = diagnostics::written(analysed, profile);
                let answer = pull::answer(&written, previous.as_deref());
                (answer, analysed.copies.clone())
            });
        let nothing = || (pull::answer(&Written::nothing(), None), None);
        let (answer, copies) = answer.await?.unwrap_or_else(nothing);
        if let Some(copies) = copies {
            self.server.session.twins.tell(&key, copies);
        }
        // A context serves a single call, so nothing was written before.
        let _ = context.written.set(answer);
        Ok(DocumentDiagnosticReportResult::Partial(
            DocumentDiagnosticReportPartialResult::default(),
        ))
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        let items = workspace_pull::news(&self.server, params.previous_result_ids).await;
        Ok(WorkspaceDiagnosticReportResult::Report(
            WorkspaceDiagnosticReport { items },
        ))
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let Some(support) = self.server.session.profile().actions else {
            return Ok(None);
        };
        let key = uri::key(&params.text_document.uri);
        let context = request::current();
        let cancel = context.cancel.clone();
        let (session, snapshot) = (
            Arc::clone(&self.server.session),
            Arc::clone(&context.snapshot),
        );
        let found = self
            .server
            .analyse_as_requested(&context, &key, move |analysed, profile| {
                let request = ActionRequest {
                    goes_on: &|| !cancel.is_cancelled(),
                    range: Positions::new(&analysed.file, profile).text_range(params.range),
                    context: &params.context,
                    support,
                    profile,
                };
                let actions = actions::at(analysed, &request);
                let resting = ahead::is_wanted(analysed, request.range, profile);
                let resting = resting.then(|| Resting {
                    snapshot: Arc::clone(&snapshot),
                    document: Arc::clone(&analysed.document),
                    range: request.range,
                });
                let known = (analysed, &snapshot);
                (
                    ahead::filled(known, actions, &session.ahead, profile),
                    resting,
                )
            });
        let Some((actions, resting)) = found.await? else {
            return Ok(None);
        };
        if let Some(resting) = resting {
            ahead::rest(&self.server, resting, support);
        }
        Ok(Some(actions))
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        let is_whole = action.edit.is_some() && action.data.is_none();
        if is_whole || action.command.is_some() || action.disabled.is_some() {
            // The action is already complete.
            return Ok(action);
        }
        let note = ActionNote::read(&action).ok_or_else(errors::content_modified)?;
        let key = uri::name(&note.uri)
            .ok_or_else(errors::content_modified)?
            .key;
        let context = request::current();
        let cancel = context.cancel.clone();
        let resolved =
            self.server
                .analyse_as_requested(&context, &key, move |analysed, profile| {
                    let goes_on = || !cancel.is_cancelled();
                    resolve::resolve(analysed, &note, action, profile, &goes_on)
                });
        resolved
            .await?
            .unwrap_or_else(|| Err(errors::content_modified()))
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let Some(markup) = self.server.session.profile().hover else {
            return Ok(None);
        };
        let place = params.text_document_position_params;
        let key = uri::key(&place.text_document.uri);
        let context = request::current();
        let hover = self
            .server
            .analyse_as_requested(&context, &key, move |analysed, profile| {
                let at = Positions::new(&analysed.file, profile).offset(place.position);
                hover::at(analysed, at, markup, profile)
            });
        hover.await.map(Option::flatten)
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let key = uri::key(&params.text_document.uri);
        let context = request::current();
        let lenses = self.server.analyse_as_requested(&context, &key, lenses::of);
        lenses.await
    }

    async fn code_lens_resolve(&self, lens: CodeLens) -> Result<CodeLens> {
        lenses::resolve(lens).ok_or_else(errors::content_modified)
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        commands::execute(&self.server, params, request::current()).await
    }
}
