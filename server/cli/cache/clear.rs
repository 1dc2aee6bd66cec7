//! `cache clear`.

use std::io::Write;

use super::{existing, with_store};
use crate::{
    cli::{Output, Verdict},
    config::Config,
};

pub(super) fn run(config: &Config, out: &mut Output) -> anyhow::Result<Verdict> {
    let removed = match existing(config) {
        Some(_) => with_store(config, async |work| Ok(work.store().clear().await?))?,
        None => 0,
    };
    writeln!(out, "entries removed: {removed}")?;
    Ok(Verdict::Fine)
}
