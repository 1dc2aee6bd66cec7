//! Duplicates across files: reported in open files with their other places, and no longer once they differ.

use serde_json::{Value, json};

use crate::{
    client::{Client, cursor, edit, range},
    clients,
};

const FULL: &str = "profile = \"full\"\n";
const REFRESH: &str = "workspace/diagnostic/refresh";

/// The function's name is on the second line.
fn function(name: &str) -> String {
    format!(
        "/// Counts.\nfn {name}(start: usize, rows: &[Row]) -> usize {{\n    let mut sum = start;\n    \
         for row in rows {{\n        if row.is_empty() {{\n            continue;\n        }}\n        \
         let size = row.len() + 1;\n        sum += size * weight(row);\n    }}\n    let rest = sum % 7;\n    \
         note(rest, sum);\n    if rest > 3 {{ sum - rest }} else {{ sum + rest }}\n}}\n"
    )
}

fn ready(capabilities: Value, options: &str) -> Client {
    let mut client = Client::start();
    client.write_file("rustassistant.toml", options);
    client.initialize(capabilities);
    client
}

/// The URIs and first lines of the other places of the only finding.
fn others(items: &[Value]) -> Vec<(String, u64)> {
    let [item] = items else {
        panic!("one finding: {items:?}");
    };
    assert_eq!(item["code"], "duplicate-function");
    let places = item["relatedInformation"].as_array().unwrap().iter();
    let places = places.map(|place| &place["location"]);
    places
        .map(|place| {
            let line = place["range"]["start"]["line"].as_u64().unwrap();
            (place["uri"].as_str().unwrap().to_owned(), line)
        })
        .collect()
}

/// Pulls again on every refresh, until the number of findings is reached.
fn pulled(client: &mut Client, uri: &str, count: usize) -> Vec<Value> {
    loop {
        let items = client.pulled_items(uri);
        if items.len() == count {
            return items;
        }
        client.take_asked(REFRESH);
    }
}

#[test]
fn a_client_that_pulls_hears_of_another_open_file() {
    let mut client = ready(clients::vscode(), FULL);
    let (a, b) = (client.uri("a.rs"), client.uri("b.rs"));
    client.open(&a, &function("one"));
    client.open(&b, &format!("fn first() {{}}\n{}", function("other")));
    let items = pulled(&mut client, &b, 1);
    assert_eq!(others(&items), [(a.clone(), 1)]);
    assert_eq!(items[0]["range"], range((2, 3), (2, 8)));
    assert_eq!(
        items[0]["message"],
        "`other` is duplicated at a.rs:2; keep only one copy"
    );
    let items = pulled(&mut client, &a, 1);
    assert_eq!(others(&items), [(b.clone(), 2)]);
    assert_eq!(items[0]["range"], range((1, 3), (1, 6)));
}

#[test]
fn an_edit_ends_a_duplicate_in_another_open_file_and_makes_it_again() {
    let mut client = ready(clients::vscode(), FULL);
    let (a, b) = (client.uri("a.rs"), client.uri("b.rs"));
    client.open(&a, &function("one"));
    client.open(&b, &function("other"));
    pulled(&mut client, &b, 1);
    pulled(&mut client, &a, 1);
    client.change(&b, 2, &json!([edit(&cursor(4, 8), "more(); ")]));
    assert_eq!(pulled(&mut client, &b, 0).len(), 0);
    assert_eq!(pulled(&mut client, &a, 0).len(), 0);
    client.change(&b, 3, &json!([edit(&range((4, 8), (4, 16)), "")]));
    assert_eq!(others(&pulled(&mut client, &b, 1)), [(a.clone(), 1)]);
    assert_eq!(others(&pulled(&mut client, &a, 1)), [(b.clone(), 1)]);
    // A new line above moves the other place.
    client.change(&b, 4, &json!([edit(&cursor(0, 0), "\n\n")]));
    pulled(&mut client, &b, 1);
    client.take_asked(REFRESH);
    assert_eq!(others(&client.pulled_items(&a)), [(b.clone(), 3)]);
    client.close(&b);
    assert_eq!(pulled(&mut client, &a, 0).len(), 0);
}

#[test]
fn a_client_that_is_told_hears_of_another_open_file() {
    let mut client = ready(clients::neovim(), FULL);
    let (a, b) = (client.uri("a.rs"), client.uri("b.rs"));
    let items = |published: Value| published.as_array().unwrap().clone();
    client.open(&a, &function("one"));
    assert_eq!(items(client.published(&a, Some(1))).len(), 0);
    client.open(&b, &function("other"));
    // In either order.
    let told = |client: &mut Client| client.take_notification("textDocument/publishDiagnostics");
    let mut places: Vec<_> = (0..2)
        .map(|_| told(&mut client))
        .map(|told| {
            (
                told["uri"].clone(),
                others(&items(told["diagnostics"].clone())),
            )
        })
        .collect();
    places.sort_by_key(|(uri, _)| uri.to_string());
    let expected = [
        (json!(a), vec![(b.clone(), 1)]),
        (json!(b), vec![(a.clone(), 1)]),
    ];
    assert_eq!(places, expected);
}

#[test]
fn files_that_nobody_has_opened_count_as_they_are_on_disk() {
    let mut client = Client::start();
    client.write_file("rustassistant.toml", FULL);
    client.write_file("src/b.rs", &function("other"));
    client.initialize(clients::vscode());
    let (a, b) = (client.uri("src/a.rs"), client.uri("src/b.rs"));
    client.open(&a, &function("one"));
    let items = pulled(&mut client, &a, 1);
    assert_eq!(others(&items), [(b.clone(), 1)]);
    client.write_file("src/b.rs", "fn other() {}\n");
    let changed = json!({"changes": [{"uri": b, "type": 2}]});
    client.notify("workspace/didChangeWatchedFiles", changed);
    assert_eq!(pulled(&mut client, &a, 0).len(), 0);
}

#[test]
fn who_asks_for_it_later_hears_of_files_that_nobody_has_opened() {
    let mut client = Client::start();
    client.write_file("src/b.rs", &function("other"));
    client.initialize(clients::vscode());
    let (a, b) = (client.uri("src/a.rs"), client.uri("src/b.rs"));
    client.open(&a, &function("one"));
    client.settle();
    assert_eq!(client.pulled_items(&a).len(), 0);
    client.write_file("rustassistant.toml", FULL);
    let options = client.uri("rustassistant.toml");
    let changed = json!({"changes": [{"uri": options, "type": 1}]});
    client.notify("workspace/didChangeWatchedFiles", changed);
    let items = pulled(&mut client, &a, 1);
    assert_eq!(others(&items), [(b, 1)]);
}

#[test]
fn an_allowance_at_one_place_silences_the_other() {
    let mut client = ready(clients::vscode(), FULL);
    let (a, b) = (client.uri("a.rs"), client.uri("b.rs"));
    let allowed = "// rustassistant: allow(duplicate-function) on purpose\n";
    client.open(&a, &format!("{allowed}{}", function("one")));
    client.open(&b, &function("other"));
    assert_eq!(client.pulled_items(&a).len(), 0);
    assert_eq!(client.pulled_items(&b).len(), 0);
}

#[test]
fn the_calm_profile_says_nothing_of_it() {
    let mut client = ready(clients::vscode(), "");
    let (a, b) = (client.uri("a.rs"), client.uri("b.rs"));
    client.open(&a, &function("one"));
    client.open(&b, &function("other"));
    assert_eq!(client.pulled_items(&a).len(), 0);
    assert_eq!(client.pulled_items(&b).len(), 0);
}
