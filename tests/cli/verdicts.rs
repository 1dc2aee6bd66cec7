//! Results of rustc are cached as long as nothing has changed, and no longer.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
};

use crate::harness::{Place, Run, finish};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
const KINDS: &str = "\
pub fn next(a: Option<u8>) -> u8 {
    let b = match a {
        Some(b) => b,
        None => return 0,
    };
    b + 1
}
";

/// A package, and a cargo wrapper that counts its invocations.
struct Counted {
    place: Place,
}

impl Counted {
    fn new() -> Self {
        let place = Place::new();
        place
            .write("Cargo.toml", MANIFEST)
            .write("src/lib.rs", "pub mod kinds;\npub mod other;\n")
            .write("src/kinds.rs", KINDS)
            .write("src/other.rs", "pub const OTHER: u8 = 1;\n");
        let counted = Self { place };
        let script = format!(
            "#!/bin/sh\necho called >> '{}'\nexec '{}' \"$@\"\n",
            counted.calls_file().display(),
            real_cargo().display()
        );
        let cargo = counted.bin().join("cargo");
        fs::create_dir(counted.bin()).unwrap();
        fs::write(&cargo, script).unwrap();
        fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();
        counted
    }

    fn bin(&self) -> PathBuf {
        self.place.root().join("bin")
    }

    fn calls_file(&self) -> PathBuf {
        self.place.root().join("calls")
    }

    /// Number of cargo invocations since the last call.
    fn calls(&self) -> usize {
        let calls = fs::read_to_string(self.calls_file()).unwrap_or_default();
        let _ = fs::remove_file(self.calls_file());
        calls.lines().count()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let path = std::env::var_os("PATH").unwrap();
        let path = [self.bin()].into_iter().chain(std::env::split_paths(&path));
        let mut command = self.place.command();
        command
            .args(arguments)
            .env("PATH", std::env::join_paths(path).unwrap());
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        finish(self.command(arguments))
    }

    /// Repeats the command until its result is cached: files modified a moment ago may have changed during the check.
    fn settle(&self, arguments: &[&str]) -> String {
        for _ in 0..5 {
            let out = self.run(arguments).stdout;
            if self.calls() == 0 {
                return out;
            }
        }
        panic!("nothing is remembered");
    }
}

/// The cargo that the wrapper calls, even if the tests run through rustup.
fn real_cargo() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join("cargo"));
    places.find(|place| place.is_file()).unwrap()
}

const VERIFY: [&str; 4] = ["refactor", "apply", "--verify", "src"];

#[test]
fn the_same_question_starts_no_cargo() {
    let counted = Counted::new();
    let first = counted.run(&VERIFY).expect(0);
    assert!(counted.calls() > 0);
    let second = counted.settle(&VERIFY);
    assert!(second.contains("let Some(b) = a else"), "{second}");
    assert_eq!(first.stdout, second);
    // Neither paths nor source texts are stored.
    let kept = fs::read(counted.place.home().join("cache.db")).unwrap();
    let holds = |words: &str| kept.windows(words.len()).any(|it| it == words.as_bytes());
    assert!(!holds("kinds.rs") && !holds("let Some"));
    // Nothing is remembered without a cache.
    fs::remove_dir_all(counted.place.home()).unwrap();
    counted.run(&VERIFY).expect(0);
    assert!(counted.calls() > 0);
}

#[test]
fn whatever_else_it_follows_from_is_asked_anew() {
    let counted = Counted::new();
    let place = &counted.place;
    let changes: [(&str, &str); 9] = [
        ("src/other.rs", "pub const OTHER: u8 = 2;\n"),
        (
            "Cargo.toml",
            "[package]\nname = \"shop\"\nversion = \"0.1.1\"\nedition = \"2021\"\n",
        ),
        (
            ".cargo/config.toml",
            "[build]\nrustflags = [\"--cfg\", \"a\"]\n",
        ),
        ("rust-toolchain", ""),
        ("tests/t.rs", "#[test]\nfn t() {}\n"),
        ("src/bin/more.rs", "fn main() {}\n"),
        ("src/kinds.rs", "// First.\n"),
        ("Cargo.lock", "version = 4\n"),
        ("src/unread.rs", ""),
    ];
    for (name, text) in changes {
        counted.settle(&VERIFY);
        if name == "src/kinds.rs" {
            place.write(name, format!("{text}{KINDS}"));
        } else if name == "rust-toolchain" {
            // An existing empty file selects no toolchain, but its existence is tracked.
            place.write("rust-toolchain.toml", "[toolchain]\n");
        } else {
            place.write(name, text);
        }
        counted.run(&VERIFY);
        assert!(counted.calls() > 0, "{name}");
        if name == "Cargo.lock" || name == "rust-toolchain" {
            let _ = fs::remove_file(place.path("Cargo.lock"));
            let _ = fs::remove_file(place.path("rust-toolchain.toml"));
        }
    }
    counted.settle(&VERIFY);
    let mut other = counted.command(&VERIFY);
    other.env("RUSTFLAGS", "--cfg b");
    finish(other);
    assert!(counted.calls() > 0);
}

#[test]
fn a_package_that_runs_code_of_its_own_is_asked_anew() {
    let counted = Counted::new();
    counted.place.write("build.rs", "fn main() {}\n");
    for _ in 0..3 {
        counted.run(&VERIFY).expect(0);
        assert!(counted.calls() > 0);
    }
}

#[test]
fn what_is_broken_is_asked_anew() {
    let counted = Counted::new();
    let broken = patch(
        "src/other.rs",
        "pub const OTHER: u8 = 1;\n",
        "pub const OTHER: u8 = \"1\";\n",
    );
    counted.place.write("broken.patch", broken);
    for _ in 0..3 {
        let run = counted
            .run(&["verify", "--patch", "broken.patch"])
            .expect(2);
        assert!(run.stdout.contains("mismatched types"), "{run:#?}");
        assert!(counted.calls() > 0);
    }
}

#[test]
fn a_patch_is_remembered_with_all_that_uses_it() {
    let counted = Counted::new();
    let place = &counted.place;
    let user = "#[test]\nfn t() {\n    assert_eq!(shop::other::OTHER, 1);\n}\n";
    place.write("tests/user.rs", user);
    let fine = patch(
        "src/other.rs",
        "pub const OTHER: u8 = 1;\n",
        "pub const OTHER: u8 = 1; // One.\n",
    );
    place.write("fine.patch", fine);
    let verify = ["verify", "--patch", "fine.patch"];
    let out = counted.settle(&verify);
    assert!(out.starts_with("proved: "), "{out}");
    place.write("tests/user.rs", user.replace("OTHER, 1", "OTHER, 2"));
    counted.run(&verify).expect(0);
    assert!(counted.calls() > 0);
    // If it reads a file that wasn't read before, the cached result doesn't apply.
    place.write("src/extra.rs", "pub const EXTRA: u8 = 1;\n");
    let more = patch(
        "src/other.rs",
        "pub const OTHER: u8 = 1;\n",
        "#[path = \"extra.rs\"]\npub mod extra;\npub const OTHER: u8 = 1;\n",
    );
    place.write("more.patch", more);
    for _ in 0..3 {
        counted.run(&["verify", "--patch", "more.patch"]).expect(1);
        assert!(counted.calls() > 0);
    }
}

fn patch(path: &str, before: &str, after: &str) -> String {
    let (old, new) = (before.lines().count(), after.lines().count());
    let signed = |text: &str, sign: &str| -> String {
        let lines = text.lines().map(|line| format!("{sign}{line}\n"));
        lines.collect()
    };
    format!(
        "--- a/{path}\n+++ b/{path}\n@@ -1,{old} +1,{new} @@\n{}{}",
        signed(before, "-"),
        signed(after, "+")
    )
}

#[test]
fn a_list_that_a_project_brings_along_is_believed_in_nothing() {
    let counted = Counted::new();
    counted.settle(&VERIFY);
    let own = counted.place.path("target/rustassistant");
    let lists: Vec<PathBuf> = fs::read_dir(&own)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| is_list(path))
        .collect();
    assert!(!lists.is_empty());
    for list in lists {
        fs::write(list, "{\"files\":[],\"folders\":[],\"programs\":[]}").unwrap();
    }
    counted.run(&VERIFY).expect(0);
    assert!(counted.calls() > 0);
}

fn is_list(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "json")
}
