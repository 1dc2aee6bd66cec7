//! `lsp`, and bare `--stdio`. The server itself is passed in by the caller.

use std::path::PathBuf;

/// Flags with which editors start the server.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Start {
    /// Speak on standard input and output; there is no other way, so this changes nothing
    #[arg(long)]
    stdio: bool,
    /// End when the process with this id is gone
    #[arg(long = "clientProcessId", value_name = "PID")]
    pub client_process_id: Option<u32>,
    /// Write the log to a file instead of standard error
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
}

impl Start {
    /// Whether `--stdio` asks for the server without `lsp`.
    pub(super) fn is_wanted(&self) -> bool {
        self.stdio
    }
}
