//! Several processes that spend from one ledger, some of which are killed, by clocks that jump: never more than the limit.

use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use rustassistant::cache::ledger::{
    Clock, HoldId, Limits, Reservation, SqliteLedger, TokenLedger, WindowStatus,
};
use rustassistant::migrations;

const PATH: &str = "RUSTASSISTANT_TEST_LEDGER";
const SEED: &str = "RUSTASSISTANT_TEST_SEED";
const LIMITS: &str = "RUSTASSISTANT_TEST_LIMITS";
/// The seconds between which the clock of a process jumps.
const CLOCK: &str = "RUSTASSISTANT_TEST_CLOCK";
const PROCESSES: u64 = 8;
const RESERVATIONS: u64 = 500;
/// Of the largest request.
const TOKENS: u64 = 60;
/// 2026-11-10T00:00:00Z.
const MIDNIGHT: u64 = 1_794_268_800;
const DAY: u64 = 24 * 60 * 60;

/// Numbers that follow from a seed.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 27)) % below
    }
}

/// What a process does with its reservations; each that it sends is told before anything else happens.
pub(crate) async fn spend(ledger: &dyn TokenLedger, seed: u64, jump: impl Fn(u64)) {
    let mut numbers = Numbers(seed);
    let mut late = Vec::new();
    for _ in 0..RESERVATIONS {
        jump(numbers.next(u64::MAX));
        let estimate = 1 + numbers.next(TOKENS);
        let ttl = Duration::from_millis(1 + numbers.next(2_000));
        let id = HoldId::fresh().unwrap();
        let answer = ledger.reserve(id, estimate, ttl).await.unwrap();
        if answer != Reservation::Reserved {
            tell("refused", 0);
            continue;
        }
        let actual = numbers.next(estimate + 1);
        match numbers.next(10) {
            // Never sent.
            0 => ledger.release(id).await.unwrap(),
            // Nobody hears of it again.
            1 => tell("sent", actual),
            2 => {
                tell("sent", actual);
                late.push((id, actual));
            }
            _ => {
                tell("sent", actual);
                ledger.settle(id, actual).await.unwrap();
                if numbers.next(10) == 0 {
                    ledger.settle(id, actual).await.unwrap();
                }
            }
        }
    }
    for (id, actual) in late {
        ledger.settle(id, actual).await.unwrap();
    }
}

/// Past the test program's own buffer: what is said must be said before the end.
fn tell(what: &str, tokens: u64) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{what} {tokens}")
        .and_then(|()| out.flush())
        .unwrap();
}

/// What the other processes do; the test program runs it only when told to.
#[tokio::test]
#[ignore = "is a process of the tests here"]
async fn process() {
    let path = std::env::var_os(PATH).expect("only the other tests start this one");
    let number = |name: &str| std::env::var(name).unwrap();
    let pair = |name: &str| {
        let text = number(name);
        let (first, second) = text.split_once(' ').unwrap();
        (first.parse().ok(), second.parse().ok())
    };
    let (day, month) = pair(LIMITS);
    let (Some(start), Some(end)) = pair(CLOCK) else {
        panic!("no clock");
    };
    let moment = Arc::new(AtomicU64::new(start));
    let told = Arc::clone(&moment);
    let clock: Clock = Arc::new(move || {
        SystemTime::UNIX_EPOCH + Duration::from_secs(told.load(Ordering::Relaxed))
    });
    let ledger = open(Path::new(&path), Limits { day, month }, clock).await;
    let jump = |random: u64| moment.store(start + random % (end - start), Ordering::Relaxed);
    spend(&ledger, number(SEED).parse().unwrap(), jump).await;
}

async fn open(path: &Path, limits: Limits, clock: Clock) -> SqliteLedger {
    SqliteLedger::open(path, limits, &migrations::LEDGER, clock)
        .await
        .unwrap()
}

fn spawn(path: &Path, seed: u64, limits: Limits, clock: &Range<u64>) -> Child {
    let limit = |limit: Option<u64>| limit.map_or("none".to_owned(), |limit| limit.to_string());
    Command::new(std::env::current_exe().unwrap())
        .args(["spending::process", "--exact", "--ignored", "--nocapture"])
        .env(PATH, path)
        .env(SEED, seed.to_string())
        .env(
            LIMITS,
            format!("{} {}", limit(limits.day), limit(limits.month)),
        )
        .env(CLOCK, format!("{} {}", clock.start, clock.end))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What the processes told.
#[derive(Default, Debug)]
struct Told {
    spent: u64,
    refused: u64,
    killed: u64,
}

/// Runs the processes. Every other one is killed in the middle of it, again and again, and another takes its place.
fn run(path: &Path, limits: Limits, clock: &Range<u64>) -> Told {
    let told = Mutex::new(Told::default());
    std::thread::scope(|scope| {
        for process in 0..PROCESSES {
            let told = &told;
            scope.spawn(move || {
                let kills = if process % 2 == 0 { 0 } else { 5 };
                for turn in 0..=kills {
                    let seed = process * 1000 + turn;
                    let child = spawn(path, seed, limits, clock);
                    // At another moment in every turn.
                    let after = (turn < kills).then_some(20 + seed % 37);
                    follow(child, after, told);
                }
            });
        }
    });
    told.into_inner().unwrap()
}

/// Reads what a process tells until it ends, or is killed after so many lines.
fn follow(mut child: Child, kill_after: Option<u64>, told: &Mutex<Told>) {
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut lines = 0;
    for line in output.lines().map_while(Result::ok) {
        let mut told = told.lock().unwrap();
        if let Some(tokens) = line.strip_prefix("sent ") {
            told.spent += tokens.parse::<u64>().unwrap();
        } else if line.starts_with("refused ") {
            told.refused += 1;
        } else {
            continue;
        }
        lines += 1;
        if Some(lines) == kill_after {
            child.kill().unwrap();
            told.killed += 1;
        }
    }
    let output = child.wait_with_output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() || kill_after.is_some(), "{errors}");
}

/// How the ledger stands when all that was held has run out.
async fn stand(path: &Path, end: u64, limits: Limits) -> Vec<WindowStatus> {
    let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(end + 4);
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
    let moment = SystemTime::UNIX_EPOCH + Duration::from_secs(today);
    open(&path, limits, Arc::new(move || moment)).await;
    // Three days before today, and no later one.
    let clock = today - 3 * DAY..today + 60;
    let told = run(&path, limits, &clock);
    let used = stand(&path, clock.end, limits).await[0].used;
    assert!(told.spent <= used && used <= 20_000, "{used}: {told:?}");
    assert!(
        used > 19_900 && told.refused > 0 && told.killed > 0,
        "{used}: {told:?}"
    );
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
    assert!(
        used > 14_900 && told.refused > 0 && told.killed > 0,
        "{used}: {told:?}"
    );
}
