//! Progress of background work, for clients that show it.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use dashmap::DashMap;
use lsp_types::{
    NumberOrString, ProgressParams, ProgressParamsValue, WorkDoneProgress, WorkDoneProgressBegin,
    WorkDoneProgressCreateParams, WorkDoneProgressEnd, WorkDoneProgressReport,
    notification::Progress as ProgressNotification, request::WorkDoneProgressCreate,
};
use tokio_util::sync::CancellationToken;
use tower_lsp::Client;

use super::{
    NAME,
    client::ask,
    profile::{Feature, Profile},
};
use crate::lsp::locks::lock;

/// Minimum interval between reports.
const INTERVAL: Duration = Duration::from_millis(100);

/// Work in progress, by its token.
#[derive(Debug, Default)]
pub(crate) struct ProgressTokens {
    next: AtomicU32,
    under_way: DashMap<String, CancellationToken>,
}

/// One piece of work. The client is notified of its end in any case.
pub(crate) struct Progress {
    client: Client,
    /// `None` if the client doesn't show progress.
    token: Option<String>,
    last: Mutex<Instant>,
}

impl ProgressTokens {
    /// Handles `window/workDoneProgress/cancel`. Unknown tokens are ignored.
    pub(crate) fn cancel(&self, token: &NumberOrString) {
        if let NumberOrString::String(token) = token
            && let Some(cancel) = self.under_way.get(token)
        {
            cancel.cancel();
        }
    }

    /// Begins to show work with a known amount, which `cancel` stops.
    pub(crate) async fn begin(
        &self,
        client: &Client,
        profile: &Profile,
        title: &str,
        cancel: &CancellationToken,
    ) -> Progress {
        let begin = WorkDoneProgressBegin {
            title: title.into(),
            cancellable: Some(true),
            percentage: Some(0),
            ..WorkDoneProgressBegin::default()
        };
        self.show(client, profile, begin, cancel).await
    }

    /// Begins to show work with an unknown amount.
    pub(crate) async fn begin_unmeasured(
        &self,
        client: &Client,
        profile: &Profile,
        title: &str,
        cancel: &CancellationToken,
    ) -> Progress {
        let begin = WorkDoneProgressBegin {
            title: title.into(),
            cancellable: Some(true),
            ..WorkDoneProgressBegin::default()
        };
        self.show(client, profile, begin, cancel).await
    }

    async fn show(
        &self,
        client: &Client,
        profile: &Profile,
        begin: WorkDoneProgressBegin,
        cancel: &CancellationToken,
    ) -> Progress {
        let mut progress = Progress {
            client: client.clone(),
            token: None,
            last: Mutex::new(Instant::now()),
        };
        if !profile.has(Feature::Progress) {
            return progress;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let token = format!("{NAME}/{number}");
        let params = WorkDoneProgressCreateParams {
            token: NumberOrString::String(token.clone()),
        };
        // The client may cancel as soon as it knows the token, which is before its response arrives.
        self.under_way.insert(token.clone(), cancel.clone());
        if ask::<WorkDoneProgressCreate>(client, params)
            .await
            .is_none()
        {
            self.under_way.remove(&token);
            return progress;
        }
        progress.token = Some(token);
        progress.send(WorkDoneProgress::Begin(begin)).await;
        progress
    }

    pub(crate) fn end(&self, progress: &Progress) {
        if let Some(token) = &progress.token {
            self.under_way.remove(token);
        }
    }
}

impl Progress {
    /// Skipped if the last report was only a moment ago.
    pub(crate) async fn report(&self, done: usize, all: usize) {
        if self.token.is_none() || !self.is_due() {
            return;
        }
        let percentage = u32::try_from(done * 100 / all.max(1)).unwrap_or(100);
        let report = WorkDoneProgressReport {
            cancellable: Some(true),
            message: Some(format!("{done}/{all} files")),
            percentage: Some(percentage),
        };
        self.send(WorkDoneProgress::Report(report)).await;
    }

    fn is_due(&self) -> bool {
        let mut last = lock(&self.last);
        let is_due = last.elapsed() >= INTERVAL;
        if is_due {
            *last = Instant::now();
        }
        is_due
    }

    async fn send(&self, value: WorkDoneProgress) {
        if let Some(params) = self.params(value) {
            self.client
                .send_notification::<ProgressNotification>(params)
                .await;
        }
    }

    fn params(&self, value: WorkDoneProgress) -> Option<ProgressParams> {
        Some(ProgressParams {
            token: NumberOrString::String(self.token.clone()?),
            value: ProgressParamsValue::WorkDone(value),
        })
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        let end = WorkDoneProgress::End(WorkDoneProgressEnd { message: None });
        let Some(params) = self.params(end) else {
            return;
        };
        let client = self.client.clone();
        tokio::spawn(async move {
            client
                .send_notification::<ProgressNotification>(params)
                .await;
        });
    }
}
