//! Offers that rustc must accept: a command takes the place of the edit, and cargo runs only when the user has chosen it.

use serde_json::{Value, json};

use crate::{
    client::{Client, apply, cursor},
    clients,
};

const TITLE: &str = "Remove `.clone()`";
const COMMAND: &str = "rustassistant.carryOutChecked";
const MANIFEST: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
const ON_DISK: &str = "pub fn f() {}\n";
const TYPED: &str = "\
// \u{1f980}
pub fn store(names: &mut Vec<String>, name: String) {
    names.push(name.clone());
}

pub fn twice(names: &mut Vec<String>, name: String) {
    names.push(name.clone());
    names.push(name);
}
";

/// A package with an open document that differs from the file on disk.
fn opened(client: Client, capabilities: Value) -> (Client, String) {
    let mut client = client;
    client.write_file("Cargo.toml", MANIFEST);
    client.write_file("src/lib.rs", ON_DISK);
    client.initialize(capabilities);
    let uri = client.uri("src/lib.rs");
    client.open(&uri, ON_DISK);
    client.change(&uri, 7, &json!([{"text": TYPED}]));
    (client, uri)
}

fn by_hand() -> Value {
    json!({"diagnostics": [], "triggerKind": 1})
}

fn offered(client: &mut Client, uri: &str, at: &Value, context: &Value) -> Vec<Value> {
    let actions = client.actions_in(uri, at, context);
    let is_it = |action: &Value| action["title"] == TITLE;
    actions.into_iter().filter(is_it).collect()
}

fn choose(client: &mut Client, action: &Value) -> i64 {
    assert_eq!(action["command"]["command"], COMMAND);
    let arguments = action["command"]["arguments"].clone();
    let params = json!({"command": COMMAND, "arguments": arguments});
    client.send_request("workspace/executeCommand", params)
}

fn assert_no_edit(client: &Client) {
    let is_edit = |asked: &&Value| asked["method"] == "workspace/applyEdit";
    assert_eq!(client.asked().iter().find(is_edit), None);
}

#[test]
fn what_rustc_agrees_to_is_carried_out_in_the_text_that_the_editor_has() {
    let (mut client, uri) = opened(Client::start(), clients::vscode());
    let mut found = offered(&mut client, &uri, &cursor(2, 21), &by_hand());
    assert_eq!(found.len(), 1, "{found:?}");
    let action = found.remove(0);
    assert_eq!(action["kind"], "refactor.rewrite");
    assert!(action.get("edit").is_none() && action.get("isPreferred").is_none());
    assert!(
        !client.root().join("target").exists(),
        "nothing is built for a menu"
    );
    let resolved = client.request("codeAction/resolve", action.clone());
    assert_eq!(resolved, action);
    let id = choose(&mut client, &action);
    assert_eq!(client.wait(id).unwrap()["applied"], true);
    let asked = client.take_asked("workspace/applyEdit");
    assert_eq!(asked["label"], TITLE);
    let changes = asked["edit"]["documentChanges"].as_array().unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(
        changes[0]["textDocument"],
        json!({"uri": uri, "version": 7})
    );
    let after = apply(TYPED, &changes[0]["edits"], "utf-16");
    assert_eq!(after, TYPED.replacen("name.clone()", "name", 1));
    let on_disk = std::fs::read_to_string(client.root().join("src/lib.rs")).unwrap();
    assert_eq!(on_disk, ON_DISK, "the editor writes, not the server");
}

#[test]
fn what_rustc_refuses_is_one_sentence_and_no_edit() {
    let (mut client, uri) = opened(Client::start(), clients::vscode());
    let found = offered(&mut client, &uri, &cursor(6, 21), &by_hand());
    let id = choose(&mut client, &found[0]);
    assert_eq!(client.wait(id).unwrap(), json!({"applied": false}));
    let said = client.take_notification("window/showMessage");
    let said = said["message"].as_str().unwrap();
    assert!(
        said.contains("rustc rejects it: use of moved value"),
        "{said}"
    );
    assert_no_edit(&client);
}

#[test]
fn a_text_that_has_changed_is_left_alone() {
    let (mut client, uri) = opened(Client::start(), clients::vscode());
    let found = offered(&mut client, &uri, &cursor(2, 21), &by_hand());
    client.change(&uri, 8, &json!([{"text": ON_DISK}]));
    let id = choose(&mut client, &found[0]);
    assert_eq!(client.wait(id).unwrap(), json!({"applied": false}));
    let said = client.take_notification("window/showMessage");
    assert!(
        said["message"]
            .as_str()
            .unwrap()
            .contains("has changed in the meantime")
    );
    assert_no_edit(&client);
    assert!(!client.root().join("target").exists());
}

#[test]
fn it_is_offered_to_a_person_alone_and_never_as_a_fix_of_everything() {
    let (mut client, uri) = opened(Client::start(), clients::vscode());
    let automatic = json!({"diagnostics": [], "triggerKind": 2});
    assert!(offered(&mut client, &uri, &cursor(2, 21), &automatic).is_empty());
    for (only, count) in [
        ("refactor", 1),
        ("refactor.rewrite", 1),
        ("quickfix", 0),
        ("refactor.extract", 0),
    ] {
        let context = json!({"diagnostics": [], "triggerKind": 1, "only": [only]});
        let found = offered(&mut client, &uri, &cursor(2, 21), &context);
        assert_eq!(found.len(), count, "{only}");
    }
    let context = json!({"diagnostics": [], "triggerKind": 1, "only": ["source.fixAll"]});
    let all = crate::client::range((0, 0), (9, 0));
    assert!(client.actions_in(&uri, &all, &context).is_empty());
}

#[test]
fn where_rustc_may_not_be_asked_it_is_not_offered() {
    // As set by the extension in an untrusted workspace.
    let client = Client::start();
    client.write_file("rustassistant.toml", "[compiler]\nenabled = false\n");
    let (mut client, uri) = opened(client, clients::vscode());
    assert!(offered(&mut client, &uri, &cursor(2, 21), &by_hand()).is_empty());

    let client = Client::start_with(&[], &[("PATH", "")]);
    let (mut client, uri) = opened(client, clients::vscode());
    assert!(offered(&mut client, &uri, &cursor(2, 21), &by_hand()).is_empty());

    for name in ["applyEdit", "executeCommand"] {
        let mut capabilities = clients::vscode();
        capabilities["workspace"][name] = json!(null);
        let (mut client, uri) = opened(Client::start(), capabilities);
        assert!(
            offered(&mut client, &uri, &cursor(2, 21), &by_hand()).is_empty(),
            "{name}"
        );
    }
}
