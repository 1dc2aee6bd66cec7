//! Finds and reads configuration files.

use std::{
    io,
    path::{Component, Path, PathBuf},
};

use crate::os;

/// The name of a project's configuration file.
pub(super) const PROJECT_FILE: &str = "rustassistant.toml";
/// The default name of a project's baseline.
pub(crate) const BASELINE_FILE: &str = ".rustassistant-baseline.json";

/// Maximum length of a configuration file in bytes.
const MOST_BYTES: u64 = 1 << 20;

/// Why a configuration file couldn't be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    #[error("there is no such file")]
    Absent,
    #[error("is not a regular file")]
    NotAFile,
    #[error("is larger than {} MiB", MOST_BYTES >> 20)]
    TooLarge,
    #[error("is not UTF-8, first in line {line}")]
    NotUtf8 { line: usize },
    #[error(
        "is owned or writable by another user, so it is ignored; if its content is yours, run `chown` and `chmod \
         go-w` on it"
    )]
    NotOurs,
    #[error("can't be read: {0}")]
    Io(io::Error),
}

/// Reads a file, without its byte order mark.
pub(super) fn read(path: &Path) -> Result<String, Unread> {
    decoded(os::read_regular(path, MOST_BYTES)?)
}

/// Reads a file that may specify commands and destinations for data, and so must not be writable by others.
pub(super) fn read_own(path: &Path) -> Result<String, Unread> {
    let file = os::open_regular(path)?;
    if os::is_in_others_hands(&file.metadata()?) {
        return Err(Unread::NotOurs);
    }
    decoded(os::read_bounded(file, MOST_BYTES)?)
}

fn decoded(bytes: Vec<u8>) -> Result<String, Unread> {
    let text = String::from_utf8(bytes).map_err(|error| {
        let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + memchr::memchr_iter(b'\n', good).count();
        Unread::NotUtf8 { line }
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

/// Whether users other than the owner may read the file.
pub(super) fn is_open(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| os::is_open_to_others(&metadata))
}

/// The absolute path without `.` and `..`. Doesn't access the disk, so it works for missing paths too.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// The file with this name that is nearest to the directory `start`, searching upwards within `workspace`.
pub(super) fn nearest(start: &Path, workspace: &Path, name: &str) -> Option<PathBuf> {
    let inside = start
        .ancestors()
        .take_while(|directory| directory.starts_with(workspace));
    inside
        .map(|directory| directory.join(name))
        .find(|file| std::fs::symlink_metadata(file).is_ok())
}

/// The default workspace of a directory: its repository, else the outermost directory with a manifest, else the directory
/// itself.
pub(crate) fn workspace_of(start: &Path) -> PathBuf {
    let has = |directory: &Path, name: &str| directory.join(name).exists();
    let repository = start
        .ancestors()
        .find(|directory| has(directory, ".git") || has(directory, ".jj"));
    let outermost = || {
        let with_manifest = start
            .ancestors()
            .filter(|directory| has(directory, "Cargo.toml"));
        with_manifest.last()
    };
    repository.or_else(outermost).unwrap_or(start).to_path_buf()
}

impl From<io::Error> for Unread {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Absent,
            io::ErrorKind::InvalidInput => Self::NotAFile,
            io::ErrorKind::FileTooLarge => Self::TooLarge,
            _ => Self::Io(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_nearest_file_counts() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(root.path().join(PROJECT_FILE), "").unwrap();
        let outer = Some(root.path().join(PROJECT_FILE));
        assert_eq!(nearest(&inner, root.path(), PROJECT_FILE), outer);
        fs::write(root.path().join("a").join(PROJECT_FILE), "").unwrap();
        let nearer = Some(root.path().join("a").join(PROJECT_FILE));
        assert_eq!(nearest(&inner, root.path(), PROJECT_FILE), nearer);
    }

    #[test]
    fn a_file_above_the_workspace_does_not_count() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(root.path().join(PROJECT_FILE), "").unwrap();
        assert_eq!(nearest(&inner, &root.path().join("a"), PROJECT_FILE), None);
    }

    #[test]
    fn dots_leave_a_path() {
        assert_eq!(absolute(Path::new("/a/./b/../c")), Path::new("/a/c"));
        assert_eq!(absolute(Path::new("/../a")), Path::new("/a"));
        assert!(absolute(Path::new("a")).is_absolute());
    }

    #[test]
    fn a_repository_is_a_workspace() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("repository/a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::create_dir(root.path().join("repository/.git")).unwrap();
        fs::write(root.path().join("repository/a/Cargo.toml"), "").unwrap();
        assert_eq!(workspace_of(&inner), root.path().join("repository"));
    }

    #[test]
    fn without_a_repository_the_outermost_manifest_is() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("a/b/c");
        fs::create_dir_all(&inner).unwrap();
        fs::write(root.path().join("a/Cargo.toml"), "").unwrap();
        fs::write(root.path().join("a/b/Cargo.toml"), "").unwrap();
        assert_eq!(workspace_of(&inner), root.path().join("a"));
        fs::remove_file(root.path().join("a/Cargo.toml")).unwrap();
        fs::remove_file(root.path().join("a/b/Cargo.toml")).unwrap();
        assert_eq!(workspace_of(&inner), inner);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let root = tempfile::tempdir().unwrap();
        assert!(matches!(read(root.path()), Err(Unread::NotAFile)));
        assert!(matches!(
            read(&root.path().join("none")),
            Err(Unread::Absent)
        ));
        let file = root.path().join("file");
        fs::write(&file, b"a = 1\nb = '\xff'\n").unwrap();
        assert!(matches!(read(&file), Err(Unread::NotUtf8 { line: 2 })));
        fs::write(&file, vec![b'#'; (1 << 20) + 1]).unwrap();
        assert!(matches!(read(&file), Err(Unread::TooLarge)));
        assert!(matches!(read(&file.join("below")), Err(Unread::Io(_))));
    }

    #[test]
    fn a_byte_order_mark_is_dropped_and_line_ends_are_kept() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "\u{feff}a = 1\r\n").unwrap();
        assert_eq!(read(&file).unwrap(), "a = 1\r\n");
    }
}
