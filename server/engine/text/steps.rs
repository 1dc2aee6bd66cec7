//! A change over several files: edits of those that exist, and files that come or get another name.
//!
//! A file is a number here and a new file a name beside one of them, so that no change can say a path.

use std::collections::BTreeMap;

use super::Edits;

/// A file of the texts at hand. Numbers are given anew for each question, and never kept or sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// The file that was asked about.
    pub const ASKED: Self = Self(0);
}

/// What a change does: creations come first, then edits, renames last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps {
    pub edits: BTreeMap<FileId, Edits>,
    pub files: Vec<FileStep>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileStep {
    Create { at: NewFile, text: String },
    Rename { file: FileId, to: NewFile },
}

/// The place of a file that isn't there yet: folders and a name, starting where an existing file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    beside: FileId,
    components: Vec<String>,
}

/// A name that some system wouldn't take as that of one file or folder.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} can't be the name of a file")]
pub struct BadName(pub String);

impl Steps {
    /// Edits of the file that was asked about, and nothing else.
    pub fn of_one(edits: Edits) -> Self {
        Self {
            edits: BTreeMap::from([(FileId::ASKED, edits)]),
            files: Vec::new(),
        }
    }

    /// The edits of one file; none if it isn't touched.
    pub fn edits_of(&self, file: FileId) -> &Edits {
        const NONE: &Edits = &Edits::NONE;
        self.edits.get(&file).unwrap_or(NONE)
    }

    /// The files that come, with their texts.
    pub fn created(&self) -> impl Iterator<Item = (NewFile, String)> {
        self.files.iter().filter_map(|step| match step {
            FileStep::Create { at, text } => Some((at.clone(), text.clone())),
            FileStep::Rename { .. } => None,
        })
    }

    /// Whether no file but the one that was asked about is touched, and none comes or moves.
    pub fn stay_in_file(&self) -> bool {
        self.files.is_empty() && self.edits.keys().all(|file| *file == FileId::ASKED)
    }
}

impl NewFile {
    /// A file in the folder of `beside`, or in folders below it: all but the last of `components` are their names.
    pub fn beside(beside: FileId, components: &[&str]) -> Result<Self, BadName> {
        if components.is_empty() {
            return Err(BadName(String::new()));
        }
        if let Some(bad) = components.iter().find(|name| !is_plain(name)) {
            return Err(BadName((*bad).to_owned()));
        }
        Ok(Self {
            beside,
            components: components.iter().map(|&name| name.to_owned()).collect(),
        })
    }

    /// The file in whose folder the names begin.
    pub fn origin(&self) -> FileId {
        self.beside
    }

    /// The folders and the file's own name, from the outermost; at least one.
    pub fn components(&self) -> &[String] {
        &self.components
    }
}

/// Whether every system takes `name` for that of one file, and shows it as what it is.
fn is_plain(name: &str) -> bool {
    const LONGEST: usize = 255;
    const SPECIAL: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];
    let is_odd = |character: char| character.is_control() || SPECIAL.contains(&character);
    !name.is_empty()
        && name.len() <= LONGEST
        && !name.contains(is_odd)
        && !name.starts_with(' ')
        && !name.ends_with(['.', ' '])
        && !is_device(name)
}

/// Names that Windows keeps for devices, with any ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    if matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") {
        return true;
    }
    let number = stem
        .strip_prefix("COM")
        .or_else(|| stem.strip_prefix("LPT"));
    number.is_some_and(|number| {
        let mut digits = number.chars();
        let is_number = |digit: char| digit.is_ascii_digit() || "¹²³".contains(digit);
        digits.next().is_some_and(is_number) && digits.next().is_none()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Edit;

    #[test]
    fn a_new_file_is_named_by_plain_components() {
        let file = NewFile::beside(FileId::ASKED, &["parser", "tests.rs"]).unwrap();
        assert_eq!(file.components(), ["parser", "tests.rs"]);
        for name in ["mod.rs", "ä.rs", ".hidden", "a b", "console.rs", "com.rs"] {
            assert!(NewFile::beside(FileId::ASKED, &[name]).is_ok(), "{name}");
        }
        let long = "a".repeat(256);
        for name in [
            "", ".", "..", "a/b", "a\\b", "/", "c:", "a\0", "a\n", "a.", "a ", " a", "con",
            "NUL.rs", "Com1.txt", "lpt9", "COM¹", "a?", &long,
        ] {
            assert!(NewFile::beside(FileId::ASKED, &[name]).is_err(), "{name:?}");
            assert!(NewFile::beside(FileId::ASKED, &[name, "a.rs"]).is_err());
        }
        assert!(NewFile::beside(FileId::ASKED, &[]).is_err());
    }

    #[test]
    fn edits_of_another_file_leave_the_first() {
        let edits = Edits::new(vec![Edit::insert(0.into(), "x")]).unwrap();
        let mut steps = Steps::of_one(edits.clone());
        assert!(steps.stay_in_file());
        assert_eq!(steps.edits_of(FileId::ASKED), &edits);
        assert!(steps.edits_of(FileId(1)).is_empty());
        steps.edits.insert(FileId(1), edits);
        assert!(!steps.stay_in_file());
    }
}
