//! A folder for files read from disk. It is reused for all inputs of a thread, and emptied for each.

use std::path::Path;

use tempfile::TempDir;

thread_local! {
    static FOLDER: TempDir = tempfile::tempdir().expect("a temporary folder");
}

/// Runs a function in a folder with these files.
pub(crate) fn with_files<T>(files: &[(&str, &[u8])], run: impl FnOnce(&Path) -> T) -> T {
    FOLDER.with(|folder| {
        for (name, bytes) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, bytes).expect("a file");
        }
        run(folder.path())
    })
}
