//! Hovers.

use serde_json::{Value, json};

use crate::{
    client::Client,
    clients,
    samples::{IF, nested},
};

fn with_hover(kinds: &[&str]) -> Client {
    let mut capabilities = clients::vscode();
    capabilities["textDocument"]["hover"] = json!({"contentFormat": kinds});
    Client::ready(capabilities)
}

fn hover(client: &mut Client, uri: &str, line: u32, character: u32) -> Value {
    client.request(
        "textDocument/hover",
        json!({
            "textDocument": {"uri": uri},
            "position": {"line": line, "character": character},
        }),
    )
}

#[test]
fn a_finding_says_what_it_is_and_what_answers_it() {
    let mut client = with_hover(&["markdown", "plaintext"]);
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    let shown = hover(&mut client, &uri, IF.0, IF.1);
    assert_eq!(
        shown["range"],
        json!({"start": {"line": 1, "character": 4}, "end": {"line": 1, "character": 6}})
    );
    assert_eq!(shown["contents"]["kind"], "markdown");
    let text = shown["contents"]["value"].as_str().unwrap();
    for words in [
        "**collapsible-if**: ",
        "Measured: 1. Reported above 0",
        "Available refactorings:",
        "(merge-nested-if): safe. Checked: ",
        "](https://",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
}

#[test]
fn what_is_found_of_a_file_or_a_type_is_explained_too() {
    let mut client = Client::start();
    client.write_file("rustassistant.toml", "profile = \"full\"\n");
    let mut capabilities = clients::vscode();
    capabilities["textDocument"]["hover"] = json!({"contentFormat": ["markdown"]});
    client.initialize(capabilities);
    let uri = client.uri("a.rs");
    let flags = ["a", "b", "c", "d", "e", "f", "g"].map(|name| format!("{name}: bool, "));
    let functions = "fn f() {}\n".repeat(2001);
    client.open(
        &uri,
        &format!("use a::b;\nstruct S {{ {} }}\n{functions}", flags.concat()),
    );
    for (line, character, words) in [
        (0, 1, "**large-file**: this file has 2003 lines of code; "),
        (1, 7, "**boolean-fields**: `S` has 7 `bool` fields; "),
    ] {
        let shown = hover(&mut client, &uri, line, character);
        let text = shown["contents"]["value"].as_str().unwrap();
        assert!(text.contains(words), "{words}\n{text}");
    }
}

#[test]
fn elsewhere_nothing_is_said() {
    let mut client = with_hover(&["markdown"]);
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    for (line, character) in [(0, 3), (IF.0, 0), (IF.0, IF.1 + 2), (2, 8), (90, 0)] {
        assert_eq!(hover(&mut client, &uri, line, character), Value::Null);
    }
    let closed = client.uri("closed.rs");
    assert_eq!(hover(&mut client, &closed, IF.0, IF.1), Value::Null);
}

#[test]
fn the_kind_of_text_is_the_first_that_the_client_names() {
    for (kinds, expected) in [
        (vec!["plaintext", "markdown"], "plaintext"),
        (vec!["hologram", "markdown"], "markdown"),
        (vec![], "plaintext"),
    ] {
        let mut client = with_hover(&kinds);
        let uri = client.uri("a.rs");
        client.open(&uri, &nested("f"));
        let shown = hover(&mut client, &uri, IF.0, IF.1 + 1);
        assert_eq!(shown["contents"]["kind"], expected);
        let text = shown["contents"]["value"].as_str().unwrap();
        let is_marked_up = text.contains("**") || text.contains("](");
        assert_eq!(is_marked_up, expected == "markdown", "{text}");
    }
}

#[test]
fn the_places_that_add_to_a_finding_are_told() {
    let mut capabilities = clients::vscode();
    capabilities["textDocument"]["hover"] = json!({"contentFormat": ["markdown"]});
    let mut client = Client::start();
    let options = json!({"profile": "full"});
    let root = client.root_uri();
    client.set_settings(options.clone());
    client.initialize_with(json!({
        "rootUri": root,
        "workspaceFolders": [{"uri": root, "name": "work"}],
        "capabilities": capabilities,
        "initializationOptions": options,
    }));
    let uri = client.uri("a.rs");
    let ifs =
        "        if a { while b { if c { while a { if b { while c { if a { g(); } } } } } } }\n"
            .repeat(60);
    let text =
        format!("fn f(a: bool, b: bool, c: bool) {{\n    for _ in 0..3 {{\n{ifs}    }}\n}}\n");
    client.open(&uri, &text);
    let shown = hover(&mut client, &uri, 0, 3);
    let text = shown["contents"]["value"].as_str().unwrap();
    assert!(text.contains("- line 3 adds"), "{text}");
    assert!(text.contains("more location"), "{text}");
}

#[test]
fn a_client_that_shows_no_hovers_is_offered_none() {
    let mut client = Client::start();
    let mut capabilities = clients::vscode();
    let result = client.initialize(capabilities.clone());
    assert!(result["capabilities"].get("hoverProvider").is_none());
    capabilities["textDocument"]["hover"] = json!({});
    let mut client = Client::start();
    let result = client.initialize(capabilities);
    assert_eq!(result["capabilities"]["hoverProvider"], true);
}
