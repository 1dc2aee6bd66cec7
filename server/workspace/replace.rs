//! Replacing of files.

use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use super::{ReadError, read};

/// Reason for which a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceError {
    #[error("{}: has changed since it was read; it is left as it is", .path.display())]
    Changed { path: PathBuf },
    #[error("{}: is read-only; it is left as it is", .path.display())]
    ReadOnly { path: PathBuf },
    #[error(transparent)]
    Unread(#[from] ReadError),
    #[error("{}: can't be written: {source}", .path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

/// Gives the file the text `new`, provided that it still holds `old`. At every moment the file has one of the two, whole:
/// the new text is written beside it and takes its place. The file's permissions stay; a symbolic link stays, and what it
/// leads to is changed. Between the last look at the old text and the change of place lies a moment that nothing can guard.
pub fn replace(path: &Path, new: &str, old: &str) -> Result<(), ReplaceError> {
    let unwritable = |source| ReplaceError::Unwritable {
        path: path.to_path_buf(),
        source,
    };
    hold(path, old)?;
    let target = fs::canonicalize(path).map_err(unwritable)?;
    let permissions = fs::metadata(&target).map_err(unwritable)?.permissions();
    if permissions.readonly() {
        let path = path.to_path_buf();
        return Err(ReplaceError::ReadOnly { path });
    }
    let directory = target.parent().unwrap_or(Path::new("."));
    let mut beside = tempfile::Builder::new()
        .prefix(".rustassistant-")
        .tempfile_in(directory)
        .map_err(unwritable)?;
    beside.write_all(new.as_bytes()).map_err(unwritable)?;
    let file = beside.as_file();
    file.set_permissions(permissions).map_err(unwritable)?;
    // Without this a loss of power could leave the name with an empty file.
    file.sync_data().map_err(unwritable)?;
    hold(path, old)?;
    beside
        .persist(&target)
        .map(drop)
        .map_err(|error| unwritable(error.error))
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
