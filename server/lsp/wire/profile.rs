//! The client's capabilities from `initialize`.
//!
//! Parsed leniently from the raw message, field by field: the protocol types' closed enumerations would reject a whole session
//! for one unknown value, and they read a diagnostics capability under a name that the specification doesn't have.

use serde_json::Value;

use crate::text::Encoding;

/// The client's capabilities that affect what it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Profile {
    pub(crate) encoding: Encoding,
    pub(crate) diagnostics: DiagnosticsModel,
    pub(crate) actions: Option<ActionSupport>,
    /// Format of hovers, if supported.
    pub(crate) hover: Option<Markup>,
    pub(crate) process_id: Option<u32>,
    /// The URIs of the workspace folders; empty in single-file mode.
    pub(crate) folders: Vec<String>,
    pub(crate) options: Value,
    features: Vec<Feature>,
    /// Supported file operations: `create`, `rename`.
    file_operations: Vec<String>,
}

/// Optional features of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Feature {
    RelatedInformation,
    CodeDescription,
    /// Supports edits of versioned documents.
    DocumentChanges,
    /// Supports edits that require the user's confirmation.
    ChangeAnnotations,
    Progress,
    /// Lets the user choose from several answers.
    Questions,
    /// Supports requests for settings.
    Configuration,
    /// Sends changed settings if registered.
    ConfigurationChanges,
    /// Sends changed files if registered.
    WatchedFiles,
    /// Supports `workspace/applyEdit`.
    ApplyEdit,
    /// Executes commands of the server.
    Commands,
    CodeLens,
    /// Supports requests to refresh code lenses.
    CodeLensRefresh,
    /// Shows the server's status.
    ServerStatus,
    /// The user has declared to the client that the workspace is trusted. Not an option, because a project can ship those.
    TrustedWorkspace,
    /// Creating a file also creates its parent folders.
    NewFolders,
}

/// Paths of features below `capabilities`. Any one of them is sufficient.
const FEATURES: [(Feature, &[&str]); 15] = [
    (
        Feature::RelatedInformation,
        &[
            "textDocument/publishDiagnostics/relatedInformation",
            "textDocument/diagnostic/relatedInformation",
        ],
    ),
    (
        Feature::CodeDescription,
        &[
            "textDocument/publishDiagnostics/codeDescriptionSupport",
            "textDocument/diagnostic/codeDescriptionSupport",
        ],
    ),
    (
        Feature::DocumentChanges,
        &["workspace/workspaceEdit/documentChanges"],
    ),
    (
        Feature::ChangeAnnotations,
        &["workspace/workspaceEdit/changeAnnotationSupport"],
    ),
    (Feature::Progress, &["window/workDoneProgress"]),
    (Feature::Questions, &["window/showMessage"]),
    (Feature::Configuration, &["workspace/configuration"]),
    (
        Feature::ConfigurationChanges,
        &["workspace/didChangeConfiguration/dynamicRegistration"],
    ),
    (
        Feature::WatchedFiles,
        &["workspace/didChangeWatchedFiles/dynamicRegistration"],
    ),
    (Feature::ApplyEdit, &["workspace/applyEdit"]),
    (Feature::Commands, &["workspace/executeCommand"]),
    (Feature::CodeLens, &["textDocument/codeLens"]),
    (
        Feature::CodeLensRefresh,
        &["workspace/codeLens/refreshSupport"],
    ),
    (
        Feature::ServerStatus,
        &["experimental/serverStatusNotification"],
    ),
    (
        Feature::TrustedWorkspace,
        &["experimental/rustassistant/trustedWorkspace"],
    ),
];

/// Each session uses exactly one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DiagnosticsModel {
    /// The client pulls, and supports requests to refresh.
    Pull,
    Push,
}

/// Format of text for the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Markup {
    Markdown,
    Plain,
}

/// Options of a client that supports code action literals.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActionSupport {
    /// An action may be sent without its edit.
    pub(crate) lazy_edit: bool,
    pub(crate) disabled: bool,
    pub(crate) preferred: bool,
}

impl Profile {
    pub(crate) fn read(params: &Value) -> Self {
        let process_id = params.pointer("/processId").and_then(Value::as_u64);
        let options = params.pointer("/initializationOptions");
        Self {
            encoding: encoding(params),
            diagnostics: diagnostics_model(params),
            actions: action_support(params),
            hover: hover_markup(params),
            process_id: process_id.and_then(|id| u32::try_from(id).ok()),
            folders: folders(params),
            options: options.cloned().unwrap_or_default(),
            features: features(params),
            file_operations: file_operations(params),
        }
    }

    pub(crate) fn has(&self, feature: Feature) -> bool {
        self.features.contains(&feature)
    }

    pub(crate) fn can_do_with_files(&self, operation: &str) -> bool {
        self.file_operations.iter().any(|can| can == operation)
    }
}

fn features(params: &Value) -> Vec<Feature> {
    let is_offered_at = |path: &&str| is_offered(params, &format!("/capabilities/{path}"));
    let offered = FEATURES
        .iter()
        .filter(|(_, paths)| paths.iter().any(is_offered_at));
    let new_folders = creates_folders(params).then_some(Feature::NewFolders);
    let offered = offered.map(|(feature, _)| *feature);
    // Neovim executes the commands of actions without declaring the capability.
    let commands = is_neovim(params).then_some(Feature::Commands);
    offered.chain(new_folders).chain(commands).collect()
}

fn is_neovim(params: &Value) -> bool {
    params.pointer("/clientInfo/name").and_then(Value::as_str) == Some("Neovim")
}

/// Neovim before 0.10 can't create a file in a missing folder, and doesn't declare this.
fn creates_folders(params: &Value) -> bool {
    if !is_neovim(params) {
        return true;
    }
    let version = params.pointer("/clientInfo/version");
    let version = version.and_then(Value::as_str).unwrap_or_default();
    let mut parts = version.split('.');
    let mut part = || parts.next()?.parse::<u32>().ok();
    (part(), part()) >= (Some(0), Some(10))
}

fn file_operations(params: &Value) -> Vec<String> {
    let listed = params.pointer("/capabilities/workspace/workspaceEdit/resourceOperations");
    let listed = listed.and_then(Value::as_array).into_iter().flatten();
    let names = listed.filter_map(Value::as_str);
    names.map(str::to_owned).collect()
}

/// True, or an object: clients declare some capabilities by describing them.
fn is_offered(params: &Value, path: &str) -> bool {
    match params.pointer(path) {
        Some(Value::Bool(offered)) => *offered,
        Some(Value::Object(_)) => true,
        _ => false,
    }
}

fn encoding(params: &Value) -> Encoding {
    let offered = params.pointer("/capabilities/general/positionEncodings");
    let offered = offered.and_then(Value::as_array);
    let offers = |name: &str| offered.is_some_and(|list| list.iter().any(|one| one == name));
    if offers("utf-8") {
        Encoding::Utf8
    } else if offers("utf-32") {
        Encoding::Utf32
    } else {
        Encoding::Utf16
    }
}

fn diagnostics_model(params: &Value) -> DiagnosticsModel {
    let pulls = is_offered(params, "/capabilities/textDocument/diagnostic");
    // The specification and VS Code use the plural, some clients and our types the singular.
    let refreshes = ["diagnostics", "diagnostic"].iter().any(|name| {
        is_offered(
            params,
            &format!("/capabilities/workspace/{name}/refreshSupport"),
        )
    });
    if pulls && refreshes {
        DiagnosticsModel::Pull
    } else {
        DiagnosticsModel::Push
    }
}

fn action_support(params: &Value) -> Option<ActionSupport> {
    const ROOT: &str = "/capabilities/textDocument/codeAction";
    let has = |name: &str| is_offered(params, &format!("{ROOT}/{name}"));
    if !has("codeActionLiteralSupport") {
        return None;
    }
    let resolvable = params.pointer(&format!("{ROOT}/resolveSupport/properties"));
    let resolves_edits = resolvable
        .and_then(Value::as_array)
        .is_some_and(|list| list.iter().any(|property| property == "edit"));
    Some(ActionSupport {
        lazy_edit: has("dataSupport") && resolves_edits,
        disabled: has("disabledSupport"),
        preferred: has("isPreferredSupport"),
    })
}

/// Returns the client's first known format; all clients support plain text.
fn hover_markup(params: &Value) -> Option<Markup> {
    const HOVER: &str = "/capabilities/textDocument/hover";
    if !is_offered(params, HOVER) {
        return None;
    }
    let kinds = params.pointer(&format!("{HOVER}/contentFormat"));
    let mut kinds = kinds.and_then(Value::as_array).into_iter().flatten();
    let known = kinds.find_map(|kind| match kind.as_str()? {
        "markdown" => Some(Markup::Markdown),
        "plaintext" => Some(Markup::Plain),
        _ => None,
    });
    Some(known.unwrap_or(Markup::Plain))
}

fn folders(params: &Value) -> Vec<String> {
    let listed = params
        .pointer("/workspaceFolders")
        .and_then(Value::as_array);
    let listed: Vec<String> = listed
        .into_iter()
        .flatten()
        .filter_map(|folder| folder.get("uri")?.as_str())
        .map(str::to_owned)
        .collect();
    if !listed.is_empty() {
        return listed;
    }
    let root = params.pointer("/rootUri").and_then(Value::as_str);
    root.map(str::to_owned).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_at_all_is_a_client() {
        for params in [json!(null), json!([]), json!({"capabilities": 3})] {
            let profile = Profile::read(&params);
            assert_eq!(profile.encoding, Encoding::Utf16);
            assert_eq!(profile.diagnostics, DiagnosticsModel::Push);
            assert!(profile.actions.is_none() && profile.folders.is_empty());
        }
    }

    #[test]
    fn pull_needs_both_capabilities_under_either_name() {
        let model = |workspace: Value, text_document: Value| {
            diagnostics_model(&json!({
                "capabilities": {"workspace": workspace, "textDocument": text_document},
            }))
        };
        let pull = json!({"diagnostic": {}});
        let refresh = json!({"refreshSupport": true});
        for name in ["diagnostics", "diagnostic"] {
            let workspace = json!({name: refresh});
            assert_eq!(
                model(workspace.clone(), pull.clone()),
                DiagnosticsModel::Pull
            );
            assert_eq!(model(workspace, json!({})), DiagnosticsModel::Push);
        }
        assert_eq!(model(json!({}), pull), DiagnosticsModel::Push);
    }

    #[test]
    fn the_narrowest_offered_encoding_is_chosen() {
        let encoding = |offered: Value| {
            encoding(&json!({"capabilities": {"general": {"positionEncodings": offered}}}))
        };
        assert_eq!(
            encoding(json!(["utf-16", "utf-32", "utf-8"])),
            Encoding::Utf8
        );
        assert_eq!(encoding(json!(["utf-16", "utf-32"])), Encoding::Utf32);
        assert_eq!(encoding(json!(["utf-16"])), Encoding::Utf16);
        assert_eq!(encoding(json!(["utf-7", 3])), Encoding::Utf16);
    }

    #[test]
    fn unknown_words_fail_nothing() {
        let profile = Profile::read(&json!({
            "capabilities": {
                "workspace": {"workspaceEdit": {
                    "documentChanges": true,
                    "resourceOperations": ["teleport"],
                }},
                "textDocument": {
                    "hover": {"contentFormat": ["hologram"]},
                    "codeAction": {
                        "codeActionLiteralSupport": {},
                        "dataSupport": true,
                        "resolveSupport": {"properties": ["edit", 7]},
                    },
                },
            },
            "rootUri": "file:///w",
            "workspaceFolders": null,
        }));
        assert!(profile.has(Feature::DocumentChanges));
        assert!(profile.actions.is_some_and(|actions| actions.lazy_edit));
        assert_eq!(profile.hover, Some(Markup::Plain));
        assert_eq!(profile.folders, ["file:///w"]);
    }

    #[test]
    fn commands_are_carried_out_by_those_who_say_so_and_by_neovim() {
        let has = |params: Value| Profile::read(&params).has(Feature::Commands);
        assert!(has(
            json!({"capabilities": {"workspace": {"executeCommand": {}}}})
        ));
        assert!(has(json!({"clientInfo": {"name": "Neovim"}})));
        assert!(!has(
            json!({"clientInfo": {"name": "other"}, "capabilities": {"workspace": {}}})
        ));
    }

    #[test]
    fn old_neovims_create_no_folders() {
        let creates =
            |info: Value| Profile::read(&json!({ "clientInfo": info })).has(Feature::NewFolders);
        for version in ["0.7.2", "0.9.5", "", "x"] {
            assert!(
                !creates(json!({"name": "Neovim", "version": version})),
                "{version}"
            );
        }
        for version in ["0.10.4", "0.12.0-dev", "1.0.0"] {
            assert!(
                creates(json!({"name": "Neovim", "version": version})),
                "{version}"
            );
        }
        assert!(creates(json!({"name": "helix", "version": "0.7.2"})));
        assert!(creates(json!(null)));
    }
}
