//! Replaces and creates files, each update as a whole or not at all.
//!
//! All new source texts are written beside the old ones before the first of them is moved into place, so a full disk is
//! detected while nothing has changed yet. Each old source text is kept as a second link until all are in place, and restored
//! if one fails.
//!
//! A file with several names, with extended attributes, or with an owner that a new file can't get, is overwritten in place:
//! its old source text is kept in a file beside it until all are in place.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io,
    io::Write,
    path::{Path, PathBuf},
};

use tempfile::TempPath;

use super::{ReadError, read};
use crate::os;

mod left_over;

/// The new source text of a file, and the new files that belong to it.
#[derive(Debug, Clone, Copy)]
pub struct Update<'a> {
    pub path: &'a Path,
    /// The source text that the update is based on.
    pub old: &'a str,
    pub new: &'a str,
    pub created: &'a [CreatedFile],
}

/// A file that doesn't exist yet. Missing folders are created as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedFile {
    pub path: PathBuf,
    pub text: String,
}

/// Reason why a file was left unchanged.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    #[error("{}: has changed since it was read; it was not written", .path.display())]
    Changed { path: PathBuf },
    #[error("{}: is read-only; it was not written", .path.display())]
    ReadOnly { path: PathBuf },
    #[error("{}: already exists; it was not overwritten", .path.display())]
    Exists { path: PathBuf },
    #[error(transparent)]
    Unread(#[from] ReadError),
    #[error("{}: can't be written: {source}", .path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("{}: can't be restored: {source}; its old text is in `{}`", .path.display(), .kept.display())]
    NotPutBack {
        path: PathBuf,
        kept: PathBuf,
        source: io::Error,
    },
}

/// Applies updates to files that still have their old source texts; returns a reason for each one that was left unchanged. A
/// full disk, or a failure after the first file was moved into place, reverts everything and is returned as the error.
///
/// At every moment, each file has either its old or its new source text in full, except for those overwritten in place. A file
/// keeps its owner, permissions, attributes and names, and new files get the owner and permissions of the file they belong to;
/// a symbolic link is kept, and its target is changed. A change between the last check of an old source text and the renaming
/// can't be detected.
pub fn carry_out(updates: &[Update<'_>]) -> Result<Vec<ReplaceError>, ReplaceError> {
    carry_out_with(updates, &mut |_| Ok(()))
}

/// `before` runs before each file is moved into place, and may return an error.
fn carry_out_with(
    updates: &[Update<'_>],
    before: &mut dyn FnMut(&Path) -> io::Result<()>,
) -> Result<Vec<ReplaceError>, ReplaceError> {
    left_over::sweep(updates);
    let mut left = Vec::new();
    let mut prepared = Vec::new();
    for update in updates {
        match Prepared::new(update) {
            Ok(update) => prepared.push(update),
            Err(error) if error.is_full_disk() => return Err(error),
            Err(error) => left.push(error),
        }
    }
    let mut placed = Placed::default();
    // The created folders are kept until the end, to be removed if they are still empty.
    let mut folders = Vec::new();
    for update in prepared {
        folders.push(update.folders);
        match place(update.steps, before) {
            Ok(more) => placed.0.extend(more.0),
            Err(error) if error.is_of_one_update() => left.push(error),
            Err(error) => {
                placed.put_back()?;
                return Err(error);
            }
        }
    }
    Ok(left)
}

impl ReplaceError {
    fn is_full_disk(&self) -> bool {
        matches!(self, Self::Unwritable { source, .. } if matches!(
            source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        ))
    }

    /// Whether the error only concerns one update, because its files were changed by others.
    fn is_of_one_update(&self) -> bool {
        !matches!(self, Self::Unwritable { .. } | Self::NotPutBack { .. })
    }

    fn unwritable(path: &Path) -> impl Fn(io::Error) -> Self + Copy {
        move |source| Self::Unwritable {
            path: path.to_path_buf(),
            source,
        }
    }
}

/// An update whose source texts are all on disk under temporary names, which are removed on drop.
struct Prepared {
    /// New files first, so that no source text refers to a missing file.
    steps: Vec<Step>,
    folders: NewFolders,
}

enum Step {
    Create {
        path: PathBuf,
        beside: TempPath,
    },
    Change {
        path: PathBuf,
        target: PathBuf,
        old: OldText,
        way: Way,
    },
}

/// The old source text of a file, and a second link to it or a copy.
struct OldText {
    text: String,
    backup: TempPath,
}

/// How a file gets its new source text.
enum Way {
    /// Replaced by a file that contains it.
    Rename(TempPath),
    /// Overwritten in place.
    InPlace(String),
}

impl Prepared {
    fn new(update: &Update<'_>) -> Result<Self, ReplaceError> {
        let Update { path, old, new, .. } = *update;
        let unwritable = ReplaceError::unwritable(path);
        hold(path, old)?;
        let target = fs::canonicalize(path).map_err(unwritable)?;
        let metadata = fs::metadata(&target).map_err(unwritable)?;
        if metadata.permissions().readonly() {
            let path = path.to_path_buf();
            return Err(ReplaceError::ReadOnly { path });
        }
        let mut prepared = Self {
            steps: Vec::new(),
            folders: NewFolders::default(),
        };
        for created in update.created {
            prepared.create(created, &metadata)?;
        }
        let step = step(path, target, (old, new), &metadata).map_err(unwritable)?;
        prepared.steps.push(step);
        Ok(prepared)
    }

    fn create(&mut self, created: &CreatedFile, with: &Metadata) -> Result<(), ReplaceError> {
        let path = created.path.clone();
        let unwritable = ReplaceError::unwritable(&created.path);
        if fs::symlink_metadata(&path).is_ok() {
            return Err(ReplaceError::Exists { path });
        }
        self.folders.make(folder_of(&path)).map_err(unwritable)?;
        let Written { beside, .. } = written(&created.text, &path, with).map_err(unwritable)?;
        self.steps.push(Step::Create { path, beside });
        Ok(())
    }
}

fn step(
    path: &Path,
    target: PathBuf,
    (old, new): (&str, &str),
    metadata: &Metadata,
) -> io::Result<Step> {
    let (way, backup) = way(&target, new, metadata)?;
    let text = old.to_owned();
    Ok(Step::Change {
        path: path.to_path_buf(),
        target,
        old: OldText { text, backup },
        way,
    })
}

/// Chooses how to write a new source text, and makes a matching backup of the old one.
fn way(target: &Path, new: &str, metadata: &Metadata) -> io::Result<(Way, TempPath)> {
    if !os::is_more_than_text(target, metadata) {
        let written = written(new, target, metadata)?;
        if written.has_owner {
            return Ok((Way::Rename(written.beside), backup(target)?));
        }
    }
    // Detects missing write permission before other files are written.
    drop(OpenOptions::new().write(true).open(target)?);
    Ok((Way::InPlace(new.to_owned()), copied(target)?))
}

/// Folders created for new files. Those still empty at the end are removed.
#[derive(Default)]
struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    fn make(&mut self, folder: &Path) -> io::Result<()> {
        if folder.is_dir() {
            return Ok(());
        }
        self.make(folder_of(folder))?;
        fs::create_dir(folder)?;
        self.0.push(folder.to_path_buf());
        Ok(())
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // Fails for a folder that contains a file.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A source text under a temporary name.
struct Written {
    beside: TempPath,
    /// Whether it has the same owner as the file it belongs to.
    has_owner: bool,
}

/// Writes a source text to a temporary file in the folder of `target`, with the owner and permissions of another file.
fn written(text: &str, target: &Path, like: &Metadata) -> io::Result<Written> {
    let mut beside = beside().tempfile_in(folder_of(target))?;
    beside.write_all(text.as_bytes())?;
    let file = beside.as_file();
    let has_owner = os::keep_owner(file, like).is_ok();
    file.set_permissions(like.permissions())?;
    // Without this, a power failure could leave an empty file behind.
    file.sync_data()?;
    Ok(Written {
        beside: beside.into_temp_path(),
        has_owner,
    })
}

/// Creates a second link to a file, or a copy if links aren't possible.
fn backup(target: &Path) -> io::Result<TempPath> {
    let folder = folder_of(target);
    let linked = beside().make_in(folder, |path| fs::hard_link(target, path));
    if let Ok(linked) = linked {
        return Ok(linked.into_temp_path());
    }
    copied(target)
}

/// Copies a file that will be overwritten in place. The name identifies it, because it may be all that is left of the old
/// source text if this process is killed.
fn copied(target: &Path) -> io::Result<TempPath> {
    let mut builder = tempfile::Builder::new();
    let copy = builder
        .prefix(left_over::OLD)
        .tempfile_in(folder_of(target))?;
    let copy = copy.into_temp_path();
    fs::copy(target, &copy)?;
    File::open(&copy)?.sync_data()?;
    Ok(copy)
}

/// Overwrites a file in place. It isn't truncated first, so that reverting a failure needs no more disk space.
fn rewrite(target: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(target)?;
    file.write_all(text.as_bytes())?;
    file.set_len(text.len() as u64)?;
    file.sync_data()
}

fn beside() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(left_over::NEW);
    builder
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Files in place, and how to revert each.
#[derive(Default)]
struct Placed(Vec<Undo>);

enum Undo {
    Remove(PathBuf),
    PutBack { target: PathBuf, backup: TempPath },
    WriteBack { target: PathBuf, old: OldText },
}

/// Moves all files of one update into place, or none.
fn place(
    steps: Vec<Step>,
    before: &mut dyn FnMut(&Path) -> io::Result<()>,
) -> Result<Placed, ReplaceError> {
    let mut placed = Placed::default();
    for step in steps {
        match step.place(before) {
            Ok(undo) => placed.0.push(undo),
            Err(error) => {
                placed.put_back()?;
                return Err(error);
            }
        }
    }
    Ok(placed)
}

impl Step {
    fn place(self, before: &mut dyn FnMut(&Path) -> io::Result<()>) -> Result<Undo, ReplaceError> {
        match self {
            Self::Create { path, beside } => {
                before(&path).map_err(ReplaceError::unwritable(&path))?;
                match beside.persist_noclobber(&path) {
                    Ok(()) => Ok(Undo::Remove(path)),
                    Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => {
                        Err(ReplaceError::Exists { path })
                    }
                    Err(error) => Err(ReplaceError::unwritable(&path)(error.error)),
                }
            }
            Self::Change {
                path,
                target,
                old,
                way,
            } => {
                before(&path).map_err(ReplaceError::unwritable(&path))?;
                hold(&path, &old.text)?;
                way.go(&path, target, old)
            }
        }
    }
}

impl Way {
    /// Gives `target`, displayed as `path`, its new source text.
    fn go(self, path: &Path, target: PathBuf, old: OldText) -> Result<Undo, ReplaceError> {
        let unwritable = ReplaceError::unwritable(path);
        match self {
            Self::Rename(beside) => {
                let placed = beside.persist(&target);
                placed.map_err(|error| unwritable(error.error))?;
                let OldText { backup, .. } = old;
                Ok(Undo::PutBack { target, backup })
            }
            Self::InPlace(new) => {
                let written = rewrite(&target, &new);
                let undo = Undo::WriteBack { target, old };
                let Err(error) = written else {
                    return Ok(undo);
                };
                undo.undo()?;
                Err(unwritable(error))
            }
        }
    }
}

impl Placed {
    /// Reverts everything in reverse order. Continues after failures, and returns the first one.
    fn put_back(self) -> Result<(), ReplaceError> {
        let undone = self.0.into_iter().rev().map(Undo::undo);
        undone.fold(Ok(()), Result::and)
    }
}

impl Undo {
    fn undo(self) -> Result<(), ReplaceError> {
        match self {
            Self::Remove(path) => fs::remove_file(&path).map_err(ReplaceError::unwritable(&path)),
            Self::PutBack { target, backup } => {
                let Err(error) = backup.persist(&target) else {
                    return Ok(());
                };
                Err(not_put_back(target, error.path, error.error))
            }
            Self::WriteBack { target, old } => {
                let OldText { text, backup } = old;
                rewrite(&target, &text).map_err(|error| not_put_back(target, backup, error))
            }
        }
    }
}

/// Keeps a file that is all that is left of an old source text.
fn not_put_back(path: PathBuf, kept: TempPath, source: io::Error) -> ReplaceError {
    ReplaceError::NotPutBack {
        path,
        kept: left_over::keep(kept),
        source,
    }
}

fn hold(path: &Path, old: &str) -> Result<(), ReplaceError> {
    if *read(path)? == *old {
        return Ok(());
    }
    Err(ReplaceError::Changed {
        path: path.to_path_buf(),
    })
}

#[cfg(test)]
mod tests;
