//! Work done ahead of requests: only with consent, and discarded on the first change.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    client::{Client, apply, range},
    clients,
    extracting::TALL,
};

const MANIFEST: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
const ON: &str = "profile = 'full'\n[compiler]\nahead = true\n";
/// Longer than the idle delay and the check of a small package, for asserting that nothing runs.
const A_WHILE: Duration = Duration::from_secs(4);

fn opened(user: &str, project: &str, params: impl FnOnce(&mut Value)) -> (Client, String) {
    let mut client = Client::start();
    std::fs::write(client.home().join("config.toml"), user).unwrap();
    client.write_file("Cargo.toml", MANIFEST);
    client.write_file("src/lib.rs", TALL);
    client.write_file("rustassistant.toml", project);
    let mut capabilities = clients::vscode();
    params(&mut capabilities);
    client.initialize(capabilities);
    let uri = client.uri("src/lib.rs");
    client.open(&uri, TALL);
    (client, uri)
}

/// The action at the function's name that extracts the first part.
fn action(client: &mut Client, uri: &str, trigger: u32) -> Option<Value> {
    let context = json!({"diagnostics": [], "triggerKind": trigger});
    let name = range((0, 9), (0, 9));
    let actions = client.actions_in(uri, &name, &context);
    let is_it = |action: &Value| {
        let title = action["title"].as_str().unwrap();
        title.starts_with("Extract `count_long_words`")
    };
    actions.into_iter().find(is_it)
}

fn with_edit(client: &mut Client, uri: &str) -> Value {
    let begun = Instant::now();
    loop {
        // As when the user opens the menu again.
        let action = action(client, uri, 1).unwrap();
        if action.get("edit").is_some() {
            return action;
        }
        assert!(begun.elapsed() < Duration::from_mins(2), "{action}");
        thread::sleep(Duration::from_millis(200));
    }
}

/// Asserts that nothing runs, however long the cursor is idle.
fn assert_nothing_runs(client: &mut Client, uri: &str) {
    for trigger in [2, 1] {
        let _ = action(client, uri, trigger);
        thread::sleep(A_WHILE);
    }
    let action = action(client, uri, 1).unwrap();
    assert!(action.get("edit").is_none() && action.get("command").is_some());
    assert!(!client.root().join("target").exists());
}

#[test]
fn an_action_whose_outcome_is_known_carries_its_edit() {
    let (mut client, uri) = opened(ON, "", |_| ());
    // As an editor requests whenever the cursor moves.
    assert_eq!(action(&mut client, &uri, 2), None);
    let known = with_edit(&mut client, &uri);
    assert!(known.get("command").is_none(), "{known}");
    assert_eq!(known["diagnostics"][0]["code"], "cognitive-complexity");
    let edits = &known["edit"]["documentChanges"][0]["edits"];
    let after = apply(TALL, edits, "utf-16");
    assert!(after.contains("fn count_long_words("), "{after}");
    // The editor may resolve the action, but nothing is left to resolve.
    assert_eq!(client.request("codeAction/resolve", known.clone()), known);
    assert!(
        client
            .asked()
            .iter()
            .all(|it| it["method"] != "workspace/applyEdit")
    );
    let on_disk = std::fs::read_to_string(client.root().join("src/lib.rs")).unwrap();
    assert_eq!(on_disk, TALL);

    // After a change, previous results are discarded.
    let longer = format!("{TALL}\npub fn other() {{}}\n");
    client.change(&uri, 2, &json!([{"text": longer}]));
    let changed = action(&mut client, &uri, 1).unwrap();
    assert!(changed.get("edit").is_none(), "{changed}");
    // The document isn't saved, so nothing runs.
    thread::sleep(A_WHILE);
    let unsaved = action(&mut client, &uri, 1).unwrap();
    assert!(unsaved.get("edit").is_none() && unsaved.get("command").is_some());
}

#[test]
fn news_of_another_file_ends_what_is_known() {
    let (mut client, uri) = opened(ON, "", |_| ());
    let _ = with_edit(&mut client, &uri);
    client.write_file("src/b.rs", "pub fn b() {}\n");
    let changes = json!([{"uri": client.uri("src/b.rs"), "type": 1}]);
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({"changes": changes}),
    );
    client.settle();
    let action = action(&mut client, &uri, 1).unwrap();
    assert!(action.get("edit").is_none(), "{action}");
    // Changes to files created by checking are ignored.
    let _ = with_edit(&mut client, &uri);
    let own = client.uri("target/rustassistant/x/src/lib.rs");
    let changes = json!([{"uri": own, "type": 2}]);
    client.notify(
        "workspace/didChangeWatchedFiles",
        json!({"changes": changes}),
    );
    client.settle();
    let _ = with_edit(&mut client, &uri);
}

#[test]
fn a_person_does_not_wait_for_what_nobody_asked_for() {
    let (mut client, uri) = opened(ON, "", |_| ());
    client.write_file(
        "build.rs",
        "fn main() {\n    std::fs::write(\"running\", \"\").unwrap();\n    std::thread::sleep(std::time::Duration::from_secs(3));\n}\n",
    );
    let chosen = action(&mut client, &uri, 1).unwrap();
    let begun = Instant::now();
    while !client.root().join("running").exists() {
        assert!(begun.elapsed() < Duration::from_mins(2));
        thread::sleep(Duration::from_millis(50));
    }
    let params = json!({
        "command": chosen["command"]["command"],
        "arguments": chosen["command"]["arguments"],
    });
    let id = client.send_request("workspace/executeCommand", params);
    assert_eq!(client.wait(id).unwrap()["applied"], true);
    client.take_asked("workspace/applyEdit");
}

#[test]
fn nothing_runs_that_nobody_has_agreed_to() {
    const FULL: &str = "profile = 'full'\n";
    let (mut client, uri) = opened(FULL, "", |_| ());
    assert_nothing_runs(&mut client, &uri);
    let off = "profile = 'full'\n[compiler]\nahead = false\n";
    for (user, project, has_news) in [
        (off, "", true),
        (ON, "[compiler]\nahead = false\n", true),
        (ON, "", false),
    ] {
        let (mut client, uri) = opened(user, project, |capabilities| {
            let trusted = json!({"trustedWorkspace": true});
            capabilities["experimental"] = json!({"rustassistant": trusted});
            if !has_news {
                capabilities["workspace"]["didChangeWatchedFiles"] = json!(null);
            }
        });
        assert_nothing_runs(&mut client, &uri);
    }
    // Requires a machine with spare cores.
    if thread::available_parallelism().unwrap().get() >= 4 {
        let (mut client, uri) = opened(FULL, "", |capabilities| {
            capabilities["experimental"] = json!({"rustassistant": {"trustedWorkspace": true}});
        });
        let _ = with_edit(&mut client, &uri);
    }
}

#[cfg(unix)]
#[test]
fn nothing_that_lies_in_a_project_stands_for_consent() {
    let mut client = crate::extracting::consent::hostile();
    client.write_file("src/lib.rs", TALL);
    // Settings that an editor reads from the project.
    let options = json!({"profile": "full", "compiler": {"ahead": true}});
    let root = client.root_uri();
    client.set_settings(options.clone());
    client.initialize_with(json!({
        "rootUri": root,
        "workspaceFolders": [{"uri": root, "name": "work"}],
        "capabilities": clients::vscode(),
        "initializationOptions": options,
    }));
    let uri = client.uri("src/lib.rs");
    client.open(&uri, TALL);
    for trigger in [2, 1] {
        let _ = action(&mut client, &uri, trigger);
        thread::sleep(A_WHILE);
    }
    let action = action(&mut client, &uri, 1).unwrap();
    assert!(action.get("edit").is_none() && action.get("command").is_some());
    let ran = client.root().join("ran");
    assert!(!ran.exists(), "{:?}", std::fs::read_to_string(&ran));
    client.forget_notifications("window/showMessage");
    client.leave();
    client.forget_notifications_at_end("window/showMessage");
}
