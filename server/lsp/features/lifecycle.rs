//! Registration with the client after `initialized`, and handling of changed settings, folders and files.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use lsp_types::{
    ConfigurationItem, ConfigurationParams, FileEvent, Registration, RegistrationParams, Url,
    request::{RegisterCapability, WorkspaceConfiguration},
};
use serde_json::{Value, json};

use super::{ahead, background};
use crate::{
    lsp::{
        session::server::Server,
        wire::{
            NAME,
            client::ask,
            profile::Feature,
            uri::{self, DocumentKind},
        },
    },
    workspace::{self, Changed},
};

/// Files to watch.
const WATCHED: [&str; 6] = [
    "**/rustassistant.toml",
    "**/.rustassistant-baseline.json",
    "**/Cargo.toml",
    "**/rustfmt.toml",
    "**/.rustfmt.toml",
    "**/*.rs",
];

/// Registers for changes, requests settings, and starts the background analysis. Waits no longer than the client's timeout.
pub(crate) async fn start(server: &Arc<Server>) {
    let guard = server.status.begin();
    register(server).await;
    ask_settings(server).await;
    background::start(server);
    guard.end().await;
}

/// Applies settings that the client sent, or requests them if they are empty. Sent settings apply to all folders, so a client
/// with several folders is asked as well.
pub(crate) async fn take_settings(server: &Arc<Server>, settings: Value) {
    let says_nothing = match &settings {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    };
    if says_nothing || !folders_to_ask_for(server).is_empty() {
        ask_settings(server).await;
    } else if server.session.folders.set_options(settings, Vec::new()) {
        server.reload_all().await;
    }
    background::survey_if_wanted(server).await;
}

pub(crate) async fn folders_changed(server: &Arc<Server>) {
    server.reload_all().await;
    if !folders_to_ask_for(server).is_empty() {
        ask_settings(server).await;
    }
    background::start(server);
}

/// Events are only hints: some clients just report files that they saved themselves.
pub(crate) async fn files_changed(server: &Arc<Server>, changes: &[FileEvent]) {
    let folders = &server.session.folders;
    let mut sources = Vec::new();
    let mut surroundings_changed = false;
    for change in changes {
        let name = uri::name(change.uri.as_str());
        let Some(DocumentKind::File(path)) = name.map(|name| name.kind) else {
            continue;
        };
        if ahead::is_news(&path) {
            server.session.ahead.disturb();
        }
        match workspace::changed(&path) {
            Some(Changed::Manifest) => folders.forget_manifest(&path),
            Some(Changed::Options) => folders.forget_options(),
            Some(Changed::Source) => {
                sources.push(path);
                continue;
            }
            None if folders.is_baseline(&path) => folders.forget_options(),
            None => continue,
        }
        surroundings_changed = true;
    }
    if surroundings_changed | reread_crates(server, &sources).await {
        server.reload_all().await;
        background::survey_if_wanted(server).await;
    }
    background::analyse_again(server, sources);
}

/// Whether the smells that a crate allows as a whole have changed in one of these files.
async fn reread_crates(server: &Arc<Server>, sources: &[PathBuf]) -> bool {
    let (session, sources) = (Arc::clone(&server.session), sources.to_vec());
    let reread = move || {
        let others = sources.iter();
        let others = others.filter(|path| session.folders.reread_crate(path));
        others.count() > 0
    };
    tokio::task::spawn_blocking(reread)
        .await
        .unwrap_or_default()
}

async fn ask_settings(server: &Arc<Server>) {
    if !server.session.profile().has(Feature::Configuration) {
        return;
    }
    let folders = folders_to_ask_for(server);
    let scopes = std::iter::once(None).chain(folders.iter().map(|(_, scope)| Some(scope.clone())));
    let items = scopes.map(|scope_uri| ConfigurationItem {
        scope_uri,
        section: Some(NAME.into()),
    });
    let params = ConfigurationParams {
        items: items.collect(),
    };
    let answer = ask::<WorkspaceConfiguration>(&server.client, params).await;
    let mut answers = answer.unwrap_or_default().into_iter();
    let general = answers.next().unwrap_or_default();
    let folders = folders.into_iter().map(|(folder, _)| folder);
    let of_folders = folders.zip(answers).collect();
    if server.session.folders.set_options(general, of_folders) {
        server.reload_all().await;
    }
}

/// Returns folders that may have separate settings; a single folder uses the general ones.
fn folders_to_ask_for(server: &Server) -> Vec<(PathBuf, Url)> {
    let roots = server.session.folders.roots();
    if roots.len() < 2 || !server.session.profile().has(Feature::Configuration) {
        return Vec::new();
    }
    let named = roots.into_iter().filter_map(|root| {
        let scope = Url::from_file_path(&root).ok()?;
        Some((root, scope))
    });
    named.collect()
}

async fn register(server: &Arc<Server>) {
    let session = Arc::clone(&server.session);
    let names = tokio::task::spawn_blocking(move || session.folders.baseline_names());
    let registrations = registrations(server, &names.await.unwrap_or_default());
    if registrations.is_empty() {
        return;
    }
    let client = server.client.clone();
    tokio::spawn(async move {
        ask::<RegisterCapability>(&client, RegistrationParams { registrations }).await;
    });
}

/// `baselines` are additional file names to watch.
fn registrations(server: &Server, baselines: &BTreeSet<String>) -> Vec<Registration> {
    let profile = server.session.profile();
    let mut registrations = Vec::new();
    if profile.has(Feature::WatchedFiles) {
        // A name with glob characters is picked up with the next change of options.
        let is_plain = |name: &&String| !name.contains(['*', '?', '[', ']', '{', '}', '!', '\\']);
        let baselines = baselines.iter().filter(is_plain);
        let baselines = baselines.map(|name| format!("**/{name}"));
        let baselines = baselines.filter(|glob| !WATCHED.contains(&glob.as_str()));
        let globs = WATCHED.into_iter().map(str::to_owned).chain(baselines);
        let watchers: Vec<Value> = globs.map(|glob| json!({"globPattern": glob})).collect();
        registrations.push(registration(
            "workspace/didChangeWatchedFiles",
            json!({"watchers": watchers}),
        ));
    }
    if profile.has(Feature::ConfigurationChanges) {
        registrations.push(registration(
            "workspace/didChangeConfiguration",
            json!({"section": NAME}),
        ));
    }
    registrations
}

fn registration(method: &str, options: Value) -> Registration {
    Registration {
        id: format!("{NAME}: {method}"),
        method: method.into(),
        register_options: Some(options),
    }
}
