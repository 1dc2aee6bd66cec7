//! Applies offers in small programs and in real crates, and checks that they are correct.
//!
//! The programs print what they do; [`programs`] defines what each offer must preserve. For a real crate, offers are requested
//! in every file, at the first character of every line of code and at every finding, applied in rounds of edits that don't
//! overlap, and checked with `cargo check` after each round; a failing round is bisected until the edits that break the crate
//! are found. The safe edits of each round are applied once more for clippy, which must not report anything new, and the
//! largest round for the crate's own tests. Every edit must keep the comments and the formatting by rustfmt.
//!
//! `cargo test --test soundness [-- CRATE|FOLDER...]`; without names, the programs and the crates of [`CRATES`]. Only the
//! programs: `-- --programs [--generated=COUNT] [--seed=SEED] [--only=NAME] [--every-edition]`. Only the extractions:
//! `-- --extractions [--every-case] [--seed=SEED] [--only=NAME]`.

mod builds;
mod check;
mod extractions;
mod generate;
mod probe;
mod programs;
mod server;
mod workers;

use std::{collections::BTreeMap, env, path::PathBuf, process::ExitCode, str::FromStr};

use check::{Outcome, Trial};
use extractions::Wanted;
use programs::Extent;

// Only part of it is needed here.
#[allow(dead_code, clippy::unwrap_used, clippy::needless_pass_by_value)]
#[path = "../lsp/client.rs"]
mod client;
#[path = "../corpus/corpus.rs"]
mod corpus;
#[path = "../fixtures/rustfmt.rs"]
mod rustfmt;

/// Small enough to be built often, in different styles and editions.
const CRATES: [&str; 6] = [
    "semver",
    "httparse",
    "humantime",
    "regex-syntax",
    "toml_edit",
    "hyper",
];

/// Default number of generated programs.
const GENERATED: usize = 50;
const SEED: u64 = 1;

fn main() -> ExitCode {
    let request = Request::read(env::args().skip(1));
    let mut holds = true;
    if let Some(extent) = &request.programs {
        let outcome = programs::try_programs(extent);
        outcome.print();
        holds &= outcome.holds();
    }
    if let Some(wanted) = &request.extractions {
        let outcome = extractions::try_extractions(wanted);
        outcome.print();
        holds &= outcome.holds();
    }
    if !request.crates.is_empty() {
        holds &= try_crates(&request.crates);
    }
    if holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

struct Request {
    programs: Option<Extent>,
    extractions: Option<Wanted>,
    crates: Vec<String>,
}

impl Request {
    fn read(arguments: impl Iterator<Item = String>) -> Self {
        let mut extent = Extent {
            every_edition: false,
            generated: GENERATED,
            seed: SEED,
            only: None,
        };
        let (mut wants_programs, mut wants_extractions) = (false, false);
        let mut every_case = false;
        let mut crates = Vec::new();
        for word in arguments {
            match word.split_once('=') {
                Some(("--generated", count)) => extent.generated = number(count),
                Some(("--seed", seed)) => extent.seed = number(seed),
                Some(("--only", name)) => extent.only = Some(name.to_owned()),
                None if word == "--every-edition" => extent.every_edition = true,
                None if word == "--programs" => wants_programs = true,
                None if word == "--extractions" => wants_extractions = true,
                None if word == "--every-case" => every_case = true,
                None if !word.starts_with("--") => crates.push(word),
                // Arguments that cargo passes to every test.
                _ => {}
            }
        }
        let wants_all = !wants_programs && !wants_extractions && crates.is_empty();
        let wanted = Wanted {
            every_case,
            seed: extent.seed,
            only: extent.only.clone(),
        };
        if wants_all {
            crates = CRATES.map(str::to_owned).to_vec();
        }
        Self {
            extractions: (wants_extractions || wants_all).then_some(wanted),
            programs: (wants_programs || wants_all).then_some(extent),
            crates,
        }
    }
}

fn number<T: FromStr>(word: &str) -> T {
    let number = word.parse().ok();
    number.unwrap_or_else(|| panic!("`{word}` is no number"))
}

fn try_crates(names: &[String]) -> bool {
    let mut total = Total::default();
    for name in names {
        total.add(name, &try_crate(name));
    }
    total.print();
    total.failed == 0
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
    /// Number of edits and of broken edits by refactoring.
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
        for candidate in &outcome.unformatted {
            println!(
                "{name}: {} at {} is not what rustfmt writes",
                candidate.kind,
                candidate.place()
            );
        }
        for (candidate, lints) in &outcome.warned {
            println!(
                "{name}: {} at {} brings {lints}",
                candidate.kind,
                candidate.place()
            );
        }
        println!(
            "{name}: {} edits, {} broken, {} faulty, {} warned of, {} of {} unformatted, tests {}",
            outcome.tried.len(),
            outcome.broken.len(),
            outcome.faulty.len(),
            outcome.warned.len(),
            outcome.unformatted.len(),
            outcome.of_formatted,
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
