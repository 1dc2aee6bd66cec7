//! Several processes, one file. The processes are this test program again, told by its environment what to do.

use crate::file_at;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustassistant::cache::{Cache, Mode};

use super::{LONG, entries, hits, keys, store};

pub(super) const PATH: &str = "RUSTASSISTANT_TEST_CACHE";
const ENTRIES: u32 = 150;

/// What the other processes do; the test program runs it only when told to.
#[tokio::test]
#[ignore = "is a process of the other tests here"]
async fn process() {
    let path = std::env::var_os(PATH).expect("only the other tests start this one");
    let store = store(Path::new(&path), Mode::CommandLine);
    store.get_many(&keys(ENTRIES)).await;
    store.put_many(entries(ENTRIES)).await;
    assert!(store.close(LONG).await);
    let stats = store.stats();
    println!("stats: {}", serde_json::to_string(&stats).unwrap());
    println!("warnings: {:?}", store.warnings());
}

fn start(program: &Path, path: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["processes::process", "--exact", "--ignored", "--nocapture"]);
    command
        .env(PATH, path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn spawn(path: &Path) -> Child {
    start(&std::env::current_exe().unwrap(), path)
        .spawn()
        .unwrap()
}

pub(super) fn output(child: Child) -> String {
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned()
        + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    text
}

#[tokio::test]
async fn eight_that_start_at_once_on_a_fresh_path_all_succeed() {
    for trial in 0..20 {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(".rustassistant/cache.db");
        let children: Vec<Child> = (0..8).map(|_| spawn(&path)).collect();
        for child in children {
            let text = output(child);
            let sound = "\"faults\":{},\"write_faults\":{}";
            assert!(text.contains(sound), "trial {trial}: {text}");
            assert!(text.contains("\"dropped\":0"), "trial {trial}: {text}");
            assert!(text.contains("warnings: []"), "trial {trial}: {text}");
        }
        let cache = file_at(&path);
        assert_eq!(
            hits(&cache.get_many(&keys(ENTRIES)).await),
            ENTRIES as usize
        );
        assert_eq!(cache.stats().await.unwrap().entries, u64::from(ENTRIES));
        let left: Vec<_> = std::fs::read_dir(path.parent().unwrap())
            .unwrap()
            .flatten()
            .collect();
        let under_construction = left
            .iter()
            .filter(|file| file.file_name().to_string_lossy().contains(".new-"));
        assert_eq!(under_construction.count(), 0, "{left:?}");
    }
}

#[tokio::test]
async fn eight_that_find_a_damaged_file_at_once_all_go_on() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    std::fs::write(&path, b"garbage ".repeat(5_000)).unwrap();
    let children: Vec<Child> = (0..8).map(|_| spawn(&path)).collect();
    for child in children {
        output(child);
    }
    let cache = file_at(&path);
    cache.put_many(&entries(ENTRIES)).await.unwrap();
    assert_eq!(
        hits(&cache.get_many(&keys(ENTRIES)).await),
        ENTRIES as usize
    );
}

#[tokio::test]
async fn a_process_that_is_killed_while_it_writes_leaves_a_good_file() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("cache.db");
    for _ in 0..5 {
        let mut child = spawn(&path);
        while !path.exists() && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let cache = file_at(&path);
        super::assert_never_wrong(&cache.get_many(&keys(ENTRIES)).await);
        assert!(cache.check().await.unwrap().problems.is_empty());
        cache.close().await;
        std::fs::remove_file(&path).ok();
    }
}

/// Permissions don't bind root, so root tries them as somebody else.
#[cfg(unix)]
mod permissions {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    use std::path::Path;

    use super::{output, start};
    use crate::filled;

    const NOBODY: u32 = 65_534;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// What the store says to a process that is not root.
    fn run_as_user(home: &Path, path: &Path) -> String {
        let program = std::env::current_exe().unwrap();
        if !rustix::process::getuid().is_root() {
            return output(start(&program, path).spawn().unwrap());
        }
        // The test program may lie where others can't go. A link is never busy with being written, as a copy may be.
        let copy = home.join("program");
        if !copy.exists() && fs::hard_link(&program, &copy).is_err() {
            fs::copy(program, &copy).unwrap();
            set_mode(&copy, 0o755);
        }
        output(
            start(&copy, path)
                .uid(NOBODY)
                .gid(NOBODY)
                .current_dir("/")
                .spawn()
                .unwrap(),
        )
    }

    fn give_to_user(path: &Path) {
        if rustix::process::getuid().is_root() {
            chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }

    #[tokio::test]
    async fn a_file_that_can_only_be_read_is_read() {
        let home = tempfile::tempdir().unwrap();
        set_mode(home.path(), 0o755);
        let path = home.path().join("own/cache.db");
        fs::create_dir(path.parent().unwrap()).unwrap();
        filled(&path, 100).await;
        set_mode(&path, 0o400);
        give_to_user(&path);
        give_to_user(path.parent().unwrap());
        let text = run_as_user(home.path(), &path);
        assert!(
            text.contains("\"local_hits\":100") && text.contains("\"written\":0"),
            "{text}"
        );
        assert!(
            text.contains("\"read-only\"")
                && text.contains("make the file and its directory writable"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn a_folder_that_can_t_be_written_gives_one_warning() {
        let home = tempfile::tempdir().unwrap();
        set_mode(home.path(), 0o755);
        let path = home.path().join("own/cache.db");
        fs::create_dir(path.parent().unwrap()).unwrap();
        give_to_user(path.parent().unwrap());
        set_mode(path.parent().unwrap(), 0o500);
        let text = run_as_user(home.path(), &path);
        assert!(
            text.contains("\"read-only\"") && text.contains("\"written\":0"),
            "{text}"
        );
        assert_eq!(
            text.matches("results are kept in memory only").count(),
            1,
            "{text}"
        );
        set_mode(path.parent().unwrap(), 0o700);
    }

    #[tokio::test]
    async fn a_file_that_can_t_be_read_gives_one_warning() {
        let home = tempfile::tempdir().unwrap();
        set_mode(home.path(), 0o755);
        let path = home.path().join("own/cache.db");
        fs::create_dir(path.parent().unwrap()).unwrap();
        filled(&path, 100).await;
        set_mode(&path, 0o000);
        give_to_user(&path);
        give_to_user(path.parent().unwrap());
        let text = run_as_user(home.path(), &path);
        assert!(
            text.contains("\"local_hits\":0") && text.contains("\"misses\":0"),
            "{text}"
        );
        assert_eq!(
            text.matches("results are kept in memory only").count(),
            1,
            "{text}"
        );
        assert!(!path.with_extension("db.corrupt").exists());
    }

    #[tokio::test]
    async fn a_file_of_another_user_is_refused() {
        if !rustix::process::getuid().is_root() {
            // Only root can make one; `place` tests the rule itself for everyone.
            return;
        }
        let home = tempfile::tempdir().unwrap();
        set_mode(home.path(), 0o755);
        let path = home.path().join("cache.db");
        filled(&path, 100).await;
        set_mode(&path, 0o666);
        let text = run_as_user(home.path(), &path);
        assert!(
            text.contains("\"owner\"") && text.contains("belongs to another user"),
            "{text}"
        );
        assert!(text.contains("\"local_hits\":0"), "{text}");
    }
}
