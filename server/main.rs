//! The two doors meet here and nowhere else: neither knows the other.

use std::process::ExitCode;

use rustassistant::{
    cli, compiler,
    lsp::{self, ServeOptions},
};

fn main() -> ExitCode {
    if let Some(code) = compiler::stand_in() {
        return code;
    }
    cli::run(|start| {
        lsp::serve(ServeOptions {
            client_process_id: start.client_process_id,
            log_file: start.log_file,
        })
    })
}
