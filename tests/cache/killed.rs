//! Killed writers: acknowledged entries are present, and the file is intact.

use crate::file_at;
use std::io::{BufRead, BufReader, Write};
use std::ops::Range;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustassistant::cache::{Cache, Entry, Key};

use super::{LONG, hits, key};

const PATH: &str = "RUSTASSISTANT_TEST_KILLED";
const FIRST: &str = "RUSTASSISTANT_TEST_FIRST";
const WRITERS: u32 = 8;
const ROUNDS: u32 = 200;
/// Rows per transaction.
const BATCH: u32 = 3;
/// Maximum numbers per writer; it never lives long enough to use them up.
const SPAN: u32 = 10_000;

/// A row of varying size, so that pages split and overflow chains grow.
fn row(number: u32) -> (Key, Entry) {
    let length = 40 + number as usize * 37 % 6_000;
    let mut bytes = vec![0; length];
    let mut noise = blake3::Hasher::new()
        .update(&number.to_le_bytes())
        .finalize_xof();
    noise.fill(&mut bytes);
    (key(number), Entry::from(bytes))
}

fn rows(numbers: Range<u32>) -> Vec<(Key, Entry)> {
    numbers.map(row).collect()
}

/// The writer, which runs until it is killed; only started by another test.
#[tokio::test]
#[ignore = "is a process of the test here"]
async fn writer() {
    let path = std::env::var_os(PATH).expect("only the other test starts this one");
    let first: u32 = std::env::var(FIRST).unwrap().parse().unwrap();
    let cache = file_at(path);
    for batch in (first..first + SPAN).step_by(BATCH as usize) {
        cache.put_many(&rows(batch..batch + BATCH)).await.unwrap();
        // Bypasses the test harness's buffer, as the output must be written before the process is killed.
        let mut out = std::io::stdout().lock();
        writeln!(out, "\nack {batch}")
            .and_then(|()| out.flush())
            .unwrap();
    }
}

fn spawn(path: &Path, first: u32) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["killed::writer", "--exact", "--ignored", "--nocapture"])
        .env(PATH, path)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Starts the writers, kills them while they write, and returns the acknowledged batches.
fn round(path: &Path, number: u32) -> Vec<u32> {
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::new(AtomicUsize::new(0));
    let mut children = Vec::new();
    let mut readers = Vec::new();
    for writer in 0..WRITERS {
        let mut child = spawn(path, (number * WRITERS + writer) * SPAN);
        let output = BufReader::new(child.stdout.take().unwrap());
        let (acknowledged, seen) = (Arc::clone(&acknowledged), Arc::clone(&seen));
        readers.push(std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                if let Some(batch) = line.strip_prefix("ack ") {
                    acknowledged.lock().unwrap().push(batch.parse().unwrap());
                    seen.fetch_add(1, Ordering::Relaxed);
                }
            }
        }));
        children.push(child);
    }
    // At a different moment in every round.
    let enough = 1 + number as usize * 7 % 23;
    let start = Instant::now();
    while seen.load(Ordering::Relaxed) < enough {
        assert!(start.elapsed() < LONG, "nobody gets on in round {number}");
        std::thread::sleep(Duration::from_micros(200));
    }
    for child in &mut children {
        child.kill().unwrap();
    }
    for mut child in children {
        child.wait().unwrap();
    }
    for reader in readers {
        reader.join().unwrap();
    }
    Arc::into_inner(acknowledged).unwrap().into_inner().unwrap()
}

async fn assert_all_there(path: &Path, batches: &[u32]) {
    let cache = file_at(path);
    let findings = cache.check().await.unwrap();
    assert_eq!(
        (findings.problems.len(), findings.damaged),
        (0, 0),
        "{findings:?}"
    );
    for batches in batches.chunks(200) {
        let expected: Vec<_> = batches
            .iter()
            .flat_map(|batch| rows(*batch..batch + BATCH))
            .collect();
        let keys: Vec<Key> = expected.iter().map(|(key, _)| *key).collect();
        let lookups = cache.get_many(&keys).await;
        assert_eq!(hits(&lookups), keys.len(), "an acknowledged row is lost");
        for (lookup, (key, entry)) in lookups.into_iter().zip(expected) {
            assert_eq!(lookup.entry(), Some(entry), "{key}");
        }
    }
    cache.close().await;
}

#[tokio::test]
async fn eight_writers_killed_two_hundred_times_lose_nothing_that_was_acknowledged() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    let mut acknowledged = Vec::new();
    for number in 0..ROUNDS {
        acknowledged.extend(round(&path, number));
        if number % 20 == 19 {
            assert_all_there(&path, &acknowledged).await;
        }
    }
    assert!(acknowledged.len() >= ROUNDS as usize);
    assert!(!path.with_extension("db.corrupt").exists());
}
