//! What preserves the fingerprint and what changes it.

#![allow(
    clippy::unwrap_used,
    reason = "what fails to be prepared fails the test"
)]

mod fingerprint;
mod parser;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use fingerprint::{engine_files, rust_files};
use parser::PARSER;

const MODULE: &str = "//! Says.\n/// What it does.\npub fn f(a: u32) -> bool {\n    // Why.\n    a > 1 && a != 7\n}\n\
    #[cfg(test)]\nmod tests {\n    #[test]\n    fn t() {}\n}\n";

fn engine() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn of(root: &Path) -> String {
    fingerprint::fingerprint(root, PARSER).unwrap()
}

fn of_text(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("facts.rs"), text).unwrap();
    of(folder.path())
}

#[test]
fn comments_documentation_and_tests_change_nothing() {
    let fingerprint = of_text(MODULE);
    for (from, to) in [
        ("Says.", "Tells."),
        ("/// What it does.\n", ""),
        ("// Why.", "/* Because. */"),
        ("    a > 1", "  a  >  1"),
        ("fn t() {}", "fn t() { assert!(true) }"),
        ("\n", "\r\n"),
        (
            "#[cfg(test)]\nmod",
            "#[cfg(test)]\n#[allow(dead_code)]\nuse a::{b, c};\n#[cfg(test)]\nmod",
        ),
    ] {
        let changed = MODULE.replace(from, to);
        assert_ne!(changed, MODULE);
        assert_eq!(of_text(&changed), fingerprint, "{from:?}");
    }
}

#[test]
fn a_changed_token_does() {
    let fingerprint = of_text(MODULE);
    for (from, to) in [
        ("a > 1", "a > 2"),
        ("&&", "& &"),
        ("u32", "u64"),
        ("pub ", ""),
        (
            "#[cfg(test)]\nmod tests",
            "#[cfg(test)]\nmod tests {}\nmod tests",
        ),
        ("#[cfg(test)]\nmod", "#[cfg(not(test))]\nmod"),
    ] {
        let changed = MODULE.replace(from, to);
        assert_ne!(of_text(&changed), fingerprint, "{from:?}");
    }
    let field = |kind: &str| of_text(&format!("struct S {{ #[cfg(test)] a: u8, b: {kind} }}"));
    assert_ne!(field("u8"), field("u16"));
    assert!(of(&engine()) != fingerprint::fingerprint(&engine(), "another").unwrap());
}

#[test]
fn what_can_not_be_lexed_is_no_engine() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("facts.rs"), "fn f( {").unwrap();
    assert!(fingerprint::fingerprint(folder.path(), PARSER).is_err());
}

#[test]
fn the_engine_counts_but_its_refactorings() {
    let files = engine_files(&engine()).unwrap();
    let has = |start: &str| files.iter().any(|file| file.starts_with(start));
    for module in ["lib.rs", "facts.rs", "text", "syntax", "shapes", "smells"] {
        assert!(has(module), "{module}");
    }
    for module in ["refactorings", "refactorings.rs", "build", "build.rs"] {
        assert!(!has(module), "{module}");
    }
}

/// A checkout, the packaged files, and a checkout with Windows line endings.
#[test]
fn every_copy_agrees() {
    let checkout = of(&engine());
    assert_eq!(
        rustassistant_engine::FINGERPRINT,
        checkout,
        "the build's own"
    );
    let list = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline"])
        .current_dir(engine())
        .output()
        .unwrap();
    assert!(list.status.success(), "{list:?}");
    let list = String::from_utf8(list.stdout).unwrap();
    let (package, windows) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let copy = |file: &Path, to: &Path, end: &str| {
        let text = fs::read_to_string(engine().join(file)).unwrap();
        let target = to.join(file);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, text.replace('\n', end)).unwrap();
    };
    let is_rust = |file: &&str| Path::new(file).extension().is_some_and(|end| end == "rs");
    for file in list.lines().filter(is_rust) {
        copy(Path::new(file), package.path(), "\n");
    }
    for file in rust_files(&engine()).unwrap() {
        let file = file.strip_prefix(engine()).unwrap();
        copy(file, windows.path(), "\r\n");
    }
    assert_eq!(of(package.path()), checkout, "the package");
    assert_eq!(of(windows.path()), checkout, "with CRLF");
}

/// Compares with the workspace's lock file; a standalone package has none.
#[test]
fn the_parser_is_the_one_that_is_resolved() {
    let lock = engine().join("../../Cargo.lock");
    let lock = fs::read_to_string(lock).unwrap().replace("\r\n", "\n");
    let version = |name: &str| {
        let (_, rest) = lock
            .split_once(&format!("name = \"{name}\"\nversion = \""))
            .unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let resolved = ["ra_ap_syntax", "ra_ap_parser"].map(|name| format!("{name} {}", version(name)));
    assert_eq!(resolved.join(", "), PARSER);
}
