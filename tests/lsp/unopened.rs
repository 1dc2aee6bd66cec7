//! Diagnostics for unopened files, for clients that pull workspace diagnostics.

use serde_json::{Value, json};

use crate::{client::Client, clients};

const FULL: &str = "profile = \"full\"\n";
const QUESTION: &str = "workspace/diagnostic";
const CHANGED: i64 = 2;

fn function(name: &str) -> String {
    format!(
        "fn {name}(start: usize, rows: &[Row]) -> usize {{\n    let mut sum = start;\n    for row in rows {{\n        \
         if row.is_empty() {{\n            continue;\n        }}\n        let size = row.len() + 1;\n        \
         sum += size * weight(row);\n    }}\n    let rest = sum % 7;\n    note(rest, sum);\n    \
         if rest > 3 {{ sum - rest }} else {{ sum + rest }}\n}}\n"
    )
}

/// A workspace with two files that contain the same function.
fn twins(options: &str) -> Client {
    let mut client = Client::start();
    client.write_file("rustassistant.toml", options);
    client.write_file("src/a.rs", &function("one"));
    client.write_file("src/b.rs", &function("other"));
    client.initialize(clients::vscode());
    client
}

fn ask(client: &mut Client, known: &[(String, String)]) -> i64 {
    let known = known
        .iter()
        .map(|(uri, id)| json!({"uri": uri, "value": id}));
    let known: Vec<Value> = known.collect();
    client.send_request(QUESTION, json!({"previousResultIds": known}))
}

fn news(client: &mut Client, id: i64) -> Vec<Value> {
    let answer = client.wait(id).unwrap();
    answer["items"].as_array().unwrap().clone()
}

fn write(client: &mut Client, file: &str, text: &str) {
    client.write_file(file, text);
    let uri = client.uri(file);
    let changes = json!({"changes": [{"uri": uri, "type": CHANGED}]});
    client.notify("workspace/didChangeWatchedFiles", changes);
}

#[test]
fn what_stands_in_two_files_is_said_at_the_first() {
    let mut client = twins(FULL);
    let (a, b) = (client.uri("src/a.rs"), client.uri("src/b.rs"));
    let question = ask(&mut client, &[]);
    let said = news(&mut client, question);
    let [report] = &said[..] else {
        panic!("one file: {said:?}");
    };
    assert_eq!(report["uri"], a);
    assert_eq!(report["kind"], "full");
    assert_eq!(report["version"], Value::Null);
    let finding = &report["items"][0];
    assert_eq!(finding["code"], "duplicate-function");
    let other = &finding["relatedInformation"][0]["location"];
    assert_eq!(other["uri"], b);

    let known = [(a.clone(), report["resultId"].as_str().unwrap().to_owned())];
    let question = ask(&mut client, &known);
    client.settle();
    assert!(!client.has_reply(question), "it would bring no news");
    write(&mut client, "src/b.rs", "fn other() {}\n");
    let said = news(&mut client, question);
    assert_eq!(said.len(), 1);
    assert_eq!(said[0]["uri"], a);
    assert_eq!(said[0]["items"], json!([]));
}

#[test]
fn an_open_file_is_left_to_its_own_question() {
    let mut client = twins(FULL);
    let a = client.uri("src/a.rs");
    client.open(&a, &function("one"));
    let question = ask(&mut client, &[]);
    write(&mut client, "src/c.rs", &function("third"));
    client.settle();
    assert!(!client.has_reply(question));
    client.close(&a);
    assert_eq!(news(&mut client, question)[0]["uri"], a);
}

#[test]
fn a_later_question_ends_an_earlier_one() {
    let mut client = twins("");
    let earlier = ask(&mut client, &[]);
    client.settle();
    assert!(!client.has_reply(earlier), "nothing is said by default");
    let later = ask(&mut client, &[]);
    assert_eq!(news(&mut client, earlier), [Value::Null; 0]);
    client.cancel(later);
    assert!(client.wait(later).is_err());
}

#[test]
fn who_asks_for_duplicates_later_is_told_of_them() {
    let mut client = twins("");
    let question = ask(&mut client, &[]);
    client.settle();
    write(&mut client, "rustassistant.toml", FULL);
    let said = news(&mut client, question);
    assert_eq!(said[0]["uri"], client.uri("src/a.rs"));
}
