//! The server for coding agents, through the real binary.

#![allow(
    clippy::unwrap_used,
    reason = "what fails to be prepared fails the test"
)]

mod client;
mod compiling;
mod many;
mod official;
mod same;

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use client::{MOST_CHARACTERS, Place, contents};

pub(crate) const NESTED: &str = "pub fn f(a: bool, b: bool, out: &mut Vec<u8>) {\n    if a {\n        if b {\n            out.push(1);\n        }\n    }\n}\n";
const MERGED: &str = "pub fn f(a: bool, b: bool, out: &mut Vec<u8>) {\n    if a && b {\n        out.push(1);\n    }\n}\n";

pub(crate) fn place() -> Place {
    let place = Place::new();
    place
        .write(
            "Cargo.toml",
            "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        )
        .write("src/lib.rs", NESTED);
    place
}

#[test]
fn an_offer_is_found_looked_at_and_carried_out() {
    let place = place();
    let mut client = place.start(&["--allow-write"]);
    let found = client.told("findings", &json!({}));
    assert!(
        found.starts_with("1 finding (0 strong) in 1 file\n"),
        "{found}"
    );
    assert!(
        found.contains("src/lib.rs:2:5: warn[collapsible-if]: "),
        "{found}"
    );
    assert!(found.contains("(fixed by: merge-nested-if)"), "{found}");
    let offer = client.offer("merge-nested-if", "src/lib.rs", "2");
    let preview = client.told("preview", &json!({ "offer": offer }));
    for part in [
        "for: collapsible-if",
        "proof: ",
        "gain: complexity 3 → 2",
        "+    if a && b {",
    ] {
        assert!(preview.contains(part), "{part}: {preview}");
    }
    assert_eq!(place.read("src/lib.rs"), NESTED);
    let applied = client.told("apply", &json!({ "offers": [offer] }));
    assert!(
        applied.starts_with("applied 1 refactoring in 1 file\nsrc/lib.rs:2:5: "),
        "{applied}"
    );
    assert_eq!(place.read("src/lib.rs"), MERGED);
    assert!(
        client
            .told("findings", &json!({ "paths": ["src/lib.rs"] }))
            .starts_with("0 findings")
    );
    client.leave();
}

#[test]
fn what_a_baseline_accepts_is_counted_and_not_told() {
    let place = place();
    let arguments = ["refactor", "analyze", "--no-cache", "--write-baseline", "."];
    let written = place.program(&arguments).output().unwrap();
    assert!(written.status.success(), "{written:?}");
    let mut client = place.start(&[]);
    let found = client.told("findings", &json!({}));
    assert!(
        found.starts_with("0 findings (0 strong), 1 more in the baseline in 1 file"),
        "{found}"
    );
    place.write(".rustassistant-baseline.json", "{");
    let found = client.told("findings", &json!({}));
    assert!(
        found.starts_with("1 finding (0 strong) in 1 file"),
        "{found}"
    );
    assert!(
        found.contains("is broken") && found.contains("all findings are reported"),
        "{found}"
    );
    client.leave();
}

#[test]
fn several_offers_are_carried_out_together_or_not_at_all() {
    let place = place();
    let twice = format!("{NESTED}\n{}", NESTED.replace("fn f", "fn g"));
    place.write("src/a.rs", &twice);
    let mut client = place.start(&["--allow-write"]);
    let first = client.offer("merge-nested-if", "src/a.rs", "2");
    let second = client.offer("merge-nested-if", "src/a.rs", "10");
    let other = client.offer("merge-nested-if", "src/lib.rs", "2");
    place.write("src/lib.rs", format!("{NESTED}\n"));
    let all = json!({ "offers": [first, second, other] });
    assert!(
        client
            .refused("apply", &all)
            .contains("`src/lib.rs` has changed")
    );
    assert_eq!(place.read("src/a.rs"), twice);
    place.write("src/lib.rs", NESTED);
    let applied = client.told("apply", &all);
    assert!(
        applied.starts_with("applied 3 refactorings in 2 files"),
        "{applied}"
    );
    let expected = format!("{MERGED}\n{}", MERGED.replace("fn f", "fn g"));
    assert_eq!(place.read("src/a.rs"), expected);
    assert_eq!(place.read("src/lib.rs"), MERGED);
    client.bad("apply", &json!({ "offers": [first, first] }));
    client.leave();
}

#[test]
fn a_stale_offer_is_refused() {
    let place = place();
    let mut client = place.start(&["--allow-write"]);
    let offer = client.offer("merge-nested-if", "src/lib.rs", "2");
    place.write("src/lib.rs", NESTED.replace("out.push(1)", "out.push(2)"));
    for (tool, arguments) in [
        ("preview", json!({ "offer": offer })),
        ("apply", json!({ "offers": [offer] })),
    ] {
        let why = client.refused(tool, &arguments);
        assert!(why.contains("stale"), "{why}");
    }
    // A forged offer isn't accepted, even if it is well-formed.
    place.write("src/lib.rs", NESTED);
    let forged = format!("{}00000000", &offer[..offer.len() - 8]);
    assert!(
        client
            .refused("preview", &json!({ "offer": forged }))
            .contains("no longer offered")
    );
    client.leave();
}

#[test]
fn nothing_is_changed_or_built_that_nobody_has_allowed() {
    let place = place();
    let before = contents(&place.root());
    let mut client = place.start(&[]);
    let offer = client.offer("merge-nested-if", "src/lib.rs", "2");
    let why = client.refused("apply", &json!({ "offers": [offer] }));
    assert!(why.contains("--allow-write"), "{why}");
    let patch = format!(
        "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1 +1,2 @@\n+// A line.\n {}\n",
        NESTED.lines().next().unwrap()
    );
    let why = client.refused("verify", &json!({ "patch": patch }));
    assert!(why.contains("--allow-build"), "{why}");
    let said = client.told("offers", &json!({ "path": "src/lib.rs", "range": "2-6" }));
    let extraction = said
        .lines()
        .find(|line| line.starts_with("extract-function@"));
    let extraction = extraction.unwrap().split_whitespace().next().unwrap();
    let why = client.refused("preview", &json!({ "offer": extraction }));
    assert!(why.contains("--allow-build"), "{why}");
    client.leave();
    assert_eq!(contents(&place.root()), before);
}

#[test]
fn nothing_outside_of_the_root_is_read_or_changed() {
    let place = place();
    let outside = place.root().parent().unwrap().join("x.rs");
    std::fs::write(&outside, NESTED).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, place.root().join("src/link.rs")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(outside.parent().unwrap(), place.root().join("up")).unwrap();
    let mut client = place.start(&["--allow-write"]);
    let absolute = outside.to_str().unwrap();
    let mut paths = vec!["../x.rs", absolute, "src/../../x.rs", "/etc/passwd", "/"];
    if cfg!(unix) {
        paths.extend(["src/link.rs", "up/x.rs"]);
    }
    for path in paths {
        let why = client.refused("offers", &json!({ "path": path, "range": "2" }));
        assert!(why.contains("outside"), "{why}");
        let why = client.refused("findings", &json!({ "paths": [path] }));
        assert!(why.contains("outside"), "{why}");
        let offer = format!("merge-nested-if@{path}:2:5#0123abcd-0123abcd");
        client.refused("apply", &json!({ "offers": [offer] }));
    }
    let patch = "--- a/../x.rs\n+++ b/../x.rs\n@@ -1 +1 @@\n-a\n+b\n";
    assert!(
        client
            .refused("verify", &json!({ "patch": patch }))
            .contains("outside")
    );
    assert!(client.told("findings", &json!({})).contains("in 1 file"));
    // A path may start with the root's own path.
    let own = place.root().canonicalize().unwrap().join("src/lib.rs");
    client.told("offers", &json!({ "path": own, "range": "2" }));
    assert_eq!(std::fs::read_to_string(&outside).unwrap(), NESTED);
    client.leave();
}

#[test]
fn names_that_nobody_sees_are_escaped_and_refused() {
    let place = place();
    let name = "src/\u{202e}b\u{1b}[31m.rs";
    place.write(name, NESTED);
    let mut client = place.start(&[]);
    let found = client.told("findings", &json!({}));
    assert!(
        found.contains("src/\\u{202e}b\\u{1b}[31m.rs:2:5: "),
        "{found}"
    );
    let why = client.refused("offers", &json!({ "path": name, "range": "2" }));
    assert!(why.contains("invisible characters"), "{why}");
    client.leave();
}

#[test]
fn what_has_changed_since_a_revision_is_told_apart() {
    let place = place();
    place.write("src/old.rs", NESTED);
    let git = |arguments: &[&str]| {
        let run = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
            .args(arguments)
            .current_dir(place.root())
            .stdout(Stdio::null())
            .status();
        assert!(run.unwrap().success());
    };
    let mut client = place.start(&[]);
    assert!(
        client
            .refused("findings", &json!({ "since": "HEAD" }))
            .contains("git")
    );
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "a"]);
    assert!(
        client
            .told("findings", &json!({ "since": "HEAD" }))
            .contains("in 0 files")
    );
    place.write("src/lib.rs", NESTED.replace("fn f", "fn g"));
    place.write("src/new.rs", NESTED);
    place.write("notes.txt", "a");
    let found = client.told("findings", &json!({ "since": "HEAD" }));
    assert!(
        found.starts_with("2 findings (0 strong) in 2 files"),
        "{found}"
    );
    for revision in ["--output=x", "none", "", "HEAD --", "\u{1b}"] {
        client.refused("findings", &json!({ "since": revision }));
    }
    client.bad("findings", &json!({ "since": "HEAD", "paths": ["src"] }));
    assert!(!place.root().join("x").exists());
    client.leave();
}

#[test]
fn an_answer_is_capped_and_goes_on_where_it_ended() {
    let place = place();
    let many: Vec<String> = (0..200)
        .map(|at| NESTED.replace("fn f", &format!("fn f{at}")))
        .collect();
    place.write("src/many.rs", many.concat());
    let mut client = place.start(&[]);
    let mut lines: Vec<String> = Vec::new();
    loop {
        let arguments = json!({ "paths": ["src/many.rs"], "skip": lines.len() });
        let said = client.told("findings", &arguments);
        assert!(
            said.starts_with("200 findings (0 strong) in 1 file"),
            "{said}"
        );
        let own = said.lines().filter(|line| line.starts_with("src/many.rs:"));
        lines.extend(own.map(str::to_owned));
        let left = 200 - lines.len();
        if left == 0 {
            assert!(!said.contains("left out"), "{said}");
            break;
        }
        assert!(
            said.contains(&format!(
                "({left} lines left out; continue with `skip`: {})",
                lines.len()
            )),
            "{said}"
        );
        assert!(said.chars().count() > MOST_CHARACTERS - 400, "{said}");
    }
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), 200);
    let why = client.refused(
        "offers",
        &json!({ "path": "src/many.rs", "range": "1-1400" }),
    );
    assert!(why.contains("1400 lines"), "{why}");
    client.leave();
}

#[test]
fn what_is_no_message_is_passed_over() {
    let place = place();
    let mut client = place.start(&[]);
    for line in [
        "",
        "{",
        "null",
        "[]",
        "\u{0}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"nothing\"}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":99}}",
    ] {
        client.send(line);
    }
    client.send(&"[".repeat(200_000));
    let unknown = client.ask("no/such/method", &json!({}));
    assert!(unknown.get("error").is_some(), "{unknown}");
    let unnamed = client.ask("tools/call", &json!({ "arguments": {} }));
    assert!(unnamed.get("error").is_some(), "{unnamed}");
    client.bad("frobnicate", &json!({}));
    // Too large to be judged, but small enough to be received.
    let patch = "x".repeat(17 << 20);
    let why = client.refused("verify", &json!({ "patch": patch }));
    assert!(why.contains("16 MB"), "{why}");
    let why = client.refused("explain", &json!({ "id": patch }));
    assert!(why.contains("too long"), "{why}");
    assert_eq!(
        client.ask("ping", &json!({})).get("result"),
        Some(&json!({}))
    );
    client.leave();
}

#[test]
fn a_model_is_told_what_there_is() {
    let place = place();
    let run = place.command(&["--instructions"]).output().unwrap();
    assert!(run.status.success() && run.stderr.is_empty(), "{run:?}");
    let instructions = String::from_utf8(run.stdout).unwrap();
    let mut client = place.start(&["--allow-build"]);
    let tools = client.ask("tools/list", &Value::Null);
    let tools = tools["result"]["tools"].as_array().unwrap().clone();
    assert_eq!(tools.len(), 6);
    for tool in &tools {
        let name = tool["name"].as_str().unwrap();
        assert!(instructions.contains(&format!("`{name}`")), "{name}");
        assert_eq!(tool["inputSchema"]["additionalProperties"], false);
        let changes = tool["annotations"]["readOnlyHint"] == false;
        assert_eq!(changes, name == "apply");
        let needs = tool["description"].as_str().unwrap().contains("--allow-");
        assert_eq!(needs, name == "apply");
    }
    let words = client.leave();
    assert!(words.is_empty(), "{words}");
}

#[test]
fn what_cannot_be_served_is_said() {
    let place = place();
    for (arguments, words) in [
        (&["none"][..], "`none` can't be found"),
        (&["src/lib.rs"], "is not a directory"),
        (&["--frobnicate"], "--frobnicate"),
    ] {
        let run = place
            .command(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let said = String::from_utf8(run.stderr).unwrap();
        assert_eq!(run.status.code(), Some(2), "{said}");
        assert!(said.contains(words) && run.stdout.is_empty(), "{said}");
    }
    // Disconnecting immediately isn't an error.
    let run = place.command(&[]).stdin(Stdio::null()).output().unwrap();
    assert!(run.status.success() && run.stdout.is_empty(), "{run:?}");
    place.write("rustassistant.toml", "nonsense = 1\n");
    let mut client = place.start(&[]);
    assert!(client.refused("findings", &json!({})).contains("nonsense"));
    client.leave();
}
