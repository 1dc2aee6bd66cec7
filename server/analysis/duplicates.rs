//! Duplicates from the index, per file: verified, without allowed ones, and with all other locations.

use std::{collections::HashMap, sync::Arc};

use crate::{
    config::{Profile, Rules},
    facts::{Sighting, SmellId},
    index::{Code, Duplicate, FileId, Index, Spot, verified},
    smells::{self, Look},
    survey::Names,
    syntax::Presence,
    text::{Lines, TextRange},
};

/// A file that duplicates refer to.
#[derive(Debug)]
pub struct ReadFile {
    /// Path for display.
    pub shown: String,
    /// The client's URI, if there is a client.
    pub uri: String,
    pub text: Arc<str>,
    pub lines: Lines,
    /// Presence of the file's module.
    pub presence: Presence,
}

/// Another location of a duplicate.
#[derive(Debug, Clone)]
pub struct OtherPlace {
    pub file: Arc<ReadFile>,
    /// The range to highlight there.
    pub at: TextRange,
    pub range: TextRange,
}

/// A sighting derived from several files.
#[derive(Debug, Clone)]
pub struct Copies {
    pub sighting: Sighting,
    /// The file in which it is reported.
    pub own: Arc<ReadFile>,
    /// The complete repeated range.
    pub range: TextRange,
    pub others: Vec<OtherPlace>,
}

/// The files of an index, read on demand.
pub trait Files {
    fn file(&self, id: FileId) -> Option<Arc<ReadFile>>;

    /// Returns where smells across files are allowed in a file.
    fn allowed(&self, id: FileId) -> &[(SmellId, TextRange)];

    /// Whether code in two places is equal. Implementations may cache the result.
    fn is_equal(&self, one: &Code<'_>, other: &Code<'_>, names: Names) -> bool {
        one.is_equal(other, names)
    }
}

/// Whether the rules enable smells across files, so that duplicates must be searched for.
pub fn wants_duplicates(rules: &Rules) -> bool {
    smells::all().iter().any(|smell| {
        let judgement = rules.judgement(smell);
        let is_said = |is_chosen: bool| {
            is_chosen
                || rules.profile() == Profile::Full
                || !matches!(smell.calm, smells::Calm::Never)
        };
        matches!(smell.look, Look::Workspace(_))
            && judgement.is_some_and(|judgement| is_said(judgement.is_chosen))
    })
}

/// Returns all duplicates of a workspace by the file they are reported in: each once, at its first location.
pub fn duplicates(index: &Index, files: &dyn Files) -> HashMap<FileId, Vec<Copies>> {
    let mut said: HashMap<FileId, Vec<Copies>> = HashMap::new();
    for duplicate in index.all() {
        let Some(duplicate) = believed_in(&duplicate, files) else {
            continue;
        };
        let Some(first) = duplicate.places.iter().find(|place| !place.is_told) else {
            continue;
        };
        if let Some(copies) = copies_at(&duplicate, first, files) {
            said.entry(first.file).or_default().push(copies);
        }
    }
    said
}

/// Returns the duplicates that the index `found` for one file, each at its first location in the file.
pub fn duplicates_of(file: FileId, found: &[Duplicate], files: &dyn Files) -> Vec<Copies> {
    let believed = found.iter();
    let believed = believed.filter_map(|duplicate| believed_in(duplicate, files));
    believed
        .filter_map(|duplicate| {
            let mut places = duplicate.places.iter();
            let own = *places.find(|place| place.file == file && !place.is_told)?;
            copies_at(&duplicate, &own, files)
        })
        .collect()
}

/// Returns the duplicates that the index `found` for one file, if their first location, by file name and offset, is in it.
pub fn duplicates_led_by(file: FileId, found: &[Duplicate], files: &dyn Files) -> Vec<Copies> {
    let believed = found.iter();
    let believed = believed.filter_map(|duplicate| believed_in(duplicate, files));
    believed
        .filter_map(|duplicate| {
            let places = duplicate.places.iter().filter(|place| !place.is_told);
            let named = places.filter_map(|place| Some((files.file(place.file)?, *place)));
            let first = named.min_by(|(one, at), (other, of_other)| {
                let places = at.range.start().cmp(&of_other.range.start());
                one.shown.cmp(&other.shown).then(places)
            });
            let (_, first) = first.filter(|(_, place)| place.file == file)?;
            copies_at(&duplicate, &first, files)
        })
        .collect()
}

/// Returns a duplicate without its allowed locations, after comparing the source texts.
fn believed_in(duplicate: &Duplicate, files: &dyn Files) -> Option<Duplicate> {
    let is_asked = |place: &&Spot| {
        let Some(sighting) = smells::look_at_duplicate(duplicate, place) else {
            return false;
        };
        let mut allowed = files.allowed(place.file).iter();
        !allowed.any(|(smell, scope)| *smell == sighting.smell && scope.contains_range(sighting.at))
    };
    let places: Vec<Spot> = duplicate.places.iter().filter(is_asked).copied().collect();
    let texts: HashMap<FileId, Arc<ReadFile>> = places
        .iter()
        .filter_map(|place| Some((place.file, files.file(place.file)?)))
        .collect();
    let places = places.into_iter().map(|place| Spot {
        presence: presence(&place, texts.get(&place.file)),
        ..place
    });
    let is_block = duplicate.kind.is_of_statements();
    let asked = Duplicate {
        places: places
            .filter(|place| !is_block || place.presence == Presence::Always)
            .collect(),
        ..*duplicate
    };
    verified(
        &asked,
        |file| Some(&*texts.get(&file)?.text),
        |one, other, names| files.is_equal(one, other, names),
    )
}

/// Code in a conditionally compiled module is conditional, regardless of its file.
fn presence(place: &Spot, file: Option<&Arc<ReadFile>>) -> Presence {
    file.map_or(place.presence, |file| match file.presence {
        Presence::Always => place.presence,
        Presence::Conditional => Presence::Conditional,
    })
}

fn copies_at(duplicate: &Duplicate, own: &Spot, files: &dyn Files) -> Option<Copies> {
    let others = duplicate.places.iter().filter(|place| *place != own);
    let others = others.filter_map(|place| {
        Some(OtherPlace {
            file: files.file(place.file)?,
            at: place.at,
            range: place.range,
        })
    });
    Some(Copies {
        sighting: smells::look_at_duplicate(duplicate, own)?,
        own: files.file(own.file)?,
        range: own.range,
        others: others.collect(),
    })
}

impl Copies {
    /// Formats a list like "line 40, src/b.rs:12 and 3 more places".
    pub(super) fn others_in_words(&self) -> String {
        const NAMED: usize = 2;
        let named = self.others.iter().take(NAMED).map(|other| {
            let line = other.file.lines.line(other.at.start()) + 1;
            if Arc::ptr_eq(&other.file, &self.own) {
                format!("line {line}")
            } else {
                format!("{}:{line}", other.file.shown)
            }
        });
        let named: Vec<_> = named.collect();
        match (self.others.len().saturating_sub(NAMED), &named[..]) {
            (0, [first, last]) => format!("{first} and {last}"),
            (0, _) => named.concat(),
            (1, _) => format!("{} and 1 more place", named.join(", ")),
            (more, _) => format!("{} and {more} more places", named.join(", ")),
        }
    }
}
