//! The list of smells and refactorings.

use std::io::{self, Write};

use super::documentation::{UNREGISTERED, sentence};
use crate::{config::nearest, refactorings, smells};

/// Writes a line for every smell with its limits and for every refactoring.
pub fn write_catalogue(out: &mut dyn Write) -> io::Result<()> {
    let smells = smells::all();
    let ids = smells.iter().map(|smell| smell.id).chain(refactoring_ids());
    let width = ids.map(str::len).max().unwrap_or(0);

    writeln!(
        out,
        "Smells (with the limits above which they are reported: warn, strong)"
    )?;
    for smell in smells {
        let limits = format!("{}, {}", smell.limits.warn, smell.limits.strong);
        let what = sentence(smell.id).unwrap_or_default();
        writeln!(out, "  {:width$}  {limits:10}  {what}", smell.id)?;
    }
    writeln!(out, "\nRefactorings")?;
    for id in refactoring_ids() {
        let what = sentence(id).unwrap_or_default();
        writeln!(out, "  {id:width$}  {what}")?;
    }
    writeln!(out, "\nRun `rustassistant explain ID` for the details.")
}

/// Returns the message for an unknown id: the closest known one, or how to list them.
pub fn unknown_id(id: &str) -> String {
    let smells = smells::all().iter().map(|smell| smell.id);
    unknown(&format!("`{id}`"), id, smells.chain(refactoring_ids()))
}

/// Returns the message for an unknown refactoring.
pub fn unknown_refactoring(id: &str) -> String {
    unknown(&format!("refactoring `{id}`"), id, refactoring_ids())
}

fn refactoring_ids() -> impl Iterator<Item = &'static str> {
    let registered = refactorings::all().iter().map(|refactoring| refactoring.id);
    let others = UNREGISTERED.iter().map(|(id, _)| *id);
    let mut ids: Vec<&str> = registered.chain(others).collect();
    ids.sort_unstable();
    ids.into_iter()
}

fn unknown(what: &str, id: &str, known: impl Iterator<Item = &'static str>) -> String {
    match nearest(id, known) {
        Some(near) => format!("There is no {what}. Did you mean `{near}`?"),
        None => {
            format!("There is no {what}. Run `rustassistant refactor list` to see all of them.")
        }
    }
}
