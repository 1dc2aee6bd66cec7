//! Whatever is wrong with a team's cache: the same findings, exit code 0, one line about it, and statistics that show the
//! cause.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use super::office::{Machine, SECRETS};
use crate::postgres::fixture::{Database, Postgres};

const TRUSTED: &str = "ed25519:d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

/// A server that sends this response to every connection, or none.
fn server(answer: Option<&'static str>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let mut frozen = Vec::new();
        for mut connection in listener.incoming().flatten() {
            let Some(answer) = answer else {
                frozen.push(connection);
                continue;
            };
            // What a client sends at once is its whole request.
            let mut request = vec![0; 65_536];
            let _ = connection.read(&mut request);
            connection.write_all(answer.as_bytes()).ok();
        }
    });
    format!("127.0.0.1:{port}")
}

fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("127.0.0.1:{}", listener.local_addr().unwrap().port())
}

fn config(url: &str, key: &str, more: &str) -> String {
    format!(
        "[cache]\nurl = \"{url}\"\napi_key = \"{key}\"\n[cache.team]\ntrusted_keys = [\"{TRUSTED}\"]\n{more}"
    )
}

/// Runs an analysis with a broken team's cache, and asserts that the statistics show `kind` afterwards.
fn assert_goes_on(config: &str, kind: &str) {
    let developer = Machine::new(config).with("TEAM_KEY", SECRETS[0]);
    let (alone, _) = Machine::new("").analyze();
    let (report, said) = developer.analyze();
    assert_eq!(
        Machine::findings(&report),
        Machine::findings(&alone),
        "{kind}"
    );
    let files = report["summary"]["files"].as_u64().unwrap();
    assert_eq!(report["summary"]["parsed"], files, "{kind}");
    assert_eq!(report["summary"]["cache"]["misses"], 0, "{kind}");
    let lines = said
        .lines()
        .filter(|line| line.contains("the team's cache is not used"));
    let told = lines.count();
    let stats = developer.stats();
    let team = &stats["tiers"]["team"];
    assert_eq!(team["faults"][kind], files, "{kind}: {team}");
    assert_eq!((&team["hits"], &team["misses"]), (&0.into(), &0.into()));
    // For transient faults, a single batch isn't worth a message.
    let is_off = team["breaker"]["reads"] != "working";
    assert_eq!(told, usize::from(is_off), "{kind}: {said}");
    let fault = team["last_fault"].as_str().unwrap();
    assert!(!fault.is_empty() && !SECRETS.iter().any(|secret| fault.contains(secret)));
    // The second run has everything locally, and sends no requests.
    let (report, said) = developer.analyze();
    assert_eq!(report["summary"]["cache"]["local_hits"], files, "{said}");
    developer.assert_keeps_no_secret();
}

fn http(address: &str) -> String {
    config(&format!("http://{address}/api"), "${TEAM_KEY}", "")
}

#[test]
fn an_http_server_that_is_not_there() {
    assert_goes_on(&http(&nobody()), "unreachable");
}

#[test]
fn an_http_server_that_is_frozen() {
    assert_goes_on(&http(&server(None)), "timeout");
}

#[test]
fn an_http_server_that_fails() {
    let answers = [
        (
            "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
            "server",
        ),
        (
            "HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n",
            "throttled",
        ),
        (
            "HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n",
            "denied",
        ),
        (
            "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
            "denied",
        ),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.2/\r\ncontent-length: 0\r\n\r\n",
            "redirected",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\nhalf of it",
            "malformed",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n<html>log in...",
            "malformed",
        ),
    ];
    for (answer, kind) in answers {
        assert_goes_on(&http(&server(Some(answer))), kind);
    }
}

#[test]
fn settings_that_lead_nowhere() {
    let anywhere = nobody();
    let url = format!("http://{anywhere}");
    assert_goes_on(&config(&url, "${NO_SUCH_VARIABLE}", ""), "setting");
    let by_variable = config("http://${NO_SUCH_VARIABLE}", "${TEAM_KEY}", "");
    assert_goes_on(&by_variable, "setting");
    let file = "ca_file = \"/nowhere/authority.pem\"\n";
    assert_goes_on(
        &config("https://127.0.0.1:1", "${TEAM_KEY}", file),
        "setting",
    );
}

fn over(database: &Database, user: &str, more: &str) -> String {
    let authority = database.with_tls(user).ca_file.unwrap();
    let url = format!(
        "postgresql://{user}@localhost:{}/{}",
        database.port(),
        database.name()
    );
    let more = format!("ca_file = \"{}\"\n{more}", authority.display());
    config(&url, "${TEAM_KEY}", &more)
}

#[tokio::test]
async fn a_database_that_does_not_let_us_in() {
    let database = Postgres::database().await;
    let wrong = over(&database, "reader", "").replace("${TEAM_KEY}", "not-the-password");
    assert_goes_on(&wrong, "denied");
    let bare = Postgres::bare_database().await;
    assert_goes_on(&over(&bare, "reader", ""), "no-table");
    let without_authority = over(&database, "reader", "");
    let line = without_authority
        .lines()
        .find(|line| line.starts_with("ca_file"))
        .unwrap();
    assert_goes_on(&without_authority.replace(line, ""), "certificate");
}

#[test]
fn a_database_that_is_not_there() {
    let url = format!("postgresql://ada@{}/db?sslmode=disable", nobody());
    assert_goes_on(&config(&url, "${TEAM_KEY}", ""), "unreachable");
}

#[tokio::test]
async fn a_database_that_is_frozen() {
    let (server, database) = Postgres::own(&[]).await;
    let config = over(&database, "reader", "");
    server.freeze();
    let frozen = tokio::task::spawn_blocking(move || assert_goes_on(&config, "timeout"));
    let went_on = frozen.await;
    server.thaw();
    went_on.unwrap();
}
