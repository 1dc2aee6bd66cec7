//! `lsp`, and bare `--stdio`.

use std::{path::PathBuf, process::ExitCode};

/// What serves an editor: it is given the process to end with and the file to log to. The command line doesn't know the
/// language server, so whoever starts the command line brings it.
pub type Serve = fn(client_process_id: Option<u32>, log_file: Option<PathBuf>) -> ExitCode;

/// What editors say when they start the server.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Speak on standard input and output; there is no other way, so this changes nothing
    #[arg(long)]
    stdio: bool,
    /// End when the process with this id is gone
    #[arg(long = "clientProcessId", value_name = "PID")]
    client_process_id: Option<u32>,
    /// Write the log to a file instead of standard error
    #[arg(long, value_name = "FILE")]
    log_file: Option<PathBuf>,
}

impl Arguments {
    /// Whether the server is to be started though nobody said `lsp`.
    pub(super) fn is_wanted(&self) -> bool {
        self.stdio
    }
}

pub(super) fn run(arguments: Arguments, serve: Serve) -> ExitCode {
    serve(arguments.client_process_id, arguments.log_file)
}
