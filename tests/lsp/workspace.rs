//! Settings, folders, files on disk, and background work.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    client::{Client, cursor, edit, range, uri_of},
    clients,
    samples::{IF, nested},
};

const CREATE: &str = "window/workDoneProgress/create";
const OFF: &str = "[smells.collapsible-if]\nenabled = false\n";

fn off() -> Value {
    json!({"smells": {"collapsible-if": {"enabled": false}}})
}

fn found(client: &mut Client, uri: &str) -> usize {
    client.pulled_items(uri).len()
}

#[test]
fn the_nearest_file_of_options_counts() {
    let mut client = Client::start();
    client.write_file("rustassistant.toml", OFF);
    client.write_file("inner/rustassistant.toml", "");
    client.initialize(clients::vscode());
    let (outer, inner) = (client.uri("a.rs"), client.uri("inner/a.rs"));
    client.open(&outer, &nested("f"));
    client.open(&inner, &nested("f"));
    assert_eq!(found(&mut client, &outer), 0);
    assert_eq!(found(&mut client, &inner), 1);
}

#[test]
fn a_changed_file_of_options_counts_at_once() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    assert_eq!(found(&mut client, &uri), 1);
    client.write_file("rustassistant.toml", OFF);
    let changed = json!({"changes": [{"uri": client.uri("rustassistant.toml"), "type": 1}]});
    client.notify("workspace/didChangeWatchedFiles", changed);
    client.take_asked("workspace/diagnostic/refresh");
    assert_eq!(found(&mut client, &uri), 0);
}

#[test]
fn the_editor_is_told_which_files_to_watch() {
    let mut client = Client::ready(clients::vscode());
    let asked = client.take_asked("client/registerCapability");
    let registrations = asked["registrations"].as_array().unwrap();
    let globs = registrations[0]["registerOptions"]["watchers"]
        .as_array()
        .unwrap();
    let globs: Vec<&str> = globs
        .iter()
        .map(|one| one["globPattern"].as_str().unwrap())
        .collect();
    assert_eq!(
        globs,
        [
            "**/rustassistant.toml",
            "**/.rustassistant-baseline.json",
            "**/Cargo.toml",
            "**/rustfmt.toml",
            "**/.rustfmt.toml",
            "**/*.rs"
        ]
    );
    assert_eq!(
        registrations[1]["method"],
        "workspace/didChangeConfiguration"
    );
}

#[test]
fn the_editors_options_are_asked_for_and_asked_for_again() {
    let mut client = Client::start();
    client.set_settings(off());
    client.initialize(clients::vscode());
    let asked = client.take_asked("workspace/configuration");
    assert_eq!(asked["items"], json!([{"section": "rustassistant"}]));
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    // The settings may be processed after the document.
    while found(&mut client, &uri) != 0 {
        client.take_asked("workspace/diagnostic/refresh");
    }

    client.set_settings(Value::Null);
    client.notify(
        "workspace/didChangeConfiguration",
        json!({"settings": null}),
    );
    client.take_asked("workspace/diagnostic/refresh");
    while found(&mut client, &uri) == 0 {
        client.take_asked("workspace/diagnostic/refresh");
    }
}

#[test]
fn settings_that_are_sent_are_taken() {
    let mut capabilities = clients::helix();
    capabilities["workspace"]["configuration"] = json!(false);
    let mut client = Client::ready(capabilities);
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    assert_eq!(client.published(&uri, Some(1)).as_array().unwrap().len(), 1);
    let settings = json!({"settings": {"rustassistant": off()}});
    client.notify("workspace/didChangeConfiguration", settings);
    assert_eq!(client.published(&uri, Some(1)), json!([]));
    let is_question = |asked: &&Value| asked["method"] == "workspace/configuration";
    assert_eq!(client.asked().iter().find(is_question), None);
}

#[test]
fn options_at_the_beginning_count_until_others_come() {
    let mut client = Client::start();
    let root = client.root_uri();
    client.initialize_with(json!({
        "rootUri": root,
        "capabilities": clients::helix(),
        "initializationOptions": {"rustassistant": off()},
    }));
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    assert_eq!(client.published(&uri, Some(1)), json!([]));
}

#[test]
fn mistakes_in_options_are_told_once_and_cost_themselves_only() {
    let mut client = Client::start();
    client.write_file("rustassistant.toml", "profil = \"full\"\n");
    let mut options = off();
    options["cache"] = json!({"path": "/tmp/elsewhere.db"});
    options["smells"]["collapsible-if"]["warn"] = json!("many");
    let root = client.root_uri();
    client.initialize_with(json!({
        "rootUri": root,
        "capabilities": clients::helix(),
        "initializationOptions": options,
    }));
    for name in ["a.rs", "b.rs", "inner/c.rs"] {
        let uri = client.uri(name);
        client.open(&uri, &nested("f"));
        assert_eq!(client.published(&uri, Some(1)), json!([]));
    }
    let mut told = String::new();
    for _ in 0..3 {
        let message = client.take_notification("window/showMessage");
        assert_eq!(message["type"], 2);
        told.push_str(message["message"].as_str().unwrap());
    }
    for words in ["profil", "cache", "smells.collapsible-if.warn"] {
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn a_level_may_be_raised() {
    let mut client = Client::start();
    client.write_file(
        "rustassistant.toml",
        "[smells.collapsible-if]\nlevel = \"warning\"\n",
    );
    client.initialize(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    assert_eq!(client.pulled_items(&uri)[0]["severity"], 2);
    let without = uri_of(&client.home().join("a.rs"));
    client.open(&without, &nested("f"));
    assert_eq!(found(&mut client, &without), 0, "outside of the folder");
}

#[test]
fn manifests_say_what_may_be_written() {
    let mut client = Client::start();
    client.write_file(
        "Cargo.toml",
        "[package]\nname = \"x\"\nedition = \"2021\"\n",
    );
    client.initialize(clients::vscode());
    let chain =
        "fn h(a: bool, b: Option<u8>) {\n    if a && let Some(_) = b {\n        g();\n    }\n}\n";
    let text = nested("f").replace("if a", "if let Some(a) = a") + chain;
    let uri = client.uri("src/lib.rs");
    client.open(&uri, &text);
    assert_eq!(
        found(&mut client, &uri),
        0,
        "chains of `let` need edition 2024"
    );
    client.write_file(
        "Cargo.toml",
        "[package]\nname = \"x\"\nedition = \"2024\"\n",
    );
    let changed = json!({"changes": [{"uri": client.uri("Cargo.toml"), "type": 2}]});
    client.notify("workspace/didChangeWatchedFiles", changed);
    client.take_asked("workspace/diagnostic/refresh");
    assert_eq!(found(&mut client, &uri), 1);
    client.change(&uri, 2, &json!([edit(&cursor(0, 0), "\n")]));
    assert_eq!(found(&mut client, &uri), 1);
}

#[test]
fn without_folders_single_files_are_served() {
    let mut client = Client::start();
    client.initialize_with(json!({"capabilities": clients::vscode(), "rootUri": null}));
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    assert_eq!(found(&mut client, &uri), 1);
}

#[test]
fn folders_come_and_go() {
    let mut client = Client::ready(clients::vscode());
    let other = uri_of(&client.home().join("other"));
    let uri = format!("{other}/a.rs");
    client.open(&uri, &nested("f"));
    assert_eq!(found(&mut client, &uri), 0);
    let folder = json!([{"uri": other, "name": "other"}]);
    let event =
        |added: &Value, removed: &Value| json!({"event": {"added": added, "removed": removed}});
    client.notify(
        "workspace/didChangeWorkspaceFolders",
        event(&folder, &json!([])),
    );
    client.take_asked("workspace/diagnostic/refresh");
    assert_eq!(found(&mut client, &uri), 1);
    client.notify(
        "workspace/didChangeWorkspaceFolders",
        event(&json!([]), &folder),
    );
    client.take_asked("workspace/diagnostic/refresh");
    assert_eq!(found(&mut client, &uri), 0);
}

#[test]
fn each_of_several_folders_has_settings_of_its_own() {
    let mut client = Client::start();
    let [one, two] = ["one", "two"].map(|folder| client.uri(folder));
    client.set_settings_of(&two, off());
    let folders = json!([{"uri": one, "name": "one"}, {"uri": two, "name": "two"}]);
    client.initialize_with(json!({
        "rootUri": null, "workspaceFolders": folders, "capabilities": clients::vscode(),
    }));
    let asked = client.take_asked("workspace/configuration");
    let expected = json!([
        {"section": "rustassistant"},
        {"scopeUri": one, "section": "rustassistant"},
        {"scopeUri": two, "section": "rustassistant"},
    ]);
    assert_eq!(asked["items"], expected);
    client.settle();
    let files = [format!("{one}/a.rs"), format!("{two}/a.rs")];
    for uri in &files {
        client.open(uri, &nested("f"));
    }
    client.take_asked("workspace/diagnostic/refresh");
    assert_eq!(files.clone().map(|uri| found(&mut client, &uri)), [1, 0]);

    // Settings sent for all folders don't replace those of each folder.
    client.set_settings_of(&one, off());
    client.notify(
        "workspace/didChangeConfiguration",
        json!({"settings": {"rustassistant": {"profile": "full"}}}),
    );
    client.take_asked("workspace/configuration");
    while files.clone().map(|uri| found(&mut client, &uri)) != [0, 0] {
        client.take_asked("workspace/diagnostic/refresh");
    }
}

fn with_progress() -> Value {
    let mut capabilities = clients::vscode();
    capabilities["window"]["workDoneProgress"] = json!(true);
    capabilities["experimental"] = json!({"serverStatusNotification": true});
    capabilities
}

/// A server with visible background work, with its progress request and the number of files. Uses as many files as needed for
/// this machine to take long enough; the work waits for [`Client::give_answers`].
fn shown_work() -> (Client, Value, u64) {
    for count in [200, 800, 3_200, 12_800, 51_200] {
        let mut client = Client::start();
        for at in 0..count {
            let functions = (0..10).map(|number| nested(&format!("f{at}_{number}")));
            client.write_file(&format!("src/m{at}.rs"), &functions.collect::<String>());
        }
        client.hold_answers(|method| method == CREATE);
        client.initialize(with_progress());
        if let Some(created) = client.take_asked_at_work(CREATE) {
            return (client, created, count);
        }
        client.leave();
        client.forget_notifications_at_end("experimental/serverStatus");
    }
    panic!("work on 512,000 functions is over in a moment")
}

fn end_shown(client: &mut Client) {
    assert_eq!(client.leave(), 0);
    client.forget_notifications_at_end("experimental/serverStatus");
}

/// The kinds of progress notifications until the end.
fn progress_to_end(client: &mut Client) -> Vec<String> {
    let mut kinds = Vec::new();
    loop {
        let progress = client.take_notification("$/progress");
        let kind = progress["value"]["kind"].as_str().unwrap().to_owned();
        kinds.push(kind.clone());
        if kind == "end" {
            return kinds;
        }
    }
}

#[test]
fn the_workspace_is_worked_through_into_the_cache_with_progress() {
    let (mut client, _, count) = shown_work();
    client.give_answers();
    let kinds = progress_to_end(&mut client);
    assert_eq!(kinds.first().map(String::as_str), Some("begin"));
    assert_eq!(kinds.iter().filter(|kind| *kind != "report").count(), 2);
    end_shown(&mut client);
    assert_eq!(stored_entries(&client), count, "one entry a file");
}

#[test]
fn work_that_is_over_in_a_moment_is_not_shown() {
    let mut client = Client::start();
    for at in 0..3 {
        client.write_file(&format!("src/m{at}.rs"), &nested(&format!("f{at}")));
    }
    client.initialize(with_progress());
    while client.take_notification("experimental/serverStatus")["quiescent"] != true {}
    let is_progress = |asked: &&Value| asked["method"] == CREATE;
    assert_eq!(client.asked().iter().find(is_progress), None);
    assert_eq!(client.leave(), 0);
    assert_eq!(stored_entries(&client), 3);
}

/// The number of reports in the cache of the client's home directory, as reported by the command line.
fn stored_entries(client: &Client) -> u64 {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_rustassistant"))
        .args(["cache", "stats"])
        .env("RUSTASSISTANT_HOME", client.home())
        .current_dir(client.root())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("entries: "));
    line.expect(&text).parse().unwrap()
}

#[test]
fn background_work_ends_when_it_is_cancelled() {
    let (mut client, created, count) = shown_work();
    client.notify("window/workDoneProgress/cancel", json!({"token": 7}));
    client.notify(
        "window/workDoneProgress/cancel",
        json!({"token": created["token"]}),
    );
    client.give_answers();
    let kinds = progress_to_end(&mut client);
    assert_eq!(kinds.last().map(String::as_str), Some("end"));
    end_shown(&mut client);
    assert!(stored_entries(&client) < count);
}

#[test]
fn too_many_files_are_told_once() {
    let mut client = Client::start();
    client.write_file("rustassistant.toml", "[workspace]\nmax_files = 2\n");
    for at in 0..5 {
        client.write_file(&format!("m{at}.rs"), "");
    }
    client.initialize(clients::vscode());
    let message = client.take_notification("window/showMessage");
    assert!(message["message"].as_str().unwrap().contains("more than 2"));
}

#[test]
fn only_what_is_on_disk_is_kept() {
    let mut client = Client::ready(clients::vscode());
    let (saved, unsaved) = (client.uri("saved.rs"), client.uri("unsaved.rs"));
    client.write_file("saved.rs", &nested("saved"));
    client.write_file("unsaved.rs", "");
    for (uri, text) in [
        (saved.as_str(), nested("saved")),
        (unsaved.as_str(), nested("typed")),
        ("untitled:a", nested("untitled")),
    ] {
        client.open(uri, &text);
        assert_eq!(found(&mut client, uri), 1);
    }
    client.change(&saved, 2, &json!([edit(&cursor(0, 0), "\n")]));
    assert_eq!(found(&mut client, &saved), 1);
    client.notify(
        "textDocument/didSave",
        json!({"textDocument": {"uri": unsaved}}),
    );
    client.settle();
    assert_eq!(client.leave(), 0);
    // The background work may have run before: the empty file is on disk too.
    let entries = stored_entries(&client);
    assert!((1..=2).contains(&entries), "{entries}");
}

/// The comparison is an opportunity only while the enum derives the required trait, elsewhere in the file.
#[test]
fn what_is_kept_on_saving_is_what_the_whole_file_says() {
    let function = "pub fn is_early(kind: Kind) -> bool {\n    let early = kind == Kind::A || kind == Kind::B || kind == Kind::C \
        || kind == Kind::D;\n    early\n}\n";
    let text = |derived: &str| {
        format!("#[derive({derived})]\npub enum Kind {{ A, B, C, D, E }}\n{function}")
    };
    let mut client = Client::start();
    client.write_file("rustassistant.toml", "profile = \"full\"\n");
    client.write_file("a.rs", &text("PartialEq, Clone"));
    client.initialize(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &text("PartialEq, Clone"));
    assert_eq!(found(&mut client, &uri), 1);
    client.change(&uri, 2, &json!([edit(&range((0, 9), (0, 20)), "")]));
    client.write_file("a.rs", &text("Clone"));
    let saved = json!({"textDocument": {"uri": uri}});
    client.notify("textDocument/didSave", saved);
    // A report and a survey of the old text, and the report of the saved text, which is written after the response.
    let started = Instant::now();
    while stored_entries(&client) < 3 {
        assert!(started.elapsed() < Duration::from_mins(1));
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(client.leave(), 0);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_rustassistant"))
        .args(["refactor", "analyze", "a.rs", "--format", "json"])
        .current_dir(client.root())
        .env("RUSTASSISTANT_HOME", client.home())
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (hits, findings) = (
        &report["summary"]["cache"]["local_hits"],
        &report["summary"]["findings"],
    );
    assert_eq!((hits, findings), (&json!(1), &json!(0)), "{report}");
}

#[test]
fn a_cache_that_cannot_be_used_changes_nothing() {
    let mut client = Client::start();
    std::fs::write(client.home().join("cache.db"), "no database at all").unwrap();
    client.write_file("a.rs", &nested("f"));
    client.initialize(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    assert_eq!(found(&mut client, &uri), 1);
    assert!(!client.actions(&uri, &cursor(IF.0, IF.1)).is_empty());
}

#[cfg(unix)]
#[test]
fn a_home_that_is_a_file_changes_nothing() {
    let mut client = Client::start_with(&[], &[("RUSTASSISTANT_HOME", "/dev/null")]);
    client.initialize(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    assert_eq!(found(&mut client, &uri), 1);
    // The message about the home directory may arrive late.
    assert_eq!(client.leave(), 0);
    client.forget_notifications_at_end("window/showMessage");
}

#[test]
fn diagnostics_say_what_they_are() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    let item = client.pulled_items(&uri).remove(0);
    assert_eq!(item["source"], "rustassistant");
    assert_eq!(item["code"], "collapsible-if");
    assert_eq!(item["severity"], 4);
    let href = item["codeDescription"]["href"].as_str().unwrap();
    assert!(href.starts_with("https://") && href.contains("collapsible_if"));
    assert_eq!(item["data"]["smell"], "collapsible-if");
    assert!(item["data"]["hash"].is_string());
}

#[test]
fn an_unchanged_result_is_not_sent_again() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    let first = client.pull(&uri);
    let again = json!({"textDocument": {"uri": uri}, "previousResultId": first["resultId"]});
    // A change that affects no finding yields the same result.
    client.change(&uri, 2, &json!([edit(&cursor(6, 1), " ")]));
    let second = client.request("textDocument/diagnostic", again.clone());
    assert_eq!(
        second,
        json!({"kind": "unchanged", "resultId": first["resultId"]})
    );
    client.change(&uri, 3, &json!([edit(&cursor(0, 0), "\n")]));
    let third = client.request("textDocument/diagnostic", again);
    assert_eq!(third["kind"], "full");
    assert_ne!(third["resultId"], first["resultId"]);
}

#[test]
fn closing_takes_pushed_diagnostics_back() {
    let mut client = Client::ready(clients::neovim());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    assert_eq!(client.published(&uri, Some(1)).as_array().unwrap().len(), 1);
    client.close(&uri);
    assert_eq!(client.published(&uri, None), json!([]));
}

#[test]
fn related_places_are_told_where_they_are_understood() {
    let inner = "                        while a {\n                            if a {\n                                \
                 for _ in 0..3 {\n                                    g();\n                                }\n                            \
                 }\n                        }\n";
    let deep = "fn f(a: bool) {\n    while a {\n        for _ in 0..3 {\n            if a {\n                \
                loop {\n                    if a {\nINNER                    \
                }\n                }\n            }\n        }\n    }\n}\n";
    let deep = deep.replace("INNER", &inner.repeat(6));
    for supported in [true, false] {
        let mut capabilities = clients::vscode();
        capabilities["textDocument"]["publishDiagnostics"]["relatedInformation"] = json!(supported);
        let mut client = Client::ready(capabilities);
        let uri = client.uri("a.rs");
        client.open(&uri, &deep);
        let items = client.pulled_items(&uri);
        let has_related = items
            .iter()
            .any(|item| item.get("relatedInformation").is_some());
        assert_eq!(has_related, supported, "{items:?}");
    }
}

#[test]
fn many_documents_at_once_are_all_served() {
    let mut client = Client::ready(clients::helix());
    let uris: Vec<String> = (0..60).map(|at| client.uri(&format!("m{at}.rs"))).collect();
    for uri in &uris {
        client.open(uri, &nested("f"));
    }
    let mut published = HashSet::new();
    while published.len() < uris.len() {
        let params = client.take_notification("textDocument/publishDiagnostics");
        assert_eq!(params["diagnostics"].as_array().unwrap().len(), 1);
        published.insert(params["uri"].as_str().unwrap().to_owned());
    }
}
