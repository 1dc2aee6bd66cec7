//! Extracting repeated statements: offered at the finding, with one edit for all places once rustc has accepted it.

use serde_json::{Value, json};

use crate::{
    client::{Client, apply, cursor},
    clients,
};

const TITLE: &str = "Extract the repeated block into a function";
const COMMAND: &str = "rustassistant.extractFunction";
const REFRESH: &str = "workspace/diagnostic/refresh";

/// A function whose block starts on its second line.
fn function(name: &str, names: &str) -> String {
    format!(
        "pub fn {name}(names: &[{names}], count: &mut usize) {{\n    let width = names.iter().map(|it| it.len()).max().unwrap_or(0);\n    \
         let bar = \"-\".repeat(width + 4);\n    println!(\"{{bar}} {{names:?}} {{bar}}\");\n    *count += names.len() + width;\n    \
         println!(\"{name} {{count}}\");\n}}\n"
    )
}

/// A package whose open document differs from the file on disk.
fn opened(text: &str, options: &str) -> (Client, String) {
    let mut client = Client::start();
    client.write_file(
        "Cargo.toml",
        "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2021\"\n",
    );
    client.write_file("rustassistant.toml", options);
    client.write_file("src/lib.rs", "pub fn on_disk() {}\n");
    let mut capabilities = clients::vscode();
    capabilities["textDocument"]["hover"] = json!({"contentFormat": ["markdown"]});
    client.initialize(capabilities);
    let uri = client.uri("src/lib.rs");
    client.open(&uri, text);
    (client, uri)
}

/// Waits until the finding is reported.
fn wait_for_finding(client: &mut Client, uri: &str) {
    wait_for(client, uri, "repeated-block");
}

fn wait_for(client: &mut Client, uri: &str, smell: &str) {
    loop {
        let items = client.pulled_items(uri);
        if items.iter().any(|it| it["code"] == smell) {
            return;
        }
        client.take_asked(REFRESH);
    }
}

fn offered(client: &mut Client, uri: &str, context: &Value) -> Vec<Value> {
    offered_at(client, uri, (1, 5), context)
}

fn offered_at(client: &mut Client, uri: &str, at: (u32, u32), context: &Value) -> Vec<Value> {
    let actions = client.actions_in(uri, &cursor(at.0, at.1), context);
    let is_it = |action: &Value| action["title"] == TITLE;
    actions.into_iter().filter(is_it).collect()
}

fn choose(client: &mut Client, action: &Value) -> Value {
    let arguments = action["command"]["arguments"].clone();
    let params = json!({"command": COMMAND, "arguments": arguments});
    let id = client.send_request("workspace/executeCommand", params);
    client.wait(id).unwrap()
}

const FULL: &str = "profile = \"full\"\n";

#[test]
fn all_places_of_the_open_text_call_one_function_after_one_edit() {
    let text = function("first", "&str") + "\n" + &function("second", "&str");
    let (mut client, uri) = opened(&text, FULL);
    wait_for_finding(&mut client, &uri);
    let person = json!({"diagnostics": [], "triggerKind": 1});
    let automatic = json!({"diagnostics": [], "triggerKind": 2});
    assert!(offered(&mut client, &uri, &automatic).is_empty());
    let found = offered(&mut client, &uri, &person);
    let [action] = &*found else {
        panic!("one action: {found:?}");
    };
    assert_eq!(action["kind"], "quickfix");
    assert_eq!(action["diagnostics"][0]["code"], "repeated-block");
    assert!(action.get("edit").is_none() && action.get("isPreferred").is_none());
    let position = json!({"line": 1, "character": 5});
    let params = json!({"textDocument": {"uri": uri}, "position": position});
    let hover = client.request("textDocument/hover", params).to_string();
    assert!(
        hover.contains("(extract-repeated-block): checked with rustc"),
        "{hover}"
    );

    let answer = choose(&mut client, action);
    assert_eq!(answer["applied"], true);
    let asked = client.take_asked("workspace/applyEdit");
    let changes = asked["edit"]["documentChanges"].as_array().unwrap();
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0]["textDocument"]["version"], 1);
    let after = apply(&text, &changes[0]["edits"], "utf-16");
    let name = answer["name"].as_str().unwrap();
    let call = format!("    {name}(names, count);\n");
    assert_eq!(after.matches(&call).count(), 2, "{after}");
    // An editor can rename the function at its first call.
    assert_eq!(answer["call"], json!({"line": 1, "character": 4}));
}

#[test]
fn what_rustc_or_syntax_refuses_is_one_sentence() {
    let text = function("first", "&str") + "\n" + &function("second", "String");
    let (mut client, uri) = opened(&text, FULL);
    wait_for_finding(&mut client, &uri);
    let person = json!({"diagnostics": [], "triggerKind": 1});
    let found = offered(&mut client, &uri, &person);
    assert_eq!(choose(&mut client, &found[0]), json!({"applied": false}));
    let said = client.take_notification("window/showMessage");
    assert_eq!(
        said["message"],
        "RustAssistant: `names` has a different type there."
    );
    // In a different module, names may have another meaning, which syntax alone shows.
    let second = function("second", "&str");
    let text = format!("{}\nmod m {{\n{second}}}\n", function("first", "&str"));
    client.change(&uri, 2, &json!([{"text": text}]));
    wait_for_finding(&mut client, &uri);
    assert!(offered(&mut client, &uri, &person).is_empty());
}

#[test]
fn a_text_that_changes_meanwhile_is_left_alone() {
    let text = function("first", "&str") + "\n" + &function("second", "&str");
    let (mut client, uri) = opened(&text, FULL);
    wait_for_finding(&mut client, &uri);
    let person = json!({"diagnostics": [], "triggerKind": 1});
    let found = offered(&mut client, &uri, &person);
    client.change(&uri, 2, &json!([{"text": format!("{text}\n")}]));
    assert_eq!(choose(&mut client, &found[0]), json!({"applied": false}));
    let said = client.take_notification("window/showMessage");
    let said = said["message"].as_str().unwrap();
    assert!(
        said.contains("The file has changed in the meantime"),
        "{said}"
    );
}

#[test]
fn whoever_switches_the_compiler_off_gets_no_offer() {
    let text = function("first", "&str") + "\n" + &function("second", "&str");
    let options = format!("{FULL}[compiler]\nenabled = false\n");
    let (mut client, uri) = opened(&text, &options);
    wait_for_finding(&mut client, &uri);
    let person = json!({"diagnostics": [], "triggerKind": 1});
    assert!(offered(&mut client, &uri, &person).is_empty());
}

/// Without the full profile, the file hasn't been surveyed.
#[test]
fn it_is_offered_by_default_too() {
    let names = ["first", "second", "third"];
    let text = names.map(|name| function(name, "&str")).join("\n");
    let (mut client, uri) = opened(&text, "");
    wait_for_finding(&mut client, &uri);
    let person = json!({"diagnostics": [], "triggerKind": 1});
    assert_eq!(offered(&mut client, &uri, &person).len(), 1);
}

#[test]
fn what_differs_in_values_is_put_in() {
    let first = function("first", "&str");
    let second = first.replace("fn first", "fn second");
    let second = second.replace('-', "=").replace("width + 4", "width + 8");
    let text = format!("{first}\n{second}");
    let (mut client, uri) = opened(&text, FULL);
    wait_for(&mut client, &uri, "similar-block");
    let person = json!({"diagnostics": [], "triggerKind": 1});
    let found = offered_at(&mut client, &uri, (0, 8), &person);
    let [action] = &*found else {
        panic!("one action: {found:?}");
    };
    assert_eq!(action["diagnostics"][0]["code"], "similar-block");
    let answer = choose(&mut client, action);
    assert_eq!(answer["applied"], true, "{answer}");
    let asked = client.take_asked("workspace/applyEdit");
    let edits = &asked["edit"]["documentChanges"][0]["edits"];
    let after = apply(&text, edits, "utf-16");
    let name = answer["name"].as_str().unwrap();
    for values in ["\"-\", 4", "\"=\", 8"] {
        let call = format!("    {name}(names, {values}, count);\n");
        assert_eq!(after.matches(&call).count(), 1, "{after}");
    }
}

#[test]
fn what_calls_other_functions_gets_no_offer() {
    let second = function("second", "&str").replace("repeat(width", "replace(width");
    let text = format!("{}\n{second}", function("first", "&str"));
    let (mut client, uri) = opened(&text, FULL);
    wait_for(&mut client, &uri, "similar-block");
    let person = json!({"diagnostics": [], "triggerKind": 1});
    assert!(offered_at(&mut client, &uri, (0, 8), &person).is_empty());
}
