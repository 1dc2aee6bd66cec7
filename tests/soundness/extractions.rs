//! Extracts a function from each marked program in `extraction/EDITION`, and compares.
//!
//! The first line of a program is the expectation: `//= extracted`, or `//= refused: ` and part of the reason. Marks on
//! separate lines, `//{` and `//}`, enclose selected lines; `/*{*/` and `/*}*/` enclose a selected part of a line.
//! `//= repeated: extracted` and `//= repeated: refused: ` are for repeated statements, the first of which follows `//{`. The
//! result must build, print the same, keep every comment, stay formatted by rustfmt, and introduce no warnings from the
//! compiler or clippy's default lints.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::{
    builds::{Program, Verdict, verdicts},
    check::comments,
    programs::{Before, Wrong, difference},
    workers::in_parallel,
};

const EDITIONS: [usize; 2] = [2021, 2024];
/// Number of cases per kind, unless all are tested.
const OF_EACH_KIND: usize = 1;
/// Minimum percentage of possible extractions that must succeed.
const GOAL: usize = 95;
/// The message with which the command refuses.
const REFUSES: &str = "is not offered at";

/// The selection of cases to test.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) every_case: bool,
    pub(crate) seed: u64,
    /// Only cases whose names contain this.
    pub(crate) only: Option<String>,
}

struct Case {
    name: String,
    kind: String,
    expected: Expected,
    /// The program without its marks.
    program: Program,
    refactoring: Refactoring,
    /// In the syntax of the command: `LINE`, `LINE-LINE` or `LINE:COLUMN-LINE:COLUMN`.
    place: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refactoring {
    Function,
    RepeatedBlock,
}

enum Expected {
    Extracted,
    /// With part of the reason.
    Refused(String),
}

/// The outcome of a case.
enum Got {
    Extracted(String),
    Refused(String),
    /// It ended in another way.
    Failed(String),
}

#[derive(Default)]
struct Count {
    cases: usize,
    extractable: usize,
    extracted: usize,
    wrong: usize,
}

#[derive(Default)]
pub(crate) struct Outcome {
    kinds: BTreeMap<String, Count>,
    broken_samples: usize,
}

pub(crate) fn try_extractions(wanted: &Wanted) -> Outcome {
    let cases = chosen(wanted);
    let programs: Vec<Program> = cases.iter().map(|it| it.program.clone()).collect();
    let before = verdicts(&programs);
    let got = in_parallel(&cases, Case::run);
    let changed = cases.iter().zip(&got).map(|(case, got)| Program {
        edition: case.program.edition,
        text: match got {
            Got::Extracted(text) => text.clone(),
            Got::Refused(_) | Got::Failed(_) => case.program.text.clone(),
        },
    });
    let after = verdicts(&changed.collect::<Vec<_>>());
    let mut outcome = Outcome::default();
    for (((case, before), got), after) in cases.iter().zip(&before).zip(&got).zip(&after) {
        outcome.add(case, before, got, after);
    }
    outcome
}

impl Case {
    fn read(file: &Path, edition: usize) -> Self {
        let stem = file.file_stem().expect("cases have names").display();
        let name = format!("{edition}/{stem}");
        let marked = fs::read_to_string(file).expect("cases can be read");
        let (head, marked) = marked.split_once('\n').unwrap_or_default();
        let head = head.strip_prefix("//= ").unwrap_or_default();
        let repeated = head.strip_prefix("repeated: ");
        let expected = repeated.unwrap_or(head);
        let expected = match (expected, expected.strip_prefix("refused: ")) {
            (_, Some(words)) => Expected::Refused(words.to_owned()),
            ("extracted", None) => Expected::Extracted,
            _ => panic!("{name} doesn't say what is expected"),
        };
        let (text, place) = unmarked(marked);
        let first = place.split('-').next().unwrap_or_default();
        let (refactoring, place) = match repeated {
            Some(_) => (Refactoring::RepeatedBlock, first.to_owned()),
            None => (Refactoring::Function, place),
        };
        let kind = name.split(['/', '_']).nth(1).unwrap_or_default();
        Self {
            kind: kind.to_owned(),
            program: Program { edition, text },
            refactoring,
            place,
            expected,
            name,
        }
    }

    /// Runs the command in a separate folder.
    fn run(&self) -> Got {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = self.lay(folder.path());
        let place = format!("{}:{}", file.display(), self.place);
        let words: &[&str] = match self.refactoring {
            Refactoring::Function => &["extract-function", &place],
            // Few of these small samples suggest a name.
            Refactoring::RepeatedBlock => &["extract-repeated-block", &place, "--name", "again"],
        };
        let output = Command::new(env!("CARGO_BIN_EXE_rustassistant"))
            .args(["refactor", "run", "--write"])
            .args(words)
            .current_dir(folder.path())
            .output()
            .expect("the command was built");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if output.status.success() {
            let text = fs::read_to_string(folder.path().join(file));
            return Got::Extracted(text.expect("the file is still there"));
        }
        match said.split_once(REFUSES) {
            Some((_, why)) => Got::Refused(why.trim().to_owned()),
            None => Got::Failed(said),
        }
    }

    /// Writes the program; without a manifest, rustc uses this default edition.
    fn lay(&self, folder: &Path) -> PathBuf {
        const ALONE: usize = 2021;
        let text = &self.program.text;
        if self.program.edition == ALONE {
            fs::write(folder.join("main.rs"), text).expect("the folder is ours");
            return PathBuf::from("main.rs");
        }
        let edition = self.program.edition;
        let manifest =
            format!("[package]\nname = \"case\"\nversion = \"0.1.0\"\nedition = \"{edition}\"\n");
        fs::write(folder.join("Cargo.toml"), manifest).expect("the folder is ours");
        fs::create_dir(folder.join("src")).expect("the folder is ours");
        fs::write(folder.join("src/main.rs"), text).expect("the folder is ours");
        PathBuf::from("src/main.rs")
    }
}

/// The program without its marks, and the selection.
fn unmarked(marked: &str) -> (String, String) {
    const OPEN: &str = "/*{*/";
    const CLOSE: &str = "/*}*/";
    if marked.contains(OPEN) {
        let start = marked.find(OPEN).unwrap_or_default();
        let text = marked.replacen(OPEN, "", 1);
        let end = text.find(CLOSE).expect("both marks are there");
        let text = text.replacen(CLOSE, "", 1);
        let place = format!(
            "{}-{}",
            line_and_column(&text, start),
            line_and_column(&text, end)
        );
        return (text, place);
    }
    let (mut first, mut last) = (0, 0);
    let mut lines = Vec::new();
    for line in marked.lines() {
        match line.trim() {
            "//{" => first = lines.len() + 1,
            "//}" => last = lines.len(),
            _ => lines.push(line),
        }
    }
    (lines.join("\n") + "\n", format!("{first}-{last}"))
}

/// Both 1-based.
fn line_and_column(text: &str, at: usize) -> String {
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let column = before.lines().last().unwrap_or_default();
    let column = if before.ends_with('\n') {
        0
    } else {
        column.chars().count()
    };
    format!("{line}:{}", column + 1)
}

/// All cases, or some of each kind, selected by the seed.
fn chosen(wanted: &Wanted) -> Vec<Case> {
    let mut cases: Vec<Case> = EDITIONS
        .iter()
        .flat_map(|edition| cases_of(*edition))
        .collect();
    if let Some(only) = &wanted.only {
        cases.retain(|case| case.name.contains(only.as_str()));
        return cases;
    }
    if wanted.every_case {
        return cases;
    }
    let mut by_kind: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in cases {
        by_kind.entry(case.kind.clone()).or_default().push(case);
    }
    let seed = usize::try_from(wanted.seed).unwrap_or_default();
    let mut chosen = Vec::new();
    for (_, mut cases) in by_kind {
        let shift = seed % cases.len();
        cases.rotate_left(shift);
        cases.truncate(OF_EACH_KIND);
        chosen.extend(cases);
    }
    chosen
}

fn cases_of(edition: usize) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/soundness/extraction")
        .join(edition.to_string());
    let entries = fs::read_dir(&folder).expect("there are cases of each edition");
    let files: BTreeSet<PathBuf> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.iter().map(|file| Case::read(file, edition)).collect()
}

/// Whether both have the same distinct comments: those repeated in each place occur once in the function.
fn has_each_comment(before: &str, after: &str) -> bool {
    let distinct = |text| comments(text).into_iter().collect::<BTreeSet<_>>();
    distinct(before) == distinct(after)
}

impl Outcome {
    fn add(&mut self, case: &Case, before: &Verdict, got: &Got, after: &Verdict) {
        let count = self.kinds.entry(case.kind.clone()).or_default();
        count.cases += 1;
        let Verdict::Built { printed, warnings } = before else {
            println!("{} does not build as it is: {before:?}", case.name);
            self.broken_samples += 1;
            return;
        };
        let before = Before {
            program: &case.program,
            printed,
            warnings,
        };
        count.extractable += usize::from(matches!(case.expected, Expected::Extracted));
        let wrong = match (&case.expected, got) {
            (_, Got::Failed(said)) => vec![format!("it failed: {said}")],
            (Expected::Extracted, Got::Refused(why)) => {
                println!("\n=== {}: not extracted: {why}", case.name);
                return;
            }
            (Expected::Refused(_), Got::Extracted(_)) => {
                vec!["it is extracted, where a refusal is expected".to_owned()]
            }
            (Expected::Refused(words), Got::Refused(why)) if why.contains(words.as_str()) => {
                Vec::new()
            }
            (Expected::Refused(_), Got::Refused(why)) => {
                vec![format!("it is refused for another reason: {why}")]
            }
            (Expected::Extracted, Got::Extracted(text)) => {
                let mut wrong = before.judge(text, after);
                if case.refactoring == Refactoring::RepeatedBlock
                    && has_each_comment(&case.program.text, text)
                {
                    wrong.retain(|it| !matches!(it, Wrong::Comments));
                }
                count.extracted += usize::from(wrong.is_empty());
                wrong.iter().map(ToString::to_string).collect()
            }
        };
        if wrong.is_empty() {
            return;
        }
        count.wrong += 1;
        println!("\n=== {}", case.name);
        if let Got::Extracted(text) = got {
            println!("{}", difference(&case.program.text, text));
        }
        for one in wrong {
            println!("--- {one}");
        }
    }

    pub(crate) fn holds(&self) -> bool {
        let total = self.total();
        let is_enough = total.extracted * 100 >= total.extractable * GOAL;
        total.wrong == 0 && is_enough && self.broken_samples == 0
    }

    fn total(&self) -> Count {
        self.kinds.values().fold(Count::default(), |sum, it| Count {
            cases: sum.cases + it.cases,
            extractable: sum.extractable + it.extractable,
            extracted: sum.extracted + it.extracted,
            wrong: sum.wrong + it.wrong,
        })
    }

    pub(crate) fn print(&self) {
        println!("cases  to extract  extracted  wrong  kind");
        let total = ("all".to_owned(), self.total());
        for (kind, count) in self.kinds.iter().chain([(&total.0, &total.1)]) {
            println!(
                "{:5}  {:10}  {:9}  {:5}  {kind}",
                count.cases, count.extractable, count.extracted, count.wrong
            );
        }
        if self.broken_samples > 0 {
            println!("{} cases don't build as they are", self.broken_samples);
        }
    }
}
