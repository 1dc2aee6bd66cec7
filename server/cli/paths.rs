//! Displayed paths: relative to the current directory where possible, with `/`.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use anyhow::bail;

/// Names files relative to one directory.
pub(super) struct Names {
    from: PathBuf,
}

/// A directory that is walked.
pub(super) struct Directory<'a> {
    /// Path on the command line.
    pub(super) path: &'a Path,
    /// Path with links resolved.
    pub(super) resolved: &'a Path,
    /// Displayed path.
    pub(super) shown: &'a str,
}

impl Names {
    /// `from` must be absolute, without `.` and `..`.
    pub(super) fn new(from: PathBuf) -> Self {
        Self { from }
    }

    /// Returns the displayed path.
    pub(super) fn shown(&self, path: &Path) -> String {
        let Some(path) = self.without_detours(path) else {
            return joined(path.components());
        };
        let Some((up, rest)) = self.relative(&path) else {
            return joined(path.components());
        };
        let up = std::iter::repeat_n(Component::ParentDir, up);
        let shown = joined(up.chain(rest.components()));
        if shown.is_empty() {
            ".".to_owned()
        } else {
            shown
        }
    }

    /// Returns the displayed path of a file at `relative` below a directory. Below a link in the current directory, the path
    /// goes through the link; for parent directories, links are resolved.
    pub(super) fn below(&self, directory: &Directory<'_>, relative: &Path) -> String {
        let shown = directory.shown;
        if shown.starts_with("..") || shown.starts_with('/') {
            return self.shown(&directory.resolved.join(relative));
        }
        let relative = joined(relative.components());
        if shown == "." {
            relative
        } else {
            format!("{shown}/{relative}")
        }
    }

    /// Returns the absolute path without `.` and `..`. A `..` after a link doesn't lead back, so such a path is resolved on
    /// disk; `None` if it doesn't exist.
    fn without_detours(&self, path: &Path) -> Option<PathBuf> {
        let absolute = self.from.join(path);
        let has_detour = |component| component == Component::ParentDir;
        if path.components().any(has_detour) {
            return absolute.canonicalize().ok();
        }
        Some(absolute.components().collect())
    }

    /// Returns the number of steps up, and the path down from there; `None` without a common root.
    fn relative<'a>(&self, path: &'a Path) -> Option<(usize, &'a Path)> {
        let root = path.components().next();
        if root != self.from.components().next() {
            return None;
        }
        let mut bases = self.from.ancestors().enumerate();
        bases.find_map(|(up, base)| Some((up, path.strip_prefix(base).ok()?)))
    }
}

fn joined<'a>(components: impl Iterator<Item = Component<'a>>) -> String {
    let mut joined = String::new();
    for component in components {
        if component == Component::RootDir {
            joined.push('/');
            continue;
        }
        if !joined.is_empty() && !joined.ends_with('/') {
            joined.push('/');
        }
        joined.push_str(&component.as_os_str().to_string_lossy());
    }
    joined
}

/// Returns the folders of paths, with links resolved. Missing paths are reported later, unless none exists.
pub(super) fn folders_of(paths: &[PathBuf]) -> anyhow::Result<BTreeSet<PathBuf>> {
    let real = paths.iter().filter_map(|path| path.canonicalize().ok());
    let folders = real.filter_map(|path| {
        if path.is_dir() {
            return Some(path);
        }
        path.parent().map(Path::to_path_buf)
    });
    let folders: BTreeSet<PathBuf> = folders.collect();
    if let (true, Some(path)) = (folders.is_empty(), paths.first()) {
        bail!("No such file: `{}`. Check the path", path.display());
    }
    Ok(folders)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_with_slashes() {
        let names = Names::new("/home/a/project".into());
        let shown = |path: &str| names.shown(Path::new(path));
        assert_eq!(shown("/home/a/project/src/lib.rs"), "src/lib.rs");
        assert_eq!(shown("/home/a/other/lib.rs"), "../other/lib.rs");
        assert_eq!(shown("/lib.rs"), "../../../lib.rs");
        assert_eq!(shown("/home/a/project"), ".");
        assert_eq!(shown("/home/a"), "..");
        assert_eq!(shown("./src/./lib.rs"), "src/lib.rs");
        assert_eq!(shown("."), ".");
    }

    #[test]
    fn what_lies_below_is_read_so() {
        let names = Names::new("/home/a/project".into());
        let below = |shown: &str, resolved: &str| {
            let directory = Directory {
                path: Path::new(shown),
                resolved: Path::new(resolved),
                shown,
            };
            names.below(&directory, Path::new("in/a.rs"))
        };
        assert_eq!(below(".", "/home/a/project"), "in/a.rs");
        assert_eq!(below("src", "/home/a/project/src"), "src/in/a.rs");
        assert_eq!(below("link", "/elsewhere"), "link/in/a.rs");
        assert_eq!(below("..", "/home/a"), "../in/a.rs");
        assert_eq!(below("../..", "/home"), "../../in/a.rs");
        let above = Names::new("/home/a/project/in".into());
        let directory = Directory {
            path: Path::new(".."),
            resolved: Path::new("/home/a/project"),
            shown: "..",
        };
        assert_eq!(above.below(&directory, Path::new("in/a.rs")), "a.rs");
    }

    #[test]
    fn detours_are_looked_up() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("far/away")).unwrap();
        std::fs::write(root.join("far/a.rs"), "").unwrap();
        std::os::unix::fs::symlink("far/away", root.join("link")).unwrap();
        let names = Names::new(root);
        assert_eq!(names.shown(Path::new("far/away/../a.rs")), "far/a.rs");
        assert_eq!(names.shown(Path::new("link/../a.rs")), "far/a.rs");
        assert_eq!(names.shown(Path::new("link/../none.rs")), "link/../none.rs");
    }
}
