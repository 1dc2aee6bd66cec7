//! Many replies about functions of real crates: every offer compiles on its own and is an improvement, and malicious replies
//! have no effect.

use std::{
    collections::BTreeSet,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use rustassistant::{
    analysis::{Memo, Planning, measure},
    config::Rules,
    facts::FunctionFacts,
    syntax::{FileContext, STACK_SIZE, Source},
    text::{Lines, TextRange},
};
use serde_json::{Value, json};
use walkdir::WalkDir;

use crate::{
    harness::{Place, finish_within},
    replies::{Numbers, bad, good, malicious},
    rewrites::rules_of,
};

const SEED: u64 = 3;
/// A large crate is checked again for each attempted part.
const PATIENCE: Duration = Duration::from_mins(20);
/// Lower than usual, so that small crates have enough functions above them.
const LIMITS: [&str; 3] = [
    "smells.cognitive-complexity.warn=7",
    "smells.deep-nesting.warn=4",
    "smells.long-function.warn=30",
];
/// The kinds of replies, in rotation.
const SORTS: [fn(&mut Numbers, usize) -> String; 3] = [good, bad, malicious];

/// The scope of a run.
struct Extent {
    /// Dependencies of this package, so that they are available locally.
    crates: &'static [&'static str],
    /// Functions per crate.
    functions: usize,
    /// Replies per function.
    replies: usize,
}

const SLICE: Extent = Extent {
    crates: &["diffy", "annotate-snippets"],
    functions: 2,
    replies: 3,
};
const FULL: Extent = Extent {
    crates: &[
        "annotate-snippets",
        "aho-corasick",
        "bstr",
        "diffy",
        "globset",
        "httparse",
        "regex-syntax",
        "similar",
    ],
    functions: 5,
    replies: 5,
};

/// The outcome of the replies in a run.
#[derive(Debug, Default)]
struct Tally {
    functions: usize,
    replies: usize,
    /// Number of distinct edits offered, by kind of reply.
    offered: [usize; 3],
}

#[test]
fn what_is_offered_in_real_crates_compiles_and_gains() {
    let tally = on_large_stack(&SLICE);
    assert_eq!((tally.functions, tally.replies), (4, 12), "{tally:?}");
    assert!(tally.offered[0] >= 2, "{tally:?}");
}

/// Run by `tests/model/run --full`.
#[test]
#[ignore = "it takes half an hour"]
fn what_is_offered_in_many_real_crates_compiles_and_gains() {
    let tally = on_large_stack(&FULL);
    println!("{tally:?}");
    assert_eq!((tally.functions, tally.replies), (40, 200), "{tally:?}");
    assert!(tally.offered[0] >= 30, "{tally:?}");
}

fn on_large_stack(extent: &'static Extent) -> Tally {
    let thread = thread::Builder::new().stack_size(STACK_SIZE);
    thread.spawn(|| tried(extent)).unwrap().join().unwrap()
}

fn tried(extent: &Extent) -> Tally {
    let mut tally = Tally::default();
    let mut numbers = Numbers(SEED);
    let (port, asked) = model();
    for name in extent.crates {
        let copied = Copied::of(name, port);
        let mut large = copied.large(&rules_of(&LIMITS));
        let most = tally.functions + extent.functions;
        while tally.functions < most && !large.is_empty() {
            let place = numbers.below(large.len() as u64);
            let one = large.swap_remove(usize::try_from(place).unwrap());
            copied.ask((&one, extent.replies), &asked, &mut tally);
        }
        println!("{name}: {tally:?}");
    }
    assert_eq!(&tally.offered[1..], [0, 0], "{tally:?}");
    tally
}

/// A server whose kind of reply is given by the number in the model's name, and its request counter.
fn model() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let mut length = 0;
            for line in stream.by_ref().lines().map_while(Result::ok) {
                if let Some((_, value)) = line.to_lowercase().split_once("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let request: Value = serde_json::from_slice(&body).unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let answer = json!({
                "choices": [{"message": {"content": reply(&request)}, "finish_reason": "stop"}],
                "usage": {"prompt_tokens": 5_000, "completion_tokens": 100},
            })
            .to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                answer.len()
            );
            stream
                .get_mut()
                .write_all((head + &answer).as_bytes())
                .unwrap();
        }
    });
    (port, asked)
}

fn reply(request: &Value) -> String {
    let number = request["model"].as_str().unwrap().rsplit('-').next();
    let number: usize = number.unwrap().parse().unwrap();
    let subject = request["messages"].as_array().unwrap().last().unwrap();
    let lines = subject["content"].as_str().unwrap().lines();
    let is_listed = |line: &str| {
        let number = line.split_once(": lines ").map(|(number, _)| number);
        number.is_some_and(|it| it.parse::<usize>().is_ok())
    };
    let listed = lines.filter(|line| is_listed(line)).count();
    let mut numbers = Numbers(number as u64);
    SORTS[number % SORTS.len()](&mut numbers, listed)
}

/// A copy of a real crate in its own folder.
struct Copied {
    place: Place,
    port: u16,
    /// The number of warnings cargo reports for it.
    warnings: usize,
}

/// A function above the limits of this test.
struct Large {
    /// Relative to the crate's folder.
    file: String,
    line: u32,
    source: Source,
    facts: FunctionFacts,
}

impl Copied {
    fn of(name: &str, port: u16) -> Self {
        let place = Place::new();
        let (from, root) = (source_of(name), place.path(""));
        for entry in WalkDir::new(&from).into_iter().flatten() {
            let to = root.join(entry.path().strip_prefix(&from).unwrap());
            if entry.file_type().is_dir() {
                fs::create_dir_all(&to).unwrap();
            } else {
                fs::copy(entry.path(), &to).unwrap();
            }
        }
        // With this file, cargo would treat the copy as a registry package.
        let _ = fs::remove_file(root.join(".cargo-ok"));
        // Its dependencies are locked to those of this package.
        let locked = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
        fs::copy(locked, root.join("Cargo.lock")).unwrap();
        let manifest = fs::read_to_string(from.join("Cargo.toml")).unwrap();
        place.write("Cargo.toml", library_alone(&manifest));
        fs::create_dir(place.home()).unwrap();
        let mut copied = Self {
            place,
            port,
            warnings: 0,
        };
        copied.warnings = copied.warnings().unwrap();
        copied
    }

    /// The number of warnings for the unmodified crate, or its errors.
    fn warnings(&self) -> Result<usize, String> {
        let run = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--message-format=short"])
            .current_dir(self.place.path(""))
            .env("CARGO_TARGET_DIR", self.place.root().join("target"))
            .env("CARGO_TERM_COLOR", "never")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        if run.status.success() {
            return Ok(said.matches(": warning").count());
        }
        Err(said)
    }

    fn large(&self, rules: &Rules) -> Vec<Large> {
        let root = self.place.path("");
        let files = WalkDir::new(root.join("src")).sort_by_file_name();
        let mut all = Vec::new();
        for path in files
            .into_iter()
            .flatten()
            .map(walkdir::DirEntry::into_path)
        {
            let text = fs::read_to_string(&path).ok();
            let source = text.and_then(|text| Source::parse(&*text, FileContext::default()).ok());
            let Some(source) = source else { continue };
            let lines = Lines::new(&source.text);
            for facts in measure(&source, &Memo::default()).functions() {
                let at = facts.name.start();
                if Planning::at(&source, rules, TextRange::empty(at)).is_ok() {
                    all.push(Large {
                        file: path
                            .strip_prefix(&root)
                            .unwrap()
                            .to_str()
                            .unwrap()
                            .to_owned(),
                        line: lines.line(at) + 1,
                        source: source.clone(),
                        facts,
                    });
                }
            }
        }
        all
    }

    /// Requests plans for a function, with all kinds of replies in rotation, and tests each offer on its own. Functions that
    /// rustc doesn't compile here aren't sent to the model.
    fn ask(&self, (large, replies): (&Large, usize), asked: &AtomicUsize, tally: &mut Tally) {
        let mut offered = BTreeSet::new();
        for reply in 0..replies {
            let before = asked.load(Ordering::SeqCst);
            let plans = self.plans(large, tally.replies);
            if asked.load(Ordering::SeqCst) == before {
                assert!(reply == 0 && plans.is_empty(), "{}", large.file);
                return;
            }
            for plan in plans {
                let diff = plan["diff"].as_str().unwrap();
                if offered.insert(diff.to_owned()) {
                    tally.offered[tally.replies % SORTS.len()] += 1;
                    self.hold(large, &plan);
                }
            }
            tally.replies += 1;
        }
        tally.functions += 1;
    }

    /// The plans offered after the reply with this number.
    fn plans(&self, large: &Large, number: usize) -> Vec<Value> {
        let limits = LIMITS.map(|it| format!("{it}\n")).concat();
        let options = format!(
            "{limits}[model]\nprovider = 'openai'\nmodel = 'model-{number}'\nurl = 'http://127.0.0.1:{}/v1'\ncontext = 100000\n[model.budget]\nday = '100M'\nmonth = '100M'\nrequest = '100k'\n",
            self.port
        );
        fs::write(self.place.home().join("config.toml"), options).unwrap();
        let at = format!("{}:{}", large.file, large.line);
        let mut command = self.place.command();
        command.args(["refactor", "plan", &at, "--format", "json"]);
        let run = finish_within(command, PATIENCE);
        let Ok(report) = serde_json::from_str::<Value>(run.stdout.lines().next().unwrap_or(""))
        else {
            panic!("{run:?}");
        };
        let plans = report["plans"].as_array().cloned().unwrap_or_default();
        assert_eq!(run.code == Some(0), !plans.is_empty(), "{run:?}");
        plans
    }

    /// Checks that the edit on its own compiles without new warnings, and reduces the function as claimed.
    fn hold(&self, large: &Large, plan: &Value) {
        let said = format!("{}:{} {plan}", large.file, large.line);
        let patch = diffy::Patch::from_str(plan["diff"].as_str().unwrap()).unwrap();
        let text = diffy::apply(&large.source.text, &patch).unwrap();
        self.place.write(&large.file, &text);
        let warnings = self.warnings();
        self.place.write(&large.file, &*large.source.text);
        let warnings = warnings.unwrap_or_else(|errors| panic!("{said}\n{errors}"));
        assert!(warnings <= self.warnings, "{said}");
        let source = Source::parse(&*text, FileContext::default()).unwrap();
        let name = |source: &Source, facts: &FunctionFacts| source.slice(facts.name).to_owned();
        let wanted = name(&large.source, &large.facts);
        let mut after = measure(&source, &Memo::default()).functions();
        after.retain(|it| name(&source, it) == wanted);
        let [from, to] = ["before", "after"].map(|key| plan[key].as_u64().unwrap());
        assert!(to < from, "{said}");
        let measures: [fn(&FunctionFacts) -> u32; 3] =
            [|it| it.cognitive, |it| it.nesting, |it| it.lines];
        let is_so = |measure: fn(&FunctionFacts) -> u32| {
            let is = |facts: &FunctionFacts, number| u64::from(measure(facts)) == number;
            is(&large.facts, from) && after.iter().any(|it| is(it, to))
        };
        assert!(measures.into_iter().any(is_so), "{said}");
    }
}

/// The folder of a crate that this package depends on.
fn source_of(name: &str) -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let run = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .arg("--manifest-path")
        .arg(&manifest)
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&run.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let package = packages.iter().rev().find(|it| it["name"] == name);
    let path = package.unwrap_or_else(|| panic!("there is no {name}"))["manifest_path"].as_str();
    Path::new(path.unwrap()).parent().unwrap().to_path_buf()
}

/// A manifest without the dependencies of the crate's tests, examples and benchmarks.
fn library_alone(manifest: &str) -> String {
    let mut kept = String::new();
    let mut is_kept = true;
    for line in manifest.lines() {
        if line.starts_with('[') {
            let left = [
                "[dev-",
                "[[test",
                "[[bench",
                "[[example",
                "[[bin",
                "[target.",
            ];
            // Platform-specific dependencies are kept, except for those of tests.
            let is_of_target = line.starts_with("[target.") && !line.contains("dev-");
            is_kept = is_of_target || !left.iter().any(|it| line.starts_with(it));
        }
        if is_kept {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept + "\n[workspace]\n"
}
