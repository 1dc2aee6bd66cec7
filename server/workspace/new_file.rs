//! Where a file that a change creates would lie, and whether it may lie there.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

/// Why a new file has no place.
#[derive(Debug, thiserror::Error)]
pub enum NoPlace {
    #[error("`{}` exists already.", .0.display())]
    Exists(PathBuf),
    #[error("`{}` differs from `{}` in case only.", .0.display(), .1.display())]
    DiffersInCase(PathBuf, PathBuf),
    #[error("`{}` lies outside the workspace's folder.", .0.display())]
    Outside(PathBuf),
    #[error("`{}` is a link, and a file behind it may be another project's.", .0.display())]
    BehindLink(PathBuf),
    #[error("`{}` can't be read: {}", .0.display(), .1)]
    Unreadable(PathBuf, io::Error),
}

/// The path of a new file in the folder of `beside`, or below it, as `components` name it. It lies below `root`, no link leads
/// there, and nothing is there yet under any spelling.
pub fn place_of_new(beside: &Path, components: &[String], root: &Path) -> Result<PathBuf, NoPlace> {
    let folder = beside.parent().unwrap_or(root);
    let path = folder.join(components.iter().collect::<PathBuf>());
    let is_plain = |name: &String| Path::new(name).file_name() == Some(OsStr::new(name));
    let below = folder.strip_prefix(root);
    let (Ok(_), true) = (below, components.iter().all(is_plain)) else {
        return Err(NoPlace::Outside(path));
    };
    let around = folder.ancestors().take_while(|folder| *folder != root);
    for on_the_way in around.chain([beside]) {
        refuse_link(on_the_way)?;
    }
    let mut at = folder.to_path_buf();
    for name in components {
        if !is_there(&at, name)? {
            return Ok(path);
        }
        at.push(name);
        if at.is_dir() {
            refuse_link(&at)?;
        }
    }
    Err(NoPlace::Exists(path))
}

fn refuse_link(path: &Path) -> Result<(), NoPlace> {
    match path.symlink_metadata() {
        Ok(found) if found.is_symlink() => Err(NoPlace::BehindLink(path.to_path_buf())),
        _ => Ok(()),
    }
}

/// Whether a folder holds something of this name. Another spelling of it is no name for a file on systems that ignore case.
fn is_there(folder: &Path, name: &str) -> Result<bool, NoPlace> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return Err(NoPlace::Unreadable(folder.to_path_buf(), error)),
    };
    let names = entries
        .filter_map(Result::ok)
        .map(|entry| entry.file_name());
    let lowercase = name.to_lowercase();
    let alike = names.filter(|other| other.to_string_lossy().to_lowercase() == lowercase);
    let alike: Vec<_> = alike.collect();
    if alike.iter().any(|other| other == name) {
        return Ok(true);
    }
    match alike.first() {
        Some(other) => Err(NoPlace::DiffersInCase(
            folder.join(name),
            folder.join(other),
        )),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("src/parser")).unwrap();
        for file in ["src/parser.rs", "src/parser/mod.rs", "src/file"] {
            fs::write(root.path().join(file), "").unwrap();
        }
        root
    }

    fn place(root: &Path, components: &[&str]) -> Result<PathBuf, String> {
        let components: Vec<String> = components.iter().map(|&name| name.to_owned()).collect();
        let beside = root.join("src/parser.rs");
        place_of_new(&beside, &components, root).map_err(|why| why.to_string())
    }

    #[test]
    fn a_new_file_may_lie_in_folders_that_are_new_too() {
        let root = workspace();
        for components in [
            &["new.rs"][..],
            &["parser", "tests.rs"],
            &["a", "b", "c.rs"],
        ] {
            let expected = root.path().join("src").join(components.join("/"));
            assert_eq!(place(root.path(), components), Ok(expected));
        }
    }

    #[test]
    fn a_place_that_is_taken_under_any_spelling_is_none() {
        let root = workspace();
        for (components, why) in [
            (&["parser.rs"][..], "exists already"),
            (&["parser"], "exists already"),
            (&["parser", "mod.rs"], "exists already"),
            (&["Parser.rs"], "in case only"),
            (&["PARSER", "tests.rs"], "in case only"),
            (&["parser", "Mod.rs"], "in case only"),
            (&["file", "tests.rs"], "can't be read"),
            (&["..", "tests.rs"], "outside"),
            (&["a/b.rs"], "outside"),
        ] {
            let refused = place(root.path(), components).unwrap_err();
            assert!(refused.contains(why), "{components:?}: {refused}");
        }
        let other = place_of_new(
            &root.path().join("a.rs"),
            &["b.rs".into()],
            Path::new("/else"),
        );
        assert!(matches!(other, Err(NoPlace::Outside(_))));
    }

    #[cfg(unix)]
    #[test]
    fn a_place_behind_a_link_is_none() {
        let root = workspace();
        let elsewhere = workspace();
        let linked = root.path().join("src/linked");
        std::os::unix::fs::symlink(elsewhere.path(), &linked).unwrap();
        let refused = place(root.path(), &["linked", "tests.rs"]).unwrap_err();
        assert!(refused.contains("is a link"), "{refused}");
        let beside = linked.join("src/parser.rs");
        let refused = place_of_new(&beside, &["tests.rs".into()], root.path());
        assert!(matches!(refused, Err(NoPlace::BehindLink(_))));
    }
}
