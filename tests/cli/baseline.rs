//! Accepted findings, suppressed until they get worse.

use std::{fs, os::unix::fs::symlink, process::Command};

use serde_json::Value;

use crate::{
    harness::{Place, Run, finish},
    mounts::Mount,
};

const FILE: &str = ".rustassistant-baseline.json";

/// A function with one finding, with `lines` lines in an arm.
fn unwraps(name: &str, lines: usize) -> String {
    let calls = "            g();\n".repeat(lines);
    format!(
        "fn {name}(a: Option<u8>) -> u8 {{\n    let b = match a {{\n        Some(b) => b,\n        None => {{\n{calls}            return 0;\n        }}\n    }};\n    b + 1\n}}\n"
    )
}

fn project() -> Place {
    let place = Place::new();
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"shop\"\nedition = \"2021\"\n",
        )
        .write("src/lib.rs", unwraps("first", 3) + &unwraps("second", 3))
        .write("src/other.rs", unwraps("third", 3));
    place
}

fn analyze(place: &Place, arguments: &[&str]) -> Run {
    let command = ["refactor", "analyze", "--format", "short", "--no-cache"];
    place.run(command.iter().chain(arguments))
}

fn places(run: &Run) -> Vec<&str> {
    let lines = run.stdout.lines();
    lines.map(|line| line.split(": ").next().unwrap()).collect()
}

/// The numbers of reported and of suppressed findings.
fn counts(place: &Place, arguments: &[&str]) -> (u64, u64) {
    let summary = place.json(arguments)["summary"].clone();
    let of = |name: &str| summary[name].as_u64().unwrap();
    (of("findings"), of("baseline"))
}

#[test]
fn what_is_accepted_is_told_no_more_until_it_gets_worse() {
    let place = project();
    analyze(&place, &["--fail-on", "warn", "."]).expect(1);
    analyze(&place, &["--write-baseline", "."])
        .expect(0)
        .says("3 findings accepted in")
        .says(FILE);
    let run = analyze(&place, &["--fail-on", "warn", "."]).expect(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
    assert_eq!(counts(&place, &["."]), (0, 3));
    assert_eq!(counts(&place, &["--no-baseline", "."]), (3, 0));
    let run = place.run(["refactor", "analyze", "."]).expect(0);
    assert!(
        run.stdout
            .starts_with("No findings, 3 more in the baseline in 2 files"),
        "{run:?}"
    );

    // Lines above and a renamed function don't invalidate the baseline.
    let moved = "// above\n".repeat(100) + &place.read("src/lib.rs");
    place.write("src/lib.rs", moved.replace("second", "renamed"));
    let run = analyze(&place, &["--fail-on", "warn", "."]).expect(1);
    assert_eq!(places(&run), ["src/lib.rs:114:13"]);
    run.says("1 finding in the baseline")
        .says("use `--write-baseline` to remove it");

    // A measure that grew by more than a tenth is reported again.
    place
        .write("src/lib.rs", unwraps("first", 3) + &unwraps("second", 3))
        .write("src/other.rs", unwraps("third", 9));
    let run = analyze(&place, &["."]).expect(0);
    assert_eq!(
        (places(&run), &*run.stderr),
        (vec!["src/other.rs:2:13"], "")
    );
}

#[test]
fn a_part_of_the_project_is_written_beside_the_rest() {
    let place = project();
    analyze(&place, &["--write-baseline", "."]).expect(0);
    let whole = place.read(FILE);
    analyze(&place, &["--write-baseline", "src/other.rs"]).expect(0);
    assert_eq!(place.read(FILE), whole);
    assert_eq!(whole.lines().count(), 5);
    let document: Value = serde_json::from_str(&whole).unwrap();
    assert_eq!(document["schema"], 1);
    assert_eq!(document["findings"][0]["path"], "src/lib.rs");
    assert_eq!(document["findings"][0]["item"], "first");

    fs::remove_file(place.path("src/other.rs")).unwrap();
    analyze(&place, &["src/lib.rs"])
        .expect(0)
        .says("1 finding in the baseline");
    analyze(&place, &["--write-baseline", "src"]).expect(0);
    assert!(!place.read(FILE).contains("other.rs"));
}

#[test]
fn a_baseline_has_any_name_in_the_project() {
    let place = project();
    analyze(&place, &[".", "--write-baseline", "ci.json"]).expect(0);
    assert!(place.read("ci.json").contains("\"path\":\"src/lib.rs\""));
    assert_eq!(counts(&place, &["."]), (3, 0));
    assert_eq!(counts(&place, &["--baseline", "ci.json", "src"]), (0, 3));
    place.write("rustassistant.toml", "baseline = 'ci.json'\n");
    assert_eq!(counts(&place, &["."]), (0, 3));
    // From another folder, the paths are still relative to the baseline.
    let mut command = place.command();
    command
        .current_dir(place.path("src"))
        .args(["refactor", "analyze", "--format", "short", "."]);
    assert_eq!(finish(command).expect(0).stdout, "");
    let shown = place.run(["config", "show"]).expect(0);
    assert!(shown.stdout.contains("ci.json"), "{}", shown.stdout);
}

#[test]
fn a_baseline_in_a_folder_is_of_the_whole_project() {
    let place = project();
    place.write("ci/notes.md", "");
    analyze(&place, &[".", "--write-baseline", "ci/b.json"]).expect(0);
    assert!(
        place
            .read("ci/b.json")
            .contains("\"path\":\"../src/lib.rs\"")
    );
    assert_eq!(counts(&place, &["--baseline", "ci/b.json", "."]), (0, 3));
    fs::remove_file(place.path("src/other.rs")).unwrap();
    analyze(&place, &["--baseline", "ci/b.json", "."])
        .expect(0)
        .says("1 finding in the baseline");
}

#[test]
fn only_what_has_changed_and_only_what_is_new() {
    let place = project();
    analyze(&place, &["--write-baseline", "."]).expect(0);
    for arguments in [&["init", "-q"][..], &["add", "."]] {
        let mut git = Command::new("git");
        git.current_dir(place.path("")).args(arguments);
        assert!(git.status().unwrap().success());
    }
    assert_eq!(counts(&place, &["--staged", "."]), (0, 3));
    analyze(&place, &["--staged", "--write-baseline", "."]).expect(2);
}

#[test]
fn what_stands_in_several_files_is_accepted_once_for_all() {
    let place = Place::new();
    let body: Vec<String> = (0..20)
        .map(|at| format!("    let v{at} = call({at}, a);\n    more(v{at});\n"))
        .collect();
    let body = body.concat();
    for name in ["a", "b", "c"] {
        place.write(
            &format!("src/{name}.rs"),
            format!("fn {name}(a: u8) {{\n{body}}}\n"),
        );
    }
    place.write(
        "rustassistant.toml",
        "profile = 'full'\n[smells]\nmagic-number = false\n",
    );
    let (told, held) = counts(&place, &["."]);
    assert!(told > 0 && held == 0, "{told}");
    analyze(&place, &["--write-baseline", "."]).expect(0);
    assert_eq!(counts(&place, &["."]), (0, told));
    // Whichever place leads, the others are known.
    fs::remove_file(place.path("src/a.rs")).unwrap();
    assert_eq!(counts(&place, &["."]).0, 0);
    place.write("src/a.rs", format!("fn a(a: u8) {{\n{body}}}\n"));
    place.write("src/d.rs", format!("fn d(a: u8) {{\n{body}}}\n"));
    assert!(counts(&place, &["."]).0 > 0);
}

#[test]
fn what_is_no_baseline_is_said() {
    let place = project();
    place.write("home/x.json", "").write("README.md", "words\n");
    let outside = place.root().join("outside.json");
    fs::write(&outside, "").unwrap();
    symlink(&outside, place.path("out.json")).unwrap();
    symlink("nowhere.json", place.path("nothing.json")).unwrap();
    fs::create_dir(place.path("folder.json")).unwrap();
    let pipe = Command::new("mkfifo").arg(place.path("pipe.json")).status();
    assert!(pipe.unwrap().success());
    let head = "{\"rustassistant\":\"baseline\",\"schema\":1,\"findings\":[";
    place
        .write("cut.json", format!("{head}\n{{\"path\":"))
        .write("other.json", head.replace(":1", ":7") + "]}")
        .write("list.json", "[".repeat(100_000))
        .write("huge.json", "");
    let huge = fs::OpenOptions::new()
        .write(true)
        .open(place.path("huge.json"));
    huge.unwrap().set_len(80 << 20).unwrap();
    for (name, words) in [
        (
            "none.json",
            "does not exist; create it with `rustassistant refactor analyze . --write-baseline",
        ),
        ("out.json", "is outside the project"),
        ("../outside.json", "is outside the project"),
        ("nothing.json", "can't be read"),
        ("folder.json", "is not a regular file"),
        ("pipe.json", "is not a regular file"),
        ("cut.json", "is broken: EOF"),
        ("list.json", "is broken"),
        ("README.md", "is broken"),
        (
            "other.json",
            "was written by another version (its schema is 7",
        ),
        ("huge.json", "is larger than 64 MiB"),
    ] {
        analyze(&place, &["--baseline", name, "."])
            .expect(2)
            .says(words);
        place.write("rustassistant.toml", format!("baseline = '{name}'\n"));
        analyze(&place, &["."]).expect(2).says(words);
        fs::remove_file(place.path("rustassistant.toml")).unwrap();
    }
    for name in [
        "out.json",
        "nothing.json",
        "pipe.json",
        "README.md",
        "../outside.json",
    ] {
        analyze(&place, &[".", "--write-baseline", name]).expect(2);
    }
    assert_eq!(place.read("README.md"), "words\n");
    assert_eq!(fs::read_to_string(&outside).unwrap(), "");
    for name in ["none.json", "cut.json", "other.json"] {
        analyze(&place, &[".", "--write-baseline", name]).expect(0);
        assert_eq!(counts(&place, &["--baseline", name, "."]), (0, 3));
    }
}

#[test]
fn names_that_nobody_sees_are_written_so_that_one_does() {
    let place = project();
    let name = "src/\u{202e}b\u{9b}\n\u{1b}.rs";
    place.write(name, unwraps("fourth", 3));
    analyze(&place, &["--write-baseline", "."]).expect(0);
    let written = place.read(FILE);
    let is_unseen = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
    assert!(!written.contains(is_unseen), "{written:?}");
    assert_eq!(written.lines().count(), 6);
    assert_eq!(counts(&place, &["."]), (0, 4));
}

#[test]
fn ten_thousand_findings_are_accepted() {
    let place = project();
    let text: String = (0..5_000).map(|at| unwraps(&format!("f{at}"), 1)).collect();
    place
        .write("src/many.rs", &text)
        .write("src/more.rs", &text);
    analyze(&place, &["--write-baseline", "."])
        .expect(0)
        .says("10,003 findings accepted");
    assert_eq!(counts(&place, &["."]), (0, 10_003));
}

#[test]
fn a_full_disk_leaves_the_old_one() {
    let place = project();
    fs::create_dir(place.path("disk")).unwrap();
    let Some(_mount) = Mount::tmpfs(&place.path("disk"), 256 << 10) else {
        // Only root may mount; the other tests here work for everyone.
        return;
    };
    analyze(&place, &["src", "--write-baseline", "disk/b.json"]).expect(0);
    let before = place.read("disk/b.json");
    let filler = fs::write(place.path("disk/filler"), vec![0; 1 << 20]);
    assert!(filler.is_err());
    analyze(&place, &["src", "--write-baseline", "disk/b.json"])
        .expect(2)
        .says("Can't write the baseline");
    assert_eq!(place.read("disk/b.json"), before);
    assert_eq!(fs::read_dir(place.path("disk")).unwrap().count(), 2);
}

#[test]
fn what_a_baseline_says_of_other_files_is_never_lost() {
    let place = project();
    analyze(&place, &["--write-baseline", "."]).expect(0);
    let whole = place.read(FILE);
    for broken in [
        whole.replace("\"schema\":1", "\"schema\":7"),
        format!("<<<<<<< HEAD\n{whole}"),
        whole[..whole.len() / 2].to_owned(),
    ] {
        place.write(FILE, &broken);
        for path in ["src/other.rs", "src"] {
            analyze(&place, &["--write-baseline", path])
                .expect(2)
                .says("`rustassistant refactor analyze . --write-baseline`")
                .says("Nothing was written");
            assert_eq!(place.read(FILE), broken);
        }
        analyze(&place, &[".", "--write-baseline"]).expect(0);
        assert_eq!(place.read(FILE), whole);
    }
}

#[test]
fn layout_brings_nothing_back() {
    let place = project();
    analyze(&place, &["--write-baseline", "."]).expect(0);
    let text = place.read("src/lib.rs");
    let new = text
        .replace("let b = match a {", "let b =\n        match a\n        {")
        .replace("(a: Option<u8>)", "(\n    a: Option<u8>,\n)")
        .replace("return 0;", "return 0");
    place.write("src/lib.rs", new);
    let run = analyze(&place, &["."]).expect(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
    let commented = place
        .read("src/lib.rs")
        .replace("    let b", "    // Why.\n    let b");
    analyze(&place, &["--write-baseline", "."]).expect(0);
    place.write("src/lib.rs", commented);
    let run = analyze(&place, &["."]).expect(0);
    assert_eq!((&*run.stdout, &*run.stderr), ("", ""));
}

#[test]
fn what_is_accepted_of_a_broken_file_stays() {
    let place = project();
    analyze(&place, &["--write-baseline", "."]).expect(0);
    let whole = place.read(FILE);
    let text = place.read("src/other.rs");
    place.write("src/other.rs", "fn third( {\n<<<<<<<\n");
    let run = analyze(&place, &["."]).expect(0);
    assert!(!run.stderr.contains("no longer occur"), "{run:?}");
    analyze(&place, &["--write-baseline", "."])
        .expect(0)
        .says("`src/other.rs` doesn't parse");
    assert_eq!(place.read(FILE), whole);
    place.write("src/other.rs", text);
    assert_eq!(counts(&place, &["."]), (0, 3));
}

#[test]
fn a_baseline_is_of_one_project() {
    let place = Place::new();
    for name in ["one", "two"] {
        place
            .write(
                &format!("{name}/Cargo.toml"),
                format!("[package]\nname = \"{name}\"\nedition = \"2021\"\n"),
            )
            .write(&format!("{name}/src/lib.rs"), unwraps("f", 3));
    }
    analyze(&place, &["one", "two", "--write-baseline"])
        .expect(2)
        .says("2 projects")
        .says("write one for each");
    for name in ["one", "two"] {
        assert!(!place.path(name).join(FILE).exists());
        analyze(&place, &[name, "--write-baseline"]).expect(0);
        assert_eq!(counts(&place, &[name]), (0, 1));
    }
}
