//! What uses a package that changes: its own other targets, and the packages of its workspace. Cargo checks them with the new
//! texts, on an overlay of the whole workspace.

use std::{
    collections::{BTreeSet, HashMap},
    iter,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{
    Fault, Texts, Unjudged, Verdict,
    overlay::Overlay,
    package::{Package, RECORDINGS, check_command, run_check, unusable},
    said::{self, Checked},
};

/// Where the workspace lies with its new texts.
const OVERLAY: &str = "workspace";
/// What is written down of a check that is never repeated.
const UNUSED: &str = "unused";

/// A package of a workspace, as cargo tells of it.
#[derive(Debug, Deserialize)]
pub(super) struct Member {
    name: String,
    manifest_path: PathBuf,
    #[serde(default)]
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    path: Option<PathBuf>,
}

/// The names of the package of a folder and of all that use it.
pub(super) fn of(folder: &Path, members: &[Member]) -> Vec<String> {
    let mut used = BTreeSet::from([folder.to_path_buf()]);
    loop {
        let users = members.iter().filter(|it| {
            let mut paths = it.dependencies.iter().filter_map(|it| it.path.as_deref());
            paths.any(|path| used.contains(path))
        });
        let users: Vec<PathBuf> = users.filter_map(Member::folder).collect();
        let before = used.len();
        used.extend(users);
        if used.len() == before {
            break;
        }
    }
    let is_used = |it: &&Member| it.folder().is_some_and(|folder| used.contains(&folder));
    let names = members.iter().filter(is_used).map(|it| it.name.clone());
    names.collect()
}

impl Member {
    fn folder(&self) -> Option<PathBuf> {
        Some(self.manifest_path.parent()?.to_path_buf())
    }
}

impl Package {
    /// What is new in what cargo says of the package and its users with these texts.
    pub(super) fn verdict_of_users(&self, texts: &Texts) -> Result<Verdict, Unjudged> {
        let reads_all = self
            .units
            .iter()
            .all(|unit| texts.keys().any(|file| unit.reads(file)));
        if self.users.is_empty() || self.users.len() == 1 && reads_all {
            return Ok(Verdict::Clean);
        }
        let before = self.check(&self.root, RECORDINGS)?;
        let overlay = Overlay::lay(&self.root, &self.own.join(OVERLAY), iter::empty(), texts);
        let overlay = overlay.map_err(|error| unusable(&self.own, &error))?;
        let place = overlay
            .place(&self.root)
            .unwrap_or_else(|| self.root.clone());
        let after = self.check(&place, UNUSED)?;
        let new = new_faults(&before, after);
        if new.is_empty() {
            return Ok(Verdict::Clean);
        }
        let new = new.into_iter().map(|fault| Fault {
            file: fault.file.map(|file| overlay.real(&place.join(file))),
            ..fault
        });
        Ok(Verdict::Broken(new.collect()))
    }

    fn check(&self, root: &Path, recordings: &str) -> Result<Vec<Fault>, Unjudged> {
        let recordings = self.own.join(recordings);
        let command = check_command(&root.join("Cargo.toml"), root, &self.own, &recordings);
        let mut command = command.map_err(|error| unusable(&self.own, &error))?;
        for user in &self.users {
            command.args(["--package", user]);
        }
        let said = run_check(command, root, &self.stop)?;
        let Checked { faults, .. } = said::checked(&said.out);
        if !said.is_success && faults.is_empty() {
            let words = said::first_words(&said.err);
            return Err(Unjudged::because(format!(
                "cargo can't check what uses it: {words}"
            )));
        }
        Ok(faults)
    }
}

fn new_faults(before: &[Fault], after: Vec<Fault>) -> Vec<Fault> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for fault in before {
        *known.entry(&fault.message).or_default() += 1;
    }
    let is_new = |fault: &Fault| match known.get_mut(&*fault.message) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    let mut new: Vec<Fault> = after.into_iter().filter(is_new).collect();
    // What several targets have is told once.
    new.dedup();
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, uses: &[&str]) -> Member {
        let path = |name: &&str| Dependency {
            path: Some(Path::new("/w").join(name)),
        };
        let from_afar = Dependency { path: None };
        Member {
            name: name.to_owned(),
            manifest_path: Path::new("/w").join(name).join("Cargo.toml"),
            dependencies: uses.iter().map(path).chain([from_afar]).collect(),
        }
    }

    #[test]
    fn users_of_users_are_users() {
        let members = [
            member("a", &[]),
            member("b", &["a"]),
            member("c", &["b"]),
            member("d", &[]),
        ];
        assert_eq!(of(Path::new("/w/a"), &members), ["a", "b", "c"]);
        assert_eq!(of(Path::new("/w/d"), &members), ["d"]);
    }
}
