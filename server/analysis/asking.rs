//! Questions to rustc about one file, and why it may be that nothing comes of them.

use std::{path::Path, sync::Arc};

use crate::{
    compiler::{Compiler, Texts, Told, Unjudged},
    syntax::Source,
};

/// Why nothing is changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Because(String),
    #[error(transparent)]
    Unjudged(#[from] Unjudged),
}

/// What rustc is asked of one file.
pub(super) struct Asking<'a> {
    pub(super) path: &'a Path,
    pub(super) compiler: &'a mut Compiler,
}

impl Asking<'_> {
    pub(super) fn ask(&mut self, text: &str, flags: &[&str]) -> Result<Vec<Told>, Unjudged> {
        let texts = Texts::from([(self.path.to_path_buf(), Arc::from(text))]);
        self.compiler.probe(&texts, flags)
    }

    /// The edition in which rustfmt is asked; nothing if the text isn't as rustfmt would write it.
    pub(super) fn layout(&self, source: &Source) -> Option<String> {
        let edition = source.context.edition.to_string();
        let formatted = self.compiler.formatted(self.path, &source.text, &edition);
        formatted
            .is_some_and(|it| it == *source.text)
            .then_some(edition)
    }

    pub(super) fn formatted(&self, text: String, edition: &str) -> String {
        let formatted = self.compiler.formatted(self.path, &text, edition);
        formatted.unwrap_or(text)
    }

    /// Nothing is warned of that the old text isn't.
    pub(super) fn check_warnings(
        &mut self,
        source: &Source,
        warnings: &[Told],
    ) -> Result<(), Refused> {
        if warnings.is_empty() {
            return Ok(());
        }
        let known = self.ask(&source.text, &[])?;
        let count = |all: &[Told], words: &str| all.iter().filter(|it| it.words == words).count();
        let is_new = |it: &&Told| count(warnings, &it.words) > count(&known, &it.words);
        match warnings.iter().find(is_new) {
            None => Ok(()),
            Some(warning) => Err(Refused::Because(format!("rustc would warn: {warning}."))),
        }
    }
}
