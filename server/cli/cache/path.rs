//! The command `cache path`.

use std::io::Write;

use crate::{
    cli::{ExitStatus, Output, output::say},
    config::Config,
};

pub(super) fn run(config: &Config, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let Some(path) = &config.cache.path else {
        say(
            "note",
            "There is no cache file; reports are kept in memory only.",
        );
        return Ok(ExitStatus::Fine);
    };
    writeln!(out, "{}", path.display())?;
    Ok(ExitStatus::Fine)
}
