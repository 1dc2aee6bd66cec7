//! Parses the relevant parts of a `Cargo.toml`. An invalid one is parsed as far as possible.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::lints;
use crate::{
    facts::SmellId,
    syntax::{Edition, Role, RustVersion},
};

/// A manifest. Without a package, it is virtual.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    pub(super) package: Option<Package>,
    pub(super) workspace: Option<Shared>,
}

#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: Option<String>,
    pub(super) edition: Stated<Edition>,
    pub(super) rust_version: Stated<RustVersion>,
    /// Smells whose clippy lints are allowed.
    pub(super) silent: Stated<Vec<SmellId>>,
    /// The directory of the workspace's manifest, if stated explicitly.
    pub(super) workspace: Option<String>,
    /// The root of the library, if stated explicitly.
    pub(super) library: Option<String>,
    /// Build scripts, relative to the package.
    pub(super) build: Vec<String>,
    /// Targets with known files, relative to the package.
    pub(super) targets: Vec<Target>,
}

/// A target of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) path: String,
    pub(super) role: Role,
    /// The edition, if it differs from the package's.
    pub(super) edition: Option<Edition>,
}

/// Values that members of a workspace may inherit.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) edition: Option<Edition>,
    pub(super) rust_version: Option<RustVersion>,
    pub(super) silent: Vec<SmellId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stated<T> {
    Absent,
    Here(T),
    /// Stated as `edition.workspace = true`.
    Inherited,
}

impl Manifest {
    pub(super) fn parse(text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (root, _broken_as_it_is) = DeTable::parse_recoverable(text);
        let root = root.get_ref();
        let package = table(root, "package").or_else(|| table(root, "project"));
        Self {
            package: package.map(|package| Package::of(package, root)),
            workspace: table(root, "workspace").map(Shared::of),
        }
    }
}

impl Package {
    fn of(package: &DeTable<'_>, root: &DeTable<'_>) -> Self {
        Self {
            name: text(package, "name").map(str::to_owned),
            edition: stated(package, "edition", edition),
            rust_version: stated(package, "rust-version", rust_version),
            silent: silent(root),
            workspace: text(package, "workspace").map(str::to_owned),
            library: table(root, "lib")
                .and_then(|library| text(library, "path"))
                .map(str::to_owned),
            build: build_scripts(package),
            targets: targets(package, root),
        }
    }
}

impl Shared {
    fn of(workspace: &DeTable<'_>) -> Self {
        let stated = |name: &str| text(table(workspace, "package")?, name);
        let lints = table(workspace, "lints");
        Self {
            edition: stated("edition").and_then(edition),
            rust_version: stated("rust-version").and_then(rust_version),
            silent: lints.map(lints::silent_by).unwrap_or_default(),
        }
    }
}

impl<T> Stated<T> {
    pub(super) fn or_inherit(self, shared: impl FnOnce() -> Option<T>) -> Option<T> {
        match self {
            Self::Absent => None,
            Self::Here(value) => Some(value),
            Self::Inherited => shared(),
        }
    }
}

fn stated<T>(package: &DeTable<'_>, name: &str, read: impl FnOnce(&str) -> Option<T>) -> Stated<T> {
    match value(package, name) {
        Some(DeValue::String(text)) => read(text).map_or(Stated::Absent, Stated::Here),
        Some(DeValue::Table(table)) if flag(table, "workspace") => Stated::Inherited,
        _ => Stated::Absent,
    }
}

fn silent(root: &DeTable<'_>) -> Stated<Vec<SmellId>> {
    match table(root, "lints") {
        None => Stated::Absent,
        Some(lints) if flag(lints, "workspace") => Stated::Inherited,
        Some(lints) => Stated::Here(lints::silent_by(lints)),
    }
}

/// Treats an edition newer than the parser as the latest known one.
fn edition(text: &str) -> Option<Edition> {
    let known: Option<Edition> = text.parse().ok();
    known.or_else(|| {
        let year: u32 = text.parse().ok()?;
        (year > 2024).then_some(Edition::LATEST)
    })
}

/// Parses versions such as `1.85`, `1.85.0` and `1`.
pub(super) fn rust_version(text: &str) -> Option<RustVersion> {
    let mut numbers = text.trim().split('.');
    if numbers.next()? != "1" {
        return None;
    }
    let minor = numbers.next().unwrap_or("0");
    minor.parse().ok().map(RustVersion)
}

fn build_scripts(package: &DeTable<'_>) -> Vec<String> {
    match value(package, "build") {
        None => vec!["build.rs".to_owned()],
        Some(DeValue::String(path)) => vec![path.to_string()],
        Some(DeValue::Array(paths)) => paths
            .iter()
            .filter_map(|path| path.get_ref().as_str().map(str::to_owned))
            .collect(),
        Some(_) => Vec::new(),
    }
}

fn targets(package: &DeTable<'_>, root: &DeTable<'_>) -> Vec<Target> {
    let kinds = [
        ("test", Role::Test),
        ("example", Role::Example),
        ("bench", Role::Bench),
        ("bin", Role::Library),
    ];
    let package_name = text(package, "name").unwrap_or_default();
    let of_kind = |(kind, role): (&'static str, Role)| {
        let list = value(root, kind).and_then(DeValue::as_array);
        let tables = list.into_iter().flat_map(|list| list.iter());
        let tables = tables.filter_map(|target| target.get_ref().as_table());
        tables.flat_map(move |table| {
            paths(kind, package_name, table)
                .into_iter()
                .map(move |path| target(path, role, table))
        })
    };
    let mut targets: Vec<_> = kinds.into_iter().flat_map(of_kind).collect();
    if let Some(library) = table(root, "lib") {
        let path = text(library, "path").unwrap_or("src/lib.rs");
        targets.push(target(path.to_owned(), Role::Library, library));
    }
    targets
}

fn target(path: String, role: Role, table: &DeTable<'_>) -> Target {
    Target {
        path,
        role,
        edition: text(table, "edition").and_then(edition),
    }
}

/// Returns the possible paths of a target's root: the stated one, or those where cargo looks for it.
fn paths(kind: &str, package: &str, target: &DeTable<'_>) -> Vec<String> {
    if let Some(path) = text(target, "path") {
        return vec![path.to_owned()];
    }
    let Some(name) = text(target, "name") else {
        return Vec::new();
    };
    let folder = match kind {
        "bin" => "src/bin",
        "bench" => "benches",
        "test" => "tests",
        _ => "examples",
    };
    let mut paths = vec![
        format!("{folder}/{name}.rs"),
        format!("{folder}/{name}/main.rs"),
    ];
    if kind == "bin" && name == package {
        paths.push("src/main.rs".to_owned());
    }
    paths
}

pub(super) fn value<'a, 'i>(table: &'a DeTable<'i>, name: &str) -> Option<&'a DeValue<'i>> {
    table.get(name).map(Spanned::get_ref)
}

pub(super) fn table<'a, 'i>(outer: &'a DeTable<'i>, name: &str) -> Option<&'a DeTable<'i>> {
    value(outer, name)?.as_table()
}

fn text<'a>(table: &'a DeTable<'_>, name: &str) -> Option<&'a str> {
    value(table, name)?.as_str()
}

fn flag(table: &DeTable<'_>, name: &str) -> bool {
    value(table, name).and_then(DeValue::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn package(text: &str) -> Package {
        Manifest::parse(text).package.unwrap()
    }

    #[test]
    fn a_package_states_its_edition_and_compiler() {
        let package = package("[package]\nedition = '2018'\nrust-version = '1.70.0'\n");
        assert_eq!(package.edition, Stated::Here(Edition::Edition2018));
        assert_eq!(package.rust_version, Stated::Here(RustVersion(70)));
        assert_eq!(package.build, ["build.rs"]);
    }

    #[test]
    fn both_may_be_inherited() {
        let package =
            package("[package]\nedition.workspace = true\nrust-version = { workspace = true }\n");
        assert_eq!(package.edition, Stated::Inherited);
        assert_eq!(package.rust_version, Stated::Inherited);
    }

    #[test]
    fn what_is_not_said_is_absent() {
        for text in [
            "[package]\n",
            "[package]\nedition = 2021\nrust-version = 1.7\n",
            "[package]\nedition.workspace = false\n",
        ] {
            let package = package(text);
            assert_eq!(package.edition, Stated::Absent, "{text}");
            assert_eq!(package.rust_version, Stated::Absent, "{text}");
        }
    }

    #[test]
    fn versions_are_read_as_cargo_does() {
        assert_eq!(rust_version("1.85"), Some(RustVersion(85)));
        assert_eq!(rust_version("1"), Some(RustVersion(0)));
        for wrong in ["", "2.0", "1.x", "nightly", "^1.70"] {
            assert_eq!(rust_version(wrong), None, "{wrong}");
        }
        assert_eq!(edition("2099"), Some(Edition::LATEST));
        assert_eq!(edition("soon"), None);
        assert_eq!(edition("1999"), None);
    }

    #[test]
    fn a_virtual_manifest_has_no_package() {
        let manifest =
            Manifest::parse("[workspace]\nmembers = []\n[workspace.package]\nedition = '2024'\n");
        assert!(manifest.package.is_none());
        assert_eq!(
            manifest.workspace.unwrap().edition,
            Some(Edition::Edition2024)
        );
    }

    #[test]
    fn targets_that_name_their_file_are_known() {
        let package = package(
            "[package]\nbuild = 'make.rs'\n[[test]]\nname = 't'\npath = 'spec/t.rs'\n[[bench]]\nname = 'b'\n",
        );
        assert_eq!(package.build, ["make.rs"]);
        let paths = package.targets.iter().map(|target| target.path.as_str());
        assert_eq!(
            paths.collect::<Vec<_>>(),
            ["spec/t.rs", "benches/b.rs", "benches/b/main.rs"]
        );
        assert_eq!(
            super::tests::package("[package]\nbuild = false").build,
            Vec::<String>::new()
        );
    }

    #[test]
    fn targets_may_have_editions_of_their_own() {
        let package = package(
            "[package]\nname = 'p'\nedition = '2024'\n[lib]\nedition = '2018'\n[[bin]]\nname = 'p'\nedition = '2021'\n",
        );
        let editions = package
            .targets
            .iter()
            .map(|it| (it.path.as_str(), it.edition));
        let bin = Some(Edition::Edition2021);
        let expected = [
            ("src/bin/p.rs", bin),
            ("src/bin/p/main.rs", bin),
            ("src/main.rs", bin),
            ("src/lib.rs", Some(Edition::Edition2018)),
        ];
        assert_eq!(editions.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_broken_manifest_says_what_it_can() {
        let package = package("[package]\nname = \nedition = '2018'\n[dependencies\n");
        assert_eq!(package.edition, Stated::Here(Edition::Edition2018));
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(text in "(\\[\\[?(package|test|workspace)\\]{0,2}|edition|=|\\.|'|\"|\\{|workspace|true|\n|\\PC){0,40}") {
            let manifest = Manifest::parse(&text);
            prop_assert!(manifest.package.is_none() || text.contains("pa") || text.contains('\\'));
        }
    }
}
