//! A language model chooses how to split a function: nothing is sent before the user requests it, and nothing changes before
//! the user accepts a verified result.

use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    client::{Client, apply, cursor},
    clients,
};

const COMMAND: &str = "rustassistant.planExtractions";

/// Three loops that each count something different.
fn lamps() -> String {
    let part = |name: &str| {
        format!(
            "    let mut {name} = 0;\n    for lamp in lamps {{\n        if *lamp > 1 {{\n            if *lamp < 40 && *lamp != 7 {{\n                {name} += 1;\n            }} else if *lamp == 7 {{\n                {name} += 2;\n            }}\n        }}\n    }}\n\n"
        )
    };
    let parts = ["bright", "dull", "middling"].map(part).concat();
    format!(
        "pub fn report(lamps: &[u32]) -> (u32, u32, u32) {{\n{parts}    (bright, dull, middling)\n}}\n"
    )
}

/// A server that chooses the first part, and counts its requests.
fn model(wait: Duration) -> (u16, Arc<AtomicUsize>) {
    let plan = json!({"plans": [{"parts": [{"number": 1, "name": "tally_bright"}], "why": "It counts.\u{1b}[31m"}]});
    answering(&plan, wait)
}

fn answering(said: &Value, wait: Duration) -> (u16, Arc<AtomicUsize>) {
    let said = said.to_string();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = Vec::new();
            let mut block = [0; 4096];
            while !bytes.ends_with(b"\"store\":false}") {
                let count = stream.read(&mut block).unwrap();
                assert!(count > 0);
                bytes.extend_from_slice(&block[..count]);
            }
            counted.fetch_add(1, Ordering::SeqCst);
            thread::sleep(wait);
            let answer = json!({
                "choices": [{"message": {"content": said}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 900, "completion_tokens": 100},
            })
            .to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            );
            // A client that cancelled has disconnected.
            let _ = stream.write_all((head + &answer).as_bytes());
        }
    });
    (port, asked)
}

fn opened(port: u16, project: &str) -> (Client, String) {
    opened_with(port, project, "")
}

fn opened_with(port: u16, project: &str, more: &str) -> (Client, String) {
    let mut client = Client::start();
    let options = format!(
        "profile = 'full'\n[model]\nprovider = 'openai'\nmodel = 'small'\nurl = 'http://127.0.0.1:{port}/v1'\n{more}"
    );
    std::fs::write(client.home().join("config.toml"), options).unwrap();
    client.write_file("rustassistant.toml", project);
    client.write_file("src/lib.rs", &lamps());
    client.write_file(
        "Cargo.toml",
        "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    client.initialize(clients::vscode());
    let uri = client.uri("src/lib.rs");
    client.open(&uri, &lamps());
    (client, uri)
}

fn offered(client: &mut Client, uri: &str, trigger: u32) -> Option<Value> {
    let context = json!({"diagnostics": [], "triggerKind": trigger});
    let actions = client.actions_in(uri, &cursor(0, 8), &context);
    let is_it = |action: &Value| action["command"]["command"] == COMMAND;
    actions.into_iter().find(is_it)
}

fn choose(client: &mut Client, action: &Value) -> i64 {
    choose_command(client, COMMAND, action)
}

fn choose_command(client: &mut Client, command: &str, action: &Value) -> i64 {
    let arguments = action["command"]["arguments"].clone();
    let params = json!({"command": command, "arguments": arguments});
    client.send_request("workspace/executeCommand", params)
}

#[test]
fn what_a_person_agrees_to_is_carried_out() {
    let (port, asked) = model(Duration::ZERO);
    let (mut client, uri) = opened(port, "");
    assert_eq!(offered(&mut client, &uri, 2), None, "nobody has asked");
    let action = offered(&mut client, &uri, 1).unwrap();
    let title = action["title"].as_str().unwrap();
    assert!(
        title.starts_with("Plan extractions with small (about 2,"),
        "{title}"
    );
    assert!(action.get("edit").is_none() && action.get("isPreferred").is_none());
    assert_eq!(asked.load(Ordering::SeqCst), 0);

    // Dismissing the message changes nothing.
    let id = choose(&mut client, &action);
    assert_eq!(client.wait(id).unwrap()["applied"], false);
    let question = client.take_asked("window/showMessageRequest");
    let words = question["message"].as_str().unwrap();
    assert!(
        words.contains("small says: It counts.") && !words.contains('\u{1b}'),
        "{words}"
    );
    client.take_notification("window/showMessage");

    client.set_pressed(0);
    let id = choose(&mut client, &action);
    let answer = client.wait(id).unwrap();
    assert_eq!(answer["names"], json!(["tally_bright"]));
    let edit = client.take_asked("workspace/applyEdit");
    let label = edit["label"].as_str().unwrap();
    assert!(
        label.starts_with("Extract `tally_bright` (complexity "),
        "{label}"
    );
    let changes = &edit["edit"]["documentChanges"][0];
    let after = apply(&lamps(), &changes["edits"], "utf-16");
    assert!(
        after.contains("fn tally_bright(lamps: &[u32]) -> u32 {"),
        "{after}"
    );
    // The answer came from the cache.
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    client.take_asked("window/showMessageRequest");
}

/// A server that rewrites the function.
fn writer() -> (u16, Arc<AtomicUsize>) {
    const CODE: &str = "pub fn report(lamps: &[u32]) -> (u32, u32, u32) {\n    let bright = tally(lamps);\n    let dull = tally(lamps);\n    let middling = tally(lamps);\n    (bright, dull, middling)\n}\n\nfn tally(lamps: &[u32]) -> u32 {\n    let mut count = 0;\n    for lamp in lamps.iter().filter(|lamp| **lamp > 1) {\n        if *lamp < 40 && *lamp != 7 {\n            count += 1;\n        } else if *lamp == 7 {\n            count += 2;\n        }\n    }\n    count\n}\n";
    answering(
        &json!({"code": CODE, "why": "One loop.\u{1b}[31m"}),
        Duration::ZERO,
    )
}

#[test]
fn what_a_model_has_written_is_shown_before_it_is_carried_out() {
    let (port, asked) = writer();
    let (mut client, uri) = opened_with(port, "", "tasks = ['rewrite']\n");
    let context = json!({"diagnostics": [], "triggerKind": 1});
    let actions = client.actions_in(&uri, &cursor(0, 8), &context);
    let is_it = |action: &&Value| action["command"]["command"] == "rustassistant.rewriteFunction";
    let action = actions.iter().find(is_it).unwrap().clone();
    let title = action["title"].as_str().unwrap();
    assert!(title.starts_with("Rewrite with small (about "), "{title}");
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    let id = choose_command(&mut client, "rustassistant.rewriteFunction", &action);
    let answer = client.wait(id).unwrap();
    assert_eq!(answer["helpers"], json!(["tally"]), "{answer}");
    let edit = client.take_asked("workspace/applyEdit");
    let label = edit["label"].as_str().unwrap();
    assert!(
        label.starts_with("Rewrite with `tally` (complexity "),
        "{label}"
    );
    let annotation = &edit["edit"]["changeAnnotations"][label];
    assert_eq!(annotation["needsConfirmation"], true);
    let words = annotation["description"].as_str().unwrap();
    assert!(
        words.contains("Tests were not run.") && !words.contains('\u{1b}'),
        "{words}"
    );
    let edits = &edit["edit"]["documentChanges"][0]["edits"];
    assert_eq!(edits[0]["annotationId"], label);
    assert!(apply(&lamps(), edits, "utf-16").contains("fn tally(lamps: &[u32]) -> u32 {"));
}

#[test]
fn a_model_proposes_names_and_a_person_chooses_one() {
    const EXTRACT: &str = "rustassistant.extractFunction";
    let names = json!({"names": ["tally_bright", "report", "unsafe", "count_some"]});
    let (port, asked) = answering(&names, Duration::ZERO);
    let (mut client, uri) = opened_with(port, "", "");
    let context = json!({"diagnostics": [], "triggerKind": 1});
    let range = json!({"start": {"line": 1, "character": 4}, "end": {"line": 10, "character": 5}});
    let actions = client.actions_in(&uri, &range, &context);
    let is_it = |action: &&Value| {
        let title = action["title"].as_str().unwrap();
        title.starts_with("Extract into a function named by small (about ")
    };
    let action = actions
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("{actions:?}"));
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    client.set_pressed(1);
    let id = choose_command(&mut client, EXTRACT, action);
    let answer = client.wait(id).unwrap();
    let question = client.take_asked("window/showMessageRequest");
    let titles: Vec<&str> = question["actions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["tally_bright", "count_some"]);
    assert_eq!(answer["name"], "count_some", "{answer}");
    client.take_asked("workspace/applyEdit");
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_model_names_a_condition_that_tells_no_name() {
    const NAME: &str = "rustassistant.nameCondition";
    let text = "fn note(_: u8) {}\n\npub fn report(a: u8, is_late: bool) {\n    if a == 1 || is_late && a > 7 {\n        note(a);\n        note(7);\n    }\n    if is_late && a > 9 && is_late {\n        note(a);\n        note(8);\n    }\n}\n";
    let names = json!({"names": ["is_late", "unsafe", "note", "is_due", "IsDue", "wants_note"]});
    let (port, asked) = answering(&names, Duration::ZERO);
    // Rustc isn't involved.
    let (mut client, uri) = opened_with(port, "", "[compiler]\nenabled = false\n");
    client.change(&uri, 2, &json!([{"text": text}]));
    let context = json!({"diagnostics": [], "triggerKind": 1});
    let is_it = |action: &Value| action["command"]["command"] == NAME;
    let at = |client: &mut Client, line: u32| {
        let actions = client.actions_in(&uri, &cursor(line, 7), &context);
        actions.into_iter().find(is_it)
    };
    assert_eq!(at(&mut client, 4), None);
    let action = at(&mut client, 3).unwrap();
    let title = action["title"].as_str().unwrap();
    assert!(
        title.starts_with("Extract the condition into a variable named by small (about "),
        "{title}"
    );
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    client.set_pressed(0);
    let id = choose_command(&mut client, NAME, &action);
    let answer = client.wait(id).unwrap();
    let question = client.take_asked("window/showMessageRequest");
    let words = question["message"].as_str().unwrap();
    assert!(words.contains("choose a name for the condition"), "{words}");
    assert_eq!(answer["name"], "is_due", "{answer}");
    let edit = client.take_asked("workspace/applyEdit");
    let edits = &edit["edit"]["documentChanges"][0]["edits"];
    let after = apply(text, edits, "utf-16");
    assert!(
        after.contains("    let is_due = a == 1 || is_late && a > 7;\n    if is_due {\n"),
        "{after}"
    );
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn without_a_name_that_is_free_a_condition_stays_as_it_is() {
    let text = "pub fn report(a: u8, late: bool) -> u8 {\n    if a == 1 || late && a > 7 {\n        return 1;\n    }\n    2\n}\n";
    let (port, asked) = answering(&json!({"names": ["report", "late", "if"]}), Duration::ZERO);
    let (mut client, uri) = opened_with(port, "", "");
    client.change(&uri, 2, &json!([{"text": text}]));
    let context = json!({"diagnostics": [], "triggerKind": 1});
    let actions = client.actions_in(&uri, &cursor(1, 7), &context);
    let is_it = |action: &Value| action["command"]["command"] == "rustassistant.nameCondition";
    let action = actions.into_iter().find(is_it).unwrap();
    let id = choose_command(&mut client, "rustassistant.nameCondition", &action);
    assert_eq!(client.wait(id).unwrap()["applied"], false);
    let told = client.take_notification("window/showMessage");
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("nothing was changed"), "{words}");
    let is_edit = |asked: &&Value| asked["method"] == "workspace/applyEdit";
    assert_eq!(client.asked().iter().find(is_edit), None);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn a_person_can_stop_it_and_a_project_can_forbid_it() {
    let (port, asked) = model(Duration::from_secs(3));
    let (mut client, uri) = opened(port, "");
    let action = offered(&mut client, &uri, 1).unwrap();
    let id = choose(&mut client, &action);
    while asked.load(Ordering::SeqCst) == 0 {
        thread::sleep(Duration::from_millis(10));
    }
    client.cancel(id);
    let _ = client.wait(id);
    let is_edit = |asked: &&Value| asked["method"] == "workspace/applyEdit";
    assert_eq!(client.asked().iter().find(is_edit), None);
    let told = client.take_notification("window/showMessage");
    let words = told["message"].as_str().unwrap();
    assert!(words.contains("nothing was changed"), "{words}");

    let (mut client, uri) = opened(port, "[model]\nenabled = false\n");
    assert_eq!(offered(&mut client, &uri, 1), None);
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}
