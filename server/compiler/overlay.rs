//! A folder as a tree of links, in which files with new source texts are real.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Component, Path, PathBuf},
};

use super::Texts;
use crate::os;

#[derive(Debug)]
pub(super) struct Overlay {
    from: PathBuf,
    at: PathBuf,
}

impl Overlay {
    /// Creates the overlay at `at`, replacing an older one. Source folders are real in it, so that a path with `..` stays
    /// inside.
    pub(super) fn lay<'a>(
        from: &Path,
        at: &Path,
        folders: impl Iterator<Item = &'a Path>,
        texts: &'a Texts,
    ) -> io::Result<Self> {
        let overlay = Self {
            from: from.to_path_buf(),
            at: at.to_path_buf(),
        };
        match fs::remove_dir_all(at) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => fs::create_dir_all(at)?,
        }
        let texts_folders = texts.keys().filter_map(|file| file.parent());
        let folders = folders.chain(texts_folders);
        let own = at.parent().unwrap_or(at);
        let folders = folders.filter(|folder| !folder.starts_with(own));
        let inside = folders.filter_map(|folder| folder.strip_prefix(from).ok());
        let mut real = BTreeSet::from([PathBuf::new()]);
        inside.for_each(|folder| add_way(folder, &mut real));
        for folder in real {
            overlay.link_entries(&folder, texts)?;
        }
        for (file, text) in texts {
            if let Some(place) = overlay.place(file) {
                fs::write(place, text.as_bytes())?;
            }
        }
        Ok(overlay)
    }

    /// Replaces a link to a folder by a real folder with links.
    fn link_entries(&self, folder: &Path, texts: &Texts) -> io::Result<()> {
        let (from, at) = (self.from.join(folder), self.at.join(folder));
        if at.is_symlink() {
            fs::remove_file(&at)?;
        }
        fs::create_dir_all(&at)?;
        let entries = match fs::read_dir(&from) {
            // A new file may be in a new folder.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            if !texts.contains_key(&entry.path()) {
                os::link(&entry.path(), &at.join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    /// Returns the path in the overlay of a file in the folder.
    pub(super) fn place(&self, real: &Path) -> Option<PathBuf> {
        Some(self.at.join(real.strip_prefix(&self.from).ok()?))
    }

    /// Returns the real file of a source in the overlay, with links resolved if it exists.
    pub(super) fn source(&self, path: &Path) -> PathBuf {
        let real = self.real(path);
        real.canonicalize().unwrap_or(real)
    }

    pub(super) fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.at)
    }

    pub(super) fn real(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.at) {
            Ok(inside) => self.from.join(inside),
            Err(_) => path.to_path_buf(),
        }
    }
}

/// Adds every folder along a path, including those that a `..` leaves again.
fn add_way(folder: &Path, real: &mut BTreeSet<PathBuf>) {
    let mut way = PathBuf::new();
    for step in folder.components() {
        if step == Component::ParentDir {
            way.pop();
        } else {
            way.push(step);
        }
        real.insert(way.clone());
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn only_what_has_a_new_text_is_no_link() {
        let root = tempfile::tempdir().unwrap();
        let from = root.path().join("from");
        for (file, text) in [
            ("a/b/c.rs", "c"),
            ("a/b/d.rs", "d"),
            ("a/e.rs", "e"),
            ("f/g", "g"),
        ] {
            fs::create_dir_all(from.join(file).parent().unwrap()).unwrap();
            fs::write(from.join(file), text).unwrap();
        }
        let texts: Texts = [("a/b/c.rs", "new"), ("a/n/o.rs", "created")]
            .map(|(file, text)| (from.join(file), Arc::from(text)))
            .into();
        let at = root.path().join("own/at");
        for _ in 0..2 {
            let way = from.join("f/../a");
            let overlay = Overlay::lay(&from, &at, [&*way].into_iter(), &texts).unwrap();
            let read = |file: &str| fs::read_to_string(at.join(file)).unwrap();
            assert_eq!(read("a/b/c.rs"), "new");
            assert_eq!(read("a/n/o.rs"), "created");
            assert_eq!((read("a/b/d.rs"), read("f/g")), ("d".into(), "g".into()));
            assert!(at.join("f/g").is_symlink() && at.join("a/b/d.rs").is_symlink());
            assert!(!at.join("f").is_symlink() && !at.join("a/b").is_symlink());
            let place = overlay.place(&from.join("a/e.rs")).unwrap();
            assert_eq!(overlay.real(&place), from.join("a/e.rs"));
            assert_eq!(overlay.place(root.path()), None);
        }
        assert_eq!(fs::read_to_string(from.join("a/b/c.rs")).unwrap(), "c");
    }
}
