//! Spending with a key of the server.

use std::time::Duration;

use reqwest::Method;
use rustassistant::cache::ledger::{
    HoldId, HttpLedger, PostgresLedger, Reservation, TokenLedger, WindowKind,
};
use rustassistant::cache::{CacheBackend, FaultKind, Patience, Remote, Secret};
use serde_json::{Value, json};

use super::database::{arguments, over_with};
use super::rights::add_key;
use super::server::{Server, eventually, program};
use crate::postgres::budget::spending;
use crate::postgres::fixture::{PASSWORD, Postgres};

const MINUTE: Duration = Duration::from_mins(1);
const URL: &str = "RUSTASSISTANT_TEST_SERVER";
const BUDGET: [&str; 4] = ["--budget-day", "100", "--budget-month", "1k"];

fn with_key(url: &str, key: &str, namespace: &str) -> Remote {
    Remote {
        secret: Some(Secret::text(key)),
        namespace: namespace.parse().unwrap(),
        patience: Patience::Pipeline,
        ..Remote::at(url)
    }
}

async fn ledger(server: &Server, key: &str, namespace: &str) -> HttpLedger {
    let remote = with_key(&server.url, key, namespace);
    HttpLedger::new(&remote).await.unwrap()
}

async fn hold(ledger: &impl TokenLedger, tokens: u64) -> Option<HoldId> {
    let id = HoldId::fresh().unwrap();
    let answer = ledger.reserve(id, tokens, MINUTE).await.unwrap();
    (answer == Reservation::Reserved).then_some(id)
}

async fn post(server: &Server, errand: &str, key: &str, body: &Value) -> u16 {
    let path = format!("/v1/ledger/{errand}");
    let request = server.request(Method::POST, &path, key).json(body);
    request.send().await.unwrap().status().as_u16()
}

async fn spends(server: &Server) {
    let ours = ledger(server, &server.keys.read, "main").await;
    let first = hold(&ours, 60).await.unwrap();
    assert_eq!(hold(&ours, 41).await, None);
    let again = ours.reserve(first, 60, MINUTE).await.unwrap();
    assert_eq!(again, Reservation::Reserved);
    let second = hold(&ours, 40).await.unwrap();
    ours.settle(first, 50).await.unwrap();
    ours.settle(first, 60).await.unwrap();
    ours.release(second).await.unwrap();
    let over = ours.reserve(second, 40, MINUTE).await.unwrap_err();
    assert_eq!(over.kind(), FaultKind::HoldOver, "{over}");
    // Another key to the same namespace shares the budget.
    let ci = ledger(server, &server.keys.write, "main").await;
    let answer = ci.reserve(HoldId::fresh().unwrap(), 51, MINUTE).await;
    let Ok(Reservation::Refused(refusal)) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!((refusal.window, refusal.limit), (WindowKind::Day, 100));
    assert_eq!((refusal.used, refusal.held), (50, 0));
    let status = ci.status().await.unwrap();
    assert_eq!(status.len(), 2);
    assert_eq!((status[1].used, status[1].limit), (50, Some(1000)));
    assert_eq!(status[0].resets_at, refusal.resets_at);
}

#[tokio::test]
async fn what_a_key_opens_has_a_budget() {
    spends(&Server::start(&BUDGET)).await;
    spends(&over_with(&Postgres::database().await, &BUDGET)).await;
}

#[tokio::test]
async fn what_was_spent_stays_spent() {
    let mut server = Server::start(&BUDGET);
    let remote = with_key(&server.url, &server.keys.read, "main");
    let ours = CacheBackend::Http(remote).ledger().await.unwrap().unwrap();
    let id = hold(&ours, 70).await.unwrap();
    ours.settle(id, 70).await.unwrap();
    hold(&ours, 20).await.unwrap();
    server.restart(&["--budget-day", "95"]);
    let ours = ledger(&server, &server.keys.read, "main").await;
    assert_eq!(hold(&ours, 6).await, None);
    assert!(hold(&ours, 5).await.is_some());
    // Budgets aren't a namespace, and clearing the cache doesn't affect them.
    let clear = server.request(Method::DELETE, "/v1/cache/main", &server.keys.write);
    assert_eq!(clear.send().await.unwrap().status(), 200);
    assert_eq!(ours.status().await.unwrap()[0].used, 70);
    let path = server.file("main").with_file_name("tokens.ledger");
    let metadata = std::fs::metadata(path).unwrap();
    assert!(!rustassistant_os::is_open_to_others(&metadata));
}

#[tokio::test]
async fn without_a_budget_nothing_is_spent() {
    let server = Server::start(&[]);
    let none = async |server: &Server| {
        let ours = ledger(server, &server.keys.read, "main").await;
        let id = HoldId::fresh().unwrap();
        let fault = ours.reserve(id, 1, MINUTE).await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::NoBudget, "{fault}");
        assert!(ours.settle(id, 1).await.is_err());
        assert!(ours.release(id).await.is_err());
        assert!(ours.status().await.is_err());
    };
    none(&server).await;
    let database = Postgres::database().await;
    none(&over_with(&database, &[])).await;
    // Budgets set directly in the database by an administrator apply too.
    database
        .say("SELECT rustassistant.set_budget('main', 100, 1000)")
        .await;
    spends(&over_with(&database, &[])).await;
    let nothing = Server::start(&["--budget-day", "0"]);
    let ours = ledger(&nothing, &nothing.keys.read, "main").await;
    assert_eq!(hold(&ours, 0).await, None);
}

#[tokio::test]
async fn an_owner_sets_a_budget_and_a_server_needs_the_tables() {
    let database = Postgres::bare_database().await;
    let owner = database.with_tls("owner");
    let home = tempfile::tempdir().unwrap();
    let setup = |more: &[&str]| {
        let output = program(home.path())
            .args(["cache", "setup"])
            .args(more)
            .env(
                "RUSTASSISTANT_CACHE_URL",
                owner.address.resolve().unwrap().as_str(),
            )
            .env("RUSTASSISTANT_CACHE_API_KEY", PASSWORD)
            .env(
                "RUSTASSISTANT_CACHE_CA_FILE",
                owner.ca_file.as_ref().unwrap(),
            )
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{error}");
        String::from_utf8(output.stdout).unwrap()
    };
    let reader = PostgresLedger::new(&database.on_socket("reader"))
        .await
        .unwrap();
    setup(&[]);
    let fault = reader.status().await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::NoBudget, "{fault}");
    let said = setup(&["--budget-day", "2k", "--budget-month=3M"]);
    assert!(
        said.contains("In `main`, 2000 tokens may be spent each day"),
        "{said}"
    );
    setup(&["--budget-day", "1k"]);
    let status = reader.status().await.unwrap();
    assert_eq!(
        (status[0].limit, status[1].limit),
        (Some(1000), Some(3_000_000))
    );
    // As left by a version without budgets.
    database
        .say(
            "DROP TABLE rustassistant.hold; DROP FUNCTION rustassistant.set_budget; \
             DROP FUNCTION rustassistant.reserve",
        )
        .await;
    let fault = reader.reserve(HoldId::fresh().unwrap(), 1, MINUTE).await;
    assert_eq!(fault.unwrap_err().kind(), FaultKind::NoTable);
    let folder = tempfile::tempdir().unwrap();
    let arguments = arguments(folder.path(), &database.with_tls("server"), PASSWORD);
    let output = program(home.path())
        .args(["cache", "serve", "--listen", "127.0.0.1:0"])
        .args(BUDGET)
        .args(arguments)
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("cache setup"), "{error}");
}

#[tokio::test]
async fn many_namespaces_of_one_key_are_one_budget() {
    let server = Server::start(&BUDGET);
    let key = add_key(&server, &["--name", "prs", "--namespace", "pr-*"]);
    eventually("the new key is not known", async || {
        server.get("/v1/cache/pr-1", &key).await.status() == 200
    })
    .await;
    let (one, other) = (
        ledger(&server, &key, "pr-1").await,
        ledger(&server, &key, "pr-2").await,
    );
    hold(&one, 60).await.unwrap();
    assert_eq!(hold(&other, 41).await, None);
    hold(&other, 40).await.unwrap();
    let main = ledger(&server, &server.keys.read, "main").await;
    assert!(hold(&main, 100).await.is_some());
    for (key, namespace) in [(key.as_str(), "main"), (&server.keys.write, "pr-1")] {
        let wrong = ledger(&server, key, namespace).await;
        let fault = wrong.status().await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Denied, "{fault}");
    }
    let nobody = ledger(&server, "rakey-nobody", "main").await;
    assert_eq!(nobody.status().await.unwrap_err().kind(), FaultKind::Denied);
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let server = Server::start(&BUDGET);
    let id = "0".repeat(32);
    let good = json!({ "ns": "main", "id": id, "estimate": 5, "ttl_ms": 1000 });
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let key = &server.keys.read;
    for (body, status) in [
        (json!([]), 400),
        (json!({}), 400),
        (with("ns", json!("../x")), 400),
        (with("ns", json!("query")), 400),
        (with("id", json!("0")), 400),
        (with("id", json!("g".repeat(32))), 400),
        (with("estimate", json!(-1)), 400),
        (with("estimate", json!(1.5)), 400),
        (with("estimate", json!(u64::MAX)), 413),
        (with("ttl_ms", json!(null)), 400),
        (with("more", json!("x".repeat(2000))), 413),
        (with("ttl_ms", json!(u64::MAX)), 200),
        (with("estimate", json!(6)), 409),
    ] {
        assert_eq!(post(&server, "reserve", key, &body).await, status, "{body}");
    }
    assert_eq!(post(&server, "reserve", "", &good).await, 401);
    let spent = json!({ "ns": "main", "id": id, "actual": 3 });
    assert_eq!(post(&server, "settle", key, &spent).await, 200);
    let elsewhere = with("ns", json!("other"));
    let write = &server.keys.write;
    assert_eq!(post(&server, "reserve", write, &elsewhere).await, 403);
    let get = server.get("/v1/ledger/reserve", key).await;
    assert_eq!(get.status(), 405);
    for (query, status) in [("", 400), ("?ns=main", 200), ("?ns=A", 400)] {
        let answer = server.get(&format!("/v1/ledger/status{query}"), key).await;
        assert_eq!(answer.status(), status, "{query}");
    }
    assert!(!server.log().contains(&id), "ids are not logged");
}

#[tokio::test]
async fn statistics_name_budgets_to_those_who_may_know() {
    let server = Server::start(&BUDGET);
    let ours = ledger(&server, &server.keys.read, "main").await;
    let id = hold(&ours, 60).await.unwrap();
    ours.settle(id, 50).await.unwrap();
    hold(&ours, 30).await.unwrap();
    assert_eq!(hold(&ours, 30).await, None);
    let metrics = server.get("/metrics", &server.keys.read).await;
    let metrics = metrics.text().await.unwrap();
    for line in [
        "rustassistant_cache_reserved_total 2",
        "rustassistant_cache_refused_total 1",
        "rustassistant_cache_tokens_used{scope=\"main\",window=\"day\"} 50",
        "rustassistant_cache_tokens_held{scope=\"main\",window=\"month\"} 30",
        "rustassistant_cache_tokens_limit{scope=\"main\",window=\"month\"} 1000",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    let nobody = server.get("/metrics", "").await.text().await.unwrap();
    assert!(nobody.contains("reserved_total 2") && !nobody.contains("scope="));
}

#[tokio::test]
async fn requests_of_one_key_are_counted() {
    let server = Server::start(&[&BUDGET[..], &["--rate", "1", "--burst", "3"]].concat());
    let ours = ledger(&server, &server.keys.read, "main").await;
    let mut faults = Vec::new();
    for _ in 0..6 {
        let answer = ours.reserve(HoldId::fresh().unwrap(), 1, MINUTE).await;
        faults.extend(answer.err().map(|fault| fault.kind()));
    }
    assert!(faults.contains(&FaultKind::Throttled), "{faults:?}");
}

#[tokio::test]
async fn what_is_no_number_of_tokens_is_said_at_once() {
    let home = tempfile::tempdir().unwrap();
    for wrong in ["1.5M", "-1", "many"] {
        let output = program(home.path())
            .args(["cache", "serve", &format!("--budget-day={wrong}")])
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains("200k, 2M or 0"), "{error}");
    }
}

/// The other processes; only started by another test.
#[tokio::test]
#[ignore = "is a process of the test here"]
async fn process() {
    let address = std::env::var(URL).expect("only the other test starts this one");
    let (url, key) = address.split_once(' ').unwrap();
    let remote = with_key(url, key, "main");
    let ledger = HttpLedger::new(&remote).await.unwrap();
    spending::spend(&ledger, drop).await;
}

#[tokio::test]
async fn the_limit_is_never_passed_whatever_is_killed() {
    let database = Postgres::database().await;
    let budget = ["--budget-day", "20k", "--budget-month", "1M"];
    for server in [Server::start(&budget), over_with(&database, &budget)] {
        let environment = [(URL, format!("{} {}", server.url, server.keys.read))];
        let run = move || spending::run("service::spending::process", &environment);
        let told = tokio::task::spawn_blocking(run).await.unwrap();
        // The longest hold expires.
        tokio::time::sleep(Duration::from_millis(2_100)).await;
        let ours = ledger(&server, &server.keys.read, "main").await;
        let status = ours.status().await.unwrap();
        let (used, month) = (status[0].used, status[1].used);
        assert_eq!(status[0].held, 0, "{status:?}");
        assert!(told.spent <= month && used <= 20_000, "{used}: {told:?}");
        assert!(month > 19_900 && told.refused > 0, "{month}: {told:?}");
        assert!(told.killed > 0 && told.faults == 0, "{told:?}");
    }
}
