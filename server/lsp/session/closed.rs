//! What was said last of files that nobody has opened.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use lsp_types::{Diagnostic, Url};

use super::{tasks::LatestRun, twins::NamedFile};
use crate::{analysis::Accepted, config::Rules, index::Duplicate};

/// Of the one question for the whole workspace that is answered at a time.
#[derive(Default)]
pub(crate) struct ClosedFiles {
    pub(crate) question: LatestRun,
    /// By the keys of the files.
    pub(crate) said: Mutex<HashMap<String, Arc<ClosedFile>>>,
}

/// A file that nobody has opened, and what is said of it.
pub(crate) struct ClosedFile {
    pub(crate) named: NamedFile,
    pub(crate) uri: Url,
    /// What it was worked out from.
    pub(crate) found: Vec<Duplicate>,
    pub(crate) rules: Arc<Rules>,
    pub(crate) accepted: Option<Arc<Accepted>>,
    pub(crate) items: Vec<Diagnostic>,
    /// Equal results have equal ids.
    pub(crate) id: String,
}
