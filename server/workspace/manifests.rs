//! Derives the context of files from the manifests above them, and from the options of rustfmt, rustup and clippy.

use std::{
    path::{Component, Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use dashmap::DashMap;

use super::{
    compiler, lints,
    manifest::{self, Manifest, Stated},
    read, readme, rustfmt,
};
use crate::{
    config::absolute,
    facts::SmellId,
    syntax::{Edition, FileContext, LineWidth, Role, RustVersion},
};

/// Caches manifests, so that each is read once. Call [`Manifests::forget`] when one has changed.
#[derive(Debug, Default)]
pub struct Manifests {
    /// `None` without a readable manifest.
    by_directory: DashMap<PathBuf, Option<Arc<Manifest>>>,
    /// The package that the files of a directory belong to.
    packages: DashMap<PathBuf, Option<Arc<Package>>>,
    /// Smells silenced in crates, by their roots.
    crates: DashMap<PathBuf, Arc<[SmellId]>>,
    /// Options of tools for the files of a directory.
    options: DashMap<PathBuf, Options>,
    /// Incremented by every [`Manifests::forget`], so that results of earlier reads aren't stored afterwards.
    forgotten: AtomicU64,
}

/// The package that a file belongs to. Packages of the same name in several folders are checkouts of one package.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PackagePlace {
    pub name: String,
    pub folder: PathBuf,
}

/// Properties of a package that apply to its files.
#[derive(Debug)]
struct Package {
    name: Option<String>,
    root: PathBuf,
    edition: Edition,
    rust_version: Option<RustVersion>,
    /// Smells whose clippy lints the manifest allows.
    silent: Vec<SmellId>,
    /// The root of its library or main binary.
    main: Option<PathBuf>,
    /// The targets with their absolute roots.
    targets: Vec<Target>,
}

#[derive(Debug)]
struct Target {
    root: PathBuf,
    role: Role,
    edition: Edition,
}

/// Options of tools other than cargo for the files of a directory.
#[derive(Debug, Clone, Copy)]
struct Options {
    width: LineWidth,
    /// The toolchain that rustup selects, if it has a version.
    toolchain: Option<RustVersion>,
    /// The `msrv` in clippy's configuration.
    msrv: Option<RustVersion>,
}

impl Options {
    const NONE: Self = Self {
        width: LineWidth::DEFAULT,
        toolchain: None,
        msrv: None,
    };

    /// Returns the oldest compiler promised by the package or by these options.
    fn oldest_compiler(self, promised: Option<RustVersion>) -> Option<RustVersion> {
        [promised, self.toolchain, self.msrv]
            .into_iter()
            .flatten()
            .min()
    }
}

impl Manifests {
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns the context of a file, which need not exist, from the nearest manifest above with a package. As in cargo, a
    /// package without an edition has edition 2015; a file without a package has edition 2021.
    pub fn context_of(&self, file: &Path) -> FileContext {
        let file = absolute(file);
        let directory = file.parent().unwrap_or(&file);
        let context = match self.package_of(directory) {
            Some(package) => package.context_of(&file),
            None => FileContext::default(),
        };
        let options = self.options_in(directory);
        FileContext {
            width: options.width,
            rust_version: options.oldest_compiler(context.rust_version),
            ..context
        }
    }

    /// Returns the package of a file, if it has a name.
    pub fn package_place(&self, file: &Path) -> Option<PackagePlace> {
        let file = absolute(file);
        let package = self.package_of(file.parent().unwrap_or(&file))?;
        Some(PackagePlace {
            name: package.name.clone()?,
            folder: package.root.clone(),
        })
    }

    /// Returns the smells that the package of a file silences by allowing the corresponding clippy lints, in its manifest or at
    /// the crate's root.
    pub fn silent_in(&self, file: &Path) -> Vec<SmellId> {
        let file = absolute(file);
        let Some(package) = self.package_of(file.parent().unwrap_or(&file)) else {
            return Vec::new();
        };
        let mut silent = package.silent.clone();
        if let Some(root) = package.root_around(&file) {
            silent.extend(self.silent_in_crate(root).iter());
            silent.sort_unstable();
            silent.dedup();
        }
        silent
    }

    /// Rereads a Rust file if it is the root of a known crate; returns whether the silenced smells have changed.
    pub fn reread_crate(&self, root: &Path) -> bool {
        let root = absolute(root);
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        let known = self.crates.remove(&root);
        known.is_some_and(|(_, before)| before != self.silent_in_crate(&root))
    }

    fn silent_in_crate(&self, root: &Path) -> Arc<[SmellId]> {
        if let Some(known) = self.crates.get(root) {
            return Arc::clone(&known);
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let text = read(root).ok();
        let silent = text.map(|text| lints::silent_in_crate(&text));
        let silent: Arc<[SmellId]> = silent.unwrap_or_default().into();
        self.crates.insert(root.to_path_buf(), Arc::clone(&silent));
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            self.crates.remove(root);
        }
        silent
    }

    /// Forgets `file`, a manifest or a tool's options, because it was created, changed or removed.
    pub fn forget(&self, file: &Path) {
        let file = absolute(file);
        let directory = file.parent().unwrap_or(&file);
        self.forgotten.fetch_add(1, Ordering::SeqCst);
        self.by_directory.remove(directory);
        self.options.clear();
        self.crates.clear();
        // Any package may have inherited from it, and rebuilding packages reads no files.
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
        let inherits = package.edition == Stated::Inherited
            || package.rust_version == Stated::Inherited
            || package.silent == Stated::Inherited;
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
        let edition = edition.unwrap_or(Edition::Edition2015);
        let rust_version = rust_version.or_else(|| readme::promised_in(directory, edition));
        let silent = package.silent.clone();
        let silent = silent.or_inherit(|| shared.map(|shared| shared.silent.clone()));
        let scripts = package.build.iter().map(|path| Target {
            root: absolute(&directory.join(path)),
            role: Role::BuildScript,
            edition,
        });
        let targets = package.targets.iter().map(|target| Target {
            root: absolute(&directory.join(&target.path)),
            role: target.role,
            edition: target.edition.unwrap_or(edition),
        });
        Some(Package {
            name: package.name.clone(),
            root: directory.to_path_buf(),
            edition,
            rust_version,
            silent: silent.unwrap_or_default(),
            main: main_of(directory, package),
            targets: scripts.chain(targets).collect(),
        })
    }

    /// Uses only the nearest options file above, as the tools do.
    fn options_in(&self, directory: &Path) -> Options {
        if let Some(known) = self.options.get(directory) {
            return *known;
        }
        let forgotten = self.forgotten.load(Ordering::SeqCst);
        let above = directory
            .parent()
            .map_or(Options::NONE, |above| self.options_in(above));
        let options = Options {
            width: rustfmt::width_stated_in(directory).unwrap_or(above.width),
            toolchain: compiler::toolchain_in(directory, above.toolchain),
            msrv: compiler::msrv_in(directory, above.msrv),
        };
        self.options.insert(directory.to_path_buf(), options);
        if self.forgotten.load(Ordering::SeqCst) != forgotten {
            self.options.clear();
        }
        options
    }

    /// Returns the manifest of the workspace that contains the package in `directory`.
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
        let target = self.target_of(file);
        FileContext {
            edition: target.map_or_else(|| self.edition_of_module(file), |target| target.edition),
            rust_version: self.rust_version,
            role: target.map_or_else(|| self.role_of_module(file), |target| target.role),
            width: LineWidth::DEFAULT,
        }
    }

    fn target_of(&self, file: &Path) -> Option<&Target> {
        let named = self.targets.iter().find(|target| target.root == file);
        named.or_else(|| self.target_around(file))
    }

    /// Returns the root of the crate that a module of the library belongs to.
    fn root_around(&self, file: &Path) -> Option<&Path> {
        let root = self.main.as_deref().filter(|root| *root != file)?;
        let is_around = root.parent().is_some_and(|folder| file.starts_with(folder));
        let is_module = is_around && self.target_of(file).is_none();
        let is_binary = file.starts_with(self.root.join("src/bin"));
        (is_module && !is_binary).then_some(root)
    }

    /// Returns the target whose root is a `main.rs` in a separate directory, which contains the target's modules.
    fn target_around(&self, file: &Path) -> Option<&Target> {
        let source = self.root.join("src");
        self.targets.iter().find(|target| {
            let directory = target.root.parent().unwrap_or(&target.root);
            target.root.ends_with("main.rs")
                && directory != self.root
                && directory != source
                && file.starts_with(directory)
        })
    }

    fn role_of_module(&self, file: &Path) -> Role {
        let relative = file.strip_prefix(&self.root).unwrap_or(file);
        let mut components = relative.components();
        let first = components.next().map(Component::as_os_str);
        match first.and_then(|first| first.to_str()) {
            Some("tests") => Role::Test,
            Some("examples") => Role::Example,
            Some("benches") => Role::Bench,
            _ if is_named_for_tests(relative) => Role::Test,
            _ => Role::Library,
        }
    }

    /// Returns the oldest edition among the targets the module may belong to: those with a root beside or above it.
    fn edition_of_module(&self, file: &Path) -> Edition {
        let around = self.targets.iter().filter(|target| {
            let directory = target.root.parent();
            directory.is_some_and(|directory| directory != self.root && file.starts_with(directory))
        });
        let oldest = around
            .map(|target| target.edition)
            .min_by_key(Edition::number);
        let package = std::iter::once(self.edition);
        let all = package.chain(oldest);
        all.min_by_key(Edition::number).unwrap_or(self.edition)
    }
}

/// Returns the root of a package's library, or of its binary if there is no library.
fn main_of(directory: &Path, package: &manifest::Package) -> Option<PathBuf> {
    let library = package.library.as_deref().unwrap_or("src/lib.rs");
    let roots = [library, "src/main.rs"].map(|path| absolute(&directory.join(path)));
    roots.into_iter().find(|root| root.is_file())
}

/// Whether a module is named like a test module: `tests.rs`, `parser_tests.rs`, `tests/parser.rs`.
fn is_named_for_tests(relative: &Path) -> bool {
    let stem = relative.file_stem().and_then(|stem| stem.to_str());
    let is_for_tests = |name: &str| name == "tests" || name.ends_with("_tests");
    let mut folders = relative.parent().into_iter().flat_map(Path::components);
    let is_in_source = relative.starts_with("src");
    is_in_source
        && (stem.is_some_and(is_for_tests) || folders.any(|folder| folder.as_os_str() == "tests"))
}

#[cfg(test)]
mod tests;
