//! Moving tests into their own file: a change across two files.

use std::fs;

use serde_json::{Value, json};

use crate::{
    client::{Client, apply, cursor},
    clients,
};

/// A file with a module of tests that is long enough to be moved, and the line of the module.
fn with_tests() -> (String, u32) {
    let mut text = String::from("pub fn double(a: u32) -> u32 {\n    a * 2\n}\n\n#[cfg(test)]\n");
    text.push_str("mod tests {\n    use super::*;\n");
    for number in 0..60 {
        let function = format!(
            "\n    #[test]\n    fn doubles_{number}() {{\n        assert_eq!(double({number}), {});\n    }}\n",
            2 * number
        );
        text.push_str(&function);
    }
    text.push_str("}\n");
    (text, 5)
}

/// A package whose `lib.rs` declares the open file.
fn opened(capabilities: Value) -> (Client, String, u32) {
    let mut client = Client::ready(capabilities);
    client.write_file(
        "Cargo.toml",
        "[package]\nname = \"p\"\nedition = \"2024\"\n",
    );
    client.write_file("src/lib.rs", "mod a;\n");
    let (text, line) = with_tests();
    client.write_file("src/a.rs", &text);
    let uri = client.uri("src/a.rs");
    client.open(&uri, &text);
    (client, uri, line)
}

fn moves(client: &mut Client, uri: &str, line: u32) -> Vec<Value> {
    let context = json!({"diagnostics": [], "triggerKind": 1, "only": ["refactor.move"]});
    let actions = client.actions_in(uri, &cursor(line, 5), &context);
    let is_move = |action: &Value| action["data"]["refactoring"] == "move-tests-to-file";
    actions.into_iter().filter(is_move).collect()
}

#[test]
fn tests_move_into_a_new_file_in_one_edit() {
    let (mut client, uri, line) = opened(clients::vscode());
    let actions = moves(&mut client, &uri, line);
    assert_eq!(actions.len(), 1, "{actions:?}");
    assert_eq!(actions[0]["kind"], "refactor.move");
    let resolved = client.request("codeAction/resolve", actions[0].clone());
    let changes = resolved["edit"]["documentChanges"].as_array().unwrap();
    let new = client.uri("src/a/tests.rs");
    assert_eq!(
        (&changes[0]["kind"], &changes[0]["uri"]),
        (&json!("create"), &json!(new))
    );
    let of = |uri: &str| {
        let is_of = |change: &&Value| change["textDocument"]["uri"] == uri;
        changes.iter().find(is_of).unwrap()
    };
    let made = apply("", &of(&new)["edits"], "utf-16");
    assert!(
        made.starts_with("use super::*;\n\n#[test]\nfn doubles_0() {\n    assert_eq!"),
        "{made}"
    );
    assert_eq!(of(&uri)["textDocument"]["version"], 1);
    let left = apply(&with_tests().0, &of(&uri)["edits"], "utf-16");
    assert!(left.ends_with("#[cfg(test)]\nmod tests;\n"), "{left}");
}

#[test]
fn nothing_is_offered_to_who_can_not_create_files() {
    let mut capabilities = clients::vscode();
    capabilities["workspace"]["workspaceEdit"]["resourceOperations"] = json!([]);
    let (mut client, uri, line) = opened(capabilities);
    assert_eq!(moves(&mut client, &uri, line), Vec::<Value>::new());
}

#[test]
fn a_name_that_is_taken_is_left_alone() {
    let (mut client, uri, line) = opened(clients::vscode());
    let actions = moves(&mut client, &uri, line);
    client.write_file("src/a/tests.rs", "// Somebody was here first.\n");
    let refused = client.call("codeAction/resolve", actions[0].clone());
    assert!(refused.is_err(), "{refused:?}");
    let kept = fs::read_to_string(client.root().join("src/a/tests.rs")).unwrap();
    assert_eq!(kept, "// Somebody was here first.\n");
}

#[test]
fn nobody_knows_where_the_tests_of_an_undeclared_file_belong() {
    let (mut client, uri, line) = opened(clients::vscode());
    client.write_file("src/lib.rs", "#[path = \"a.rs\"]\nmod b;\n");
    assert_eq!(moves(&mut client, &uri, line), Vec::<Value>::new());
}
