//! Comparisons with a revision.

use std::process::Command;

use serde_json::{Value, json};

use crate::harness::{Place, Run, finish, git};

const NESTED: &str =
    "fn n(a: u8) {\n    if a > 1 {\n        if a < 9 {\n            g();\n        }\n    }\n}\n";

/// A function with `lines` lines.
fn function(name: &str, lines: usize) -> String {
    format!("fn {name}() {{\n{}}}\n", "    call(1);\n".repeat(lines))
}

fn repository() -> Place {
    let place = Place::new();
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"shop\"\nedition = \"2021\"\n",
        )
        .write(
            "src/lib.rs",
            function("first", 50) + &function("second", 90),
        )
        .write("src/other.rs", function("third", 5));
    git(&place, &["init", "-q"]);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "first"]);
    place
}

fn compare(place: &Place, arguments: &[&str]) -> Run {
    let command = ["refactor", "compare"];
    place.run(command.iter().chain(arguments))
}

fn compared(place: &Place, arguments: &[&str]) -> Value {
    let run = compare(place, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:#?}"))
}

#[test]
fn nothing_has_changed() {
    let place = repository();
    let run = compare(&place, &["HEAD"]).expect(0);
    assert_eq!(
        run.stdout,
        "0 degraded, 0 improved, 2 stable of 2 files, compared with `HEAD`\n"
    );
    assert_eq!(run.stderr, "");
}

#[test]
fn what_grew_past_its_limit_has_degraded() {
    let place = repository();
    place.write(
        "src/lib.rs",
        function("first", 61) + &function("second", 70),
    );
    let run = compare(&place, &["HEAD"]).expect(1);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{}", run.stdout);
    assert!(
        lines[0].starts_with("degraded  src/lib.rs: complexity 0, lines 140 -> 131, nesting 0")
    );
    assert!(lines[1].starts_with("  degraded  first (line 1): complexity 0, lines 50 -> 61"));
    assert!(
        lines[1].ends_with("(lines 50 -> 61 (limit 60))"),
        "{}",
        lines[1]
    );
    assert!(lines[2].starts_with("  improved  second (line 64): complexity 0, lines 90 -> 70"));
    place.write(
        "src/lib.rs",
        function("first", 50) + &function("second", 70),
    );
    compare(&place, &["HEAD"]).expect(0);
    let json = compared(&place, &["HEAD"]);
    assert_eq!(json["verdict"], "improved");
    assert_eq!(
        json["summary"],
        json!({"degraded": 0, "improved": 1, "stable": 1})
    );
    let function = &json["files"][0]["functions"][0];
    assert_eq!(
        (&function["name"], &function["verdict"]),
        (&json!("second"), &json!("improved"))
    );
    assert_eq!(function["before"]["lines"], 90);
    assert_eq!(function["after"]["lines"], 70);
    let markdown = compare(&place, &["HEAD", "--format", "markdown"])
        .expect(0)
        .stdout;
    assert!(
        markdown.starts_with("## RustAssistant\n\n0 degraded, 1 improved"),
        "{markdown}"
    );
    assert!(
        markdown.contains("| src/lib.rs: second (line 53) | improved |"),
        "{markdown}"
    );
    // The project's own limits apply.
    place.write("rustassistant.toml", "[smells]\nlong-function = false\n");
    assert_eq!(compared(&place, &["HEAD"])["verdict"], "stable");
}

#[test]
fn a_file_that_was_moved_is_the_same() {
    let place = repository();
    git(&place, &["mv", "src/lib.rs", "src/deep.rs"]);
    let json = compared(&place, &["HEAD", "src"]);
    assert_eq!(json["files"].as_array().unwrap().len(), 1, "{json}");
    assert_eq!(json["files"][0]["was"], "src/lib.rs");
    assert_eq!(json["files"][0]["verdict"], "stable");
    assert_eq!(json["files"][0]["functions"], json!([]));
    // Excluded when comparing only another folder.
    let other = compared(&place, &["HEAD", "src/other.rs"]);
    assert_eq!(other["files"], json!([]));
}

#[test]
fn each_commit_of_a_history_is_told() {
    let place = repository();
    for (step, lines) in [61, 62, 80, 59, 200, 100].into_iter().enumerate() {
        place.write(
            "src/lib.rs",
            function("first", lines) + &function("second", 90),
        );
        let expected = [
            "degraded", "stable", "degraded", "improved", "degraded", "improved",
        ][step];
        let json = compared(&place, &["HEAD"]);
        assert_eq!(json["verdict"], expected, "{lines}: {json}");
        let functions = json["files"][0]["functions"].as_array().unwrap();
        assert_eq!(functions.len(), 1, "{json}");
        assert_eq!(functions[0]["name"], "first");
        git(&place, &["commit", "-qam", "more"]);
    }
    assert_eq!(compared(&place, &["HEAD~6"])["verdict"], "degraded");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let place = repository();
    for revision in ["no-such", "--output=x", "-", "", "\u{1b}[31m"] {
        let run = compare(&place, &["--", revision]).expect(2);
        assert!(!run.stderr.contains('\u{1b}'), "{run:?}");
        run.says("is not a revision of this repository; pass a branch, a tag or a commit");
    }
    compare(&place, &["--output=x"]).expect(2);
    assert!(!place.path("x").exists());
    compare(&place, &["HEAD", "no-such.rs"])
        .expect(2)
        .says("No such file");

    let unborn = Place::new();
    unborn.write("a.rs", "");
    compare(&unborn, &["HEAD"])
        .expect(2)
        .says("is not in a git repository");
    git(&unborn, &["init", "-q"]);
    compare(&unborn, &["HEAD"])
        .expect(2)
        .says("which has no commits yet");
    let mut without = place.command();
    without
        .env("PATH", "")
        .args(["refactor", "compare", "HEAD"]);
    finish(without).expect(2).says("`git` was not found");
}

#[test]
fn a_shallow_clone_and_a_submodule_say_so() {
    let place = repository();
    place.write("src/other.rs", "");
    git(&place, &["commit", "-qam", "second"]);
    let clone = Place::new();
    let source = format!("file://{}", place.path("").display());
    git(&clone, &["clone", "-q", "--depth", "1", &source, "it"]);
    let mut command = clone.command();
    command
        .current_dir(clone.path("it"))
        .args(["refactor", "compare", "HEAD~1"]);
    finish(command).expect(2).says("git fetch --unshallow");

    git(
        &clone,
        &[
            "-C",
            "it",
            "-c",
            "protocol.file.allow=always",
            "submodule",
            "--quiet",
            "add",
            &source,
            "inner",
        ],
    );
    git(&clone, &["-C", "it", "commit", "-qm", "inner"]);
    clone.write("it/inner/src/lib.rs", function("first", 300));
    let mut command = clone.command();
    command
        .current_dir(clone.path("it"))
        .args(["refactor", "compare", "HEAD"]);
    finish(command).expect(0).says("`inner` is a submodule");
}

#[test]
fn a_reader_that_has_gone_is_no_trouble() {
    let place = repository();
    let text: String = (0..3_000)
        .map(|at| function(&format!("f{at}"), 3))
        .collect();
    place.write("src/lib.rs", text);
    let binary = env!("CARGO_BIN_EXE_rustassistant");
    let script = format!("'{binary}' refactor compare HEAD | head -1; exit ${{PIPESTATUS[0]}}");
    let status = Command::new("bash")
        .args(["-c", &script])
        .current_dir(place.path(""))
        .env("RUSTASSISTANT_HOME", place.home())
        .status();
    assert_eq!(status.unwrap().code(), Some(0));
}

#[test]
fn a_file_that_is_broken_cannot_be_compared() {
    let place = repository();
    let text = place.read("src/lib.rs");
    place.write("src/lib.rs", "fn first( {\n");
    compare(&place, &["HEAD"])
        .expect(2)
        .says("`src/lib.rs` doesn't parse");
    git(&place, &["commit", "-qam", "broken"]);
    place.write("src/lib.rs", text);
    let run = compare(&place, &["HEAD"]).expect(0);
    assert!(run.stdout.contains("stable of 1 file,"), "{}", run.stdout);
    run.says("`src/lib.rs` as it is in `HEAD` doesn't parse");
}

#[test]
fn what_is_found_in_a_file_belongs_to_the_file() {
    let place = repository();
    let many: String = (0..300).map(|at| function(&format!("f{at}"), 5)).collect();
    place
        .write("rustassistant.toml", "profile = 'full'\n")
        .write("src/large.rs", &many);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "large"]);
    place.write("src/large.rs", format!("fn top() {{}}\n{many}"));
    let json = compared(&place, &["HEAD"]);
    assert_eq!(json["files"][0]["verdict"], "stable", "{json:#}");
    assert!(json["files"][0]["before"]["findings"].as_u64() > Some(0));
    compare(&place, &["HEAD"]).expect(0);
}

#[test]
fn the_repository_is_that_of_the_path() {
    let (place, other) = (Place::new(), repository());
    let path = other.path("").display().to_string();
    other
        .write("rustassistant.toml", "profile = 'full'\n")
        .write("src/other.rs", function("third", 90) + NESTED);
    compare(&place, &["HEAD", &path]).expect(1);
    git(&place, &["init", "-q"]);
    place.write("a.rs", function("here", 90));
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "here"]);
    let run = compare(&place, &["HEAD", &path]).expect(1);
    assert!(run.stdout.contains("of 2 files"), "{}", run.stdout);
    for arguments in [
        &["refactor", "compare", "HEAD", ".", &path][..],
        &["refactor", "rank", ".", &path],
        &["refactor", "analyze", "--since", "HEAD", ".", &path],
    ] {
        place
            .run(arguments)
            .expect(2)
            .says("are in different git repositories");
    }
    let since = place.run(["refactor", "analyze", "--since", "HEAD", &path]);
    assert!(since.expect(0).stdout.contains("other.rs"));
    let nowhere = compare(&place, &["HEAD", "nowhere"]).expect(2);
    assert_eq!(nowhere.says("No such file: `nowhere`").stdout, "");
}
