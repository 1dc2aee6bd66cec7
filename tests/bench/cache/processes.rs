//! Whole processes: how soon they have an answer, how many can write at once, how much memory they use. They run this program
//! again, with a role given by the environment, and the server as installed.

use crate::{file_at, new_file, open_tiers};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustassistant::cache::{
    Cache, CopyOptions, Key, Lookup, Mode, TieredCache, TieredOptions, copy,
};

use crate::connect;
use crate::data::{key, numbered};
use crate::reads::{self, Single, look_up_bare};
use crate::table::{Line, Table, middle};

const ROLE: &str = "RUSTASSISTANT_BENCH_ROLE";
const PATH: &str = "RUSTASSISTANT_BENCH_PATH";

const CROWD: usize = 8;
/// Rows per process, and per transaction of it.
const ROWS: usize = 20_000;
const BATCH: usize = 100;

fn process(role: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a program"));
    command.env(ROLE, role).env(PATH, path);
    command
}

/// Like [`process`], but pinned to the first processor if the system supports it.
fn pinned(role: &str, path: &Path) -> Command {
    let taskset = Command::new("taskset")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if !taskset.is_ok_and(|status| status.success()) {
        eprintln!("taskset is missing: lookups run on all processors");
        return process(role, path);
    }
    let mut command = Command::new("taskset");
    command
        .args(["-c", "0"])
        .arg(std::env::current_exe().expect("a program"));
    command.env(ROLE, role).env(PATH, path);
    command
}

/// Single lookups in a process on one processor, through the cache and through bare connections.
pub(crate) fn single(path: &Path) -> Single {
    let output = pinned("single", path).output().expect("a process");
    assert!(output.status.success(), "{output:?}");
    Single::parse(&String::from_utf8_lossy(&output.stdout))
}

/// Performs the role given by the environment; returns `false` if there is none.
pub(crate) fn play() -> bool {
    let (Ok(role), Some(path)) = (std::env::var(ROLE), std::env::var_os(PATH)) else {
        return false;
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    runtime.block_on(act(&role, &PathBuf::from(path)));
    true
}

async fn act(role: &str, path: &Path) {
    match role {
        "empty" => {}
        "bare" => {
            let mut connection = connect(path).await;
            assert!(look_up_bare(&mut connection, &key(0)).await > 0);
        }
        "one" => look_up(path, &[key(0)]).await,
        "single" => reads::single(path).await.print(),
        "hundred" => look_up(path, &(0..100).map(key).collect::<Vec<_>>()).await,
        "create" => create(path).await,
        "crowd" => write_in_turn(path).await,
        "migrate" => migrate_here(path).await,
        other => panic!("{other} is no role"),
    }
}

fn store(path: &Path) -> TieredCache {
    open_tiers(TieredOptions {
        path: Some(path.to_owned()),
        mode: Mode::CommandLine,
        ..TieredOptions::default()
    })
}

async fn look_up(path: &Path, keys: &[Key]) {
    let lookups = store(path).get_many(keys).await;
    assert!(lookups.iter().all(|it| matches!(it, Lookup::Hit(..))));
}

/// Writes an entry that no other process has.
async fn create(path: &Path) {
    let store = store(path);
    let number = std::process::id() as usize;
    store.put_many(numbered(number..number + 1)).await;
    assert!(store.flush(Duration::from_mins(1)).await);
    assert_eq!(store.warnings(), Vec::<String>::new());
}

/// Writes rows that no other process has, prepared before the parent gives the signal to start.
async fn write_in_turn(path: &Path) {
    let from = std::process::id() as usize * 100_000;
    let rows = numbered(from..from + ROWS);
    let cache = new_file(path).await.expect("a cache");
    println!("ready");
    std::io::stdin().read_exact(&mut [0]).expect("a signal");
    for batch in rows.chunks(BATCH) {
        cache.put_many(batch).await.expect("a write");
    }
    println!("done");
}

/// Copies everything into a new file, and prints microseconds and kilobytes.
async fn migrate_here(path: &Path) {
    let start = Instant::now();
    let (from, to) = (file_at(path), file_at(path.with_extension("target")));
    let copied = copy(&from, &to, CopyOptions::default()).await;
    from.close().await;
    to.close().await;
    let time = start.elapsed();
    assert_eq!(copied.expect("a copy").copied, 45);
    println!(
        "{} {}",
        time.as_micros(),
        highest_memory("self").unwrap_or(0)
    );
}

/// The peak memory of a process in kilobytes, if the system reports it.
fn highest_memory(process: &str) -> Option<u64> {
    memory(process, "VmHWM:")
}

fn memory(process: &str, field: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

fn megabytes(kilobytes: u64) -> String {
    format!(
        "{:.1} MB",
        f64::from(u32::try_from(kilobytes).unwrap_or(u32::MAX)) / 1024.0
    )
}

pub(crate) fn migrate(table: &mut Table, home: &Path) {
    let path = home.join("small.db");
    let (mut times, mut wholes, mut most) = (Vec::new(), Vec::new(), 0);
    for _ in 0..20 {
        for suffix in ["target", "target-wal", "target-shm"] {
            fs::remove_file(path.with_extension(suffix)).ok();
        }
        let start = Instant::now();
        let output = process("migrate", &path).output().expect("a process");
        wholes.push(start.elapsed());
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let numbers: Vec<u64> = text.split_whitespace().flat_map(str::parse).collect();
        let [micros, kilobytes] = numbers[..] else {
            panic!("{text}")
        };
        times.push(Duration::from_micros(micros));
        most = most.max(kilobytes);
    }
    let line = Line::time("migration of 45 entries", middle(&mut times));
    let line = line.record(Duration::from_millis(150));
    table.add(line.within(Duration::from_millis(10)));
    table.add(Line::time("  as a whole process", middle(&mut wholes)));
    let line = Line::new("  memory at most", megabytes(most)).record_says("8 MB");
    table.add(line.must("10 MB", most <= 10 << 10));
}

/// From start to exit: an empty process with a runtime, one that looks something up, and so on. The minimum of many runs, as
/// other load on the machine only adds time.
pub(crate) fn start(table: &mut Table, home: &Path, path: &Path) {
    let roles = ["empty", "bare", "one", "hundred", "create"];
    let mut best = [Duration::MAX; 5];
    for round in 0..60 {
        for (role, best) in roles.iter().zip(&mut best) {
            let fresh = home.join(format!("fresh-{round}.db"));
            let path = if *role == "create" { &fresh } else { path };
            let start = Instant::now();
            let status = process(role, path).status().expect("a process");
            *best = start.elapsed().min(*best);
            assert!(status.success());
        }
    }
    let [empty, bare, one, hundred, create] = best;
    let more = |time: Duration| time.saturating_sub(empty);
    table.add(Line::time("a process that does nothing", empty));
    let line = Line::time("  first lookup, on top", more(one)).beside(more(bare));
    table.add(line.within(Duration::from_millis(1)));
    table.add(Line::time("  100 lookups, on top", more(hundred)));
    table.add(Line::time("  new file and one entry, on top", more(create)));
}

/// Processes that are ready before the clock starts, so that only writing is measured.
pub(crate) fn crowd(table: &mut Table, home: &Path) {
    let path = home.join("crowd.db");
    let mut children: Vec<Child> = (0..CROWD)
        .map(|_| {
            let mut command = process("crowd", &path);
            command.stdin(Stdio::piped()).stdout(Stdio::piped());
            command.spawn().expect("a process")
        })
        .collect();
    let mut outputs: Vec<_> = children
        .iter_mut()
        .map(|child| BufReader::new(child.stdout.take().expect("piped")))
        .collect();
    for output in &mut outputs {
        assert_eq!(line_of(output), "ready");
    }
    let start = Instant::now();
    for child in &mut children {
        let signal = child.stdin.as_mut().expect("piped").write_all(b"!");
        signal.expect("a process that listens");
    }
    let done = outputs
        .iter_mut()
        .map(line_of)
        .filter(|line| line == "done");
    let failed = CROWD - done.count();
    let time = start.elapsed();
    for mut child in children {
        child.wait().expect("an end");
    }
    let rows = u32::try_from(CROWD * ROWS).expect("thousands");
    let rate = f64::from(rows) / time.as_secs_f64();
    let ours = format!("{rate:.0} rows/s");
    let met = rate >= 20_000.0 && failed == 0;
    table.add(Line::new("8 processes write to one file", ours).must("20000 rows/s", met));
    table.add(Line::new("  of them failed", failed.to_string()).must("0", failed == 0));
}

fn line_of(output: &mut impl BufRead) -> String {
    let mut line = String::new();
    output.read_line(&mut line).expect("text");
    line.trim().to_owned()
}

pub(crate) fn cold_starts(table: &mut Table, home: &Path) {
    let mut failed = 0;
    for trial in 0..100 {
        let path = home.join(format!("trial-{trial}.db"));
        let children: Vec<_> = (0..CROWD)
            .map(|_| process("create", &path).spawn().expect("a process"))
            .collect();
        failed += children
            .into_iter()
            .filter_map(|mut child| child.wait().ok())
            .filter(|status| !status.success())
            .count();
    }
    let line = Line::new(
        "8 cold starts at once, 100 times",
        format!("{failed} failed"),
    );
    table.add(line.must("0", failed == 0));
}

/// The server, 5 seconds after an editor opened an empty folder.
pub(crate) fn idle_server(table: &mut Table, home: &Path) {
    let folder = home.join("workspace");
    fs::create_dir(&folder).expect("a folder");
    let mut server = Command::new(env!("CARGO_BIN_EXE_rustassistant"));
    server
        .arg("lsp")
        .env("RUSTASSISTANT_HOME", home.join("home"));
    server.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut server = server.spawn().expect("the server");
    let uri = format!("file://{}", folder.display());
    let initialize = serde_json::json!({
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {"processId": null, "rootUri": uri, "capabilities": {}},
    });
    let initialized = serde_json::json!({"jsonrpc": "2.0", "method": "initialized", "params": {}});
    let stdin = server.stdin.as_mut().expect("piped");
    for message in [initialize, initialized] {
        let text = message.to_string();
        let sent = write!(stdin, "Content-Length: {}\r\n\r\n{text}", text.len());
        sent.and_then(|()| stdin.flush())
            .expect("a server that listens");
    }
    std::thread::sleep(Duration::from_secs(5));
    let resident = memory(&server.id().to_string(), "VmRSS:");
    server.kill().expect("a running server");
    server.wait().expect("an end");
    // Only Linux reports it.
    if let Some(kilobytes) = resident {
        let line = Line::new("memory of an idle server", megabytes(kilobytes)).record_says("5 MB");
        table.add(line.must("15 MB", kilobytes <= 15 << 10));
    }
}
