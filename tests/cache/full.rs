//! A full disk: nothing that was stored is lost, nothing incomplete is left behind, and work continues.
//!
//! Uses a full file system if mounting is permitted, and for everyone a process that may not write large files.

use crate::{file_at, new_file};
use std::fs;
use std::path::Path;
use std::process::Command;

use rustassistant::cache::{Cache, FaultKind, Mode};

use super::mounts::Mount;
use super::processes::{PATH, output};
use super::{
    LONG, assert_never_wrong, assert_works_in_memory, entries, filled, hits, key, keys, store,
};

fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<_> = files
        .map(|file| file.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

/// Fills the file system completely.
fn stuff(folder: &Path) {
    let ballast = folder.join("ballast");
    let mut size = 1 << 20;
    let mut bytes = Vec::new();
    while size > 0 {
        bytes.resize(bytes.len() + size, 1);
        if fs::write(&ballast, &bytes).is_err() {
            bytes.truncate(bytes.len() - size);
            fs::write(&ballast, &bytes).ok();
            size /= 2;
        }
    }
}

#[tokio::test]
async fn a_file_system_that_is_full() {
    let home = tempfile::tempdir().unwrap();
    let disk = home.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let Some(_mount) = Mount::tmpfs(&disk, 2 << 20) else {
        // Only root may mount; the other tests here work for everyone.
        return;
    };
    let path = disk.join("cache.db");
    filled(&path, 200).await;
    let running = store(&path, Mode::CommandLine);
    assert_eq!(hits(&running.get_many(&keys(100)).await), 100);
    let cache = file_at(&path);
    assert_eq!(hits(&cache.get_many(&keys(200)).await), 200);
    stuff(&disk);

    // Numbers distinct from those that test the memory.
    let many = &entries(4_000)[1_000..];
    let fault = cache.put_many(many).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Full, "{fault}");
    assert!(fault.to_string().contains("free some space"), "{fault}");
    let lookups = cache.get_many(&keys(4_000)).await;
    assert_never_wrong(&lookups);
    assert!(hits(&lookups) >= 200, "reading goes on");

    running.put_many(many.to_vec()).await;
    assert_works_in_memory(&running).await;
    assert!(running.close(LONG).await);
    let warnings = running.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("the disk is full"), "{warnings:?}");

    // Nothing can be created there, and nothing is left of the attempts.
    let before = names(&disk);
    let fault = cache.backup(&disk.join("backup.db")).await.unwrap_err();
    assert_eq!(fault.kind(), FaultKind::Full, "{fault}");
    let fresh = new_file(disk.join("fresh.db")).await;
    assert!(fresh.is_err_and(|fault| fault.kind() == FaultKind::Full));
    assert_eq!(names(&disk), before);

    // Space may become available again.
    fs::remove_file(disk.join("ballast")).unwrap();
    cache.put_many(&entries(400)).await.unwrap();
    assert_eq!(hits(&cache.get_many(&keys(400)).await), 400);
    assert!(cache.check().await.unwrap().problems.is_empty());
    cache.backup(&disk.join("backup.db")).await.unwrap();
}

#[tokio::test]
async fn a_file_system_that_became_read_only() {
    let home = tempfile::tempdir().unwrap();
    let disk = home.path().join("disk");
    fs::create_dir(&disk).unwrap();
    let Some(mount) = Mount::tmpfs(&disk, 4 << 20) else {
        return;
    };
    let path = disk.join("cache.db");
    filled(&path, 200).await;
    mount.make_read_only();
    let store = store(&path, Mode::CommandLine);
    let lookups = store.get_many(&keys(200)).await;
    assert_never_wrong(&lookups);
    assert_works_in_memory(&store).await;
    assert!(store.close(LONG).await);
    let warnings = store.warnings();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains("choose another path"), "{warnings:?}");
    let fault = file_at(&path).put_many(&entries(1)).await;
    assert_eq!(fault.unwrap_err().kind(), FaultKind::ReadOnly);
    assert_eq!(names(&disk), ["cache.db"]);
}

/// Limits the files written by the process to `blocks` of 512 bytes; exceeding it is an error rather than a signal.
fn run_confined(path: &Path, blocks: u32) -> String {
    let program = std::env::current_exe().unwrap();
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script]).arg(program);
    command.args(["processes::process", "--exact", "--ignored", "--nocapture"]);
    command.env(PATH, path);
    command.stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    output(command.spawn().unwrap())
}

#[tokio::test]
async fn a_process_that_may_write_no_more() {
    for (blocks, there) in [(120, 40), (40, 40), (8, 40), (8, 0), (0, 0)] {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("cache.db");
        if there > 0 {
            filled(&path, there).await;
        }
        let text = run_confined(&path, blocks);
        assert!(
            text.contains("\"dropped\":") && !text.contains("\"dropped\":0"),
            "{blocks}: {text}"
        );
        assert_eq!(
            text.matches("results are kept in memory only").count(),
            1,
            "{blocks}: {text}"
        );
        let left = names(home.path());
        assert!(!left.iter().any(|name| name.contains(".new-")), "{left:?}");
        assert!(
            !left.iter().any(|name| name.ends_with(".corrupt")),
            "{left:?}"
        );
        let cache = file_at(&path);
        let lookups = cache.get_many(&keys(there)).await;
        assert_never_wrong(&lookups);
        assert_eq!(hits(&lookups), there as usize, "what was there stays");
        cache.put_many(&entries(150)).await.unwrap();
        assert_eq!(hits(&cache.get_many(&keys(150)).await), 150);
        assert!(cache.check().await.unwrap().problems.is_empty());
        assert_eq!(cache.get_many(&[key(5_000)]).await.len(), 1);
    }
}
