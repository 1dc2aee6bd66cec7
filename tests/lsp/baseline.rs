//! Findings suppressed by a baseline aren't published, and reappear when the baseline changes.

use serde_json::{Value, json};

use crate::{
    client::{Client, cursor, edit},
    clients,
};

const FILE: &str = ".rustassistant-baseline.json";
const UNWRAPS: &str = "fn first(a: Option<u8>) -> u8 {\n    let b = match a {\n        Some(b) => b,\n        None => return 0,\n    };\n    b + 1\n}\n";

/// Writes a baseline of the client's folder with the command line.
fn write_baseline(client: &Client) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rustassistant"));
    let status = command
        .current_dir(client.root())
        .env("RUSTASSISTANT_HOME", client.home())
        .args(["refactor", "analyze", "--no-cache", "--write-baseline", "."])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status();
    assert!(status.unwrap().success());
}

fn changed(client: &mut Client) {
    let uri = client.uri(FILE);
    let changed = json!({"changes": [{"uri": uri, "type": 2}]});
    client.notify("workspace/didChangeWatchedFiles", changed);
    client.take_asked("workspace/diagnostic/refresh");
}

fn count(client: &mut Client, uri: &str) -> usize {
    client.pulled_items(uri).len()
}

#[test]
fn what_is_accepted_is_not_published() {
    let mut client = Client::start();
    client.write_file(
        "Cargo.toml",
        "[package]\nname = \"a\"\nedition = \"2021\"\n",
    );
    client.write_file("src/lib.rs", UNWRAPS);
    write_baseline(&client);
    client.initialize(clients::vscode());
    let uri = client.uri("src/lib.rs");
    client.open(&uri, UNWRAPS);
    assert_eq!(count(&mut client, &uri), 0);

    // Moved findings stay suppressed; new ones are reported, including one equal to a suppressed finding.
    client.change(
        &uri,
        2,
        &json!([edit(&cursor(0, 0), &"// above\n".repeat(100))]),
    );
    assert_eq!(count(&mut client, &uri), 0);
    client.change(
        &uri,
        3,
        &json!([edit(&cursor(0, 0), &UNWRAPS.replace("first", "second"))]),
    );
    assert_eq!(count(&mut client, &uri), 1);
    client.change(
        &uri,
        4,
        &json!([{"text": format!("{UNWRAPS}mod m {{\n{UNWRAPS}}}\n")}]),
    );
    assert_eq!(count(&mut client, &uri), 1);

    client.change(&uri, 5, &json!([{"text": UNWRAPS}]));
    assert_eq!(count(&mut client, &uri), 0);
    client.write_file(
        FILE,
        "{\"rustassistant\":\"baseline\",\"schema\":1,\"findings\":[]}",
    );
    changed(&mut client);
    assert_eq!(count(&mut client, &uri), 1);
    write_baseline(&client);
    changed(&mut client);
    assert_eq!(count(&mut client, &uri), 0);
}

#[test]
fn one_of_another_name_is_watched_too() {
    let mut client = Client::start();
    client.write_file("rustassistant.toml", "baseline = \"ci/accepted.json\"\n");
    client.write_file("src/lib.rs", UNWRAPS);
    client.write_file("ci/.keep", "");
    write_baseline(&client);
    client.initialize(clients::vscode());
    let asked = client.take_asked("client/registerCapability");
    assert!(asked.to_string().contains("**/accepted.json"), "{asked}");
    let uri = client.uri("src/lib.rs");
    client.open(&uri, UNWRAPS);
    assert_eq!(count(&mut client, &uri), 0);
    let empty = "{\"rustassistant\":\"baseline\",\"schema\":1,\"findings\":[]}";
    client.write_file("ci/accepted.json", empty);
    let of_baseline = client.uri("ci/accepted.json");
    let changed = json!({"changes": [{"uri": of_baseline, "type": 2}]});
    client.notify("workspace/didChangeWatchedFiles", changed);
    client.take_asked("workspace/diagnostic/refresh");
    assert_eq!(count(&mut client, &uri), 1);
}

#[test]
fn one_that_is_broken_is_said_once_and_holds_nothing_back() {
    let mut client = Client::start();
    client.write_file(FILE, "{\"rustassistant\":");
    client.initialize(clients::vscode());
    let uri = client.uri("src/lib.rs");
    client.open(&uri, UNWRAPS);
    assert_eq!(count(&mut client, &uri), 1);
    let said = client.take_notification("window/showMessage");
    let words = said["message"].as_str().unwrap();
    assert!(
        words.contains("is broken") && words.contains("--write-baseline"),
        "{words}"
    );
    let other = client.uri("src/deep/other.rs");
    client.open(&other, UNWRAPS);
    assert_eq!(count(&mut client, &other), 1);
}

#[test]
fn code_that_stands_twice_is_held_back_at_each_place() {
    let mut client = Client::start();
    let body: Vec<String> = (0..20)
        .map(|at| format!("    let v{at} = call({at}, a);\n    more(v{at});\n"))
        .collect();
    let body = body.concat();
    let text = |name: &str| format!("fn {name}(a: u8) {{\n{body}}}\n");
    client.write_file(
        "rustassistant.toml",
        "profile = \"full\"\n[smells]\nmagic-number = false\n",
    );
    for name in ["a", "b"] {
        client.write_file(&format!("src/{name}.rs"), &text(name));
    }
    write_baseline(&client);
    client.initialize(clients::vscode());
    for name in ["a", "b"] {
        let uri = client.uri(&format!("src/{name}.rs"));
        client.open(&uri, &text(name));
        client.settle();
        let items: Vec<Value> = client.pulled_items(&uri);
        assert_eq!(items, [Value::Null; 0], "{name}");
    }
}
