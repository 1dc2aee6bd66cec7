//! The language server: the only door to tower-lsp and to the protocol's types.
//!
//! - [`transport`] takes messages in their order and changes [`documents`]; it never waits for a handler.
//! - A handler reads the documents through its own snapshot ([`request`]), and works on the engine's threads.
//! - Nobody waits for the client inside a call; it may never answer.

use std::{io, num::NonZero, path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use tokio::{runtime::Runtime, sync::mpsc};
use tower_lsp::LspService;

mod actions;
mod analysed;
mod backend;
mod background;
mod capabilities;
mod client;
mod commands;
mod convert;
mod desk;
mod diagnostics;
mod document;
mod documents;
mod fix_workspace;
mod folders;
mod framing;
mod hover;
mod lenses;
mod log;
mod parent;
mod profile;
mod progress;
mod publisher;
mod pull;
mod request;
mod resolve;
mod session;
mod setup;
mod status;
mod transport;
mod uri;

use backend::Backend;
use background::Background;
use desk::Desk;
use progress::Works;
use publisher::Publisher;
use session::Session;
use status::Status;
use transport::{End, Output, Transport};

use crate::{
    analysis::{Engine, Priority, Workers},
    cache::Mode,
    config::{self, CacheOptions, Environment, Request},
    os,
};

/// The name that diagnostics and settings carry.
const NAME: &str = "rustassistant";
/// What carrying out everything safe is called, in one file and in all.
const FIX_ALL_TITLE: &str = "RustAssistant: apply all safe fixes";
/// What writing may still take when the session is over.
const LAST_WORDS: Duration = Duration::from_millis(300);

/// How a server is started.
#[derive(Debug, Clone, Default)]
pub struct ServeOptions {
    /// The process that started the server: when it is gone, so is the session.
    pub client_process_id: Option<u32>,
    /// Where logs go instead of standard error.
    pub log_file: Option<PathBuf>,
}

/// Serves one session on standard input and output. The code is 0 if the client said `shutdown` before it left.
pub fn serve(options: ServeOptions) -> ExitCode {
    let ServeOptions {
        client_process_id,
        log_file,
    } = options;
    log::start(log_file.as_deref());
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
    // Whatever still runs ends with the process.
    runtime.shutdown_background();
    match end {
        End::Left if session.is_shut_down() => ExitCode::SUCCESS,
        End::Left | End::Unreadable | End::ParentGone => ExitCode::FAILURE,
    }
}

fn start_runtime() -> io::Result<Runtime> {
    // Calls only wait here: the work is done on the engine's threads.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(4)
        .thread_name(NAME)
        .enable_all()
        .build()
}

/// The user's own: no project may say where data goes.
fn cache_options(environment: &Environment) -> CacheOptions {
    let nowhere = environment.home.clone().unwrap_or_default();
    config::load(&Request::new(&nowhere), environment)
        .config
        .cache
}

/// Opens nothing yet: the cache's file is opened when something is first looked up.
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
    let service = LspService::build(|client| {
        let desk = Desk {
            client,
            session: Arc::clone(session),
            engine: engine_of_backend,
            publisher: Publisher::default(),
            background: Background::default(),
            works: Works::default(),
            status: Status::default(),
            cache,
        };
        Backend::new(Arc::new(desk), for_backend)
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
    // Neither thread can be joined: each may be inside a call of the system that never returns.
    std::thread::spawn(move || {
        let written =
            os::standard_output().and_then(|output| transport::write_all(messages, output));
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
    let last_words = async { tokio::join!(output.flush(), engine.store().close(LAST_WORDS)) };
    if tokio::time::timeout(LAST_WORDS, last_words).await.is_err() {
        tracing::info!("the session ended before everything was written");
    }
    end
}
