//! `cache …`.

mod serve;

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;

use super::{
    Output, Verdict,
    output::say,
    settings::{self, Settings},
    work::Work,
};
use crate::{
    analysis::{key, key_fields},
    cache::{Holdings, Tier},
    config::Config,
    workspace::{self, Manifests},
};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: settings::Arguments,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Say how much is kept
    Stats,
    /// Say where it is kept
    Path,
    /// Say what the key of a file's report is made of, and which tier has it
    Key { file: PathBuf },
    /// Forget everything
    Clear,
    /// Serve a team's cache over HTTP
    Serve(Box<serve::Arguments>),
}

impl Arguments {
    /// Starts the log of the command, where it has one of its own; whether it has.
    pub(super) fn keep_own_log(&self) -> bool {
        match &self.command {
            Command::Serve(arguments) => serve::keep_log(arguments),
            _ => false,
        }
    }
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<Verdict> {
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let config = Settings::new(&arguments.settings).of(&here)?;
    match &arguments.command {
        Command::Stats => stats(&config, out),
        Command::Path => path(&config, out),
        Command::Key { file } => print_key(&config, file, out),
        Command::Clear => clear(&config, out),
        Command::Serve(arguments) => serve::run(arguments, out),
    }
}

/// Asking must not make a file that isn't there.
fn existing(config: &Config) -> Option<&Path> {
    let path = config.cache.path.as_deref()?;
    path.exists().then_some(path)
}

fn path(config: &Config, out: &mut Output) -> anyhow::Result<Verdict> {
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

fn stats(config: &Config, out: &mut Output) -> anyhow::Result<Verdict> {
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

fn clear(config: &Config, out: &mut Output) -> anyhow::Result<Verdict> {
    let removed = match existing(config) {
        Some(_) => with_store(config, async |work| Ok(work.store().clear().await?))?,
        None => 0,
    };
    writeln!(out, "entries removed: {removed}")?;
    Ok(Verdict::Fine)
}

fn print_key(config: &Config, file: &Path, out: &mut Output) -> anyhow::Result<Verdict> {
    let text = workspace::read(file)?;
    let context = Manifests::new().context_of(file);
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

/// Asks the cache something, and closes it.
fn with_store<T>(
    config: &Config,
    ask: impl AsyncFnOnce(&Work) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let work = Work::with_cache(&config.cache)?;
    let answer = work.block_on(ask(&work));
    work.finish();
    answer
}
