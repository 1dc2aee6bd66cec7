//! Servers that are queried for budgets and give no valid answer: nothing may be spent.

use std::time::Duration;

use rustassistant::cache::ledger::{HoldId, HttpLedger, Reservation, TokenLedger};

use super::liar::{Liar, Reply, answer};
use super::*;

const MINUTE: Duration = Duration::from_mins(1);

async fn ledger(liar: &Liar) -> HttpLedger {
    HttpLedger::new(&reader(&liar.url())).await.unwrap()
}

/// Asserts that every call fails with this kind of fault.
async fn nothing_is_spent(liar: &Liar, kind: FaultKind) {
    let ledger = ledger(liar).await;
    let id = HoldId::fresh().unwrap();
    shown(&ledger.reserve(id, 1, MINUTE).await.unwrap_err(), kind);
    shown(&ledger.settle(id, 1).await.unwrap_err(), kind);
    shown(&ledger.release(id).await.unwrap_err(), kind);
    shown(&ledger.status().await.unwrap_err(), kind);
}

async fn saying(reply: Vec<u8>) -> Liar {
    Liar::new(move |_| Reply::Say(reply.clone())).await
}

#[tokio::test]
async fn every_status_has_its_reason() {
    for (status, kind) in [
        (401, FaultKind::Denied),
        (403, FaultKind::Denied),
        (404, FaultKind::NoBudget),
        (405, FaultKind::NoBudget),
        (501, FaultKind::NoBudget),
        (409, FaultKind::HoldOver),
        (413, FaultKind::TooManyTokens),
        (429, FaultKind::Throttled),
        (500, FaultKind::Server),
        (503, FaultKind::Server),
        (302, FaultKind::Redirected),
        (400, FaultKind::Malformed),
        (201, FaultKind::Malformed),
    ] {
        let liar = saying(answer(status, "application/json", b"\"s3cret\"")).await;
        nothing_is_spent(&liar, kind).await;
    }
}

#[tokio::test]
async fn what_is_no_answer_admits_nothing() {
    let long = vec![b' '; 2 << 20];
    for (kind, body) in [
        ("text/html", &b"<html>reserved</html>"[..]),
        ("text/plain", b"\"reserved\""),
        ("application/json", b""),
        ("application/json", b"reserved"),
        ("application/json", b"true"),
        ("application/json", b"\"Reserved\""),
        ("application/json", b"{\"reserved\":true}"),
        ("application/json", b"{\"refused\":{\"window\":\"week\"}}"),
        ("application/json", b"[\"reserved\"]"),
        ("application/json", &long),
    ] {
        let liar = saying(answer(200, kind, body)).await;
        let ledger = ledger(&liar).await;
        let id = HoldId::fresh().unwrap();
        let fault = ledger.reserve(id, 1, MINUTE).await.unwrap_err();
        shown(&fault, FaultKind::Malformed);
    }
    let liar =
        Liar::new(|_| Reply::Close(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n\"res".to_vec()))
            .await;
    let id = HoldId::fresh().unwrap();
    assert!(ledger(&liar).await.reserve(id, 1, MINUTE).await.is_err());
}

#[tokio::test]
async fn whoever_does_not_answer_is_waited_for_no_longer_than_it_takes() {
    let liar = Liar::new(|_| Reply::Hang(Vec::new())).await;
    let remote = Remote {
        patience: Patience::Person,
        ..reader(&liar.url())
    };
    let ledger = HttpLedger::new(&remote).await.unwrap();
    let id = HoldId::fresh().unwrap();
    let fault = ledger.reserve(id, 1, MINUTE).await.unwrap_err();
    shown(&fault, FaultKind::Timeout);
}

#[tokio::test]
async fn a_request_holds_what_it_must_and_no_more() {
    let liar = saying(answer(200, "application/json", b"\"reserved\"")).await;
    let id = HoldId::fresh().unwrap();
    let answer = ledger(&liar).await.reserve(id, 7, MINUTE).await;
    assert_eq!(answer, Ok(Reservation::Reserved));
    let heard = liar.heard().remove(0);
    assert!(heard.head.starts_with("POST /v1/ledger/reserve "));
    let body = String::from_utf8(heard.body).unwrap();
    let expected = format!("{{\"ns\":\"main\",\"id\":\"{id}\",\"estimate\":7,\"ttl_ms\":60000}}");
    assert_eq!(body, expected);
}
