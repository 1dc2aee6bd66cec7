//! How often each smell fires in folders of Rust, per 100,000 lines without test code:
//!
//!     cargo bench --bench rates -- [--list SMELL] FOLDER...
//!
//! `--list` prints the locations of one smell instead, the worst first.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use ra_ap_syntax::{
    AstNode, SyntaxKind, WalkEvent,
    ast::{self, HasAttrs},
};
use rustassistant::{
    analysis::{Memo, measure},
    facts::Sighting,
    smells,
    syntax::{Edition, FileContext, STACK_SIZE, Source},
    text::{Lines, TextRange, slice},
};

/// The sightings in one folder.
#[derive(Default)]
struct Tally {
    lines: usize,
    functions: usize,
    fired: BTreeMap<&'static str, usize>,
    strong: BTreeMap<&'static str, usize>,
    parsing: Duration,
    measuring: Duration,
}

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let mut list = None;
    let mut folders = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => list = arguments.next(),
            _ => folders.push(argument),
        }
    }
    let work = move || run(list.as_deref(), &folders);
    let thread = std::thread::Builder::new().stack_size(STACK_SIZE);
    let thread = thread.spawn(work).expect("a thread starts");
    thread.join().expect("nothing panics");
}

fn run(list: Option<&str>, folders: &[String]) {
    let mut places = Vec::new();
    let mut all = Tally::default();
    for folder in folders {
        let mut tally = Tally::default();
        for file in walkdir::WalkDir::new(folder).sort_by_file_name() {
            let Ok(file) = file else { continue };
            if is_code(file.path()) {
                add_file(file.path(), &mut tally, list, &mut places);
            }
        }
        let name = Path::new(folder).file_name().unwrap_or_default();
        if list.is_none() {
            print(&name.to_string_lossy(), &tally);
        }
        all.add(&tally);
    }
    places.sort_by_key(|(measure, _)| std::cmp::Reverse(*measure));
    for (_, line) in places {
        println!("{line}");
    }
    if list.is_none() {
        print("all", &all);
    }
}

fn is_code(path: &Path) -> bool {
    let is_test = |name: &str| matches!(name, "tests" | "benches" | "examples" | "fuzz");
    let mut parts = path.iter().map(|part| part.to_string_lossy());
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let is_rust = path.extension().is_some_and(|ending| ending == "rs");
    is_rust && !parts.any(|part| is_test(&part)) && stem != "tests" && stem != "test"
}

fn add_file(path: &Path, tally: &mut Tally, list: Option<&str>, places: &mut Vec<(u32, String)>) {
    let Ok(text) = fs::read_to_string(path) else {
        return;
    };
    let context = FileContext {
        edition: Edition::Edition2024,
        ..FileContext::default()
    };
    let start = Instant::now();
    let Ok(source) = Source::parse(text.as_str(), context) else {
        return;
    };
    tally.parsing += start.elapsed();
    let tests = test_code(&source);
    let is_tested = |at: TextRange| tests.iter().any(|test| test.contains_range(at));
    let start = Instant::now();
    let report = measure(&source, &Memo::default());
    tally.measuring += start.elapsed();
    tally.lines += source.lines.count_without_trailing();
    tally.lines -= tests
        .iter()
        .map(|test| lines_in(&text, *test))
        .sum::<usize>();
    let functions = report.functions().into_iter();
    tally.functions += functions
        .filter(|function| !is_tested(function.range))
        .count();
    for sighting in report.sightings() {
        if !is_tested(sighting.at) {
            tally.see(&sighting);
            places.extend(place(path, &source, &sighting, list));
        }
    }
}

fn place(
    path: &Path,
    source: &Source,
    sighting: &Sighting,
    list: Option<&str>,
) -> Option<(u32, String)> {
    let smell = smells::get(sighting.smell)?;
    if list != Some(smell.id) || sighting.measure <= smell.limits.warn {
        return None;
    }
    let line = source.lines.line(sighting.at.start()) + 1;
    let said = (smell.say)(sighting, &source.text);
    let text = format!("{}:{line}: {} {said}", path.display(), sighting.measure);
    Some((sighting.measure, text))
}

/// The items under `#[cfg(test)]` and `#[test]`.
fn test_code(source: &Source) -> Vec<TextRange> {
    let mut found = Vec::new();
    let root = source.root();
    let mut walk = root.preorder();
    while let Some(event) = walk.next() {
        let WalkEvent::Enter(node) = event else {
            continue;
        };
        let is_test = ast::AnyHasAttrs::cast(node.clone()).is_some_and(|node| {
            node.attrs().any(|attribute| {
                let text = attribute.syntax().text().to_string();
                text == "#[test]" || text.starts_with("#[cfg(") && text.contains("test")
            })
        });
        if is_test || node.kind() == SyntaxKind::TOKEN_TREE {
            walk.skip_subtree();
        }
        if is_test {
            found.push(node.text_range());
        }
    }
    found
}

fn lines_in(text: &str, range: TextRange) -> usize {
    let text = slice(text, range).unwrap_or_default();
    Lines::new(text).count_without_trailing()
}

impl Tally {
    fn see(&mut self, sighting: &Sighting) {
        let Some(smell) = smells::get(sighting.smell) else {
            return;
        };
        if sighting.measure > smell.limits.warn {
            *self.fired.entry(smell.id).or_default() += 1;
        }
        if sighting.measure > smell.limits.strong {
            *self.strong.entry(smell.id).or_default() += 1;
        }
    }

    fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.functions += other.functions;
        self.parsing += other.parsing;
        self.measuring += other.measuring;
        for (id, count) in &other.fired {
            *self.fired.entry(id).or_default() += count;
        }
        for (id, count) in &other.strong {
            *self.strong.entry(id).or_default() += count;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "rates have one digit")]
fn print(name: &str, tally: &Tally) {
    println!(
        "{name}: {} lines, {} functions, parsed in {:.1?}, measured in {:.1?}",
        tally.lines, tally.functions, tally.parsing, tally.measuring
    );
    for smell in smells::all() {
        let of = |counts: &BTreeMap<&str, usize>| counts.get(smell.id).copied().unwrap_or(0);
        let (fired, strong) = (of(&tally.fired), of(&tally.strong));
        let rate = |count: usize| count as f64 * 100_000.0 / tally.lines.max(1) as f64;
        println!(
            "  {:26} {fired:5} = {:6.1} per 100,000 lines, strong {strong:5} = {:6.1}",
            smell.id,
            rate(fired),
            rate(strong)
        );
    }
}
