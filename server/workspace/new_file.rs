//! Paths of new files.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use crate::text::NewFile;

/// Reason why no file is created at a path.
#[derive(Debug, thiserror::Error)]
pub enum NewFileError {
    #[error("{}: exists already", .path.display())]
    Exists { path: PathBuf },
    #[error("{}: differs from `{existing}` only in case", .path.display())]
    CaseOnly { path: PathBuf, existing: String },
    #[error("{}: is a symbolic link, and no file is created through one", .path.display())]
    Link { path: PathBuf },
    #[error("{}: is outside `{}`", .path.display(), .root.display())]
    Outside { path: PathBuf, root: PathBuf },
    #[error("{}: can't be read: {source}", .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
}

/// Returns the path of a new file, relative to the folder of `origin`, an existing file. The path is below `root`, which must
/// have links resolved, goes through no link, and none of its components differs from an existing name only in case.
pub fn new_path(origin: &Path, root: &Path, file: &NewFile) -> Result<PathBuf, NewFileError> {
    if origin.is_symlink() {
        let path = origin.to_path_buf();
        return Err(NewFileError::Link { path });
    }
    let folder = match origin.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut path = folder.to_path_buf();
    hold_inside(&path, root)?;
    for (place, name) in file.components().iter().enumerate() {
        let existing = existing(&path, name)?;
        path.push(name);
        match existing {
            // Nothing exists below a missing folder.
            Existing::Nothing => {
                path.extend(&file.components()[place + 1..]);
                return Ok(path);
            }
            Existing::OtherCase(existing) => {
                return Err(NewFileError::CaseOnly { path, existing });
            }
            Existing::Same if path.is_symlink() => return Err(NewFileError::Link { path }),
            Existing::Same if !path.is_dir() => return Err(NewFileError::Exists { path }),
            Existing::Same => {}
        }
    }
    Err(NewFileError::Exists { path })
}

fn hold_inside(folder: &Path, root: &Path) -> Result<(), NewFileError> {
    let resolved = folder.canonicalize().map_err(unreadable(folder))?;
    if resolved.starts_with(root) {
        return Ok(());
    }
    Err(NewFileError::Outside {
        path: folder.to_path_buf(),
        root: root.to_path_buf(),
    })
}

/// An existing entry of a folder, compared with a name.
enum Existing {
    Nothing,
    Same,
    OtherCase(String),
}

fn existing(folder: &Path, name: &str) -> Result<Existing, NewFileError> {
    let lower = name.to_lowercase();
    let mut other = None;
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let found = entry.map_err(unreadable(folder))?.file_name();
        if found == OsStr::new(name) {
            return Ok(Existing::Same);
        }
        let found = found.to_string_lossy();
        if found.to_lowercase() == lower {
            other = Some(found.into_owned());
        }
    }
    Ok(other.map_or(Existing::Nothing, Existing::OtherCase))
}

fn unreadable(path: &Path) -> impl Fn(io::Error) -> NewFileError + Copy {
    move |source| NewFileError::Unreadable {
        path: path.to_path_buf(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::FileId;

    struct Folder {
        root: PathBuf,
        _temporary: tempfile::TempDir,
    }

    fn folder() -> Folder {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().canonicalize().unwrap();
        fs::create_dir(root.join("src")).unwrap();
        fs::write(root.join("src/a.rs"), "").unwrap();
        Folder {
            root,
            _temporary: temporary,
        }
    }

    impl Folder {
        fn path_of(&self, components: &[&str]) -> Result<PathBuf, NewFileError> {
            let file = NewFile::beside(FileId::ASKED, components).unwrap();
            new_path(&self.root.join("src/a.rs"), &self.root, &file)
        }
    }

    #[test]
    fn a_new_file_lies_beside_the_old_one_or_below() {
        let folder = folder();
        let src = folder.root.join("src");
        assert_eq!(folder.path_of(&["b.rs"]).unwrap(), src.join("b.rs"));
        let below = folder.path_of(&["a", "b", "tests.rs"]).unwrap();
        assert_eq!(below, src.join("a/b/tests.rs"));
        fs::create_dir(src.join("a")).unwrap();
        let below = folder.path_of(&["a", "tests.rs"]).unwrap();
        assert_eq!(below, src.join("a/tests.rs"));
    }

    #[test]
    fn what_exists_is_refused() {
        let folder = folder();
        for names in [&["a.rs"][..], &["a.rs", "tests.rs"]] {
            let error = folder.path_of(names).unwrap_err();
            assert!(matches!(error, NewFileError::Exists { .. }), "{error}");
        }
        fs::create_dir(folder.root.join("src/b")).unwrap();
        let error = folder.path_of(&["b"]).unwrap_err();
        assert!(matches!(error, NewFileError::Exists { .. }), "{error}");
    }

    #[test]
    fn names_that_differ_in_case_only_are_refused() {
        let folder = folder();
        fs::create_dir(folder.root.join("src/Ä")).unwrap();
        for names in [&["A.rs"][..], &["ä", "tests.rs"]] {
            let error = folder.path_of(names).unwrap_err();
            assert!(matches!(error, NewFileError::CaseOnly { .. }), "{error}");
        }
    }

    #[test]
    fn a_file_outside_the_root_is_refused() {
        let folder = folder();
        let file = NewFile::beside(FileId::ASKED, &["b.rs"]).unwrap();
        let root = folder.root.join("src/other");
        let error = new_path(&folder.root.join("src/a.rs"), &root, &file).unwrap_err();
        assert!(matches!(error, NewFileError::Outside { .. }), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_created_behind_a_link() {
        use std::os::unix::fs::symlink;

        let folder = folder();
        let elsewhere = tempfile::tempdir().unwrap();
        symlink(elsewhere.path(), folder.root.join("src/a")).unwrap();
        symlink("nowhere.rs", folder.root.join("src/b.rs")).unwrap();
        symlink("a.rs", folder.root.join("src/link.rs")).unwrap();
        for names in [&["a", "tests.rs"][..], &["b.rs"]] {
            let error = folder.path_of(names).unwrap_err();
            assert!(matches!(error, NewFileError::Link { .. }), "{error}");
        }
        let file = NewFile::beside(FileId::ASKED, &["c.rs"]).unwrap();
        let error = new_path(&folder.root.join("src/link.rs"), &folder.root, &file).unwrap_err();
        assert!(matches!(error, NewFileError::Link { .. }), "{error}");
        symlink(elsewhere.path(), folder.root.join("out")).unwrap();
        fs::write(elsewhere.path().join("a.rs"), "").unwrap();
        let error = new_path(&folder.root.join("out/a.rs"), &folder.root, &file).unwrap_err();
        assert!(matches!(error, NewFileError::Outside { .. }), "{error}");
    }
}
