//! Replays recorded capabilities of real clients: each client receives only what it supports.
//!
//! `tests/editors/capabilities` contains the recordings, one file per editor version.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    client::{Client, Refused, apply, range},
    samples::{IF, nested},
};

const FIXED: &str = "fn f(a: bool, b: bool) {\n    if a && b {\n        g();\n    }\n}\n";

/// A recorded client in a session.
struct Replica {
    client: Client,
    name: String,
    capabilities: Value,
    /// The server's capabilities.
    server: Value,
    encoding: String,
    uri: String,
}

/// The capabilities of all recorded clients.
fn recorded() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/editors/capabilities");
    let mut replicas: Vec<(String, Value)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "json"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let said: Value = serde_json::from_str(&text).unwrap();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, said["capabilities"].clone())
        })
        .collect();
    replicas.sort_by(|left, right| left.0.cmp(&right.0));
    replicas
}

impl Replica {
    fn start(name: String, capabilities: Value) -> Self {
        let mut client = Client::start();
        client.write_file("src/b.rs", &nested("f"));
        let root = client.root_uri();
        let result = client.initialize_with(json!({
            "rootUri": root,
            "workspaceFolders": [{"uri": root, "name": "work"}],
            "capabilities": capabilities,
            "initializationOptions": {"editor": {"code_lens": true}},
        }));
        let server = result["capabilities"].clone();
        let encoding = server["positionEncoding"].as_str().unwrap().to_owned();
        let uri = client.uri("src/a.rs");
        client.open(&uri, &nested("f"));
        Self {
            client,
            name,
            capabilities,
            server,
            encoding,
            uri,
        }
    }

    fn can(&self, path: &str) -> bool {
        match self.capabilities.pointer(path) {
            Some(Value::Bool(can)) => *can,
            Some(Value::Object(_)) => true,
            _ => false,
        }
    }

    fn lists(&self, path: &str, value: &str) -> bool {
        let list = self.capabilities.pointer(path).and_then(Value::as_array);
        list.is_some_and(|list| list.iter().any(|one| one == value))
    }

    fn assert_announced_is_understood(&self) {
        let offered = self.lists("/general/positionEncodings", &self.encoding);
        assert!(offered || self.encoding == "utf-16", "{}", self.name);
        for (provider, capability) in [
            ("hoverProvider", "/textDocument/hover"),
            ("codeLensProvider", "/textDocument/codeLens"),
            ("diagnosticProvider", "/textDocument/diagnostic"),
            ("codeActionProvider", "/textDocument/codeAction"),
        ] {
            let is_announced = self.server.get(provider).is_some();
            assert!(!is_announced || self.can(capability), "{provider}");
        }
        assert!(self.server["codeActionProvider"].is_object());
    }

    /// Pulled by clients that support refresh, published otherwise.
    fn diagnostics(&mut self) -> Vec<Value> {
        if self.server.get("diagnosticProvider").is_some() {
            return self.client.pulled_items(&self.uri);
        }
        let published = self.client.published(&self.uri, Some(1));
        published.as_array().unwrap().clone()
    }

    fn assert_diagnostic(&self, diagnostic: &Value) {
        let supports = |name: &str| {
            ["publishDiagnostics", "diagnostic"]
                .iter()
                .any(|way| self.can(&format!("/textDocument/{way}/{name}")))
        };
        for (field, capability) in [
            ("relatedInformation", "relatedInformation"),
            ("codeDescription", "codeDescriptionSupport"),
        ] {
            let is_sent = diagnostic.get(field).is_some();
            assert!(!is_sent || supports(capability), "{}: {field}", self.name);
        }
    }

    fn actions(&mut self, only: &[&str], diagnostics: &[Value]) -> Vec<Value> {
        let context = json!({"diagnostics": diagnostics, "only": only});
        let uri = self.uri.clone();
        self.client
            .actions_in(&uri, &range(IF, (IF.0, IF.1 + 2)), &context)
    }

    /// Returns the action with its edit, as this client receives it.
    fn resolved(&mut self, action: Value) -> Value {
        const ROOT: &str = "/textDocument/codeAction";
        for (field, capability) in [
            ("isPreferred", "isPreferredSupport"),
            ("disabled", "disabledSupport"),
        ] {
            let is_sent = action.get(field).is_some();
            let can = self.can(&format!("{ROOT}/{capability}"));
            assert!(!is_sent || can, "{}: {field}", self.name);
        }
        assert!(action.get("command").is_none());
        let resolves = self.can(&format!("{ROOT}/dataSupport"))
            && self.lists(&format!("{ROOT}/resolveSupport/properties"), "edit");
        assert_eq!(action.get("edit").is_none(), resolves, "{}", self.name);
        if resolves {
            return self.client.request("codeAction/resolve", action);
        }
        action
    }

    /// The edits of a document in a workspace edit of the form this client supports, with the version they apply to.
    fn edits(&self, edit: &Value, uri: &str) -> (Value, Value) {
        if !self.can("/workspace/workspaceEdit/documentChanges") {
            assert!(edit.get("documentChanges").is_none(), "{}", self.name);
            return (edit["changes"][uri].clone(), Value::Null);
        }
        assert!(edit.get("changes").is_none(), "{}", self.name);
        let changes = edit["documentChanges"].as_array().unwrap();
        let of_document = |change: &&Value| change["textDocument"]["uri"] == uri;
        let change = changes.iter().find(of_document).unwrap();
        (
            change["edits"].clone(),
            change["textDocument"]["version"].clone(),
        )
    }

    fn assert_fixes(&self, edit: &Value, uri: &str, version: Option<i64>) {
        let (edits, sent) = self.edits(edit, uri);
        assert_eq!(
            apply(&nested("f"), &edits, &self.encoding),
            FIXED,
            "{}",
            self.name
        );
        if self.can("/workspace/workspaceEdit/documentChanges") {
            assert_eq!(sent, json!(version));
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, Refused> {
        self.client.call(method, params)
    }

    /// Ends the session. The client must support everything the server has sent.
    fn leave(mut self) {
        assert_eq!(self.client.leave(), 0);
        for (method, capability) in [
            ("$/progress", "/window/workDoneProgress"),
            (
                "experimental/serverStatus",
                "/experimental/serverStatusNotification",
            ),
        ] {
            if self.can(capability) {
                self.client.forget_notifications_at_end(method);
            }
        }
        let registers = [
            "/workspace/didChangeWatchedFiles/dynamicRegistration",
            "/workspace/didChangeConfiguration/dynamicRegistration",
        ];
        for asked in self.client.asked() {
            let method = asked["method"].as_str().unwrap();
            let can = match method {
                "workspace/configuration" => self.can("/workspace/configuration"),
                "window/workDoneProgress/create" => self.can("/window/workDoneProgress"),
                "client/registerCapability" => registers.iter().any(|path| self.can(path)),
                "workspace/applyEdit" => self.can("/workspace/applyEdit"),
                "workspace/codeLens/refresh" => self.can("/workspace/codeLens/refreshSupport"),
                "workspace/diagnostic/refresh" => {
                    self.can("/workspace/diagnostics/refreshSupport")
                        || self.can("/workspace/diagnostic/refreshSupport")
                }
                _ => false,
            };
            assert!(can, "{} can't be asked {method}", self.name);
        }
    }
}

/// Runs `act` in a session of each recorded client.
fn each(act: impl Fn(&mut Replica)) {
    let recorded = recorded();
    for editor in ["emacs", "helix", "neovim", "vscode"] {
        assert!(recorded.iter().any(|(name, _)| name.starts_with(editor)));
    }
    for (name, capabilities) in recorded {
        let mut replica = Replica::start(name, capabilities);
        act(&mut replica);
        if replica.server.get("diagnosticProvider").is_none() {
            let method = "textDocument/publishDiagnostics";
            // One for the document; it may have been consumed.
            replica.client.settle();
            replica.client.forget_notifications(method);
        }
        replica.leave();
    }
}

#[test]
fn each_is_offered_what_it_understands() {
    each(|replica| {
        replica.assert_announced_is_understood();
        replica.diagnostics();
    });
}

#[test]
fn each_gets_findings_and_answers_in_its_own_shape() {
    each(|replica| {
        let diagnostics = replica.diagnostics();
        assert_eq!(diagnostics.len(), 1, "{}", replica.name);
        replica.assert_diagnostic(&diagnostics[0]);
        let action = replica.actions(&["quickfix"], &diagnostics).remove(0);
        assert_eq!(action["diagnostics"], json!(diagnostics));
        let resolved = replica.resolved(action);
        let uri = replica.uri.clone();
        replica.assert_fixes(&resolved["edit"], &uri, Some(1));
    });
}

#[test]
fn each_can_fix_a_file_that_it_saves() {
    each(|replica| {
        replica.diagnostics();
        let only = ["source.fixAll.rustassistant"];
        let action = replica.actions(&only, &[]).remove(0);
        let resolved = replica.resolved(action);
        let uri = replica.uri.clone();
        replica.assert_fixes(&resolved["edit"], &uri, Some(1));
    });
}

#[test]
fn each_can_fix_its_workspace() {
    each(|replica| {
        replica.diagnostics();
        let answer = replica.client.execute("fixWorkspace", &json!([]));
        assert_eq!(answer.unwrap()["files"], 2, "{}", replica.name);
        let asked = replica.client.take_asked("workspace/applyEdit");
        let (open, closed) = (replica.uri.clone(), replica.client.uri("src/b.rs"));
        replica.assert_fixes(&asked["edit"], &open, Some(1));
        replica.assert_fixes(&asked["edit"], &closed, None);
        let told = replica.client.take_notification("window/showMessage");
        assert_eq!(told["type"], 3);
    });
}

#[test]
fn each_reads_hovers_and_lenses_as_it_can() {
    each(|replica| {
        replica.diagnostics();
        let document = json!({"uri": replica.uri});
        let hover = replica.ask(
            "textDocument/hover",
            json!({"textDocument": document, "position": {"line": IF.0, "character": IF.1}}),
        );
        let kind = hover.unwrap()["contents"]["kind"].clone();
        let kind = kind.as_str().unwrap();
        assert!(replica.lists("/textDocument/hover/contentFormat", kind));

        let lenses = replica.ask("textDocument/codeLens", json!({"textDocument": document}));
        let lenses = lenses.unwrap();
        let expected = usize::from(replica.can("/textDocument/codeLens"));
        assert_eq!(lenses.as_array().unwrap().len(), expected);
    });
}
