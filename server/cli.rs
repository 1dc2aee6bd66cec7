//! The command line.

use std::process::ExitCode;

/// Runs the program with the process's own arguments.
pub fn run() -> ExitCode {
    ExitCode::from(2)
}
