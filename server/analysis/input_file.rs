//! Files of a project, read with all that their places say of them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    config::{Config, Rules},
    syntax::FileContext,
    workspace::{self, Manifests, PackagePlace, ReadError},
};

/// A file that was read.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// Path for opening the file.
    pub path: PathBuf,
    /// Path in reports.
    pub shown: String,
    /// The folder without links that new files have to stay in.
    pub root: Arc<Path>,
    pub text: Arc<str>,
    pub context: FileContext,
    pub config: Arc<Config>,
    /// The configuration's, without what the package wants silent.
    pub rules: Rules,
    pub package: Option<PackagePlace>,
}

/// A file that exists but was not read yet.
#[derive(Debug, Clone)]
pub struct FoundFile {
    pub path: PathBuf,
    pub shown: String,
    pub root: Arc<Path>,
    pub config: Arc<Config>,
}

impl FoundFile {
    /// Reads it; `resolved` is its path without links.
    pub fn read(self, resolved: &Path, manifests: &Manifests) -> Result<InputFile, ReadError> {
        let Self {
            path,
            shown,
            root,
            config,
        } = self;
        Ok(InputFile {
            text: workspace::read(&path)?,
            context: manifests.context_of(resolved),
            rules: config.rules.without(&manifests.silent_in(resolved)),
            package: manifests.package_place(resolved),
            path,
            shown,
            root,
            config,
        })
    }
}
