//! Code actions as editors request them.

use serde_json::{Value, json};

use crate::{
    client::{Client, apply, cursor, edit, range},
    clients,
    samples::{IF, nested},
};

fn opened(capabilities: Value) -> (Client, String) {
    let mut client = Client::ready(capabilities);
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    (client, uri)
}

fn invoked(only: &[&str], diagnostics: &[Value]) -> Value {
    let mut context = json!({"diagnostics": diagnostics, "triggerKind": 1});
    if !only.is_empty() {
        context["only"] = json!(only);
    }
    context
}

fn merge_of(actions: &[Value]) -> Value {
    let is_merge = |action: &&Value| action["data"]["refactoring"] == "merge-nested-if";
    let found: Vec<&Value> = actions.iter().filter(is_merge).collect();
    assert_eq!(found.len(), 1, "{actions:?}");
    found[0].clone()
}

const MERGED: &str = "fn f(a: bool, b: bool) {\n    if a && b {\n        g();\n    }\n}\n";

#[test]
fn an_answer_is_a_quick_fix_of_its_diagnostic_and_resolves_to_an_edit() {
    let (mut client, uri) = opened(clients::vscode());
    let diagnostics = client.pulled_items(&uri);
    let context = invoked(&[], &diagnostics);
    let actions = client.actions_in(&uri, &cursor(IF.0, IF.1), &context);
    let action = merge_of(&actions);
    assert_eq!(action["kind"], "quickfix");
    assert_eq!(action["diagnostics"], json!(diagnostics));
    assert_eq!(action["isPreferred"], true);
    assert!(action.get("edit").is_none() && action.get("command").is_none());

    let resolved = client.request("codeAction/resolve", action.clone());
    let mut expected = action;
    expected["edit"] = resolved["edit"].clone();
    assert_eq!(resolved, expected, "only the edit is added");
    let change = &resolved["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({"uri": uri, "version": 1}));
    assert_eq!(apply(&nested("f"), &change["edits"], "utf-16"), MERGED);
}

#[test]
fn the_note_says_what_is_needed_to_find_the_offer_again() {
    let (mut client, uri) = opened(clients::vscode());
    let action = merge_of(&client.actions(&uri, &cursor(IF.0, IF.1)));
    let data = action["data"].as_object().unwrap();
    for field in [
        "v",
        "refactoring",
        "uri",
        "version",
        "hash",
        "start",
        "end",
        "n",
    ] {
        assert!(data.contains_key(field), "{field}");
    }
    assert_eq!((&data["v"], &data["uri"]), (&json!(1), &json!(uri)));
}

#[test]
fn a_client_that_resolves_no_edits_gets_them_at_once() {
    let mut capabilities = clients::helix();
    capabilities["textDocument"]["codeAction"]["resolveSupport"] = json!({"properties": []});
    capabilities["workspace"]["workspaceEdit"]["documentChanges"] = json!(false);
    let mut client = Client::ready(capabilities);
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    client.published(&uri, Some(1));
    let action = merge_of(&client.actions(&uri, &cursor(IF.0, IF.1)));
    assert!(action["edit"].get("documentChanges").is_none());
    let edits = &action["edit"]["changes"][&uri];
    assert_eq!(apply(&nested("f"), edits, "utf-8"), MERGED);
    assert_eq!(action["data"]["refactoring"], "merge-nested-if");
}

#[test]
fn a_client_without_literals_gets_nothing() {
    let mut capabilities = clients::vscode();
    capabilities["textDocument"]["codeAction"] = json!({"dataSupport": true});
    let mut client = Client::start();
    let result = client.initialize(capabilities);
    assert!(result["capabilities"].get("codeActionProvider").is_none());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    assert_eq!(
        client.actions(&uri, &cursor(IF.0, IF.1)),
        Vec::<Value>::new()
    );
}

#[test]
fn kinds_are_filtered_as_a_hierarchy() {
    let (mut client, uri) = opened(clients::vscode());
    let at = cursor(IF.0, IF.1);
    for (only, expects_answer) in [
        (vec![], true),
        (vec![""], true),
        (vec!["quickfix"], true),
        (vec!["quick"], false),
        (vec!["quickfix.rustassistant"], false),
        (vec!["refactor"], false),
        (vec!["refactor.extract", "quickfix"], true),
        (vec!["source"], false),
    ] {
        let actions = client.actions_in(&uri, &at, &invoked(&only, &[]));
        let has_answer = actions.iter().any(|action| action["kind"] == "quickfix");
        assert_eq!(has_answer, expects_answer, "{only:?}");
        for action in actions {
            let kind = action["kind"].as_str().unwrap();
            let is_wanted = only.is_empty()
                || only
                    .iter()
                    .any(|above| above.is_empty() || kind.starts_with(above));
            assert!(is_wanted, "{kind} for {only:?}");
        }
    }
}

#[test]
fn diagnostics_of_others_do_no_harm() {
    let (mut client, uri) = opened(clients::helix());
    let ours = client.published(&uri, Some(1))[0].clone();
    let others = [
        json!({"range": ours["range"], "message": "", "source": "rustc", "code": 1e300,
            "codeDescription": {"href": "not a URL"}, "severity": "high"}),
        json!({"range": ours["range"], "message": "", "code": "collapsible-if"}),
        json!(null),
        ours.clone(),
    ];
    let context = invoked(&["quickfix"], &others);
    let action = merge_of(&client.actions_in(&uri, &cursor(IF.0, IF.1), &context));
    assert_eq!(action["diagnostics"], json!([ours]));
}

#[test]
fn a_diagnostic_of_the_line_brings_its_answer_along() {
    let (mut client, uri) = opened(clients::vscode());
    let diagnostics = client.pulled_items(&uri);
    let end_of_line = cursor(IF.0, 10);
    assert!(
        !client
            .actions(&uri, &end_of_line)
            .iter()
            .any(|action| action["kind"] == "quickfix"),
        "the place alone has no answer"
    );
    let context = invoked(&["quickfix"], &diagnostics);
    let action = merge_of(&client.actions_in(&uri, &end_of_line, &context));
    let resolved = client.request("codeAction/resolve", action);
    assert!(resolved["edit"].is_object(), "{resolved}");
}

#[test]
fn an_edit_is_laid_out_as_rustfmt_does() {
    let text = "fn search(log: &mut Log, options: &Options) {\n    log.clear();\n    if log.is_open() {\n        \
                let filter = filter_commits_by_search(\n            LogFilterSearch::new(options.clone()),\n        );\n        \
                log.take(filter);\n        log.sort();\n    }\n}\n";
    let as_it_was = "    let filter = filter_commits_by_search(\n        LogFilterSearch::new(options.clone()),\n    );\n";
    let laid_out = "    let filter = filter_commits_by_search(LogFilterSearch::new(\n        options.clone(),\n    ));\n";
    // The options decide; without the compiler, the lines are left as they were.
    for (width, options, expected) in [
        (66, "", laid_out),
        (64, "", as_it_was),
        (66, "[compiler]\nenabled = false\n", as_it_was),
    ] {
        let mut client = Client::start();
        client.write_file(
            "Cargo.toml",
            "[package]\nname = \"a\"\nedition = \"2021\"\n",
        );
        client.write_file("rustfmt.toml", &format!("max_width = {width}\n"));
        client.write_file("rustassistant.toml", options);
        client.write_file("src/lib.rs", text);
        client.initialize(clients::vscode());
        let uri = client.uri("src/lib.rs");
        client.open(&uri, text);
        let actions = client.actions(&uri, &cursor(2, 4));
        let mut guards = actions
            .into_iter()
            .filter(|it| it["data"]["refactoring"] == "guard-clause");
        let resolved = client.request("codeAction/resolve", guards.next().unwrap());
        let edits = &resolved["edit"]["documentChanges"][0]["edits"];
        let after = apply(text, edits, "utf-16");
        assert!(after.contains(expected), "{width}\n{after}");
    }
}

#[test]
fn an_action_of_an_older_text_resolves_to_nothing() {
    let (mut client, uri) = opened(clients::vscode());
    let action = merge_of(&client.actions(&uri, &cursor(IF.0, IF.1)));
    client.change(&uri, 2, &json!([edit(&cursor(0, 0), "\n")]));
    let refused = client.call("codeAction/resolve", action.clone());
    assert_eq!(refused.unwrap_err().code, -32801);

    // The action is still valid for a later version with the same text, and the edit is for that version.
    client.change(&uri, 3, &json!([edit(&range((0, 0), (1, 0)), "")]));
    let resolved = client.request("codeAction/resolve", action.clone());
    let change = &resolved["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"]["version"], 3);

    client.close(&uri);
    let refused = client.call("codeAction/resolve", action);
    assert_eq!(refused.unwrap_err().code, -32801);
}

#[test]
fn an_action_that_is_not_ours_resolves_to_nothing() {
    let (mut client, uri) = opened(clients::vscode());
    let mut action = merge_of(&client.actions(&uri, &cursor(IF.0, IF.1)));
    for data in [
        Value::Null,
        json!({}),
        json!({"v": 1}),
        json!("x"),
        with(&action["data"], "v", json!(2)),
        with(&action["data"], "n", json!(7)),
        with(&action["data"], "start", json!(4_000_000_000_u32)),
        with(&action["data"], "smell", json!("nothing")),
        with(&action["data"], "uri", json!("nothing")),
    ] {
        action["data"] = data.clone();
        let refused = client.call("codeAction/resolve", action.clone());
        assert_eq!(refused.unwrap_err().code, -32801, "{data}");
    }
}

fn with(data: &Value, field: &str, value: Value) -> Value {
    let mut data = data.clone();
    data[field] = value;
    data
}

#[test]
fn reasons_are_told_only_to_whoever_asks_for_refactorings() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    // The comment would lose its position.
    let text = nested("f").replace("if b {", "if b /* why */ {");
    client.open(&uri, &text);
    let at = cursor(IF.0, IF.1);
    let disabled = |actions: &[Value]| {
        let is_disabled = |action: &&Value| action.get("disabled").is_some();
        actions.iter().filter(is_disabled).count()
    };
    let asked = client.actions_in(&uri, &at, &invoked(&["refactor"], &[]));
    assert!((1..=3).contains(&disabled(&asked)), "{asked:?}");
    let plain = client.actions(&uri, &at);
    assert_eq!(disabled(&plain), 0);
    let automatic = json!({"diagnostics": [], "triggerKind": 2, "only": ["refactor"]});
    assert_eq!(disabled(&client.actions_in(&uri, &at, &automatic)), 0);
}

#[test]
fn files_of_others_get_no_actions() {
    let mut client = Client::ready(clients::vscode());
    for file in ["/elsewhere/a.rs", "target/debug/build/x/out/a.rs"] {
        let uri = match file.strip_prefix('/') {
            Some(_) => format!("file://{file}"),
            None => client.uri(file),
        };
        client.write_file("Cargo.toml", "[package]\nname = \"x\"\n");
        client.open(&uri, &nested("f"));
        assert_eq!(client.pulled_items(&uri), Vec::<Value>::new(), "{file}");
        assert_eq!(
            client.actions(&uri, &cursor(IF.0, IF.1)),
            Vec::<Value>::new()
        );
    }
}

/// A function whose only finding is on its fourth line.
const INSIDE: &str = "/// Documented.\npub fn f(a: bool, b: bool) -> u8 {\n    let mut c = 1;\n    if a {\n        if b {\n            c = 2;\n        }\n    }\n    c\n}\n";

fn quick_fixes(actions: &[Value]) -> Vec<&Value> {
    let fixes = actions.iter().filter(|action| action["kind"] == "quickfix");
    fixes.collect()
}

#[test]
fn at_a_functions_name_its_findings_are_answered() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, INSIDE);
    let diagnostics = client.pulled_items(&uri);
    assert_eq!(diagnostics.len(), 1);
    for column in [0, 4, 7, 12, 30] {
        let actions = client.actions(&uri, &cursor(1, column));
        let fixes = quick_fixes(&actions);
        assert_eq!(fixes.len(), 1, "{column}: {actions:?}");
        let title = fixes[0]["title"].as_str().unwrap();
        assert!(title.ends_with(" (line 4)"), "{title}");
        assert!(title.chars().count() <= 60, "{title}");
        assert_eq!(fixes[0]["diagnostics"], json!(diagnostics));
        assert!(fixes[0].get("isPreferred").is_none());
        let resolved = client.request("codeAction/resolve", fixes[0].clone());
        let edits = &resolved["edit"]["documentChanges"][0]["edits"];
        assert!(apply(INSIDE, edits, "utf-16").contains("if a && b {"));
    }
    for (line, column) in [(0, 4), (2, 8), (8, 4)] {
        let actions = client.actions(&uri, &cursor(line, column));
        assert!(quick_fixes(&actions).is_empty(), "{line}: {actions:?}");
    }
}

#[test]
fn a_function_inside_another_answers_for_itself() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    let inner = nested("inner");
    let text = format!("fn outer(a: bool) {{\n    g();\n{inner}}}\n");
    client.open(&uri, &text);
    assert!(quick_fixes(&client.actions(&uri, &cursor(0, 4))).is_empty());
    assert_eq!(quick_fixes(&client.actions(&uri, &cursor(2, 4))).len(), 1);
}

#[test]
fn few_answers_from_inside_are_offered() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    let ifs = "    while h() {\n        if a {\n            if b {\n                g();\n            }\n        }\n    }\n";
    let text = format!("fn f(a: bool, b: bool) {{\n{}}}\n", ifs.repeat(20));
    client.open(&uri, &text);
    let actions = client.actions(&uri, &cursor(0, 3));
    let is_inside = |action: &&Value| action["title"].as_str().unwrap().contains("(line ");
    assert_eq!(actions.iter().filter(is_inside).count(), 5, "{actions:?}");
    assert!(actions.len() <= 10);
}
