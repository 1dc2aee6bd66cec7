//! The interface for coding agents: findings, offers and proofs over the Model Context Protocol, on standard input and output.
//!
//! An agent can only read unless the user allows more: files are changed only with `--allow-write`, and cargo is started only
//! with `--allow-build`. An offer's name is derived from the offer's contents, so a stale one is refused, and every edit is
//! derived again from the current source text. Only this module depends on `rmcp`.

mod answer;
mod apply;
mod explain;
mod findings;
mod offer_name;
mod offers;
mod preview;
mod project;
mod tools;
mod verify;

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorCode,
        Implementation, InitializeResult, ListToolsResult, PaginatedRequestParams,
        ServerCapabilities, ServerConfig,
    },
    service::RequestContext,
    transport::async_rw::AsyncRwTransport,
};
use tokio::runtime::{Builder, Runtime};

use crate::{
    os::{Signal, Signals},
    report::AGENT_INSTRUCTIONS,
};
use answer::Refused;
use project::{Allowed, Project};

/// Options for starting the server.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// The folder that limits all access.
    pub root: PathBuf,
    pub may_write: bool,
    pub may_build: bool,
}

/// Maximum message length in bytes; longer ones are dropped unread. A patch that is too large still fits, and is refused with
/// an error message.
const LONGEST_MESSAGE: usize = 128 << 20;
/// Time to finish the last writes. Whatever is still running afterwards ends with the process.
const LAST_WRITES: Duration = Duration::from_secs(3);

/// Serves one agent until it leaves.
pub fn serve(options: &ServeOptions) -> Result<(), String> {
    let allowed = Allowed {
        write: options.may_write,
        build: options.may_build,
    };
    let project = Arc::new(Project::open(&options.root, allowed)?);
    let runtime = runtime().map_err(|error| format!("The program can't start: {error}"))?;
    let served = runtime.block_on(served(Arc::clone(&project)));
    runtime.block_on(project.end(LAST_WRITES));
    // A read of standard input can't be cancelled.
    runtime.shutdown_background();
    served
}

fn runtime() -> io::Result<Runtime> {
    // Calls only wait on these threads; the work runs on the engine's threads.
    Builder::new_current_thread()
        .max_blocking_threads(4)
        .enable_all()
        .build()
}

async fn served(project: Arc<Project>) -> Result<(), String> {
    let mut signals =
        Signals::new().map_err(|error| format!("Can't listen for signals: {error}"))?;
    let transport = AsyncRwTransport::new(tokio::io::stdin(), tokio::io::stdout())
        .with_max_line_length(LONGEST_MESSAGE);
    let session = async {
        // An agent that leaves before the handshake isn't an error.
        if let Ok(running) = Door(project).serve(transport).await {
            let _ = running.waiting().await;
        }
    };
    tokio::pin!(session);
    loop {
        tokio::select! {
            () = &mut session => return Ok(()),
            signal = signals.next() => if signal == Signal::End {
                return Ok(());
            },
        }
    }
}

/// Handles the requests that `rmcp` receives.
struct Door(Arc<Project>);

impl ServerHandler for Door {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        InitializeResult::new(capabilities)
            .with_server_info(Implementation::new(
                "rustassistant",
                env!("CARGO_PKG_VERSION"),
            ))
            .with_instructions(AGENT_INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::all(self.0.allowed)))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let arguments = request.arguments.unwrap_or_default();
        let answer = tools::call(&self.0, &request.name, arguments, &context.ct).await;
        let result = match answer {
            Ok(answer) => CallToolResult::success(vec![ContentBlock::text(answer.text())]),
            Err(Refused::Because(why)) => {
                CallToolResult::error(vec![ContentBlock::text(answer::Answer::words(why).text())])
            }
            Err(Refused::BadCall(why)) => {
                let why = answer::Answer::words(why).text();
                return Err(ErrorData::new(ErrorCode::INVALID_PARAMS, why, None));
            }
        };
        Ok(result.into())
    }
}
