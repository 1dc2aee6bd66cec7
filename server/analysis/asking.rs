//! Checks of one file with rustc, and the reasons why they may fail.

use std::{path::Path, sync::Arc};

use crate::{
    compiler::{Compiler, Texts, Told, Unjudged},
    syntax::Source,
};

/// Reason why nothing is changed.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("{0}")]
    Because(String),
    #[error(transparent)]
    Unjudged(#[from] Unjudged),
}

/// Access to rustc for one file.
pub(super) struct Asking<'a> {
    pub(super) path: &'a Path,
    pub(super) compiler: &'a mut Compiler,
}

impl Asking<'_> {
    pub(super) fn ask(&mut self, text: &str, flags: &[&str]) -> Result<Vec<Told>, Unjudged> {
        let texts = Texts::from([(self.path.to_path_buf(), Arc::from(text))]);
        self.compiler.probe(&texts, flags)
    }

    /// Returns the edition for rustfmt; `None` if the source text isn't formatted by rustfmt.
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

    /// Checks that there are no warnings that the old source text doesn't have.
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
