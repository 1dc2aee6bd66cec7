//! Checks of the differences that rustc's verdict doesn't cover.

use super::{Form, Leveled};
use crate::extraction::{Known, NotExtracted, Passing, Selection};

/// Maximum number of parameters, including those that don't differ: more are hard to follow.
const MOST_PARAMETERS: usize = 5;

impl Leveled {
    /// The parameters that are copied into a call, and so must not change before they are read.
    pub fn lent(&self, selection: &Selection, passing: &Passing) -> Vec<String> {
        let captured = passing.captured(selection);
        let copied = captured.filter(|(capture, way)| {
            let mut puts = self.puts.iter();
            let put = puts.find(|it| it.name == capture.name);
            put.is_some_and(|it| it.has_place() && way.is_value())
        });
        copied.map(|(capture, _)| capture.name.clone()).collect()
    }

    /// Checks what rustc doesn't report about the differences.
    pub fn check(
        &self,
        selection: &Selection,
        known: &Known,
        passing: &Passing,
    ) -> Result<(), NotExtracted> {
        let captured = || {
            passing
                .captured(selection)
                .map(|(capture, _)| &capture.name)
        };
        if let Some(shared) = self.shared_root(captured()) {
            let why = format!("`{shared}` is part of several differing values in one occurrence.");
            return Err(NotExtracted(why.into()));
        }
        for (capture, way) in passing.captured(selection) {
            let Some(put) = self.puts.iter().find(|it| it.name == capture.name) else {
                continue;
            };
            let ty = known.types.get(&put.name);
            let is_copy = ty.is_some_and(|it| it.is_copy);
            if ty.is_some_and(|it| it.text.starts_with('[') && way.is_kept()) {
                return Err(NotExtracted::new("An array would be copied in each call."));
            }
            let has = |form: Form| put.forms.contains(&form);
            let text = &put.texts[0];
            // Each use of a constant is a new value, which is observable if it is dropped or mutated.
            if has(Form::Function) && !way.is_kept() {
                let why = format!("`{text}` is used other than by calling it.");
                return Err(NotExtracted(why.into()));
            }
            if has(Form::Path) && !(is_copy && way.is_kept()) {
                let why = format!("`{text}` may create a new value at each use.");
                return Err(NotExtracted(why.into()));
            }
            if has(Form::Field) && way.is_behind() {
                let why = format!("The value behind `{text}` may change.");
                return Err(NotExtracted(why.into()));
            }
            if !is_copy && has(Form::Field) && way.owned().is_some() {
                let why = format!("`{text}` would be moved out of its parent.");
                return Err(NotExtracted(why.into()));
            }
        }
        let selected = selection.parameters();
        if selected > MOST_PARAMETERS && !self.puts.is_empty() {
            let why = format!("The function would have {selected} parameters.");
            return Err(NotExtracted(why.into()));
        }
        Ok(())
    }

    /// The variable that a differing value starts with in one place, if it is also passed on its own or with another value:
    /// mutations through one wouldn't be visible through the other.
    fn shared_root<'a>(&'a self, captured: impl Iterator<Item = &'a String>) -> Option<&'a str> {
        let common = captured.filter(|name| self.puts.iter().all(|put| put.name != **name));
        let common: Vec<&str> = common
            .map(String::as_str)
            .filter(|it| *it != "self")
            .collect();
        let count = self.before.places.len();
        (0..count).find_map(|place| {
            let mut seen = common.clone();
            self.puts
                .iter()
                .filter(|put| put.has_place())
                .find_map(|put| {
                    let text = &put.texts[place];
                    let root = text.split('.').next().unwrap_or(text).trim();
                    if root != "self" && seen.contains(&root) {
                        return Some(root);
                    }
                    seen.push(root);
                    None
                })
        })
    }
}
