//! Sighted means offered: wherever a smell reports an opportunity, its refactoring has an offer. Checked on this project's
//! sources and some of the crates that cargo has unpacked on this machine.

use std::{
    env, fs,
    path::{Path, PathBuf},
    thread,
};

use rustassistant::{
    analysis::{Memo, measure},
    facts::Sighting,
    refactorings::{self, Context, Target, offer},
    smells::{self, Cause},
    syntax::{Edition, FileContext, LineEnding, STACK_SIZE, Source, is_generated},
};
use walkdir::WalkDir;

/// Maximum number of the crates' files to read.
const FILES: usize = 1_500;
/// Seed that selects the files.
const SEED: u64 = 9;

#[test]
fn every_opportunity_that_is_sighted_has_an_offer() {
    let work = || {
        let mut seen = 0;
        let mut missing = Vec::new();
        for file in corpus() {
            for edition in [Edition::Edition2021, Edition::Edition2024] {
                seen += look_at(&file, edition, &mut missing);
            }
        }
        assert!(
            missing.is_empty(),
            "{} of {seen}:\n{}",
            missing.len(),
            missing.join("\n")
        );
        assert!(seen > 0, "nothing was sighted");
    };
    let thread = thread::Builder::new().stack_size(STACK_SIZE).spawn(work);
    thread.unwrap().join().unwrap();
}

/// The project's sources, and some of the files that cargo has unpacked.
fn corpus() -> Vec<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = rust_files(&own.join("server"));
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let mut unpacked = home.map_or_else(Vec::new, |home| rust_files(&home.join("registry/src")));
    let rank = |file: &PathBuf| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let bytes = name.bytes().fold(SEED, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        (bytes, file.clone())
    };
    unpacked.sort_by_cached_key(rank);
    files.extend(unpacked.into_iter().take(FILES));
    files
}

fn rust_files(root: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(root).into_iter().filter_map(Result::ok);
    let paths = entries.map(walkdir::DirEntry::into_path);
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}

/// The number of opportunities in a file; those without an offer are added to `missing`.
fn look_at(file: &Path, edition: Edition, missing: &mut Vec<String>) -> usize {
    let Ok(text) = fs::read_to_string(file) else {
        return 0;
    };
    let context = FileContext {
        edition,
        ..FileContext::default()
    };
    let Ok(source) = Source::parse(text, context) else {
        return 0;
    };
    // Only the audit of the whole file rejects these.
    if is_generated(&source.root()) || LineEnding::of(&source.text).is_none() {
        return 0;
    }
    let context = Context::new(&source);
    let sightings = opportunities(&source);
    for sighting in &sightings {
        let smell = &smells::all()[usize::from(sighting.smell.0)];
        let answers = smell
            .answers
            .iter()
            .filter_map(|id| refactorings::by_name(id));
        let offers: Vec<_> = answers
            .map(|one| offer(one, &context, Target::Answer(sighting)))
            .collect();
        if !offers.iter().any(Result::is_ok) {
            let line = source.lines.line(sighting.at.start()) + 1;
            missing.push(format!("{}:{line} {} {offers:?}", file.display(), smell.id));
        }
    }
    sightings.len()
}

fn opportunities(source: &Source) -> Vec<Sighting> {
    let report = measure(source, &Memo::default());
    let units = report.items.iter();
    let sightings = units.flat_map(|(offset, unit)| {
        let sightings = unit.sightings.iter();
        sightings
            .map(|sighting| sighting.moved_by(*offset))
            .collect::<Vec<_>>()
    });
    let is_opportunity = |sighting: &Sighting| {
        smells::all()[usize::from(sighting.smell.0)].cause == Cause::Opportunity
    };
    sightings.filter(is_opportunity).collect()
}
