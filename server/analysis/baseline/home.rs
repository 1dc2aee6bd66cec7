//! Location of a baseline, and file names relative to it.

use std::{
    io,
    path::{Component, Path, PathBuf},
};

use super::BadBaseline;
use crate::config::absolute;

/// Location of a baseline; both folders have links resolved.
#[derive(Debug, Clone)]
pub struct Home {
    /// Base of the entries' paths.
    folder: PathBuf,
    project: PathBuf,
}

impl Home {
    /// The project's folder, with links resolved.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// Returns the location of a baseline, if the file is inside one of these projects.
    pub fn of(path: &Path, projects: &[PathBuf]) -> Result<Self, BadBaseline> {
        let whole = absolute(path);
        let folder = whole.parent().unwrap_or(&whole);
        let io = |source| BadBaseline::Io {
            path: path.to_path_buf(),
            source,
        };
        let folder = folder.canonicalize().map_err(io)?;
        let target = match whole.canonicalize() {
            Ok(target) => target,
            // Writing would follow a dangling link.
            Err(error) if whole.is_symlink() => return Err(io(error)),
            Err(_) => folder.join(whole.file_name().unwrap_or_default()),
        };
        let real = projects
            .iter()
            .filter_map(|project| project.canonicalize().ok());
        let around =
            real.filter(|project| target.starts_with(project) && folder.starts_with(project));
        // The outermost of nested projects contains all files.
        let outermost = around.min_by_key(|project| project.components().count());
        match outermost {
            Some(project) => Ok(Self { folder, project }),
            None => Err(BadBaseline::Outside {
                path: path.to_path_buf(),
                project: projects.first().cloned().unwrap_or_default(),
            }),
        }
    }

    /// Returns a file's name in entries: relative to the baseline's folder, with `/`; `None` outside of the project. Resolves
    /// links on disk.
    pub fn name_of(&self, path: &Path) -> Option<String> {
        let real = real_path(path).ok()?;
        if !real.starts_with(&self.project) {
            return None;
        }
        let mut bases = self.folder.ancestors().enumerate();
        let (up, rest) = bases.find_map(|(up, base)| Some((up, real.strip_prefix(base).ok()?)))?;
        let up = std::iter::repeat_n(Component::ParentDir, up);
        let names = up.chain(rest.components());
        let names: Vec<_> = names
            .map(|name| name.as_os_str().to_string_lossy())
            .collect();
        Some(names.join("/"))
    }

    /// Whether the file of an entry exists. Never checks outside of the project.
    pub fn has(&self, name: &str) -> bool {
        let path = absolute(&self.folder.join(name));
        path.starts_with(&self.project) && path.is_file()
    }
}

/// Resolves links in the path of a file that may not exist.
fn real_path(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize().or_else(|_| {
        let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).canonicalize()?;
        Ok(folder.join(path.file_name().unwrap_or_default()))
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_are_named_from_the_folder_of_the_baseline() {
        let root = tempfile::tempdir().unwrap();
        let project = root.path().join("project");
        fs::create_dir_all(project.join("ci/deep")).unwrap();
        fs::create_dir_all(project.join("src")).unwrap();
        for name in ["project/src/a.rs", "project/ci/deep/b.rs", "c.rs"] {
            fs::write(root.path().join(name), "").unwrap();
        }
        let home = Home::of(&project.join("ci/b.json"), std::slice::from_ref(&project)).unwrap();
        let name = |path: &str| home.name_of(&root.path().join(path));
        assert_eq!(name("project/src/a.rs").as_deref(), Some("../src/a.rs"));
        assert_eq!(name("project/ci/deep/b.rs").as_deref(), Some("deep/b.rs"));
        assert_eq!(name("project/src/new.rs").as_deref(), Some("../src/new.rs"));
        assert_eq!(name("c.rs"), None);
        assert!(home.has("../src/a.rs") && home.has("deep/b.rs"));
        let outside = root.path().join("c.rs");
        for name in [
            "../../c.rs",
            outside.to_str().unwrap(),
            "../src",
            "none.rs",
            "",
        ] {
            assert!(!home.has(name), "{name}");
        }
        let outside = Home::of(&root.path().join("b.json"), &[project]);
        assert!(matches!(outside, Err(BadBaseline::Outside { .. })));
    }
}
