//! The command `lsp`, and bare `--stdio`. The caller passes in the server itself.

use std::path::PathBuf;

/// Flags with which editors start the server.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Start {
    /// Use standard input and output; accepted for compatibility, this is the only transport
    #[arg(long)]
    stdio: bool,
    /// Exit when the process with this id exits
    #[arg(long = "clientProcessId", value_name = "PID")]
    pub client_process_id: Option<u32>,
    /// Write the log to a file instead of standard error
    #[arg(long, value_name = "FILE")]
    pub log_file: Option<PathBuf>,
}

impl Start {
    /// Whether `--stdio` starts the server without `lsp`.
    pub(super) fn is_wanted(&self) -> bool {
        self.stdio
    }
}
