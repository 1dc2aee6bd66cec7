//! `compiler clear`, and the doctor's report on files left by checking.

use crate::harness::Place;

const MANIFEST: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
const LOOP: &str = "pub fn f(names: &[u32]) -> u32 {\n    let mut total = 0;\n    for count in names {\n        total += count;\n    }\n    total\n}\n";

fn package() -> Place {
    let place = Place::new();
    place
        .write("Cargo.toml", MANIFEST)
        .write("src/lib.rs", LOOP);
    place
}

/// The doctor's lines about the compiler.
fn doctor(place: &Place) -> String {
    let said = place.run(["doctor"]).expect(0).stdout;
    let lines = said.lines().filter(|line| line.contains(" compiler: "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_checking_left_behind_is_told_and_deleted() {
    let place = package();
    assert!(
        doctor(&place).contains("no build yet"),
        "{}",
        doctor(&place)
    );
    place
        .run(["refactor", "run", "extract-function", "src/lib.rs:3-5"])
        .expect(0);
    let left = place.path("target/rustassistant");
    assert!(left.is_dir());
    let said = doctor(&place);
    assert!(said.starts_with("OK"), "{said}");
    assert!(
        said.contains("built (2 units), ") && said.contains("compiler clear"),
        "{said}"
    );

    place.write("target/debug/kept", "x");
    let cleared = place.run(["compiler", "clear", "src"]).expect(0).stdout;
    assert!(
        cleared.starts_with("deleted ") && cleared.contains("B in "),
        "{cleared}"
    );
    assert!(!left.exists() && place.path("target/debug/kept").exists());
    let again = place.run(["compiler", "clear"]).expect(0).stdout;
    assert!(again.starts_with("deleted 0 bytes in "), "{again}");
}

#[test]
fn what_lies_there_and_is_not_ours_stays() {
    let place = package();
    place.write("target/rustassistant/notes.txt", "mine");
    place.run(["compiler", "clear"]).expect(0);
    assert_eq!(place.read("target/rustassistant/notes.txt"), "mine");
}

#[test]
fn without_a_package_there_is_nothing_to_look_after() {
    let place = Place::new();
    place
        .run(["compiler", "clear"])
        .expect(2)
        .says("There is no Cargo.toml in or above `.`.");
    place
        .run(["compiler", "clear", "nowhere"])
        .expect(2)
        .says("`nowhere` can't be found");
    assert!(doctor(&place).contains("there is no Cargo.toml here"));
    place.write("rustassistant.toml", "[compiler]\nenabled = false\n");
    assert!(doctor(&place).contains("`compiler.enabled` is `false` here"));
}

/// A project's programs are started only for verdicts, never for read-only commands.
#[cfg(unix)]
#[test]
fn looking_starts_nothing_that_a_project_brings() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let place = package();
    let ran = place.path("ran");
    let script = format!("#!/bin/sh\necho \"$0\" >> '{}'\nexit 1\n", ran.display());
    for file in ["toolchain/bin/cargo", "toolchain/bin/rustc", "wrapper.sh"] {
        place.write(file, &script);
        fs::set_permissions(place.path(file), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let root = place.path(".");
    let root = root.display();
    place
        .write(
            "rust-toolchain.toml",
            format!("[toolchain]\npath = \"{root}/toolchain\"\n"),
        )
        .write(
            ".cargo/config.toml",
            format!(
                "[build]\nrustc = \"{root}/wrapper.sh\"\nrustc-wrapper = \"{root}/wrapper.sh\"\n"
            ),
        );
    doctor(&place);
    place.run(["compiler", "clear"]).expect(0);
    assert!(!ran.exists(), "{}", fs::read_to_string(&ran).unwrap());
    place
        .run(["refactor", "run", "extract-function", "src/lib.rs:3-5"])
        .expect(2);
    assert!(ran.exists(), "who asks for a verdict starts what is there");
}
