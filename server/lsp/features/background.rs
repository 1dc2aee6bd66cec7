//! The files of the workspace that nobody has opened, worked out ahead of time into the cache.
//!
//! A run replaces the one before. Nothing is said about these files; opening one then costs a lookup.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use lsp_types::MessageType;
use tokio_util::sync::CancellationToken;

use crate::{
    analysis::Input,
    lsp::{session::server::Server, wire::progress::Progress},
    workspace::{self, WalkOptions, WalkProblem},
};

/// A run that is over sooner is not shown. It would only flicker, and an editor with one line for everything clears what was
/// said there a moment ago.
const SHOW_AFTER: Duration = Duration::from_millis(300);

/// Files that are held in memory together.
pub(crate) const BATCH: usize = 64;

/// Works through the workspace's folders, from the beginning.
pub(crate) fn start(server: &Arc<Server>) {
    let cancel = server.background.replace();
    let server = Arc::clone(server);
    let guard = server.status.begin();
    tokio::spawn(async move {
        server.status.send().await;
        let files = walk(&server, &cancel).await;
        work(&server, files, &cancel).await;
        guard.end().await;
    });
}

/// Works through files that changed on disk, beside the run.
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

/// The Rust files of all folders; what was left out because there are too many is said once.
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
    let read = move || {
        let inputs = files.iter().filter_map(|path| {
            let text = workspace::read(path).ok()?;
            Some((text, session.folders.context_of(path)))
        });
        inputs.collect::<Vec<Input>>()
    };
    let Ok(inputs) = tokio::task::spawn_blocking(read).await else {
        return;
    };
    if let Err(error) = server.engine.reports(inputs, &|_| {}, cancel).await {
        tracing::error!("{error}");
        server.status.failed(&error.to_string());
    }
}
