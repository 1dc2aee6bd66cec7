//! The existing kinds of clients, each modelled after a real one; `replicas.rs` replays capabilities recorded from editors.

use serde_json::{Value, json};

/// VS Code: UTF-16 only, pulls diagnostics, resolves edits.
pub(crate) fn vscode() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "window": {"workDoneProgress": false, "showMessage": {}},
        "workspace": {
            "applyEdit": true,
            "executeCommand": {"dynamicRegistration": false},
            "configuration": true,
            "workspaceFolders": true,
            "workspaceEdit": {
                "documentChanges": true,
                "resourceOperations": ["create", "rename", "delete"],
                "changeAnnotationSupport": {"groupsOnLabel": true},
            },
            "didChangeConfiguration": {"dynamicRegistration": true},
            "didChangeWatchedFiles": {"dynamicRegistration": true},
            "diagnostics": {"refreshSupport": true},
        },
        "textDocument": {
            "publishDiagnostics": {
                "relatedInformation": true,
                "versionSupport": false,
                "codeDescriptionSupport": true,
                "dataSupport": true,
            },
            "codeAction": {
                "isPreferredSupport": true,
                "disabledSupport": true,
                "dataSupport": true,
                "resolveSupport": {"properties": ["edit", "command"]},
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": [
                    "", "quickfix", "refactor", "refactor.extract", "refactor.inline",
                    "refactor.rewrite", "source", "source.organizeImports",
                ]}},
                "honorsChangeAnnotations": true,
            },
            "diagnostic": {"dynamicRegistration": true, "relatedDocumentSupport": false},
        },
    })
}

/// Neovim 0.11: supports all encodings, and pushed or pulled diagnostics without refresh.
pub(crate) fn neovim() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-8", "utf-16", "utf-32"]},
        "window": {"workDoneProgress": false, "showMessage": {}},
        "workspace": {
            "applyEdit": true,
            "configuration": true,
            "workspaceFolders": true,
            "workspaceEdit": {"resourceOperations": ["rename", "create", "delete"]},
            "didChangeConfiguration": {"dynamicRegistration": false},
            "didChangeWatchedFiles": {"dynamicRegistration": false},
        },
        "textDocument": {
            "publishDiagnostics": {"relatedInformation": true, "dataSupport": true},
            "codeAction": {
                "isPreferredSupport": true,
                "dataSupport": true,
                "resolveSupport": {"properties": ["edit", "command"]},
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": [
                    "", "quickfix", "refactor", "refactor.extract", "refactor.inline",
                    "refactor.rewrite", "source", "source.organizeImports",
                ]}},
            },
            "diagnostic": {"dynamicRegistration": true},
        },
    })
}

/// Like Helix before 25.07: doesn't pull, and misspells its refresh capability.
pub(crate) fn helix() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-8", "utf-32", "utf-16"]},
        "window": {"workDoneProgress": false},
        "workspace": {
            "applyEdit": true,
            "executeCommand": {"dynamicRegistration": false},
            "configuration": true,
            "workspaceFolders": true,
            "workspaceEdit": {
                "documentChanges": true,
                "resourceOperations": ["create", "rename", "delete"],
                "failureHandling": "abort",
                "normalizesLineEndings": false,
            },
            "didChangeConfiguration": {"dynamicRegistration": false},
            "didChangeWatchedFiles": {"dynamicRegistration": true},
            "diagnostic": {"refreshSupport": true},
        },
        "textDocument": {
            "publishDiagnostics": {"versionSupport": true},
            "codeAction": {
                "isPreferredSupport": true,
                "disabledSupport": true,
                "dataSupport": true,
                "resolveSupport": {"properties": ["edit", "command"]},
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": [
                    "", "quickfix", "refactor", "refactor.extract", "refactor.inline",
                    "refactor.rewrite", "source", "source.organizeImports",
                ]}},
            },
        },
    })
}

/// A client that pulls and uses one encoding.
pub(crate) fn pulling(encoding: &str) -> Value {
    let mut capabilities = vscode();
    capabilities["general"]["positionEncodings"] = json!([encoding]);
    capabilities
}
