//! Backups as files: how they are created, and what state they are in.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::place::{self, beside, folder};
use crate::{Fault, FaultKind};
use rustassistant_os as os;

/// State of a file to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Medium {
    /// The file is complete.
    Still,
    /// Open in another process, or was when the machine stopped.
    InUse,
    /// Has a log beside it, for example after a file in use was copied with its log.
    Unfinished,
}

pub(super) fn medium(path: &Path) -> Result<Medium, Fault> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => return Err(Fault::new(FaultKind::NotAFile)),
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(Fault::new(FaultKind::Absent));
        }
        Err(error) => return Err(error.into()),
    }
    let bytes = |suffix| fs::metadata(beside(path, suffix)).map(|metadata| metadata.len());
    if bytes("-shm").is_ok() {
        return Ok(Medium::InUse);
    }
    let is_left = |suffix| bytes(suffix).is_ok_and(|bytes| bytes > 0);
    if is_left("-wal") || is_left("-journal") {
        return Ok(Medium::Unfinished);
    }
    Ok(Medium::Still)
}

/// Copies the file and its logs to where they may be changed.
pub(super) fn private_copy(path: &Path) -> Result<(TempDir, PathBuf), Fault> {
    let folder = tempfile::tempdir()?;
    let copy = folder.path().join("cache.db");
    copy_regular(path, &copy)?;
    for suffix in ["-wal", "-journal"] {
        match copy_regular(&beside(path, suffix), &beside(&copy, suffix)) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok((folder, copy))
}

/// Copies a regular file into a new one that only the user can access. Doesn't block on special files.
fn copy_regular(from: &Path, to: &Path) -> std::io::Result<()> {
    let mut from = os::open_regular(from)?;
    let mut to = os::private_file(File::options().write(true).create_new(true)).open(to)?;
    std::io::copy(&mut from, &mut to)?;
    Ok(())
}

/// An unfinished file beside its destination; removed on drop.
#[derive(Debug)]
pub(super) struct Aside(PathBuf);

/// Creates an empty private file beside a path at which nothing exists yet.
pub(super) fn create_vacant(path: &Path) -> Result<Aside, Fault> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(Fault::new(FaultKind::Exists).at(path));
    }
    if !folder(path).is_dir() {
        let fault = Fault::new(FaultKind::Absent).because("no such directory");
        return Err(fault.at(folder(path)));
    }
    place::create_aside(path).map(Aside)
}

impl Aside {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Moves the finished file to `path`, unless a file exists there by now; returns its size in bytes.
    pub(super) fn publish(self, path: &Path) -> Result<u64, Fault> {
        self.link(path).map_err(|fault| fault.at(path))
    }

    fn link(&self, path: &Path) -> Result<u64, Fault> {
        let file = File::options().write(true).open(&self.0)?;
        file.sync_all()?;
        let bytes = file.metadata()?.len();
        match fs::hard_link(&self.0, path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                return Err(Fault::new(FaultKind::Exists));
            }
            // For file systems without hard links.
            Err(_) if fs::symlink_metadata(path).is_err() => fs::rename(&self.0, path)?,
            Err(_) => return Err(Fault::new(FaultKind::Exists)),
        }
        os::sync_folder(folder(path))?;
        Ok(bytes)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        place::discard(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_beside_a_file_is_seen() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("cache.db");
        assert_eq!(medium(&path).unwrap_err().kind(), FaultKind::Absent);
        assert_eq!(medium(home.path()).unwrap_err().kind(), FaultKind::NotAFile);
        fs::write(&path, "db").unwrap();
        fs::write(beside(&path, "-wal"), "").unwrap();
        assert_eq!(medium(&path), Ok(Medium::Still));
        fs::write(beside(&path, "-wal"), "log").unwrap();
        assert_eq!(medium(&path), Ok(Medium::Unfinished));
        fs::write(beside(&path, "-shm"), "").unwrap();
        assert_eq!(medium(&path), Ok(Medium::InUse));
    }

    #[test]
    fn what_appeared_meanwhile_is_not_replaced() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("backup.db");
        let aside = create_vacant(&path).unwrap();
        fs::write(&path, "somebody else's").unwrap();
        assert_eq!(aside.publish(&path).unwrap_err().kind(), FaultKind::Exists);
        assert_eq!(fs::read_to_string(&path).unwrap(), "somebody else's");
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_dropped_one_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let aside = create_vacant(&home.path().join("backup.db")).unwrap();
        fs::write(beside(aside.path(), "-journal"), "").unwrap();
        drop(aside);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
