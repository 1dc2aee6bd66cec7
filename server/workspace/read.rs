//! Reads the complete source text of a file in a consistent state.

use std::{
    fs::Metadata,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use crate::os;

/// Maximum size of a file in bytes.
pub const MOST_BYTES: u64 = 16 << 20;

/// Reason why a file can't be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[error("{}: there is no such file", .path.display())]
    Missing { path: PathBuf },
    #[error("{}: is not a regular file", .path.display())]
    NotAFile { path: PathBuf },
    #[error("{}: is larger than {} MiB", .path.display(), MOST_BYTES >> 20)]
    TooLarge { path: PathBuf },
    /// `line` starts at 1, `offset` is in bytes.
    #[error("{}: is not UTF-8, first in line {line} (byte {offset})", .path.display())]
    NotUtf8 {
        path: PathBuf,
        line: usize,
        offset: usize,
    },
    #[error("{}: changed while it was read", .path.display())]
    Changing { path: PathBuf },
    #[error("{}: can't be read: {source}", .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
}

/// Reads the file, again if it changed meanwhile. The source text is unmodified, with byte order mark and line endings, so that
/// offsets match the file. A change within one tick of the file system's clock that keeps the length is missed.
pub fn read(path: &Path) -> Result<Arc<str>, ReadError> {
    read_while(path, &mut || {})
}

impl ReadError {
    fn of_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::InvalidInput => Self::NotAFile { path },
            _ => Self::Unreadable { path, source },
        }
    }
}

/// `meanwhile` runs after the bytes are read and before checking that they are still current.
fn read_while(path: &Path, meanwhile: &mut dyn FnMut()) -> Result<Arc<str>, ReadError> {
    for _attempt in 0..2 {
        if let Some(bytes) = attempt(path, meanwhile)? {
            return text(path, bytes);
        }
    }
    Err(ReadError::Changing {
        path: path.to_path_buf(),
    })
}

/// Returns the bytes, or `None` if they changed during reading.
fn attempt(path: &Path, meanwhile: &mut dyn FnMut()) -> Result<Option<Vec<u8>>, ReadError> {
    let of_io = |error| ReadError::of_io(path, error);
    let mut file = os::open_regular(path).map_err(of_io)?;
    let before = State::of(&file.metadata().map_err(of_io)?);
    let too_large = || ReadError::TooLarge {
        path: path.to_path_buf(),
    };
    if before.length > MOST_BYTES {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(before.length).unwrap_or_default());
    let mut bounded = (&mut file).take(MOST_BYTES + 1);
    bounded.read_to_end(&mut bytes).map_err(of_io)?;
    let length = bytes.len() as u64;
    if length > MOST_BYTES {
        return Err(too_large());
    }
    meanwhile();
    let after = State::of(&file.metadata().map_err(of_io)?);
    Ok((before == after && length == before.length).then_some(bytes))
}

/// Properties that change when the file is written to.
#[derive(PartialEq, Eq)]
struct State {
    length: u64,
    modified: Option<SystemTime>,
}

impl State {
    fn of(metadata: &Metadata) -> Self {
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
        }
    }
}

fn text(path: &Path, bytes: Vec<u8>) -> Result<Arc<str>, ReadError> {
    String::from_utf8(bytes).map(Arc::from).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let good = &error.as_bytes()[..offset];
        ReadError::NotUtf8 {
            path: path.to_path_buf(),
            line: 1 + memchr::memchr_iter(b'\n', good).count(),
            offset,
        }
    })
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use super::*;

    fn append(path: &Path, text: &str) {
        let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn file(bytes: impl AsRef<[u8]>) -> (tempfile::TempDir, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.rs");
        fs::write(&path, bytes).unwrap();
        (root, path)
    }

    #[test]
    fn the_text_is_as_it_is_on_disk() {
        for text in ["", "fn a() {}\r\n", "\u{feff}fn ä() {}\n", "\0"] {
            let (_root, path) = file(text);
            assert_eq!(&*read(&path).unwrap(), text);
        }
    }

    #[test]
    fn what_is_not_utf_8_has_its_line() {
        let (_root, path) = file(b"fn a() {}\n// ok\n// \xff\n");
        let error = read(&path).unwrap_err();
        assert!(matches!(
            error,
            ReadError::NotUtf8 {
                line: 3,
                offset: 19,
                ..
            }
        ));
        assert!(
            error
                .to_string()
                .ends_with("a.rs: is not UTF-8, first in line 3 (byte 19)")
        );
    }

    #[test]
    fn a_file_at_the_bound_is_read_and_one_above_is_not() {
        let (_root, path) = file("");
        let open = || fs::OpenOptions::new().write(true).open(&path).unwrap();
        open().set_len(MOST_BYTES).unwrap();
        assert_eq!(read(&path).unwrap().len() as u64, MOST_BYTES);
        open().set_len(MOST_BYTES + 1).unwrap();
        assert!(matches!(read(&path), Err(ReadError::TooLarge { .. })));
    }

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let root = tempfile::tempdir().unwrap();
        assert!(matches!(read(root.path()), Err(ReadError::NotAFile { .. })));
        let missing = root.path().join("none.rs");
        assert!(matches!(read(&missing), Err(ReadError::Missing { .. })));
        let (_root, path) = file("");
        let below = path.join("below.rs");
        assert!(matches!(read(&below), Err(ReadError::Unreadable { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_is_not_waited_for() {
        let root = tempfile::tempdir().unwrap();
        let pipe = root.path().join("pipe.rs");
        let made = std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap();
        assert!(made.success());
        assert!(matches!(read(&pipe), Err(ReadError::NotAFile { .. })));
    }

    #[test]
    fn a_file_that_changed_once_is_read_again() {
        let (_root, path) = file("one");
        let mut changes = ["two"].into_iter();
        let mut meanwhile = || changes.by_ref().for_each(|text| append(&path, text));
        assert_eq!(&*read_while(&path, &mut meanwhile).unwrap(), "onetwo");
    }

    #[test]
    fn a_file_that_goes_on_changing_is_given_up() {
        let (_root, path) = file("one");
        let error = read_while(&path, &mut || append(&path, "more")).unwrap_err();
        assert!(matches!(error, ReadError::Changing { .. }));
    }
}
