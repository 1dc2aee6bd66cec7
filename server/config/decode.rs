//! Decodes a layer into settings, key by key: an invalid key is dropped without affecting the others.

use std::{collections::BTreeSet, ops::Range};

use super::{
    ConfigProblem, SettingPlace, exclude,
    keys::{self, At, OptionKey, Reach, Shape},
    problem::nearest,
    source::{Source, SourceKind},
    tree::{KeyName, Node, Placed, Table},
    value::{Value, ValueFault, holds_secret, quoted},
};
use crate::text::shortened;

/// A checked layer.
#[derive(Debug, Default)]
pub(super) struct DecodedLayer {
    pub(super) settings: Vec<Setting>,
    pub(super) problems: Vec<ConfigProblem>,
    /// Paths of invalid and unknown keys.
    pub(super) wrong: BTreeSet<String>,
    /// Paths of the keys whose secret is in plain text.
    pub(super) literal: Vec<String>,
    /// Number of problems that are counted but not listed.
    unnamed: usize,
}

/// Maximum number of problems listed per layer.
const MOST_PROBLEMS: usize = 20;

/// Maximum number of patterns; each costs memory, and time for every file.
const MOST_PATTERNS: usize = 1_000;

/// A value that matches its key's shape.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) key: &'static OptionKey,
    /// The smell that the key belongs to, if any.
    pub(super) smell: Option<&'static str>,
    pub(super) value: Value,
    pub(super) place: SettingPlace,
}

pub(super) fn decode(table: &Table, source: Source<'_>) -> DecodedLayer {
    let mut decoder = LayerDecoder {
        source,
        layer: DecodedLayer::default(),
    };
    decoder.table(&[], table);
    decoder.count_unnamed();
    decoder.layer
}

struct LayerDecoder<'a> {
    source: Source<'a>,
    layer: DecodedLayer,
}

impl LayerDecoder<'_> {
    fn table(&mut self, path: &[&str], table: &Table) {
        for (name, value) in table {
            self.pair(path, name, value);
        }
    }

    fn pair(&mut self, outer: &[&str], name: &KeyName, value: &Placed) {
        if value.node == Node::Nothing {
            return;
        }
        let mut path = outer.to_vec();
        path.push(&name.text);
        if self.is_refused(&path) {
            self.refuse(&path, name);
            return;
        }
        match keys::at(&path, self.source.smells) {
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
                let fault = ValueFault::expected("a table", other);
                self.fault(path, &value.at, fault);
            }
        }
    }

    /// Decodes `[smells.<id>]`, or its short forms `<id> = false` and `<id> = 80`.
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
                let fault = ValueFault::expected("a table, true or false, or a limit", other);
                self.fault(path, &value.at, fault);
                return;
            }
        };
        let mut path = path.to_vec();
        path.push(short);
        if let At::Key(key) = keys::at(&path, self.source.smells) {
            self.key(key, &path, value);
        }
    }

    /// Drops a `warn` above `strong`, which is a mistake.
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

    fn key(&mut self, key: &'static OptionKey, path: &[&str], value: &Placed) {
        let smell = match path {
            ["smells", id, ..] => self.source.smells.iter().find(|smell| smell.id == *id),
            _ => None,
        };
        let read = match (key.shape_for(smell), &value.node) {
            (Shape::Globs, Node::List(list)) => Ok(Value::List(self.globs(path, list))),
            (shape, node) => self.source.value(shape, node),
        };
        let value_read = match read {
            Ok(value) => value,
            Err(fault) => {
                self.fault(path, &value.at, fault);
                return;
            }
        };
        let is_switched_on =
            key.reach == Reach::EveryoneToSwitchOff && value_read == Value::Flag(true);
        if is_switched_on && self.is_of_the_project() {
            let who = self.who();
            let message = format!("refused: {who} can only set it to `false`");
            self.problem(path, &value.at, message.into());
            return;
        }
        if holds_secret(key.shape, &value.node) {
            self.layer.literal.push(path.join("."));
        }
        self.layer.settings.push(Setting {
            key,
            smell: smell.map(|smell| smell.id),
            value: value_read,
            place: self.source.place(&value.at),
        });
    }

    /// Parses patterns; an invalid one is dropped without affecting the others.
    fn globs(&mut self, path: &[&str], list: &[Placed]) -> Vec<String> {
        let mut patterns = Vec::new();
        if let Some(first) = list.get(MOST_PATTERNS) {
            let message =
                format!("there are more than {MOST_PATTERNS} patterns; the others are ignored");
            self.fault(path, &first.at, message.into());
        }
        for item in list.iter().take(MOST_PATTERNS) {
            let Node::Text(pattern) = &item.node else {
                let fault = ValueFault::expected("a pattern", &item.node);
                self.fault(path, &item.at, fault);
                continue;
            };
            match exclude::fault(pattern) {
                None => patterns.push(pattern.clone()),
                Some(reason) => {
                    let pattern = shortened(pattern, 60);
                    let message = format!("invalid pattern `{pattern}`: {reason}");
                    self.fault(path, &item.at, message.into());
                }
            }
        }
        patterns
    }

    fn is_refused(&self, path: &[&str]) -> bool {
        self.is_of_the_project() && keys::is_user_only(path)
    }

    /// A project can ship editor settings too.
    fn is_of_the_project(&self) -> bool {
        matches!(
            self.source.kind,
            SourceKind::ProjectFile(_) | SourceKind::Editor
        )
    }

    fn who(&self) -> &'static str {
        match self.source.kind {
            SourceKind::Editor => "editor settings",
            _ => "a project",
        }
    }

    fn refuse(&mut self, path: &[&str], name: &KeyName) {
        let who = self.who();
        let message = match path {
            ["model", ..] => format!(
                "refused: {who} can't choose a model or its budget; `{}` is read only from the user's own \
                 config.toml, the environment and flags",
                path.join(".")
            ),
            _ => format!(
                "refused: {who} can't choose where data goes; `[{}]` is read only from the user's own config.toml, \
                 the environment and flags",
                name.text
            ),
        };
        // A refused key is ignored, so it invalidates nothing else.
        self.problem(path, &name.at, message.into());
    }

    fn unknown(&mut self, outer: &[&str], path: &[&str], name: &KeyName) {
        self.layer.wrong.insert(path.join("."));
        if self.has_named_enough() {
            return;
        }
        let kind = if outer == ["smells"] { "smell" } else { "key" };
        let known = keys::names_in(outer, self.source.smells);
        let suggestion = nearest(&name.text, known.iter().copied()).map(str::to_owned);
        let expected = match suggestion {
            None if outer != ["smells"] => format!("; expected one of {}", quoted(&known)),
            _ => String::new(),
        };
        self.layer.problems.push(ConfigProblem {
            place: self.source.place(&name.at),
            key: None,
            message: format!("unknown {kind} `{}`{expected}", path.join(".")),
            suggestion,
        });
    }

    fn fault(&mut self, path: &[&str], at: &Range<usize>, fault: ValueFault) {
        self.layer.wrong.insert(path.join("."));
        self.problem(path, at, fault);
    }

    /// Counts a problem that won't be listed; computing its position would already require a scan of the text.
    fn has_named_enough(&mut self) -> bool {
        let is_enough = self.layer.problems.len() >= MOST_PROBLEMS;
        self.layer.unnamed += usize::from(is_enough);
        is_enough
    }

    fn count_unnamed(&mut self) {
        let place = match self.source.kind {
            SourceKind::UserFile(file) | SourceKind::ProjectFile(file) => {
                SettingPlace::File(file.shown.to_owned())
            }
            _ => self.source.place(&(0..0)),
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

    fn problem(&mut self, path: &[&str], at: &Range<usize>, fault: ValueFault) {
        if self.has_named_enough() {
            return;
        }
        self.layer.problems.push(ConfigProblem {
            place: self.source.place(at),
            key: Some(path.join(".")),
            message: fault.message,
            suggestion: fault.suggestion,
        });
    }
}
