//! The effective value of each key, and where it was set.

use std::{collections::BTreeMap, path::Path};

use super::{Origin, SettingPlace, Shown, decode::Setting, keys::ANY_SMELL, value::Value};

/// The effective value of each key by path, with its position unless it is a default.
#[derive(Debug, Default)]
pub(super) struct Values(BTreeMap<String, (Value, Option<SettingPlace>)>);

impl Values {
    pub(super) fn set_default(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), (value, None));
    }

    pub(super) fn set(&mut self, setting: &Setting) {
        let key = match setting.smell {
            Some(id) => setting.key.path.replace(ANY_SMELL, id),
            None => setting.key.path.to_owned(),
        };
        let value = (setting.value.clone(), Some(setting.place.clone()));
        if let (Some(id), Value::Number(number)) = (setting.smell, &setting.value) {
            self.drag_the_other_limit(id, setting, *number);
        }
        self.0.insert(key, value);
    }

    /// Raising `warn` above the `strong` of lower layers, or lowering `strong` below their `warn`, sets both.
    fn drag_the_other_limit(&mut self, id: &str, setting: &Setting, number: u64) {
        let is_warn = setting.key.name() == "warn";
        let other = of(id, if is_warn { "strong" } else { "warn" });
        let limit = self.number(&other);
        let is_crossed = if is_warn {
            limit < number
        } else {
            limit > number
        };
        if is_crossed {
            let value = (Value::Number(number), Some(setting.place.clone()));
            self.0.insert(other, value);
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).map(|(value, _)| value)
    }

    /// The position at which a layer set the key, if any.
    pub(super) fn place(&self, key: &str) -> Option<&SettingPlace> {
        self.0.get(key)?.1.as_ref()
    }

    /// Sets a key that is derived from another.
    pub(super) fn follow(&mut self, key: &str, value: Value, other: &str) {
        let place = self.place(other).cloned();
        self.0.insert(key.to_owned(), (value, place));
    }

    pub(super) fn number(&self, key: &str) -> u64 {
        match self.get(key) {
            Some(Value::Number(number)) => *number,
            _ => 0,
        }
    }

    pub(super) fn choice(&self, key: &str) -> Option<&'static str> {
        match self.get(key) {
            Some(Value::Choice(name)) => Some(name),
            _ => None,
        }
    }

    pub(super) fn path(&self, key: &str) -> Option<&Path> {
        match self.get(key) {
            Some(Value::Path(path)) => Some(path),
            _ => None,
        }
    }

    pub(super) fn shown(&self) -> Vec<Shown> {
        let shown = self.0.iter().map(|(key, (value, place))| Shown {
            key: key.clone(),
            value: value.to_string(),
            origin: place.as_ref().map_or(Origin::Default, Origin::from),
        });
        shown.collect()
    }
}

pub(super) fn of(smell: &str, name: &str) -> String {
    format!("smells.{smell}.{name}")
}
