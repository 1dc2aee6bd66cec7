//! Finds the Rust files below a path.

use std::{
    collections::{HashSet, VecDeque},
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use walkdir::{DirEntry, WalkDir};

use super::{ignored::Ignored, is_rust, scope::is_build_output};
use crate::{
    config::{EntryKind, Exclude, absolute},
    os::FolderId,
};

#[derive(Debug, Clone)]
pub struct WalkOptions {
    /// Excluded paths.
    pub exclude: Exclude,
    /// Maximum number of files, at which the walk ends with a problem.
    pub max_files: usize,
    /// Maximum number of entries of any kind, for folders that aren't projects.
    pub max_entries: usize,
}

const MOST_ENTRIES: usize = 2_000_000;

/// An entry that couldn't be read; the walk continues without it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WalkProblem {
    #[error("{}: there is no such file or directory", .path.display())]
    Missing { path: PathBuf },
    #[error("{}: the symbolic link is broken", .path.display())]
    BrokenLink { path: PathBuf },
    #[error("{}: the symbolic link is a cycle to {}", .path.display(), .to.display())]
    Loop { path: PathBuf, to: PathBuf },
    #[error("{}: can't be read: {reason}", .path.display())]
    Unreadable { path: PathBuf, reason: String },
    #[error("{}: there are more than {limit} Rust files; the others are skipped", .path.display())]
    TooMany { path: PathBuf, limit: usize },
    #[error("{}: there are more than {limit} files and directories; the others are skipped", .path.display())]
    TooManyEntries { path: PathBuf, limit: usize },
    #[error("{}: the symbolic link to {} is not followed: it is {why}", .path.display(), .to.display())]
    NotFollowed {
        path: PathBuf,
        to: PathBuf,
        why: &'static str,
    },
    #[error("{}:{line}: the pattern is ignored: {reason}", .path.display())]
    Pattern {
        path: PathBuf,
        line: usize,
        reason: String,
    },
}

/// Returns the Rust files at and below `root`, sorted by path, and problems. Each path starts with `root` as given.
///
/// `root` itself is always read, regardless of its name. Below it, the walk skips hidden entries, entries ignored by
/// `.gitignore` and `.ignore` files, build output, vendored packages, and what `options` exclude. Symbolic links are followed
/// if they stay below `root`; a file that is also reached without a link is only returned with that path, and each directory is
/// entered once.
pub fn walk(root: &Path, options: &WalkOptions) -> (Vec<PathBuf>, Vec<WalkProblem>) {
    walk_while(root, options, &|| true)
}

/// Like [`walk`], but stops early if `goes_on` signals cancellation.
pub fn walk_while(
    root: &Path,
    options: &WalkOptions,
    goes_on: &dyn Fn() -> bool,
) -> (Vec<PathBuf>, Vec<WalkProblem>) {
    match fs::metadata(root) {
        Ok(metadata) if metadata.is_dir() => Walk::new(root, options, goes_on).run(),
        Ok(_) => (vec![root.to_path_buf()], Vec::new()),
        Err(error) => (Vec::new(), vec![problem_of_root(root, &error)]),
    }
}

impl WalkOptions {
    /// Without a limit on files.
    pub fn new(exclude: &Exclude) -> Self {
        Self {
            exclude: exclude.clone(),
            max_files: usize::MAX,
            max_entries: MOST_ENTRIES,
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
            | Self::TooMany { path, .. }
            | Self::TooManyEntries { path, .. }
            | Self::NotFollowed { path, .. }
            | Self::Pattern { path, .. } => path,
        }
    }
}

struct Walk<'a> {
    root: &'a Path,
    /// `root` as an absolute path with symbolic links resolved, for patterns.
    real_root: PathBuf,
    options: &'a WalkOptions,
    goes_on: &'a dyn Fn() -> bool,
    ignored: Ignored,
    way: Way,
    /// Directories that were entered.
    entered: HashSet<FolderId>,
    /// Links to directories, which are followed after everything reachable without them.
    links: VecDeque<PathBuf>,
    entries: usize,
    files: Vec<PathBuf>,
    linked_files: Vec<PathBuf>,
    problems: Vec<WalkProblem>,
}

/// How the walk reached the current entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Direct,
    ThroughLink,
}

impl<'a> Walk<'a> {
    fn new(root: &'a Path, options: &'a WalkOptions, goes_on: &'a dyn Fn() -> bool) -> Self {
        let real_root = fs::canonicalize(root).unwrap_or_else(|_| absolute(root));
        Self {
            root,
            ignored: Ignored::default(),
            real_root,
            options,
            goes_on,
            way: Way::Direct,
            entered: HashSet::new(),
            links: VecDeque::new(),
            entries: 0,
            files: Vec::new(),
            linked_files: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn run(mut self) -> (Vec<PathBuf>, Vec<WalkProblem>) {
        let mut next = Some(self.root.to_path_buf());
        while let Some(start) = next {
            if self.descend(&start).is_none() {
                break;
            }
            self.way = Way::ThroughLink;
            next = self.links.pop_front();
        }
        self.finish()
    }

    /// Walks everything at and below `start`; `None` if the walk has ended.
    fn descend(&mut self, start: &Path) -> Option<()> {
        let above = Ignored::above(&self.real(start));
        let before = std::mem::replace(&mut self.ignored, above);
        self.problems.extend(before.problems);
        let mut entries = WalkDir::new(start).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            self.goes_on_after_one_more()?;
            match entry {
                // The start may be a link.
                Ok(entry) if entry.depth() == 0 || entry.file_type().is_dir() => {
                    if !self.enter(&entry) {
                        entries.skip_current_dir();
                    }
                }
                Ok(entry) if entry.path_is_symlink() => self.link(&entry),
                Ok(entry) => self.file(entry),
                Err(error) => self.error(&error),
            }
            if self.files.len() + self.linked_files.len() > self.options.max_files {
                self.stop();
                return None;
            }
        }
        Some(())
    }

    fn goes_on_after_one_more(&mut self) -> Option<()> {
        self.entries += 1;
        if self.entries > self.options.max_entries {
            self.problems.push(WalkProblem::TooManyEntries {
                path: self.root.to_path_buf(),
                limit: self.options.max_entries,
            });
            return None;
        }
        (self.goes_on)().then_some(())
    }

    /// Whether to enter the directory.
    fn enter(&mut self, entry: &DirEntry) -> bool {
        let depth = entry.depth();
        self.ignored.climb_to(depth);
        let real = self.real(entry.path());
        if depth > 0 && self.leaves_out(entry.path(), &real) {
            return false;
        }
        // A directory that can't be identified can't be read either, which the walk will report.
        let is_new = FolderId::of(entry.path()).map(|folder| self.entered.insert(folder));
        if !is_new.unwrap_or(true) {
            return false;
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
        self.ignored.climb_to(entry.depth());
        if !self.wants_file(entry.path()) {
            return;
        }
        let files = match self.way {
            Way::Direct => &mut self.files,
            Way::ThroughLink => &mut self.linked_files,
        };
        files.push(entry.into_path());
    }

    fn link(&mut self, entry: &DirEntry) {
        self.ignored.climb_to(entry.depth());
        let link = entry.path();
        let (kind, to) = match target(link) {
            Ok(target) => target,
            Err(error) => return self.dead_link(link, &error),
        };
        let is_wanted = match kind {
            EntryKind::Directory => !self.leaves_out(link, &self.real(link)),
            EntryKind::File => self.wants_file(link),
        };
        if !is_wanted {
            return;
        }
        let path = link.to_path_buf();
        match (self.against_following(link, &to, kind), kind) {
            (Some(problem), _) => self.problems.push(problem),
            (None, EntryKind::Directory) => self.links.push_back(path),
            (None, EntryKind::File) => self.linked_files.push(path),
        }
    }

    /// A project may contain links to anywhere.
    fn against_following(&self, link: &Path, to: &Path, kind: EntryKind) -> Option<WalkProblem> {
        let path = link.to_path_buf();
        if kind == EntryKind::Directory && self.real(link).starts_with(to) {
            let to = match to.strip_prefix(&self.real_root) {
                Ok(relative) => self.root.join(relative),
                Err(_) => to.to_path_buf(),
            };
            return Some(WalkProblem::Loop { path, to });
        }
        let why = if !to.starts_with(&self.real_root) {
            "outside the given paths"
        } else if kind == EntryKind::File && !is_rust(to) {
            "not a Rust file"
        } else {
            return None;
        };
        let to = to.to_path_buf();
        Some(WalkProblem::NotFollowed { path, to, why })
    }

    fn wants_file(&self, path: &Path) -> bool {
        if !is_rust(path) || is_hidden(path) {
            return false;
        }
        let real = self.real(path);
        !self.ignored.ignores(&real, EntryKind::File)
            && !self.options.exclude.matches(&real, EntryKind::File)
    }

    fn error(&mut self, error: &walkdir::Error) {
        let Some(reason) = error.io_error() else {
            return;
        };
        let path = error.path().unwrap_or(self.root).to_path_buf();
        let reason = reason.to_string();
        self.problems.push(WalkProblem::Unreadable { path, reason });
    }

    fn dead_link(&mut self, link: &Path, error: &io::Error) {
        if !self.could_matter(link) {
            return;
        }
        let path = link.to_path_buf();
        let problem = if error.kind() == io::ErrorKind::NotFound {
            WalkProblem::BrokenLink { path }
        } else {
            let reason = error.to_string();
            WalkProblem::Unreadable { path, reason }
        };
        self.problems.push(problem);
    }

    /// Whether a dangling link could refer to Rust files, judging by its name.
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
        self.problems.append(&mut self.ignored.problems);
        self.files.sort_unstable();
        self.problems
            .sort_by(|left, right| left.path().cmp(right.path()));
        // An ignore file above several starts is read for each.
        self.problems.dedup();
        (self.files, self.problems)
    }

    /// Adds each file reached on several paths only once, so that edits aren't applied twice.
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

/// Returns the kind of a link's target, and its path with links resolved.
fn target(link: &Path) -> io::Result<(EntryKind, PathBuf)> {
    let kind = if fs::metadata(link)?.is_dir() {
        EntryKind::Directory
    } else {
        EntryKind::File
    };
    Ok((kind, fs::canonicalize(link)?))
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

/// Whether the directory contains vendored packages, by its name. If it is a module, it isn't vendored.
fn is_vendored(directory: &Path) -> bool {
    let name = directory.file_name().and_then(|name| name.to_str());
    match name {
        // Never the name of a module.
        Some("node_modules" | "vendored") => true,
        Some("vendor" | "third_party" | "third-party") => !is_module(directory),
        _ => false,
    }
}

fn is_module(directory: &Path) -> bool {
    directory.with_extension("rs").is_file() || directory.join("mod.rs").is_file()
}

#[cfg(test)]
mod tests;
