//! Problems in the configuration: position, message, suggestion.

use std::fmt;

use crate::text::{Encoding, Lines, TextSize, printable, shortened};

/// A problem in one layer. It invalidates the named key, or the whole file if no key is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    pub place: SettingPlace,
    /// Dotted path of the key, if the problem is with one key.
    pub key: Option<String>,
    /// What is wrong and what was expected, without the position.
    pub message: String,
    /// The nearest known name.
    pub suggestion: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingPlace {
    /// Line and column are 1-based; columns are counted in characters.
    At {
        file: String,
        line: u32,
        column: u32,
    },
    /// The whole file, because it can't be read.
    File(String),
    Editor,
    /// An environment variable.
    Variable(&'static str),
    /// A flag as written, without values that may be secret.
    Flag(String),
}

/// Maximum length of quoted names, values and patterns, which may be as long as their file.
const LONGEST: usize = 300;

impl fmt::Display for SettingPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At { file, line, column } => write!(f, "{}:{line}:{column}", printable(file)),
            Self::File(file) => f.write_str(&printable(file)),
            Self::Editor => f.write_str("editor settings"),
            Self::Variable(name) => f.write_str(name),
            Self::Flag(text) => write!(f, "--config {}", printable(&shortened(text, LONGEST))),
        }
    }
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if let Some(key) = &self.key {
            write!(f, "{}: ", printable(&shortened(key, LONGEST)))?;
        }
        f.write_str(&printable(&shortened(&self.message, LONGEST)))?;
        match &self.suggestion {
            Some(name) => write!(f, "; did you mean `{name}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConfigProblem {}

/// The known name closest to `wrong`: at most a third of its letters differ, and at most three.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong = wrong.to_lowercase().replace('_', "-");
    let distance = |name: &&str| strsim::osa_distance(&wrong, &name.replace('_', "-"));
    let bound = (wrong.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .map(|name| (distance(&name), name))
        .filter(|(distance, _)| *distance <= bound)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// The position of byte `offset` in `text`, the contents of `file`.
pub(super) fn place_in(file: &str, text: &str, offset: usize) -> SettingPlace {
    let offset = TextSize::try_from(offset).unwrap_or_default();
    let position = Lines::new(text).position(text, offset, Encoding::Utf32);
    SettingPlace::At {
        file: file.to_owned(),
        line: position.line + 1,
        column: position.column + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 4] = ["long-function", "long-match-arm", "max_files", "profile"];

    #[test]
    fn slips_of_the_pen_find_their_name() {
        assert_eq!(nearest("long-functoin", NAMES), Some("long-function"));
        assert_eq!(nearest("long_function", NAMES), Some("long-function"));
        assert_eq!(nearest("Profile", NAMES), Some("profile"));
        assert_eq!(nearest("max-files", NAMES), Some("max_files"));
        assert_eq!(nearest("profil", NAMES), Some("profile"));
    }

    #[test]
    fn other_words_find_nothing() {
        assert_eq!(nearest("complexity", NAMES), None);
        assert_eq!(nearest("", NAMES), None);
        assert_eq!(nearest("x", NAMES), None);
    }

    #[test]
    fn a_problem_reads_as_place_key_message_suggestion() {
        let problem = ConfigProblem {
            place: place_in("rustassistant.toml", "a = 1\n  ä = b", 11),
            key: Some("smells".to_owned()),
            message: "unknown smell `x`".to_owned(),
            suggestion: Some("y".to_owned()),
        };
        let expected = "rustassistant.toml:2:5: smells: unknown smell `x`; did you mean `y`?";
        assert_eq!(problem.to_string(), expected);
    }
}
