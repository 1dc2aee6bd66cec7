//! The language server: the only door to tower-lsp and to the protocol's types.
//!
//! - [`transport`] takes messages in their order and changes [`documents`]; it never waits for a handler.
//! - A handler reads the documents through its own snapshot ([`request`]), and works on the engine's threads.
//! - Nobody waits for the client inside a call; it may never answer.

use std::{path::PathBuf, process::ExitCode, sync::Arc, time::Duration};

use tokio::{runtime::Runtime, sync::mpsc};
use tower_lsp::LspService;

mod backend;
mod capabilities;
mod document;
mod documents;
mod framing;
mod log;
mod parent;
mod profile;
mod request;
mod session;
mod transport;
mod uri;

use backend::Backend;
use session::Session;
use transport::{End, Output, Transport};

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
    log::start(options.log_file.as_deref());
    let runtime = match start_runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!("the server can't start its threads: {error}");
            return ExitCode::from(2);
        }
    };
    let session = Arc::new(Session::default());
    let end = runtime.block_on(hold(&runtime, &session, &options));
    // Whatever still runs ends with the process.
    runtime.shutdown_background();
    match end {
        End::Left if session.is_shut_down() => ExitCode::SUCCESS,
        End::Left | End::Unreadable | End::ParentGone => ExitCode::FAILURE,
    }
}

fn start_runtime() -> std::io::Result<Runtime> {
    // Calls only wait here: the work is done on the engine's threads.
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .max_blocking_threads(4)
        .thread_name(NAME)
        .enable_all()
        .build()
}

async fn hold(runtime: &Runtime, session: &Arc<Session>, options: &ServeOptions) -> End {
    let (output, messages) = Output::new();
    let (ends, mut ended) = mpsc::unbounded_channel();
    let service = {
        let (session, ends) = (Arc::clone(session), ends.clone());
        LspService::build(|client| Backend::new(client, session, ends)).finish()
    };
    let transport = Transport::new(
        service,
        Arc::clone(session),
        runtime.handle().clone(),
        output.clone(),
    );
    let left = ends.clone();
    // Neither thread can be joined: each may be inside a call of the system that never returns.
    std::thread::spawn(move || {
        let written = transport::write_all(messages, std::io::stdout().lock());
        tracing::debug!("writing ended: {written:?}");
        let _ = left.send(End::Left);
    });
    let read_to_end = ends.clone();
    std::thread::spawn(move || {
        let end = transport.run(std::io::stdin().lock());
        let _ = read_to_end.send(end);
    });
    if let Some(process) = options.client_process_id {
        backend::end_with_process(process, ends.clone());
    }
    let end = ended.recv().await.unwrap_or(End::Left);
    let _ = tokio::time::timeout(LAST_WORDS, output.flush()).await;
    end
}
