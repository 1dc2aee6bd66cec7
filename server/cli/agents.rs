//! `mcp`. The server itself is passed in by the caller.

use std::{io::Write, path::PathBuf};

use super::Output;
use crate::report::AGENT_INSTRUCTIONS;

/// What a build without the door says when it is asked for.
pub const NO_AGENTS: &str = "this build has no door for agents; install with the feature `mcp`";

/// How the server is started for an agent.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct StartForAgents {
    /// The project's folder, which nothing leads out of
    #[arg(default_value = ".", value_name = "FOLDER")]
    pub root: PathBuf,
    /// Let the agent carry out what is offered; without it, nothing is changed
    #[arg(long)]
    pub allow_write: bool,
    /// Let the agent ask rustc, which starts cargo and so runs the packages' build scripts and procedural macros
    #[arg(long)]
    pub allow_build: bool,
    /// Print what to tell a model, and end
    #[arg(long)]
    pub(super) instructions: bool,
}

pub(super) fn write_instructions(out: &mut Output) -> anyhow::Result<()> {
    out.write_all(AGENT_INSTRUCTIONS.as_bytes())?;
    out.flush()?;
    Ok(())
}
