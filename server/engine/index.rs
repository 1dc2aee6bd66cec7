//! The combined files of a workspace: code that occurs in several places.
//!
//! The only place where surveys are joined. When a file is surveyed again, only the units that differ are updated, so a
//! keystroke costs only what it touched. Candidates have equal prints; [`mod@verified`] compares the source texts before anything
//! is reported.

mod bound;
mod grouping;
mod longest;
mod pieces;
mod postings;
mod repeats;
mod similar;
mod verified;

use std::{collections::HashMap, sync::Arc};

use crate::{
    survey::{FileSurvey, Print, SurveyedUnit, UnitSurvey},
    syntax::Presence,
    text::{TextRange, TextSize},
};
use postings::{Posting, Postings};

use longest::longest;
pub use repeats::repeats;
pub use verified::{Code, verified};

/// A file of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// The origin of a file's code. Several copies of one package are no duplicates of each other.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The number of the package's name.
    pub package: Option<u32>,
    /// The number of its folder.
    pub folder: u32,
}

/// Code that occurs in several places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    pub kind: DuplicateKind,
    /// Tokens in one place.
    pub words: u32,
    /// At least two, ordered by file and offset.
    pub places: Vec<Spot>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DuplicateKind {
    /// Functions that are equal except for their names.
    Function,
    /// Functions that differ in names and literals.
    RenamedFunction,
    /// Consecutive statements.
    Block,
    /// Consecutive statements of one file that differ in names and literals.
    RenamedBlock,
    /// Long statements of one file, or the expressions they begin with, that differ in a few names and literals.
    Statement,
}

/// One of several places. Ranges are absolute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spot {
    pub file: FileId,
    /// The range of the whole duplicate.
    pub range: TextRange,
    /// The highlighted range: the function's name, or the first token.
    pub at: TextRange,
    pub presence: Presence,
    /// Whether duplicates that save more already cover most of it, so that it isn't reported again.
    pub is_told: bool,
}

/// The contents of a workspace's files.
#[derive(Debug, Default)]
pub struct Index {
    files: HashMap<FileId, IndexedFile>,
    units: Vec<Option<IndexedUnit>>,
    free: Vec<UnitId>,
    /// Indexed by [`DuplicateKind`].
    postings: [Postings; KINDS.len()],
}

/// The kinds that are searched for across all files.
const KINDS: [DuplicateKind; 3] = [
    DuplicateKind::Function,
    DuplicateKind::RenamedFunction,
    DuplicateKind::Block,
];

/// The kinds that are searched for within each file.
struct OfFiles {
    renamed_blocks: Vec<Duplicate>,
    statements: Vec<Duplicate>,
}

#[derive(Debug, Default)]
struct IndexedFile {
    origin: Origin,
    units: Vec<UnitId>,
}

type UnitId = u32;

#[derive(Debug)]
struct IndexedUnit {
    file: FileId,
    offset: TextSize,
    presence: Presence,
    survey: Arc<UnitSurvey>,
}

impl DuplicateKind {
    /// Whether it consists of statements rather than whole functions.
    pub fn is_of_statements(self) -> bool {
        matches!(self, Self::Block | Self::RenamedBlock | Self::Statement)
    }
}

impl Duplicate {
    /// The tokens that would be removed if the places were merged.
    pub fn saves(&self) -> u32 {
        let others = u32::try_from(self.places.len().saturating_sub(1));
        self.words.saturating_mul(others.unwrap_or(u32::MAX))
    }
}

impl Spot {
    /// The sort key; places in one file are in source order.
    fn order(&self) -> (FileId, TextSize, TextSize) {
        (self.file, self.range.start(), self.range.end())
    }
}

impl Index {
    /// Replaces what is stored for a file. Units that are unchanged stay as they are.
    pub fn set(&mut self, file: FileId, origin: Origin, survey: &FileSurvey) {
        let before = self.files.remove(&file).unwrap_or_default().units;
        let is_kept = |id: &UnitId, surveyed: &SurveyedUnit| {
            let unit = self.unit(*id);
            unit.is_some_and(|unit| Arc::ptr_eq(&unit.survey, &surveyed.survey))
        };
        // A keystroke changes one unit; the ones around it differ only in their offsets.
        let pairs = before.iter().zip(&survey.units);
        let ahead = pairs.take_while(|(id, it)| is_kept(id, it)).count();
        let pairs = before[ahead..]
            .iter()
            .rev()
            .zip(survey.units[ahead..].iter().rev());
        let behind = pairs.take_while(|(id, it)| is_kept(id, it)).count();
        let touched = survey.units.len() - behind;

        let mut kept: HashMap<*const UnitSurvey, Vec<UnitId>> = HashMap::new();
        for id in &before[ahead..before.len() - behind] {
            if let Some(unit) = self.unit(*id) {
                kept.entry(Arc::as_ptr(&unit.survey)).or_default().push(*id);
            }
        }
        let mut units = Vec::with_capacity(survey.units.len());
        for (surveyed, at) in survey.units.iter().zip(0..) {
            let unit = IndexedUnit {
                file,
                offset: surveyed.offset,
                presence: surveyed.presence,
                survey: Arc::clone(&surveyed.survey),
            };
            let known = if at < ahead {
                Some(before[at])
            } else if at >= touched {
                Some(before[before.len() - (survey.units.len() - at)])
            } else {
                kept.get_mut(&Arc::as_ptr(&unit.survey)).and_then(Vec::pop)
            };
            units.push(match known {
                Some(id) => {
                    self.units[id as usize] = Some(unit);
                    id
                }
                None => self.add(unit),
            });
        }
        for id in kept.into_values().flatten() {
            self.remove_unit(id);
        }
        self.files.insert(file, IndexedFile { origin, units });
    }

    pub fn remove(&mut self, file: FileId) {
        let known = self.files.remove(&file).unwrap_or_default();
        for id in known.units {
            self.remove_unit(id);
        }
    }

    /// All duplicates, those that save most first.
    pub fn all(&self) -> Vec<Duplicate> {
        let files = || self.files.keys();
        let of_files = OfFiles {
            renamed_blocks: files().flat_map(|it| self.renamed_blocks(*it)).collect(),
            statements: files().flat_map(|it| self.statements(*it)).collect(),
        };
        self.grouped(|kind| self.postings[kind as usize].repeated(), of_files)
    }

    /// The duplicates with at least one place in a file.
    pub fn of(&self, file: FileId) -> Vec<Duplicate> {
        let of_files = OfFiles {
            renamed_blocks: self.renamed_blocks(file),
            statements: self.statements(file),
        };
        let mut found = self.grouped(|kind| self.repeated_of(file, kind), of_files);
        found.retain(|one| one.places.iter().any(|place| place.file == file));
        found
    }

    fn grouped<'a>(
        &'a self,
        repeated: impl Fn(DuplicateKind) -> Vec<&'a [Posting]>,
        of_files: OfFiles,
    ) -> Vec<Duplicate> {
        let functions = self.function_groups(
            repeated(DuplicateKind::Function),
            repeated(DuplicateKind::RenamedFunction),
        );
        let mut blocks = self.block_groups(repeated(DuplicateKind::Block));
        blocks.extend(of_files.renamed_blocks);
        grouping::chosen(functions, [blocks, of_files.statements])
    }

    fn unit(&self, id: UnitId) -> Option<&IndexedUnit> {
        self.units.get(id as usize)?.as_ref()
    }

    fn add(&mut self, unit: IndexedUnit) -> UnitId {
        let id = self.free.pop().unwrap_or_else(|| {
            self.units.push(None);
            u32::try_from(self.units.len() - 1).unwrap_or(u32::MAX)
        });
        for kind in KINDS {
            for (print, posting) in postings::of(kind, id, &unit.survey) {
                self.postings[kind as usize].add(print, posting);
            }
        }
        self.units[id as usize] = Some(unit);
        id
    }

    fn remove_unit(&mut self, id: UnitId) {
        let Some(unit) = self.units.get_mut(id as usize).and_then(Option::take) else {
            return;
        };
        for kind in KINDS {
            for (print, posting) in postings::of(kind, id, &unit.survey) {
                self.postings[kind as usize].remove(print, posting);
            }
        }
        self.free.push(id);
    }

    /// The postings lists with several entries that include a file, each once.
    fn repeated_of(&self, file: FileId, kind: DuplicateKind) -> Vec<&[Posting]> {
        let postings = &self.postings[kind as usize];
        let units = self.files.get(&file).map_or(&[][..], |file| &file.units);
        let units = units.iter().filter_map(|id| Some((*id, self.unit(*id)?)));
        let found = units.flat_map(|(id, unit)| postings::of(kind, id, &unit.survey));
        let prints = found.map(|(print, _)| print);
        let mut prints: Vec<Print> = prints
            .filter(|print| postings.get(*print).len() > 1)
            .collect();
        prints.sort_unstable();
        prints.dedup();
        let lists = prints.into_iter().map(|print| postings.get(print));
        lists.collect()
    }
}

#[cfg(test)]
mod tests;
