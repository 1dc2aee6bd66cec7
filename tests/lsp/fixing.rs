//! Applying all safe fixes at once: on saving a file, and in the whole workspace.

use serde_json::{Value, json};

use crate::{
    client::{Client, apply, cursor, edit, offset, range},
    clients,
    samples::{IF, long, nested},
};

const KIND: &str = "source.fixAll.rustassistant";
const TITLE: &str = "RustAssistant: apply all safe fixes";
const CREATE: &str = "window/workDoneProgress/create";

fn fixed(name: &str) -> String {
    format!("fn {name}(a: bool, b: bool) {{\n    if a && b {{\n        g();\n    }}\n}}\n")
}

fn two(first: &str, second: &str) -> String {
    format!("{}\n{}", nested(first), nested(second))
}

/// Requests the actions of an editor on saving.
fn on_save(client: &mut Client, uri: &str, only: &str) -> Vec<Value> {
    let context = json!({"diagnostics": [], "only": [only], "triggerKind": 2});
    client.actions_in(uri, &range((0, 0), (1_000, 0)), &context)
}

fn edits_of(client: &mut Client, action: Value) -> Value {
    let resolved = client.request("codeAction/resolve", action);
    let changes = resolved["edit"]["documentChanges"].as_array().unwrap();
    assert_eq!(changes.len(), 1);
    changes[0]["edits"].clone()
}

#[test]
fn a_saved_file_is_fixed_as_a_whole() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &two("f", "g"));
    for only in ["source", "source.fixAll", KIND] {
        let actions = on_save(&mut client, &uri, only);
        assert_eq!(actions.len(), 1, "{only}: {actions:?}");
        assert_eq!(actions[0]["kind"], KIND);
        assert_eq!(actions[0]["title"], TITLE);
        assert!(actions[0].get("edit").is_none());
        let edits = edits_of(&mut client, actions[0].clone());
        let after = apply(&two("f", "g"), &edits, "utf-16");
        assert_eq!(after, format!("{}\n{}", fixed("f"), fixed("g")));
    }
    for only in [
        "",
        "quickfix",
        "source.fix",
        "source.organizeImports",
        "source.fixAll.other",
    ] {
        let actions = on_save(&mut client, &uri, only);
        assert!(
            !actions.iter().any(|action| action["kind"] == KIND),
            "{only}"
        );
    }
    let plain = client.actions(&uri, &cursor(IF.0, IF.1));
    assert!(!plain.iter().any(|action| action["kind"] == KIND));
}

#[test]
fn the_kind_is_announced() {
    let mut client = Client::start();
    let result = client.initialize(clients::vscode());
    let kinds = &result["capabilities"]["codeActionProvider"]["codeActionKinds"];
    assert!(kinds.as_array().unwrap().contains(&json!(KIND)), "{kinds}");
}

#[test]
fn what_is_fixed_stays_as_it_is() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &fixed("f"));
    assert_eq!(on_save(&mut client, &uri, KIND), Vec::<Value>::new());
    client.change(&uri, 2, &json!([{"text": nested("f")}]));
    assert_eq!(on_save(&mut client, &uri, KIND).len(), 1);
}

#[test]
fn fixing_again_changes_nothing() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    let text = long(300);
    client.open(&uri, &text);
    let action = on_save(&mut client, &uri, KIND).remove(0);
    let edits = edits_of(&mut client, action);
    let after = apply(&text, &edits, "utf-16");
    assert_ne!(after, text);
    client.change(&uri, 2, &json!([{"text": after}]));
    assert_eq!(on_save(&mut client, &uri, KIND), Vec::<Value>::new());
}

#[test]
fn lines_that_stay_are_not_touched() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    let text = format!("// Above.\n{}// Ünter 🦀.\n", two("f", "g"));
    client.open(&uri, &text);
    let action = on_save(&mut client, &uri, KIND).remove(0);
    let edits = edits_of(&mut client, action);
    let edits = edits.as_array().unwrap();
    assert!(edits.len() >= 2, "{edits:?}");
    for edit in edits {
        let at = |end: &str| offset(&text, &edit["range"][end], "utf-16");
        let touched = &text[at("start")..at("end")];
        assert!(
            !touched.contains("fn ") && !touched.contains("//"),
            "{edit}"
        );
    }
}

#[test]
fn a_client_that_resolves_nothing_gets_the_whole_edit() {
    let mut capabilities = clients::helix();
    capabilities["textDocument"]["codeAction"]["dataSupport"] = json!(false);
    let mut client = Client::ready(capabilities);
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    client.published(&uri, Some(1));
    let action = on_save(&mut client, &uri, "source.fixAll").remove(0);
    let edits = &action["edit"]["documentChanges"][0]["edits"];
    assert_eq!(apply(&nested("f"), edits, "utf-8"), fixed("f"));
}

#[test]
fn a_fix_for_an_older_text_resolves_to_nothing() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    let action = on_save(&mut client, &uri, KIND).remove(0);
    client.change(&uri, 2, &json!([edit(&cursor(0, 0), "\n")]));
    let refused = client.call("codeAction/resolve", action);
    assert_eq!(refused.unwrap_err().code, -32801);
}

/// The edit of the server's `workspace/applyEdit` request.
fn asked_edit(client: &mut Client) -> Value {
    let asked = client.take_asked("workspace/applyEdit");
    assert_eq!(asked["label"], TITLE);
    asked["edit"].clone()
}

fn message(client: &mut Client) -> String {
    let message = client.take_notification("window/showMessage");
    message["message"].as_str().unwrap().to_owned()
}

#[test]
fn a_workspace_is_fixed_in_one_edit() {
    let mut client = Client::start();
    client.write_file("src/a.rs", &nested("on_disk"));
    client.write_file("src/b.rs", &nested("b"));
    client.write_file("src/c.rs", &fixed("c"));
    client.write_file("target/debug/CACHEDIR.TAG", "");
    client.write_file("ignored/d.rs", &nested("d"));
    client.write_file("rustassistant.toml", "exclude = [\"ignored\"]\n");
    client.initialize(clients::vscode());
    let open = client.uri("src/a.rs");
    client.open(&open, &nested("old"));
    client.change(&open, 7, &json!([{"text": nested("typed")}]));

    let answer = client.execute("fixWorkspace", &json!([])).unwrap();
    assert_eq!(
        answer,
        json!({"applied": true, "files": 2, "refactorings": 2})
    );
    let edit = asked_edit(&mut client);
    let changes = edit["documentChanges"].as_array().unwrap();
    let documents: Vec<&Value> = changes.iter().map(|it| &it["textDocument"]).collect();
    let closed = client.uri("src/b.rs");
    assert_eq!(
        documents,
        [
            &json!({"uri": open, "version": 7}),
            &json!({"uri": closed, "version": null}),
        ]
    );
    let after = apply(&nested("typed"), &changes[0]["edits"], "utf-16");
    assert_eq!(after, fixed("typed"));
    let after = apply(&nested("b"), &changes[1]["edits"], "utf-16");
    assert_eq!(after, fixed("b"));
    let said = message(&mut client);
    assert_eq!(said, "RustAssistant: applied 2 refactorings in 2 files.");
    let on_disk = std::fs::read_to_string(client.root().join("src/b.rs")).unwrap();
    assert_eq!(on_disk, nested("b"), "the editor writes, not the server");
}

#[test]
fn a_workspace_without_anything_to_fix_is_left_alone() {
    let mut client = Client::start();
    client.write_file("a.rs", &fixed("a"));
    client.initialize(clients::vscode());
    let answer = client.execute("fixWorkspace", &json!([])).unwrap();
    assert_eq!(answer["applied"], false);
    assert!(message(&mut client).contains("no safe refactoring to apply"));
    let is_edit = |asked: &&Value| asked["method"] == "workspace/applyEdit";
    assert_eq!(client.asked().iter().find(is_edit), None);
}

#[test]
fn an_editor_that_refuses_is_quoted() {
    let mut client = Client::start();
    client.write_file("a.rs", &nested("a"));
    client.set_applied(json!({"applied": false, "failureReason": "it is read only"}));
    client.initialize(clients::vscode());
    let answer = client.execute("fixWorkspace", &json!([])).unwrap();
    assert_eq!(answer["applied"], false);
    asked_edit(&mut client);
    assert_eq!(
        message(&mut client),
        "RustAssistant: it is read only; nothing was changed."
    );
}

#[test]
fn an_editor_that_takes_no_edits_is_told_so() {
    let mut capabilities = clients::vscode();
    capabilities["workspace"]["applyEdit"] = json!(false);
    let mut client = Client::ready(capabilities);
    let refused = client.execute("fixWorkspace", &json!([])).unwrap_err();
    assert!(
        refused.message.contains("doesn't support edits"),
        "{refused:?}"
    );
}

#[test]
fn an_editor_without_versions_gets_plain_changes() {
    let mut client = Client::start();
    client.write_file("b.rs", &nested("b"));
    client.initialize(clients::neovim());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("a"));
    client.published(&uri, Some(1));
    client.execute("fixWorkspace", &json!([])).unwrap();
    let edit = asked_edit(&mut client);
    assert!(edit.get("documentChanges").is_none());
    let edits = &edit["changes"][&uri];
    assert_eq!(apply(&nested("a"), edits, "utf-8"), fixed("a"));
    let edits = &edit["changes"][client.uri("b.rs")];
    assert_eq!(apply(&nested("b"), edits, "utf-8"), fixed("b"));
    message(&mut client);
}

#[cfg(unix)]
#[test]
fn a_file_that_is_open_under_another_name_is_changed_once() {
    let mut client = Client::start();
    client.write_file("a.rs", &nested("a"));
    std::os::unix::fs::symlink(client.root().join("a.rs"), client.root().join("z.rs")).unwrap();
    client.initialize(clients::vscode());
    let uri = client.uri("z.rs");
    client.open(&uri, &nested("a"));
    client.execute("fixWorkspace", &json!([])).unwrap();
    let edit = asked_edit(&mut client);
    let changes = edit["documentChanges"].as_array().unwrap();
    assert_eq!(changes.len(), 1, "{edit}");
    assert_eq!(changes[0]["textDocument"]["uri"], uri);
    message(&mut client);
}

/// A workspace with many files and no pending background work.
fn large_workspace() -> Client {
    let mut client = Client::start();
    for at in 0..1_500 {
        client.write_file(&format!("src/m{at}.rs"), &nested(&format!("f{at}")));
    }
    let mut capabilities = clients::vscode();
    capabilities["window"]["workDoneProgress"] = json!(true);
    capabilities["experimental"] = json!({"serverStatusNotification": true});
    client.initialize(capabilities);
    // On a slow machine, progress of this work may be shown; that makes no difference later.
    while client.take_asked_at_work(CREATE).is_some() {}
    client
}

/// Starts fixing everything. The work waits for the reply to its first request.
fn begin_fixing(client: &mut Client) -> (i64, Value) {
    client.hold_answers(|method| method == CREATE);
    let id = client.send_request(
        "workspace/executeCommand",
        json!({"command": "rustassistant.fixWorkspace"}),
    );
    (id, client.take_asked(CREATE))
}

fn assert_second_version_is_changed(client: &mut Client, uri: &str) {
    let edit = asked_edit(client);
    let document = &edit["documentChanges"][0]["textDocument"];
    assert_eq!(*document, json!({"uri": uri, "version": 2}));
}

fn end_fixing(mut client: Client) {
    client.leave();
    client.forget_notifications_at_end("$/progress");
    client.forget_notifications("experimental/serverStatus");
}

#[test]
fn a_workspace_can_be_left_half_way_and_is_not_changed() {
    let mut client = large_workspace();
    let (id, created) = begin_fixing(&mut client);
    client.notify(
        "window/workDoneProgress/cancel",
        json!({"token": created["token"]}),
    );
    client.give_answers();
    let answer = client.wait(id).unwrap();
    assert_eq!(answer["applied"], false);
    assert_eq!(
        message(&mut client),
        "RustAssistant: cancelled; nothing was changed."
    );
    let is_edit = |asked: &&Value| asked["method"] == "workspace/applyEdit";
    assert_eq!(client.asked().iter().find(is_edit), None);
    end_fixing(client);
}

#[test]
fn a_request_that_is_taken_back_changes_nothing() {
    let mut client = large_workspace();
    let (id, _) = begin_fixing(&mut client);
    client.cancel(id);
    client.give_answers();
    assert_eq!(client.wait(id).unwrap_err().code, -32800);
    assert!(message(&mut client).contains("nothing was changed"));
    end_fixing(client);
}

#[test]
fn what_is_typed_before_the_work_is_what_is_changed() {
    let mut client = large_workspace();
    let uri = client.uri("src/m0.rs");
    client.open(&uri, &nested("f0"));
    let (id, _) = begin_fixing(&mut client);
    client.change(&uri, 2, &json!([edit(&cursor(0, 0), "// typed\n")]));
    client.give_answers();
    assert_eq!(client.wait(id).unwrap()["applied"], true);
    message(&mut client);
    assert_second_version_is_changed(&mut client, &uri);
    end_fixing(client);
}

#[test]
fn what_is_typed_meanwhile_is_not_overwritten() {
    let mut client = large_workspace();
    let uri = client.uri("src/m0.rs");
    client.open(&uri, &nested("f0"));
    let (id, _) = begin_fixing(&mut client);
    client.give_answers();
    client.change(&uri, 2, &json!([edit(&cursor(0, 0), "// typed\n")]));
    let answer = client.wait(id).unwrap();
    let said = message(&mut client);
    if answer["applied"] == true {
        // The change arrived before the work started, so the newer text is edited.
        assert_second_version_is_changed(&mut client, &uri);
    } else {
        assert!(said.contains("has changed in the meantime"), "{said}");
    }
    end_fixing(client);
}
