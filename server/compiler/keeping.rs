//! Files that recordings leave in a target directory, and the disk space they need.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use super::{
    Stop, Unjudged,
    package::{self, OWN_FOLDER, RECORDINGS, unusable},
};
use crate::os;

/// Free space in bytes for a first recording: what `cargo check` builds for a package and its dependencies.
const ROOM: u64 = 4_000_000_000;
/// Free space in bytes for later recordings.
const ROOM_AGAIN: u64 = 256_000_000;

/// Files kept for the package of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// The folder, which may not exist.
    pub folder: PathBuf,
    pub bytes: u64,
    /// Number of recorded units of the workspace.
    pub units: usize,
    /// Free bytes on its disk, if known.
    pub free: Option<u64>,
}

impl Kept {
    /// Returns the space that the next check needs, if less is free.
    pub fn missing_room(&self) -> Option<u64> {
        let needed = if self.units > 0 { ROOM_AGAIN } else { ROOM };
        self.free.filter(|free| *free < needed).map(|_| needed)
    }
}

/// Determines what is kept. Runs cargo to read the manifest, which builds nothing.
pub fn kept(directory: &Path, stop: &Stop) -> Result<Option<Kept>, Unjudged> {
    let Some(manifest) = package::manifest_above(directory) else {
        return Ok(None);
    };
    let folder = package::target_directory(&manifest, stop)?.join(OWN_FOLDER);
    let units = fs::read_dir(folder.join(RECORDINGS)).map_or(0, Iterator::count);
    Ok(Some(Kept {
        bytes: size(&folder),
        units,
        free: free_at(&folder),
        folder,
    }))
}

/// Whether a path is inside what is kept for a package.
pub fn is_own(path: &Path) -> bool {
    let mut above = path.ancestors();
    above.any(|it| it.ends_with(OWN_FOLDER) && it.join(RECORDINGS).is_dir())
}

/// Deletes what is kept, unless it is in use.
pub fn clear(kept: &Kept) -> Result<(), Unjudged> {
    let folder = &kept.folder;
    let is_ours = folder.join(RECORDINGS).is_dir();
    if !is_ours {
        return Ok(());
    }
    let lock =
        File::create(folder.join(package::LOCK)).map_err(|error| unusable(folder, &error))?;
    if lock.try_lock().is_err() {
        let folder = folder.display();
        return Err(Unjudged::because(format!(
            "{folder} is in use; try again when no check is running"
        )));
    }
    // Some systems can't delete open files.
    drop(lock);
    fs::remove_dir_all(folder).map_err(|error| unusable(folder, &error))
}

/// Checks that the disk has space for recordings.
pub(super) fn check_room(own: &Path) -> Result<(), Unjudged> {
    let is_recorded = own.join(RECORDINGS).is_dir();
    let needed = if is_recorded { ROOM_AGAIN } else { ROOM };
    check_free(own, free_at(own), needed)
}

fn check_free(own: &Path, free: Option<u64>, needed: u64) -> Result<(), Unjudged> {
    match free {
        Some(free) if free < needed => Err(Unjudged::because(format!(
            "checking may need {} of disk space at {}, and {} are free; free some space, or set `CARGO_TARGET_DIR` \
             to another disk",
            in_words(needed),
            own.display(),
            in_words(free),
        ))),
        _ => Ok(()),
    }
}

/// Returns the free bytes on the disk of a folder that may not exist yet.
fn free_at(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|above| above.is_dir())?;
    os::free_bytes(there).ok()
}

/// Formats bytes like "1.5 GB".
pub fn in_words(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match UNITS.iter().find(|(_, size)| bytes >= *size) {
        Some((name, size)) => {
            let tenths = bytes / (size / 10);
            format!("{}.{} {name}", tenths / 10, tenths % 10)
        }
        None => format!("{bytes} bytes"),
    }
}

/// Returns the size of everything in a folder, without following links.
fn size(folder: &Path) -> u64 {
    let mut bytes = 0;
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        let Ok(entries) = fs::read_dir(folder) else {
            continue;
        };
        for entry in entries.flatten() {
            // Doesn't follow links.
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => waiting.push(entry.path()),
                Ok(metadata) => bytes += metadata.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_at(folder: &Path) -> Kept {
        Kept {
            folder: folder.to_path_buf(),
            bytes: 0,
            units: 0,
            free: None,
        }
    }

    #[test]
    fn only_what_was_recorded_is_deleted() {
        let root = tempfile::tempdir().unwrap();
        let own = root.path().join("own");
        fs::create_dir_all(own.join("other")).unwrap();
        fs::write(own.join("other/a"), "12345").unwrap();
        assert_eq!(size(&own), 5);
        clear(&kept_at(&own)).unwrap();
        assert!(own.join("other/a").exists());
        fs::create_dir(own.join(RECORDINGS)).unwrap();
        assert!(!is_own(&own.join("other/a")), "it has another name");
        let held = File::create(own.join(package::LOCK)).unwrap();
        held.lock().unwrap();
        assert!(
            clear(&kept_at(&own))
                .unwrap_err()
                .to_string()
                .contains("is in use")
        );
        drop(held);
        clear(&kept_at(&own)).unwrap();
        assert!(!own.exists());
    }

    #[test]
    fn little_room_is_a_refusal_that_says_what_to_do() {
        let own = Path::new("/t/own");
        assert!(check_free(own, Some(ROOM), ROOM).is_ok());
        assert!(check_free(own, None, ROOM).is_ok());
        let why = check_free(own, Some(ROOM - 1_000_000_000), ROOM).unwrap_err();
        let expected = "checking may need 4.0 GB of disk space at /t/own, and 3.0 GB are free; free some space, or set `CARGO_TARGET_DIR` to another disk";
        assert_eq!(why.to_string(), expected);
    }

    #[test]
    fn bytes_are_told_in_words() {
        for (bytes, expected) in [
            (7, "7 bytes"),
            (1_000, "1.0 kB"),
            (1_570_000, "1.5 MB"),
            (3_000_000_000, "3.0 GB"),
        ] {
            assert_eq!(in_words(bytes), expected);
        }
    }
}
