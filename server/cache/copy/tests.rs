use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;

use super::*;
use crate::{Holdings, Limits, Tier};

/// A cache in memory with configurable faults.
#[derive(Default)]
struct Told {
    rows: Mutex<BTreeMap<Key, Entry>>,
    /// Keys whose rows return this fault.
    bad: BTreeMap<Key, FaultKind>,
    /// Number of rows after which every write fails with this fault.
    room: Option<(usize, FaultKind)>,
    /// Longer entries are refused.
    longest: Option<usize>,
    /// The entry of this key is stored wrongly.
    garbles: Option<Key>,
    /// Whether the cache is shared.
    is_shared: bool,
    /// Number of writes that fail before one succeeds.
    busy: AtomicU64,
    written: AtomicU64,
}

impl Told {
    fn with(numbers: std::ops::Range<u32>) -> Told {
        let rows = numbers.map(|number| (key(number), entry(number)));
        Told {
            rows: Mutex::new(rows.collect()),
            ..Told::default()
        }
    }

    fn keys(&self) -> Vec<Key> {
        self.rows.lock().unwrap().keys().copied().collect()
    }

    fn store(&self, (key, entry): &(Key, Entry)) -> Result<(), Fault> {
        let mut rows = self.rows.lock().unwrap();
        if self.longest.is_some_and(|longest| entry.len() > longest) {
            return Err(FaultKind::TooLarge.into());
        }
        match self.room {
            Some((room, kind)) if rows.len() >= room => return Err(kind.into()),
            _ => {}
        }
        let entry = if self.garbles == Some(*key) {
            Entry::from(&b"garbled"[..])
        } else {
            entry.clone()
        };
        rows.entry(*key).or_insert(entry);
        self.written.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[async_trait]
impl Cache for Told {
    async fn get_many(&self, keys: &[Key]) -> Vec<Lookup> {
        let rows = self.rows.lock().unwrap();
        let answer = |key| match (self.bad.get(key), rows.get(key)) {
            (Some(kind), _) => Lookup::Fault(*kind),
            (None, Some(entry)) => Lookup::Hit(entry.clone(), Tier::Remote),
            (None, None) => Lookup::Miss,
        };
        keys.iter().map(answer).collect()
    }

    async fn put_many(&self, entries: &[(Key, Entry)]) -> Result<(), Fault> {
        if self.busy.load(Ordering::Relaxed) > 0 {
            self.busy.fetch_sub(1, Ordering::Relaxed);
            return Err(FaultKind::Throttled.into());
        }
        entries.iter().try_for_each(|entry| self.store(entry))
    }

    async fn remove(&self, _: &[Key]) -> Result<u64, Fault> {
        Ok(0)
    }

    async fn page(&self, after: Option<Key>, limit: usize) -> Result<Page, Fault> {
        let rows = self.rows.lock().unwrap();
        let above = rows.iter().filter(|(key, _)| Some(**key) > after);
        let mut page = Page::default();
        for (key, entry) in above.take(limit) {
            page.last = Some(*key);
            match self.bad.get(key) {
                Some(FaultKind::Io) => return Err(FaultKind::Io.into()),
                Some(_) => page.damaged += 1,
                None => page.entries.push((*key, entry.clone())),
            }
        }
        Ok(page)
    }

    async fn prune(&self, _: Limits) -> Result<u64, Fault> {
        Ok(0)
    }

    async fn clear(&self) -> Result<u64, Fault> {
        Ok(0)
    }

    async fn stats(&self) -> Result<Holdings, Fault> {
        Ok(Holdings::default())
    }

    fn takes(&self, key: &Key) -> bool {
        !(self.is_shared && key.is_private())
    }
}

fn key(number: u32) -> Key {
    Key::new("test", &[0; 32], &[], &number.to_le_bytes())
}

fn entry(number: u32) -> Entry {
    Entry::from(number.to_le_bytes().repeat(10))
}

/// Returns the keys in the order in which they are copied.
fn sorted(count: u32) -> Vec<Key> {
    let mut keys: Vec<Key> = (0..count).map(key).collect();
    keys.sort();
    keys
}

async fn all(from: &Told, to: &Told) -> Result<Copied, Stopped> {
    copy(from, to, CopyOptions::default()).await
}

#[tokio::test]
async fn everything_goes_over_once() {
    let (from, to) = (Told::with(0..1_777), Told::with(1_000..1_100));
    let seen = Mutex::new(Vec::new());
    let progress = |copied: &Copied| seen.lock().unwrap().push(copied.seen());
    let options = CopyOptions {
        progress: Some(&progress),
        ..CopyOptions::default()
    };
    let copied = copy(&from, &to, options).await.unwrap();
    assert_eq!((copied.copied, copied.skipped), (1_677, 100));
    assert_eq!(copied.bytes, 1_677 * 40);
    assert_eq!(*to.rows.lock().unwrap(), *from.rows.lock().unwrap());
    assert_eq!(*seen.lock().unwrap(), [100, 600, 1_100, 1_600, 1_777]);
    let again = all(&from, &to).await.unwrap();
    assert_eq!((again.copied, again.skipped), (0, 1_777));
    assert_eq!(to.written.load(Ordering::Relaxed), 1_677);
}

#[tokio::test]
async fn what_is_private_goes_to_no_cache_that_others_read() {
    let from = Told::with(0..10);
    let private = (0..3_u8).map(|number| (Key::private("test", &[number; 32], &[], b""), entry(1)));
    from.rows.lock().unwrap().extend(private);
    let shared = Told {
        is_shared: true,
        ..Told::default()
    };
    let copied = all(&from, &shared).await.unwrap();
    assert_eq!((copied.copied, copied.private, copied.seen()), (10, 3, 13));
    assert_eq!(shared.keys(), sorted(10));
    let own = Told::default();
    let copied = all(&from, &own).await.unwrap();
    assert_eq!((copied.copied, copied.private), (13, 0));
}

#[tokio::test]
async fn chosen_keys_go_over_alone() {
    let (from, to) = (Told::with(0..1_000), Told::default());
    let chosen: Vec<Key> = (0..700)
        .rev()
        .chain(0..5)
        .chain(2_000..2_010)
        .map(key)
        .collect();
    let options = CopyOptions {
        keys: Some(chosen),
        ..CopyOptions::default()
    };
    let copied = copy(&from, &to, options).await.unwrap();
    assert_eq!((copied.copied, to.keys().len()), (700, 700));
    assert_eq!(to.keys(), sorted(700));
    let options = CopyOptions {
        keys: Some(Vec::new()),
        ..CopyOptions::default()
    };
    assert_eq!(copy(&from, &to, options).await, Ok(Copied::default()));
}

#[tokio::test]
async fn what_is_damaged_is_left_out_and_counted() {
    let mut from = Told::with(0..300);
    from.bad = (0..150)
        .map(|number| (key(number), FaultKind::Checksum))
        .collect();
    let to = Told::default();
    let copied = all(&from, &to).await.unwrap();
    assert_eq!((copied.copied, copied.damaged), (150, 150));
    let options = CopyOptions {
        keys: Some((100..200).map(key).collect()),
        ..CopyOptions::default()
    };
    let chosen = copy(&from, &to, options).await.unwrap();
    assert_eq!((chosen.skipped, chosen.damaged), (50, 50));
}

#[tokio::test]
async fn the_target_keeps_what_it_has() {
    let from = Told::with(0..10);
    let mut to = Told::with(3..4);
    to.rows
        .lock()
        .unwrap()
        .insert(key(4), Entry::from(&b"other"[..]));
    to.bad.insert(key(5), FaultKind::UnknownSigner);
    let copied = all(&from, &to).await.unwrap();
    assert_eq!((copied.copied, copied.skipped, copied.differing), (7, 1, 2));
    assert_eq!(to.rows.lock().unwrap()[&key(4)], Entry::from(&b"other"[..]));
}

#[tokio::test]
async fn what_is_not_what_was_written_is_named() {
    let from = Told::with(0..10);
    let to = Told {
        garbles: Some(key(7)),
        ..Told::default()
    };
    let stopped = all(&from, &to).await.unwrap_err();
    assert_eq!(stopped.why, Why::Different(key(7)));
    assert!(
        stopped.to_string().contains(&key(7).to_string()),
        "{stopped}"
    );
}

#[tokio::test]
async fn a_full_target_says_where_it_stopped_and_how_to_go_on() {
    let from = Told::with(0..1_000);
    let to = Told {
        room: Some((650, FaultKind::Full)),
        ..Told::default()
    };
    let stopped = all(&from, &to).await.unwrap_err();
    assert_eq!(stopped.why, Why::Target(FaultKind::Full.into()));
    let last = sorted(1_000)[599];
    assert_eq!(
        (stopped.so_far.copied, stopped.so_far.last),
        (600, Some(last))
    );
    assert_eq!(
        stopped.to_string(),
        format!(
            "writing: the disk is full; free some space, or choose another path; stopped after 600 entries, \
             the last with key {last}; run the command again to continue, existing entries are skipped"
        )
    );
}

#[tokio::test]
async fn what_was_written_before_the_source_failed_counts() {
    let mut from = Told::with(0..1_000);
    from.bad.insert(sorted(1_000)[800], FaultKind::Io);
    let to = Told::default();
    let stopped = all(&from, &to).await.unwrap_err();
    assert_eq!(stopped.why, Why::Source(FaultKind::Io.into()));
    assert_eq!((stopped.so_far.copied, to.keys().len()), (600, 600));
    from.bad.clear();
    let copied = all(&from, &to).await.unwrap();
    assert_eq!((copied.copied, copied.skipped), (400, 600));
}

#[tokio::test]
async fn entries_that_are_too_large_keep_no_others_back() {
    let from = Told::with(0..150);
    for number in [3, 77] {
        let large = Entry::from(vec![1; 5_000]);
        from.rows.lock().unwrap().insert(key(number), large);
    }
    let to = Told {
        longest: Some(4_000),
        ..Told::default()
    };
    let copied = all(&from, &to).await.unwrap();
    assert_eq!((copied.copied, copied.too_large), (148, 2));
}

#[tokio::test]
async fn what_passes_by_itself_is_waited_for() {
    let from = Told::with(0..10);
    let to = Told {
        busy: AtomicU64::new(1),
        ..Told::default()
    };
    assert_eq!(all(&from, &to).await.unwrap().copied, 10);
    let to = Told {
        room: Some((0, FaultKind::Denied)),
        ..Told::default()
    };
    let stopped = all(&from, &to).await.unwrap_err();
    assert_eq!(stopped.why, Why::Target(FaultKind::Denied.into()));
    assert!(stopped.to_string().ends_with("nothing was copied"));
    for (kind, passes) in [
        (FaultKind::Throttled, true),
        (FaultKind::Busy, true),
        (FaultKind::Timeout, true),
        (FaultKind::Malformed, false),
        (FaultKind::Full, false),
    ] {
        assert_eq!(may_pass(kind), passes, "{kind}");
    }
}

#[tokio::test]
async fn a_cancelled_copy_goes_on_where_it_was() {
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (Told::with(0..1_000), Told::default());
    let resume = || Resume::between(home.path(), "from", "to");
    let cancel = CancellationToken::new();
    let progress = |copied: &Copied| {
        if copied.seen() >= 600 {
            cancel.cancel();
        }
    };
    let options = CopyOptions {
        resume: Some(resume()),
        progress: Some(&progress),
        cancel: cancel.clone(),
        ..CopyOptions::default()
    };
    let stopped = copy(&from, &to, options).await.unwrap_err();
    assert_eq!((stopped.why, stopped.so_far.copied), (Why::Cancelled, 600));
    let after = resume().after().expect("a page was done");
    let options = || CopyOptions {
        resume: Some(resume()),
        ..CopyOptions::default()
    };
    let copied = copy(&from, &to, options()).await.unwrap();
    let left = sorted(1_000).iter().filter(|key| **key > after).count();
    assert_eq!(copied.seen(), left as u64);
    assert_eq!(to.keys().len(), 1_000);
    assert_eq!(resume().after(), None);
}

#[tokio::test]
async fn a_target_that_was_emptied_is_filled_from_the_start() {
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (Told::with(0..1_000), Told::default());
    let mut resume = Resume::between(home.path(), "from", "to");
    resume.save(sorted(1_000)[700]).await;
    let options = CopyOptions {
        resume: Some(resume),
        ..CopyOptions::default()
    };
    assert_eq!(copy(&from, &to, options).await.unwrap().copied, 1_000);
}

#[test]
fn pages_of_large_entries_are_short() {
    let of = |bytes: usize| vec![(key(0), Entry::from(vec![0; bytes])); 10];
    assert_eq!(next_size(&[]), PAGE);
    assert_eq!(next_size(&of(0)), PAGE);
    assert_eq!(next_size(&of(2_000)), PAGE);
    assert_eq!(next_size(&of(1 << 20)), 4);
    assert_eq!(next_size(&of(16 << 20)), 1);
}
