//! The command `mcp`. The caller passes in the server itself.

use std::{io::Write, path::PathBuf};

use super::Output;
use crate::report::AGENT_INSTRUCTIONS;

/// Error message of a build without support for agents.
pub const NO_AGENTS: &str =
    "this build doesn't support coding agents; install it with the feature `mcp`";

/// Options for starting the server for an agent.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct StartForAgents {
    /// The project's directory; nothing outside it is read or changed
    #[arg(default_value = ".", value_name = "FOLDER")]
    pub root: PathBuf,
    /// Let the agent apply refactorings; without this flag no file is changed
    #[arg(long)]
    pub allow_write: bool,
    /// Let the agent check with rustc, which starts cargo and runs the packages' build scripts and procedural macros
    #[arg(long)]
    pub allow_build: bool,
    /// Print instructions for the agent's model, and exit
    #[arg(long)]
    pub(super) instructions: bool,
}

pub(super) fn write_instructions(out: &mut Output) -> anyhow::Result<()> {
    out.write_all(AGENT_INSTRUCTIONS.as_bytes())?;
    out.flush()?;
    Ok(())
}
