use std::fs;

use tempfile::TempDir;

use super::*;

/// A temporary directory with files.
struct Place(TempDir);

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for (path, text) in files {
            place.write(path, text);
        }
        place
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn context_of(&self, path: &str) -> FileContext {
        Manifests::new().context_of(&self.path(path))
    }

    fn edition_of(&self, path: &str) -> Edition {
        self.context_of(path).edition
    }

    fn silent_in(&self, path: &str) -> Vec<&'static str> {
        let silent = Manifests::new().silent_in(&self.path(path));
        let smells = silent.iter().filter_map(|id| crate::smells::get(*id));
        smells.map(|smell| smell.id).collect()
    }

    fn role_of(&self, path: &str) -> Role {
        self.context_of(path).role
    }
}

const WORKSPACE: &str =
    "[workspace]\nmembers = ['*']\n[workspace.package]\nedition = '2024'\nrust-version = '1.88'\n";
const MEMBER: &str =
    "[package]\nname = 'm'\nedition.workspace = true\nrust-version.workspace = true\n";

#[test]
fn the_nearest_package_counts() {
    let place = Place::new(&[
        (
            "Cargo.toml",
            "[package]\nedition = '2018'\nrust-version = '1.60'\n",
        ),
        ("inner/Cargo.toml", "[package]\nedition = '2024'\n"),
    ]);
    let outer = place.context_of("src/lib.rs");
    assert_eq!(
        (outer.edition, outer.rust_version),
        (Edition::Edition2018, Some(RustVersion(60)))
    );
    let inner = place.context_of("inner/src/a/b.rs");
    assert_eq!(
        (inner.edition, inner.rust_version),
        (Edition::Edition2024, None)
    );
}

#[test]
fn without_a_manifest_nothing_is_known() {
    let place = Place::new(&[]);
    assert_eq!(place.context_of("tests/a.rs"), FileContext::default());
}

#[test]
fn a_package_without_an_edition_is_of_2015() {
    let place = Place::new(&[("Cargo.toml", "[package]\nname = 'old'\n")]);
    assert_eq!(place.edition_of("src/lib.rs"), Edition::Edition2015);
}

#[test]
fn members_inherit_from_the_workspace_above() {
    let place = Place::new(&[("Cargo.toml", WORKSPACE), ("a/b/Cargo.toml", MEMBER)]);
    let context = place.context_of("a/b/src/lib.rs");
    assert_eq!(context.edition, Edition::Edition2024);
    assert_eq!(context.rust_version, Some(RustVersion(88)));
}

#[test]
fn members_inherit_from_the_workspace_that_they_name() {
    let place = Place::new(&[
        ("root/Cargo.toml", WORKSPACE),
        (
            "member/Cargo.toml",
            &format!("{MEMBER}workspace = '../root'\n"),
        ),
    ]);
    assert_eq!(place.edition_of("member/src/lib.rs"), Edition::Edition2024);
}

#[test]
fn a_package_may_be_its_own_workspace() {
    let place = Place::new(&[("Cargo.toml", &format!("{MEMBER}{WORKSPACE}"))]);
    assert_eq!(place.edition_of("src/lib.rs"), Edition::Edition2024);
}

#[test]
fn a_member_that_states_an_edition_does_not_inherit() {
    let place = Place::new(&[
        ("Cargo.toml", WORKSPACE),
        ("a/Cargo.toml", "[package]\nedition = '2018'\n"),
        ("b/Cargo.toml", "[package]\nname = 'b'\n"),
    ]);
    assert_eq!(place.edition_of("a/src/lib.rs"), Edition::Edition2018);
    assert_eq!(place.edition_of("b/src/lib.rs"), Edition::Edition2015);
    assert_eq!(place.context_of("a/src/lib.rs").rust_version, None);
}

#[test]
fn a_member_whose_workspace_is_not_there_is_of_2015() {
    let place = Place::new(&[("a/Cargo.toml", MEMBER)]);
    let context = place.context_of("a/src/lib.rs");
    assert_eq!(
        (context.edition, context.rust_version),
        (Edition::Edition2015, None)
    );
}

#[test]
fn a_virtual_manifest_is_nobody_s_package() {
    let place = Place::new(&[("Cargo.toml", WORKSPACE)]);
    assert_eq!(place.context_of("tests/a.rs"), FileContext::default());
    place.write("in/Cargo.toml", "[package]\nedition = '2018'\n");
    place.write("in/virtual/Cargo.toml", "[workspace]\n");
    assert_eq!(place.edition_of("in/virtual/x/a.rs"), Edition::Edition2018);
}

#[test]
fn a_manifest_that_is_garbage_counts_for_nothing() {
    let place = Place::new(&[("Cargo.toml", "\0[[[")]);
    assert_eq!(place.context_of("src/lib.rs"), FileContext::default());
    fs::write(place.path("Cargo.toml"), b"[package]\nname = '\xff'\n").unwrap();
    assert_eq!(place.context_of("src/lib.rs"), FileContext::default());
    fs::remove_file(place.path("Cargo.toml")).unwrap();
    fs::create_dir(place.path("Cargo.toml")).unwrap();
    assert_eq!(place.context_of("src/lib.rs"), FileContext::default());
}

#[test]
fn directories_give_roles() {
    let place = Place::new(&[("Cargo.toml", "[package]\n")]);
    assert_eq!(place.role_of("tests/it/main.rs"), Role::Test);
    assert_eq!(place.role_of("examples/e.rs"), Role::Example);
    assert_eq!(place.role_of("benches/b.rs"), Role::Bench);
    assert_eq!(place.role_of("build.rs"), Role::BuildScript);
}

#[test]
fn the_same_names_deeper_down_give_none() {
    let place = Place::new(&[("Cargo.toml", "[package]\n")]);
    for path in [
        "src/build.rs",
        "src/examples.rs",
        "tests.rs",
        "lib/benches/a.rs",
    ] {
        assert_eq!(place.role_of(path), Role::Library, "{path}");
    }
}

#[test]
fn modules_named_for_tests_are_tests() {
    let place = Place::new(&[("Cargo.toml", "[package]\n")]);
    for path in ["src/tests/a.rs", "src/a/tests.rs", "src/parser_tests.rs"] {
        assert_eq!(place.role_of(path), Role::Test, "{path}");
    }
    for path in ["src/contests.rs", "src/testing.rs"] {
        assert_eq!(place.role_of(path), Role::Library, "{path}");
    }
}

#[test]
fn targets_that_name_their_file_have_its_role() {
    let place = Place::new(&[(
        "Cargo.toml",
        "[package]\nbuild = 'build/main.rs'\n[[test]]\npath = 'spec/main.rs'\n[[example]]\npath = './demo/one.rs'\n",
    )]);
    assert_eq!(place.role_of("build/main.rs"), Role::BuildScript);
    assert_eq!(place.role_of("build/helper.rs"), Role::BuildScript);
    assert_eq!(place.role_of("spec/deep/helper.rs"), Role::Test);
    assert_eq!(place.role_of("demo/one.rs"), Role::Example);
    assert_eq!(place.role_of("demo/two.rs"), Role::Library);
    assert_eq!(place.role_of("build.rs"), Role::Library);
}

#[test]
fn a_main_beside_the_package_s_own_code_gives_it_no_role() {
    let place = Place::new(&[(
        "Cargo.toml",
        "[package]\n[[test]]\npath = 'main.rs'\n[[bench]]\npath = 'src/main.rs'\n",
    )]);
    assert_eq!(place.role_of("main.rs"), Role::Test);
    assert_eq!(place.role_of("src/main.rs"), Role::Bench);
    assert_eq!(place.role_of("src/lib.rs"), Role::Library);
}

#[test]
fn what_changed_is_read_again_once_it_is_forgotten() {
    let place = Place::new(&[("Cargo.toml", WORKSPACE), ("a/Cargo.toml", MEMBER)]);
    let manifests = Manifests::new();
    let edition = |path: &str| manifests.context_of(&place.path(path)).edition;
    assert_eq!(edition("a/src/lib.rs"), Edition::Edition2024);
    place.write("Cargo.toml", "[workspace.package]\nedition = '2021'\n");
    assert_eq!(edition("a/src/lib.rs"), Edition::Edition2024);
    manifests.forget(&place.path("Cargo.toml"));
    assert_eq!(edition("a/src/lib.rs"), Edition::Edition2021);
    place.write("a/b/Cargo.toml", "[package]\nedition = '2018'\n");
    manifests.forget(&place.path("a/b/Cargo.toml"));
    assert_eq!(edition("a/b/lib.rs"), Edition::Edition2018);
    fs::remove_file(place.path("a/b/Cargo.toml")).unwrap();
    manifests.forget(&place.path("a/x/../b/Cargo.toml"));
    assert_eq!(edition("a/b/lib.rs"), Edition::Edition2021);
}

#[test]
fn the_nearest_options_of_rustfmt_count() {
    let place = Place::new(&[
        ("rustfmt.toml", "max_width = 80"),
        ("a/.rustfmt.toml", "hard_tabs = true"),
        ("b/Cargo.toml", "[package]\nedition = '2024'\n"),
    ]);
    let manifests = Manifests::new();
    let width = |path: &str| manifests.context_of(&place.path(path)).width;
    assert_eq!(width("src/lib.rs"), LineWidth::of(80));
    assert_eq!(width("a/src/lib.rs"), LineWidth::DEFAULT);
    assert_eq!(width("b/src/lib.rs"), LineWidth::of(80));
    place.write("b/rustfmt.toml", "max_width = 120");
    manifests.forget(&place.path("b/rustfmt.toml"));
    assert_eq!(width("b/src/lib.rs"), LineWidth::of(120));
}

#[test]
fn dots_in_a_path_do_not_lead_astray() {
    let place = Place::new(&[("a/Cargo.toml", "[package]\nedition = '2018'\n")]);
    assert_eq!(
        place.context_of("a/../b/src/lib.rs"),
        FileContext::default()
    );
    assert_eq!(
        place.edition_of("b/../a/./src/lib.rs"),
        Edition::Edition2018
    );
}

#[test]
fn a_target_may_have_an_edition_of_its_own() {
    let place = Place::new(&[(
        "Cargo.toml",
        "[package]\nname = 'p'\nedition = '2024'\n[lib]\nedition = '2018'\n[[bin]]\nname = 'tool'\nedition = '2021'\n[[test]]\nname = 't'\npath = 'spec/t.rs'\nedition = '2021'\n",
    )]);
    for (path, edition) in [
        ("src/lib.rs", Edition::Edition2018),
        ("src/bin/tool.rs", Edition::Edition2021),
        ("src/bin/other.rs", Edition::Edition2018),
        ("src/any.rs", Edition::Edition2018),
        ("spec/t.rs", Edition::Edition2021),
        ("tests/u.rs", Edition::Edition2024),
        ("build.rs", Edition::Edition2024),
    ] {
        assert_eq!(place.edition_of(path), edition, "{path}");
    }
}

#[test]
fn the_oldest_compiler_that_anybody_promises_counts() {
    let place = Place::new(&[
        (
            "Cargo.toml",
            "[package]\nedition = '2021'\nrust-version = '1.80'\n",
        ),
        ("rust-toolchain.toml", "[toolchain]\nchannel = '1.85.0'\n"),
        ("a/Cargo.toml", "[package]\nedition = '2021'\n"),
        ("a/clippy.toml", "msrv = '1.64'\n"),
        ("b/Cargo.toml", "[package]\nedition = '2021'\n"),
        ("b/rust-toolchain", "stable\n"),
    ]);
    let version = |path| place.context_of(path).rust_version;
    assert_eq!(version("src/lib.rs"), Some(RustVersion(80)));
    assert_eq!(version("a/src/lib.rs"), Some(RustVersion(64)));
    assert_eq!(version("b/src/lib.rs"), None);
    let manifests = Manifests::new();
    let path = place.path("b/src/lib.rs");
    assert_eq!(manifests.context_of(&path).rust_version, None);
    place.write("b/rust-toolchain", "1.70.0\n");
    manifests.forget(&place.path("b/rust-toolchain"));
    assert_eq!(
        manifests.context_of(&path).rust_version,
        Some(RustVersion(70))
    );
}

const COLLAPSIBLE: &str = "collapsible_if = 'allow'\n";

#[test]
fn what_a_package_allows_is_silent_in_its_files() {
    let workspace = format!("[workspace]\n[workspace.lints.clippy]\n{COLLAPSIBLE}");
    let place = Place::new(&[
        ("Cargo.toml", &workspace),
        ("a/Cargo.toml", "lints.workspace = true\n[package]\n"),
        ("b/Cargo.toml", "[package]\n[lints]\nworkspace = true\n"),
        ("c/Cargo.toml", "[package]\n[lints]\nworkspace = false\n"),
        ("d/Cargo.toml", "[package]\n"),
        (
            "e/Cargo.toml",
            &format!("[package]\n[lints.clippy]\n{COLLAPSIBLE}"),
        ),
    ]);
    let silent = |path: &str| place.silent_in(path);
    for inherits in ["a/src/lib.rs", "b/tests/x.rs", "e/src/x/y.rs"] {
        assert_eq!(silent(inherits), ["collapsible-if"], "{inherits}");
    }
    for other in ["a.rs", "c/src/lib.rs", "d/src/lib.rs"] {
        assert_eq!(silent(other), [""; 0], "{other}");
    }
}

#[test]
fn what_the_root_of_a_crate_allows_is_silent_in_its_modules() {
    let allows = "//! Words.\n\n#![allow(clippy::collapsible_if)]\nmod x;\n";
    let place = Place::new(&[
        ("a/Cargo.toml", "[package]\nname = 'a'\n"),
        ("a/src/lib.rs", allows),
        ("a/src/main.rs", "mod y;\n"),
        ("b/Cargo.toml", "[package]\n[lib]\npath = 'lib/b.rs'\n"),
        ("b/lib/b.rs", allows),
        ("c/Cargo.toml", "[package]\n"),
        ("c/src/main.rs", allows),
    ]);
    for module in ["a/src/x.rs", "a/src/x/z.rs", "b/lib/x.rs", "c/src/x.rs"] {
        assert_eq!(place.silent_in(module), ["collapsible-if"], "{module}");
    }
    for other in ["a/tests/x.rs", "a/src/bin/x.rs", "a/build.rs", "b/src/x.rs"] {
        assert_eq!(place.silent_in(other), [""; 0], "{other}");
    }
    let manifests = Manifests::new();
    let module = place.path("c/src/x.rs");
    assert_eq!(manifests.silent_in(&module).len(), 1);
    place.write("c/src/main.rs", "mod x;\n");
    let root = place.path("c/src/main.rs");
    assert!(manifests.reread_crate(&root));
    assert_eq!(manifests.silent_in(&module).len(), 0);
    place.write("c/src/main.rs", "mod x;\nmod y;\n");
    assert!(!manifests.reread_crate(&root), "nothing else is silent now");
    assert!(!manifests.reread_crate(&module));
}
