//! The database controls a team's spending, and clients can't forge it.

#[path = "../../fixtures/spending.rs"]
pub(crate) mod spending;

use std::time::Duration;

use rustassistant::cache::ledger::{
    HoldId, Limits, PostgresLedger, Refusal, Reservation, TokenLedger, WindowKind,
};
use sqlx::error::DatabaseError;
use sqlx::{AssertSqlSafe, ConnectOptions};

use super::*;

const MINUTE: Duration = Duration::from_mins(1);
const URL: &str = "RUSTASSISTANT_TEST_DATABASE";

async fn ledger(remote: &Remote) -> PostgresLedger {
    PostgresLedger::new(remote).await.unwrap()
}

fn limits(day: u64, month: u64) -> Limits {
    Limits {
        day: Some(day),
        month: Some(month),
    }
}

/// A database with a budget for `main`, and the ledger of a user with access to it.
async fn with_budget(day: u64, month: u64) -> (Database, PostgresLedger) {
    let database = Postgres::database().await;
    let owner = ledger(&database.on_socket("owner")).await;
    owner.set_limits(limits(day, month)).await.unwrap();
    let reader = ledger(&database.on_socket("reader")).await;
    (database, reader)
}

async fn hold(ledger: &PostgresLedger, tokens: u64) -> Option<HoldId> {
    let id = HoldId::fresh().unwrap();
    let answer = ledger.reserve(id, tokens, MINUTE).await.unwrap();
    (answer == Reservation::Reserved).then_some(id)
}

/// The usage of the current day and month, and the amount held.
async fn stand(ledger: &PostgresLedger) -> (u64, u64, u64) {
    let status = ledger.status().await.unwrap();
    (status[0].used, status[1].used, status[0].held)
}

#[tokio::test]
async fn what_fits_is_held_and_charged_once() {
    let (_database, ledger) = with_budget(100, 1000).await;
    let first = hold(&ledger, 60).await.unwrap();
    assert_eq!(hold(&ledger, 41).await, None);
    let second = hold(&ledger, 40).await.unwrap();
    let again = ledger.reserve(second, 40, MINUTE).await.unwrap();
    assert_eq!(again, Reservation::Reserved);
    assert_eq!(stand(&ledger).await, (0, 0, 100));
    for actual in [50, 50, 99] {
        ledger.settle(first, actual).await.unwrap();
    }
    for _ in 0..2 {
        ledger.release(second).await.unwrap();
        ledger.release(first).await.unwrap();
    }
    assert_eq!(stand(&ledger).await, (50, 50, 0));
    for over in [first, second] {
        let fault = ledger.reserve(over, 1, MINUTE).await.unwrap_err();
        assert_fault(&fault, FaultKind::HoldOver);
    }
    // A request sent although its hold was over, and an unknown hold.
    ledger.settle(second, 5).await.unwrap();
    let unknown = HoldId::fresh().unwrap();
    ledger.settle(unknown, 2).await.unwrap();
    ledger.settle(unknown, 2).await.unwrap();
    assert_eq!(stand(&ledger).await, (57, 57, 0));
}

#[tokio::test]
async fn a_refusal_says_which_window_is_full() {
    let (_database, ledger) = with_budget(100, 120).await;
    let id = hold(&ledger, 70).await.unwrap();
    ledger.settle(id, 70).await.unwrap();
    hold(&ledger, 10).await.unwrap();
    for (tokens, window, limit) in [(21, WindowKind::Day, 100), (41, WindowKind::Month, 120)] {
        let id = HoldId::fresh().unwrap();
        let answer = ledger.reserve(id, tokens, MINUTE).await.unwrap();
        let Reservation::Refused(refusal) = answer else {
            panic!("{tokens} fit");
        };
        assert_eq!((refusal.window, refusal.limit), (window, limit));
        assert_eq!((refusal.used, refusal.held), (70, 10));
        let Refusal { resets_at, .. } = refusal;
        assert_eq!(resets_at % (24 * 60 * 60), 0);
    }
    let fault = ledger.reserve(id, u64::MAX, MINUTE).await.unwrap_err();
    assert_fault(&fault, FaultKind::TooManyTokens);
}

#[tokio::test]
async fn what_ran_out_costs_its_estimate_and_is_only_corrected_upwards() {
    let (database, ledger) = with_budget(100, 1000).await;
    let (less, more) = (
        hold(&ledger, 30).await.unwrap(),
        hold(&ledger, 30).await.unwrap(),
    );
    database
        .say("UPDATE rustassistant.hold SET expires = now()")
        .await;
    assert_eq!(hold(&ledger, 41).await, None);
    assert_eq!(stand(&ledger).await, (60, 60, 0));
    ledger.settle(less, 10).await.unwrap();
    ledger.settle(more, 35).await.unwrap();
    ledger.release(more).await.unwrap();
    assert_eq!(stand(&ledger).await, (65, 65, 0));
    // Held while the clock was ahead.
    hold(&ledger, 10).await.unwrap();
    database
        .say("UPDATE rustassistant.hold SET expires = now() + interval '1 day' WHERE state = 0")
        .await;
    assert_eq!(stand(&ledger).await, (75, 75, 0));
}

#[tokio::test]
async fn windows_begin_by_the_database_s_clock_and_never_end_twice() {
    let (database, ledger) = with_budget(100, 1000).await;
    let id = hold(&ledger, 100).await.unwrap();
    ledger.settle(id, 100).await.unwrap();
    // The clock was ahead and has been set back.
    database
        .say("UPDATE rustassistant.budget SET day = day + 40, month = month + 1")
        .await;
    assert_eq!(hold(&ledger, 1).await, None);
    assert_eq!(stand(&ledger).await, (100, 100, 0));
    database
        .say("UPDATE rustassistant.budget SET day = day - 41, month = month - 1")
        .await;
    let id = hold(&ledger, 60).await.unwrap();
    ledger.settle(id, 60).await.unwrap();
    assert_eq!(stand(&ledger).await, (60, 160, 0));
    database
        .say("UPDATE rustassistant.budget SET day = day - 1, month = month - 1")
        .await;
    assert_eq!(stand(&ledger).await, (0, 0, 0));
}

#[tokio::test]
async fn nothing_is_spent_without_a_budget() {
    let database = Postgres::database().await;
    let reader = ledger(&database.on_socket("reader")).await;
    let id = HoldId::fresh().unwrap();
    let fault = reader.reserve(id, 1, MINUTE).await.unwrap_err();
    assert_fault(&fault, FaultKind::NoBudget);
    assert_fault(
        &reader.settle(id, 1).await.unwrap_err(),
        FaultKind::NoBudget,
    );
    assert_fault(&reader.status().await.unwrap_err(), FaultKind::NoBudget);
    // A budget of zero; limits that aren't given stay the same.
    let owner = ledger(&database.on_socket("owner")).await;
    owner.set_limits(limits(0, 50)).await.unwrap();
    assert_eq!(hold(&reader, 0).await, None);
    let more = Limits {
        day: Some(100),
        month: None,
    };
    owner.set_limits(more).await.unwrap();
    assert_eq!(hold(&reader, 51).await, None);
    assert!(hold(&reader, 50).await.is_some());
    let bare = Postgres::bare_database().await;
    let fault = ledger(&bare.on_socket("owner")).await.status().await;
    assert_fault(&fault.unwrap_err(), FaultKind::NoTable);
}

#[tokio::test]
async fn everybody_spends_where_they_read() {
    let database = Postgres::database().await;
    for namespace in ["main", "pr-1", "pr-2"] {
        let server = ledger(&within(database.on_socket("server"), namespace)).await;
        server.set_limits(limits(100, 100)).await.unwrap();
    }
    for (user, main, own, other) in [
        ("reader", true, false, false),
        ("writer", true, false, false),
        ("branch", true, true, false),
        ("gc", false, false, false),
        ("server", true, true, true),
    ] {
        let ledger = ledger(&database.on_socket(user)).await;
        for (namespace, may) in [("main", main), ("pr-1", own), ("pr-2", other)] {
            let ledger = ledger.with_scope(namespace);
            let id = HoldId::fresh().unwrap();
            match ledger.reserve(id, 1, MINUTE).await {
                Ok(answer) => {
                    assert!(may, "{user} in {namespace}");
                    assert_eq!(answer, Reservation::Reserved);
                    ledger.settle(id, 1).await.unwrap();
                    ledger.status().await.unwrap();
                }
                Err(fault) => {
                    assert!(!may, "{user} in {namespace}: {fault}");
                    assert_fault(&fault, FaultKind::Denied);
                    assert!(ledger.settle(id, 1).await.is_err());
                    assert!(ledger.release(id).await.is_err());
                    assert!(ledger.status().await.is_err());
                }
            }
        }
        if user != "server" {
            let fault = ledger.set_limits(limits(9, 9)).await.unwrap_err();
            assert_fault(&fault, FaultKind::Denied);
        }
        let seen = database.admin_options().username(user).password(PASSWORD);
        let seen: Result<i64, _> = sqlx::query_scalar("SELECT count(*) FROM rustassistant.budget")
            .fetch_one(&mut seen.connect().await.unwrap())
            .await;
        let expected = i64::from(main) + i64::from(own) + i64::from(other);
        assert_eq!(seen.unwrap_or_default(), expected, "{user}");
    }
}

#[tokio::test]
async fn nobody_writes_into_the_books() {
    let (database, ledger) = with_budget(100, 1000).await;
    hold(&ledger, 1).await.unwrap();
    for user in ["reader", "writer", "branch", "gc", "server"] {
        let options = database.admin_options().username(user).password(PASSWORD);
        let mut connection = options.connect().await.unwrap();
        for statement in [
            "UPDATE rustassistant.budget SET day_used = 0",
            "UPDATE rustassistant.budget SET day_limit = NULL",
            "INSERT INTO rustassistant.budget (ns, day, month) VALUES ('main', 0, 0)",
            "DELETE FROM rustassistant.budget",
            "SELECT * FROM rustassistant.hold",
            "DELETE FROM rustassistant.hold",
            "TRUNCATE rustassistant.hold",
            "SELECT rustassistant.account('main')",
            "SELECT rustassistant.stand_of(0, NULL)",
            "CREATE FUNCTION rustassistant.day_of(text) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        ] {
            let done = sqlx::raw_sql(AssertSqlSafe(statement))
                .execute(&mut connection)
                .await;
            let code = done.unwrap_err();
            let code = code.as_database_error().and_then(DatabaseError::code);
            assert_eq!(code.as_deref(), Some("42501"), "{user}: {statement}");
        }
    }
    // Nor by requesting invalid amounts.
    let options = database
        .admin_options()
        .username("reader")
        .password(PASSWORD);
    let mut connection = options.connect().await.unwrap();
    for statement in [
        "SELECT rustassistant.reserve('main', decode(repeat('00', 16), 'hex'), -5, 60)",
        "SELECT rustassistant.reserve('main', decode(repeat('00', 16), 'hex'), NULL, 60)",
        "SELECT rustassistant.reserve('main', decode(repeat('00', 16), 'hex'), 9223372036854775807, 60)",
        "SELECT rustassistant.reserve('main', NULL, 5, 60)",
        "SELECT rustassistant.reserve('main', 'short', 5, 60)",
        "SELECT rustassistant.settle('main', decode(repeat('00', 16), 'hex'), -5)",
        "SELECT rustassistant.settle('main', decode(repeat('00', 16), 'hex'), NULL)",
        "SELECT rustassistant.settle('main', NULL, 5)",
    ] {
        let done = sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut connection)
            .await;
        assert!(done.is_err(), "{statement}");
    }
    assert_eq!(stand(&ledger).await, (0, 0, 1));
}

/// The other processes; only started by another test.
#[tokio::test]
#[ignore = "is a process of the test here"]
async fn process() {
    let url = std::env::var(URL).expect("only the other test starts this one");
    let (user, rest) = url.split_once(' ').unwrap();
    let ledger = ledger(&remote(user, rest)).await;
    spending::spend(&ledger, drop).await;
}

#[tokio::test]
async fn the_limit_is_never_passed_whatever_is_killed() {
    let (database, ledger) = with_budget(20_000, 1_000_000).await;
    let url = database.on_socket("reader").address.resolve().unwrap();
    let rest = url.as_str().split_once('@').unwrap().1;
    let environment = [(URL, format!("reader {rest}"))];
    let run = move || spending::run("postgres::budget::process", &environment);
    let told = tokio::task::spawn_blocking(run).await.unwrap();
    database
        .say("UPDATE rustassistant.hold SET expires = now() WHERE state = 0")
        .await;
    let (used, month, held) = stand(&ledger).await;
    // Usually only a little later, but the day may have ended.
    assert_eq!(held, 0);
    assert!(told.spent <= month && used <= 20_000, "{used}: {told:?}");
    assert!(month > 19_900 && told.refused > 0, "{month}: {told:?}");
    assert!(told.killed > 0 && told.faults == 0, "{told:?}");
}
