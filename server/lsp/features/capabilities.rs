//! The server's capabilities. Only announces what is available.

use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions,
    DiagnosticOptions, DiagnosticServerCapabilities, ExecuteCommandOptions,
    HoverProviderCapability, InitializeResult, OneOf, PositionEncodingKind, SaveOptions,
    ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};

use super::{
    actions::{FIX_ALL, MOVE},
    commands,
};
use crate::{
    lsp::wire::{
        NAME,
        profile::{DiagnosticsModel, Feature, Profile},
    },
    text::Encoding,
};

pub(crate) fn answer(profile: &Profile) -> InitializeResult {
    InitializeResult {
        capabilities: capabilities(profile),
        server_info: Some(ServerInfo {
            name: NAME.into(),
            version: Some(env!("CARGO_PKG_VERSION").into()),
        }),
    }
}

fn capabilities(profile: &Profile) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(match profile.encoding {
            Encoding::Utf8 => PositionEncodingKind::UTF8,
            Encoding::Utf16 => PositionEncodingKind::UTF16,
            Encoding::Utf32 => PositionEncodingKind::UTF32,
        }),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync())),
        code_action_provider: profile
            .actions
            .map(|_| CodeActionProviderCapability::Options(actions())),
        hover_provider: profile.hover.map(|_| HoverProviderCapability::Simple(true)),
        code_lens_provider: profile.has(Feature::CodeLens).then_some(CodeLensOptions {
            resolve_provider: Some(true),
        }),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: commands::ALL.iter().copied().map(str::to_owned).collect(),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        diagnostic_provider: match profile.diagnostics {
            DiagnosticsModel::Pull => Some(DiagnosticServerCapabilities::Options(pull())),
            DiagnosticsModel::Push => None,
        },
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

fn sync() -> TextDocumentSyncOptions {
    TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions {
            include_text: Some(false),
        })),
        ..TextDocumentSyncOptions::default()
    }
}

fn actions() -> CodeActionOptions {
    CodeActionOptions {
        code_action_kinds: Some(vec![
            CodeActionKind::QUICKFIX,
            CodeActionKind::REFACTOR_EXTRACT,
            CodeActionKind::REFACTOR_INLINE,
            MOVE,
            CodeActionKind::REFACTOR_REWRITE,
            FIX_ALL,
        ]),
        resolve_provider: Some(true),
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }
}

fn pull() -> DiagnosticOptions {
    DiagnosticOptions {
        identifier: Some(NAME.into()),
        inter_file_dependencies: false,
        workspace_diagnostics: true,
        work_done_progress_options: WorkDoneProgressOptions::default(),
    }
}
