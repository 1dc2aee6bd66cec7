//! Where a baseline lies, and how it names the files of its project from there.

use std::{
    io,
    path::{Component, Path, PathBuf},
};

use super::BadBaseline;
use crate::config::absolute;

/// The place of a baseline; both folders are without links.
#[derive(Debug, Clone)]
pub struct Home {
    /// Paths of entries start here.
    folder: PathBuf,
    project: PathBuf,
}

impl Home {
    /// The folder of the project without links.
    pub fn project(&self) -> &Path {
        &self.project
    }

    /// The place of a baseline, if what is read or written there lies in one of these projects.
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
            // A link to nothing would be followed by whoever writes.
            Err(error) if whole.is_symlink() => return Err(io(error)),
            Err(_) => folder.join(whole.file_name().unwrap_or_default()),
        };
        let real = projects
            .iter()
            .filter_map(|project| project.canonicalize().ok());
        let around =
            real.filter(|project| target.starts_with(project) && folder.starts_with(project));
        // Of projects in one another the outer has all of the files.
        let outermost = around.min_by_key(|project| project.components().count());
        match outermost {
            Some(project) => Ok(Self { folder, project }),
            None => Err(BadBaseline::Outside {
                path: path.to_path_buf(),
                project: projects.first().cloned().unwrap_or_default(),
            }),
        }
    }

    /// How entries name a file: from the baseline's folder, with `/`; nothing for a file outside of the project. Asks the disk
    /// for links.
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

    /// Whether the file that an entry names is there. Nothing outside of the project is asked for.
    pub fn has(&self, name: &str) -> bool {
        let path = absolute(&self.folder.join(name));
        path.starts_with(&self.project) && path.is_file()
    }
}

/// The path without links of a file that need not be there.
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
