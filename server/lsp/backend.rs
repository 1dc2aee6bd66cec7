//! The methods of the protocol, each handed to the part that serves it.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;
use tower_lsp::{
    Client, LanguageServer,
    jsonrpc::Result,
    lsp_types::{
        DidChangeTextDocumentParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
        InitializeParams, InitializeResult, InitializedParams,
    },
};

use super::{capabilities, parent, session::Session, transport::End};

pub(super) struct Backend {
    client: Client,
    session: Arc<Session>,
    ends: UnboundedSender<End>,
}

/// Ends the session when the process is gone.
pub(super) fn end_with_process(process: u32, ends: UnboundedSender<End>) {
    tokio::spawn(async move {
        parent::gone(process).await;
        let _ = ends.send(End::ParentGone);
    });
}

impl Backend {
    pub(super) fn new(client: Client, session: Arc<Session>, ends: UnboundedSender<End>) -> Self {
        Self {
            client,
            session,
            ends,
        }
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, _: InitializeParams) -> Result<InitializeResult> {
        let profile = self.session.profile();
        if let Some(process) = profile.process_id {
            end_with_process(process, self.ends.clone());
        }
        Ok(capabilities::answer(profile))
    }

    async fn initialized(&self, _: InitializedParams) {}

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, _: DidOpenTextDocumentParams) {}

    async fn did_change(&self, _: DidChangeTextDocumentParams) {}

    async fn did_close(&self, _: DidCloseTextDocumentParams) {}
}
