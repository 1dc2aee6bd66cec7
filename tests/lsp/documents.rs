//! Documents change in the order sent by the client, and a request sees the documents as of its own time.

use serde_json::{Value, json};

use crate::{
    client::{Client, cursor, edit, frame, pull_params, range},
    clients,
    samples::{IF, nested},
};

/// The log message about a document whose text the server has lost.
const LOST: &str = "until its full text is sent";

fn first_line(items: &Value) -> u64 {
    items[0]["range"]["start"]["line"].as_u64().unwrap()
}

#[test]
fn every_call_sees_the_documents_of_its_own_moment() {
    const CHANGES: i32 = 200;
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    let mut bytes = Vec::new();
    let mut ids = Vec::new();
    for version in 2..2 + CHANGES {
        bytes.extend(frame(&json!({
            "jsonrpc": "2.0",
            "method": "textDocument/didChange",
            "params": {
                "textDocument": {"uri": uri, "version": version},
                "contentChanges": [edit(&cursor(0, 0), "\n")],
            },
        })));
        let pull = client.prepare("textDocument/diagnostic", pull_params(&uri));
        ids.push(pull["id"].as_i64().unwrap());
        bytes.extend(frame(&pull));
    }
    client.send_raw(&bytes);
    for (above, id) in (1..).zip(ids) {
        let report = client.wait(id).unwrap();
        assert_eq!(first_line(&report["items"]), u64::from(IF.0) + above);
    }
}

#[test]
fn pushed_versions_never_go_backwards_and_the_last_one_comes() {
    const CHANGES: i32 = 200;
    let mut client = Client::ready(clients::helix());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    for version in 2..2 + CHANGES {
        client.change(&uri, version, &json!([edit(&cursor(0, 0), "\n")]));
    }
    let mut last = 0;
    while last < i64::from(1 + CHANGES) {
        let published = client.take_notification("textDocument/publishDiagnostics");
        let version = published["version"].as_i64().unwrap();
        assert!(version > last, "{version} after {last}");
        let line = first_line(&published["diagnostics"]);
        assert_eq!(i64::try_from(line).unwrap(), version - 1 + i64::from(IF.0));
        last = version;
    }
}

#[test]
fn edits_count_in_the_encoding_of_the_session() {
    for (encoding, width) in [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)] {
        let mut client = Client::ready(clients::pulling(encoding));
        let uri = client.uri("a.rs");
        client.open(&uri, &format!("/*🦀*/{}", nested("f")));
        // Removes and restores the end of the comment, both after the character.
        let end = range((0, 2 + width), (0, 4 + width));
        client.change(&uri, 2, &json!([edit(&end, "")]));
        assert_eq!(client.pulled_items(&uri), Vec::<Value>::new());
        client.change(&uri, 3, &json!([edit(&cursor(0, 2 + width), "*/")]));
        assert_eq!(client.pulled_items(&uri).len(), 1, "{encoding}");
    }
}

#[test]
fn places_are_told_in_the_encoding_of_the_session() {
    for (encoding, width) in [("utf-8", 4), ("utf-16", 2), ("utf-32", 1)] {
        let mut client = Client::ready(clients::pulling(encoding));
        let uri = client.uri("a.rs");
        let text = nested("f").replace("    if a", "    /*🦀*/ if a");
        client.open(&uri, &text);
        let items = client.pulled_items(&uri);
        let start = IF.1 + 5 + width;
        assert_eq!(items[0]["range"], range((IF.0, start), (IF.0, start + 2)));
    }
}

#[test]
fn all_line_ends_count() {
    for end in ["\n", "\r\n", "\r"] {
        let mut client = Client::ready(clients::vscode());
        let uri = client.uri("a.rs");
        client.open(
            &uri,
            &format!("{end}{end}{}", nested("f").replace('\n', end)),
        );
        let items = client.pulled_items(&uri);
        assert_eq!(items[0]["range"]["start"]["line"], 2 + IF.0, "{end:?}");
    }
}

#[test]
fn older_versions_are_left_out() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    client.change(&uri, 9, &json!([edit(&cursor(0, 0), "\n")]));
    client.change(&uri, 8, &json!([{"text": ""}]));
    let items = client.pulled_items(&uri);
    assert_eq!(items[0]["range"]["start"]["line"], 1 + IF.0);
}

#[test]
fn a_document_whose_text_is_lost_says_nothing_until_it_is_sent_whole() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    client.change(&uri, 2, &json!([edit(&range((90, 0), (91, 0)), "x")]));
    client.change(&uri, 3, &json!([edit(&cursor(0, 0), "x")]));
    assert_eq!(client.pulled_items(&uri), Vec::<Value>::new());
    assert_eq!(
        client.actions(&uri, &cursor(IF.0, IF.1)),
        Vec::<Value>::new()
    );
    client.change(&uri, 4, &json!([{"text": nested("g")}]));
    assert_eq!(client.pulled_items(&uri).len(), 1);
    client.change(&uri, 5, &json!([edit(&range((90, 0), (91, 0)), "x")]));
    client.close(&uri);
    client.open(&uri, &nested("h"));
    assert_eq!(client.pulled_items(&uri).len(), 1);
    client.wait_logged(LOST, 2);
    client.leave();
    let told = client.errors().matches(LOST).count();
    assert_eq!(told, 2, "once for each time");
}

#[test]
fn places_past_the_end_are_the_end() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    let far = u32::MAX;
    for asked in [
        cursor(far, far),
        range((0, far), (far, 0)),
        range((5, 0), (1, 0)),
    ] {
        client.actions(&uri, &asked);
    }
}

#[test]
fn a_whole_new_text_replaces_the_old_one() {
    let mut client = Client::ready(clients::vscode());
    let uri = client.uri("a.rs");
    client.open(&uri, "");
    for (version, text) in (2..).zip(["x", "", "ä", "🦀", &nested("f"), "\n"]) {
        client.change(&uri, version, &json!([{"text": text}]));
        let expected = usize::from(text.contains("if"));
        assert_eq!(client.pulled_items(&uri).len(), expected, "{text:?}");
    }
}

#[test]
fn documents_without_a_file_are_served_and_other_schemes_are_not() {
    let mut client = Client::ready(clients::vscode());
    for (uri, expected) in [
        ("untitled:Untitled-1", 1),
        ("git:/w/a.rs?ref", 0),
        ("vscode-notebook-cell:/a.rs", 0),
    ] {
        client.open(uri, &nested("f"));
        assert_eq!(client.pulled_items(uri).len(), expected, "{uri}");
    }
}

#[test]
fn spellings_of_one_name_are_one_document() {
    let mut client = Client::ready(clients::helix());
    let folder = client.root_uri();
    let (plain, encoded) = (format!("{folder}/a b.rs"), format!("{folder}/a%20b.rs"));
    client.open(&plain, &nested("f"));
    assert_eq!(
        client.published(&plain, Some(1)).as_array().unwrap().len(),
        1
    );
    client.change(&encoded, 2, &json!([{"text": ""}]));
    assert_eq!(client.published(&plain, Some(2)), json!([]));
}

#[test]
fn two_windows_do_not_meet() {
    let mut one = Client::ready(clients::vscode());
    let mut other = Client::ready(clients::helix());
    let (uri, other_uri) = (one.uri("a.rs"), other.uri("a.rs"));
    one.open(&uri, &nested("f"));
    other.open(&other_uri, "");
    assert_eq!(one.pulled_items(&uri).len(), 1);
    assert_eq!(other.published(&other_uri, Some(1)), json!([]));
}

#[test]
fn files_that_cannot_be_analysed_say_so_once() {
    for opening in ["(", "{", "!", "[", "fn f() { if a {} else if a {"] {
        let mut client = Client::ready(clients::vscode());
        let uri = client.uri("a.rs");
        client.open(&uri, &opening.repeat(100_000));
        let items = client.pulled_items(&uri);
        assert_eq!(items.len(), 1, "{opening}");
        assert_eq!(items[0]["source"], "rustassistant");
        assert_eq!(client.actions(&uri, &cursor(0, 0)), Vec::<Value>::new());
    }
}

#[test]
fn five_megabytes_in_one_line_and_broken_code_harm_nothing() {
    for text in ["a ".repeat(2_500_000), "fn f( { if".into(), "\u{0}".into()] {
        let mut client = Client::ready(clients::vscode());
        let uri = client.uri("a.rs");
        client.open(&uri, &text);
        client.pull(&uri);
        client.actions(&uri, &cursor(0, 2));
    }
}
