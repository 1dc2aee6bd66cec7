//! The commands `config …`.

use std::io::Write;

use anyhow::Context;

use super::{
    ExitStatus, Output,
    output::say,
    settings::{self, Settings},
};
use crate::config::{FileState, Loaded, schema};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: settings::Arguments,
}

#[derive(Debug, Clone, Copy, clap::Subcommand)]
enum Command {
    /// Print every option's value here, and where it is set
    Show,
    /// Print the configuration files
    Path,
    /// Print the JSON schema of `rustassistant.toml` and `config.toml`
    Schema,
    /// Check the options that apply here
    Check,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    if let Command::Schema = arguments.command {
        writeln!(out, "{}", serde_json::to_string_pretty(&schema())?)?;
        return Ok(ExitStatus::Fine);
    }
    let here = std::env::current_dir().context("The current directory can't be read")?;
    let loaded = Settings::new(&arguments.settings).look_up(&here);
    for warning in &loaded.warnings {
        say("warning", warning);
    }
    match arguments.command {
        Command::Show => show(&loaded, out)?,
        Command::Path => path(&loaded, out)?,
        Command::Check => advise(&loaded),
        Command::Schema => {}
    }
    Ok(check(&loaded))
}

fn show(loaded: &Loaded, out: &mut Output) -> anyhow::Result<()> {
    for option in loaded.config.shown() {
        writeln!(out, "{option}")?;
    }
    Ok(())
}

fn path(loaded: &Loaded, out: &mut Output) -> anyhow::Result<()> {
    for file in &loaded.looked_at {
        let word = found_word(file.found);
        writeln!(out, "{} ({word})", file.path.display())?;
    }
    Ok(())
}

pub(super) fn found_word(found: FileState) -> &'static str {
    match found {
        FileState::Read => "read",
        FileState::Absent => "not found",
        FileState::Refused => "refused",
    }
}

fn advise(loaded: &Loaded) {
    for advice in &loaded.advice {
        say("warning", advice);
    }
}

fn check(loaded: &Loaded) -> ExitStatus {
    for problem in &loaded.problems {
        say("error", &problem.to_string());
    }
    if loaded.problems.is_empty() {
        return ExitStatus::Fine;
    }
    ExitStatus::Trouble
}
