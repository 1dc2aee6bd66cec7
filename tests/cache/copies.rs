//! Backups, restoring them, and manual copies: `cp`, `scp`, `git`.

use crate::{file_at, new_file};
use rustassistant::migrations;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use rustassistant::cache::{Archive, Cache, CopyOptions, FaultKind, Mode, Resume, Why, copy};

use super::{
    LONG, assert_never_wrong, assert_works_in_memory, entries, entry, faults, filled, hits, key,
    keys, store,
};

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Names and contents of all files in a folder.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = fs::read_dir(folder).unwrap().map(|file| {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        (path, bytes)
    });
    let mut files: Vec<_> = files.collect();
    files.sort();
    files
}

async fn archive(path: &Path) -> Result<Archive, rustassistant::cache::Fault> {
    Archive::open(path, &migrations::SQLITE).await
}

async fn restore(path: &Path, source: &Path) -> Result<u64, FaultKind> {
    let cache = file_at(path);
    match cache.restore(source, CopyOptions::default()).await {
        Ok(copied) => Ok(copied.copied),
        Err(stopped) => match stopped.why {
            Why::Source(fault) => {
                let text = fault.to_string();
                assert!(text.starts_with(&source.display().to_string()), "{text}");
                Err(fault.kind())
            }
            other => panic!("{other}"),
        },
    }
}

#[tokio::test]
async fn a_backup_has_everything_and_is_restored_where_it_is_missing() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    let backup = home.path().join("backup.db");
    let cache = new_file(&path).await.unwrap();
    cache.put_many(&entries(1_300)).await.unwrap();
    let bytes = cache.backup(&backup).await.unwrap();
    assert_eq!(bytes, backup.metadata().unwrap().len());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = backup.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    cache.remove(&keys(1_300)[..800]).await.unwrap();
    assert_eq!(restore(&path, &backup).await, Ok(800));
    assert_eq!(restore(&path, &backup).await, Ok(0));
    assert_eq!(hits(&cache.get_many(&keys(1_300)).await), 1_300);
    // Also on a machine without a cache, and as a replacement of the file.
    let other = home.path().join("other/cache.db");
    assert_eq!(restore(&other, &backup).await, Ok(1_300));
    let copied = home.path().join("copied.db");
    fs::copy(&backup, &copied).unwrap();
    let store = store(&copied, Mode::CommandLine);
    assert_eq!(hits(&store.get_many(&keys(1_300)).await), 1_300);
    store.put_many(entries(1_400)[1_300..].to_vec()).await;
    assert!(store.close(LONG).await);
    assert_eq!(store.stats().written, 100);
}

#[tokio::test]
async fn a_backup_replaces_nothing_and_leaves_nothing_behind() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 10).await;
    let cache = file_at(&path);
    let target = home.path().join("backup.db");
    fs::write(&target, "precious").unwrap();
    let fault = cache.backup(&target).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Exists);
    assert!(
        fault
            .to_string()
            .contains("backup.db: the file already exists")
    );
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    let fault = cache.backup(&path).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Exists);
    let fault = cache.backup(&home.path().join("no/backup.db")).await;
    assert_eq!(fault.unwrap_err().kind(), FaultKind::Absent);
    let nothing = file_at(home.path().join("nothing.db"));
    let fault = nothing.backup(&home.path().join("new.db")).await;
    assert_eq!(fault.unwrap_err().kind(), FaultKind::Absent);
    cache.close().await;
    let names: Vec<_> = contents(home.path())
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(names, [target, path]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backups_while_others_write_are_whole() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 500).await;
    let done = std::sync::Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (path, done) = (path.clone(), std::sync::Arc::clone(&done));
        async move {
            let cache = file_at(path);
            for number in (0..).take_while(|_| !done.load(Ordering::Relaxed)) {
                let from = number * 20 % 3_000;
                let some: Vec<_> = (from..from + 20).map(|n| (key(n), entry(n))).collect();
                cache.put_many(&some).await.unwrap();
                cache.remove(&[key(from)]).await.unwrap();
            }
        }
    });
    for number in 0..10 {
        let backup = home.path().join(format!("{number}.db"));
        file_at(&path).backup(&backup).await.unwrap();
        let archive = archive(&backup).await.unwrap();
        let findings = archive.check().await.unwrap();
        assert_eq!(findings.damaged, 0);
        assert!(findings.entries >= 400, "{findings:?}");
        assert_never_wrong(&archive.get_many(&keys(3_000)).await);
    }
    done.store(true, Ordering::Relaxed);
    writer.await.unwrap();
}

#[tokio::test]
async fn what_can_t_be_restored_is_said_and_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 10).await;
    let sources = home.path().join("sources");
    fs::create_dir(&sources).unwrap();
    let of = |name: &str| sources.join(name);
    filled(&of("half.db"), 400).await;
    let bytes = fs::read(of("half.db")).unwrap();
    fs::write(of("half.db"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(
        of("text.db"),
        "a letter, and no database at all ".repeat(200),
    )
    .unwrap();
    fs::write(of("empty.db"), "").unwrap();
    for (name, statement) in [
        ("foreign.db", "CREATE TABLE photo (name TEXT)"),
        ("newer.db", "PRAGMA user_version = 99"),
        ("lost.db", "DROP TABLE entry"),
    ] {
        if name != "foreign.db" {
            filled(&of(name), 3).await;
        }
        let mut connection = faults::connect(&of(name)).await;
        sqlx::raw_sql(statement)
            .execute(&mut connection)
            .await
            .unwrap();
        sqlx::Connection::close(connection).await.unwrap();
    }
    let before = contents(&sources);
    for (name, kind) in [
        ("half.db", FaultKind::Unusable),
        ("text.db", FaultKind::Unusable),
        ("empty.db", FaultKind::Unusable),
        ("lost.db", FaultKind::Unusable),
        ("foreign.db", FaultKind::Foreign),
        ("newer.db", FaultKind::Newer),
        ("nothing.db", FaultKind::Absent),
        ("", FaultKind::NotAFile),
    ] {
        let source = if name.is_empty() {
            sources.clone()
        } else {
            of(name)
        };
        assert_eq!(restore(&path, &source).await, Err(kind), "{name}");
    }
    assert_eq!(contents(&sources), before);
    assert_eq!(hits(&file_at(&path).get_many(&keys(10)).await), 10);
}

#[tokio::test]
async fn single_damaged_entries_are_left_out_of_a_restore_and_counted() {
    let home = tempfile::tempdir().unwrap();
    let (path, source) = (home.path().join("cache.db"), home.path().join("old.db"));
    filled(&source, 20).await;
    super::damage::flip_payload(&source, 3).await;
    let cache = file_at(&path);
    let copied = cache
        .restore(&source, CopyOptions::default())
        .await
        .unwrap();
    assert_eq!((copied.copied, copied.damaged), (19, 1));
    assert_never_wrong(&cache.get_many(&keys(20)).await);
}

/// Reading a file closed in WAL mode, as copied by `cp`, creates no files next to it.
#[tokio::test]
async fn a_source_is_never_changed() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("source");
    fs::create_dir(&folder).unwrap();
    let source = folder.join("old.db");
    filled(&source, 200).await;
    let before = contents(&folder);
    assert_eq!(restore(&home.path().join("1.db"), &source).await, Ok(200));
    assert_eq!(contents(&folder), before);

    // Copied together with its log while in use.
    let live = home.path().join("live.db");
    let cache = new_file(&live).await.unwrap();
    cache.put_many(&entries(300)).await.unwrap();
    for suffix in ["", "-wal"] {
        fs::copy(beside(&live, suffix), beside(&source, suffix)).unwrap();
    }
    let before = contents(&folder);
    assert_eq!(restore(&home.path().join("2.db"), &source).await, Ok(300));
    assert_eq!(contents(&folder), before);

    // The file in use itself.
    assert_eq!(restore(&home.path().join("3.db"), &live).await, Ok(300));
    cache.put_many(&entries(320)).await.unwrap();
    assert_eq!(hits(&cache.get_many(&keys(320)).await), 320);
    // And into itself.
    assert_eq!(restore(&live, &live).await, Ok(0));
}

/// A real read-only medium if possible; otherwise a folder without write permission.
#[cfg(unix)]
#[tokio::test]
async fn a_source_on_a_medium_that_can_t_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("medium");
    fs::create_dir(&folder).unwrap();
    let mount = super::mounts::Mount::tmpfs(&folder, 4 << 20);
    let live = home.path().join("live.db");
    let cache = new_file(&live).await.unwrap();
    cache.put_many(&entries(100)).await.unwrap();
    filled(&folder.join("closed.db"), 100).await;
    for suffix in ["", "-wal"] {
        let copy = beside(&folder.join("open.db"), suffix);
        fs::copy(beside(&live, suffix), &copy).unwrap();
        fs::set_permissions(&copy, fs::Permissions::from_mode(0o400)).unwrap();
    }
    match &mount {
        Some(mount) => mount.make_read_only(),
        None => fs::set_permissions(&folder, fs::Permissions::from_mode(0o500)).unwrap(),
    }
    let before = contents(&folder);
    for name in ["closed.db", "open.db"] {
        let path = home.path().join(format!("new-{name}"));
        assert_eq!(restore(&path, &folder.join(name)).await, Ok(100), "{name}");
    }
    assert_eq!(contents(&folder), before);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).ok();
}

#[tokio::test]
async fn an_archive_is_only_read() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 10).await;
    let archive = archive(&path).await.unwrap();
    assert_eq!(hits(&archive.get_many(&keys(12)).await), 10);
    assert_eq!(archive.stats().await.unwrap().entries, 10);
    let refused = FaultKind::Unsupported;
    assert_eq!(
        archive.put_many(&entries(1)).await.unwrap_err().kind(),
        refused
    );
    assert_eq!(archive.clear().await.unwrap_err().kind(), refused);
    let other = file_at(home.path().join("other.db"));
    let stopped = copy(&other, &archive, CopyOptions::default()).await;
    assert_eq!(stopped.unwrap().seen(), 0, "there is nothing to be written");
    other.put_many(&entries(20)).await.unwrap();
    let stopped = copy(&other, &archive, CopyOptions::default())
        .await
        .unwrap_err();
    assert!(matches!(stopped.why, Why::Target(fault) if fault.kind() == refused));
}

#[tokio::test]
async fn two_files_are_migrated_and_a_resumed_migration_ends() {
    let home = tempfile::tempdir().unwrap();
    let (from, to) = (home.path().join("from.db"), home.path().join("to.db"));
    filled(&from, 2_000).await;
    let (source, target) = (file_at(&from), file_at(&to));
    let resume = || Resume::between(home.path(), "from", "to");
    let cancel = tokio_util::sync::CancellationToken::new();
    let progress = |copied: &rustassistant::cache::Copied| {
        if copied.seen() > 1_000 {
            cancel.cancel();
        }
    };
    let options = CopyOptions {
        resume: Some(resume()),
        progress: Some(&progress),
        cancel: cancel.clone(),
        ..CopyOptions::default()
    };
    let stopped = copy(&source, &target, options).await.unwrap_err();
    assert_eq!(stopped.so_far.copied, 1_100);
    let options = CopyOptions {
        resume: Some(resume()),
        ..CopyOptions::default()
    };
    assert_eq!(copy(&source, &target, options).await.unwrap().copied, 900);
    assert!(!resume().path().exists());
    assert_eq!(hits(&target.get_many(&keys(2_000)).await), 2_000);
}

/// Whatever the user put there, there is never a wrong entry, and the next run continues with a good file.
async fn assert_usable_or_recreated(path: &Path, count: u32) {
    let store = store(path, Mode::CommandLine);
    assert_never_wrong(&store.get_many(&keys(count)).await);
    assert_works_in_memory(&store).await;
    store.put_many(entries(count)).await;
    assert!(store.close(LONG).await);
    let cache = file_at(path);
    let lookups = cache.get_many(&keys(count)).await;
    assert_never_wrong(&lookups);
    // A torn copy may hide an entry, which is a miss, but never from a check.
    if hits(&lookups) < count as usize {
        let found = cache.check().await;
        assert!(found.is_err() || found.is_ok_and(|it| !it.problems.is_empty()));
    }
}

#[tokio::test]
async fn cp_of_a_file_in_use_without_its_log() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    let cache = new_file(&path).await.unwrap();
    cache.put_many(&entries(400)).await.unwrap();
    let copy = home.path().join("copy.db");
    fs::copy(&path, &copy).unwrap();
    assert_usable_or_recreated(&copy, 400).await;
}

#[tokio::test]
async fn cp_onto_the_log_of_another_file() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    let other = home.path().join("other.db");
    filled(&other, 90).await;
    let cache = new_file(&path).await.unwrap();
    cache.put_many(&entries(700)).await.unwrap();
    // As after a crash: the log remains, and then the user replaces the file.
    let crashed = home.path().join("crashed.db");
    fs::copy(beside(&path, "-wal"), beside(&crashed, "-wal")).unwrap();
    fs::copy(&other, &crashed).unwrap();
    assert_usable_or_recreated(&crashed, 700).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cp_while_it_is_written() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    filled(&path, 50).await;
    let done = std::sync::Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (path, done) = (path.clone(), std::sync::Arc::clone(&done));
        async move {
            for number in (0..).take_while(|_| !done.load(Ordering::Relaxed)) {
                let from = number * 50 % 800;
                let some: Vec<_> = (from..from + 50).map(|n| (key(n), entry(n))).collect();
                let cache = file_at(&path);
                cache.put_many(&some).await.unwrap();
                cache
                    .remove(&keys(1_000)[..from as usize / 2])
                    .await
                    .unwrap();
                // Closing merges the log into the file during the copy.
                cache.close().await;
            }
        }
    });
    for number in 0..12 {
        let copy = home.path().join(format!("{number}.db"));
        for suffix in ["", "-wal"].into_iter().take(1 + number % 2) {
            fs::copy(beside(&path, suffix), beside(&copy, suffix)).ok();
        }
        assert_usable_or_recreated(&copy, 300).await;
    }
    done.store(true, Ordering::Relaxed);
    writer.await.unwrap();
}

#[tokio::test]
async fn cp_onto_a_file_in_use() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    let other = home.path().join("other.db");
    filled(&other, 200).await;
    filled(&path, 100).await;
    let running = store(&path, Mode::Server);
    assert_eq!(hits(&running.get_many(&keys(50)).await), 50);
    running.put(key(500), entry(500));
    assert!(running.flush(LONG).await);
    let status = Command::new("cp").args([&other, &path]).status().unwrap();
    assert!(status.success());
    assert_never_wrong(&running.get_many(&keys(200)).await);
    assert_works_in_memory(&running).await;
    assert!(running.close(LONG).await);
    assert_usable_or_recreated(&path, 300).await;
}

/// `scp` and `rsync` write a new file and rename it, or write into the old one; `git checkout` removes and creates.
#[tokio::test]
async fn replaced_under_a_running_server_by_rename_and_by_removal() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    let other = home.path().join("other.db");
    filled(&other, 200).await;
    filled(&path, 100).await;
    let running = file_at(&path);
    assert_eq!(hits(&running.get_many(&keys(100)).await), 100);
    for round in 0..6 {
        running.put_many(&entries(20 + round)).await.unwrap();
        let arriving = home.path().join("arriving");
        fs::copy(&other, &arriving).unwrap();
        if round % 2 == 0 {
            fs::rename(&arriving, &path).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
            fs::copy(&arriving, &path).unwrap();
        }
        assert_never_wrong(&running.get_many(&keys(200)).await);
        // The next write detects it, and reads continue with the new file.
        running.put_many(&[(key(900), entry(900))]).await.unwrap();
        let lookups = running.get_many(&keys(200)).await;
        assert_never_wrong(&lookups);
        assert!(hits(&lookups) >= 20, "round {round}: {}", hits(&lookups));
        assert_eq!(
            hits(&running.get_many(&[key(900)]).await),
            1,
            "round {round}"
        );
    }
    running.close().await;
    assert_usable_or_recreated(&path, 300).await;
}

fn git(folder: &Path, arguments: &[&str]) {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=A",
            "-c",
            "user.email=a@example.com",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .expect("git; install the package `git`");
    assert!(output.status.success(), "{output:?}");
}

#[tokio::test]
async fn git_add_and_checkout_of_a_file_in_use() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    git(home.path(), &["init", "-q"]);
    let running = store(&path, Mode::CommandLine);
    running.put_many(entries(100)).await;
    assert!(running.flush(LONG).await);
    git(home.path(), &["add", "cache.db"]);
    git(home.path(), &["commit", "-qm", "one"]);
    running.put_many(entries(400)[100..].to_vec()).await;
    assert!(running.close(LONG).await);
    git(home.path(), &["commit", "-qam", "two"]);
    assert_eq!(hits(&running.get_many(&keys(300)).await), 300);
    for revision in ["HEAD~1", "main", "HEAD~1"] {
        git(home.path(), &["checkout", "-qf", revision]);
        assert_never_wrong(&running.get_many(&keys(400)).await);
        assert_works_in_memory(&running).await;
        running.put_many(vec![(key(1_000), entry(1_000))]).await;
        assert!(running.flush(LONG).await);
        assert_never_wrong(&file_at(&path).get_many(&keys(400)).await);
    }
    assert!(running.close(LONG).await);
    assert_usable_or_recreated(&path, 400).await;
    let clone = home.path().join("clone");
    git(home.path(), &["clone", "-q", ".", "clone"]);
    assert_usable_or_recreated(&clone.join("cache.db"), 400).await;
}
