//! From what a layer says to settings, key by key: a wrong key costs that key only.

use std::{collections::BTreeSet, ops::Range, path::Path};

use super::{
    ConfigProblem, Place, exclude,
    keys::{self, At, Key, Shape},
    problem::{nearest, place_in},
    tree::{Name, Node, Placed, Table},
    value::{Fault, Value, holds_secret, quoted},
};
use crate::{smells::Smell, text::shortened};

/// A layer that has been checked.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) settings: Vec<Setting>,
    pub(super) problems: Vec<ConfigProblem>,
    /// The paths of the keys that are wrong or unknown.
    pub(super) wrong: BTreeSet<String>,
    /// The paths of the keys that hold a secret as it is.
    pub(super) literal: Vec<String>,
    /// How many problems are not named because there are so many.
    unnamed: usize,
}

/// Nobody reads more problems of one layer than this.
const MOST_PROBLEMS: usize = 20;

/// Each costs memory, and time for every file.
const MOST_PATTERNS: usize = 1_000;

/// A value for a key, of the key's shape.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) key: &'static Key,
    /// The smell that the key is of, if it is of one.
    pub(super) smell: Option<&'static str>,
    pub(super) value: Value,
    pub(super) place: Place,
}

/// Who speaks, and what the words are relative to.
#[derive(Clone, Copy)]
pub(super) struct Speaker<'a> {
    pub(super) voice: Voice<'a>,
    /// What relative paths start at.
    pub(super) base: &'a Path,
    /// What `~` stands for.
    pub(super) user: Option<&'a Path>,
    pub(super) smells: &'a [Smell],
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Voice<'a> {
    UserFile(File<'a>),
    ProjectFile(File<'a>),
    Editor,
    Variable(&'static str),
    Flag(&'a str),
}

/// A file as it is shown to people, and its text.
#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) shown: &'a str,
    pub(super) text: &'a str,
}

pub(super) fn decode(table: &Table, speaker: Speaker<'_>) -> Layer {
    let mut decoder = Decoder {
        speaker,
        layer: Layer::default(),
    };
    decoder.table(&[], table);
    decoder.count_unnamed();
    decoder.layer
}

struct Decoder<'a> {
    speaker: Speaker<'a>,
    layer: Layer,
}

impl Decoder<'_> {
    fn table(&mut self, path: &[&str], table: &Table) {
        for (name, value) in table {
            self.pair(path, name, value);
        }
    }

    fn pair(&mut self, outer: &[&str], name: &Name, value: &Placed) {
        if value.node == Node::Nothing {
            return;
        }
        let mut path = outer.to_vec();
        path.push(&name.text);
        if self.is_refused(&path) {
            self.refuse(&path, name);
            return;
        }
        match keys::at(&path, self.speaker.smells) {
            At::Key(key) => self.key(key, &path, value),
            At::Smell => self.smell(&path, value),
            At::Table => self.inner(&path, value),
            At::Nothing => self.unknown(outer, &path, name),
        }
    }

    fn inner(&mut self, path: &[&str], value: &Placed) {
        match &value.node {
            Node::Table(table) => self.table(path, table),
            other => {
                let fault = Fault::expected("a table", other);
                self.fault(path, &value.at, fault);
            }
        }
    }

    /// `[smells.<id>]`, or in short `<id> = false` and `<id> = 80`.
    fn smell(&mut self, path: &[&str], value: &Placed) {
        let short = match &value.node {
            Node::Flag(_) => "enabled",
            Node::Number(_) => keys::SHORT,
            Node::Table(table) => {
                let first = self.layer.settings.len();
                self.table(path, table);
                self.hold_limits_in_order(first, path, table);
                return;
            }
            other => {
                let fault = Fault::expected("a table, true or false, or a limit", other);
                self.fault(path, &value.at, fault);
                return;
            }
        };
        let mut path = path.to_vec();
        path.push(short);
        if let At::Key(key) = keys::at(&path, self.speaker.smells) {
            self.key(key, &path, value);
        }
    }

    /// A smell that is strong before it is worth a warning is a slip: `warn` falls.
    fn hold_limits_in_order(&mut self, first: usize, path: &[&str], table: &Table) {
        let settings = &self.layer.settings[first..];
        let number = |name: &str| {
            settings.iter().find_map(|setting| match setting.value {
                Value::Number(number) if setting.key.name() == name => Some(number),
                _ => None,
            })
        };
        let (Some(warn), Some(strong)) = (number("warn"), number("strong")) else {
            return;
        };
        if warn <= strong {
            return;
        }
        let is_warn = |setting: &Setting| setting.key.name() == "warn";
        let place = table.iter().find(|(name, _)| name.text == "warn");
        let at = place.map_or(0..0, |(_, value)| value.at.clone());
        let tail = self.layer.settings.split_off(first);
        let kept = tail.into_iter().filter(|setting| !is_warn(setting));
        self.layer.settings.extend(kept);
        let message = format!("{warn} is above `strong`, which is {strong}");
        let mut path = path.to_vec();
        path.push("warn");
        self.fault(&path, &at, message.into());
    }

    fn key(&mut self, key: &'static Key, path: &[&str], value: &Placed) {
        let smell = match path {
            ["smells", id, ..] => self.speaker.smells.iter().find(|smell| smell.id == *id),
            _ => None,
        };
        let read = match (key.shape_for(smell), &value.node) {
            (Shape::Globs, Node::List(list)) => Ok(Value::List(self.globs(path, list))),
            (shape, node) => self.speaker.value(shape, node),
        };
        let value_read = match read {
            Ok(value) => value,
            Err(fault) => {
                self.fault(path, &value.at, fault);
                return;
            }
        };
        if holds_secret(key.shape, &value.node) {
            self.layer.literal.push(path.join("."));
        }
        self.layer.settings.push(Setting {
            key,
            smell: smell.map(|smell| smell.id),
            value: value_read,
            place: self.speaker.place(&value.at),
        });
    }

    /// A wrong pattern costs that pattern only.
    fn globs(&mut self, path: &[&str], list: &[Placed]) -> Vec<String> {
        let mut patterns = Vec::new();
        if let Some(first) = list.get(MOST_PATTERNS) {
            let message =
                format!("there are more than {MOST_PATTERNS} patterns, the others do not count");
            self.fault(path, &first.at, message.into());
        }
        for item in list.iter().take(MOST_PATTERNS) {
            let Node::Text(pattern) = &item.node else {
                let fault = Fault::expected("a pattern", &item.node);
                self.fault(path, &item.at, fault);
                continue;
            };
            match exclude::fault(pattern) {
                None => patterns.push(pattern.clone()),
                Some(reason) => {
                    let pattern = shortened(pattern, 60);
                    let message = format!("the pattern `{pattern}` can't be read: {reason}");
                    self.fault(path, &item.at, message.into());
                }
            }
        }
        patterns
    }

    fn is_refused(&self, path: &[&str]) -> bool {
        let is_of_the_project = matches!(self.speaker.voice, Voice::ProjectFile(_) | Voice::Editor);
        is_of_the_project && keys::is_user_only(path)
    }

    fn refuse(&mut self, path: &[&str], name: &Name) {
        let who = match self.speaker.voice {
            Voice::Editor => "editor settings",
            _ => "a project",
        };
        let message = format!(
            "refused: {who} may not choose where data goes; `[{}]` is read from the user's own config.toml, the environment and flags",
            name.text
        );
        // What is refused is as if it were not there, so it makes nothing wrong.
        self.problem(path, &name.at, message.into());
    }

    fn unknown(&mut self, outer: &[&str], path: &[&str], name: &Name) {
        self.layer.wrong.insert(path.join("."));
        if self.has_named_enough() {
            return;
        }
        let kind = if outer == ["smells"] { "smell" } else { "key" };
        let known = keys::names_in(outer, self.speaker.smells);
        let suggestion = nearest(&name.text, known.iter().copied()).map(str::to_owned);
        let expected = match suggestion {
            None if outer != ["smells"] => format!("; expected one of {}", quoted(&known)),
            _ => String::new(),
        };
        self.layer.problems.push(ConfigProblem {
            place: self.speaker.place(&name.at),
            key: None,
            message: format!("unknown {kind} `{}`{expected}", path.join(".")),
            suggestion,
        });
    }

    fn fault(&mut self, path: &[&str], at: &Range<usize>, fault: Fault) {
        self.layer.wrong.insert(path.join("."));
        self.problem(path, at, fault);
    }

    /// Counts a problem that is not going to be named; its place alone would cost a walk through the text.
    fn has_named_enough(&mut self) -> bool {
        let is_enough = self.layer.problems.len() >= MOST_PROBLEMS;
        self.layer.unnamed += usize::from(is_enough);
        is_enough
    }

    fn count_unnamed(&mut self) {
        let place = match self.speaker.voice {
            Voice::UserFile(file) | Voice::ProjectFile(file) => Place::File(file.shown.to_owned()),
            _ => self.speaker.place(&(0..0)),
        };
        if self.layer.unnamed > 0 {
            self.layer.problems.push(ConfigProblem {
                place,
                key: None,
                message: format!("and {} more", self.layer.unnamed),
                suggestion: None,
            });
        }
    }

    fn problem(&mut self, path: &[&str], at: &Range<usize>, fault: Fault) {
        if self.has_named_enough() {
            return;
        }
        self.layer.problems.push(ConfigProblem {
            place: self.speaker.place(at),
            key: Some(path.join(".")),
            message: fault.message,
            suggestion: fault.suggestion,
        });
    }
}

impl Speaker<'_> {
    /// The place of a range of bytes in what is spoken.
    pub(super) fn place(&self, at: &Range<usize>) -> Place {
        match self.voice {
            Voice::UserFile(file) | Voice::ProjectFile(file) => {
                place_in(file.shown, file.text, at.start)
            }
            Voice::Editor => Place::Editor,
            Voice::Variable(name) => Place::Variable(name),
            Voice::Flag(text) => Place::Flag(text.to_owned()),
        }
    }
}
