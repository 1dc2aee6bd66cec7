//! The list of smells and refactorings.

use std::io::{self, Write};

use crate::{
    config::nearest,
    refactorings::{self, Kind},
    smells,
};

/// Writes every smell with its limits and answers, and every refactoring.
pub fn write_catalogue(out: &mut dyn Write) -> io::Result<()> {
    let smells = smells::all();
    let refactorings = refactorings::all();
    let ids = smells.iter().map(|smell| smell.id);
    let ids = ids.chain(refactorings.iter().map(|refactoring| refactoring.id));
    let width = ids.map(str::len).max().unwrap_or(0);

    writeln!(out, "Smells (shown above the limit: warn, strong)")?;
    for smell in smells {
        let limits = format!("{}, {}", smell.limits.warn, smell.limits.strong);
        let answers = smell.answers.join(", ");
        let line = format!("  {:width$}  {limits:10}  {answers}", smell.id);
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out, "\nRefactorings")?;
    for refactoring in refactorings {
        writeln!(
            out,
            "  {:width$}  {}",
            refactoring.id,
            kind_word(refactoring.kind)
        )?;
    }
    writeln!(out, "\n`rustassistant explain ID` tells more of each.")
}

/// Message for an unknown id: the nearest known one, or where they are listed.
pub fn unknown_id(id: &str) -> String {
    let smells = smells::all().iter().map(|smell| smell.id);
    unknown(&format!("`{id}`"), id, smells.chain(refactoring_ids()))
}

/// Message for an unknown id of a refactoring.
pub fn unknown_refactoring(id: &str) -> String {
    unknown(&format!("refactoring `{id}`"), id, refactoring_ids())
}

fn refactoring_ids() -> impl Iterator<Item = &'static str> {
    refactorings::all().iter().map(|refactoring| refactoring.id)
}

fn unknown(what: &str, id: &str, known: impl Iterator<Item = &'static str>) -> String {
    match nearest(id, known) {
        Some(near) => format!("There is no {what}. Did you mean `{near}`?"),
        None => {
            format!("There is no {what}. `rustassistant refactor list` shows what there is.")
        }
    }
}

fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Extract => "extract",
        Kind::Inline => "inline",
        Kind::Rewrite => "rewrite",
    }
}
