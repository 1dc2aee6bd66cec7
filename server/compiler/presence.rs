//! Detects cargo without starting it.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
};

/// Whether cargo is on the PATH.
pub fn is_found() -> bool {
    env::var_os("PATH").is_some_and(|path| is_on(&path))
}

fn is_on(path: &OsStr) -> bool {
    let name = format!("cargo{}", env::consts::EXE_SUFFIX);
    // A relative folder could be provided by a project.
    let folders = env::split_paths(path).filter(|folder| folder.is_absolute());
    folders
        .map(|folder: PathBuf| folder.join(&name))
        .any(|file| Path::is_file(&file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_in_a_folder_of_the_path_is_found() {
        let root = tempfile::tempdir().unwrap();
        assert!(!is_on(root.path().as_os_str()));
        let name = format!("cargo{}", env::consts::EXE_SUFFIX);
        std::fs::write(root.path().join(name), "").unwrap();
        assert!(is_on(root.path().as_os_str()));
        assert!(!is_on(OsStr::new("")) && !is_on(OsStr::new(".")));
    }
}
