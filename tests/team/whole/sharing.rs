//! The first machine computes everything; the second computes nothing.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::office::{Machine, Team};
use crate::postgres::fixture::Postgres;

#[tokio::test]
async fn through_postgres_a_second_developer_starts_warm() {
    let database = Postgres::database().await;
    assert_starts_warm(&Team::over_postgres(&database));
}

#[test]
fn through_http_a_second_developer_starts_warm() {
    assert_starts_warm(&Team::over_http());
}

#[tokio::test]
async fn through_postgres_an_editor_starts_warm() {
    let database = Postgres::database().await;
    assert_editor_starts_warm(&Team::over_postgres(&database));
}

#[test]
fn through_http_an_editor_starts_warm() {
    assert_editor_starts_warm(&Team::over_http());
}

/// The data for finding duplicates contains prints of single statements, so it is kept only on the machine.
#[test]
fn surveys_stay_on_the_machine_and_start_it_warm() {
    let team = Team::over_http();
    let analyze = || {
        let words = [
            "refactor",
            "analyze",
            ".",
            "--config",
            "profile=full",
            "--format",
            "json",
        ];
        let said = team.pipeline.run(&words);
        assert_eq!(said.code, Some(0), "{}{}", said.stdout, said.stderr);
        serde_json::from_str::<Value>(&said.stdout).unwrap()
    };
    let cold = analyze();
    let files = cold["summary"]["files"].as_u64().unwrap();
    assert_eq!(cold["summary"]["parsed"], files);
    let warm = analyze();
    assert_eq!(warm["summary"]["parsed"], 0);
    assert_eq!(Machine::findings(&warm), Machine::findings(&cold));

    let stats = team.pipeline.stats();
    assert_eq!(stats["tiers"]["team"]["written"], files);
    assert_eq!(stats["holdings"]["entries"], 2 * files);
}

fn warm(team: &Team) {
    let said = team
        .pipeline
        .run(&["cache", "warm", ".", "--require-remote"]);
    assert_eq!(said.code, Some(0), "{}{}", said.stdout, said.stderr);
}

fn assert_starts_warm(team: &Team) {
    warm(team);
    let (alone, _) = Machine::new("").analyze();
    let files = alone["summary"]["files"].as_u64().unwrap();
    assert_eq!(alone["summary"]["parsed"], files);
    assert!(alone["summary"]["findings"].as_u64().unwrap() > 0);

    let developer = team.developer();
    let (report, said) = developer.analyze();
    assert_eq!(report["summary"]["parsed"], 0, "{said}");
    assert_eq!(report["summary"]["cache"]["remote_hits"], files);
    assert_eq!(Machine::findings(&report), Machine::findings(&alone));
    assert_eq!(said, "");

    // From now on, the network isn't needed.
    let (report, _) = developer.analyze();
    assert_eq!(report["summary"]["cache"]["local_hits"], files);
    let stats = developer.stats();
    assert_eq!(stats["tiers"]["team"]["hits"], files);
    assert_eq!(stats["tiers"]["team"]["faults"], json!({}));
    developer.assert_keeps_no_secret();
}

/// A whole session of a language server; `cache stats` shows its background lookups.
fn assert_editor_starts_warm(team: &Team) {
    warm(team);
    let developer = team.developer();
    let mut child = developer
        .command(&["lsp"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut editor = Editor {
        input: child.stdin.take().unwrap(),
        output: BufReader::new(child.stdout.take().unwrap()),
    };
    let uri = format!("file://{}", developer.project().display());
    editor.request(
        1,
        "initialize",
        &json!({"processId": null, "capabilities": {}, "rootUri": uri,
            "workspaceFolders": [{"uri": uri, "name": "project"}]}),
    );
    editor.send(&json!({"method": "initialized", "params": {}}));
    let started = Instant::now();
    let files = std::fs::read_dir(developer.project().join("src"))
        .unwrap()
        .count();
    let local = || {
        let said = developer.run(&["cache", "stats", "--json"]);
        let stats: Value = serde_json::from_str(&said.stdout).unwrap();
        stats["holdings"]["entries"].as_u64().unwrap_or_default()
    };
    while local() < files as u64 {
        assert!(started.elapsed() < Duration::from_mins(1), "{}", local());
        std::thread::sleep(Duration::from_millis(100));
    }
    editor.request(2, "shutdown", &Value::Null);
    editor.send(&json!({"method": "exit"}));
    assert!(child.wait().unwrap().success());
    let stats = developer.stats();
    assert_eq!(stats["tiers"]["team"]["hits"], files);
    assert_eq!(stats["tiers"]["team"]["misses"], 0);
}

struct Editor {
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Editor {
    fn request(&mut self, id: u32, method: &str, params: &Value) {
        self.send(&json!({"id": id, "method": method, "params": params}));
        while self.receive()["id"] != id {}
    }

    fn send(&mut self, message: &Value) {
        let mut message = message.clone();
        message["jsonrpc"] = json!("2.0");
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        self.input.flush().unwrap();
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(self.output.read_line(&mut line).unwrap(), 0);
            if let Some(value) = line.strip_prefix("Content-Length: ") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.output.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }
}
