//! Commands for the cache, the documentation and the background work.

use std::process::Command;

use serde_json::{Value, json};

use crate::{
    client::{Client, cursor},
    clients,
    samples::{IF, nested},
};

/// A client that shows the server's status, with this number of files in its folder, all of which have been processed.
fn with_files(count: usize) -> Client {
    let mut client = Client::start();
    for at in 0..count {
        client.write_file(&format!("src/m{at}.rs"), &nested(&format!("f{at}")));
    }
    let mut capabilities = clients::vscode();
    capabilities["experimental"] = json!({"serverStatusNotification": true});
    client.initialize(capabilities);
    end_of_work(&mut client);
    client
}

fn end_of_work(client: &mut Client) {
    while client.take_notification("experimental/serverStatus")["quiescent"] != true {}
}

fn statistics(client: &mut Client) -> Value {
    client.execute("cacheStatistics", &json!([])).unwrap()
}

/// The statistics printed by the command line.
fn printed_statistics(client: &Client) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_rustassistant"))
        .args(["cache", "stats", "--json"])
        .env("RUSTASSISTANT_HOME", client.home())
        .current_dir(client.root())
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

fn names(object: &Value) -> Vec<String> {
    object.as_object().unwrap().keys().cloned().collect()
}

#[test]
fn commands_are_announced() {
    let mut client = Client::start();
    let result = client.initialize(clients::vscode());
    let commands = &result["capabilities"]["executeCommandProvider"]["commands"];
    let mut expected = vec![
        "rustassistant.cacheStatistics",
        "rustassistant.carryOutChecked",
        "rustassistant.clearCache",
        "rustassistant.explain",
        "rustassistant.extractFunction",
        "rustassistant.fixWorkspace",
        "rustassistant.nameCondition",
        "rustassistant.planExtractions",
        "rustassistant.reindex",
        "rustassistant.rewriteFunction",
    ];
    let by_model = [
        "rustassistant.nameCondition",
        "rustassistant.planExtractions",
        "rustassistant.rewriteFunction",
    ];
    expected.retain(|it| cfg!(feature = "model") || !by_model.contains(it));
    assert_eq!(*commands, json!(expected));
}

#[test]
fn statistics_are_those_of_the_command_line() {
    let mut client = with_files(3);
    let asked = statistics(&mut client);
    assert_eq!(asked["fault"], Value::Null);
    assert_eq!(asked["tiers"]["local"]["misses"], 3, "{asked}");
    assert!(asked["runs"].as_u64() >= Some(1), "this one: {asked}");
    assert_eq!(client.leave(), 0);
    let printed = printed_statistics(&client);
    assert_eq!(names(&asked), names(&printed));
    assert_eq!(
        names(&asked["tiers"]["local"]),
        names(&printed["tiers"]["local"])
    );
    assert_eq!(asked["path"], printed["path"]);
    assert_eq!(printed["tiers"]["local"]["misses"], 3);
    assert_eq!(printed["holdings"]["entries"], 3);
}

#[test]
fn asking_for_statistics_makes_no_file() {
    let mut client = Client::ready(clients::vscode());
    let asked = statistics(&mut client);
    assert_eq!(asked["holdings"]["entries"], 0);
    assert!(!client.home().join("cache.db").exists());
}

#[test]
fn a_cleared_cache_is_filled_again() {
    let mut client = with_files(3);
    let uri = client.uri("src/m0.rs");
    client.open(&uri, &nested("f0"));
    assert_eq!(client.pulled_items(&uri).len(), 1);
    // Results are written in the background.
    while statistics(&mut client)["holdings"]["entries"] != 3 {}

    let cleared = client.execute("clearCache", &json!([])).unwrap();
    assert_eq!(cleared, json!({"removed": 3}));
    end_of_work(&mut client);
    assert_eq!(client.pulled_items(&uri).len(), 1);
    assert_eq!(client.leave(), 0);
    let printed = printed_statistics(&client);
    assert_eq!(printed["holdings"]["entries"], 3);
    let misses = &printed["tiers"]["local"]["misses"];
    assert!(misses.as_u64().unwrap() >= 5, "{printed}");
}

#[test]
fn a_cache_that_cannot_be_cleared_says_so() {
    let mut client = Client::start();
    std::fs::create_dir(client.home().join("cache.db")).unwrap();
    client.initialize(clients::vscode());
    let refused = client.execute("clearCache", &json!([])).unwrap_err();
    assert_eq!(refused.code, -32603);
    assert!(refused.message.contains("can't be cleared"), "{refused:?}");
    let asked = statistics(&mut client);
    assert!(asked["fault"].is_string(), "{asked}");
}

#[test]
fn a_reindex_works_through_everything_again() {
    let mut client = with_files(3);
    assert_eq!(client.execute("reindex", &json!([])).unwrap(), Value::Null);
    end_of_work(&mut client);
    client.write_file("src/new.rs", &nested("new"));
    client.execute("reindex", &Value::Null).unwrap();
    end_of_work(&mut client);
    let asked = statistics(&mut client);
    assert_eq!(asked["tiers"]["local"]["misses"], 4, "{asked}");
}

#[test]
fn smells_and_refactorings_are_explained_in_markdown() {
    let mut client = Client::ready(clients::vscode());
    let smell = client
        .execute("explain", &json!(["long-function"]))
        .unwrap();
    let smell = smell.as_str().unwrap();
    assert!(
        smell.starts_with("# ") && smell.contains("## Why"),
        "{smell}"
    );
    assert!(smell.contains("Shown above 60 (warn)"), "{smell}");
    let refactoring = client.execute("explain", &json!(["guard-clause"])).unwrap();
    assert!(refactoring.as_str().unwrap().contains("## What it checks"));

    for (arguments, words) in [
        (json!(["long-functoin"]), "Did you mean `long-function`?"),
        (json!([]), "missing"),
        (json!([7]), "missing"),
        (Value::Null, "missing"),
    ] {
        let refused = client.execute("explain", &arguments).unwrap_err();
        assert_eq!(refused.code, -32602);
        assert!(refused.message.contains(words), "{refused:?}");
    }
}

#[test]
fn other_commands_are_refused() {
    let mut client = Client::ready(clients::vscode());
    let refused = client.execute("showFindings", &json!([])).unwrap_err();
    assert_eq!(refused.code, -32602);
    assert!(refused.message.contains("rustassistant.showFindings"));
    let uri = client.uri("a.rs");
    client.open(&uri, &nested("f"));
    assert!(!client.actions(&uri, &cursor(IF.0, IF.1)).is_empty());
}
