//! Applies every offer in small programs that print what they do, each on its own, and compares.
//!
//! A change must build, print the same, keep every comment, stay formatted by rustfmt, and introduce no warnings from the
//! compiler or clippy's default lints. A change that needs review may print something else, as that is what the review is for;
//! it is counted and reported anyway.
//!
//! The handwritten programs are in `programs/EDITION`, and are unusual on purpose; [`generate`](super::generate) creates the
//! others.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::Path,
};

use similar::TextDiff;

use super::{
    builds::{Program, Verdict, Warnings, new_warnings, verdicts},
    check::comments,
    generate,
    rustfmt::is_formatted,
    server::{Offered, Server},
    workers::in_parallel,
};

const EDITIONS: [usize; 3] = [2018, 2021, 2024];

/// The programs to test.
#[derive(Debug, Clone)]
pub(crate) struct Extent {
    /// Whether handwritten programs are also tested in editions they weren't written for.
    pub(crate) every_edition: bool,
    pub(crate) generated: usize,
    pub(crate) seed: u64,
    /// Only programs whose names contain this.
    pub(crate) only: Option<String>,
}

#[derive(Debug, Clone)]
struct Sample {
    name: String,
    program: Program,
    origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    ByHand,
    /// Handwritten, in an edition in which it may not build.
    ByHandElsewhere,
    Generated,
}

/// What is wrong with a change.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wrong {
    DoesNotBuild(String),
    PrintsOther(String),
    Comments,
    Unformatted,
    Warns(String),
}

#[derive(Default)]
pub(crate) struct Outcome {
    programs: usize,
    generated: usize,
    /// Number of offers and of wrong ones, by refactoring.
    offers: BTreeMap<String, (usize, usize)>,
    wrong: BTreeMap<&'static str, usize>,
    /// Number of changes that need review and change behaviour.
    looked_at: usize,
    broken_samples: usize,
}

pub(crate) fn try_programs(extent: &Extent) -> Outcome {
    let samples = samples(extent);
    let programs: Vec<Program> = samples.iter().map(|one| one.program.clone()).collect();
    let before = verdicts(&programs);
    let mut outcome = Outcome::default();
    let mut built = Vec::new();
    for (sample, verdict) in samples.iter().zip(before) {
        match verdict {
            Verdict::Built { printed, warnings } => built.push((sample, printed, warnings)),
            Verdict::Broken(_) if sample.origin == Origin::ByHandElsewhere => {}
            Verdict::Broken(errors) => {
                println!("{} does not build as it is:\n{errors}", sample.name);
                outcome.broken_samples += 1;
            }
        }
    }
    outcome.programs = built.len();
    outcome.generated = built
        .iter()
        .filter(|(sample, ..)| sample.origin == Origin::Generated)
        .count();
    let offers = offers(&built.iter().map(|(sample, ..)| *sample).collect::<Vec<_>>());
    let trials: Vec<Trial> = built
        .iter()
        .zip(offers)
        .flat_map(|((sample, printed, warnings), offers)| {
            offers.into_iter().map(move |offered| Trial {
                sample,
                printed,
                warnings,
                offered,
            })
        })
        .collect();
    let changed: Vec<Program> = trials.iter().map(Trial::program).collect();
    let after = verdicts(&changed);
    let judged = in_parallel(
        &trials.iter().zip(&after).collect::<Vec<_>>(),
        |(one, after)| one.judge(after),
    );
    for (trial, wrong) in trials.iter().zip(judged) {
        outcome.add(trial, &wrong);
    }
    outcome
}

/// The offers in each program, in order. One server handles an edition.
fn offers(samples: &[&Sample]) -> Vec<Vec<Offered>> {
    let of_edition = |edition: &usize| {
        let mut server = Server::start(*edition);
        let samples = samples.iter().enumerate();
        let samples = samples.filter(|(_, sample)| sample.program.edition == *edition);
        let offers: Vec<_> = samples
            .map(|(place, sample)| {
                let name = sample.name.replace('/', "_");
                (place, server.offers(&name, &sample.program.text))
            })
            .collect();
        server.stop();
        offers
    };
    let offers = in_parallel(&EDITIONS, of_edition);
    let by_place: BTreeMap<usize, Vec<Offered>> = offers.into_iter().flatten().collect();
    by_place.into_values().collect()
}

/// A change under test.
struct Trial<'a> {
    sample: &'a Sample,
    printed: &'a str,
    warnings: &'a Warnings,
    offered: Offered,
}

impl Trial<'_> {
    fn program(&self) -> Program {
        Program {
            edition: self.sample.program.edition,
            text: self.offered.text.clone(),
        }
    }

    fn judge(&self, after: &Verdict) -> Vec<Wrong> {
        let before = Before {
            program: &self.sample.program,
            printed: self.printed,
            warnings: self.warnings,
        };
        before.judge(&self.offered.text, after)
    }

    /// Whether this is exactly what the user was asked to review.
    fn allows(&self, wrong: &Wrong) -> bool {
        let is_looked_for = match wrong {
            Wrong::PrintsOther(_) => true,
            // Its audit ensures that only commented-out code is removed.
            Wrong::Comments => self.offered.refactoring == "remove-dead-comment",
            // The new index is for the user to use.
            Wrong::Warns(_) => self.offered.refactoring == "toggle-enumerate",
            _ => false,
        };
        !self.offered.is_safe && is_looked_for
    }

    fn tell(&self, wrong: &[Wrong]) {
        let level = if self.offered.is_safe {
            "safe"
        } else {
            "to be looked at"
        };
        println!(
            "\n=== {}: {} ({level}): {}\n{}",
            self.sample.name,
            self.offered.refactoring,
            self.offered.title,
            difference(&self.sample.program.text, &self.offered.text)
        );
        for one in wrong {
            let allowance = if self.allows(one) { " (allowed)" } else { "" };
            println!("--- {one}{allowance}");
        }
    }
}

/// A program before the change, and its behaviour.
pub(crate) struct Before<'a> {
    pub(crate) program: &'a Program,
    pub(crate) printed: &'a str,
    pub(crate) warnings: &'a Warnings,
}

impl Before<'_> {
    /// What is wrong with a text that should behave the same.
    pub(crate) fn judge(&self, text: &str, after: &Verdict) -> Vec<Wrong> {
        let mut wrong = Vec::new();
        match after {
            Verdict::Broken(errors) => wrong.push(Wrong::DoesNotBuild(errors.clone())),
            Verdict::Built { printed, warnings } => {
                if printed != self.printed {
                    wrong.push(Wrong::PrintsOther(difference(self.printed, printed)));
                }
                let new = new_warnings(self.warnings, warnings);
                if !new.is_empty() {
                    wrong.push(Wrong::Warns(new.join(", ")));
                }
            }
        }
        let before = &self.program.text;
        if comments(before) != comments(text) {
            wrong.push(Wrong::Comments);
        }
        let edition = self.program.edition.to_string();
        let is_clean = |text: &str| is_formatted(text, &edition, "") == Some(true);
        if is_clean(before) && !is_clean(text) {
            wrong.push(Wrong::Unformatted);
        }
        wrong
    }
}

impl Outcome {
    fn add(&mut self, trial: &Trial<'_>, wrong: &[Wrong]) {
        let entry = self.offers.entry(trial.offered.refactoring.clone());
        let counts = entry.or_default();
        counts.0 += 1;
        if wrong.is_empty() {
            return;
        }
        trial.tell(wrong);
        let faults: Vec<&Wrong> = wrong.iter().filter(|one| !trial.allows(one)).collect();
        if faults.len() < wrong.len() {
            self.looked_at += 1;
        }
        if !faults.is_empty() {
            counts.1 += 1;
        }
        for fault in faults {
            *self.wrong.entry(fault.kind()).or_default() += 1;
        }
    }

    pub(crate) fn holds(&self) -> bool {
        self.wrong.is_empty() && self.broken_samples == 0
    }

    pub(crate) fn print(&self) {
        for (refactoring, (offers, wrong)) in &self.offers {
            println!("{wrong:5} / {offers:5}  {refactoring}");
        }
        let offers: usize = self.offers.values().map(|(offers, _)| offers).sum();
        let wrong: usize = self.offers.values().map(|(_, wrong)| wrong).sum();
        println!(
            "{} programs ({} of them generated), {offers} offers, {wrong} wrong, {} that need a look do something else",
            self.programs, self.generated, self.looked_at
        );
        for (kind, count) in &self.wrong {
            println!("{count:5}  {kind}");
        }
        if self.broken_samples > 0 {
            println!("{} programs don't build as they are", self.broken_samples);
        }
    }
}

impl Wrong {
    fn kind(&self) -> &'static str {
        match self {
            Self::DoesNotBuild(_) => "does not build",
            Self::PrintsOther(_) => "prints something else",
            Self::Comments => "changes the comments",
            Self::Unformatted => "is not what rustfmt writes",
            Self::Warns(_) => "brings a warning",
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind();
        match self {
            Self::DoesNotBuild(what) | Self::PrintsOther(what) | Self::Warns(what) => {
                write!(f, "{kind}: {what}")
            }
            Self::Comments | Self::Unformatted => f.write_str(kind),
        }
    }
}

pub(crate) fn difference(before: &str, after: &str) -> String {
    let lines = TextDiff::from_lines(before, after);
    let text = lines.unified_diff().context_radius(2).to_string();
    format!("\n{text}")
}

fn samples(extent: &Extent) -> Vec<Sample> {
    let mut samples = Vec::new();
    for edition in EDITIONS {
        samples.extend(by_hand(edition, extent.every_edition));
    }
    let generated = generate::programs(extent.seed, extent.generated, &EDITIONS);
    let generated = generated
        .into_iter()
        .enumerate()
        .map(|(place, program)| Sample {
            name: format!("generated/{}-{place}", extent.seed),
            program,
            origin: Origin::Generated,
        });
    samples.extend(generated);
    if let Some(only) = &extent.only {
        samples.retain(|sample| sample.name.contains(only.as_str()));
    }
    samples
}

fn by_hand(edition: usize, every_edition: bool) -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/soundness/programs")
        .join(edition.to_string());
    let entries = fs::read_dir(&folder).expect("there are programs of each edition");
    let files: BTreeSet<_> = entries
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    let mut samples = Vec::new();
    for tried in EDITIONS {
        if every_edition || tried == edition {
            samples.extend(files.iter().map(|file| read(file, edition, tried)));
        }
    }
    samples
}

/// A program written for `edition` that is tested in the edition `tried`.
fn read(file: &Path, edition: usize, tried: usize) -> Sample {
    let mut text = fs::read_to_string(file).expect("programs can be read");
    let stem = file.file_stem().expect("programs have names").display();
    // The repository uses a single line ending.
    if stem.to_string().ends_with("_crlf") {
        text = text.replace('\n', "\r\n");
    }
    let (name, origin) = if tried == edition {
        (format!("{edition}/{stem}"), Origin::ByHand)
    } else {
        let name = format!("{edition}/{stem}@{tried}");
        (name, Origin::ByHandElsewhere)
    };
    let program = Program {
        edition: tried,
        text,
    };
    Sample {
        name,
        program,
        origin,
    }
}
