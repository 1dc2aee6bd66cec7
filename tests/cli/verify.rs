//! `refactor apply --verify`: changes that rustc rejects are reverted, and only the requested files are touched.

use std::path::Path;

use crate::harness::{Place, Run};

/// Two offers, one of which is spoiled by the package's own `matches!`.
const KINDS: &str = "\
pub fn is_low(kind: u8) -> bool {
    kind == 1 || kind == 2 || kind == 4 || kind == 8
}

pub fn next(a: Option<u8>) -> u8 {
    let b = match a {
        Some(b) => b,
        None => return 0,
    };
    b + 1
}
";
const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
const MACROS: &str = "macro_rules! matches {\n    ($a:expr) => {\n        $a\n    };\n}\n";

fn shop(root: &str) -> Place {
    let place = Place::new();
    place
        .write("Cargo.toml", MANIFEST)
        .write("src/lib.rs", root)
        .write("src/kinds.rs", KINDS);
    place
}

fn verify(place: &Place, path: &str) -> Run {
    let full = ["--config", "profile=full"];
    place.run(
        [
            &["refactor", "apply", "--verify", "--write", path][..],
            &full,
        ]
        .concat(),
    )
}

fn is_flat(place: &Place) -> (bool, bool) {
    let text = place.read("src/kinds.rs");
    (text.contains("matches!("), text.contains("let Some(b)"))
}

#[test]
fn what_holds_is_carried_out() {
    let place = shop("pub mod kinds;\n");
    verify(&place, "src").expect(0);
    assert_eq!(is_flat(&place), (true, true));
    assert!(!place.path("Cargo.lock").exists());
}

#[test]
fn what_breaks_is_taken_back_and_the_rest_stays() {
    let root =
        "#[macro_use]\nmod macros;\npub mod kinds;\npub fn f() -> u8 {\n    matches!(1)\n}\n";
    let place = shop(root);
    place.write("src/macros.rs", MACROS);
    let more = KINDS.replace("kind == 1 || kind == 2 || kind == 4 || kind == 8", "true");
    for name in ["a", "b", "c"] {
        place.write(&format!("src/{name}.rs"), &more);
    }
    place.write(
        "src/lib.rs",
        format!("{root}pub mod a;\npub mod b;\npub mod c;\n"),
    );
    let run = verify(&place, "src").expect(0);
    run.says("src/kinds.rs:2: undid `comparisons-to-matches`: error: no rules expected");
    assert_eq!(is_flat(&place), (false, true));
    for name in ["a", "b", "c"] {
        assert!(
            place
                .read(&format!("src/{name}.rs"))
                .contains("let Some(b)")
        );
    }
    verify(&place, "src").expect(0);
}

#[test]
fn a_deep_change_is_seen_by_every_target_and_through_every_path() {
    let place = shop("pub fn f() {}\n");
    place
        .write("tests/all.rs", "#[macro_use]\n#[path = \"../src/macros.rs\"]\nmod macros;\n#[path = \"../src/kinds.rs\"]\nmod kinds;\n#[test]\nfn t() {\n    assert_eq!(matches!(kinds::next(Some(1))), 2);\n    assert!(kinds::is_low(1));\n}\n")
        .write("src/macros.rs", MACROS);
    verify(&place, "src/kinds.rs").expect(0);
    assert_eq!(is_flat(&place), (false, true));
}

#[test]
fn what_is_built_for_a_package_is_there() {
    let place = shop(
        "pub mod kinds;\ninclude!(concat!(env!(\"OUT_DIR\"), \"/made.rs\"));\npub const A: &str = env!(\"MADE\");\npub const B: &str = include_str!(\"../data/text.txt\");\n",
    );
    place.write("data/text.txt", "text").write(
        "build.rs",
        "fn main() {\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    std::fs::write(format!(\"{out}/made.rs\"), \"pub fn made() {}\").unwrap();\n    println!(\"cargo:rustc-env=MADE=1\");\n}\n",
    );
    verify(&place, "src").expect(0);
    assert_eq!(is_flat(&place), (true, true));
}

/// Asserts that nothing changes, and that the reason is reported.
fn assert_refused(place: &Place, why: &str) {
    verify(place, "src/kinds.rs").expect(2).says(why);
    assert_eq!(place.read("src/kinds.rs"), KINDS);
}

#[test]
fn what_can_t_be_judged_is_left_and_the_reason_is_said() {
    let place = shop("pub mod kinds;\npub fn f() -> u8 {\n    true\n}\n");
    assert_refused(&place, "src/lib.rs:3: error[E0308]: mismatched types");

    let place = shop("pub fn f() {}\n");
    assert_refused(&place, "it belongs to no target that is checked here");

    let place = shop("pub mod kinds;\n");
    place.write("Cargo.toml", MANIFEST.replace("0.1.0", "x"));
    assert_refused(&place, "cargo can't read the manifest");

    let place = shop("pub mod kinds;\n");
    let manifest = format!("{MANIFEST}[dependencies]\nnowhere = {{ path = \"nowhere\" }}\n");
    place.write("Cargo.toml", manifest);
    assert_refused(&place, "`cargo check` failed: failed to");

    let place = shop("pub mod kinds;\n");
    place.write("build.rs", "fn main() {\n    panic!();\n}\n");
    assert_refused(&place, "failed to run custom build command");
}

#[test]
fn denied_warnings_are_errors() {
    let place = shop(
        "#![deny(warnings)]\n#![forbid(unsafe_code)]\npub mod kinds;\nmacro_rules! matches {\n    ($a:expr) => {\n        $a\n    };\n}\n",
    );
    // The macro is unused, so the package doesn't compile unchanged.
    assert_refused(&place, "src/lib.rs:4: error: unused macro definition");
}

#[test]
fn a_file_of_no_package_is_a_crate_of_its_own() {
    let place = Place::new();
    place.write("src/kinds.rs", KINDS);
    verify(&place, "src").expect(0);
    assert_eq!(is_flat(&place), (true, true));
    let spoiled = format!("{MACROS}{KINDS}");
    place.write("src/kinds.rs", &spoiled);
    place.write("src/other.rs", "mod nowhere;\n".to_owned() + KINDS);
    verify(&place, "src")
        .expect(2)
        .says("src/other.rs:1: error[E0583]: file not found");
    assert!(place.read("src/other.rs").ends_with(KINDS));
}

#[test]
fn members_are_checked_where_they_are() {
    let place = shop("pub mod kinds;\n");
    let members = format!("{MANIFEST}[workspace]\nmembers = [\"one\"]\n");
    place
        .write("Cargo.toml", members)
        .write("one/Cargo.toml", MANIFEST.replace("shop", "one") + "[dependencies]\nshop = { path = \"..\" }\n")
        .write("one/src/main.rs", "mod kinds;\nfn main() {\n    println!(\"{}\", kinds::next(None) + shop::kinds::next(None));\n    assert!(kinds::is_low(1));\n}\n")
        .write("one/src/kinds.rs", KINDS);
    verify(&place, ".").expect(0);
    assert_eq!(is_flat(&place), (true, true));
    assert_eq!(place.read("one/src/kinds.rs"), place.read("src/kinds.rs"));
    assert!(place.path("target/rustassistant").is_dir());
    assert!(!place.path("one/target").exists());
}

#[test]
fn without_cargo_nothing_is_verified() {
    let place = shop("pub mod kinds;\n");
    let mut command = place.command();
    command.args(["refactor", "apply", "--verify", "--write", "src"]);
    command.env("PATH", place.path(""));
    let run = crate::harness::finish(command);
    run.expect(2).says("`cargo` was not found");
    assert_eq!(place.read("src/kinds.rs"), KINDS);
}

#[cfg(unix)]
#[test]
fn a_wrapper_of_the_user_is_called_too() {
    use std::os::unix::fs::PermissionsExt;
    let place = shop("pub mod kinds;\n");
    let script = "#!/bin/sh\necho called >> wrapper.log\nexec \"$@\"\n";
    place.write("tools/wrap", script).write(
        ".cargo/config.toml",
        "[build]\nrustc-workspace-wrapper = \"tools/wrap\"\n",
    );
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(place.path("tools/wrap"), mode).unwrap();
    verify(&place, "src").expect(0);
    assert_eq!(is_flat(&place), (true, true));
    assert!(Path::new(&place.path("wrapper.log")).exists());
}

#[cfg(unix)]
#[test]
fn whoever_stops_it_stops_what_it_started() {
    use std::{
        thread,
        time::{Duration, Instant},
    };
    let place = shop("pub mod kinds;\n");
    place.write(
        "build.rs",
        "fn main() {\n    std::fs::write(\"started\", std::process::id().to_string()).unwrap();\n    std::thread::sleep(std::time::Duration::from_secs(600));\n}\n",
    );
    let mut command = place.command();
    command.args(["refactor", "apply", "--verify", "--write", "src"]);
    let child = command.spawn().unwrap();
    let since = Instant::now();
    let wait = |done: &dyn Fn() -> bool| {
        while !done() {
            assert!(since.elapsed() < Duration::from_mins(2));
            thread::sleep(Duration::from_millis(20));
        }
    };
    let number = || {
        std::fs::read_to_string(place.path("started"))
            .ok()?
            .parse::<i32>()
            .ok()
    };
    wait(&|| number().is_some());
    let pid = i32::try_from(child.id())
        .ok()
        .and_then(rustix::process::Pid::from_raw);
    rustix::process::kill_process(pid.unwrap(), rustix::process::Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("the check was stopped; nothing was changed"),
        "{said}"
    );
    let script = number().and_then(rustix::process::Pid::from_raw).unwrap();
    wait(&|| rustix::process::test_kill_process(script).is_err());
    assert_eq!(place.read("src/kinds.rs"), KINDS);
}

fn verify_with_tests(place: &Place) -> Run {
    let verify = ["refactor", "apply", "--verify=test", "--write", "src"];
    place.run([&verify[..], &["--config", "profile=full"]].concat())
}

#[test]
fn what_a_test_stands_against_is_taken_back_and_the_rest_stays() {
    let place = shop("pub mod kinds;\n");
    place.write(
        "tests/source.rs",
        "#[test]\nfn it_is_as_it_was() {\n    assert!(include_str!(\"../src/kinds.rs\").contains(\"None => return 0\"));\n}\n\
         #[test]\nfn it_leaves_something() {\n    assert!(std::env::var(\"RUSTASSISTANT_RECORD\").is_err());\n    let left = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/left\");\n    std::fs::write(left, \"\").unwrap();\n}\n",
    );
    let run = verify_with_tests(&place).expect(0);
    run.says("Checking 1 file with rustc and the packages' tests")
        .says("src/kinds.rs:6: undid `let-else`: the test `it_is_as_it_was` fails");
    assert_eq!(is_flat(&place), (true, false));
    assert!(!place.path("left").exists() && !place.path("Cargo.lock").exists());
    // Verifying with rustc alone doesn't run tests.
    verify(&place, "src").expect(0);
    assert_eq!(is_flat(&place), (true, true));
}

#[test]
fn tests_that_fail_before_say_nothing_of_a_change() {
    let place = shop("pub mod kinds;\n#[test]\nfn t() {\n    assert!(false);\n}\n");
    let run = verify_with_tests(&place).expect(2);
    run.says("`src/kinds.rs` is unchanged")
        .says("before any change, the test `t` fails");
    assert_eq!(place.read("src/kinds.rs"), KINDS);
    let wrong = place.run(["refactor", "apply", "--verify=other", "src"]);
    wrong.expect(2).says("compile, test");
}
