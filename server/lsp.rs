//! The language server: the only door to tower-lsp and to the protocol's types.
//!
//! - [`transport`] takes messages in their order and changes [`documents`]; it never waits for a handler.
//! - A handler reads the documents through its own snapshot ([`request`]), and works on the engine's threads.
//! - Nobody waits for the client inside a call; it may never answer.

use std::{
    fs::File, io, num::NonZero, path::PathBuf, process::ExitCode, sync::Arc, time::Duration,
};

use tokio::{runtime::Runtime, sync::mpsc};
use tower_lsp::LspService;

mod actions;
mod analysed;
mod backend;
mod background;
mod capabilities;
mod client;
mod convert;
mod desk;
mod diagnostics;
mod document;
mod documents;
mod folders;
mod framing;
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
mod transport;
mod uri;

use backend::Backend;
use background::Background;
use desk::Desk;
use progress::Works;
use publisher::Publisher;
use session::Session;
use transport::{End, Output, Transport};

use crate::{
    analysis::{Engine, Priority, Workers},
    cache::{Mode, TieredCache, TieredOptions},
    config::{self, Environment, Request},
};

/// The name that diagnostics and settings carry.
const NAME: &str = "rustassistant";
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
    let engine = Arc::new(start_engine(&environment));
    let session = Arc::new(Session::new(environment));
    let end = runtime.block_on(hold(&runtime, &session, &engine, client_process_id));
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

/// Opens nothing yet: the cache's file is opened when something is first looked up.
fn start_engine(environment: &Environment) -> Engine {
    let nowhere = environment.home.clone().unwrap_or_default();
    let cache = config::load(&Request::new(&nowhere), environment)
        .config
        .cache;
    let store = TieredCache::open(TieredOptions {
        path: cache.path,
        team: cache.team,
        memory_bytes: usize::try_from(cache.memory).unwrap_or(usize::MAX),
        disk_bytes: cache.disk,
        max_age: cache.age,
        mode: Mode::Server,
    });
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let workers = Workers {
        interactive: cores,
        background: (cores / 2).max(1),
        background_priority: Priority::Low,
    };
    Engine::new(Arc::new(store), workers)
}

/// Standard output without its buffer of lines, which would write each message in two pieces and wake the client twice.
fn standard_output() -> io::Result<File> {
    let output = io::stdout();
    #[cfg(unix)]
    let own = std::os::fd::AsFd::as_fd(&output).try_clone_to_owned()?;
    #[cfg(windows)]
    let own = std::os::windows::io::AsHandle::as_handle(&output).try_clone_to_owned()?;
    Ok(File::from(own))
}

async fn hold(
    runtime: &Runtime,
    session: &Arc<Session>,
    engine: &Arc<Engine>,
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
        let written = standard_output().and_then(|output| transport::write_all(messages, output));
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
