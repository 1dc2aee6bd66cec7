//! The files of the workspace that nobody has opened, worked out ahead of time into the cache.
//!
//! A run replaces the one before. Nothing is said about these files; opening one then costs a lookup.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use lsp_types::MessageType;
use tokio_util::sync::CancellationToken;

use super::{desk::Desk, progress::Progress};
use crate::{
    analysis::Input,
    workspace::{self, WalkOptions, WalkProblem},
};

/// A run that is over sooner is not shown. It would only flicker, and an editor with one line for everything clears what was
/// said there a moment ago.
const PATIENCE: Duration = Duration::from_millis(300);

/// Files that are held in memory together.
pub(super) const BATCH: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Background {
    run: Mutex<CancellationToken>,
}

impl Background {
    /// Works through the workspace's folders, from the beginning.
    pub(super) fn start(&self, desk: &Arc<Desk>) {
        let cancel = self.replace_run();
        let desk = Arc::clone(desk);
        let working = desk.status.begin(&desk);
        tokio::spawn(async move {
            desk.status.tell(&desk).await;
            let files = walk(&desk, &cancel).await;
            work(&desk, files, &cancel).await;
            working.end().await;
        });
    }

    /// Works through files that changed on disk, beside the run.
    pub(super) fn look_again(&self, desk: &Arc<Desk>, files: Vec<PathBuf>) {
        let cancel = self.lock().child_token();
        let desk = Arc::clone(desk);
        tokio::spawn(async move {
            for batch in files.chunks(BATCH) {
                finish_batch(&desk, batch.to_vec(), &cancel).await;
            }
            desk.status.tell(&desk).await;
        });
    }

    fn replace_run(&self) -> CancellationToken {
        let next = CancellationToken::new();
        let last = std::mem::replace(&mut *self.lock(), next.clone());
        last.cancel();
        next
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, CancellationToken> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The Rust files of all folders; what was left out because there are too many is said once.
pub(super) async fn walk(desk: &Arc<Desk>, cancel: &CancellationToken) -> Vec<PathBuf> {
    let session = Arc::clone(&desk.session);
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
    desk.tell_problems().await;
    for problem in problems {
        if let WalkProblem::TooMany { .. } | WalkProblem::TooManyEntries { .. } = problem {
            let message = format!("RustAssistant: {problem}");
            desk.client.show_message(MessageType::INFO, message).await;
        } else {
            tracing::info!("{problem}");
        }
    }
    files.sort();
    files.dedup();
    files
}

async fn work(desk: &Arc<Desk>, files: Vec<PathBuf>, cancel: &CancellationToken) {
    let started = Instant::now();
    let mut progress: Option<Progress> = None;
    let mut done = 0;
    for batch in files.chunks(BATCH) {
        if cancel.is_cancelled() {
            break;
        }
        finish_batch(desk, batch.to_vec(), cancel).await;
        done += batch.len();
        if progress.is_none() && done < files.len() && started.elapsed() >= PATIENCE {
            progress = Some(show(desk, cancel).await);
        }
        if let Some(progress) = &progress {
            progress.report(done, files.len()).await;
        }
        desk.status.tell(desk).await;
    }
    if let Some(progress) = progress {
        desk.works.end(&progress);
    }
}

async fn show(desk: &Arc<Desk>, cancel: &CancellationToken) -> Progress {
    let profile = desk.session.profile();
    let title = "Analysing the workspace";
    desk.works.begin(&desk.client, profile, title, cancel).await
}

async fn finish_batch(desk: &Arc<Desk>, files: Vec<PathBuf>, cancel: &CancellationToken) {
    let session = Arc::clone(&desk.session);
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
    if let Err(error) = desk.engine.reports(inputs, &|_| {}, cancel).await {
        tracing::error!("{error}");
        desk.status.failed(&error.to_string());
    }
}
