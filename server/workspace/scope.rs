//! Decides which of an editor's files get findings and actions.

use std::{
    ffi::OsString,
    fs,
    io::Read,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::{
    config::absolute,
    os::{self, USER_DIRECTORY},
};

/// Location of an editor's file. Only files [in a folder](Scope::Folder) or [alone](Scope::Alone) get findings and actions,
/// because dependencies, the standard library and build output aren't worth refactoring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// The innermost workspace folder that contains the file.
    Folder(&'a Path),
    /// There are no folders, because the editor opened single files.
    Alone,
    Outside,
    CargoHome,
    Sysroot,
    BuildOutput,
}

/// Where cargo and rustup store external code; for a directory that is a link, both of its paths.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    cargo_home: Vec<PathBuf>,
    rustup_home: Vec<PathBuf>,
}

/// Returns the scope of `path`, which need not exist, in this process's environment.
pub fn editor_scope<'a>(path: &Path, folders: &'a [PathBuf]) -> Scope<'a> {
    static OF_PROCESS: OnceLock<Surroundings> = OnceLock::new();
    OF_PROCESS
        .get_or_init(|| Surroundings::from_lookup(|name| std::env::var_os(name)))
        .scope(path, folders)
}

impl Scope<'_> {
    /// Whether files here get findings and actions.
    pub fn is_ours(self) -> bool {
        matches!(self, Self::Folder(_) | Self::Alone)
    }
}

impl Surroundings {
    /// Returns the surroundings in an environment defined by `lookup`.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let get = |name: &str| lookup(name).filter(|value| !value.is_empty());
        let user = get(USER_DIRECTORY).map(PathBuf::from);
        let home = |variable: &str, name: &str| {
            let beside = || user.as_ref().map(|user| user.join(name));
            let home = get(variable).map(PathBuf::from).or_else(beside);
            home.map_or_else(Vec::new, with_real_path)
        };
        Self {
            cargo_home: home("CARGO_HOME", ".cargo"),
            rustup_home: home("RUSTUP_HOME", ".rustup"),
        }
    }

    pub fn scope<'a>(&self, path: &Path, folders: &'a [PathBuf]) -> Scope<'a> {
        let path = absolute(path);
        if is_below(&path, &self.cargo_home) {
            return Scope::CargoHome;
        }
        if is_below(&path, &self.rustup_home) || is_in_sysroot(&path) {
            return Scope::Sysroot;
        }
        let around = folders.iter().filter(|folder| path.starts_with(folder));
        let folder = around.max_by_key(|folder| folder.components().count());
        match folder {
            None if !folders.is_empty() => Scope::Outside,
            _ if is_built(&path, folder.map(PathBuf::as_path)) => Scope::BuildOutput,
            None => Scope::Alone,
            Some(folder) => Scope::Folder(folder),
        }
    }
}

/// Whether `directory` is cargo's `target`, under any name. A directory that has the name for another reason, such as a module,
/// isn't.
pub(super) fn is_build_output(directory: &Path) -> bool {
    let is_called_so = directory.file_name().is_some_and(|name| name == "target");
    let is_beside_manifest = || directory.with_file_name("Cargo.toml").is_file();
    (is_called_so && is_beside_manifest()) || is_tagged(directory)
}

/// Whether the directory is tagged as a cache (<https://bford.info/cachedir/>), like cargo's `target`.
fn is_tagged(directory: &Path) -> bool {
    const SIGNATURE: &[u8] = b"Signature: 8a477f597d28d172789f06886806bc55";
    let Ok(mut file) = os::open_regular(&directory.join("CACHEDIR.TAG")) else {
        return false;
    };
    let mut start = [0; SIGNATURE.len()];
    file.read_exact(&mut start).is_ok() && start == SIGNATURE
}

fn with_real_path(directory: PathBuf) -> Vec<PathBuf> {
    let real = fs::canonicalize(&directory).ok();
    let real = real.filter(|real| *real != directory);
    std::iter::once(directory).chain(real).collect()
}

fn is_below(path: &Path, directories: &[PathBuf]) -> bool {
    directories
        .iter()
        .any(|directory| path.starts_with(directory))
}

/// The standard library's sources have this path in every toolchain, even if rustup didn't install it.
fn is_in_sysroot(path: &Path) -> bool {
    let sources = ["lib", "rustlib", "src"];
    let names: Vec<_> = path.iter().collect();
    names.windows(sources.len()).any(|names| names == sources)
}

/// Whether a directory between the folder and the file is build output; without a folder, any directory above the file.
fn is_built(path: &Path, folder: Option<&Path>) -> bool {
    let above = path.ancestors().skip(1);
    above
        .take_while(|directory| folder.is_none_or(|folder| *directory != folder))
        .any(is_build_output)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn surroundings() -> Surroundings {
        Surroundings {
            cargo_home: vec![PathBuf::from("/home/ada/.cargo")],
            rustup_home: vec![PathBuf::from("/home/ada/.rustup")],
        }
    }

    fn scope<'a>(path: &str, folders: &'a [PathBuf]) -> Scope<'a> {
        surroundings().scope(Path::new(path), folders)
    }

    fn folders(paths: &[&str]) -> Vec<PathBuf> {
        paths.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn the_innermost_folder_counts() {
        let folders = folders(&["/w", "/w/inner/deep", "/w/inner", "/x"]);
        let inner = Scope::Folder(Path::new("/w/inner"));
        assert_eq!(scope("/w/inner/src/lib.rs", &folders), inner);
        assert_eq!(
            scope("/w/inner2/lib.rs", &folders),
            Scope::Folder(Path::new("/w"))
        );
        assert!(inner.is_ours());
    }

    #[test]
    fn outside_every_folder_is_not_ours() {
        let folders = folders(&["/w"]);
        for path in ["/v/lib.rs", "/w2/lib.rs", "/w/../v/lib.rs"] {
            assert_eq!(scope(path, &folders), Scope::Outside, "{path}");
        }
        assert!(!Scope::Outside.is_ours());
    }

    #[test]
    fn without_folders_a_file_is_alone() {
        assert_eq!(scope("/v/lib.rs", &[]), Scope::Alone);
        assert!(Scope::Alone.is_ours());
    }

    #[test]
    fn dependencies_and_the_standard_library_are_not_ours_even_in_a_folder() {
        let folders = folders(&["/home/ada", "/opt"]);
        let dependency = "/home/ada/.cargo/registry/src/index/serde-1.0.0/src/lib.rs";
        assert_eq!(scope(dependency, &folders), Scope::CargoHome);
        let library =
            "/home/ada/.rustup/toolchains/stable/lib/rustlib/src/rust/library/core/src/lib.rs";
        assert_eq!(scope(library, &folders), Scope::Sysroot);
        let of_the_system = "/opt/rust/lib/rustlib/src/rust/library/core/src/lib.rs";
        assert_eq!(scope(of_the_system, &folders), Scope::Sysroot);
        assert_eq!(
            scope("/home/ada/.cargo-things/lib.rs", &folders),
            Scope::Folder(Path::new("/home/ada"))
        );
    }

    #[test]
    fn build_output_is_not_ours_and_a_module_called_target_is() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().to_path_buf();
        fs::create_dir_all(folder.join("target/debug")).unwrap();
        fs::create_dir_all(folder.join("src/target")).unwrap();
        fs::write(folder.join("Cargo.toml"), "").unwrap();
        let folders = [folder.clone()];
        let of = |path: &str| surroundings().scope(&folder.join(path), &folders);
        assert_eq!(of("target/debug/build/x/out/gen.rs"), Scope::BuildOutput);
        assert_eq!(of("src/target/mod.rs"), Scope::Folder(&folder));
        let alone = surroundings().scope(&folder.join("target/a.rs"), &[]);
        assert_eq!(alone, Scope::BuildOutput);
    }

    #[test]
    fn a_tag_makes_build_output_of_any_directory() {
        let root = tempfile::tempdir().unwrap();
        assert!(!is_build_output(root.path()));
        let tag = root.path().join("CACHEDIR.TAG");
        fs::write(&tag, "Signature: another").unwrap();
        assert!(!is_build_output(root.path()));
        fs::write(
            &tag,
            "Signature: 8a477f597d28d172789f06886806bc55\n# cargo\n",
        )
        .unwrap();
        assert!(is_build_output(root.path()));
    }

    #[test]
    fn the_homes_are_where_the_environment_says() {
        let user = USER_DIRECTORY;
        let lookup = |variables: &[(&str, &str)]| {
            let variables: Vec<_> = variables
                .iter()
                .map(|(a, b)| ((*a).to_owned(), OsString::from(b)))
                .collect();
            Surroundings::from_lookup(move |name| {
                let found = variables.iter().find(|(known, _)| known == name);
                found.map(|(_, value)| value.clone())
            })
        };
        assert_eq!(lookup(&[(user, "/home/ada")]), surroundings());
        let moved = lookup(&[
            (user, "/home/ada"),
            ("CARGO_HOME", "/cargo"),
            ("RUSTUP_HOME", ""),
        ]);
        assert_eq!(moved.cargo_home, [PathBuf::from("/cargo")]);
        assert_eq!(moved.rustup_home, surroundings().rustup_home);
        assert_eq!(lookup(&[]), Surroundings::default());
    }

    #[cfg(unix)]
    #[test]
    fn a_home_behind_a_link_has_two_paths() {
        let root = tempfile::tempdir().unwrap();
        let real = fs::canonicalize(root.path()).unwrap().join("real");
        fs::create_dir(&real).unwrap();
        let link = root.path().join("link");
        std::os::unix::fs::symlink(&real, &link).unwrap();
        let surroundings = Surroundings::from_lookup(|name| {
            (name == "CARGO_HOME").then(|| link.clone().into_os_string())
        });
        for home in [link.clone(), real] {
            let scope = surroundings.scope(&home.join("registry/lib.rs"), &[]);
            assert_eq!(scope, Scope::CargoHome);
        }
        let beside = root.path().join("other/lib.rs");
        assert_eq!(surroundings.scope(&beside, &[]), Scope::Alone);
    }
}
