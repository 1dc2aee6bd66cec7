//! The texts beside the one that is edited.

use std::{path::Path, sync::Arc};

use crate::{
    compiler::Texts,
    workspace::{WalkOptions, read, walk},
};

/// The texts beside a file in its workspace, as they are in an editor where they are in one. What can't be read is compiled
/// by nobody.
pub fn texts_beside(path: &Path, unsaved: &Texts) -> Vec<Arc<str>> {
    let holding = |name: &str| path.ancestors().find(|folder| folder.join(name).is_file());
    let Some(root) = holding("Cargo.lock").or_else(|| holding("Cargo.toml")) else {
        return Vec::new();
    };
    let (files, _) = walk(root, &WalkOptions::default());
    let others = files.iter().filter(|file| *file != path);
    let text = |file: &std::path::PathBuf| match unsaved.get(file) {
        Some(text) => Some(Arc::clone(text)),
        None => read(file).ok(),
    };
    others.filter_map(text).collect()
}
