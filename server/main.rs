//! The program: connects the interfaces, which don't know each other.

use std::process::ExitCode;

use rustassistant::{
    cli, compiler,
    lsp::{self, ServeOptions},
};

fn main() -> ExitCode {
    if let Some(code) = compiler::stand_in() {
        return code;
    }
    let editors = |start: cli::Start| {
        lsp::serve(ServeOptions {
            client_process_id: start.client_process_id,
            log_file: start.log_file,
        })
    };
    cli::run(editors, agents)
}

#[cfg(feature = "mcp")]
fn agents(start: cli::StartForAgents) -> Result<(), String> {
    rustassistant::mcp::serve(&rustassistant::mcp::ServeOptions {
        root: start.root,
        may_write: start.allow_write,
        may_build: start.allow_build,
    })
}

#[cfg(not(feature = "mcp"))]
fn agents(_: cli::StartForAgents) -> Result<(), String> {
    Err(cli::NO_AGENTS.to_owned())
}
