//! `cache key`.

use std::{io::Write, path::PathBuf};

use super::{existing, with_store};
use crate::{
    analysis::{key, key_fields},
    cache::Tier,
    cli::{Output, Verdict},
    config::Config,
    workspace::{self, Manifests},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    file: PathBuf,
}

pub(super) fn run(
    arguments: &Arguments,
    config: &Config,
    out: &mut Output,
) -> anyhow::Result<Verdict> {
    let text = workspace::read(&arguments.file)?;
    let context = Manifests::new().context_of(&arguments.file);
    let key = key(&text, context);
    let tier = match existing(config) {
        Some(_) => with_store(config, async |work| Ok(work.store().locate(&key).await?))?,
        None => None,
    };
    writeln!(out, "key: {key}")?;
    for (field, value) in key_fields(&text, context) {
        writeln!(out, "{field}: {value}")?;
    }
    writeln!(out, "found: {}", tier.map_or("in no tier", tier_word))?;
    Ok(Verdict::Fine)
}

fn tier_word(tier: Tier) -> &'static str {
    match tier {
        Tier::Memory => "in memory",
        Tier::Local => "in the local file",
        Tier::Remote => "in the team's cache",
    }
}
