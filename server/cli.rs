//! The command line: one file per command.
//!
//! A command writes its report to stdout and everything else to stderr, and says with its exit code how it went: 0 fine,
//! 1 findings at or above the level that was asked for, 2 wrong usage, or a file that could not be read or written.

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

/// A refactoring companion for Rust: says what wants refactoring, and carries it out with edits that hold.
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
    /// Start the language server; editors do this
    Lsp(Start),
    /// Find what wants refactoring, and carry it out
    #[command(subcommand)]
    Refactor(Refactor),
    /// Judge a change that somebody else has made
    ///
    /// Proved (exit code 0) is what our own refactorings derive, and what changes white space and comments alone; rustc has
    /// no new error or warning of it. What compiles and isn't proved needs tests (1). Broken (2) is what brings a new error or
    /// warning. rustc runs the packages' build scripts and procedural macros, as `cargo check` does.
    Verify(patch::Arguments),
    /// Serve a coding agent: findings, offers and proofs over the Model Context Protocol, on standard input and output
    ///
    /// Nothing is changed without `--allow-write`, and cargo is started with `--allow-build` alone.
    #[cfg_attr(
        not(feature = "mcp"),
        command(about = "Serve a coding agent (not in this build)", long_about = None)
    )]
    Mcp(StartForAgents),
    /// Tell what a smell or a refactoring is
    Explain(explain::Arguments),
    /// Look after the cache
    Cache(cache::Arguments),
    /// Look after what checking with rustc leaves behind
    Compiler(compiler::Arguments),
    /// Look after the language model that may be asked
    #[cfg_attr(
        not(feature = "model"),
        command(about = "Look after the language model (not in this build)")
    )]
    Model(model::Arguments),
    /// Look at the configuration
    Config(config::Arguments),
    /// Check the installation
    Doctor,
    /// Print the completions of a shell
    Completions(completions::Arguments),
    /// Write the manual's pages into a folder
    #[command(hide = true)]
    Man(man::Arguments),
}

#[derive(Debug, Subcommand)]
enum Refactor {
    /// Show what wants refactoring
    Analyze(analyze::Arguments),
    /// Carry out the safe answers to what is found; shows a diff unless told to write
    Apply(apply::Arguments),
    /// Say whether the code has become better or worse since a revision
    ///
    /// Functions that were moved or renamed are compared with what they were. One has degraded if its complexity, lines, nesting or
    /// parameters grew past their limit, or by more than a tenth above it, or if a smell is found in it that was not; it has improved
    /// if one fell to its limit, or by more than a tenth above it, or a smell is gone. What is new is judged by what is found in it.
    /// What stands twice in several files is not compared. Exit code 1 says that something has degraded.
    Compare(compare::Arguments),
    /// Show where work is best begun: the functions, files and modules that measure most and change most
    ///
    /// Each stands by its measure times the number of commits of the last year that changed its file, and one. Where there is no
    /// git, or no repository, the measure alone counts.
    Rank(rank::Arguments),
    /// Show what is offered at a place
    At(at::Arguments),
    /// Carry out one refactoring at a place; shows a diff unless told to write
    ///
    /// `extract-function` makes a function of statements or of an expression, and `extract-repeated-block` one of statements that
    /// stand again in the file, which all places call. rustc tells the types and checks the result, so it runs the
    /// package's build scripts and procedural macros, as `cargo check` does.
    Run(run::Arguments),
    /// Have a language model choose how a function is split; shows a diff unless told to write
    ///
    /// Nothing is sent unless `[model]` in your own config.toml names a model. The engine lists the parts of the function at the
    /// place that it could extract, the model chooses among them and names them, and each choice is carried out, compiled and
    /// measured before it is shown. rustc runs the package's build scripts and procedural macros, as `cargo check` does.
    #[cfg_attr(
        not(feature = "model"),
        command(about = "Have a language model choose (not in this build)", long_about = None)
    )]
    Plan(model::FunctionArguments),
    /// Have a language model write a function anew, and hold what it writes against the old one
    #[cfg_attr(
        not(feature = "model"),
        command(about = "Have a language model write (not in this build)", long_about = None)
    )]
    Rewrite(model::FunctionArguments),
    /// List the smells and the refactorings
    List,
    /// Tell what a smell or a refactoring is
    Explain(explain::Arguments),
}

/// Outcome of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ExitStatus {
    Fine,
    /// There are findings at or above the level that was asked for.
    Findings,
    /// Some work failed, and stderr says which.
    Trouble,
}

/// Runs the program with the process's own arguments: `editors` if they ask for the language server, and `agents` for the server
/// of coding agents.
pub fn run(
    editors: impl FnOnce(Start) -> ExitCode,
    agents: impl FnOnce(StartForAgents) -> Result<(), String>,
) -> ExitCode {
    match Arguments::try_parse_from(std::env::args_os()) {
        Ok(arguments) => carry_out(arguments, editors, agents),
        Err(error) => usage(&error).into(),
    }
}

/// Editors that know a language server by its binary alone start it with `--stdio` and nothing else.
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

/// The server alone writes to the standard output.
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

/// Help and version were asked for, and go to stdout; all else is wrong usage.
fn usage(error: &clap::Error) -> ExitStatus {
    let was_asked_for = matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    );
    // A stream that is gone takes nobody's words.
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
