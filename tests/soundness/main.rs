//! Applies what is offered in real crates, builds them, and runs their own tests.
//!
//! In every file of a crate it asks for offers at the first character of every line of code and at every finding, applies
//! them in rounds of edits that don't touch each other, and runs `cargo check` after each round; a round that fails is
//! halved until the edits that break the crate are found. In the end the largest round is applied once more and the crate's
//! own tests are run.
//!
//! `cargo test --test soundness [-- CRATE|FOLDER...]`; without names, the crates of [`CRATES`].

mod check;
mod probe;

use std::{collections::BTreeMap, env, path::PathBuf, process::ExitCode};

use check::{Outcome, Trial};

#[path = "../corpus/corpus.rs"]
mod corpus;
#[path = "../fixtures/rustfmt.rs"]
mod rustfmt;

/// Small enough to be built often, of different styles and editions.
const CRATES: [&str; 6] = [
    "semver",
    "httparse",
    "humantime",
    "regex-syntax",
    "toml_edit",
    "hyper",
];

fn main() -> ExitCode {
    let names: Vec<String> = env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
        .collect();
    let names = if names.is_empty() {
        CRATES.map(str::to_owned).to_vec()
    } else {
        names
    };
    let mut total = Total::default();
    for name in &names {
        total.add(name, &try_crate(name));
    }
    total.print();
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn try_crate(name: &str) -> Outcome {
    let given = PathBuf::from(name);
    let source = if given.is_dir() {
        given
    } else {
        corpus::source_of(name)
    };
    let trial = Trial::prepare(&source);
    let candidates = probe::candidates(trial.root());
    trial.run(candidates)
}

#[derive(Default)]
struct Total {
    /// Edits and broken edits by refactoring.
    kinds: BTreeMap<&'static str, (usize, usize)>,
    passed: usize,
    failed: usize,
}

impl Total {
    fn add(&mut self, name: &str, outcome: &Outcome) {
        for candidate in &outcome.tried {
            self.kinds.entry(candidate.kind).or_default().0 += 1;
        }
        for (candidate, error) in &outcome.broken {
            self.kinds.entry(candidate.kind).or_default().1 += 1;
            println!(
                "{name}: {} at {} breaks the crate:\n{error}",
                candidate.kind,
                candidate.place()
            );
        }
        for (candidate, fault) in &outcome.faulty {
            println!(
                "{name}: {} at {} {fault}",
                candidate.kind,
                candidate.place()
            );
        }
        println!(
            "{name}: {} edits, {} broken, {} faulty, {} of {} unformatted, tests {}",
            outcome.tried.len(),
            outcome.broken.len(),
            outcome.faulty.len(),
            outcome.unformatted.0,
            outcome.unformatted.1,
            outcome.tests
        );
        if outcome.holds() {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }

    fn print(&self) {
        let edits: usize = self.kinds.values().map(|(edits, _)| edits).sum();
        let broken: usize = self.kinds.values().map(|(_, broken)| broken).sum();
        for (kind, (edits, broken)) in &self.kinds {
            println!("{broken:5} / {edits:5}  {kind}");
        }
        println!("{broken} of {edits} edits are broken");
        println!("{} passed, {} failed", self.passed, self.failed);
    }
}
