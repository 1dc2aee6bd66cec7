//! Analyses unopened files of the workspace in the background, to fill the cache.
//!
//! A run replaces the previous one. It reports nothing about these files, but opening one later only costs a lookup.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use lsp_types::{MessageType, Url};
use tokio_util::sync::CancellationToken;

use crate::{
    analysis::{Input, WorkError, wants_duplicates},
    lsp::{
        session::{server::Server, state::Session, twins::NamedFile},
        wire::{progress::Progress, uri},
    },
    workspace::{self, WalkOptions, WalkProblem},
};

/// Delay before progress is shown. A shorter run would only flicker, and clear earlier messages in editors with a single status
/// line.
const SHOW_AFTER: Duration = Duration::from_millis(300);

/// Number of files in memory at once.
pub(crate) const BATCH: usize = 64;

/// Analyses the workspace's folders from the beginning.
pub(crate) fn start(server: &Arc<Server>) {
    let cancel = server.background.replace();
    let server = Arc::clone(server);
    let guard = server.status.begin();
    tokio::spawn(async move {
        server.status.send().await;
        let is_wanted = wants_surveys(&server).await;
        server.session.twins.set_filled(is_wanted);
        let files = walk(&server, &cancel).await;
        work(&server, files, &cancel).await;
        guard.end().await;
    });
}

/// Analyses the workspace again if duplicates were enabled after the last run.
pub(crate) async fn survey_if_wanted(server: &Arc<Server>) {
    if !server.session.twins.is_filled() && wants_surveys(server).await {
        start(server);
    }
}

async fn wants_surveys(server: &Arc<Server>) -> bool {
    let session = Arc::clone(&server.session);
    let wants = move || {
        let folders = &session.folders;
        let mut roots = folders.roots().into_iter();
        roots.any(|root| wants_duplicates(&folders.effective(&root).rules))
    };
    tokio::task::spawn_blocking(wants).await.unwrap_or_default()
}

/// Analyses files that changed on disk, alongside the run.
pub(crate) fn analyse_again(server: &Arc<Server>, files: Vec<PathBuf>) {
    let cancel = server.background.beside();
    let server = Arc::clone(server);
    tokio::spawn(async move {
        for batch in files.chunks(BATCH) {
            finish_batch(&server, batch.to_vec(), &cancel).await;
        }
        server.status.send().await;
    });
}

/// Returns the Rust files of all folders; reports once if files were skipped because there are too many.
pub(crate) async fn walk(server: &Arc<Server>, cancel: &CancellationToken) -> Vec<PathBuf> {
    let session = Arc::clone(&server.session);
    let cancel = cancel.clone();
    let walk = move || {
        let folders = &session.folders;
        let walked = folders.roots().into_iter().map(|root| {
            let effective = folders.effective(&root);
            let options = WalkOptions {
                max_files: effective.config.max_files,
                ..WalkOptions::new(&effective.config.exclude)
            };
            workspace::walk_while(&root, &options, &|| !cancel.is_cancelled())
        });
        let (files, problems): (Vec<_>, Vec<_>) = walked.unzip();
        (files.concat(), problems.concat())
    };
    let Ok((mut files, problems)) = tokio::task::spawn_blocking(walk).await else {
        return Vec::new();
    };
    server.report_problems().await;
    for problem in problems {
        if let WalkProblem::TooMany { .. } | WalkProblem::TooManyEntries { .. } = problem {
            let message = format!("RustAssistant: {problem}");
            server.client.show_message(MessageType::INFO, message).await;
        } else {
            tracing::info!("{problem}");
        }
    }
    files.sort();
    files.dedup();
    files
}

async fn work(server: &Arc<Server>, files: Vec<PathBuf>, cancel: &CancellationToken) {
    let started = Instant::now();
    let mut progress: Option<Progress> = None;
    let mut done = 0;
    for batch in files.chunks(BATCH) {
        if cancel.is_cancelled() {
            break;
        }
        finish_batch(server, batch.to_vec(), cancel).await;
        done += batch.len();
        if progress.is_none() && done < files.len() && started.elapsed() >= SHOW_AFTER {
            progress = Some(show(server, cancel).await);
        }
        if let Some(progress) = &progress {
            progress.report(done, files.len()).await;
        }
        server.status.send().await;
    }
    if let Some(progress) = progress {
        server.progress.end(&progress);
    }
}

async fn show(server: &Arc<Server>, cancel: &CancellationToken) -> Progress {
    let profile = server.session.profile();
    let title = "Analysing the workspace";
    server
        .progress
        .begin(&server.client, profile, title, cancel)
        .await
}

async fn finish_batch(server: &Arc<Server>, files: Vec<PathBuf>, cancel: &CancellationToken) {
    let session = Arc::clone(&server.session);
    let read = move || Batch::read(&files, &session);
    let Ok(batch) = tokio::task::spawn_blocking(read).await else {
        return;
    };
    if let Err(error) = work_out(server, batch, cancel).await {
        tracing::error!("{error}");
        server.status.failed(&error.to_string());
    }
}

/// Files read from disk.
#[derive(Default)]
struct Batch {
    inputs: Vec<Input>,
    /// In the order of the inputs; only filled if duplicates are enabled.
    named: Vec<NamedFile>,
}

impl Batch {
    fn read(files: &[PathBuf], session: &Session) -> Self {
        let folders = &session.folders;
        let wants = |path: &PathBuf| {
            let directory = path.parent().unwrap_or(path);
            wants_duplicates(&folders.effective(directory).rules)
        };
        let is_wanted = files.iter().any(wants);
        let mut batch = Self::default();
        for path in files {
            let uri = Url::from_file_path(path).map(|uri| (uri::key(&uri), uri.to_string()));
            let (key, uri) = uri.unwrap_or_default();
            let Ok(text) = workspace::read(path) else {
                session.twins.remove(&key);
                continue;
            };
            batch.inputs.push((text, folders.context_of(path)));
            if is_wanted {
                batch.named.push(folders.named(&key, &uri, Some(path)));
            }
        }
        batch
    }
}

async fn work_out(
    server: &Arc<Server>,
    batch: Batch,
    cancel: &CancellationToken,
) -> Result<(), WorkError> {
    let Batch { inputs, named } = batch;
    if named.is_empty() {
        server.engine.reports(inputs, &|_| {}, cancel).await?;
        return Ok(());
    }
    let texts = inputs.clone();
    let found = server.engine.surveys(inputs, &|_| {}, cancel).await?;
    for ((named, (text, _)), found) in named.into_iter().zip(texts).zip(found) {
        server.session.twins.set_saved(named, &text, &found.survey);
    }
    Ok(())
}

/// Duplicates are reported again after this time without changes.
const QUIET: Duration = Duration::from_millis(150);

/// Updates documents whose duplicates changed because of other documents, until the process ends.
pub(crate) async fn follow_twins(server: Arc<Server>) {
    let changed = &server.session.twins.changed;
    loop {
        changed.notified().await;
        while tokio::time::timeout(QUIET, changed.notified())
            .await
            .is_ok()
        {}
        server.session.twins.rested.send_modify(|times| *times += 1);
        let session = Arc::clone(&server.session);
        let stale = tokio::task::spawn_blocking(move || session.twins.stale()).await;
        let stale = stale.unwrap_or_default();
        if !stale.is_empty() {
            server.look_again(stale);
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Minimum interval between refresh requests to clients that pull.
const PAUSE: Duration = Duration::from_secs(1);
