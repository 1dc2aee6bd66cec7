//! Manifests and rustfmt's options above a file.

use std::{
    path::{Component, Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use dashmap::DashMap;

use super::{
    manifest::{Manifest, Stated},
    read, rustfmt,
};
use crate::{
    config::absolute,
    syntax::{Edition, FileContext, LineWidth, Role, RustVersion},
};

/// Manifests, each read once. Whoever hears that one has changed calls [`Manifests::forget`].
#[derive(Debug, Default)]
pub struct Manifests {
    /// Nothing where there is no manifest that can be read.
    by_directory: DashMap<PathBuf, Option<Arc<Manifest>>>,
    /// The package that files of a directory belong to.
    packages: DashMap<PathBuf, Option<Arc<Package>>>,
    /// How wide lines may be in files of a directory.
    widths: DashMap<PathBuf, LineWidth>,
    /// How often something was forgotten: what was read before that must not be kept after it.
    forgotten: AtomicU64,
}

/// A package's facts about its files.
#[derive(Debug)]
struct Package {
    root: PathBuf,
    edition: Edition,
    rust_version: Option<RustVersion>,
    /// Files with a role of their own, absolute.
    targets: Vec<(PathBuf, Role)>,
}

impl Manifests {
    pub fn new() -> Self {
        Self::default()
    }

    /// The context of a file, which need not exist. It is asked of the nearest manifest upward that has a package. A package
    /// without an edition is of 2015, as for cargo; a file without a package is of 2021.
    pub fn context_of(&self, file: &Path) -> FileContext {
        let file = absolute(file);
        let directory = file.parent().unwrap_or(&file);
        let context = match self.package_of(directory) {
            Some(package) => package.context_of(&file),
            None => FileContext::default(),
        };
        FileContext {
            width: self.width_in(directory),
            ..context
        }
    }

    /// Reads `file`, a manifest or rustfmt's options, anew when it is asked for next: it was made, changed or removed.
    pub fn forget(&self, file: &Path) {
        let file = absolute(file);
        let directory = file.parent().unwrap_or(&file);
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.by_directory.remove(directory);
        self.widths.clear();
        // Any package may have inherited from it, and making packages again reads no file.
        self.packages.clear();
    }

    fn package_of(&self, directory: &Path) -> Option<Arc<Package>> {
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let mut passed = Vec::new();
        let mut found = None;
        for directory in directory.ancestors() {
            if let Some(known) = self.packages.get(directory) {
                found.clone_from(&known);
                break;
            }
            passed.push(directory);
            if let Some(package) = self.package_in(directory) {
                found = Some(Arc::new(package));
                break;
            }
        }
        for directory in passed {
            self.packages.insert(directory.to_path_buf(), found.clone());
        }
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            self.packages.clear();
        }
        found
    }

    fn package_in(&self, directory: &Path) -> Option<Package> {
        let manifest = self.manifest_in(directory)?;
        let package = manifest.package.as_ref()?;
        let inherits =
            package.edition == Stated::Inherited || package.rust_version == Stated::Inherited;
        let workspace = inherits
            .then(|| self.workspace_of(directory, package.workspace.as_deref()))
            .flatten();
        let shared = workspace
            .as_ref()
            .and_then(|manifest| manifest.workspace.as_ref());
        let edition = package
            .edition
            .or_inherit(|| shared.and_then(|shared| shared.edition));
        let rust_version = package
            .rust_version
            .or_inherit(|| shared.and_then(|shared| shared.rust_version));
        let scripts = package.build.iter().map(|path| (path, Role::BuildScript));
        let targets = package.targets.iter().map(|(path, role)| (path, *role));
        Some(Package {
            root: directory.to_path_buf(),
            edition: edition.unwrap_or(Edition::Edition2015),
            rust_version,
            targets: scripts
                .chain(targets)
                .map(|(path, role)| (absolute(&directory.join(path)), role))
                .collect(),
        })
    }

    /// The nearest file of options upward counts, as for rustfmt, and no other.
    fn width_in(&self, directory: &Path) -> LineWidth {
        if let Some(known) = self.widths.get(directory) {
            return *known;
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let width = match rustfmt::width_stated_in(directory) {
            Some(width) => width,
            None => directory
                .parent()
                .map_or(LineWidth::DEFAULT, |above| self.width_in(above)),
        };
        self.widths.insert(directory.to_path_buf(), width);
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            self.widths.clear();
        }
        width
    }

    /// The manifest of the workspace that a package in `directory` is a member of.
    fn workspace_of(&self, directory: &Path, named: Option<&str>) -> Option<Arc<Manifest>> {
        if let Some(named) = named {
            return self.manifest_in(&absolute(&directory.join(named)));
        }
        directory
            .ancestors()
            .filter_map(|directory| self.manifest_in(directory))
            .find(|manifest| manifest.workspace.is_some())
    }

    fn manifest_in(&self, directory: &Path) -> Option<Arc<Manifest>> {
        if let Some(known) = self.by_directory.get(directory) {
            return known.clone();
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let text = read(&directory.join("Cargo.toml")).ok();
        let manifest = text.map(|text| Arc::new(Manifest::parse(&text)));
        self.by_directory
            .insert(directory.to_path_buf(), manifest.clone());
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            self.by_directory.remove(directory);
        }
        manifest
    }
}

impl Package {
    fn context_of(&self, file: &Path) -> FileContext {
        FileContext {
            edition: self.edition,
            rust_version: self.rust_version,
            role: self.role_of(file),
            width: LineWidth::DEFAULT,
        }
    }

    fn role_of(&self, file: &Path) -> Role {
        let named = self.targets.iter().find(|(path, _)| path == file);
        if let Some((_, role)) = named.or_else(|| self.target_around(file)) {
            return *role;
        }
        let relative = file.strip_prefix(&self.root).unwrap_or(file);
        let mut components = relative.components();
        let first = components.next().map(Component::as_os_str);
        match first.and_then(|first| first.to_str()) {
            Some("tests") => Role::Test,
            Some("examples") => Role::Example,
            Some("benches") => Role::Bench,
            _ => Role::Library,
        }
    }

    /// The target whose root is a `main.rs` in a directory of its own, which then holds the target's modules.
    fn target_around(&self, file: &Path) -> Option<&(PathBuf, Role)> {
        let source = self.root.join("src");
        self.targets.iter().find(|(path, _)| {
            let directory = path.parent().unwrap_or(path);
            path.ends_with("main.rs")
                && directory != self.root
                && directory != source
                && file.starts_with(directory)
        })
    }
}

#[cfg(test)]
mod tests;
