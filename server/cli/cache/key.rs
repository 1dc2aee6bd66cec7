//! The command `cache key`.

use std::{io::Write, path::PathBuf};

use super::{block_on, existing, place};
use crate::{
    analysis::{key, key_fields},
    cache::{Key, Lookup, SqliteCache},
    cli::{ExitStatus, Output, output::say},
    config::Config,
    migrations,
    workspace::{self, Manifests},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    file: PathBuf,
}

/// Whether a tier has an entry.
enum Has {
    Yes,
    No,
    /// The reason why it can't be determined.
    Fault(String),
}

pub(super) fn run(
    arguments: &Arguments,
    config: &Config,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let text = workspace::read(&arguments.file)?;
    let context = Manifests::new().context_of(&arguments.file);
    let key = key(&text, context);
    writeln!(out, "key: {key}")?;
    for (field, value) in key_fields(&text, context) {
        writeln!(out, "{field}: {value}")?;
    }
    // Memory belongs to a process, and this one has just started.
    let tiers = [
        ("memory", Some(Has::No)),
        ("local", local(config, key)),
        ("team", team(config, key)),
    ];
    let mut verdict = ExitStatus::Fine;
    for (tier, has) in tiers {
        let word = match has {
            None => "none is configured",
            Some(Has::Yes) => "yes",
            Some(Has::No) => "no",
            Some(Has::Fault(why)) => {
                say("error", &why);
                verdict = ExitStatus::Trouble;
                "fault"
            }
        };
        writeln!(out, "{tier}: {word}")?;
    }
    Ok(verdict)
}

fn local(config: &Config, key: Key) -> Option<Has> {
    config.cache.path.as_ref()?;
    let Some(path) = existing(config) else {
        return Some(Has::No);
    };
    let file = SqliteCache::at(path, &migrations::SQLITE);
    let contains = block_on(async {
        let contains = file.contains(&key).await;
        file.close().await;
        Ok(contains?)
    });
    Some(match contains {
        Ok(true) => Has::Yes,
        Ok(false) => Has::No,
        Err(error) => Has::Fault(format!("{error:#}")),
    })
}

fn team(config: &Config, key: Key) -> Option<Has> {
    let team = place::team(config).ok()?;
    let looked_up = block_on(async {
        let cache = place::connect(&team).await?;
        let lookup = cache.get_many(&[key]).await.pop();
        Ok(match lookup.unwrap_or(Lookup::Miss) {
            Lookup::Hit(..) => Has::Yes,
            Lookup::Miss => Has::No,
            Lookup::Fault(kind) => Has::Fault(cache.last_fault(kind).to_string()),
        })
    });
    Some(looked_up.unwrap_or_else(|error| Has::Fault(format!("{error:#}"))))
}
