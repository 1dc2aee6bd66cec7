//! The file in the file system: its owner, and how it is created and moved aside.
//!
//! A file appears atomically: it is built under another name and linked into place, so if several processes start at once, one
//! wins and the others use its file. Nothing here opens the database file itself, because POSIX drops SQLite's locks of this
//! process when any handle to the file is closed.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use crate::{Fault, FaultKind};
use rustassistant_os::{self as os, Owner};

/// Distinguishes a file from another one at the same path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Identity((u64, u64));

/// Runs blocking work on another thread.
pub(crate) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Fault::new(FaultKind::Io).because(error)),
    }
}

/// Returns the file's identity, or `None` if it doesn't exist. Fails if the file or its folder may not be used.
pub(crate) fn inspect(path: &Path) -> Result<Option<Identity>, Fault> {
    let folder = folder(path);
    match fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => {
            return Err(Fault::new(FaultKind::NotAFolder).at(folder));
        }
        Ok(metadata) => owned(&metadata, Allowed::MeOrRoot).map_err(|fault| fault.at(folder))?,
        Err(error) if is_absent(&error) => return absent_folder(folder),
        Err(error) => return Err(Fault::from(error).at(folder)),
    }
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(Fault::new(FaultKind::NotAFile).at(path)),
        Ok(metadata) => {
            owned(&metadata, Allowed::Me).map_err(|fault| fault.at(path))?;
            Ok(Some(Identity(os::identity(&metadata))))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Fault::from(error).at(path)),
    }
}

/// Returns the identity of the file at the path; cheap enough for every transaction.
pub(crate) fn identity(path: &Path) -> Option<Identity> {
    fs::metadata(path)
        .ok()
        .map(|metadata| Identity(os::identity(&metadata)))
}

/// Size on disk in bytes, including the log.
pub(super) fn bytes(path: &Path) -> u64 {
    ["", "-wal"]
        .iter()
        .filter_map(|suffix| fs::metadata(beside(path, suffix)).ok())
        .map(|metadata| metadata.len())
        .sum()
}

/// Whether nothing exists there, possibly because a parent is a file.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

/// A missing folder is fine if its parent exists.
fn absent_folder(folder: &Path) -> Result<Option<Identity>, Fault> {
    let above = self::folder(folder);
    match fs::metadata(above) {
        Ok(metadata) if metadata.is_dir() => Ok(None),
        Ok(_) => Err(Fault::new(FaultKind::NotAFolder).at(above)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(Fault::new(FaultKind::NoHome).at(above))
        }
        Err(error) => Err(Fault::from(error).at(above)),
    }
}

/// Creates the cache's folder, readable only by the user. Parents must exist.
pub(super) fn create_folder(path: &Path) -> Result<(), Fault> {
    let folder = folder(path);
    match os::private_folder(&mut fs::DirBuilder::new()).create(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(Fault::new(FaultKind::NoHome).at(folder))
        }
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            Err(Fault::from(error).at(folder))
        }
        _ => Ok(()),
    }
}

/// Creates an empty file beside `path`, readable only by the user, to build a new cache in.
pub(super) fn create_aside(path: &Path) -> Result<PathBuf, Fault> {
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let serial = COUNTER.fetch_add(1, Ordering::Relaxed);
    let moment = SystemTime::UNIX_EPOCH
        .elapsed()
        .map_or(0, |elapsed| elapsed.subsec_nanos());
    let aside = beside(
        path,
        &format!("{NEW}{}-{moment}-{serial}", std::process::id()),
    );
    os::private_file(OpenOptions::new().write(true).create_new(true))
        .open(&aside)
        .map_err(|e| Fault::from(e).at(&aside))?;
    Ok(aside)
}

/// Moves the finished file into place, unless another process was faster; either way a file exists afterwards.
pub(super) fn publish(aside: &Path, path: &Path) -> Result<(), Fault> {
    let linked = match fs::hard_link(aside, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        // For file systems without hard links.
        Err(_) => rename_under_lock(aside, path),
    };
    discard(aside);
    linked
}

fn rename_under_lock(aside: &Path, path: &Path) -> Result<(), Fault> {
    let _lock = lock(path, Duration::from_secs(5))?;
    match identity(path) {
        Some(_) => Ok(()),
        None => fs::rename(aside, path).map_err(|error| Fault::from(error).at(path)),
    }
}

/// Removes a file and SQLite's files beside it.
pub(super) fn discard(path: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        // The file may not exist.
        fs::remove_file(beside(path, suffix)).ok();
    }
}

/// Moves a damaged file aside for inspection, replacing an older one, and deletes its log.
pub(super) fn move_aside(path: &Path) -> Result<PathBuf, Fault> {
    let kept = beside(path, ".corrupt");
    fs::rename(path, &kept).map_err(|error| Fault::from(error).at(path))?;
    for suffix in ["-wal", "-shm", "-journal"] {
        fs::remove_file(beside(path, suffix)).ok();
    }
    Ok(kept)
}

/// Removes unfinished files of killed processes that are at least a day old.
pub(super) fn sweep_asides(path: &Path) {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return;
    };
    let prefix = format!("{name}{NEW}");
    let Ok(siblings) = fs::read_dir(folder(path)) else {
        return;
    };
    for sibling in siblings.flatten() {
        let ours = sibling
            .file_name()
            .to_str()
            .is_some_and(|name| name.starts_with(&prefix));
        if ours && is_older(&sibling, Duration::from_hours(24)) {
            fs::remove_file(sibling.path()).ok();
        }
    }
}

fn is_older(file: &fs::DirEntry, age: Duration) -> bool {
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    modified
        .ok()
        .and_then(|moment| moment.elapsed().ok())
        .is_some_and(|elapsed| elapsed > age)
}

/// The lock for everything except reading and writing entries; released on drop.
#[derive(Debug)]
pub(super) struct Lock(File);

pub(super) fn lock(path: &Path, patience: Duration) -> Result<Lock, Fault> {
    let place = beside(path, ".lock");
    let mut options = OpenOptions::new();
    os::private_file(options.read(true).write(true).create(true));
    let file = os::open_own(&mut options, &place);
    let file = file.map_err(|error| Fault::from(error).at(&place))?;
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock(file)),
            Err(TryLockError::WouldBlock) if waited < patience => {}
            Err(TryLockError::WouldBlock) => return Err(Fault::new(FaultKind::Busy).at(&place)),
            Err(TryLockError::Error(error)) => return Err(Fault::from(error).at(&place)),
        }
        let pause = Duration::from_millis(20);
        std::thread::sleep(pause);
        waited += pause;
    }
}

impl Lock {
    /// Whether `period` has passed since the last successful claim. The time is stored in the lock file, because it would need
    /// a separate table in the database.
    pub(super) fn claim(&mut self, period: Duration) -> Result<bool, Fault> {
        let mut text = String::new();
        self.0.read_to_string(&mut text)?;
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        let last = text
            .trim()
            .parse()
            .map(Duration::from_secs)
            .unwrap_or_default();
        // A clock that was once wrong mustn't block claims for years.
        if now.checked_sub(last).is_some_and(|passed| passed < period) {
            return Ok(false);
        }
        self.0.set_len(0)?;
        self.0.rewind()?;
        writeln!(self.0, "{}", now.as_secs())?;
        Ok(true)
    }
}

/// Separates the file's name from the unique suffix of an unfinished file.
const NEW: &str = ".new-";

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(crate) fn folder(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Permitted owners of a file or folder. Root owns folders such as `/tmp` and can read everything anyway.
#[derive(Clone, Copy)]
enum Allowed {
    Me,
    MeOrRoot,
}

fn owned(metadata: &fs::Metadata, allowed: Allowed) -> Result<(), Fault> {
    let fault = Fault::new(FaultKind::Owner);
    match (os::owner(metadata), allowed) {
        (Owner::Me, _) | (Owner::Root, Allowed::MeOrRoot) => Ok(()),
        (Owner::Root, Allowed::Me) => Err(fault.because("its owner is root, and you are not")),
        (Owner::Other { owner, me }, _) => {
            Err(fault.because(format_args!("its owner is user {owner}, you are user {me}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(path: &Path, text: &str) {
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_missing_file_is_no_fault_but_a_missing_home_is() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(inspect(&home.path().join("cache.db")), Ok(None));
        assert_eq!(
            inspect(&home.path().join(".rustassistant/cache.db")),
            Ok(None)
        );
        let fault = inspect(&home.path().join("nobody/.rustassistant/cache.db")).unwrap_err();
        assert_eq!(fault.kind(), FaultKind::NoHome);
    }

    #[test]
    fn files_in_the_place_of_folders_are_named() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        write(&file, "");
        for path in ["file/cache.db", "file/.rustassistant/cache.db"] {
            let fault = inspect(&home.path().join(path)).unwrap_err();
            assert_eq!(fault.kind(), FaultKind::NotAFolder, "{path}");
            assert!(
                fault.to_string().starts_with(&file.display().to_string()),
                "{fault}"
            );
        }
        assert_eq!(
            inspect(home.path()).unwrap_err().kind(),
            FaultKind::NotAFile
        );
    }

    #[test]
    fn folder_and_file_are_private() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("own/cache.db");
        create_folder(&path).unwrap();
        create_folder(&path).unwrap();
        let aside = create_aside(&path).unwrap();
        for path in [folder(&path), &aside] {
            assert!(!os::is_open_to_others(&fs::metadata(path).unwrap()));
        }
    }

    #[test]
    fn what_belongs_to_others_is_refused() {
        let root = fs::metadata(Path::new("/")).unwrap();
        let is_mine = os::owner(&root) == Owner::Me;
        assert!(owned(&root, Allowed::MeOrRoot).is_ok());
        assert_eq!(owned(&root, Allowed::Me).is_ok(), is_mine);
    }

    #[test]
    fn the_first_to_publish_wins() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("cache.db");
        for text in ["first", "second"] {
            let aside = create_aside(&path).unwrap();
            write(&aside, text);
            publish(&aside, &path).unwrap();
            assert!(!aside.exists());
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
        let aside = create_aside(&path).unwrap();
        rename_under_lock(&aside, &path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
    }

    #[test]
    fn a_damaged_file_is_kept_and_its_log_is_not() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("cache.db");
        let before = {
            write(&path, "old");
            identity(&path)
        };
        write(&beside(&path, "-wal"), "log");
        write(&beside(&path, ".corrupt"), "older");
        let kept = move_aside(&path).unwrap();
        assert_eq!(fs::read_to_string(kept).unwrap(), "old");
        assert!(!beside(&path, "-wal").exists());
        write(&path, "new");
        assert_ne!(identity(&path), before);
    }

    #[test]
    fn a_held_lock_is_busy() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("cache.db");
        let held = lock(&path, Duration::ZERO).unwrap();
        assert_eq!(
            lock(&path, Duration::ZERO).unwrap_err().kind(),
            FaultKind::Busy
        );
        drop(held);
        assert!(lock(&path, Duration::ZERO).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_the_place_of_the_lock_is_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("cache.db");
        let other = home.path().join("other");
        write(&other, "kept");
        std::os::unix::fs::symlink(&other, beside(&path, ".lock")).unwrap();
        assert!(lock(&path, Duration::ZERO).is_err());
        assert_eq!(fs::read_to_string(&other).unwrap(), "kept");
    }

    #[test]
    fn a_period_is_claimed_once() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("cache.db");
        // A process that another test is spawning briefly inherits our open files.
        let patience = Duration::from_secs(10);
        let claim = |period| lock(&path, patience).unwrap().claim(period);
        assert_eq!(claim(Duration::from_hours(1)), Ok(true));
        assert_eq!(claim(Duration::from_hours(1)), Ok(false));
        assert_eq!(claim(Duration::ZERO), Ok(true));
        for text in ["99999999999", "yesterday", "\u{fffd}"] {
            write(&beside(&path, ".lock"), text);
            assert_eq!(claim(Duration::from_hours(1)), Ok(true), "{text}");
        }
    }
}
