use std::sync::atomic::{AtomicU64, Ordering};

use super::*;

/// 2026-11-30T12:00:00Z, a day before the end of a month.
const NOON: u64 = 1_796_040_000;
const HOUR: u64 = 3600;
const MINUTE: Duration = Duration::from_mins(1);

/// A ledger with a manual clock.
struct Bench {
    _folder: tempfile::TempDir,
    path: std::path::PathBuf,
    clock: Arc<AtomicU64>,
    ledger: SqliteLedger,
}

fn limits(day: u64, month: u64) -> Limits {
    Limits {
        day: Some(day),
        month: Some(month),
    }
}

impl Bench {
    async fn new(limits: Limits) -> Bench {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own/ledger.db");
        let seconds = Arc::new(AtomicU64::new(NOON));
        let told = Arc::clone(&seconds);
        let clock: Clock = Arc::new(move || {
            SystemTime::UNIX_EPOCH + Duration::from_secs(told.load(Ordering::Relaxed))
        });
        let ledger = SqliteLedger::open(&path, limits, &crate::LEDGER, clock)
            .await
            .unwrap();
        Bench {
            _folder: folder,
            path,
            clock: seconds,
            ledger,
        }
    }

    fn set(&self, seconds: u64) {
        self.clock.store(seconds, Ordering::Relaxed);
    }

    async fn hold(&self, tokens: u64) -> Option<HoldId> {
        let id = HoldId::fresh().unwrap();
        let answer = self.ledger.reserve(id, tokens, MINUTE).await.unwrap();
        (answer == Reservation::Reserved).then_some(id)
    }

    /// Returns the tokens used on this day and in this month, and the tokens held.
    async fn stand(&self) -> (u64, u64, u64) {
        let status = self.ledger.status().await.unwrap();
        let [day, month] = status.as_slice() else {
            panic!("{status:?}");
        };
        assert_eq!((day.kind, month.kind), (WindowKind::Day, WindowKind::Month));
        (day.used, month.used, day.held)
    }
}

#[tokio::test]
async fn what_fits_is_held_and_charged() {
    let bench = Bench::new(limits(100, 1000)).await;
    let first = bench.hold(60).await.unwrap();
    assert_eq!(bench.hold(41).await, None);
    let second = bench.hold(40).await.unwrap();
    assert_eq!(bench.stand().await, (0, 0, 100));
    bench.ledger.settle(first, 50).await.unwrap();
    bench.ledger.release(second).await.unwrap();
    assert_eq!(bench.stand().await, (50, 50, 0));
    assert!(bench.hold(50).await.is_some());
    assert_eq!(bench.hold(1).await, None);
}

#[tokio::test]
async fn a_refusal_says_what_stands_in_the_way_and_until_when() {
    let bench = Bench::new(limits(100, 120)).await;
    let first = bench.hold(70).await.unwrap();
    bench.ledger.settle(first, 70).await.unwrap();
    bench.hold(10).await.unwrap();
    let refused = async |tokens| {
        let id = HoldId::fresh().unwrap();
        match bench.ledger.reserve(id, tokens, MINUTE).await.unwrap() {
            Reservation::Refused(refusal) => refusal,
            Reservation::Reserved => panic!("{tokens} fit"),
        }
    };
    let day = Refusal {
        window: WindowKind::Day,
        used: 70,
        held: 10,
        limit: 100,
        resets_at: NOON + 12 * HOUR,
    };
    assert_eq!(refused(21).await, day);
    // Both are full, but the month is reported; both end with the same day here.
    let month = Refusal {
        window: WindowKind::Month,
        limit: 120,
        ..day
    };
    assert_eq!(refused(41).await, month);
}

#[tokio::test]
async fn a_limit_of_zero_admits_nothing_and_none_admits_all() {
    let nothing = Bench::new(limits(0, 1000)).await;
    assert_eq!((nothing.hold(0).await, nothing.hold(1).await), (None, None));
    let all = Bench::new(Limits::default()).await;
    assert!(all.hold(MOST).await.is_some());
    let id = HoldId::fresh().unwrap();
    let fault = all.ledger.reserve(id, MOST + 1, MINUTE).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::TooManyTokens);
}

#[tokio::test]
async fn every_call_may_be_repeated() {
    let bench = Bench::new(limits(100, 1000)).await;
    let id = bench.hold(90).await.unwrap();
    let again = bench.ledger.reserve(id, 90, MINUTE).await.unwrap();
    assert_eq!(again, Reservation::Reserved);
    assert_eq!(bench.stand().await, (0, 0, 90));
    for actual in [70, 70, 99] {
        bench.ledger.settle(id, actual).await.unwrap();
        assert_eq!(bench.stand().await, (70, 70, 0));
    }
    bench.ledger.release(id).await.unwrap();
    assert_eq!(bench.stand().await, (70, 70, 0));
    let over = bench.ledger.reserve(id, 90, MINUTE).await.unwrap_err();
    assert_eq!(over.kind(), FaultKind::HoldOver);
    // A release that overtakes its reservation.
    let late = HoldId::fresh().unwrap();
    bench.ledger.release(late).await.unwrap();
    bench.ledger.release(late).await.unwrap();
    assert!(bench.ledger.reserve(late, 1, MINUTE).await.is_err());
}

#[tokio::test]
async fn what_ran_out_costs_its_estimate_and_is_only_corrected_upwards() {
    let bench = Bench::new(limits(100, 1000)).await;
    let (less, more) = (bench.hold(30).await.unwrap(), bench.hold(30).await.unwrap());
    bench.set(NOON + 59);
    assert_eq!(bench.stand().await, (0, 0, 60));
    bench.set(NOON + 60);
    assert_eq!(bench.stand().await, (60, 60, 0));
    assert_eq!(bench.hold(41).await, None);
    bench.ledger.settle(less, 10).await.unwrap();
    assert_eq!(bench.stand().await, (60, 60, 0));
    bench.ledger.settle(more, 35).await.unwrap();
    bench.ledger.settle(more, 35).await.unwrap();
    assert_eq!(bench.stand().await, (65, 65, 0));
    bench.ledger.release(more).await.unwrap();
    assert_eq!(bench.stand().await, (65, 65, 0));
}

#[tokio::test]
async fn what_was_released_and_sent_all_the_same_is_charged() {
    let bench = Bench::new(limits(100, 1000)).await;
    let id = bench.hold(30).await.unwrap();
    bench.ledger.release(id).await.unwrap();
    bench.ledger.settle(id, 20).await.unwrap();
    assert_eq!(bench.stand().await, (20, 20, 0));
    let unknown = HoldId::fresh().unwrap();
    bench.ledger.settle(unknown, 5).await.unwrap();
    bench.ledger.settle(unknown, 5).await.unwrap();
    bench
        .ledger
        .settle(HoldId::fresh().unwrap(), u64::MAX)
        .await
        .unwrap();
    assert_eq!(bench.stand().await, (25 + MOST, 25 + MOST, 0));
}

#[tokio::test]
async fn windows_end_in_utc_and_what_is_held_goes_on() {
    let bench = Bench::new(limits(100, 150)).await;
    bench.set(NOON - 24 * HOUR);
    let id = bench.hold(70).await.unwrap();
    bench.ledger.settle(id, 70).await.unwrap();
    bench.set(NOON + 12 * HOUR - 1);
    assert_eq!(bench.stand().await, (70, 70, 0));
    let held = bench.hold(30).await.unwrap();
    bench.set(NOON + 12 * HOUR);
    assert_eq!(bench.stand().await, (0, 0, 30));
    assert_eq!(bench.hold(71).await, None);
    bench.ledger.settle(held, 25).await.unwrap();
    assert_eq!(bench.stand().await, (25, 25, 0));
}

#[tokio::test]
async fn a_clock_that_is_set_back_opens_nothing_again() {
    let bench = Bench::new(limits(100, 1000)).await;
    bench.set(NOON + 24 * HOUR);
    let id = bench.hold(100).await.unwrap();
    bench.ledger.settle(id, 100).await.unwrap();
    for clock in [NOON, 0, NOON + 23 * HOUR] {
        bench.set(clock);
        assert_eq!(bench.stand().await, (100, 100, 0));
        assert_eq!(bench.hold(1).await, None);
    }
    bench.set(NOON + 48 * HOUR);
    assert_eq!(bench.stand().await, (0, 100, 0));
}

#[tokio::test]
async fn what_a_clock_that_was_ahead_has_held_is_charged() {
    let bench = Bench::new(limits(100, 1000)).await;
    bench.set(NOON + 3 * HOUR);
    bench.hold(30).await.unwrap();
    bench.set(NOON);
    assert_eq!(bench.stand().await, (30, 30, 0));
    let id = HoldId::fresh().unwrap();
    let answer = bench.ledger.reserve(id, 10, Duration::MAX).await.unwrap();
    assert_eq!(answer, Reservation::Reserved);
    assert_eq!(bench.stand().await, (30, 30, 10));
    bench.set(NOON + HOUR);
    assert_eq!(bench.stand().await, (40, 40, 0));
}

#[tokio::test]
async fn scopes_spend_each_their_own() {
    let bench = Bench::new(limits(100, 1000)).await;
    let other = bench.ledger.scoped("main", limits(10, 10)).await.unwrap();
    let id = bench.hold(100).await.unwrap();
    // The same id in another scope is another hold.
    let refused = other.reserve(id, 11, MINUTE).await.unwrap();
    assert!(matches!(refused, Reservation::Refused(_)));
    assert_eq!(
        other.reserve(id, 10, MINUTE).await.unwrap(),
        Reservation::Reserved
    );
    other.settle(id, 7).await.unwrap();
    assert_eq!(bench.stand().await, (0, 0, 100));
    assert_eq!(other.status().await.unwrap()[0].used, 7);
}

#[tokio::test]
async fn no_file_no_row_and_no_ledger_admit_nothing() {
    let bench = Bench::new(limits(100, 1000)).await;
    let id = HoldId::fresh().unwrap();
    let kinds = async || {
        let reserved = bench.ledger.reserve(id, 1, MINUTE).await.map(|_| ());
        [
            reserved,
            bench.ledger.settle(id, 1).await,
            bench.ledger.release(id).await,
            bench.ledger.status().await.map(|_| ()),
        ]
        .map(|result| result.unwrap_err().kind())
    };
    let all = |kind| [kind; 4];
    let mut nobody = bench.ledger.clone();
    nobody.scope = "nobody's".into();
    let fault = nobody.reserve(id, 1, MINUTE).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::NoBudget);
    bench.ledger.close().await;
    std::fs::remove_file(&bench.path).unwrap();
    assert_eq!(kinds().await, all(FaultKind::Absent));
    std::fs::write(&bench.path, "garbage ".repeat(1000)).unwrap();
    assert_eq!(kinds().await, all(FaultKind::LedgerDamaged));
    std::fs::write(&bench.path, "").unwrap();
    assert_eq!(kinds().await, all(FaultKind::LedgerDamaged));
    std::fs::remove_file(&bench.path).unwrap();
    crate::SqliteCache::new(&bench.path, &crate::SQLITE)
        .await
        .unwrap()
        .close()
        .await;
    assert_eq!(kinds().await, all(FaultKind::Foreign));
    assert!(bench.path.exists(), "nothing moves it aside");
}

#[tokio::test]
async fn the_file_is_its_owner_s_and_is_found_again() {
    let bench = Bench::new(limits(100, 1000)).await;
    let id = bench.hold(30).await.unwrap();
    bench.ledger.settle(id, 20).await.unwrap();
    bench.ledger.close().await;
    let metadata = std::fs::metadata(&bench.path).unwrap();
    assert!(!rustassistant_os::is_open_to_others(&metadata));
    assert_eq!(bench.stand().await, (20, 20, 0));
    let again = SqliteLedger::open(&bench.path, limits(1, 1), &crate::LEDGER, clock());
    assert_eq!(again.await.unwrap().path(), bench.path);
    assert!(
        crate::SqliteCache::new(&bench.path, &crate::SQLITE)
            .await
            .is_err()
    );
}

#[tokio::test]
async fn what_ended_long_ago_is_forgotten() {
    let bench = Bench::new(limits(100, 1000)).await;
    let id = bench.hold(30).await.unwrap();
    bench.ledger.settle(id, 20).await.unwrap();
    bench.set(NOON + 40 * 24 * HOUR);
    bench.hold(1).await.unwrap();
    assert!(bench.ledger.reserve(id, 30, MINUTE).await.is_err());
    bench.set(NOON + 41 * 24 * HOUR);
    bench.hold(1).await.unwrap();
    assert_eq!(
        bench.ledger.reserve(id, 30, MINUTE).await.unwrap(),
        Reservation::Reserved
    );
}

#[tokio::test]
async fn a_call_that_is_dropped_half_way_does_no_harm() {
    let bench = Bench::new(limits(1000, 1000)).await;
    let mut ids = Vec::new();
    for micros in (0..2_000).step_by(40) {
        let id = HoldId::fresh().unwrap();
        let call = bench.ledger.reserve(id, 10, MINUTE);
        let done = tokio::time::timeout(Duration::from_micros(micros), call).await;
        ids.push((id, done.is_ok()));
    }
    // A cancelled reservation may be held or not; one that returned is held.
    let (_, _, held) = bench.stand().await;
    let answered = ids.iter().filter(|(_, answered)| *answered).count() as u64;
    assert!((answered * 10..=500).contains(&held), "{held}, {answered}");
    for (id, _) in ids {
        bench.ledger.release(id).await.unwrap();
    }
    assert_eq!(bench.stand().await, (0, 0, 0));
    assert!(bench.hold(1000).await.is_some());
}

#[test]
fn an_id_is_read_as_it_is_written() {
    let id = HoldId::fresh().unwrap();
    assert_eq!(id.to_string().parse(), Ok(id));
    assert_eq!(id.to_string().len(), 32);
    assert_ne!(id, HoldId::fresh().unwrap());
    for wrong in ["", "0", &"g".repeat(32), &"0".repeat(33)] {
        assert_eq!(wrong.parse::<HoldId>(), Err(NoHoldId));
    }
}
