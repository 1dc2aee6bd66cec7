//! `cache stats`.

use std::io::Write;

use super::{existing, with_store};
use crate::{
    cache::Holdings,
    cli::{Output, Verdict},
    config::Config,
};

pub(super) fn run(config: &Config, out: &mut Output) -> anyhow::Result<Verdict> {
    let holdings = match existing(config) {
        Some(_) => with_store(config, async |work| Ok(work.store().holdings().await?))?,
        None => Holdings::default(),
    };
    let path = config.cache.path.as_ref();
    let place = path.map_or("none, in memory only".to_owned(), |path| {
        path.display().to_string()
    });
    writeln!(out, "file: {place}")?;
    writeln!(out, "entries: {}", holdings.entries)?;
    writeln!(out, "bytes of entries: {}", holdings.envelope_bytes)?;
    writeln!(out, "bytes on disk: {}", holdings.disk_bytes)?;
    writeln!(out, "limit on disk: {}", config.cache.disk)?;
    Ok(Verdict::Fine)
}
