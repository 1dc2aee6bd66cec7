//! Checks the dependents of a changed package: its other targets, and packages of its workspace. Cargo checks them with the new
//! source texts, on an overlay of the whole workspace.

use std::{
    collections::{BTreeSet, HashMap},
    env, fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;

use super::{
    Fault, Texts, Unjudged, Verdict,
    overlay::Overlay,
    package::{Package, RECORDINGS, check_command, run_check, unusable},
    recorder,
    replay::{Replay, dependencies},
    said::{self, Checked},
};
use crate::os;

/// The overlay of the workspace with new source texts.
const OVERLAY: &str = "workspace";
/// Recordings of a check that is never replayed.
const UNUSED: &str = "unused";

/// A package of a workspace, in the output of `cargo metadata`.
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

/// Returns the names of a folder's package and of its dependents.
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

/// Returns the name of a folder's package.
pub(super) fn name_of(folder: &Path, members: &[Member]) -> Option<String> {
    let mut members = members.iter();
    let own = members.find(|it| it.folder().as_deref() == Some(folder))?;
    Some(own.name.clone())
}

/// Returns the manifests of a workspace; `None` if it has path dependencies elsewhere or no lock file.
pub(super) fn manifests(root: &Path, members: &[Member]) -> Option<BTreeSet<PathBuf>> {
    let folders: BTreeSet<PathBuf> = members.iter().filter_map(Member::folder).collect();
    let is_locked = root.join("Cargo.lock").is_file();
    let mut dependencies = members.iter().flat_map(|it| &it.dependencies);
    let are_known = dependencies.all(|it| match &it.path {
        Some(path) => folders.contains(path),
        None => is_locked,
    });
    let own = members.iter().map(|it| it.manifest_path.clone());
    are_known.then(|| own.chain([root.join("Cargo.toml")]).collect())
}

impl Member {
    fn folder(&self) -> Option<PathBuf> {
        Some(self.manifest_path.parent()?.to_path_buf())
    }
}

/// Diagnostics that a change introduces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Complaints {
    pub faults: Vec<Fault>,
    pub warnings: Vec<Fault>,
}

impl Complaints {
    /// Diagnostics of several targets or packages are included once.
    pub(super) fn extend(&mut self, more: Self) {
        let parts = [
            (&mut self.faults, more.faults),
            (&mut self.warnings, more.warnings),
        ];
        for (known, new) in parts {
            for one in new {
                if !known.contains(&one) {
                    known.push(one);
                }
            }
        }
    }
}

/// New diagnostics, and the units they were found in.
pub(super) struct Heard {
    pub(super) complaints: Complaints,
    /// The current package and its dependents.
    pub(super) units: Vec<Replay>,
    /// Files read with the new source texts, if known.
    pub(super) read: Option<BTreeSet<PathBuf>>,
}

impl Package {
    /// Returns the diagnostics that these source texts introduce in the package and its dependents.
    pub(super) fn complaints(&self, texts: &Texts) -> Result<Heard, Unjudged> {
        let before = self.check(&self.root, RECORDINGS, None)?;
        let overlay = self.whole_overlay(OVERLAY, texts)?;
        let place = overlay
            .place(&self.root)
            .unwrap_or_else(|| self.root.clone());
        let alias = Alias::of(&self.own, texts).map_err(|error| unusable(&self.own, &error))?;
        let after = self.check(&place, UNUSED, Some(&alias.0))?;
        let new_at_home = |before: &[Fault], after| -> Vec<Fault> {
            let new = new_among(before, after).into_iter();
            new.map(|fault| Fault {
                file: fault.file.map(|file| overlay.real(&place.join(file))),
                ..fault
            })
            .collect()
        };
        let mut new = Complaints::default();
        new.extend(Complaints {
            faults: new_at_home(&before.faults, after.faults),
            warnings: new_at_home(&before.warnings, after.warnings),
        });
        Ok(Heard {
            complaints: new,
            units: Self::units(&self.own.join(RECORDINGS), &before.made),
            read: read(&after.made, &overlay, &place),
        })
    }

    /// Like [`Self::complaints`], for a file without workspace and dependents.
    pub(super) fn complaints_alone(
        &self,
        before: &Texts,
        after: &Texts,
    ) -> Result<Complaints, Unjudged> {
        let mut new = Complaints::default();
        if let (Verdict::Broken(faults), _) = self.verdict(after)? {
            new.faults = faults;
            return Ok(new);
        }
        let warnings = |texts: &Texts| -> Result<Vec<Fault>, Unjudged> {
            let told = self.probe(texts, &[])?.into_iter();
            let file = texts.keys().next().cloned();
            let placed = told.map(|told| Fault {
                file: file.clone(),
                line: told.line,
                code: told.code,
                message: told.words,
            });
            Ok(placed.collect())
        };
        new.warnings = new_among(&warnings(before)?, warnings(after)?);
        Ok(new)
    }

    fn check(
        &self,
        root: &Path,
        recordings: &str,
        wrapper: Option<&Path>,
    ) -> Result<Checked, Unjudged> {
        let recordings = self.own.join(recordings);
        let command = check_command(&root.join("Cargo.toml"), root, &self.own, &recordings);
        let mut command = command.map_err(|error| unusable(&self.own, &error))?;
        // Continues with other crates after an error.
        command.arg("--keep-going");
        if let Some(wrapper) = wrapper {
            command.env("RUSTC_WORKSPACE_WRAPPER", wrapper);
            command.env("CARGO_INCREMENTAL", "0");
        }
        for user in &self.users {
            command.args(["--package", user]);
        }
        let said = run_check(command, root, &self.stop)?;
        let checked = said::checked(&said.out);
        if !said.is_success && checked.faults.is_empty() {
            let words = said::first_words(&said.err);
            return Err(Unjudged::because(format!(
                "`cargo check` failed for the packages that use it: {words}"
            )));
        }
        Ok(checked)
    }
}

/// Returns the files that the crates in an overlay read, from the dependency files beside their artifacts.
fn read(made: &[PathBuf], overlay: &Overlay, place: &Path) -> Option<BTreeSet<PathBuf>> {
    let mut all = BTreeSet::new();
    for file in made {
        let stem = file.file_stem()?.to_str()?;
        let name = stem.strip_prefix("lib").unwrap_or(stem);
        let told = file.with_file_name(format!("{name}.d"));
        let text =
            fs::read_to_string(told).or_else(|_| fs::read_to_string(file.with_extension("d")));
        let Ok(text) = text else { continue };
        let read: Vec<PathBuf> = dependencies(&text).map(|path| place.join(path)).collect();
        // Files elsewhere belong to dependencies and never change.
        if read.iter().any(|path| overlay.holds(path)) {
            all.extend(read.iter().map(|path| overlay.source(path)));
        }
    }
    (!all.is_empty()).then_some(all)
}

/// This program under a name specific to some source texts. Apart from the wrapper of rustc, cargo can't distinguish packages
/// in an overlay from the originals, so artifacts of the new source texts would be mistaken for those of the old ones.
pub(super) struct Alias(pub(super) PathBuf);

impl Alias {
    pub(super) fn of(own: &Path, texts: &Texts) -> io::Result<Self> {
        let name = format!("{}{}", recorder::ALIAS, &super::key(texts).to_hex()[..16]);
        let path = own.join(name).with_extension(env::consts::EXE_EXTENSION);
        let alias = Self(path);
        let _ = fs::remove_file(&alias.0);
        os::link(&env::current_exe()?, &alias.0)?;
        Ok(alias)
    }
}

impl Drop for Alias {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn new_among(before: &[Fault], after: Vec<Fault>) -> Vec<Fault> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for one in before {
        *known.entry(&one.message).or_default() += 1;
    }
    let is_new = |one: &Fault| match known.get_mut(&*one.message) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    after.into_iter().filter(is_new).collect()
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
        assert_eq!(name_of(Path::new("/w/c"), &members).as_deref(), Some("c"));
        assert_eq!(name_of(Path::new("/w"), &members), None);
    }
}
