//! Properties that every smell and every refactoring must have, including new ones.

mod duplicates;
mod refactorings;
mod smells;

use std::{fs, path::Path};

/// The ids of the files in a folder of the engine that contain a registration.
fn registered_in_files(folder: &str, registration: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = fs::read_dir(folder).expect("the folder can be read");
    let files = files.map(|entry| entry.expect("it can be read").path());
    let mut ids: Vec<String> = files
        .filter(|path| path.is_file())
        .filter(|path| fs::read_to_string(path).is_ok_and(|text| text.contains(registration)))
        .map(|path| {
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            stem.replace('_', "-")
        })
        .collect();
    ids.sort();
    ids
}

#[test]
fn everything_with_documentation_is_registered() {
    let smells: Vec<_> = crate::smells::all().iter().map(|smell| smell.id).collect();
    let files = registered_in_files("smells", "pub(super) const SMELL: Smell ");
    assert_eq!(files, smells);
    let all = crate::refactorings::all().iter();
    let refactorings: Vec<_> = all.map(|refactoring| refactoring.id).collect();
    let registration = "pub(super) const REFACTORING: Refactoring ";
    assert_eq!(
        registered_in_files("refactorings", registration),
        refactorings
    );
}
