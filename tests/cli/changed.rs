//! Analysing only changes: since a revision, for the next commit, or in a text from standard input.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use crate::harness::{Place, Run, finish, git};

/// A function with one finding.
fn unwraps(name: &str) -> String {
    format!(
        "fn {name}(a: Option<u8>) -> u8 {{\n    let b = match a {{\n        Some(b) => b,\n        None => return 0,\n    }};\n    b + 1\n}}\n"
    )
}

/// A repository with one commit of two files, with two functions each.
fn repository() -> Place {
    let place = Place::new();
    let two = |left: &str, right: &str| format!("{}\n{}", unwraps(left), unwraps(right));
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"shop\"\nedition = \"2021\"\n",
        )
        .write("src/lib.rs", two("first", "second"))
        .write("src/other.rs", two("third", "fourth"));
    git(&place, &["init", "-q"]);
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "first"]);
    place
}

fn analyze(place: &Place, arguments: &[&str]) -> Run {
    let command = ["refactor", "analyze", "--format", "short", "--no-cache"];
    place.run(command.iter().chain(arguments))
}

/// The locations of findings, as `path:line`.
fn found(run: &Run) -> Vec<String> {
    let places = run.stdout.lines().map(|line| {
        let mut parts = line.split(':');
        format!("{}:{}", parts.next().unwrap(), parts.next().unwrap())
    });
    places.collect()
}

#[test]
fn only_functions_that_were_touched_are_told() {
    let place = repository();
    let all = analyze(&place, &["."]).expect(0);
    assert_eq!(
        found(&all),
        [
            "src/lib.rs:2",
            "src/lib.rs:10",
            "src/other.rs:2",
            "src/other.rs:10"
        ]
    );
    assert_eq!(
        found(&analyze(&place, &["--since", "HEAD", "."]).expect(0)),
        [""; 0]
    );

    let text = place
        .read("src/lib.rs")
        .replacen("b + 1\n}\n\n", "b + 2\n}\n\n", 1);
    place
        .write("src/lib.rs", text)
        .write("src/new.rs", unwraps("fifth"));
    let since = analyze(&place, &["--since", "HEAD", "."]).expect(0);
    assert_eq!(found(&since), ["src/lib.rs:2", "src/new.rs:2"]);
    assert_eq!(since.stderr, "");
    // A folder restricts the result.
    assert_eq!(
        found(&analyze(&place, &["--since", "HEAD", "src/new.rs"]).expect(0)),
        ["src/new.rs:2"]
    );
}

#[test]
fn a_branch_is_compared_with_where_it_parted() {
    let place = repository();
    git(&place, &["checkout", "-qb", "topic"]);
    place.write("src/new.rs", unwraps("fifth"));
    git(&place, &["add", "."]);
    git(&place, &["commit", "-qm", "topic"]);
    git(&place, &["checkout", "-q", "main"]);
    place.write("src/other.rs", unwraps("third"));
    git(&place, &["commit", "-qam", "main goes on"]);
    git(&place, &["checkout", "-q", "topic"]);
    assert_eq!(
        found(&analyze(&place, &["--since", "main", "."]).expect(0)),
        ["src/new.rs:2"]
    );
}

#[test]
fn what_is_staged_is_read_as_it_is_staged() {
    let place = repository();
    place.write("src/other.rs", unwraps("third"));
    let text = format!(
        "// moved\n{}",
        place.read("src/lib.rs").replace("b + 1", "b + 2")
    );
    place.write("src/lib.rs", text);
    git(&place, &["add", "src/lib.rs"]);
    place.write("src/lib.rs", "fn calm() {}\n");
    let staged = analyze(&place, &["--staged", "."]).expect(0);
    assert_eq!(found(&staged), ["src/lib.rs:3", "src/lib.rs:11"]);
}

#[test]
fn before_the_first_commit_everything_staged_is_new() {
    let place = Place::new();
    place.write("src/lib.rs", unwraps("first"));
    git(&place, &["init", "-q"]);
    git(&place, &["add", "."]);
    assert_eq!(
        found(&analyze(&place, &["--staged", "."]).expect(0)),
        ["src/lib.rs:2"]
    );
    analyze(&place, &["--since", "HEAD", "."])
        .expect(2)
        .says("`HEAD` is not a revision of this repository");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let place = repository();
    for revision in ["no-such", "--output=x", "-", ""] {
        analyze(&place, &[&format!("--since={revision}"), "."])
            .expect(2)
            .says(&format!(
                "`{revision}` is not a revision of this repository; pass a branch, a tag or a commit"
            ));
    }
    assert!(!place.path("x").exists());
    let outside = Place::new();
    outside.write("src/lib.rs", unwraps("first"));
    analyze(&outside, &["--staged", "."])
        .expect(2)
        .says("is not in a git repository");
    let mut command = place.command();
    command
        .env("PATH", "")
        .args(["refactor", "analyze", "--staged", "."]);
    finish(command).expect(2).says("`git` was not found");
}

/// Everything in a repository that git would execute.
#[test]
fn nothing_of_a_hostile_repository_runs() {
    let place = repository();
    let ran = place.path("ran");
    let program = format!("touch {} #", ran.display());
    place.write(
        "src/.gitattributes",
        "*.rs diff=evil filter=evil merge=evil\n",
    );
    for (key, value) in [
        ("core.fsmonitor", program.as_str()),
        ("diff.external", &program),
        ("diff.evil.command", &program),
        ("diff.evil.textconv", &program),
        ("filter.evil.clean", &program),
        ("filter.evil.smudge", &program),
        ("filter.evil.process", &program),
        ("core.pager", &program),
        ("core.sshCommand", &program),
    ] {
        git(&place, &["config", key, value]);
    }
    assert!(
        Command::new("mkfifo")
            .arg(place.path("fifo"))
            .status()
            .unwrap()
            .success()
    );
    git(
        &place,
        &[
            "config",
            "core.excludesFile",
            &place.path("fifo").display().to_string(),
        ],
    );
    for hook in ["post-index-change", "pre-commit", "reference-transaction"] {
        let path = place.path(".git/hooks").join(hook);
        fs::write(&path, format!("#!/bin/sh\n{program}\n")).unwrap();
        fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    place
        .write("src/lib.rs", unwraps("changed"))
        .write("src/new.rs", unwraps("fifth"));
    let since = analyze(&place, &["--since", "HEAD", "."]).expect(0);
    assert_eq!(found(&since), ["src/lib.rs:2", "src/new.rs:2"]);
    analyze(&place, &["--staged", "."]).expect(0);
    assert!(!ran.exists());
}

fn with_stdin(place: &Place, text: &[u8], arguments: &[&str]) -> Run {
    let mut command = place.command();
    command
        .args(["refactor", "analyze", "--format", "short", "--no-cache"])
        .args(arguments)
        .stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    let output = child.wait_with_output().unwrap();
    Run {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code(),
    }
}

#[test]
fn a_text_from_the_standard_input_is_one_of_its_project() {
    let place = repository();
    let text = unwraps("typed");
    let arguments = ["--stdin", "--stdin-filename", "src/lib.rs"];
    assert_eq!(
        found(&with_stdin(&place, text.as_bytes(), &arguments).expect(0)),
        ["src/lib.rs:2"]
    );
    // `let … else` is newer than the minimum compiler of this edition.
    place.write(
        "Cargo.toml",
        "[package]\nname = \"shop\"\nedition = \"2021\"\nrust-version = \"1.60\"\n",
    );
    assert_eq!(
        found(&with_stdin(&place, text.as_bytes(), &arguments).expect(0)),
        [""; 0]
    );
    with_stdin(&place, b"\xff", &arguments)
        .expect(2)
        .says("not UTF-8");
    with_stdin(&place, b"", &["--stdin"])
        .expect(2)
        .says("--stdin-filename");
    with_stdin(
        &place,
        b"",
        &["--stdin", "--stdin-filename", "no/such/folder.rs"],
    )
    .expect(2)
    .says("no/such` can't be read");
}
