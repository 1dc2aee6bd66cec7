//! A team's cache as a tier, over a scripted shelf.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;

use super::*;
use crate::{Fetched, Namespace, Seal, Sealed, Shelf, SigningKey};

/// Rows in memory, and the outcome of the next calls.
#[derive(Default)]
struct FakeShelf {
    rows: Mutex<BTreeMap<Key, Vec<u8>>>,
    asked: AtomicUsize,
    mood: Mutex<Mood>,
}

#[derive(Clone, Copy, Default)]
enum Mood {
    #[default]
    Well,
    Frozen,
    Failing(FaultKind),
}

#[async_trait]
impl Shelf for Arc<FakeShelf> {
    async fn fetch(&self, keys: &[Key]) -> Vec<Fetched> {
        self.asked.fetch_add(keys.len(), Ordering::Relaxed);
        let mood = *lock(&self.mood);
        match mood {
            Mood::Well => {}
            Mood::Frozen => std::future::pending().await,
            Mood::Failing(kind) => return vec![Err(kind); keys.len()],
        }
        let rows = lock(&self.rows);
        keys.iter().map(|key| Ok(rows.get(key).cloned())).collect()
    }

    async fn store(&self, new: &[(Key, Vec<u8>)]) -> Result<u64, Fault> {
        lock(&self.rows).extend(new.iter().cloned());
        Ok(new.len() as u64)
    }

    async fn remove(&self, _keys: &[Key]) -> Result<u64, Fault> {
        Err(FaultKind::Unsupported.into())
    }

    async fn list(&self, _after: Option<Key>, _limit: usize) -> Result<Vec<(Key, Vec<u8>)>, Fault> {
        Err(FaultKind::Unsupported.into())
    }

    async fn prune(&self, _limits: Limits) -> Result<u64, Fault> {
        Err(FaultKind::Unsupported.into())
    }

    async fn clear(&self) -> Result<u64, Fault> {
        Err(FaultKind::Unsupported.into())
    }

    async fn stats(&self) -> Result<Holdings, Fault> {
        Ok(Holdings::default())
    }

    fn last_fault(&self, kind: FaultKind) -> Fault {
        Fault::new(kind).of("the team's server")
    }
}

struct Office {
    shelf: Arc<FakeShelf>,
    ci: SigningKey,
}

impl Office {
    fn new() -> Office {
        Office {
            shelf: Arc::default(),
            ci: SigningKey::generate().unwrap(),
        }
    }

    fn machine(&self, home: &Path, access: Right) -> TieredCache {
        let (signer, trusted) = match access {
            Right::Write => (Some(self.ci.clone()), vec![]),
            Right::Read => (None, vec![self.ci.public()]),
        };
        let seal = Seal::new(Namespace::default(), signer, &trusted);
        let sealed = Sealed::over(Arc::clone(&self.shelf), seal, 1);
        let options = TieredOptions {
            path: Some(home.join("cache.db")),
            mode: Mode::CommandLine,
            ..TieredOptions::default()
        };
        let quarantine = Some(home.join("cache.db.quarantine"));
        let team = Team::over(Arc::new(sealed), quarantine, access == Right::Write);
        let mut cache = TieredCache::open(options, &crate::SQLITE);
        let layer = Layer::new(Place::Team(Box::new(team)), Mode::CommandLine);
        cache.team = Some(Arc::new(layer));
        cache
    }

    fn asked(&self) -> usize {
        self.shelf.asked.load(Ordering::Relaxed)
    }

    fn is(&self, mood: Mood) {
        *lock(&self.shelf.mood) = mood;
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Right {
    Read,
    Write,
}

async fn filled() -> (Office, tempfile::TempDir) {
    let office = Office::new();
    let homes = tempfile::tempdir().unwrap();
    let ci = office.machine(&home(&homes, "ci"), Right::Write);
    ci.put_many(entries(0..100)).await;
    assert!(ci.close(LONG).await);
    assert_eq!(lock(&office.shelf.rows).len(), 100);
    (office, homes)
}

fn home(homes: &tempfile::TempDir, name: &str) -> PathBuf {
    let home = homes.path().join(name);
    std::fs::create_dir_all(&home).unwrap();
    home
}

fn keys(numbers: std::ops::Range<u32>) -> Vec<Key> {
    numbers.map(|number| entry(number).0).collect()
}

fn hits(lookups: &[Lookup], tier: Tier) -> usize {
    let of_tier = |lookup: &&Lookup| matches!(lookup, Lookup::Hit(_, at) if *at == tier);
    lookups.iter().filter(of_tier).count()
}

#[tokio::test]
async fn a_second_machine_starts_warm_and_asks_once() {
    let (office, homes) = filled().await;
    let ada = home(&homes, "ada");
    let cache = office.machine(&ada, Right::Read);
    let found = cache.get_many(&keys(0..120)).await;
    assert_eq!(hits(&found, Tier::Remote), 100);
    assert_eq!(found[7].clone().entry(), Some(entry(7).1));
    assert!(cache.close(LONG).await);

    let asked = office.asked();
    let again = office.machine(&ada, Right::Read);
    let found = again.get_many(&keys(0..100)).await;
    assert_eq!(hits(&found, Tier::Local), 100);
    assert_eq!(office.asked(), asked);
}

#[tokio::test]
async fn what_is_not_there_is_not_asked_for_again() {
    let (office, homes) = filled().await;
    let cache = office.machine(&home(&homes, "ada"), Right::Read);
    for _ in 0..3 {
        let found = cache.get_many(&keys(200..210)).await;
        assert_eq!(found, vec![Lookup::Miss; 10]);
    }
    assert_eq!(office.asked(), 10);
}

#[tokio::test]
async fn who_may_only_read_writes_nothing() {
    let (office, homes) = filled().await;
    let cache = office.machine(&home(&homes, "ada"), Right::Read);
    cache.put_many(entries(300..310)).await;
    assert!(cache.close(LONG).await);
    assert_eq!(lock(&office.shelf.rows).len(), 100);
    assert_eq!(cache.stats().written, 10);
}

#[tokio::test]
async fn what_is_private_stays_and_is_not_asked_for() {
    let (office, homes) = filled().await;
    let ci = office.machine(&home(&homes, "ci"), Right::Write);
    let key = Key::private("test", &[1; 32], &[], b"fn main() {}");
    let missing = Key::private("test", &[2; 32], &[], b"fn main() {}");
    let asked = office.asked();
    ci.put_many(vec![(key, entry(1).1)]).await;
    assert!(ci.close(LONG).await);
    assert_eq!(lock(&office.shelf.rows).len(), 100);

    let again = office.machine(&home(&homes, "ci"), Right::Write);
    let found = again.get_many(&[key, missing]).await;
    assert_eq!(hits(&found, Tier::Local), 1);
    assert_eq!(found[1], Lookup::Miss);
    assert_eq!(office.asked(), asked);

    let seal = Seal::new(Namespace::default(), Some(office.ci.clone()), &[]);
    let sealed = Sealed::over(Arc::clone(&office.shelf), seal, 1);
    let refused = sealed.put_many(&[(key, entry(1).1)]).await;
    assert_eq!(refused.unwrap_err().kind(), FaultKind::Denied);
}

#[tokio::test]
async fn who_types_never_waits_for_the_team() {
    let (office, homes) = filled().await;
    let cache = office.machine(&home(&homes, "ada"), Right::Read);
    office.is(Mood::Frozen);
    let wanted = keys(0..10);
    let mut background = std::pin::pin!(cache.get_many(&wanted));
    // The background's lookup is in progress before the user types.
    let started = tokio::time::timeout(Duration::from_millis(200), &mut background).await;
    assert!(started.is_err());
    assert_eq!(office.asked(), 10);
    assert_eq!(cache.get_near(&wanted).await, vec![Lookup::Miss; 10]);
    assert_eq!(
        background.await,
        vec![Lookup::Fault(FaultKind::Timeout); 10]
    );
}

#[tokio::test]
async fn a_broken_team_s_cache_is_left_alone_and_told_once() {
    for kind in [FaultKind::Server, FaultKind::Denied] {
        let (office, homes) = filled().await;
        let ada = home(&homes, "ada");
        let cache = office.machine(&ada, Right::Read);
        office.is(Mood::Failing(kind));
        for number in 0..20 {
            let found = cache.get_many(&keys(number..number + 1)).await;
            assert_eq!(found, [Lookup::Fault(kind)]);
        }
        assert!(office.asked() <= 3);
        let warnings = cache.warnings();
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].starts_with("the team's cache is not used: the team's server: "));
        let stats = cache.stats();
        assert_eq!((stats.misses, stats.faults[&kind]), (0, 20));
        assert_eq!(stats.tiers[&Tier::Remote].faults[&kind], 20);
        assert_eq!(stats.tiers[&Tier::Local].fault_count(), 0);

        // A later process can report what happened.
        assert!(cache.close(LONG).await);
        let path = ada.join("cache.db");
        // Nothing was written, so the file may not exist; the journal doesn't need it.
        let history = history(&path, Duration::from_hours(1));
        assert_eq!(history.tiers[&Tier::Remote].faults[&kind], 20);
        assert_ne!(history.tiers[&Tier::Remote].reads, GateState::Working);
        assert!(history.tiers[&Tier::Remote].last_fault.is_some());
    }
}

#[tokio::test]
async fn a_row_that_is_not_believed_is_a_fault_and_the_others_are_found() {
    let (office, homes) = filled().await;
    lock(&office.shelf.rows).insert(entry(3).0, b"not sealed".to_vec());
    let cache = office.machine(&home(&homes, "ada"), Right::Read);
    let found = cache.get_many(&keys(0..100)).await;
    assert_eq!(hits(&found, Tier::Remote), 99);
    assert_eq!(found[3], Lookup::Fault(FaultKind::Checksum));
    assert_eq!(cache.stats().tiers[&Tier::Remote].reads, GateState::Working);
}

#[tokio::test]
async fn a_signer_who_lied_is_believed_no_more() {
    let (office, homes) = filled().await;
    let ada = home(&homes, "ada");
    let cache = office.machine(&ada, Right::Read);
    cache.get_many(&keys(0..50)).await;
    assert!(cache.flush(LONG).await);
    assert!(cache.is_sample(&entry(0).0));
    cache.distrust(&entry(0).0).await;

    let signer = office.ci.public().id().to_string();
    let warnings = cache.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains(&signer) && warnings[0].contains("quarantine"));
    assert_eq!(cache.holdings().await.unwrap().entries, 0);
    for cache in [cache, office.machine(&ada, Right::Read)] {
        let found = cache.get_many(&keys(0..50)).await;
        assert_eq!(found, vec![Lookup::Fault(FaultKind::Quarantined); 50]);
    }
    // Another machine decides independently.
    let found = office.machine(&home(&homes, "eve"), Right::Read);
    assert_eq!(hits(&found.get_many(&keys(0..50)).await, Tier::Remote), 50);
}

#[tokio::test]
async fn a_frozen_team_s_cache_does_not_keep_the_file_open() {
    let (office, homes) = filled().await;
    let cache = office.machine(&home(&homes, "ada"), Right::Write);
    cache.put_many(entries(0..10)).await;
    office.is(Mood::Frozen);
    cache.get_many(&keys(100..101)).await;
    assert!(cache.close(LONG).await);
    assert_eq!(cache.stats().written, 10);
}
