//! Probes that rustc compiles for a selection, before and while its function is drafted.

use std::collections::BTreeMap;

use super::CAPPED;
use crate::{
    analysis::asking::{Asking, Refused},
    compiler::{Told, Unjudged},
    extraction::{Draft, Probe, Selection, Type, WITNESS},
    text::TextSize,
};

impl Asking<'_> {
    pub(super) fn types(&mut self, probe: &Probe) -> Result<BTreeMap<String, Type>, Refused> {
        const FLAGS: [&str; 5] = [
            CAPPED,
            "--force-warn",
            "dropping_references",
            "--force-warn",
            "dropping_copy_types",
        ];
        let told = self.ask(&probe.text, &FLAGS)?;
        let mut types = BTreeMap::new();
        let is_answer = |told: &Told| {
            told.code
                .as_deref()
                .is_some_and(|it| it.starts_with("dropping_"))
        };
        if let Some(error) = told.iter().find(|it| it.is_error && !is_answer(it)) {
            return Err(Refused::Because(format!(
                "rustc can't determine the types: {error}."
            )));
        }
        for told in told.iter().filter(|it| is_answer(it)) {
            let Some(name) = probe.subject(TextSize::new(told.at)) else {
                continue;
            };
            let label = told
                .labels
                .iter()
                .find_map(|label| label.strip_prefix("argument has type `")?.strip_suffix('`'));
            let is_copy = told.code.as_deref() == Some("dropping_copy_types");
            let entry = types.entry(name.to_owned()).or_insert(Type {
                text: String::new(),
                is_copy: false,
            });
            if is_copy {
                entry.is_copy = true;
                continue;
            }
            // Values that are moved by reference; a variable that is a reference gets another level.
            let text = label
                .and_then(|label| label.strip_prefix('&'))
                .unwrap_or_default();
            if text.len() > entry.text.len() {
                text.clone_into(&mut entry.text);
            }
        }
        for known in types.values_mut() {
            // Shared references are `Copy`, mutable ones aren't.
            known.is_copy |= known.text.starts_with('&') && !known.text.starts_with("&mut ");
        }
        if types.remove(WITNESS).is_none() {
            let why = "The selection isn't compiled in any checked target.";
            return Err(Refused::Because(why.to_owned()));
        }
        types.retain(|_, known| !known.text.is_empty());
        Ok(types)
    }

    /// Returns a description of the iterator's item type.
    pub(super) fn item(&mut self, probe: &Probe) -> Result<Option<String>, Unjudged> {
        const FLAGS: [&str; 3] = [CAPPED, "--force-warn", "dropping_references"];
        let told = self.ask(&probe.text, &FLAGS)?;
        let mut labels = told.iter().flat_map(|it| &it.labels);
        let item = labels.find_map(|it| {
            it.strip_prefix("argument has type `&")?
                .strip_suffix('`')
                .and_then(Selection::iterator_of)
        });
        Ok(item)
    }

    /// Returns rustc's description of the result type of a function declared with `_`.
    pub(super) fn description(&mut self, draft: &Draft) -> Result<Option<String>, Unjudged> {
        let told = self.ask(&draft.text, &[CAPPED])?;
        let mut told = told.into_iter();
        let answer = told.find(|it| it.code.as_deref() == Some("E0121"));
        Ok(answer.and_then(|it| it.replacements.into_iter().next()))
    }

    /// A macro may contain a `return`, which would only leave the new function.
    pub(super) fn check_returns(&mut self, trap: &Draft) -> Result<(), Refused> {
        let told = self.ask(&trap.text, &[CAPPED])?;
        match told.iter().find(|it| it.is_error) {
            None => Ok(()),
            Some(error) => Err(Refused::Because(format!(
                "A macro in the selection may contain a `return`: {error}."
            ))),
        }
    }

    pub(super) fn moved(&mut self, probe: &Probe) -> Result<Vec<String>, Unjudged> {
        self.subjects(probe, "E0382")
    }

    pub(super) fn not_copied(&mut self, probe: &Probe) -> Result<Vec<String>, Unjudged> {
        self.subjects(probe, "E0277")
    }

    /// Returns what all errors with this code refer to.
    fn subjects(&mut self, probe: &Probe, code: &str) -> Result<Vec<String>, Unjudged> {
        let told = self.ask(&probe.text, &[CAPPED])?;
        let told = told.iter().filter(|it| it.code.as_deref() == Some(code));
        let names = told.filter_map(|it| probe.subject(TextSize::new(it.at)));
        Ok(names.map(str::to_owned).collect())
    }
}
