//! Tools that run rustc, if permitted.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{NESTED, place};

const LONG: &str = "\
pub fn total(prices: &[u32], out: &mut Vec<String>) -> u32 {
    let mut sum = 0;
    for price in prices {
        sum += price;
    }
    out.push(format!(\"{sum}\"));
    sum
}
";

fn patch(before: &str, after: &str) -> String {
    let signed = |text: &str, sign: &str| -> String {
        let lines = text.lines().map(|line| format!("{sign}{line}\n"));
        lines.collect()
    };
    let (old, new) = (before.lines().count(), after.lines().count());
    format!(
        "--- a/src/lib.rs\n+++ b/src/lib.rs\n@@ -1,{old} +1,{new} @@\n{}{}",
        signed(before, "-"),
        signed(after, "+")
    )
}

#[test]
fn a_patch_is_judged() {
    let place = place();
    let mut client = place.start(&["--allow-build"]);
    for (after, verdict) in [
        (
            NESTED.replace("    if a {", "    // Why.\n    if a {"),
            "proved: ",
        ),
        (NESTED.replace("push(1)", "push(2)"), "needs tests: "),
        (NESTED.replace("push(1)", "push(\"1\")"), "broken: "),
    ] {
        let said = client.told("verify", &json!({ "patch": patch(NESTED, &after) }));
        assert!(said.starts_with(verdict), "{said}");
    }
    let other = patch("fn other() {}\n", "\n");
    let why = client.refused("verify", &json!({ "patch": other }));
    assert!(why.contains("doesn't apply to `src/lib.rs`"), "{why}");
    assert_eq!(place.read("src/lib.rs"), NESTED);
    place.write("rustassistant.toml", "compiler.enabled = false\n");
    let why = client.refused("verify", &json!({ "patch": patch(NESTED, "\n") }));
    assert!(why.contains("isn't asked"), "{why}");
    client.leave();
}

#[test]
fn a_function_is_extracted_with_its_name() {
    let place = place();
    place.write("src/lib.rs", LONG);
    let mut client = place.start(&["--allow-build", "--allow-write"]);
    let offer = client.offer("extract-function", "src/lib.rs", "2-5");
    let arguments = json!({ "offer": offer, "name": "sum_up" });
    let preview = client.told("preview", &arguments);
    assert!(
        preview.contains("+    let sum = sum_up(prices);"),
        "{preview}"
    );
    assert!(
        preview.contains("proof: rustc reports no error"),
        "{preview}"
    );
    assert_eq!(place.read("src/lib.rs"), LONG);
    client.told("apply", &json!({ "offers": [offer], "name": "sum_up" }));
    assert!(
        place
            .read("src/lib.rs")
            .contains("fn sum_up(prices: &[u32]) -> u32 {")
    );
    client.leave();
}

#[test]
fn what_rustc_has_to_agree_to_is_asked_before_it_is_shown() {
    let place = place();
    let text = "pub fn f(a: &mut Vec<String>, b: String) {\n    a.push(b.clone());\n}\n\npub fn g(a: &mut Vec<String>, b: String) {\n    a.push(b.clone());\n    a.push(b);\n}\n";
    place.write("src/lib.rs", text);
    let mut client = place.start(&["--allow-write"]);
    let said = client.told("offers", &json!({ "path": "src/lib.rs", "range": "2" }));
    assert!(
        said.contains("Remove `.clone()`, if rustc agrees"),
        "{said}"
    );
    let offer = client.offer("remove-clone", "src/lib.rs", "2");
    let why = client.refused("preview", &json!({ "offer": offer }));
    assert!(why.contains("--allow-build"), "{why}");
    let why = client.refused("apply", &json!({ "offers": [offer] }));
    assert!(why.contains("--allow-build"), "{why}");
    client.leave();
    let mut client = place.start(&["--allow-build", "--allow-write"]);
    let preview = client.told("preview", &json!({ "offer": offer }));
    assert!(preview.contains("+    a.push(b);"), "{preview}");
    assert!(
        preview.contains("proof: rustc reports no error"),
        "{preview}"
    );
    let twice = client.offer("remove-clone", "src/lib.rs", "6");
    let why = client.refused("apply", &json!({ "offers": [twice] }));
    assert!(why.contains("rustc rejects it"), "{why}");
    assert_eq!(place.read("src/lib.rs"), text);
    client.told("apply", &json!({ "offers": [offer] }));
    assert_eq!(place.read("src/lib.rs"), text.replacen("b.clone()", "b", 1));
    client.leave();
}

/// A package with a build script that takes longer than any timeout, and signals that it runs.
#[cfg(unix)]
fn slow() -> crate::client::Place {
    let place = place();
    place.write(
        "build.rs",
        "fn main() {\n    let root = std::env::var(\"CARGO_MANIFEST_DIR\").unwrap();\n    std::fs::write(root + \"/running\", std::process::id().to_string()).unwrap();\n    std::thread::sleep(std::time::Duration::from_secs(600));\n}\n",
    );
    place
}

/// The process id of the build script, once it runs.
#[cfg(unix)]
fn running(place: &crate::client::Place) -> u32 {
    let since = Instant::now();
    loop {
        let number = std::fs::read_to_string(place.root().join("running"));
        if let Some(number) = number.ok().and_then(|number| number.parse().ok()) {
            return number;
        }
        assert!(since.elapsed() < Duration::from_mins(2), "it doesn't run");
        thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(unix)]
fn ends(process: u32) {
    let since = Instant::now();
    let is_there = || {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    };
    while is_there() {
        assert!(since.elapsed() < Duration::from_secs(30), "it goes on");
        thread::sleep(Duration::from_millis(20));
    }
}

#[cfg(unix)]
#[test]
fn a_check_ends_where_nobody_wants_it_any_more() {
    let place = slow();
    let mut client = place.start(&["--allow-build"]);
    let after = NESTED.replace("push(1)", "push(2)");
    let arguments = json!({ "patch": patch(NESTED, &after) });
    let id = client.begin("verify", &arguments);
    let process = running(&place);
    // Other calls are answered in the meantime.
    assert!(client.told("findings", &json!({})).contains("finding"));
    let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } });
    client.send(&cancelled.to_string());
    ends(process);
    std::fs::remove_file(place.root().join("running")).unwrap();
    client.begin("verify", &arguments);
    let process = running(&place);
    client.leave();
    ends(process);
}
