//! The commands that query a language model: `refactor plan`, `refactor rewrite`, and `model …`.

#[cfg(feature = "model")]
mod asking;
#[cfg(feature = "model")]
mod check;
#[cfg(feature = "model")]
mod function;
#[cfg(feature = "model")]
mod name;
#[cfg(not(feature = "model"))]
mod no_model;
#[cfg(feature = "model")]
mod plan;
#[cfg(feature = "model")]
mod rewrite;
#[cfg(feature = "model")]
mod status;

#[cfg(feature = "model")]
pub(super) use name::proposed_names;
#[cfg(not(feature = "model"))]
pub(super) use no_model::proposed_names;
#[cfg(not(feature = "model"))]
use no_model::{check, plan, rewrite, status};

use super::{
    ExitStatus, Output,
    settings::{self, Settings},
};
use crate::{analysis::NamedPlace, config::ModelChoice};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: settings::Arguments,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Print the configured model, its token budget and the tokens used
    Status(Status),
    /// Send a minimal request, and print the result
    Check,
}

#[derive(Debug, clap::Args)]
pub(super) struct Status {
    /// Print the request for this function without sending it
    #[arg(long, value_name = "FILE:LINE")]
    show: Option<NamedPlace>,
    /// The task of the printed request
    #[arg(long, value_enum, default_value_t = Task::Choose, requires = "show")]
    task: Task,
}

/// The task of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Task {
    Choose,
    Rewrite,
}

/// A function to query a model about.
#[derive(Debug, clap::Args)]
pub(super) struct FunctionArguments {
    /// A line in the function
    #[arg(value_name = "FILE:LINE")]
    place: NamedPlace,
    /// Write the change to the file instead of printing a diff
    #[arg(long)]
    write: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(flatten)]
    settings: settings::Arguments,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Human,
    Json,
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let mut settings = Settings::new(&arguments.settings);
    match &arguments.command {
        Command::Status(arguments) => status::run(arguments, &mut settings, out),
        Command::Check => check::run(&mut settings, out),
    }
}

pub(super) fn run_plan(
    arguments: &FunctionArguments,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let mut settings = Settings::new(&arguments.settings);
    plan::run(arguments, &mut settings, out)
}

pub(super) fn run_rewrite(
    arguments: &FunctionArguments,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let mut settings = Settings::new(&arguments.settings);
    rewrite::run(arguments, &mut settings, out)
}

/// Describes the configured model in one line.
pub(super) fn in_words(choice: &ModelChoice) -> String {
    match choice {
        ModelChoice::Nothing => "none configured; nothing is sent".to_owned(),
        ModelChoice::SwitchedOff => {
            "disabled here by `model.enabled = false`; nothing is sent".to_owned()
        }
        ModelChoice::Chosen(options) => format!(
            "`{}` of {} ({}), only on request",
            options.model,
            options.provider.name(),
            options.url
        ),
    }
}
