//! Extracting a function: rustc runs when the user has chosen the action, and at no other time.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    client::{Client, apply, cursor, edit, offset, range},
    clients,
};

const TITLE: &str = "Extract into a function";
const COMMAND: &str = "rustassistant.extractFunction";
const MANIFEST: &str = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
const ON_DISK: &str = "mod b;\n\npub fn f() -> u32 {\n    b::once(1)\n}\n";
const TYPED: &str = "\
mod b;

pub fn f(names: &[u32]) -> u32 {
    let mut total = 0;
    // What all have. \u{1f980}
    for count in names {
        total += b::twice(*count);
    }
    total
}
";
/// A program that records its process id and waits for the file `go`, for at most four minutes.
const WAITING: &str = "\
fn main() {
    std::fs::write(\"running.new\", std::process::id().to_string()).unwrap();
    std::fs::rename(\"running.new\", \"running\").unwrap();
    for _ in 0..12_000 {
        if std::path::Path::new(\"go\").exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
";

/// A package with open documents that differ from the files on disk, and the URI of the file with the loop.
fn opened(capabilities: Value) -> (Client, String) {
    let client = package();
    open_typed(client, capabilities)
}

fn package() -> Client {
    let client = Client::start();
    write_package(&client);
    client
}

fn write_package(client: &Client) {
    client.write_file("Cargo.toml", MANIFEST);
    client.write_file("src/lib.rs", ON_DISK);
    client.write_file("src/b.rs", "pub fn once(a: u32) -> u32 {\n    a\n}\n");
}

fn open_typed(mut client: Client, capabilities: Value) -> (Client, String) {
    client.initialize(capabilities);
    let uri = client.uri("src/lib.rs");
    client.open(&uri, ON_DISK);
    client.change(&uri, 7, &json!([{"text": TYPED}]));
    let beside = client.uri("src/b.rs");
    client.open(&beside, "pub fn twice(a: u32) -> u32 {\n    a * 2\n}\n");
    (client, uri)
}

/// From the comment to the end of the loop.
fn the_loop() -> Value {
    range((4, 0), (8, 0))
}

fn extractions(client: &mut Client, uri: &str, selection: &Value, context: &Value) -> Vec<Value> {
    let actions = client.actions_in(uri, selection, context);
    let is_it = |action: &Value| action["title"] == TITLE;
    actions.into_iter().filter(is_it).collect()
}

/// The command of the action at a selection.
fn offered(client: &mut Client, uri: &str, selection: &Value) -> Value {
    let context = json!({"diagnostics": [], "triggerKind": 1});
    let mut found = extractions(client, uri, selection, &context);
    assert_eq!(found.len(), 1, "{found:?}");
    let action = found.remove(0);
    assert_eq!(action["kind"], "refactor.extract");
    assert!(action.get("edit").is_none() && action.get("isPreferred").is_none());
    let resolved = client.request("codeAction/resolve", action.clone());
    assert_eq!(resolved, action);
    assert_eq!(action["command"]["command"], COMMAND);
    action["command"].clone()
}

fn choose(client: &mut Client, command: &Value) -> i64 {
    let arguments = command["arguments"].clone();
    let params = json!({"command": COMMAND, "arguments": arguments});
    client.send_request("workspace/executeCommand", params)
}

fn message(client: &mut Client) -> String {
    let message = client.take_notification("window/showMessage");
    message["message"].as_str().unwrap().to_owned()
}

fn assert_no_edit(client: &Client) {
    let is_edit = |asked: &&Value| asked["method"] == "workspace/applyEdit";
    assert_eq!(client.asked().iter().find(is_edit), None);
}

#[test]
fn what_the_editor_has_is_extracted_from_and_changed_in_one_edit() {
    let (mut client, uri) = opened(clients::vscode());
    let command = offered(&mut client, &uri, &the_loop());
    let id = choose(&mut client, &command);
    let answer = client.wait(id).unwrap();
    let asked = client.take_asked("workspace/applyEdit");
    assert_eq!(asked["label"], "Extract into a function `update_total`");
    let changes = asked["edit"]["documentChanges"].as_array().unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(
        changes[0]["textDocument"],
        json!({"uri": uri, "version": 7})
    );
    let edits = changes[0]["edits"].as_array().unwrap();
    let touches_end = |edit: &Value| edit["range"]["end"] == json!({"line": 8, "character": 4});
    assert!(!edits.iter().any(touches_end), "{edits:?}");
    let after = apply(TYPED, &changes[0]["edits"], "utf-16");
    let function = "\nfn update_total(names: &[u32], total: &mut u32) {\n    // What all have. \u{1f980}\n    for count in names {\n        *total += b::twice(*count);\n    }\n}\n";
    assert!(after.contains(function), "{after}");
    assert_eq!(answer["applied"], true);
    assert_eq!(answer["name"], "update_total");
    let call = offset(&after, &answer["call"], "utf-16");
    assert!(
        after[call..].starts_with("update_total(names, &mut total);"),
        "{answer}"
    );
    let on_disk = std::fs::read_to_string(client.root().join("src/lib.rs")).unwrap();
    assert_eq!(on_disk, ON_DISK, "the editor writes, not the server");
    assert!(!client.root().join("Cargo.lock").exists());
}

#[test]
fn neovim_carries_out_commands_without_saying_so() {
    let mut client = package();
    let root = client.root_uri();
    client.initialize_with(json!({
        "rootUri": root,
        "clientInfo": {"name": "Neovim", "version": "0.10.4"},
        "capabilities": clients::neovim(),
    }));
    let uri = client.uri("src/lib.rs");
    let text = TYPED.replace("twice", "once");
    client.open(&uri, &text);
    client.published(&uri, Some(1));
    let command = offered(&mut client, &uri, &the_loop());
    let id = choose(&mut client, &command);
    assert_eq!(client.wait(id).unwrap()["applied"], true);
    let asked = client.take_asked("workspace/applyEdit");
    let after = apply(&text, &asked["edit"]["changes"][&uri], "utf-8");
    assert!(
        after.contains("    update_total(names, &mut total);\n    total\n"),
        "{after}"
    );
}

#[test]
fn what_no_function_can_be_made_of_is_not_offered() {
    let (mut client, uri) = opened(clients::vscode());
    let context = json!({"diagnostics": [], "triggerKind": 1});
    for selection in [cursor(5, 8), range((4, 0), (6, 0)), range((0, 0), (1, 0))] {
        let found = extractions(&mut client, &uri, &selection, &context);
        assert!(found.is_empty(), "{selection}: {found:?}");
    }
    for (only, expected) in [
        ("refactor", 1),
        ("refactor.extract", 1),
        ("refactor.extract.function", 0),
        ("quickfix", 0),
        ("source.fixAll", 0),
    ] {
        let context = json!({"diagnostics": [], "triggerKind": 1, "only": [only]});
        let found = extractions(&mut client, &uri, &the_loop(), &context);
        assert_eq!(found.len(), expected, "{only}");
    }
    let automatic = json!({"diagnostics": [], "triggerKind": 2});
    assert!(extractions(&mut client, &uri, &the_loop(), &automatic).is_empty());
}

#[test]
fn clients_that_cannot_carry_it_out_get_no_offer() {
    for name in ["applyEdit", "executeCommand"] {
        let mut capabilities = clients::vscode();
        capabilities["workspace"][name] = json!(null);
        let (mut client, uri) = opened(capabilities);
        let context = json!({"diagnostics": [], "triggerKind": 1});
        assert!(
            extractions(&mut client, &uri, &the_loop(), &context).is_empty(),
            "{name}"
        );
        let refused = client.execute(
            "extractFunction",
            &json!([{
                "uri": uri, "hash": "", "start": 0, "end": 1,
            }]),
        );
        let refused = refused.unwrap_err();
        assert!(
            refused.message.contains("doesn't support edits"),
            "{refused:?}"
        );
    }
}

#[test]
fn whoever_switches_the_compiler_off_gets_no_offer() {
    let context = json!({"diagnostics": [], "triggerKind": 1});
    let client = package();
    client.write_file("rustassistant.toml", "[compiler]\nenabled = false\n");
    let (mut client, uri) = open_typed(client, clients::vscode());
    assert!(extractions(&mut client, &uri, &the_loop(), &context).is_empty());

    let mut client = package();
    client.set_settings(json!({"compiler": {"enabled": false}}));
    let (mut client, uri) = open_typed(client, clients::vscode());
    // Settings are requested after initialization, and apply once they are received.
    let since = Instant::now();
    while !extractions(&mut client, &uri, &the_loop(), &context).is_empty() {
        assert!(since.elapsed() < Duration::from_mins(1));
    }
}

#[test]
fn without_cargo_there_is_no_offer() {
    let client = Client::start_with(&[], &[("PATH", "")]);
    write_package(&client);
    let (mut client, uri) = open_typed(client, clients::vscode());
    let context = json!({"diagnostics": [], "triggerKind": 1});
    assert!(extractions(&mut client, &uri, &the_loop(), &context).is_empty());
}

#[test]
fn what_rustc_refuses_is_one_sentence() {
    let client = package();
    client.write_file(
        "src/b.rs",
        "pub struct Bell(pub u8);\n\nimpl Drop for Bell {\n    fn drop(&mut self) {\n        println!(\"{}\", self.0);\n    }\n}\n",
    );
    let text = "mod b;\n\npub fn f(a: u8) {\n    let bell = b::Bell(a);\n    let c = bell.0 + 1;\n    println!(\"{c}\");\n    println!(\"last\");\n}\n";
    client.write_file("src/lib.rs", text);
    let mut client = client;
    client.initialize(clients::vscode());
    let uri = client.uri("src/lib.rs");
    client.open(&uri, text);
    let command = offered(&mut client, &uri, &range((3, 0), (6, 0)));
    let id = choose(&mut client, &command);
    assert_eq!(client.wait(id).unwrap(), json!({"applied": false}));
    let said = message(&mut client);
    assert!(
        said.starts_with(
            "RustAssistant: `bell` would be dropped earlier, at the end of the new function"
        ),
        "{said}"
    );
    assert_no_edit(&client);
}

#[test]
fn what_does_not_compile_says_where() {
    let client = package();
    client.write_file("src/lib.rs", "pub fn f() -> u8 {\n    true\n}\n");
    let (mut client, uri) = open_typed(client, clients::vscode());
    let command = offered(&mut client, &uri, &the_loop());
    let id = choose(&mut client, &command);
    assert_eq!(client.wait(id).unwrap()["applied"], false);
    let said = message(&mut client);
    assert!(
        said.contains("the code doesn't compile") && said.contains("lib.rs:2"),
        "{said}"
    );
    assert!(said.ends_with("; nothing was changed."), "{said}");
}

#[test]
fn a_text_that_was_changed_before_is_not_extracted_from() {
    let (mut client, uri) = opened(clients::vscode());
    let command = offered(&mut client, &uri, &the_loop());
    client.change(&uri, 8, &json!([edit(&cursor(0, 0), "// typed\n")]));
    let id = choose(&mut client, &command);
    assert_eq!(client.wait(id).unwrap()["applied"], false);
    assert!(message(&mut client).contains("has changed in the meantime"));
    let refused = client.execute("extractFunction", &json!([])).unwrap_err();
    assert_eq!(refused.code, -32602);
}

/// A package whose check is running and blocked.
fn waiting(capabilities: Value) -> (Client, String, Value, i64) {
    let client = package();
    client.write_file("build.rs", WAITING);
    let (mut client, uri) = open_typed(client, capabilities);
    let command = offered(&mut client, &uri, &the_loop());
    let id = choose(&mut client, &command);
    let (running, since) = (client.root().join("running"), Instant::now());
    while !running.exists() {
        assert!(since.elapsed() < Duration::from_mins(4));
        // Requests of the server are answered in the meantime.
        client.settle();
        thread::sleep(Duration::from_millis(5));
    }
    (client, uri, command, id)
}

#[test]
fn what_is_typed_meanwhile_drops_the_answer() {
    for file in ["src/lib.rs", "src/b.rs"] {
        let (mut client, _, _, id) = waiting(clients::vscode());
        let uri = client.uri(file);
        client.change(&uri, 8, &json!([edit(&cursor(0, 0), "// typed\n")]));
        client.settle();
        client.write_file("go", "");
        assert_eq!(client.wait(id).unwrap()["applied"], false);
        let said = message(&mut client);
        assert!(said.contains("has changed in the meantime"), "{said}");
        assert_no_edit(&client);
    }
}

#[test]
fn one_is_checked_at_a_time_and_others_are_served_meanwhile() {
    let (mut client, uri, command, id) = waiting(clients::vscode());
    let second = choose(&mut client, &command);
    assert_eq!(client.wait(second).unwrap()["applied"], false);
    assert!(message(&mut client).contains("Another refactoring is being checked"));
    client.pull(&uri);
    assert!(!client.has_reply(id));
    client.write_file("go", "");
    assert_eq!(client.wait(id).unwrap()["applied"], true);
}

#[test]
fn an_editor_that_refuses_is_quoted() {
    let mut client = package();
    client.set_applied(json!({"applied": false, "failureReason": "it is read only"}));
    let (mut client, uri) = open_typed(client, clients::vscode());
    let command = offered(&mut client, &uri, &the_loop());
    let id = choose(&mut client, &command);
    assert_eq!(client.wait(id).unwrap()["applied"], false);
    let said = message(&mut client);
    assert_eq!(said, "RustAssistant: it is read only; nothing was changed.");
}

#[cfg(target_os = "linux")]
mod ends {
    use super::*;

    /// Waits until a process has exited, whether or not it was told to.
    fn wait_for_end(process: &str) {
        let since = Instant::now();
        let runs = || {
            let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        while runs() {
            assert!(since.elapsed() < Duration::from_secs(10), "{process} runs");
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn running(client: &Client) -> String {
        std::fs::read_to_string(client.root().join("running")).unwrap()
    }

    #[test]
    fn it_can_be_cancelled_where_it_is_shown() {
        let mut capabilities = clients::vscode();
        capabilities["window"]["workDoneProgress"] = json!(true);
        let (mut client, _, _, id) = waiting(capabilities);
        let begin = loop {
            let said = client.take_notification("$/progress");
            if said["value"]["title"] == "Checking with rustc" {
                break said;
            }
        };
        assert_eq!(begin["value"]["cancellable"], true);
        assert!(begin["value"].get("percentage").is_none());
        let token = json!({"token": begin["token"]});
        client.notify("window/workDoneProgress/cancel", token);
        assert_eq!(client.wait(id).unwrap()["applied"], false);
        assert_eq!(
            message(&mut client),
            "RustAssistant: cancelled; nothing was changed."
        );
        wait_for_end(&running(&client));
        assert_no_edit(&client);
        client.leave();
        client.forget_notifications_at_end("$/progress");
    }

    #[test]
    fn it_ends_with_the_request_and_with_the_session() {
        let (mut client, _, _, id) = waiting(clients::vscode());
        client.cancel(id);
        assert_eq!(client.wait(id).unwrap_err().code, -32800);
        assert!(message(&mut client).contains("cancelled"));
        wait_for_end(&running(&client));

        let (mut client, ..) = waiting(clients::vscode());
        let process = running(&client);
        assert_eq!(client.leave(), 0);
        wait_for_end(&process);
        client.forget_notifications_at_end("window/showMessage");
        client.forget_replies();
    }
}

#[cfg(unix)]
pub(crate) mod consent {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    /// Programs that record that they ran, wherever a project can specify one for cargo or rustup to start.
    pub(crate) fn hostile() -> Client {
        let client = package();
        let root = client.root();
        let root = root.display();
        let script = format!("#!/bin/sh\necho \"$0\" >> '{root}/ran'\nexit 1\n");
        for file in [
            "evil.sh",
            "toolchain/bin/cargo",
            "toolchain/bin/rustc",
            "target/debug/build/a-0/build-script-build",
        ] {
            client.write_file(file, &script);
            let path = client.root().join(file);
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        client.write_file(
            "build.rs",
            &format!("fn main() {{ std::fs::write(\"{root}/ran\", \"build.rs\").unwrap(); }}\n"),
        );
        client.write_file(
            "rust-toolchain.toml",
            &format!("[toolchain]\npath = \"{root}/toolchain\"\n"),
        );
        client.write_file(
            ".cargo/config.toml",
            &format!(
                "[build]\nrustc = \"{root}/evil.sh\"\nrustc-wrapper = \"{root}/evil.sh\"\nrustc-workspace-wrapper = \"{root}/evil.sh\"\n"
            ),
        );
        let recording = json!({
            "program": format!("{root}/evil.sh"),
            "arguments": ["--crate-name", "a", "src/lib.rs", "--out-dir", format!("{root}/target/debug/deps")],
            "variables": [],
            "directory": root.to_string(),
        });
        client.write_file(
            "target/rustassistant/recordings/a.json",
            &recording.to_string(),
        );
        client.write_file(
            "rustassistant.toml",
            "[compiler]\nenabled = true\nahead = true\n",
        );
        client
    }

    /// Sends every request and notification of an editor, short of choosing the action.
    fn look_everywhere(client: &mut Client, uri: &str) {
        let whole = range((0, 0), (10, 0));
        for trigger in [1, 2] {
            for only in [
                "",
                "refactor",
                "refactor.extract",
                "quickfix",
                "source.fixAll",
            ] {
                let mut context = json!({"diagnostics": [], "triggerKind": trigger});
                if !only.is_empty() {
                    context["only"] = json!([only]);
                }
                for selection in [the_loop(), whole.clone(), cursor(5, 8)] {
                    for action in client.actions_in(uri, &selection, &context) {
                        client.request("codeAction/resolve", action);
                    }
                }
            }
        }
        client.pull(uri);
        let document = json!({"uri": uri});
        let at = json!({"line": 2, "character": 8});
        client.request(
            "textDocument/hover",
            json!({"textDocument": document, "position": at}),
        );
        client.request("textDocument/codeLens", json!({"textDocument": document}));
        client.notify("textDocument/didSave", json!({"textDocument": document}));
        client.notify(
            "workspace/didChangeConfiguration",
            json!({"settings": null}),
        );
        let files = ["Cargo.toml", "build.rs", "src/lib.rs", "rustassistant.toml"];
        let changes = files.map(|file| json!({"uri": client.uri(file), "type": 2}));
        client.notify(
            "workspace/didChangeWatchedFiles",
            json!({"changes": changes}),
        );
        for (command, arguments) in [
            ("explain", json!(["long-function"])),
            ("cacheStatistics", json!([])),
            ("reindex", json!([])),
            ("clearCache", json!([])),
            ("fixWorkspace", json!([])),
        ] {
            client.execute(command, &arguments).unwrap();
        }
        client.pull(uri);
    }

    #[test]
    fn nothing_of_a_project_runs_before_a_person_has_chosen_the_action() {
        let mut capabilities = clients::vscode();
        capabilities["textDocument"]["hover"] = json!({"contentFormat": ["markdown"]});
        capabilities["textDocument"]["codeLens"] = json!({});
        let (mut client, uri) = open_typed(hostile(), capabilities);
        let said = message(&mut client);
        assert!(
            said.contains("a project can only set it to `false`"),
            "{said}"
        );
        look_everywhere(&mut client, &uri);
        let command = offered(&mut client, &uri, &the_loop());
        client.forget_notifications("window/showMessage");
        let ran = client.root().join("ran");
        assert!(!ran.exists(), "{:?}", fs::read_to_string(&ran));

        // The same project does run something once the user has chosen it.
        let id = choose(&mut client, &command);
        client.wait(id).unwrap();
        assert!(ran.exists());
        client.leave();
        client.forget_notifications_at_end("window/showMessage");
    }
}

/// Two nested loops, which are too much for one function.
pub(crate) const TALL: &str = "\
pub fn tally(words: &[&str], most: usize) -> usize {
    let mut seen = 0;
    // Count the long words.
    for word in words {
        if word.len() > most {
            if word.starts_with('c') || word.ends_with('b') {
                seen += 2;
            } else {
                seen += 1;
            }
        }
    }

    // Now the short words.
    for word in words {
        if word.len() < most {
            if word.starts_with('a') && word.is_ascii() {
                seen += 3;
            } else {
                seen += 4;
            }
        }
    }
    seen
}
";

#[test]
fn a_finding_names_the_extractions_that_make_it_smaller() {
    let mut client = package();
    client.write_file("rustassistant.toml", "profile = \"full\"\n");
    client.write_file("src/lib.rs", TALL);
    client.initialize(clients::vscode());
    let uri = client.uri("src/lib.rs");
    client.open(&uri, TALL);
    let name = range((0, 9), (0, 9));
    let unasked = json!({"diagnostics": [], "triggerKind": 2});
    let actions = client.actions_in(&uri, &name, &unasked);
    let is_command = |action: &&Value| action.get("command").is_some();
    assert_eq!(
        actions.iter().find(is_command),
        None,
        "only a person gets them"
    );

    let asked = json!({"diagnostics": [], "triggerKind": 1});
    let actions = client.actions_in(&uri, &name, &asked);
    let action = actions.iter().find(is_command).unwrap();
    let title = "Extract `count_long_words` (lines 3-12, complexity 16 → 8)";
    assert_eq!(action["title"], title);
    assert_eq!(action["kind"], "quickfix");
    assert_eq!(action["diagnostics"][0]["code"], "cognitive-complexity");
    assert!(action.get("edit").is_none() && action.get("isPreferred").is_none());
    assert_no_edit(&client);

    let id = choose(&mut client, &action["command"].clone());
    let asked = client.take_asked("workspace/applyEdit");
    let after = apply(
        TALL,
        &asked["edit"]["documentChanges"][0]["edits"],
        "utf-16",
    );
    let answer = client.wait(id).unwrap();
    assert_eq!(answer["name"], "count_long_words");
    assert!(
        after.contains("count_long_words(words, most, &mut seen);"),
        "{after}"
    );
}
