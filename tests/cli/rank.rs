//! Ranking where to start.

use serde_json::Value;

use crate::harness::{Place, finish, git};

/// A function with this complexity.
fn function(name: &str, complexity: usize) -> String {
    let ifs = "    if go() {\n        call();\n    }\n".repeat(complexity);
    format!("fn {name}() {{\n{ifs}}}\n")
}

fn ranked(place: &Place, arguments: &[&str]) -> Value {
    let command = ["refactor", "rank", "--format", "json"];
    let run = place.run(command.iter().chain(arguments)).expect(0);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:#?}"))
}

fn names(ranked: &Value) -> Vec<(&str, u64)> {
    let ranked = ranked.as_array().unwrap().iter();
    ranked
        .map(|one| {
            (
                one["name"].as_str().unwrap(),
                one["weight"].as_u64().unwrap(),
            )
        })
        .collect()
}

fn project() -> Place {
    let place = Place::new();
    place
        .write("src/a.rs", function("calm", 1) + &function("heavy", 9))
        .write("src/b/mod.rs", function("often", 4))
        .write("src/b/c.rs", function("inner", 2));
    place
}

#[test]
fn what_measures_most_comes_first() {
    let place = project();
    let json = ranked(&place, &["."]);
    assert_eq!(json["has_history"], false);
    assert_eq!(
        names(&json["functions"]),
        [("heavy", 9), ("often", 4), ("inner", 2), ("calm", 1)]
    );
    assert_eq!(
        names(&json["files"]),
        [("src/a.rs", 10), ("src/b/mod.rs", 4), ("src/b/c.rs", 2)]
    );
    assert_eq!(names(&json["modules"]), [("src", 10), ("src/b", 6)]);
    let json = ranked(&place, &["--limit", "1", "--by", "lines", "."]);
    assert_eq!(names(&json["functions"]), [("heavy", 27)]);
    let run = place.run(["refactor", "rank"]).expect(0);
    assert!(
        run.stdout.starts_with("Functions by complexity\n"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("src/a.rs:6: heavy"), "{}", run.stdout);
    run.says("is not in a git repository")
        .says("Ranking by the measure alone");
    place
        .run(["refactor", "rank", "--by", "churn"])
        .expect(2)
        .says("is not in a git repository");
}

#[test]
fn what_changes_often_weighs_more() {
    let place = project();
    git(&place, &["init", "-q"]);
    place.run(["refactor", "rank"]).expect(0);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "first"]);
    for step in 0..3 {
        let text = place.read("src/b/mod.rs") + &format!("// {step}\n");
        place.write("src/b/mod.rs", text);
        git(&place, &["commit", "-qam", "more"]);
    }
    let json = ranked(&place, &["."]);
    assert_eq!(json["has_history"], true);
    assert_eq!(
        names(&json["functions"])[..2],
        [("often", 20), ("heavy", 18)]
    );
    let json = ranked(&place, &["--by", "churn", "src"]);
    assert_eq!(names(&json["files"])[0], ("src/b/mod.rs", 4));

    let mut without = place.command();
    without.env("PATH", "").args(["refactor", "rank"]);
    let run = finish(without).expect(0).says("`git` was not found");
    assert!(run.stdout.contains("src/a.rs:6: heavy"), "{}", run.stdout);
}

#[test]
fn nothing_of_a_repository_runs() {
    let place = project();
    git(&place, &["init", "-q"]);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "first"]);
    let ran = place.path("ran");
    let program = format!("touch {} #", ran.display());
    for key in [
        "core.fsmonitor",
        "diff.external",
        "core.pager",
        "gpg.program",
        "pager.log",
        "core.sshCommand",
    ] {
        git(&place, &["config", key, &program]);
    }
    git(&place, &["config", "log.showSignature", "true"]);
    let pipe = place.path("pipe");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    git(
        &place,
        &["config", "diff.orderFile", &pipe.display().to_string()],
    );
    git(
        &place,
        &["config", "mailmap.file", &pipe.display().to_string()],
    );
    let json = ranked(&place, &["."]);
    assert_eq!(json["has_history"], true);
    assert!(!ran.exists());
}

#[test]
fn a_commit_counts_once_for_a_module() {
    let place = project();
    git(&place, &["init", "-q"]);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "first"]);
    place.write("src/b/c.rs", function("inner", 3));
    git(&place, &["commit", "-qam", "second"]);
    let json = ranked(&place, &["--by", "churn", "."]);
    assert_eq!(names(&json["modules"]), [("src/b", 2), ("src", 1)]);
    assert_eq!(names(&json["files"])[0], ("src/b/c.rs", 2));
}

#[test]
fn none_of_each_is_no_ranking() {
    let place = project();
    place.run(["refactor", "rank", "--limit", "0"]).expect(2);
}

#[test]
fn the_cause_is_told_once() {
    let place = project();
    let mut without = place.command();
    without
        .env("PATH", "")
        .args(["refactor", "rank", "--by", "churn"]);
    let run = finish(without).expect(2);
    assert_eq!(run.stderr.matches("was not found").count(), 1, "{run:?}");
}
