//! The code to analyse: files as they are, changes, or a source text from standard input.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};

use super::super::{
    inputs::{Inputs, gather, gather_changed, handed_over},
    output::say,
    paths::folders_of,
    settings::Settings,
};
use crate::{
    history::{Against, before, repository},
    workspace::MOST_BYTES,
};

/// The part of a project that is reported.
#[derive(Debug)]
pub(super) struct Reach {
    /// The analysed folders, with links resolved.
    folders: Vec<PathBuf>,
    /// Whether only part of that is reported.
    pub(super) is_partial: bool,
}

impl Reach {
    /// Whether the whole project is reported.
    pub(super) fn covers(&self, project: &Path) -> bool {
        let mut folders = self.folders.iter();
        !self.is_partial && folders.any(|folder| project.starts_with(folder))
    }
}

#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Files and directories
    #[arg(required_unless_present_any = ["stdin", "write_baseline"], value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only what changed since the merge base with REV: touched functions and new files
    #[arg(long, value_name = "REV", conflicts_with_all = ["staged", "stdin"])]
    since: Option<String>,
    /// Only what is staged for the next commit, in its staged version
    #[arg(long, conflicts_with = "stdin")]
    staged: bool,
    /// Analyse the source code on standard input
    #[arg(long, requires = "stdin_filename", conflicts_with = "paths")]
    stdin: bool,
    /// The path of the file on standard input; the options of its project apply
    #[arg(long, requires = "stdin", value_name = "FILE")]
    stdin_filename: Option<PathBuf>,
}

impl Arguments {
    /// `more` is a path from another argument.
    pub(super) fn inputs(
        &self,
        more: Option<&Path>,
        settings: &mut Settings,
    ) -> anyhow::Result<Inputs> {
        let paths = self.paths.iter().cloned();
        let paths: Vec<PathBuf> = paths.chain(more.map(Path::to_path_buf)).collect();
        if paths.is_empty() && !self.stdin {
            bail!("Name the files and directories to analyse, as in `refactor analyze .`");
        }
        if let Some(path) = &self.stdin_filename {
            return handed_over(path, read_stdin()?, settings);
        }
        let Some(against) = self.against() else {
            return gather(&paths, settings);
        };
        let before = before(&repository(&folders_of(&paths)?)?, against)?;
        if let Some(note) = &before.note {
            say("note", note);
        }
        gather_changed(&paths, &before, settings)
    }

    /// `more` is a path from another argument.
    pub(super) fn reach(&self, more: Option<&Path>) -> Reach {
        let paths = self.paths.iter().map(PathBuf::as_path).chain(more);
        let real = paths.filter_map(|path| path.canonicalize().ok());
        Reach {
            folders: real.filter(|path| path.is_dir()).collect(),
            is_partial: self.stdin || self.against().is_some(),
        }
    }

    fn against(&self) -> Option<Against<'_>> {
        match &self.since {
            Some(revision) => Some(Against::Revision(revision)),
            None => self.staged.then_some(Against::Staged),
        }
    }
}

fn read_stdin() -> anyhow::Result<Arc<str>> {
    let mut text = Vec::new();
    let mut limited = io::stdin().lock().take(MOST_BYTES + 1);
    limited
        .read_to_end(&mut text)
        .context("Can't read standard input")?;
    if text.len() as u64 > MOST_BYTES {
        bail!(
            "The text on standard input is longer than {} MiB, which is too long for a source file",
            MOST_BYTES >> 20
        );
    }
    let text = String::from_utf8(text);
    Ok(text
        .context("The text on standard input is not UTF-8")?
        .into())
}
