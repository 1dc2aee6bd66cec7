//! The language server: the only module that uses tower-lsp and the protocol's types.
//!
//! In reading order, each part using only those before it:
//!
//! 1. [`wire`]: the protocol's conventions. [`wire::profile`] holds the client's capabilities; [`wire::positions`] and
//!    [`wire::uri`] convert positions and document names.
//! 2. [`session`]: the open documents, from [`session::memo`] (memoized results of one version) and [`session::document`] to
//!    [`session::server`], which every handler receives. [`session::transport`] reads messages in order and changes
//!    [`session::documents`]; it never waits for a handler.
//! 3. [`features`]: the requests, from [`features::diagnostics`] and [`features::actions`] to [`features::commands`].
//! 4. [`backend`]: dispatches the protocol's methods to the features.
//!
//! A handler reads the documents through a snapshot ([`session::request`]) and works on the engine's threads. No call waits for
//! the client, because it may never respond.

use std::{io, num::NonZero, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use tokio::{runtime::Runtime, sync::mpsc};
use tower_lsp::LspService;

mod wire;

mod session;

mod features;

mod backend;

use backend::Backend;
use session::{
    closed::ClosedFiles,
    output::{self, Output},
    server::Server,
    state::Session,
    status::Status,
    tasks::{LatestRun, PublishQueue},
    transport::{End, Transport},
};
use wire::{NAME, log, progress::ProgressTokens};

use crate::{
    analysis::{Engine, Priority, Workers},
    cache::{Mode, locks},
    config::{self, CacheOptions, Environment, Request},
    os,
};

/// Maximum time to flush output after the session has ended.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(300);

/// Options for starting a server.
#[derive(Debug, Clone, Default)]
pub struct ServeOptions {
    /// The process that started the server; the session ends when it exits.
    pub client_process_id: Option<u32>,
    /// Where logs go instead of standard error.
    pub log_file: Option<PathBuf>,
}

/// Serves one session on standard input and output. Returns success if the client sent `shutdown` before it left.
pub fn serve(options: ServeOptions) -> ExitCode {
    let ServeOptions {
        client_process_id,
        log_file,
    } = options;
    // Dropped last, so that the session's last log lines are written.
    let _log = log::start(log_file.as_deref());
    let runtime = match start_runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("the server can't start its threads: {error}");
            return ExitCode::from(2);
        }
    };
    let environment = Environment::of_process();
    let cache = cache_options(&environment);
    let engine = Arc::new(start_engine(&cache));
    let session = Arc::new(Session::new(environment));
    let end = runtime.block_on(hold(&runtime, &session, &engine, cache, client_process_id));
    // Whatever is still running ends with the process.
    runtime.shutdown_background();
    match end {
        End::Left if session.is_shut_down() => ExitCode::SUCCESS,
        End::Left | End::Unreadable | End::ParentGone => ExitCode::FAILURE,
    }
}

fn start_runtime() -> io::Result<Runtime> {
    // Calls only wait on these threads; the work runs on the engine's threads.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(4)
        .thread_name(NAME)
        .enable_all()
        .build()
}

/// Only the user's configuration counts: a project mustn't decide where data is sent.
fn cache_options(environment: &Environment) -> CacheOptions {
    let nowhere = environment.home.clone().unwrap_or_default();
    config::load(&Request::new(&nowhere), environment)
        .config
        .cache
}

fn start_engine(cache: &CacheOptions) -> Engine {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let workers = Workers {
        interactive: cores,
        background: (cores / 2).max(1),
        background_priority: Priority::Low,
    };
    Engine::open(cache, Mode::Server, workers)
}

async fn hold(
    runtime: &Runtime,
    session: &Arc<Session>,
    engine: &Arc<Engine>,
    cache: CacheOptions,
    parent: Option<u32>,
) -> End {
    let (output, messages) = Output::new();
    let (ends, mut ended) = mpsc::unbounded_channel();
    let (for_backend, engine_of_backend) = (ends.clone(), Arc::clone(engine));
    let output_of_backend = output.clone();
    let service = LspService::build(|client| {
        let status = Status::new(
            client.clone(),
            Arc::clone(session),
            Arc::clone(&engine_of_backend),
        );
        let server = Server {
            client,
            output: output_of_backend,
            session: Arc::clone(session),
            engine: engine_of_backend,
            publish_queue: PublishQueue::default(),
            background: LatestRun::default(),
            closed: ClosedFiles::default(),
            progress: ProgressTokens::default(),
            status,
            cache,
        };
        Backend::new(Arc::new(server), for_backend)
    })
    .custom_method("window/workDoneProgress/cancel", Backend::cancel_progress)
    .finish();
    let transport = Transport::new(
        service,
        Arc::clone(session),
        runtime.handle().clone(),
        output.clone(),
    );
    let left = ends.clone();
    // Neither thread can be joined, because each may be blocked in a system call that never returns.
    std::thread::spawn(move || {
        let written = os::standard_output().and_then(|output| output::write_all(messages, output));
        tracing::debug!("writing ended: {written:?}");
        let _ = left.send(End::Left);
    });
    let read_to_end = ends.clone();
    std::thread::spawn(move || {
        let end = transport.run(io::stdin().lock());
        let _ = read_to_end.send(end);
    });
    if let Some(process) = parent {
        backend::end_with_process(process, ends.clone());
    }
    let end = ended.recv().await.unwrap_or(End::Left);
    let last_writes = async {
        tokio::join!(
            output.flush(),
            engine.store().close(FLUSH_TIMEOUT),
            session.compiler.end(),
        )
    };
    if tokio::time::timeout(FLUSH_TIMEOUT, last_writes)
        .await
        .is_err()
    {
        tracing::info!("the session ended before all output was written");
    }
    end
}
