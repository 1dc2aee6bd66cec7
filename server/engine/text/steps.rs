//! A change across several files: edits to existing files, and created or renamed files.
//!
//! A file is a number here and a new file a name next to an existing one, so that no change can contain a path.

use std::collections::BTreeMap;

use super::Edits;

/// A file of the current request. Numbers are assigned anew for each request, and never stored or sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

impl FileId {
    /// The file the request is about.
    pub const ASKED: Self = Self(0);
}

/// The steps of a change: creations come first, then edits, then renames.
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

/// The location of a file to be created: folders and a name, relative to the folder of an existing file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    beside: FileId,
    components: Vec<String>,
}

/// A name that isn't valid for a single file or folder on every system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} can't be the name of a file")]
pub struct BadName(pub String);

impl Steps {
    /// Edits of the requested file only.
    pub fn of_one(edits: Edits) -> Self {
        Self {
            edits: BTreeMap::from([(FileId::ASKED, edits)]),
            files: Vec::new(),
        }
    }

    /// The edits of a file; empty if it isn't touched.
    pub fn edits_of(&self, file: FileId) -> &Edits {
        const NONE: &Edits = &Edits::NONE;
        self.edits.get(&file).unwrap_or(NONE)
    }

    /// The created files, with their contents.
    pub fn created(&self) -> impl Iterator<Item = (NewFile, String)> {
        self.files.iter().filter_map(|step| match step {
            FileStep::Create { at, text } => Some((at.clone(), text.clone())),
            FileStep::Rename { .. } => None,
        })
    }

    /// Whether only the requested file is edited, and no file is created or renamed.
    pub fn stay_in_file(&self) -> bool {
        self.files.is_empty() && self.edits.keys().all(|file| *file == FileId::ASKED)
    }
}

impl NewFile {
    /// A file in the folder of `beside`, or in nested folders: all but the last of `components` are folder names.
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

    /// The file whose folder the components are relative to.
    pub fn origin(&self) -> FileId {
        self.beside
    }

    /// The names of the folders, outermost first, and then of the file; at least one.
    pub fn components(&self) -> &[String] {
        &self.components
    }
}

/// Whether `name` is valid for a single file on every system, and is displayed unambiguously.
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

/// Names that Windows reserves for devices, with any extension.
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
