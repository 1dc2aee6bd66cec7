//! From the paths of a command line to the texts that are behind them. A path that can't be read is named on stderr and
//! costs only itself.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use rayon::prelude::*;

use super::{
    output::{counted_files, say},
    paths::Names,
    settings::Settings,
};
use crate::{
    config::Config,
    syntax::FileContext,
    workspace::{self, Manifests, ReadError, WalkOptions},
};

/// A file that was read.
#[derive(Debug, Clone)]
pub(super) struct Input {
    /// Absolute, without links on the way.
    pub(super) path: PathBuf,
    /// As people and programs read it.
    pub(super) shown: String,
    pub(super) text: Arc<str>,
    pub(super) context: FileContext,
    pub(super) config: Arc<Config>,
}

/// What the paths of a command line hold.
#[derive(Debug, Default)]
pub(super) struct Inputs {
    /// Sorted by how they are shown, each file once.
    pub(super) files: Vec<Input>,
    /// How many paths could not be read.
    pub(super) unreadable: usize,
}
