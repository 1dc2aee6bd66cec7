//! Stores the progress of a copy in a small file.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

use crate::Key;

/// Age after which progress is ignored, because copied entries may have been removed again.
const FRESH: Duration = Duration::from_hours(24);

/// Progress of a copy between two caches. The file exists from the first page until the last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Resume {
    path: PathBuf,
    after: Option<Key>,
}

impl Resume {
    /// Loads the progress in `folder` of a copy between these two addresses. A file that can't be read or is a day old is
    /// ignored: checking all entries again is slower, but correct.
    pub fn between(folder: &Path, from: &str, to: &str) -> Resume {
        let mut hasher = blake3::Hasher::new_derive_key("rustassistant cache copy v1");
        for end in [from, to] {
            hasher.update(&(end.len() as u64).to_le_bytes());
            hasher.update(end.as_bytes());
        }
        let hash = hasher.finalize().to_hex();
        let path = folder.join(format!("copy-{}.resume", &hash[..16]));
        let after = read(&path);
        Resume { path, after }
    }

    /// The last key that was copied.
    pub fn after(&self) -> Option<Key> {
        self.after
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Replaces the file as a whole. Only warns on failure, because the copy itself is fine.
    pub(super) async fn save(&mut self, after: Key) {
        self.after = Some(after);
        let path = self.path.clone();
        let saved = tokio::task::spawn_blocking(move || write(&path, after)).await;
        if let Err(error) = saved.unwrap_or_else(|error| Err(io::Error::other(error))) {
            tracing::warn!(path = %self.path.display(), %error, "if the copy stops, it will start from the beginning");
        }
    }

    pub(super) fn forget(&mut self) {
        self.after = None;
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tracing::warn!(path = %self.path.display(), %error, "can't be removed");
            }
            _ => {}
        }
    }
}

fn read(path: &Path) -> Option<Key> {
    let modified = fs::metadata(path).ok()?.modified().ok()?;
    if modified.elapsed().ok()? > FRESH {
        return None;
    }
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

fn write(path: &Path, after: Key) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(folder)?;
    writeln!(file, "{after}")?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> Key {
        Key::new("test", &[number; 32], &[], b"")
    }

    #[tokio::test]
    async fn it_is_found_again_between_the_same_ends_only() {
        let home = tempfile::tempdir().unwrap();
        let between = |from, to| Resume::between(home.path(), from, to);
        let mut resume = between("a", "bc");
        assert_eq!(resume.after(), None);
        resume.save(key(1)).await;
        resume.save(key(2)).await;
        assert_eq!(between("a", "bc").after(), Some(key(2)));
        for (from, to) in [("ab", "c"), ("bc", "a"), ("a", "b")] {
            assert_eq!(between(from, to).after(), None);
        }
        resume.forget();
        resume.forget();
        assert_eq!(between("a", "bc").after(), None);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[tokio::test]
    async fn what_says_nothing_starts_anew() {
        let home = tempfile::tempdir().unwrap();
        let between = || Resume::between(home.path(), "a", "b");
        for text in ["", "key", "\u{fffd}", &"0".repeat(65)] {
            fs::write(between().path(), text).unwrap();
            assert_eq!(between().after(), None, "{text}");
        }
        between().save(key(1)).await;
        let day = FRESH + Duration::from_mins(1);
        let now = std::time::SystemTime::now();
        for moment in [now - day, now + day] {
            let file = fs::File::options().write(true).open(between().path());
            file.unwrap().set_modified(moment).unwrap();
            assert_eq!(between().after(), None, "{moment:?}");
        }
    }

    #[tokio::test]
    async fn a_folder_that_is_not_there_keeps_nobody_from_copying() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("nowhere");
        let mut resume = Resume::between(&folder, "a", "b");
        resume.save(key(1)).await;
        resume.forget();
        assert!(!folder.exists());
    }
}
