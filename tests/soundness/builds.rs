//! Builds and runs many small programs at once.
//!
//! Each program becomes a module of a crate that runs the requested one, so that the compiler is started per batch rather than
//! per program. If a crate doesn't build, it is split: the programs named by the errors are built separately, and the rest
//! again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

use super::workers::in_parallel;

const PROGRAMS_IN_A_CRATE: usize = 24;
/// Time limit for a program that prints a few lines.
const PATIENCE: Duration = Duration::from_secs(10);
/// Maximum output of a program in bytes, so that one that never terminates doesn't fill the memory before it is stopped.
const MOST_PRINTED: u64 = 1 << 20;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Program {
    pub(crate) edition: usize,
    pub(crate) text: String,
}

#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    Built {
        /// Includes the exit code, since panicking is part of a program's behaviour.
        printed: String,
        /// Number of warnings from the compiler and clippy, by lint.
        warnings: Warnings,
    },
    /// The compiler's errors.
    Broken(String),
}

pub(crate) type Warnings = BTreeMap<String, usize>;

/// The results of the compiler, clippy and a run for each program, in order.
pub(crate) fn verdicts(programs: &[Program]) -> Vec<Verdict> {
    let batches = batches(programs);
    let found = in_parallel(&batches, |batch| verdicts_of(programs, batch));
    let by_place: BTreeMap<usize, Verdict> = found.into_iter().flatten().collect();
    by_place.into_values().collect()
}

/// The lints that warn more often than before.
pub(crate) fn new_warnings(before: &Warnings, after: &Warnings) -> Vec<String> {
    let count_before = |lint: &str| before.get(lint).copied().unwrap_or(0);
    let more = after
        .iter()
        .filter(|(lint, count)| **count > count_before(lint));
    more.map(|(lint, _)| lint.clone()).collect()
}

/// The indices of programs with the same edition, as many as a crate may have.
fn batches(programs: &[Program]) -> Vec<Vec<usize>> {
    let mut by_edition: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (place, program) in programs.iter().enumerate() {
        by_edition.entry(program.edition).or_default().push(place);
    }
    let batches = by_edition
        .values()
        .flat_map(|places| places.chunks(PROGRAMS_IN_A_CRATE));
    batches.map(<[usize]>::to_vec).collect()
}

fn verdicts_of(programs: &[Program], batch: &[usize]) -> Vec<(usize, Verdict)> {
    if batch.is_empty() {
        return Vec::new();
    }
    let built = Built::of(programs, batch);
    if built.is_success {
        return batch
            .iter()
            .map(|place| (*place, built.verdict(*place)))
            .collect();
    }
    if let [one] = batch {
        return vec![(*one, Verdict::Broken(built.errors()))];
    }
    let blamed = built.blamed();
    if blamed.is_empty() {
        let (left, right) = batch.split_at(batch.len() / 2);
        let mut verdicts = verdicts_of(programs, left);
        verdicts.extend(verdicts_of(programs, right));
        return verdicts;
    }
    let (blamed, rest): (Vec<usize>, Vec<usize>) =
        batch.iter().partition(|place| blamed.contains(place));
    let mut verdicts = verdicts_of(programs, &rest);
    verdicts.extend(blamed.iter().flat_map(|one| verdicts_of(programs, &[*one])));
    verdicts
}

/// A crate of programs that has been compiled.
struct Built {
    folder: TempDir,
    is_success: bool,
    messages: Vec<Message>,
}

/// Adapts the text to a program being a module here: paths from the crate root are rewritten.
fn rooted(text: &str, place: usize) -> String {
    const ROOT: &str = "crate::";
    let mut rooted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(ROOT) {
        let is_part_of_name = rest[..at].ends_with(|it: char| it.is_alphanumeric() || it == '_');
        rooted.push_str(&rest[..at + ROOT.len()]);
        if !is_part_of_name {
            let _ = write!(rooted, "program_{place}::");
        }
        rest = &rest[at + ROOT.len()..];
    }
    rooted + rest
}

struct Message {
    is_error: bool,
    lint: String,
    text: String,
    programs: BTreeSet<usize>,
}

impl Built {
    fn of(programs: &[Program], batch: &[usize]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let edition = programs[batch[0]].edition;
        let mut root = String::new();
        let mut calls = String::new();
        for place in batch {
            let text = rooted(&programs[*place].text, *place);
            let file = folder.path().join(format!("program_{place}.rs"));
            let entry = "pub fn start() {\n    main()\n}\n";
            fs::write(file, format!("{text}\n{entry}")).expect("the temporary folder is ours");
            let _ = writeln!(root, "mod program_{place};");
            let _ = writeln!(calls, "Some(\"{place}\") => program_{place}::start(),");
        }
        let _ = write!(
            root,
            "fn main() {{\nmatch std::env::args().nth(1).as_deref() {{\n{calls}_ => {{}}\n}}\n}}\n"
        );
        let main = folder.path().join("main.rs");
        fs::write(&main, root).expect("the temporary folder is ours");
        let output = Command::new("clippy-driver")
            .args(["--edition", &edition.to_string(), "--error-format=json"])
            .args(["-Cdebuginfo=0", "--crate-name", "programs", "-o"])
            .args([&program_in(folder.path()), &main])
            .current_dir(folder.path())
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("CARGO_PKG_RUST_VERSION")
            .output()
            .expect("clippy is installed");
        let said = String::from_utf8_lossy(&output.stderr);
        Self {
            is_success: output.status.success(),
            messages: said.lines().filter_map(Message::read).collect(),
            folder,
        }
    }

    fn verdict(&self, place: usize) -> Verdict {
        let mut warnings = Warnings::new();
        for message in &self.messages {
            if message.programs.contains(&place) {
                *warnings.entry(message.lint.clone()).or_default() += 1;
            }
        }
        Verdict::Built {
            printed: run(&program_in(self.folder.path()), place),
            warnings,
        }
    }

    fn blamed(&self) -> BTreeSet<usize> {
        let errors = self.messages.iter().filter(|message| message.is_error);
        errors.flat_map(|error| &error.programs).copied().collect()
    }

    fn errors(&self) -> String {
        let errors = self.messages.iter().filter(|message| message.is_error);
        let errors: Vec<String> = errors
            .map(|error| format!("{} [{}]", error.text, error.lint))
            .collect();
        errors.join("\n")
    }
}

impl Message {
    fn read(line: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(line).ok()?;
        let text = message["message"].as_str()?;
        let code = message["code"]["code"].as_str().unwrap_or(text);
        let spans = message["spans"].as_array()?;
        let is_error = message["level"] == "error";
        let is_summary = !is_error || text.starts_with("aborting due to");
        if spans.is_empty() && is_summary {
            return None;
        }
        Some(Self {
            is_error,
            lint: code.to_owned(),
            text: text.to_owned(),
            programs: spans.iter().filter_map(program_of).collect(),
        })
    }
}

fn program_of(span: &Value) -> Option<usize> {
    let file = Path::new(span["file_name"].as_str()?);
    let place = file.file_stem()?.to_str()?.strip_prefix("program_")?;
    place.parse().ok()
}

fn program_in(folder: &Path) -> PathBuf {
    folder.join(format!("programs{}", std::env::consts::EXE_SUFFIX))
}

fn run(program: &Path, place: usize) -> String {
    let mut child = Command::new(program)
        .arg(place.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("what was built can be run");
    let output = child.stdout.take().expect("the output is piped");
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        // A program that was stopped is judged by its output so far.
        let _ = output.take(MOST_PRINTED).read_to_end(&mut bytes);
        bytes
    });
    let end = match end_of(&mut child) {
        Some(status) => format!("{status}"),
        None => "never ends".to_owned(),
    };
    let bytes = reader.join().expect("reading never panics");
    format!("{}[{end}]\n", String::from_utf8_lossy(&bytes))
}

fn end_of(child: &mut Child) -> Option<ExitStatus> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait().expect("the program is ours") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(2));
    }
    child.kill().expect("the program is ours");
    let _ = child.wait();
    None
}
