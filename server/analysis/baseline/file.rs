//! Reads and writes a baseline as a file of the project.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{Baseline, Entry, Home};
use crate::{
    config::{BASELINE_FILE, absolute},
    os,
    text::printable,
};

/// Version of the format; incremented when the meaning of a field changes.
const SCHEMA: u32 = 1;
/// Marks a file as a baseline, near its beginning.
const KIND: &str = "\"rustassistant\":\"baseline\"";
/// Maximum size of a baseline in bytes, enough for some hundred thousand findings.
const MOST_BYTES: u64 = 64 << 20;

/// Reason why a baseline is invalid.
#[derive(Debug, thiserror::Error)]
pub enum BadBaseline {
    #[error("the baseline `{}` does not exist; create it with `{}`", shown(.0), command(.0))]
    Absent(PathBuf),
    #[error(
        "the baseline `{}` is outside the project `{}`; name a file in the project",
        shown(path),
        shown(project)
    )]
    Outside { path: PathBuf, project: PathBuf },
    #[error("the baseline `{}` is not a regular file; name another one", shown(.0))]
    NotAFile(PathBuf),
    #[error(
        "the baseline `{}` is larger than {} MiB; rewrite it with `{}`",
        shown(.0),
        MOST_BYTES >> 20,
        command(.0)
    )]
    TooLarge(PathBuf),
    #[error(
        "the baseline `{}` is broken: {why}; fix it, or rewrite it with `{}`",
        shown(path),
        command(path)
    )]
    Broken { path: PathBuf, why: String },
    #[error(
        "the baseline `{}` was written by another version (its schema is {schema}, this version's is {SCHEMA}); rewrite it with `{}`",
        shown(path),
        command(path)
    )]
    OtherVersion { path: PathBuf, schema: u32 },
    #[error("the baseline `{}` can't be read: {source}", shown(path))]
    Io { path: PathBuf, source: io::Error },
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string()).into_owned()
}

/// Returns the command that writes a baseline of the whole project.
fn command(path: &Path) -> String {
    const COMMAND: &str = "rustassistant refactor analyze . --write-baseline";
    if path.file_name().is_some_and(|name| name == BASELINE_FILE) {
        return COMMAND.to_owned();
    }
    format!("{COMMAND} {}", shown(path))
}

#[derive(Deserialize)]
struct Head {
    rustassistant: String,
    schema: u32,
}

#[derive(Deserialize)]
struct Document {
    findings: Vec<Entry>,
}

impl Baseline {
    /// Reads the baseline that a project's options name. Never reads outside of the project.
    pub fn of_project(path: &Path, project: &Path) -> Result<Self, BadBaseline> {
        if !absolute(path).starts_with(absolute(project)) {
            return Err(BadBaseline::Outside {
                path: path.to_path_buf(),
                project: project.to_path_buf(),
            });
        }
        Self::read(path, &[project.to_path_buf()])
    }

    /// Reads a baseline in one of these projects.
    pub fn read(path: &Path, projects: &[PathBuf]) -> Result<Self, BadBaseline> {
        let home = Home::of(path, projects)?;
        let owned = || path.to_path_buf();
        let broken = |why: String| BadBaseline::Broken { path: owned(), why };
        let bytes = os::read_regular(path, MOST_BYTES).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => BadBaseline::Absent(owned()),
            io::ErrorKind::InvalidInput => BadBaseline::NotAFile(owned()),
            io::ErrorKind::FileTooLarge => BadBaseline::TooLarge(owned()),
            _ => BadBaseline::Io {
                path: owned(),
                source,
            },
        })?;
        let in_words = |error: serde_json::Error| printable(&error.to_string()).into_owned();
        let head: Head = serde_json::from_slice(&bytes).map_err(|it| broken(in_words(it)))?;
        if head.rustassistant != "baseline" {
            return Err(broken("it is not marked as a baseline".to_owned()));
        }
        if head.schema != SCHEMA {
            return Err(BadBaseline::OtherVersion {
                path: owned(),
                schema: head.schema,
            });
        }
        let document: Document =
            serde_json::from_slice(&bytes).map_err(|it| broken(in_words(it)))?;
        Ok(Self::new(path, home, document.findings))
    }

    /// Returns the beginning of a file with entries; each entry has a separate line, so that branches can be merged.
    pub fn head() -> String {
        format!("{{{KIND},\"schema\":{SCHEMA},\"findings\":[")
    }
}

/// Whether an unreadable file was meant to be a baseline, and so may be replaced.
pub fn is_replaceable(path: &Path) -> bool {
    const BEGINNING: usize = 4096;
    let Ok(bytes) = os::read_regular(path, MOST_BYTES * 4) else {
        return false;
    };
    let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(BEGINNING)]);
    let words: String = beginning.split_whitespace().collect();
    words.is_empty() || words.contains(KIND)
}
