//! Runs the analysis on threads and through the cache. Contains no rules about code.

mod batch;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, OnceLock},
};

use rayon::{ThreadPool, ThreadPoolBuilder};
use tokio_util::sync::CancellationToken;

use super::{OpenFile, measure::Extent, stored};
use crate::{
    cache::{Lookup, Mode, TieredCache, TieredOptions},
    config::CacheOptions,
    facts::FileReport,
    migrations, os,
    survey::FileSurvey,
    syntax::{FileContext, STACK_SIZE},
};
use batch::{Answer, Batch, Belief, Keys, complete, found};

/// Computes reports on dedicated threads, and stores them in the cache.
pub struct Engine {
    store: Arc<TieredCache>,
    workers: Workers,
    /// Started on first use, so that an idle server has no such threads.
    interactive: OnceLock<ThreadPool>,
    background: OnceLock<ThreadPool>,
}

/// Numbers of threads; 0 means one per core, or the value of `RAYON_NUM_THREADS`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Workers {
    /// For interactive requests.
    pub interactive: usize,
    /// For whole workspaces.
    pub background: usize,
    pub background_priority: Priority,
}

/// Thread priority under load.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Priority {
    #[default]
    Normal,
    /// Below all other processes, if the system supports thread priorities.
    Low,
}

/// Origin of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportOrigin {
    Memory,
    Local,
    Remote,
    /// The file was parsed. `Fault` means that a cache failed rather than missed.
    Computed(CacheOutcome),
}

/// Outcome of a lookup that found no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheOutcome {
    Miss,
    Fault,
}

/// Reason why work wasn't finished.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WorkError {
    #[error("the analysis panicked: {0}")]
    Panicked(String),
    #[error("no thread could be started for the analysis: {0}")]
    NoThreads(String),
}

/// A source text to analyse, and its context.
pub type Input = (Arc<str>, FileContext);

/// A report and its origin.
pub type FoundReport = (Arc<FileReport>, ReportOrigin);

/// A report and a survey of one source text.
#[derive(Debug, Clone)]
pub struct FoundSurvey {
    pub report: FoundReport,
    pub survey: Arc<FileSurvey>,
    /// Whether either required parsing.
    pub was_parsed: bool,
}

/// Files per batch.
const BATCH: usize = 64;

impl Engine {
    /// Opens the engine with the configured cache, whose file is opened by the first lookup.
    pub fn open(options: &CacheOptions, mode: Mode, workers: Workers) -> Self {
        let store = TieredCache::open(
            TieredOptions {
                path: options.path.clone(),
                team: options.team.clone(),
                memory_bytes: usize::try_from(options.memory).unwrap_or(usize::MAX),
                disk_bytes: options.disk,
                max_age: options.age,
                mode,
            },
            &migrations::SQLITE,
        );
        Self::new(Arc::new(store), workers)
    }

    pub fn new(store: Arc<TieredCache>, workers: Workers) -> Self {
        Self {
            store,
            workers,
            interactive: OnceLock::new(),
            background: OnceLock::new(),
        }
    }

    pub fn store(&self) -> &Arc<TieredCache> {
        &self.store
    }

    /// Runs interactive work on a thread with a large stack. A panic only ends this work.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        run_in(
            pool(
                &self.interactive,
                self.workers.interactive,
                Priority::Normal,
                "interactive",
            )?,
            work,
        )
        .await
    }

    /// Runs work on the background threads, with lower priority than interactive work.
    pub async fn run_behind<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, WorkError> {
        run_in(self.background()?, work).await
    }

    /// Loads the report of an open file from this machine's caches, without network access. Returns whether there was one.
    pub async fn recall(&self, file: &OpenFile) -> bool {
        let key = stored::key(file.text(), file.context());
        let lookup = self.store.get_near(&[key]).await.pop();
        let Ok((report, _)) = found(lookup.unwrap_or(Lookup::Miss), file.text()) else {
            return false;
        };
        file.accept_report(report);
        true
    }

    /// Stores the report of an open file, if computed. The source text must be saved: reports of unsaved ones stay in memory.
    pub fn keep(&self, file: &OpenFile) {
        if file.has_report() {
            let key = stored::key(file.text(), file.context());
            self.store.put(key, stored::encode(file.report()));
        }
    }

    /// Returns the reports of many source texts in order, through the cache, in the background. After cancellation, there are
    /// fewer reports than inputs. Calls `progress` with the number of finished ones.
    pub async fn reports(
        &self,
        inputs: Vec<Input>,
        progress: &(dyn Fn(usize) + Sync),
        cancel: &CancellationToken,
    ) -> Result<Vec<FoundReport>, WorkError> {
        let mut answers = Vec::with_capacity(inputs.len());
        for batch in inputs.chunks(BATCH) {
            if cancel.is_cancelled() {
                break;
            }
            let batch = self.batch(batch, Extent::Report, cancel).await?;
            answers.extend(batch.into_iter().map(|answer| answer.report));
            progress(answers.len());
        }
        Ok(answers)
    }

    /// Like [`Engine::reports`], with surveys, which never leave this machine.
    pub async fn surveys(
        &self,
        inputs: Vec<Input>,
        progress: &(dyn Fn(usize) + Sync),
        cancel: &CancellationToken,
    ) -> Result<Vec<FoundSurvey>, WorkError> {
        let mut answers = Vec::with_capacity(inputs.len());
        for batch in inputs.chunks(BATCH) {
            if cancel.is_cancelled() {
                break;
            }
            let batch = self.batch(batch, Extent::ReportAndSurvey, cancel).await?;
            answers.extend(batch.into_iter().filter_map(Answer::with_survey));
            progress(answers.len());
        }
        Ok(answers)
    }

    async fn batch(
        &self,
        inputs: &[Input],
        extent: Extent,
        cancel: &CancellationToken,
    ) -> Result<Vec<Answer>, WorkError> {
        let pool = self.background()?;
        let shared: Arc<[Input]> = inputs.into();
        let texts = Arc::clone(&shared);
        let keys = run_in(pool, move || Keys::of(&texts, extent)).await?;
        let reports = self.store.get_many(&keys.reports).await;
        let surveys = self.store.get_near(&keys.surveys).await;
        let belief = |key| {
            if self.store.is_sample(key) {
                Belief::Compared
            } else {
                Belief::Taken
            }
        };
        let beliefs = keys.reports.iter().map(belief).collect();
        let batch = Batch {
            inputs: shared,
            keys,
            reports,
            beliefs,
            surveys,
        };
        let cancel = cancel.clone();
        let completed = run_in(pool, move || complete(batch, &cancel)).await?;
        for key in completed.wrong {
            self.store.distrust(&key).await;
        }
        self.store.put_many(completed.fresh).await;
        Ok(completed.answers)
    }

    fn background(&self) -> Result<&ThreadPool, WorkError> {
        pool(
            &self.background,
            self.workers.background,
            self.workers.background_priority,
            "background",
        )
    }
}

fn pool<'a>(
    cell: &'a OnceLock<ThreadPool>,
    threads: usize,
    priority: Priority,
    name: &'static str,
) -> Result<&'a ThreadPool, WorkError> {
    if let Some(pool) = cell.get() {
        return Ok(pool);
    }
    let pool = ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK_SIZE)
        .thread_name(move |index| format!("{name} {index}"))
        .start_handler(move |_| {
            if priority == Priority::Low
                && let Err(error) = os::step_back()
            {
                tracing::debug!("the background keeps its priority: {error}");
            }
        })
        .build()
        .map_err(|error| WorkError::NoThreads(error.to_string()))?;
    Ok(cell.get_or_init(|| pool))
}

async fn run_in<T: Send + 'static>(
    pool: &ThreadPool,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, WorkError> {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    pool.spawn(move || {
        let result = catch_unwind(AssertUnwindSafe(work));
        // Fails if the caller was cancelled.
        let _ = sender.send(result.map_err(|panic| WorkError::Panicked(message(&*panic))));
    });
    match receiver.await {
        Ok(result) => result,
        Err(_) => Err(WorkError::Panicked("the thread ended".to_owned())),
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "without a message".to_owned())
}
