//! Other source texts of the workspace.

use std::{path::Path, sync::Arc};

use crate::{
    compiler::Texts,
    extraction::is_free_name,
    syntax::Source,
    workspace::{WalkOptions, read, walk},
};

/// Returns the other source texts in a file's workspace, preferring unsaved ones. Unreadable files can't be compiled anyway.
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

/// Whether a function may have this name, as far as the file shows, and no other source text calls something by it.
pub fn is_free_beside(source: &Source, others: &[Arc<str>], name: &str) -> bool {
    is_free_name(source, name) && !others.iter().any(|text| calls(text, name))
}

/// Whether a source text calls something by this name that could be confused with the new function.
fn calls(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(is_word)
            && !before.ends_with("fn ")
            && after.trim_start().starts_with(['(', ':', '!'])
    })
}
