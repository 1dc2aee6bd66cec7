//! Removes temporary files that a killed process left behind.

use std::{
    collections::BTreeSet,
    fs::{self, DirEntry},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::TempPath;

use super::{Update, folder_of};
use crate::os;

/// Prefix of files that are only needed during a run.
pub(super) const NEW: &str = ".rustassistant-";
/// Prefix of files that may be all that is left of a source text. They are never removed.
pub(super) const OLD: &str = ".rustassistant-old-";

/// Number of random characters after the prefix.
const RANDOM: usize = 6;
/// Age of removable files, longer than any run.
const AGE: Duration = Duration::from_hours(1);

/// Removes what earlier runs left beside the files of these updates.
pub(super) fn sweep(updates: &[Update<'_>]) {
    let folders: BTreeSet<&Path> = updates.iter().map(|it| folder_of(it.path)).collect();
    for folder in folders {
        sweep_folder(folder, AGE);
    }
}

fn sweep_folder(folder: &Path, age: Duration) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        if is_left_over(&entry, age) {
            // Another process may have removed it.
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn is_left_over(entry: &DirEntry, age: Duration) -> bool {
    let name = entry.file_name();
    let random = name.to_str().and_then(|name| name.strip_prefix(NEW));
    let is_ours = random.is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    if !is_ours {
        return false;
    }
    let Ok(metadata) = entry.metadata() else {
        return false;
    };
    let changed = os::changed(&metadata);
    let since = changed.and_then(|changed| SystemTime::now().duration_since(changed).ok());
    metadata.is_file() && since.is_some_and(|since| since >= age)
}

/// Keeps a file under a name that is never removed, or under its current one.
pub(super) fn keep(file: TempPath) -> PathBuf {
    let path = file.to_path_buf();
    // Cancels the removal on drop.
    let _ = file.keep();
    let name = path.file_name().and_then(|name| name.to_str());
    let random = name.and_then(|name| name.strip_prefix(NEW));
    let Some(random) = random.filter(|random| random.len() == RANDOM) else {
        return path;
    };
    let kept = path.with_file_name(format!("{OLD}{random}"));
    if fs::rename(&path, &kept).is_ok() {
        return kept;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_ours_and_old_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            ".rustassistant-a1B2c3",
            ".rustassistant-old-a1B2c3",
            ".rustassistant-notes",
            ".rustassistant-a1B2c3d",
            "a.rs",
        ];
        for name in files {
            fs::write(folder.path().join(name), "x").unwrap();
        }
        fs::create_dir(folder.path().join(".rustassistant-folder")).unwrap();
        sweep_folder(folder.path(), AGE);
        assert!(folder.path().join(files[0]).exists());
        sweep_folder(folder.path(), Duration::ZERO);
        let left = files.map(|name| folder.path().join(name).exists());
        assert_eq!(left, [false, true, true, true, true]);
    }

    #[test]
    fn what_is_kept_is_never_swept() {
        let folder = tempfile::tempdir().unwrap();
        let file = tempfile::Builder::new();
        let mut file = file;
        let file = file.prefix(NEW).tempfile_in(folder.path()).unwrap();
        let kept = keep(file.into_temp_path());
        sweep_folder(folder.path(), Duration::ZERO);
        assert!(kept.exists());
    }
}
