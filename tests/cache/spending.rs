//! Several processes spend from one file with jumping clocks, and some are killed: the limit is never exceeded.

#[path = "../fixtures/spending.rs"]
mod fixture;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use rustassistant::cache::ledger::{Clock, Limits, SqliteLedger, TokenLedger, WindowStatus};
use rustassistant::migrations;

use fixture::{Told, spend};

const PATH: &str = "RUSTASSISTANT_TEST_LEDGER";
const LIMITS: &str = "RUSTASSISTANT_TEST_LIMITS";
/// The range of seconds in which a process's clock jumps.
const CLOCK: &str = "RUSTASSISTANT_TEST_CLOCK";
/// 2026-11-10T00:00:00Z.
const MIDNIGHT: u64 = 1_794_268_800;
const DAY: u64 = 24 * 60 * 60;

/// The other processes; only started by another test.
#[tokio::test]
#[ignore = "is a process of the tests here"]
async fn process() {
    let path = std::env::var_os(PATH).expect("only the other tests start this one");
    let pair = |name: &str| {
        let text = std::env::var(name).unwrap();
        let (first, second) = text.split_once(' ').unwrap();
        (first.parse().ok(), second.parse().ok())
    };
    let (day, month) = pair(LIMITS);
    let (Some(start), Some(end)) = pair(CLOCK) else {
        panic!("no clock");
    };
    let seconds = Arc::new(AtomicU64::new(start));
    let told = Arc::clone(&seconds);
    let clock: Clock = Arc::new(move || at(told.load(Ordering::Relaxed)));
    let ledger = open(Path::new(&path), Limits { day, month }, clock).await;
    let jump = |random: u64| seconds.store(start + random % (end - start), Ordering::Relaxed);
    spend(&ledger, jump).await;
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

async fn open(path: &Path, limits: Limits, clock: Clock) -> SqliteLedger {
    SqliteLedger::open(path, limits, &migrations::LEDGER, clock)
        .await
        .unwrap()
}

fn run(path: &Path, limits: Limits, clock: &Range<u64>) -> Told {
    let limit = |limit: Option<u64>| limit.map_or("none".to_owned(), |limit| limit.to_string());
    let limits = format!("{} {}", limit(limits.day), limit(limits.month));
    let environment = [
        (PATH, path.display().to_string()),
        (LIMITS, limits),
        (CLOCK, format!("{} {}", clock.start, clock.end)),
    ];
    fixture::run("spending::process", &environment)
}

/// The state of the ledger after all holds have expired.
async fn stand(path: &Path, end: u64, limits: Limits) -> Vec<WindowStatus> {
    let moment = at(end + 4);
    let ledger = open(path, limits, Arc::new(move || moment)).await;
    let status = ledger.status().await.unwrap();
    assert!(status.iter().all(|window| window.held == 0), "{status:?}");
    status
}

#[tokio::test]
async fn a_day_is_never_passed_whatever_is_killed_and_however_clocks_jump_back() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    let limits = Limits {
        day: Some(20_000),
        month: None,
    };
    let today = MIDNIGHT + DAY / 2;
    open(&path, limits, Arc::new(move || at(today))).await;
    // From three days before today, but never later.
    let clock = today - 3 * DAY..today + 60;
    let told = run(&path, limits, &clock);
    let used = stand(&path, clock.end, limits).await[0].used;
    assert!(told.spent <= used && used <= 20_000, "{used}: {told:?}");
    assert!(used > 19_900 && told.refused > 0, "{used}: {told:?}");
    assert!(told.killed > 0 && told.faults == 0, "{told:?}");
}

#[tokio::test]
async fn a_month_is_never_passed_however_clocks_jump_between_its_days() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("ledger.db");
    let limits = Limits {
        day: Some(15_000),
        month: Some(20_000),
    };
    let clock = MIDNIGHT..MIDNIGHT + 3 * DAY;
    let told = run(&path, limits, &clock);
    let used = stand(&path, clock.end, limits).await[1].used;
    assert!(told.spent <= used && used <= 20_000, "{used}: {told:?}");
    assert!(used > 14_900 && told.refused > 0, "{used}: {told:?}");
    assert!(told.killed > 0 && told.faults == 0, "{told:?}");
}
