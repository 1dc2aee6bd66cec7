//! The methods of the protocol, each handed to the part that serves it.

use std::{
    future::{Ready, ready},
    sync::Arc,
};

use lsp_types::{
    CodeAction, CodeActionParams, CodeActionResponse, CodeLens, CodeLensParams,
    DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    DidChangeWorkspaceFoldersParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, DocumentDiagnosticParams, DocumentDiagnosticReportResult,
    ExecuteCommandParams, Hover, HoverParams, InitializeParams, InitializeResult,
    InitializedParams, Url, WorkDoneProgressCancelParams,
};
use serde_json::Value;
use tokio::sync::mpsc::UnboundedSender;
use tower_lsp::{LanguageServer, jsonrpc::Result};

use super::{
    actions::{self, Question},
    capabilities, commands,
    convert::Places,
    desk::Desk,
    diagnostics,
    document::Document,
    hover, lenses, parent, publisher, pull, request,
    resolve::{self, Note},
    setup,
    transport::End,
    uri,
};

pub(super) struct Backend {
    desk: Arc<Desk>,
    ends: UnboundedSender<End>,
}

/// Ends the session when the process is gone.
pub(super) fn end_with_process(process: u32, ends: UnboundedSender<End>) {
    tokio::spawn(async move {
        parent::gone(process).await;
        // Where nobody hears it, the session has ended.
        let _ = ends.send(End::ParentGone);
    });
}

impl Backend {
    pub(super) fn new(desk: Arc<Desk>, ends: UnboundedSender<End>) -> Self {
        tokio::spawn(publisher::run(Arc::clone(&desk)));
        Self { desk, ends }
    }

    /// `window/workDoneProgress/cancel`, which the trait leaves out.
    pub(super) fn cancel_progress(&self, params: WorkDoneProgressCancelParams) -> Ready<()> {
        let WorkDoneProgressCancelParams { token } = params;
        self.desk.works.cancel(&token);
        ready(())
    }

    fn document(uri: &Url) -> Option<Arc<Document>> {
        request::current().snapshot.get(&uri::key(uri)).cloned()
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        let profile = self.desk.session.profile();
        if let Some(process) = profile.process_id {
            end_with_process(process, self.ends.clone());
        }
        Ok(capabilities::answer(profile))
    }

    async fn initialized(&self, _: InitializedParams) {
        setup::start(&self.desk).await;
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        if let Some(document) = Self::document(&params.text_document.uri) {
            self.desk.publish(document.key.clone());
            self.desk.settle(&document).await;
        }
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        if let Some(document) = Self::document(&params.text_document.uri) {
            self.desk.publish(document.key.clone());
        }
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        if let Some(document) = Self::document(&params.text_document.uri) {
            self.desk.keep_saved(&document).await;
        }
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.desk.publish(uri::key(&params.text_document.uri));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        setup::take_settings(&self.desk, params.settings).await;
    }

    async fn did_change_workspace_folders(&self, _: DidChangeWorkspaceFoldersParams) {
        setup::folders_changed(&self.desk).await;
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        setup::files_changed(&self.desk, &params.changes).await;
    }

    async fn diagnostic(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        let key = uri::key(&params.text_document.uri);
        let previous = params.previous_result_id;
        let context = request::current();
        let answer = self.desk.look(&context, &key, move |analysed, profile| {
            pull::answer(diagnostics::of(analysed, profile), previous.as_deref())
        });
        let nothing = || pull::answer(Vec::new(), None);
        Ok(answer.await?.unwrap_or_else(nothing))
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let Some(support) = self.desk.session.profile().actions else {
            return Ok(None);
        };
        let key = uri::key(&params.text_document.uri);
        let context = request::current();
        let cancel = context.cancel.clone();
        let actions = self.desk.look(&context, &key, move |analysed, profile| {
            let question = Question {
                goes_on: &|| !cancel.is_cancelled(),
                range: Places::new(&analysed.file, profile).text_range(params.range),
                context: &params.context,
                support,
                profile,
            };
            actions::at(analysed, &question)
        });
        actions.await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        let note = Note::read(&action).ok_or_else(resolve::modified)?;
        let key = uri::name(&note.uri).ok_or_else(resolve::modified)?.key;
        let context = request::current();
        let cancel = context.cancel.clone();
        let resolved = self.desk.look(&context, &key, move |analysed, profile| {
            let goes_on = || !cancel.is_cancelled();
            resolve::resolve(analysed, &note, action, profile, &goes_on)
        });
        resolved.await?.unwrap_or_else(|| Err(resolve::modified()))
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let Some(markup) = self.desk.session.profile().hover else {
            return Ok(None);
        };
        let place = params.text_document_position_params;
        let key = uri::key(&place.text_document.uri);
        let context = request::current();
        let hover = self.desk.look(&context, &key, move |analysed, profile| {
            let at = Places::new(&analysed.file, profile).offset(place.position);
            hover::at(analysed, at, markup, profile)
        });
        hover.await.map(Option::flatten)
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        let key = uri::key(&params.text_document.uri);
        let context = request::current();
        let lenses = self.desk.look(&context, &key, lenses::of);
        lenses.await
    }

    async fn code_lens_resolve(&self, lens: CodeLens) -> Result<CodeLens> {
        lenses::resolve(lens).ok_or_else(resolve::modified)
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        let cancel = request::current().cancel;
        commands::execute(&self.desk, params, cancel).await
    }
}
