//! Damaged files and files of other kinds.

use crate::file_at;
use std::fs;
use std::path::Path;

use rustassistant::cache::{Cache, FaultKind, Lookup, Mode, TieredCache};

use super::{
    LONG, assert_never_wrong, assert_works_in_memory, entries, entry, filled, hits, key, keys,
    store,
};

/// A damaged file produces faults, is moved aside by the first write, and its replacement works.
async fn assert_recreated(path: &Path) {
    let before = fs::read(path).unwrap();
    let store = store(path, Mode::CommandLine);
    let lookups = store.get_many(&keys(40)).await;
    assert_never_wrong(&lookups);
    assert!(
        lookups.contains(&Lookup::Fault(FaultKind::Corrupt)),
        "{lookups:?}"
    );
    assert!(store.stats().fault_count() > 0);
    store.put_many(entries(40)).await;
    assert!(store.close(LONG).await);
    assert_eq!(store.stats().written, 40);
    let warnings = store.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("cache.db.corrupt"), "{warnings:?}");
    assert_eq!(fs::read(path.with_extension("db.corrupt")).unwrap(), before);
    let lookups = file_at(path).get_many(&keys(40)).await;
    assert_eq!(hits(&lookups), 40);
}

#[tokio::test]
async fn garbage() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    fs::write(
        &path,
        b"not a database, but long enough to be read as one. ".repeat(400),
    )
    .unwrap();
    assert_recreated(&path).await;
}

#[tokio::test]
async fn a_short_text() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    fs::write(&path, "hello").unwrap();
    assert_recreated(&path).await;
}

#[tokio::test]
async fn nothing_at_all() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    fs::write(&path, "").unwrap();
    assert_recreated(&path).await;
}

#[tokio::test]
async fn half_a_file() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 400).await;
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let store = store(&path, Mode::CommandLine);
    let lookups = store.get_many(&keys(400)).await;
    assert_never_wrong(&lookups);
    assert!(hits(&lookups) < 400);
    assert_eq!(store.stats().misses, 0, "a broken file is not a cold one");
    store.put_many(entries(400)).await;
    assert!(store.close(LONG).await);
    assert_eq!(hits(&file_at(&path).get_many(&keys(400)).await), 400);
}

#[tokio::test]
async fn every_length_of_a_cut_file() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 40).await;
    let bytes = fs::read(&path).unwrap();
    let anywhere = (0..bytes.len()).step_by(1_777);
    let in_the_header = [1, 15, 16, 17, 99, 100, 101, 511, 512];
    let around_pages = (4096..bytes.len())
        .step_by(4096)
        .flat_map(|end| [end - 1, end, end + 1]);
    for length in anywhere.chain(in_the_header).chain(around_pages) {
        let path = home.path().join(format!("{length}.db"));
        fs::write(&path, &bytes[..length]).unwrap();
        assert_survives(&path).await;
    }
}

#[tokio::test]
async fn pages_of_noise() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 40).await;
    let bytes = fs::read(&path).unwrap();
    for page in 0..bytes.len() / 4096 {
        let mut noisy = bytes.clone();
        blake3::Hasher::new()
            .finalize_xof()
            .fill(&mut noisy[page * 4096..(page + 1) * 4096]);
        let path = home.path().join(format!("{page}.db"));
        fs::write(&path, &noisy).unwrap();
        assert_survives(&path).await;
    }
}

/// SQLite itself returns flipped bytes without an error.
#[tokio::test]
async fn a_flipped_byte_on_any_page_never_gives_a_wrong_payload() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 40).await;
    let bytes = fs::read(&path).unwrap();
    let (mut noticed, mut tried) = (0, 0);
    for offset in (0..bytes.len()).step_by(89) {
        let mut flipped = bytes.clone();
        flipped[offset] ^= 0x10;
        fs::write(&path, &flipped).unwrap();
        let cache = file_at(&path);
        let lookups = cache.get_many(&keys(40)).await;
        assert_never_wrong(&lookups);
        tried += 1;
        noticed += usize::from(
            lookups
                .iter()
                .any(|lookup| matches!(lookup, Lookup::Fault(_))),
        );
        cache.close().await;
    }
    // Most of the file is payload, and most of that is used.
    assert!(noticed * 2 > tried, "{noticed} of {tried}");
}

/// The bytes that SQLite navigates by: the header of the file, and the header, the first pointers, the middle and the end of
/// every page.
fn signposts(length: usize) -> Vec<usize> {
    let pages = (0..length).step_by(4096);
    let in_page = [0, 1, 3, 5, 7, 8, 9, 12, 2_048, 3_000, 4_094, 4_095];
    let in_pages = pages.flat_map(|page| in_page.map(|offset| page + offset));
    (0..100).chain(in_pages).collect()
}

/// A file with inner pages in both trees, with any single byte flipped.
#[tokio::test]
async fn whichever_byte_of_whichever_page_is_flipped_the_work_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 300).await;
    let bytes = fs::read(&path).unwrap();
    let offsets = signposts(bytes.len());
    assert!(offsets.len() > 600);
    let mut refused = Vec::new();
    for (number, offset) in offsets.into_iter().enumerate() {
        let bit = 1 << (number % 8);
        let mut flipped = bytes.clone();
        flipped[offset] ^= bit;
        let path = home.path().join("flipped.db");
        for suffix in ["", "-wal", "-shm", ".corrupt", ".lock"] {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            fs::remove_file(name).ok();
        }
        fs::write(&path, &flipped).unwrap();
        let goes_on = assert_goes_on(&path, 300);
        let ended = tokio::time::timeout(LONG, goes_on).await;
        let Ok(written) = ended else {
            panic!("byte {offset} with {bit} flipped hangs")
        };
        refused.extend(written.err().map(|kind| (offset, kind)));
    }
    // At these offsets, the file becomes another program's, a newer version's, or one marked as read-only: it is left alone,
    // and work continues in memory.
    refused.retain(|(offset, kind)| {
        let expected = match offset {
            18 => FaultKind::ReadOnly,
            60..64 => FaultKind::Newer,
            68..72 => FaultKind::Foreign,
            _ => return true,
        };
        *kind != expected
    });
    assert!(refused.is_empty(), "{refused:?}");
}

/// Never returns a wrong answer, before or after a write. Written entries are soon found again, unless the damage hides them,
/// which a check then reports. Otherwise, returns the reason.
async fn assert_goes_on(path: &Path, count: u32) -> Result<(), FaultKind> {
    let cache = file_at(path);
    let some: Vec<_> = (0..count).step_by(7).map(key).collect();
    for (number, lookup) in (0..).step_by(7).zip(cache.get_many(&some).await) {
        if let Some(found) = lookup.entry() {
            assert_eq!(found, entry(number), "entry {number}");
        }
    }
    let mut outcome = Ok(false);
    // The next write acts on what a write or a lookup detected.
    for _ in 0..3 {
        let new = [(key(count), entry(count)), (key(0), entry(0))];
        let written = cache.put_many(&new).await;
        let lookups = cache.get_many(&[key(count), key(0)]).await;
        let found: Vec<_> = lookups.into_iter().filter_map(Lookup::entry).collect();
        outcome = match written {
            Ok(()) => Ok(found == [entry(count), entry(0)]),
            Err(fault) => Err(fault.kind()),
        };
        for found in found {
            assert!(found == entry(count) || found == entry(0));
        }
        if outcome == Ok(true) {
            break;
        }
    }
    if outcome == Ok(false) {
        let checked = cache.check().await;
        let is_seen = checked.map_or_else(
            |fault| fault.kind() == FaultKind::Corrupt,
            |findings| !findings.problems.is_empty(),
        );
        assert!(
            is_seen,
            "what is written is never found, and no check says why"
        );
    }
    cache.close().await;
    outcome.map(drop)
}

/// Modifies only payload bytes, so that the structure stays intact.
pub(super) async fn flip_payload(path: &Path, number: u32) {
    let mut connection = super::faults::connect(path).await;
    let key = key(number);
    let mut envelope: Vec<u8> = sqlx::query_scalar("SELECT envelope FROM entry WHERE key = ?1")
        .bind(&key.as_bytes()[..])
        .fetch_one(&mut connection)
        .await
        .unwrap();
    let middle = envelope.len() / 2;
    envelope[middle] ^= 1;
    sqlx::query("UPDATE entry SET envelope = ?2 WHERE key = ?1")
        .bind(&key.as_bytes()[..])
        .bind(envelope)
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::Connection::close(connection).await.unwrap();
}

#[tokio::test]
async fn a_damaged_entry_is_dropped_counted_and_written_again() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 10).await;
    flip_payload(&path, 3).await;
    let checked = file_at(&path).check().await.unwrap();
    assert_eq!((checked.entries, checked.damaged), (10, 1));
    let listed = file_at(&path).entries(None, 100).await.unwrap();
    assert_eq!(listed.len(), 9);

    let first = store(&path, Mode::CommandLine);
    let lookups = first.get_many(&keys(10)).await;
    assert_never_wrong(&lookups);
    assert_eq!(lookups[3], Lookup::Fault(FaultKind::Checksum));
    assert_eq!(hits(&lookups), 9);
    assert_eq!(first.stats().faults.get(&FaultKind::Checksum), Some(&1));
    assert!(first.flush(LONG).await);
    assert_eq!(first.holdings().await.unwrap().entries, 9);
    assert_eq!(first.warnings(), Vec::<String>::new());

    first.put(key(3), entry(3));
    assert!(first.close(LONG).await);
    assert_eq!(hits(&file_at(&path).get_many(&keys(10)).await), 10);
}

#[tokio::test]
async fn a_damaged_entry_is_mended_even_where_it_could_not_be_dropped() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 10).await;
    flip_payload(&path, 3).await;
    file_at(&path).put_many(&entries(10)).await.unwrap();
    assert_eq!(hits(&file_at(&path).get_many(&keys(10)).await), 10);
}

#[tokio::test]
async fn a_lost_table_is_damage() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 10).await;
    let mut connection = super::faults::connect(&path).await;
    sqlx::raw_sql("DROP TABLE entry")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::Connection::close(connection).await.unwrap();
    assert_recreated(&path).await;
}

#[tokio::test]
async fn a_good_file_may_replace_a_running_one() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 30).await;
    let copy = home.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    let store = store(&path, Mode::CommandLine);
    assert_eq!(hits(&store.get_many(&keys(10)).await), 10);
    // Once with another file of the same name, once with other bytes in the same file.
    fs::copy(&copy, home.path().join("third.db")).unwrap();
    fs::rename(home.path().join("third.db"), &path).unwrap();
    assert_never_wrong(&store.get_many(&keys(20)).await);
    assert_works_in_memory(&store).await;
    fs::copy(&copy, &path).unwrap();
    assert_never_wrong(&store.get_many(&keys(30)).await);
    assert_works_in_memory(&store).await;
    assert!(store.close(LONG).await);
    assert_survives(&path).await;
}

#[tokio::test]
async fn damage_that_happens_meanwhile() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 400).await;
    let cache = file_at(&path);
    assert_eq!(hits(&cache.get_many(&keys(3)).await), 3);
    fs::write(&path, b"somebody's letter".repeat(3_000)).unwrap();
    let lookups = cache.get_many(&keys(400)).await;
    assert_never_wrong(&lookups);
    cache.put_many(&entries(400)).await.unwrap();
    let lookups = file_at(&path).get_many(&keys(400)).await;
    assert_eq!(hits(&lookups), 400);
}

/// Whatever the file contains, there is no wrong answer, no panic and no hang, and the store keeps working.
async fn assert_survives(path: &Path) {
    let survives = async {
        let store: TieredCache = store(path, Mode::CommandLine);
        assert_never_wrong(&store.get_many(&keys(40)).await);
        assert_works_in_memory(&store).await;
        store.put_many(entries(40)).await;
        assert!(store.close(LONG).await);
        assert_never_wrong(&file_at(path).get_many(&keys(40)).await);
    };
    tokio::time::timeout(LONG, survives).await.unwrap();
}
