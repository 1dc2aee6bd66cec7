//! How paths are named: relative to the current directory where that is possible, with `/`.

use std::path::{Component, Path, PathBuf};

/// Names files from one directory.
pub(super) struct Names {
    from: PathBuf,
}

impl Names {
    /// `from` is absolute and has neither `.` nor `..`.
    pub(super) fn new(from: PathBuf) -> Self {
        Self { from }
    }

    /// How people and programs read the path.
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

    /// The absolute path without `.` and `..`. A `..` behind a link leads elsewhere than its words say, so such a path is
    /// looked up; nothing if it isn't there.
    fn without_detours(&self, path: &Path) -> Option<PathBuf> {
        let absolute = self.from.join(path);
        let has_detour = |component| component == Component::ParentDir;
        if path.components().any(has_detour) {
            return absolute.canonicalize().ok();
        }
        Some(absolute.components().collect())
    }

    /// The steps up and then down to the path; nothing if they share no root.
    fn relative<'a>(&self, path: &'a Path) -> Option<(usize, &'a Path)> {
        let root = path.components().next();
        if root != self.from.components().next() {
            return None;
        }
        let mut bases = self.from.ancestors().enumerate();
        bases.find_map(|(up, base)| Some((up, path.strip_prefix(base).ok()?)))
    }
}

/// How a path is read that lies at `relative` below what is read as `shown`.
pub(super) fn below(shown: &str, relative: &Path) -> String {
    let relative = joined(relative.components());
    match shown {
        "." => relative,
        _ if shown.ends_with('/') => format!("{shown}{relative}"),
        _ => format!("{shown}/{relative}"),
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
        assert_eq!(below(".", Path::new("src/a.rs")), "src/a.rs");
        assert_eq!(below("src", Path::new("a.rs")), "src/a.rs");
        assert_eq!(below("/", Path::new("a.rs")), "/a.rs");
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
