//! Diagnostics last reported for files that aren't open.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use lsp_types::{Diagnostic, Url};

use super::{tasks::LatestRun, twins::NamedFile};
use crate::{analysis::Accepted, config::Rules, index::Duplicate};

/// State of `workspace/diagnostic`, of which one request is processed at a time.
#[derive(Default)]
pub(crate) struct ClosedFiles {
    pub(crate) question: LatestRun,
    /// By the files' keys.
    pub(crate) said: Mutex<HashMap<String, Arc<ClosedFile>>>,
}

/// A file that isn't open, and its diagnostics.
pub(crate) struct ClosedFile {
    pub(crate) named: NamedFile,
    pub(crate) uri: Url,
    /// Inputs of the diagnostics.
    pub(crate) found: Vec<Duplicate>,
    pub(crate) rules: Arc<Rules>,
    pub(crate) accepted: Option<Arc<Accepted>>,
    pub(crate) items: Vec<Diagnostic>,
    /// Equal results have equal ids.
    pub(crate) id: String,
}
