//! The command line.

use std::process::ExitCode;

use crate::lsp::{self, ServeOptions};

/// Runs the program with the process's own arguments.
pub fn run() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some("lsp") {
        return ExitCode::from(2);
    }
    let mut options = ServeOptions::default();
    for argument in arguments {
        if let Some(id) = argument.strip_prefix("--clientProcessId=") {
            options.client_process_id = id.parse().ok();
        } else if let Some(file) = argument.strip_prefix("--log-file=") {
            options.log_file = Some(file.into());
        }
    }
    lsp::serve(options)
}
