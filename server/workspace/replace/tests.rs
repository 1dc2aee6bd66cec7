use super::*;

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("a.rs");
    fs::write(&path, text).unwrap();
    (root, path)
}

fn replace(path: &Path, new: &str, old: &str) -> Result<(), ReplaceError> {
    let update = Update {
        path,
        old,
        new,
        created: &[],
    };
    match carry_out(&[update])?.pop() {
        Some(left) => Err(left),
        None => Ok(()),
    }
}

/// Two files, and two new ones that belong to the first.
struct Project {
    root: tempfile::TempDir,
    created: Vec<CreatedFile>,
}

impl Project {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        for name in ["a.rs", "b.rs"] {
            fs::write(root.path().join(name), "old").unwrap();
        }
        let created = ["a/b/tests.rs", "c.rs"].map(|name| CreatedFile {
            path: root.path().join(name),
            text: "created".to_owned(),
        });
        Self {
            created: created.into(),
            root,
        }
    }

    fn carry_out(
        &self,
        before: &mut dyn FnMut(&Path) -> io::Result<()>,
    ) -> Result<Vec<ReplaceError>, ReplaceError> {
        let [a, b] = ["a.rs", "b.rs"].map(|name| self.root.path().join(name));
        let update = |path, created| Update {
            path,
            old: "old",
            new: "new",
            created,
        };
        let updates = [update(&*a, &*self.created), update(&*b, &[])];
        carry_out_with(&updates, before)
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.root.path().join(name)).unwrap()
    }

    fn is_as_before(&self) {
        let mut names = names(self.root.path());
        names.sort();
        assert_eq!(names, ["a.rs", "b.rs"]);
        assert_eq!(
            (self.text("a.rs"), self.text("b.rs")),
            ("old".into(), "old".into())
        );
    }
}

#[test]
fn new_files_come_with_the_text_that_names_them() {
    let project = Project::new();
    let left = project.carry_out(&mut |_| Ok(())).unwrap();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(project.text("a/b/tests.rs"), "created");
    assert_eq!(project.text("c.rs"), "created");
    assert_eq!(
        (project.text("a.rs"), project.text("b.rs")),
        ("new".into(), "new".into())
    );
    let mut names = names(project.root.path());
    names.sort();
    assert_eq!(names, ["a", "a.rs", "b.rs", "c.rs"]);
}

#[test]
fn a_failure_at_any_file_leaves_everything_as_it_was() {
    for last in 0..4 {
        let project = Project::new();
        let mut count = 0;
        let error = project.carry_out(&mut |_| {
            count += 1;
            if count > last {
                return Err(io::ErrorKind::StorageFull.into());
            }
            Ok(())
        });
        let error = error.unwrap_err();
        assert!(matches!(error, ReplaceError::Unwritable { .. }), "{error}");
        project.is_as_before();
    }
}

#[test]
fn a_file_that_changes_at_the_last_moment_costs_its_own_update() {
    let project = Project::new();
    let first = project.root.path().join("a.rs");
    let left = project.carry_out(&mut |path| {
        if path == first {
            fs::write(path, "newer")?;
        }
        Ok(())
    });
    let left = left.unwrap();
    assert!(matches!(&*left, [ReplaceError::Changed { .. }]), "{left:?}");
    assert_eq!(
        (project.text("a.rs"), project.text("b.rs")),
        ("newer".into(), "new".into())
    );
    let mut names = names(project.root.path());
    names.sort();
    assert_eq!(names, ["a.rs", "b.rs"]);
}

#[test]
fn a_new_file_never_takes_the_place_of_another() {
    let project = Project::new();
    let taken = project.root.path().join("c.rs");
    let left = project.carry_out(&mut |path| {
        if path == taken {
            fs::write(path, "other")?;
        }
        Ok(())
    });
    let left = left.unwrap();
    assert!(matches!(&*left, [ReplaceError::Exists { .. }]), "{left:?}");
    assert_eq!(project.text("c.rs"), "other");
    assert_eq!(
        (project.text("a.rs"), project.text("b.rs")),
        ("old".into(), "new".into())
    );
    assert!(!project.root.path().join("a").exists());
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name();
    entries
        .map(|entry| name(entry).into_string().unwrap())
        .collect()
}

#[test]
fn the_new_text_takes_the_place() {
    let (root, path) = file("old");
    replace(&path, "new", "old").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(names(root.path()), ["a.rs"]);
}

#[test]
fn a_file_that_changed_is_left() {
    let (root, path) = file("newer");
    let error = replace(&path, "new", "old").unwrap_err();
    assert!(matches!(error, ReplaceError::Changed { .. }));
    assert_eq!(fs::read_to_string(&path).unwrap(), "newer");
    assert_eq!(names(root.path()), ["a.rs"]);
}

#[test]
fn a_file_that_vanished_is_not_made() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("a.rs");
    assert!(matches!(
        replace(&path, "new", "old"),
        Err(ReplaceError::Unread(_))
    ));
    assert_eq!(names(root.path()), Vec::<String>::new());
}

#[test]
fn a_read_only_file_is_left() {
    let (_root, path) = file("old");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    let error = replace(&path, "new", "old").unwrap_err();
    assert!(matches!(error, ReplaceError::ReadOnly { .. }));
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
}

#[cfg(unix)]
#[test]
fn other_names_of_the_file_stay() {
    use std::os::unix::fs::MetadataExt;

    let (root, path) = file("old");
    let other = root.path().join("other.rs");
    fs::hard_link(&path, &other).unwrap();
    replace(&path, "new", "old").unwrap();
    replace(&path, "n", "new").unwrap();
    assert_eq!(fs::read_to_string(&other).unwrap(), "n");
    assert_eq!(fs::metadata(&path).unwrap().nlink(), 2);
    let mut names = names(root.path());
    names.sort();
    assert_eq!(names, ["a.rs", "other.rs"]);
}

#[cfg(unix)]
#[test]
fn what_was_written_in_its_place_is_put_back() {
    let project = Project::new();
    let first = project.root.path().join("a.rs");
    let outside = tempfile::tempdir_in(project.root.path().parent().unwrap()).unwrap();
    fs::hard_link(&first, outside.path().join("a.rs")).unwrap();
    let error = project.carry_out(&mut |path| {
        if path.ends_with("b.rs") {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    });
    assert!(matches!(error, Err(ReplaceError::Unwritable { .. })));
    project.is_as_before();
}

#[cfg(target_os = "linux")]
#[test]
fn attributes_and_owner_stay() {
    use std::os::unix::fs::{MetadataExt, chown};

    let (_root, path) = file("old");
    let flags = rustix::fs::XattrFlags::empty();
    let is_attributed = rustix::fs::setxattr(&path, "user.note", b"x", flags).is_ok();
    // Only root may change the owner.
    let is_given = chown(&path, Some(12_345), Some(12_345)).is_ok();
    replace(&path, "new", "old").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    let mut value = [0_u8; 8];
    let value = rustix::fs::getxattr(&path, "user.note", &mut value);
    assert_eq!(value.is_ok(), is_attributed);
    let other = file("old");
    if is_given {
        chown(&other.1, Some(12_345), Some(12_345)).unwrap();
        replace(&other.1, "new", "old").unwrap();
        for path in [&path, &other.1] {
            let metadata = fs::metadata(path).unwrap();
            assert_eq!((metadata.uid(), metadata.gid()), (12_345, 12_345));
        }
    }
}

#[cfg(unix)]
#[test]
fn the_mode_stays() {
    use std::os::unix::fs::PermissionsExt;

    let (_root, path) = file("old");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).unwrap();
    replace(&path, "new", "old").unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o751);
}

#[cfg(unix)]
#[test]
fn a_link_stays_and_its_target_changes() {
    let (root, path) = file("old");
    let directory = root.path().join("links");
    fs::create_dir(&directory).unwrap();
    let link = directory.join("b.rs");
    std::os::unix::fs::symlink("../a.rs", &link).unwrap();
    replace(&link, "new", "old").unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(names(&directory), ["b.rs"]);
}
