//! The command line: one file per command.
//!
//! A command writes its report to stdout and everything else to stderr. Exit codes: 0 for success, 1 for findings at or above
//! the requested level, 2 for wrong usage or a file that can't be read or written.

mod agents;
mod agreed;
mod analyze;
mod apply;
mod asking;
mod at;
mod cache;
mod changes;
mod closely;
mod compare;
mod compiler;
mod completions;
mod config;
mod doctor;
mod explain;
mod extract;
mod extractions;
mod inputs;
mod list;
mod man;
mod model;
mod name_condition;
mod output;
mod patch;
mod paths;
mod place;
mod rank;
mod run;
mod serve;
mod settings;
mod unify;
mod verify;
mod whole_file;
mod work;

use std::{io::Write, process::ExitCode};

use anyhow::Context;
use clap::{CommandFactory, Parser, Subcommand, error::ErrorKind};

use output::{Output, say};

pub use agents::{NO_AGENTS, StartForAgents};
pub use serve::Start;

/// Finds Rust code worth refactoring, and refactors it with edits that compile and keep behaviour.
#[derive(Debug, Parser)]
#[command(name = "rustassistant", version, disable_help_subcommand = true)]
#[command(mut_args(|argument| argument.hide(true)))]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Start,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start the language server (for editors)
    Lsp(Start),
    /// Find code worth refactoring, and refactor it
    #[command(subcommand)]
    Refactor(Refactor),
    /// Check whether a patch keeps behaviour
    ///
    /// The verdict is one of three. "proved" (exit code 0): RustAssistant derives the same change itself, or the patch changes
    /// only white space and comments; rustc reports no new error or warning. "needs tests" (1): the patch compiles but is not
    /// proved. "broken" (2): the patch causes a new error or warning. rustc runs the packages' build scripts and procedural
    /// macros, as `cargo check` does.
    Verify(patch::Arguments),
    /// Serve a coding agent over the Model Context Protocol, on standard input and output
    ///
    /// Files are changed only with `--allow-write`, and cargo is started only with `--allow-build`.
    #[cfg_attr(
        not(feature = "mcp"),
        command(about = "Serve a coding agent (not in this build)", long_about = None)
    )]
    Mcp(StartForAgents),
    /// Explain a smell or a refactoring
    Explain(explain::Arguments),
    /// Inspect and manage the cache
    Cache(cache::Arguments),
    /// Manage the build output of checks with rustc
    Compiler(compiler::Arguments),
    /// Inspect the configured language model
    #[cfg_attr(
        not(feature = "model"),
        command(about = "Inspect the configured language model (not in this build)")
    )]
    Model(model::Arguments),
    /// Inspect the configuration
    Config(config::Arguments),
    /// Check the installation
    Doctor,
    /// Generate shell completions
    Completions(completions::Arguments),
    /// Write the manual pages to a directory
    #[command(hide = true)]
    Man(man::Arguments),
}

#[derive(Debug, Subcommand)]
enum Refactor {
    /// Report findings in files and directories
    Analyze(analyze::Arguments),
    /// Fix findings with safe refactorings; prints a diff unless `--write` is given
    Apply(apply::Arguments),
    /// Compare code quality with a revision: improved, stable or degraded
    ///
    /// Moved and renamed functions are compared with their earlier version. A function has degraded if its complexity, lines,
    /// nesting or parameters grew past the limit, or grew by more than a tenth while above it, or if it has a new finding. It
    /// has improved if one of these fell to the limit, or fell by more than a tenth while above it, or if a finding is gone.
    /// New functions are judged by their findings. Duplicates across files are not compared. Exit code 1 means that something
    /// has degraded.
    Compare(compare::Arguments),
    /// Rank functions, files and modules by a measure and how often they change
    ///
    /// The rank is the measure times one more than the number of commits that changed the file in the last year. Without git or
    /// a repository, the measure alone counts.
    Rank(rank::Arguments),
    /// List the refactorings offered at a location
    At(at::Arguments),
    /// Apply one refactoring at a location; prints a diff unless `--write` is given
    ///
    /// `extract-function` extracts statements or an expression into a function. `extract-repeated-block` extracts statements
    /// that are repeated in the file, and replaces each copy with a call. rustc infers the types and checks the result, so it
    /// runs the package's build scripts and procedural macros, as `cargo check` does.
    Run(run::Arguments),
    /// Let a language model choose how to split a function; prints a diff unless `--write` is given
    ///
    /// Nothing is sent unless `[model]` in your own config.toml names a model. RustAssistant lists the parts of the function
    /// that it can extract, the model chooses among them and names them, and each choice is applied, compiled and measured
    /// before it is shown. rustc runs the package's build scripts and procedural macros, as `cargo check` does.
    #[cfg_attr(
        not(feature = "model"),
        command(about = "Let a language model choose how to split a function (not in this build)", long_about = None)
    )]
    Plan(model::FunctionArguments),
    /// Let a language model rewrite a function, and check the result against the original
    #[cfg_attr(
        not(feature = "model"),
        command(about = "Let a language model rewrite a function (not in this build)", long_about = None)
    )]
    Rewrite(model::FunctionArguments),
    /// List the smells and the refactorings
    List,
    /// Explain a smell or a refactoring
    Explain(explain::Arguments),
}

/// Outcome of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExitStatus {
    Fine,
    /// There are findings at or above the requested level.
    Findings,
    /// Some work failed; stderr reports what.
    Trouble,
}

/// Runs the program with the process's arguments, calling `editors` to start the language server and `agents` to start the
/// server for coding agents.
pub fn run(
    editors: impl FnOnce(Start) -> ExitCode,
    agents: impl FnOnce(StartForAgents) -> Result<(), String>,
) -> ExitCode {
    match Arguments::try_parse_from(std::env::args_os()) {
        Ok(arguments) => carry_out(arguments, editors, agents),
        Err(error) => usage(&error).into(),
    }
}

/// Editors that only know a language server's binary start it with `--stdio` and no other argument.
fn carry_out(
    arguments: Arguments,
    editors: impl FnOnce(Start) -> ExitCode,
    agents: impl FnOnce(StartForAgents) -> Result<(), String>,
) -> ExitCode {
    match arguments.command {
        Some(Command::Lsp(start)) => editors(start),
        None if arguments.serve.is_wanted() => editors(arguments.serve),
        Some(Command::Mcp(start)) => serve_agents(start, agents).into(),
        command => report(command).into(),
    }
}

/// Only the server may write to stdout.
fn serve_agents(
    start: StartForAgents,
    agents: impl FnOnce(StartForAgents) -> Result<(), String>,
) -> ExitStatus {
    output::keep_log();
    let served = if start.instructions && cfg!(feature = "mcp") {
        agents::write_instructions(&mut Output::stdout()).map_err(|error| format!("{error:#}"))
    } else {
        agents(start)
    };
    match served {
        Ok(()) => ExitStatus::Fine,
        Err(why) => {
            say("error", &why);
            ExitStatus::Trouble
        }
    }
}

fn report(command: Option<Command>) -> ExitStatus {
    match &command {
        Some(Command::Cache(arguments)) if arguments.keep_own_log() => {}
        _ => output::keep_log(),
    }
    let mut out = Output::stdout();
    let verdict = dispatch(command, &mut out);
    let verdict = verdict.and_then(|verdict| {
        out.flush().context("The report can't be written")?;
        Ok(verdict)
    });
    verdict.unwrap_or_else(|error| {
        for line in format!("{error:#}").lines() {
            say("error", line);
        }
        ExitStatus::Trouble
    })
}

fn dispatch(command: Option<Command>, out: &mut Output) -> anyhow::Result<ExitStatus> {
    match command {
        Some(Command::Refactor(command)) => match command {
            Refactor::Analyze(arguments) => analyze::run(&arguments, out),
            Refactor::Apply(arguments) => apply::run(&arguments, out),
            Refactor::Compare(arguments) => compare::run(&arguments, out),
            Refactor::Rank(arguments) => rank::run(&arguments, out),
            Refactor::At(arguments) => at::run(&arguments, out),
            Refactor::Run(arguments) => run::run(&arguments, out),
            Refactor::Plan(arguments) => model::run_plan(&arguments, out),
            Refactor::Rewrite(arguments) => model::run_rewrite(&arguments, out),
            Refactor::List => list::run(out),
            Refactor::Explain(arguments) => explain::run(&arguments, out),
        },
        Some(Command::Verify(arguments)) => patch::run(&arguments, out),
        Some(Command::Explain(arguments)) => explain::run(&arguments, out),
        Some(Command::Cache(arguments)) => cache::run(&arguments, out),
        Some(Command::Compiler(arguments)) => compiler::run(&arguments, out),
        Some(Command::Model(arguments)) => model::run(&arguments, out),
        Some(Command::Config(arguments)) => config::run(&arguments, out),
        Some(Command::Doctor) => doctor::run(out),
        Some(Command::Completions(arguments)) => completions::run(&arguments, out),
        Some(Command::Man(arguments)) => man::run(&arguments),
        Some(Command::Lsp(_) | Command::Mcp(_)) | None => help(out),
    }
}

fn help(out: &mut Output) -> anyhow::Result<ExitStatus> {
    write!(out, "{}", Arguments::command().render_help())?;
    Ok(ExitStatus::Fine)
}

/// Help and version requests go to stdout; everything else is wrong usage.
fn usage(error: &clap::Error) -> ExitStatus {
    let was_asked_for = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    // A closed stream can't be reported anywhere.
    let _ = error.print();
    if was_asked_for {
        ExitStatus::Fine
    } else {
        ExitStatus::Trouble
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(verdict: ExitStatus) -> Self {
        Self::from(match verdict {
            ExitStatus::Fine => 0,
            ExitStatus::Findings => 1,
            ExitStatus::Trouble => 2,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split(' '))
    }

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn editors_start_the_server_in_many_ways() {
        for line in [
            "rustassistant lsp",
            "rustassistant lsp --stdio",
            "rustassistant lsp --stdio --clientProcessId=12",
            "rustassistant --stdio",
            "rustassistant --stdio --clientProcessId=12",
        ] {
            let arguments = parse(line).unwrap();
            let serves = match arguments.command {
                Some(Command::Lsp(_)) => true,
                Some(_) => false,
                None => arguments.serve.is_wanted(),
            };
            assert!(serves, "{line}");
        }
    }

    #[test]
    fn wrong_words_are_usage_errors() {
        for line in [
            "rustassistant refactor analyze",
            "rustassistant refactor analyze a --format xml",
            "rustassistant refactor",
            "rustassistant frobnicate",
            "rustassistant cache",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
