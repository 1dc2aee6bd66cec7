//! Code lenses with metrics above functions.

use serde_json::{Value, json};

use crate::{
    client::{Client, cursor, edit},
    clients,
    samples::nested,
};

fn capabilities() -> Value {
    let mut capabilities = clients::vscode();
    capabilities["textDocument"]["codeLens"] = json!({"dynamicRegistration": true});
    capabilities["workspace"]["codeLens"] = json!({"refreshSupport": true});
    capabilities
}

fn with_lenses() -> Client {
    let mut client = Client::start();
    let root = client.root_uri();
    let result = client.initialize_with(json!({
        "rootUri": root,
        "capabilities": capabilities(),
        "initializationOptions": {"editor": {"code_lens": true}},
    }));
    let provider = &result["capabilities"]["codeLensProvider"];
    assert_eq!(*provider, json!({"resolveProvider": true}));
    client
}

fn lenses(client: &mut Client, uri: &str) -> Vec<Value> {
    let params = json!({"textDocument": {"uri": uri}});
    let lenses = client.request("textDocument/codeLens", params);
    lenses.as_array().cloned().unwrap_or_default()
}

#[test]
fn functions_with_findings_show_their_measures() {
    let mut client = with_lenses();
    let uri = client.uri("a.rs");
    client.open(&uri, &format!("fn fine() {{}}\n\n{}", nested("f")));
    let shown = lenses(&mut client, &uri);
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert!(shown[0].get("command").is_none());
    let name = json!({"start": {"line": 2, "character": 3}, "end": {"line": 2, "character": 4}});
    assert_eq!(shown[0]["range"], name);

    // It can be resolved regardless of later changes.
    client.change(&uri, 2, &json!([edit(&cursor(0, 0), "\n")]));
    let resolved = client.request("codeLens/resolve", shown[0].clone());
    let expected = json!({
        "title": "complexity 3 · 5 lines · 1 finding",
        "command": "rustassistant.showFindings",
        "arguments": [uri, name],
    });
    assert_eq!(resolved["command"], expected);
    assert_eq!(lenses(&mut client, &uri)[0]["range"]["start"]["line"], 3);
}

#[test]
fn what_is_found_of_a_file_is_no_function_s() {
    let mut client = with_lenses();
    let uri = client.uri("a.rs");
    client.open(&uri, &"fn f() {}\n".repeat(2001));
    assert_eq!(lenses(&mut client, &uri), Vec::<Value>::new());
}

#[test]
fn nobody_gets_them_unasked() {
    let mut client = Client::ready(capabilities());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    assert_eq!(lenses(&mut client, &uri), Vec::<Value>::new());
}

#[test]
fn they_come_and_go_with_the_option() {
    let mut client = Client::ready(capabilities());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    for shown in [true, false] {
        client.set_settings(json!({"editor": {"code_lens": shown}}));
        client.notify(
            "workspace/didChangeConfiguration",
            json!({"settings": null}),
        );
        let count = usize::from(shown);
        loop {
            client.take_asked("workspace/codeLens/refresh");
            if lenses(&mut client, &uri).len() == count {
                break;
            }
        }
    }
}

#[test]
fn a_lens_of_others_is_refused() {
    let mut client = with_lenses();
    for data in [Value::Null, json!({}), json!({"v": 2})] {
        let lens = json!({"range": {"start": {"line": 0, "character": 0},
            "end": {"line": 0, "character": 1}}, "data": data});
        let refused = client.call("codeLens/resolve", lens);
        assert_eq!(refused.unwrap_err().code, -32801);
    }
}
