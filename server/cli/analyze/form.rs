//! Format and destination of a report.

use std::{
    env,
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::ValueEnum;

use super::super::{Output, output::look, whole_file::replace};
use crate::{
    analysis::InputFile,
    report::{self, Report},
};

/// Sets the format if `--format` isn't given.
const VARIABLE: &str = "RUSTASSISTANT_FORMAT";
/// Variables that coding agents set for their child processes.
const AGENTS: [&str; 6] = [
    "AI_AGENT",
    "AGENT",
    "CLAUDECODE",
    "CODEX_SANDBOX",
    "CURSOR_AGENT",
    "GEMINI_CLI",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Code frames, for people
    Human,
    /// One line for each finding
    Short,
    Json,
    /// One JSON object for each finding
    JsonLines,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// GitHub workflow annotations
    Github,
    /// GitLab code quality report
    Gitlab,
    /// Reviewdog's JSON, with safe edits as suggestions
    Rdjson,
    Checkstyle,
    Junit,
    /// A summary for a pull request
    Markdown,
    /// One page for a browser, with a map of the code, the findings and the code around them
    Html,
}

impl Format {
    /// Returns the format, set by `--format`, by the environment, or by the kind of reader.
    pub(super) fn chosen(asked: Option<Self>, target: &Target) -> anyhow::Result<Self> {
        if let Some(asked) = asked {
            return Ok(asked);
        }
        let named = env::var(VARIABLE).unwrap_or_default();
        if !named.is_empty() {
            return Self::named(&named);
        }
        let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_read_by_agent = matches!(target, Target::Stdout)
            && !io::stdout().is_terminal()
            && AGENTS.into_iter().any(is_set);
        Ok(if is_read_by_agent {
            Self::Short
        } else {
            Self::Human
        })
    }

    fn named(name: &str) -> anyhow::Result<Self> {
        if let Ok(format) = Self::from_str(name, false) {
            return Ok(format);
        }
        let all = Self::value_variants()
            .iter()
            .filter_map(ValueEnum::to_possible_value);
        let names: Vec<_> = all.map(|value| value.get_name().to_owned()).collect();
        bail!(
            "`{VARIABLE}` is `{name}`, which is not a format. Set it to one of: {}",
            names.join(", ")
        )
    }

    /// Whether the format includes edits, which have to be computed.
    pub(super) fn shows_edits(self) -> bool {
        matches!(self, Self::Sarif | Self::Rdjson)
    }

    /// Whether the format includes the metrics of every function.
    pub(super) fn shows_measures(self) -> bool {
        self == Self::Html
    }

    pub(super) fn write(self, out: &mut dyn Write, report: &Report) -> io::Result<()> {
        match self {
            Self::Human => report::write_human(out, report, look()),
            Self::Short => report::write_short(out, report, look()),
            Self::Json => report::write_json(out, report),
            Self::JsonLines => report::write_json_lines(out, report),
            Self::Sarif => report::write_sarif(out, report),
            Self::Github => report::write_github(out, report),
            Self::Gitlab => report::write_gitlab(out, report),
            Self::Rdjson => report::write_rdjson(out, report),
            Self::Checkstyle => report::write_checkstyle(out, report),
            Self::Junit => report::write_junit(out, report),
            Self::Markdown => report::write_markdown(out, report),
            Self::Html => report::write_html(out, report),
        }
    }
}

/// Destination of a report.
#[derive(Debug)]
pub(super) enum Target {
    Stdout,
    File(PathBuf),
}

impl Target {
    /// `-` means standard output, like no path.
    pub(super) fn of(file: Option<&Path>) -> Self {
        let file = file.filter(|file| file.as_os_str() != "-");
        file.map_or(Self::Stdout, |file| Self::File(file.to_path_buf()))
    }

    /// Rejects a path that is one of the analysed files, which would be overwritten.
    pub(super) fn check(&self, inputs: &[InputFile]) -> anyhow::Result<()> {
        let Self::File(path) = self else {
            return Ok(());
        };
        let Ok(there) = path.canonicalize() else {
            return Ok(());
        };
        let name = there.file_name();
        let mut alike = inputs.iter().filter(|it| it.path.file_name() == name);
        if alike.any(|it| it.path.canonicalize().is_ok_and(|it| it == there)) {
            let path = path.display();
            bail!(
                "The report would overwrite `{path}`, which is being analysed. Name another file."
            );
        }
        Ok(())
    }

    /// Writes a report with `write`. An existing file keeps its content until the new one is complete.
    pub(super) fn put(
        &self,
        out: &mut Output,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<()> {
        let Self::File(path) = self else {
            return write(out).context("Can't write the report");
        };
        let mut content = Vec::new();
        write(&mut content)?;
        replace(path, &content)
            .with_context(|| format!("Can't write the report to `{}`", path.display()))
    }
}
