//! The Rust files below a path.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use walkdir::{DirEntry, WalkDir};

use super::{ignored::Ignored, is_rust, scope::is_build_output};
use crate::config::{EntryKind, Exclude, absolute};

#[derive(Debug, Clone)]
pub struct WalkOptions {
    /// Excluded paths.
    pub exclude: Exclude,
    /// The walk ends at this many files and says so.
    pub max_files: usize,
}

/// An entry that could not be read; the walk goes on without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WalkProblem {
    #[error("{}: there is no such file or directory", .path.display())]
    Missing { path: PathBuf },
    #[error("{}: the symbolic link leads nowhere", .path.display())]
    BrokenLink { path: PathBuf },
    #[error("{}: the symbolic link leads back to {}", .path.display(), .to.display())]
    Loop { path: PathBuf, to: PathBuf },
    #[error("{}: can't be read: {reason}", .path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{}: there are more than {limit} Rust files, the others are left out", .path.display())]
    TooMany { path: PathBuf, limit: usize },
}

/// The Rust files at and below `root`, sorted by path, and what could not be read. Each path starts with `root` as it was
/// given.
///
/// `root` itself is always read, whatever it is named. Below it are left out: hidden entries, what `.gitignore` and `.ignore`
/// files leave out, build output, vendored packages, and what `options` exclude. Symbolic links are followed; a file that is
/// also reached without a link is named once, by its own path.
pub fn walk(root: &Path, options: &WalkOptions) -> (Vec<PathBuf>, Vec<WalkProblem>) {
    match fs::metadata(root) {
        Ok(metadata) if metadata.is_dir() => Walk::new(root, options).run(),
        Ok(_) => (vec![root.to_path_buf()], Vec::new()),
        Err(error) => (Vec::new(), vec![problem_of_root(root, &error)]),
    }
}

impl WalkOptions {
    /// Without a bound.
    pub fn new(exclude: &Exclude) -> Self {
        Self {
            exclude: exclude.clone(),
            max_files: usize::MAX,
        }
    }
}

impl Default for WalkOptions {
    fn default() -> Self {
        Self::new(&Exclude::default())
    }
}

impl WalkProblem {
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing { path }
            | Self::BrokenLink { path }
            | Self::Loop { path, .. }
            | Self::Unreadable { path, .. }
            | Self::TooMany { path, .. } => path,
        }
    }
}

struct Walk<'a> {
    root: &'a Path,
    /// `root` without symbolic links and from the root of the file system, for patterns.
    real_root: PathBuf,
    options: &'a WalkOptions,
    ignored: Ignored,
    /// The depth of the directory that was reached through a link and that the walk is in.
    link: Option<usize>,
    files: Vec<PathBuf>,
    linked_files: Vec<PathBuf>,
    problems: Vec<WalkProblem>,
}

impl<'a> Walk<'a> {
    fn new(root: &'a Path, options: &'a WalkOptions) -> Self {
        let real_root = fs::canonicalize(root).unwrap_or_else(|_| absolute(root));
        Self {
            root,
            ignored: Ignored::above(&real_root),
            real_root,
            options,
            link: None,
            files: Vec::new(),
            linked_files: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn run(mut self) -> (Vec<PathBuf>, Vec<WalkProblem>) {
        let mut entries = WalkDir::new(self.root)
            .follow_links(true)
            .sort_by_file_name()
            .into_iter();
        while let Some(entry) = entries.next() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {
                    if !self.enter(&entry) {
                        entries.skip_current_dir();
                    }
                }
                Ok(entry) => self.file(entry),
                Err(error) => self.error(&error),
            }
            if self.files.len() + self.linked_files.len() > self.options.max_files {
                self.stop();
                break;
            }
        }
        self.finish()
    }

    /// Whether the walk goes into the directory.
    fn enter(&mut self, entry: &DirEntry) -> bool {
        let depth = entry.depth();
        self.climb_to(depth);
        let real = self.real(entry.path());
        if depth > 0 && self.leaves_out(entry.path(), &real) {
            return false;
        }
        if entry.path_is_symlink() && depth > 0 && self.link.is_none() {
            self.link = Some(depth);
        }
        self.ignored.enter(&real, depth);
        true
    }

    fn leaves_out(&self, directory: &Path, real: &Path) -> bool {
        is_hidden(directory)
            || is_vendored(directory)
            || self.ignored.ignores(real, EntryKind::Directory)
            || self.options.exclude.matches(real, EntryKind::Directory)
            || is_build_output(directory)
    }

    fn file(&mut self, entry: DirEntry) {
        self.climb_to(entry.depth());
        if !self.wants_file(entry.path()) {
            return;
        }
        let is_linked = self.link.is_some() || entry.path_is_symlink();
        let files = if is_linked {
            &mut self.linked_files
        } else {
            &mut self.files
        };
        files.push(entry.into_path());
    }

    fn wants_file(&self, path: &Path) -> bool {
        if !is_rust(path) || is_hidden(path) {
            return false;
        }
        let real = self.real(path);
        !self.ignored.ignores(&real, EntryKind::File)
            && !self.options.exclude.matches(&real, EntryKind::File)
    }

    fn climb_to(&mut self, depth: usize) {
        self.ignored.climb_to(depth);
        if self.link.is_some_and(|link| depth <= link) {
            self.link = None;
        }
    }

    fn error(&mut self, error: &walkdir::Error) {
        let path = error.path().unwrap_or(self.root).to_path_buf();
        let is_link = fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_symlink());
        if is_link {
            self.climb_to(error.depth());
            if !self.could_matter(&path) {
                return;
            }
        }
        let problem = match (error.loop_ancestor(), error.io_error()) {
            (Some(to), _) => WalkProblem::Loop {
                path,
                to: to.to_path_buf(),
            },
            (None, Some(error)) if is_link && error.kind() == io::ErrorKind::NotFound => {
                WalkProblem::BrokenLink { path }
            }
            (None, Some(error)) => WalkProblem::Unreadable {
                path,
                reason: error.to_string(),
            },
            (None, None) => return,
        };
        self.problems.push(problem);
    }

    /// Whether a link that leads nowhere could have led to Rust: by its name, as nothing else is known of it.
    fn could_matter(&self, link: &Path) -> bool {
        if link.extension().is_some() {
            return self.wants_file(link);
        }
        !self.leaves_out(link, &self.real(link))
    }

    fn stop(&mut self) {
        if self.linked_files.pop().is_none() {
            self.files.pop();
        }
        self.problems.push(WalkProblem::TooMany {
            path: self.root.to_path_buf(),
            limit: self.options.max_files,
        });
    }

    fn real(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(self.root) {
            Ok(relative) => self.real_root.join(relative),
            Err(_) => absolute(path),
        }
    }

    fn finish(mut self) -> (Vec<PathBuf>, Vec<WalkProblem>) {
        self.add_linked_files();
        let unread = self.ignored.unread.drain(..);
        let unread = unread.map(|(path, reason)| WalkProblem::Unreadable { path, reason });
        self.problems.extend(unread);
        self.files.sort_unstable();
        self.problems
            .sort_by(|left, right| left.path().cmp(right.path()));
        (self.files, self.problems)
    }

    /// A file that has another way to it is read once, or an edit would be carried out twice.
    fn add_linked_files(&mut self) {
        if self.linked_files.is_empty() {
            return;
        }
        let mut seen: HashSet<PathBuf> = self.files.iter().map(|file| self.real(file)).collect();
        for file in std::mem::take(&mut self.linked_files) {
            let real = fs::canonicalize(&file).unwrap_or_else(|_| self.real(&file));
            if seen.insert(real) {
                self.files.push(file);
            }
        }
    }
}

fn problem_of_root(root: &Path, error: &io::Error) -> WalkProblem {
    let path = root.to_path_buf();
    if error.kind() != io::ErrorKind::NotFound {
        let reason = error.to_string();
        return WalkProblem::Unreadable { path, reason };
    }
    match fs::symlink_metadata(root) {
        Ok(_) => WalkProblem::BrokenLink { path },
        Err(_) => WalkProblem::Missing { path },
    }
}

fn is_hidden(path: &Path) -> bool {
    let name = path.file_name().map(OsStr::as_encoded_bytes);
    name.is_some_and(|name| name.starts_with(b"."))
}

/// Names of directories with vendored packages. A directory of such a name that is a module is code like any other.
fn is_vendored(directory: &Path) -> bool {
    let name = directory.file_name().and_then(|name| name.to_str());
    match name {
        Some("node_modules") => true,
        Some("vendor" | "third_party" | "third-party") => !is_module(directory),
        _ => false,
    }
}

fn is_module(directory: &Path) -> bool {
    directory.with_extension("rs").is_file() || directory.join("mod.rs").is_file()
}

#[cfg(test)]
mod tests;
