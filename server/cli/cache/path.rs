//! `cache path`.

use std::io::Write;

use crate::{
    cli::{Output, Verdict, output::say},
    config::Config,
};

pub(super) fn run(config: &Config, out: &mut Output) -> anyhow::Result<Verdict> {
    let Some(path) = &config.cache.path else {
        say(
            "note",
            "There is no cache file; reports are held in memory only.",
        );
        return Ok(Verdict::Fine);
    };
    writeln!(out, "{}", path.display())?;
    Ok(Verdict::Fine)
}
