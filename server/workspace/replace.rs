//! Replacing and creating files: all of one update or nothing of it.
//!
//! All new texts are written beside the old ones before the first of them takes its place, so a full disk is noticed while
//! everything is as before. Each old text stays at hand, as a second link, until all are in place, and is put back if one
//! fails.
//!
//! A file with several names, with attributes, or of another owner whom a new file can't get, is written in its place: there
//! the old text is kept in a file beside it until all are in place.

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

/// The new text of a file, and new files that come with it.
#[derive(Debug, Clone, Copy)]
pub struct Update<'a> {
    pub path: &'a Path,
    /// The text that it was made for.
    pub old: &'a str,
    pub new: &'a str,
    pub created: &'a [CreatedFile],
}

/// A file that isn't there yet. Folders that are missing are created too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedFile {
    pub path: PathBuf,
    pub text: String,
}

/// Reason for which a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    #[error("{}: has changed since it was read; it is left as it is", .path.display())]
    Changed { path: PathBuf },
    #[error("{}: is read-only; it is left as it is", .path.display())]
    ReadOnly { path: PathBuf },
    #[error("{}: exists already; it is left as it is", .path.display())]
    Exists { path: PathBuf },
    #[error(transparent)]
    Unread(#[from] ReadError),
    #[error("{}: can't be written: {source}", .path.display())]
    Unwritable { path: PathBuf, source: io::Error },
    #[error("{}: can't be put back: {source}; its old text is in `{}`", .path.display(), .kept.display())]
    NotPutBack {
        path: PathBuf,
        kept: PathBuf,
        source: io::Error,
    },
}

/// Carries out updates whose files still hold their old texts; returns a reason for each that was left as it is. A full disk,
/// or a failure once the first file is in place, undoes everything and is returned as the error.
///
/// Every file has its old or its new text, whole, at every moment, but for those that are written in their place. A file's
/// owner, permissions, attributes and names stay, and new files have the owner and permissions of the file that they come
/// with; a symbolic link stays, and its target is changed. Between the last look at an old text and
/// the renaming lies a moment that nothing can guard.
pub fn carry_out(updates: &[Update<'_>]) -> Result<Vec<ReplaceError>, ReplaceError> {
    carry_out_with(updates, &mut |_| Ok(()))
}

/// `before` runs before each file takes its place, and may fail in its stead.
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
    // The folders that were made are kept to the end, to be removed if they are still empty.
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

    /// Whether others have touched the files of one update, which says nothing about the rest.
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

/// An update whose texts are all on disk, under other names. What isn't placed is removed when it is dropped.
struct Prepared {
    /// New files first, so that no text names a file that isn't there yet.
    steps: Vec<Step>,
    folders: NewFolders,
}

enum Step {
    Create {
        path: PathBuf,
        beside: TempPath,
    },
    Replace {
        path: PathBuf,
        target: PathBuf,
        beside: TempPath,
        /// A second link to the old text.
        backup: TempPath,
        old: String,
    },
    Rewrite {
        path: PathBuf,
        target: PathBuf,
        new: String,
        /// A copy of the old text.
        backup: TempPath,
        old: String,
    },
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

/// How a file gets its new text.
fn step(
    path: &Path,
    target: PathBuf,
    (old, new): (&str, &str),
    metadata: &Metadata,
) -> io::Result<Step> {
    let (path, old) = (path.to_path_buf(), old.to_owned());
    if !os::is_more_than_text(&target, metadata) {
        let written = written(new, &target, metadata)?;
        if written.has_owner {
            return Ok(Step::Replace {
                path,
                beside: written.beside,
                backup: backup(&target)?,
                target,
                old,
            });
        }
    }
    // Whoever may not write it would notice only after others have been written.
    drop(OpenOptions::new().write(true).open(&target)?);
    Ok(Step::Rewrite {
        path,
        backup: copied(&target)?,
        target,
        new: new.to_owned(),
        old,
    })
}

/// Folders that were made for new files. Those that are empty in the end are removed.
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
            // One that holds a file stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// A text under another name.
struct Written {
    beside: TempPath,
    /// Whether it belongs to whom the file belongs that it comes with.
    has_owner: bool,
}

/// Writes a text to a file of another name in the folder of `target`, like another file but for its text.
fn written(text: &str, target: &Path, like: &Metadata) -> io::Result<Written> {
    let mut beside = beside().tempfile_in(folder_of(target))?;
    beside.write_all(text.as_bytes())?;
    let file = beside.as_file();
    let has_owner = os::keep_owner(file, like).is_ok();
    file.set_permissions(like.permissions())?;
    // Without this a loss of power could leave the name with an empty file.
    file.sync_data()?;
    Ok(Written {
        beside: beside.into_temp_path(),
        has_owner,
    })
}

/// A second link to a file, or a copy where links aren't possible.
fn backup(target: &Path) -> io::Result<TempPath> {
    let folder = folder_of(target);
    let linked = beside().make_in(folder, |path| fs::hard_link(target, path));
    if let Ok(linked) = linked {
        return Ok(linked.into_temp_path());
    }
    copied(target)
}

/// A copy of a file that is to be written in its place. Its name says what it is: if this program is killed meanwhile, it may
/// be all that is left of the old text.
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

/// Gives a file another text in its place. What it had is still there to be written over, so that going back needs no more
/// of the disk.
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

/// Files that are in place, and how each is undone.
#[derive(Default)]
struct Placed(Vec<Undo>);

enum Undo {
    Remove(PathBuf),
    PutBack {
        target: PathBuf,
        backup: TempPath,
    },
    WriteBack {
        target: PathBuf,
        backup: TempPath,
        old: String,
    },
}

/// Gives all files of one update their places, or none.
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
            Self::Replace {
                path,
                target,
                beside,
                backup,
                old,
            } => {
                let unwritable = ReplaceError::unwritable(&path);
                before(&path).map_err(unwritable)?;
                hold(&path, &old)?;
                let placed = beside.persist(&target);
                placed.map_err(|error| unwritable(error.error))?;
                Ok(Undo::PutBack { target, backup })
            }
            Self::Rewrite {
                path,
                target,
                new,
                backup,
                old,
            } => {
                let unwritable = ReplaceError::unwritable(&path);
                before(&path).map_err(unwritable)?;
                hold(&path, &old)?;
                let written = rewrite(&target, &new);
                let undo = Undo::WriteBack {
                    target,
                    backup,
                    old,
                };
                match written {
                    Ok(()) => Ok(undo),
                    Err(error) => {
                        undo.undo()?;
                        Err(unwritable(error))
                    }
                }
            }
        }
    }
}

impl Placed {
    /// Undoes everything, the last first. It goes on behind what can't be undone, and returns the first failure.
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
            Self::WriteBack {
                target,
                backup,
                old,
            } => rewrite(&target, &old).map_err(|error| not_put_back(target, backup, error)),
        }
    }
}

/// Keeps what is all that is left of an old text.
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
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.rs");
        fs::write(&path, text).unwrap();
        (root, path)
    }

    fn replace(path: &Path, new: &str, old: &str) -> Result<(), ReplaceError> {
        let update = Update {
            path,
            old,
            new,
            created: &[],
        };
        match carry_out(&[update])?.pop() {
            Some(left) => Err(left),
            None => Ok(()),
        }
    }

    /// Two files and, with the first, two new ones.
    struct Project {
        root: tempfile::TempDir,
        created: Vec<CreatedFile>,
    }

    impl Project {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            for name in ["a.rs", "b.rs"] {
                fs::write(root.path().join(name), "old").unwrap();
            }
            let created = ["a/b/tests.rs", "c.rs"].map(|name| CreatedFile {
                path: root.path().join(name),
                text: "created".to_owned(),
            });
            Self {
                created: created.into(),
                root,
            }
        }

        fn carry_out(
            &self,
            before: &mut dyn FnMut(&Path) -> io::Result<()>,
        ) -> Result<Vec<ReplaceError>, ReplaceError> {
            let [a, b] = ["a.rs", "b.rs"].map(|name| self.root.path().join(name));
            let update = |path, created| Update {
                path,
                old: "old",
                new: "new",
                created,
            };
            let updates = [update(&*a, &*self.created), update(&*b, &[])];
            carry_out_with(&updates, before)
        }

        fn text(&self, name: &str) -> String {
            fs::read_to_string(self.root.path().join(name)).unwrap()
        }

        fn is_as_before(&self) {
            let mut names = names(self.root.path());
            names.sort();
            assert_eq!(names, ["a.rs", "b.rs"]);
            assert_eq!(
                (self.text("a.rs"), self.text("b.rs")),
                ("old".into(), "old".into())
            );
        }
    }

    #[test]
    fn new_files_come_with_the_text_that_names_them() {
        let project = Project::new();
        let left = project.carry_out(&mut |_| Ok(())).unwrap();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(project.text("a/b/tests.rs"), "created");
        assert_eq!(project.text("c.rs"), "created");
        assert_eq!(
            (project.text("a.rs"), project.text("b.rs")),
            ("new".into(), "new".into())
        );
        let mut names = names(project.root.path());
        names.sort();
        assert_eq!(names, ["a", "a.rs", "b.rs", "c.rs"]);
    }

    #[test]
    fn a_failure_at_any_file_leaves_everything_as_it_was() {
        for last in 0..4 {
            let project = Project::new();
            let mut count = 0;
            let error = project.carry_out(&mut |_| {
                count += 1;
                if count > last {
                    return Err(io::ErrorKind::StorageFull.into());
                }
                Ok(())
            });
            let error = error.unwrap_err();
            assert!(matches!(error, ReplaceError::Unwritable { .. }), "{error}");
            project.is_as_before();
        }
    }

    #[test]
    fn a_file_that_changes_at_the_last_moment_costs_its_own_update() {
        let project = Project::new();
        let first = project.root.path().join("a.rs");
        let left = project.carry_out(&mut |path| {
            if path == first {
                fs::write(path, "newer")?;
            }
            Ok(())
        });
        let left = left.unwrap();
        assert!(matches!(&*left, [ReplaceError::Changed { .. }]), "{left:?}");
        assert_eq!(
            (project.text("a.rs"), project.text("b.rs")),
            ("newer".into(), "new".into())
        );
        let mut names = names(project.root.path());
        names.sort();
        assert_eq!(names, ["a.rs", "b.rs"]);
    }

    #[test]
    fn a_new_file_never_takes_the_place_of_another() {
        let project = Project::new();
        let taken = project.root.path().join("c.rs");
        let left = project.carry_out(&mut |path| {
            if path == taken {
                fs::write(path, "other")?;
            }
            Ok(())
        });
        let left = left.unwrap();
        assert!(matches!(&*left, [ReplaceError::Exists { .. }]), "{left:?}");
        assert_eq!(project.text("c.rs"), "other");
        assert_eq!(
            (project.text("a.rs"), project.text("b.rs")),
            ("old".into(), "new".into())
        );
        assert!(!project.root.path().join("a").exists());
    }

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
        entries
            .map(|entry| name(entry).into_string().unwrap())
            .collect()
    }

    #[test]
    fn the_new_text_takes_the_place() {
        let (root, path) = file("old");
        replace(&path, "new", "old").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(root.path()), ["a.rs"]);
    }

    #[test]
    fn a_file_that_changed_is_left() {
        let (root, path) = file("newer");
        let error = replace(&path, "new", "old").unwrap_err();
        assert!(matches!(error, ReplaceError::Changed { .. }));
        assert_eq!(fs::read_to_string(&path).unwrap(), "newer");
        assert_eq!(names(root.path()), ["a.rs"]);
    }

    #[test]
    fn a_file_that_vanished_is_not_made() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.rs");
        assert!(matches!(
            replace(&path, "new", "old"),
            Err(ReplaceError::Unread(_))
        ));
        assert_eq!(names(root.path()), Vec::<String>::new());
    }

    #[test]
    fn a_read_only_file_is_left() {
        let (_root, path) = file("old");
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        let error = replace(&path, "new", "old").unwrap_err();
        assert!(matches!(error, ReplaceError::ReadOnly { .. }));
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    }

    #[cfg(unix)]
    #[test]
    fn other_names_of_the_file_stay() {
        use std::os::unix::fs::MetadataExt;

        let (root, path) = file("old");
        let other = root.path().join("other.rs");
        fs::hard_link(&path, &other).unwrap();
        replace(&path, "new", "old").unwrap();
        replace(&path, "n", "new").unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "n");
        assert_eq!(fs::metadata(&path).unwrap().nlink(), 2);
        let mut names = names(root.path());
        names.sort();
        assert_eq!(names, ["a.rs", "other.rs"]);
    }

    #[cfg(unix)]
    #[test]
    fn what_was_written_in_its_place_is_put_back() {
        let project = Project::new();
        let first = project.root.path().join("a.rs");
        let outside = tempfile::tempdir_in(project.root.path().parent().unwrap()).unwrap();
        fs::hard_link(&first, outside.path().join("a.rs")).unwrap();
        let error = project.carry_out(&mut |path| {
            if path.ends_with("b.rs") {
                return Err(io::ErrorKind::StorageFull.into());
            }
            Ok(())
        });
        assert!(matches!(error, Err(ReplaceError::Unwritable { .. })));
        project.is_as_before();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn attributes_and_owner_stay() {
        use std::os::unix::fs::{MetadataExt, chown};

        let (_root, path) = file("old");
        let flags = rustix::fs::XattrFlags::empty();
        let is_attributed = rustix::fs::setxattr(&path, "user.note", b"x", flags).is_ok();
        // Only root may give files away.
        let is_given = chown(&path, Some(12_345), Some(12_345)).is_ok();
        replace(&path, "new", "old").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        let mut value = [0_u8; 8];
        let value = rustix::fs::getxattr(&path, "user.note", &mut value);
        assert_eq!(value.is_ok(), is_attributed);
        let other = file("old");
        if is_given {
            chown(&other.1, Some(12_345), Some(12_345)).unwrap();
            replace(&other.1, "new", "old").unwrap();
            for path in [&path, &other.1] {
                let metadata = fs::metadata(path).unwrap();
                assert_eq!((metadata.uid(), metadata.gid()), (12_345, 12_345));
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_mode_stays() {
        use std::os::unix::fs::PermissionsExt;

        let (_root, path) = file("old");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).unwrap();
        replace(&path, "new", "old").unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o751);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_its_target_changes() {
        let (root, path) = file("old");
        let directory = root.path().join("links");
        fs::create_dir(&directory).unwrap();
        let link = directory.join("b.rs");
        std::os::unix::fs::symlink("../a.rs", &link).unwrap();
        replace(&link, "new", "old").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(names(&directory), ["b.rs"]);
    }
}
