//! The duration of a whole process: cold (empty cache) and warm (a new process using the cache of the cold one), each compared
//! with a process that only reads and parses the same files. All run on one processor in turn, so that noise affects them
//! equally; the ratios of medians matter.
//!
//! `cargo bench --bench startup [-- FOLDER...]`; without folders, four crates of `tests/corpus`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use ra_ap_syntax::{Edition, SourceFile};
use walkdir::WalkDir;

#[path = "../corpus/corpus.rs"]
mod corpus;

const ROUNDS: usize = 15;
const CRATES: [&str; 4] = ["regex-syntax", "hyper", "clap_builder", "toml_edit"];
/// Maximum ratio of a cold run to reading and parsing alone.
const COLD_LIMIT: f64 = 2.5;
/// Minimum speedup of a warm run.
const WARM_LIMIT: f64 = 8.0;

fn main() {
    let folders: Vec<String> = env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    if let Some(("parse-only", rest)) = folders
        .split_first()
        .map(|(first, rest)| (first.as_str(), rest))
    {
        parse_only(rest);
        return;
    }
    let folders = if folders.is_empty() {
        default_folders()
    } else {
        folders
    };
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let mut times = Times::default();
    for _ in 0..ROUNDS {
        times.parse.push(time(&mut parse_command(&folders)));
        fs::remove_dir_all(home.path()).expect("the temporary folder is ours");
        times
            .cold
            .push(time(&mut analyze_command(&folders, home.path())));
        times
            .warm
            .push(time(&mut analyze_command(&folders, home.path())));
    }
    times.print();
}

#[derive(Default)]
struct Times {
    parse: Vec<Duration>,
    cold: Vec<Duration>,
    warm: Vec<Duration>,
}

impl Times {
    fn print(mut self) {
        let (parse, cold, warm) = (
            median(&mut self.parse),
            median(&mut self.cold),
            median(&mut self.warm),
        );
        println!("read and parse only  {:8.1} ms", parse * 1e3);
        println!("cold                 {:8.1} ms", cold * 1e3);
        println!("warm                 {:8.1} ms", warm * 1e3);
        println!("cold / parse {:6.2} (at most {COLD_LIMIT})", cold / parse);
        println!("cold / warm  {:6.2} (at least {WARM_LIMIT})", cold / warm);
    }
}

fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

fn default_folders() -> Vec<String> {
    CRATES
        .iter()
        .map(|name| corpus::source_of(name).to_string_lossy().into_owned())
        .collect()
}

fn parse_command(folders: &[String]) -> Command {
    let mut command = pinned(&env::current_exe().expect("the benchmark knows itself"));
    command.arg("parse-only").args(folders);
    command
}

fn analyze_command(folders: &[String], home: &Path) -> Command {
    let mut command = pinned(Path::new(env!("CARGO_BIN_EXE_rustassistant")));
    command
        .args(["refactor", "analyze", "--format", "json"])
        .args(folders);
    command
        .env("RUSTASSISTANT_HOME", home)
        .env("RAYON_NUM_THREADS", "1");
    command
}

/// A command pinned to the first processor, if the system supports it.
fn pinned(program: &Path) -> Command {
    let has_taskset = Command::new("taskset")
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    if has_taskset.is_ok_and(|status| status.success()) {
        let mut command = Command::new("taskset");
        command.args(["-c", "0"]).arg(program);
        return command;
    }
    eprintln!("taskset is missing: the processes run on all processors");
    Command::new(program)
}

fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    let status = command
        .stdout(Stdio::null())
        .status()
        .expect("the program starts");
    let elapsed = start.elapsed();
    assert!(status.success(), "{command:?} failed: {status}");
    elapsed
}

fn parse_only(folders: &[String]) {
    let mut nodes = 0;
    for file in folders
        .iter()
        .flat_map(|folder| rust_files(Path::new(folder)))
    {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        let parse = SourceFile::parse(&text, Edition::Edition2021);
        nodes += usize::from(parse.syntax_node().text_range().len());
    }
    println!("{nodes}");
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok);
    let paths = entries.map(walkdir::DirEntry::into_path);
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}
