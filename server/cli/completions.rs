//! The command `completions SHELL`.

use std::io::Write;

use clap::CommandFactory;
use clap_complete::Shell;

use super::{ExitStatus, Output};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    shell: Shell,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    // The generator panics on write errors, so it writes to memory.
    let mut script = Vec::new();
    let mut command = super::Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "rustassistant", &mut script);
    out.write_all(&script)?;
    Ok(ExitStatus::Fine)
}
