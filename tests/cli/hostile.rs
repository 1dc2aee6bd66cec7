//! Malicious contents of a project, and their effects.

use crate::harness::Place;

const NESTED: &str =
    "fn f(a: bool, b: bool) {\n    if a {\n        if b {\n            g();\n        }\n    }\n}\n";

#[test]
fn nested_braces_in_options_and_ignore_files_end_in_a_message() {
    let place = Place::new();
    let nested = "{a,".repeat(60_000) + &"}".repeat(60_000);
    place.write("src/a.rs", NESTED).write(".ignore", &nested);
    let run = place.run(["refactor", "analyze", "src", "."]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains(".ignore:1: "), "{}", run.stderr);
    place
        .write(".ignore", "")
        .write("rustassistant.toml", format!("exclude = ['{nested}']"));
    let run = place.run(["refactor", "analyze", "."]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.len() < 1_000, "{}", run.stderr.len());
    let flag = format!("exclude=['{}']", &nested[..100_000]);
    let run = place.run(["refactor", "analyze", "--config", &flag, "."]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.len() < 2_000, "{}", run.stderr.len());
}

#[test]
fn options_and_manifests_that_nest_keys_end_in_a_message() {
    let place = Place::new();
    place.write("src/a.rs", NESTED);
    for text in [
        format!("{} = 1", vec!["a"; 400_000].join(".")),
        format!("[{}]", vec!["a"; 400_000].join(".")),
        format!("a = {}", "[".repeat(400_000)),
        format!("a = {}", "{a=".repeat(300_000)),
    ] {
        place.write("rustassistant.toml", &text);
        let run = place.run(["refactor", "analyze", "."]);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        assert!(run.stderr.len() < 2_000, "{}", run.stderr.len());
        place.write("rustassistant.toml", "");
        for name in ["Cargo.toml", "rustfmt.toml"] {
            place.write(name, &text);
            let run = place.run(["refactor", "analyze", "."]);
            assert_eq!(run.code, Some(0), "{name}: {}", run.stderr);
            place.write(name, "");
        }
    }
}

#[test]
fn of_many_mistakes_the_first_are_named_and_the_others_counted() {
    let place = Place::new();
    let keys: Vec<_> = (0..60_000).map(|at| format!("k{at} = 1\n")).collect();
    let keys = keys.concat();
    place
        .write("src/a.rs", NESTED)
        .write("rustassistant.toml", keys);
    let run = place.run(["refactor", "analyze", "."]);
    assert_eq!(run.code, Some(2));
    assert_eq!(run.stderr.matches("unknown key").count(), 20);
    assert!(run.stderr.contains("and 59980 more"), "{}", run.stderr);
}

#[test]
fn options_have_a_bounded_number_of_patterns() {
    let place = Place::new();
    let globs: Vec<_> = (0..40_000).map(|at| format!("'x{at}*y',\n")).collect();
    let globs = globs.concat();
    place
        .write("src/a.rs", NESTED)
        .write("rustassistant.toml", format!("exclude = [{globs}]"));
    let run = place.run(["refactor", "analyze", "."]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("more than 1000 patterns"),
        "{}",
        run.stderr
    );
}

#[test]
fn what_nobody_sees_reaches_no_report() {
    let place = Place::new();
    let text = "fn f\u{202e}(a: bool) {}\n/* \u{9b}2J\u{7f}\u{200b} */\nfn g(a: bool, b: bool) {\n    if a { /* \u{202e} */\n        if b { // \u{1b}[31m\u{85}\n            h();\n        }\n    }\n}\n";
    place
        .write("src/a.rs", text)
        .write("src/\u{202e}b\u{9b}.rs", NESTED);
    for format in ["human", "short", "json"] {
        let run = place.run(["refactor", "analyze", "--format", format, "src"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let said = run.stdout + &run.stderr;
        let is_unseen =
            |c: char| (c.is_control() && !"\n\t\r".contains(c)) || "\u{202e}\u{200b}".contains(c);
        assert!(said.contains("collapsible-if"), "{said}");
        assert!(!said.contains(is_unseen), "{format}: {said:?}");
    }
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_pipe_in_place_of_a_backup_is_not_waited_for() {
        let place = Place::new();
        place.write("src/a.rs", NESTED);
        place.run(["refactor", "analyze", "src"]);
        let run = place.run(["cache", "backup", "whole.db"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        for (name, suffixes) in [
            ("pipe.db", &[""][..]),
            ("wal.db", &["-wal"]),
            ("shm.db", &["-shm"]),
            ("journal.db", &["-journal"]),
            ("both.db", &["-wal", "-journal"]),
        ] {
            if suffixes != [""] {
                std::fs::copy(place.path("whole.db"), place.path(name)).unwrap();
            }
            // Next to a nonempty log, the file is copied together with its companions.
            if let ["-wal", other] = suffixes {
                place.write(&format!("{name}-wal"), "x");
                make_pipe(&place.path(&format!("{name}{other}")));
            } else {
                for suffix in suffixes {
                    make_pipe(&place.path(&format!("{name}{suffix}")));
                }
            }
            for command in [
                &["cache", "restore", name][..],
                &["cache", "migrate", "--from", name, "--to", "new.db"],
            ] {
                // It only has to terminate; anything but a regular file is refused.
                let run = place.run(command.iter().copied());
                assert!(run.code.is_some(), "{name}: {}", run.stderr);
                if suffixes == [""] {
                    assert_eq!(run.code, Some(2), "{name}: {}", run.stderr);
                }
            }
        }
    }

    #[test]
    fn pipes_in_the_home_are_not_waited_for() {
        for name in [
            "cache.db",
            "cache.db-wal",
            "cache.db-shm",
            "cache.db.lock",
            "cache.db.stats",
            "config.toml",
        ] {
            let place = Place::new();
            place.write("src/a.rs", NESTED);
            std::fs::create_dir_all(place.home()).unwrap();
            make_pipe(&place.home().join(name));
            let run = place.run(["refactor", "analyze", "src"]);
            let expected = if name == "config.toml" { 2 } else { 0 };
            assert_eq!(run.code, Some(expected), "{name}: {}", run.stderr);
        }
    }

    fn make_pipe(path: &std::path::Path) {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.unwrap().success());
    }

    #[test]
    fn files_outside_what_was_named_are_left_out_and_named() {
        let place = Place::new();
        for name in [
            "elsewhere/x.rs",
            "elsewhere/y/z.rs",
            "p/notes.txt",
            "p/src/own.rs",
        ] {
            place.write(name, NESTED);
        }
        symlink("../../elsewhere/x.rs", place.path("p/src/a.rs")).unwrap();
        symlink("../../elsewhere/y", place.path("p/src/b")).unwrap();
        symlink("../notes.txt", place.path("p/src/c.rs")).unwrap();
        let run = place.run(["refactor", "apply", "--write", "p"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        for name in ["p/src/a.rs", "p/src/b", "p/src/c.rs"] {
            assert!(
                run.stderr
                    .contains(&format!("{name}: the symbolic link to")),
                "{}",
                run.stderr
            );
        }
        for name in ["elsewhere/x.rs", "elsewhere/y/z.rs", "p/notes.txt"] {
            assert_eq!(place.read(name), NESTED, "{name}");
        }
        assert!(place.read("p/src/own.rs").contains("a && b"));
        let run = place.run(["refactor", "apply", "--write", "p/src/a.rs"]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert!(place.read("elsewhere/x.rs").contains("a && b"));
    }

    #[test]
    fn a_pipe_in_place_of_any_file_is_not_waited_for() {
        for name in [
            ".git",
            ".ignore",
            "rustassistant.toml",
            "Cargo.toml",
            "rustfmt.toml",
            "CACHEDIR.TAG",
            "../.git",
        ] {
            let place = Place::new();
            place.write("src/a.rs", NESTED);
            make_pipe(&place.path(name));
            let run = place.run(["refactor", "analyze", "."]);
            let expected = if name == "rustassistant.toml" { 2 } else { 0 };
            assert_eq!(run.code, Some(expected), "{name}: {}", run.stderr);
        }
    }
}
