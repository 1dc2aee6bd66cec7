//! Files of a project, read with all that their places say of them.

use std::{
    ops::RangeInclusive,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Comparison, Finding, laid_out};
use crate::{
    compiler::formatted_apart,
    config::{Config, Rules},
    facts::FunctionFacts,
    history::Before,
    syntax::{FileContext, Source},
    text::Lines,
    workspace::{self, Manifests, PackagePlace, ReadError},
};

/// A file that was read.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// Path for opening the file.
    pub path: PathBuf,
    /// Path in reports.
    pub shown: String,
    /// The folder without links that new files have to stay in.
    pub root: Arc<Path>,
    pub text: Arc<str>,
    pub context: FileContext,
    pub config: Arc<Config>,
    /// The configuration's, without what the package wants silent.
    pub rules: Rules,
    pub package: Option<PackagePlace>,
    /// Lines, from 0, that findings are told of; all of them where it isn't said.
    pub touched: Option<Vec<RangeInclusive<u32>>>,
}

/// A file that exists but was not read yet.
#[derive(Debug, Clone)]
pub struct FoundFile {
    pub path: PathBuf,
    pub shown: String,
    pub root: Arc<Path>,
    pub config: Arc<Config>,
    /// What is known already, in place of what is on disk.
    pub given: Option<GivenText>,
}

/// A text in place of a file's.
#[derive(Debug, Clone)]
pub struct GivenText {
    pub text: Arc<str>,
    /// Lines, from 0, that findings are told of; all of them where it isn't said.
    pub touched: Option<Vec<RangeInclusive<u32>>>,
}

impl InputFile {
    /// Whether a finding is told: the function around it was touched, or its own lines where it is in none.
    pub fn tells(&self, finding: &Finding, functions: &[FunctionFacts], lines: &Lines) -> bool {
        let Some(touched) = &self.touched else {
            return true;
        };
        let functions = functions.iter().rev().map(|function| function.range);
        let mut around = functions.filter(|range| range.contains_range(finding.at));
        let range = around.next().unwrap_or(finding.at);
        let (first, last) = (lines.line(range.start()), lines.line(range.end()));
        let mut touched = touched.iter();
        touched.any(|changed| *changed.start() <= last && first <= *changed.end())
    }

    /// Whether all of the file could be read as Rust; else nobody knows what is in it.
    pub fn parses(&self) -> bool {
        let source = Source::parse(Arc::clone(&self.text), self.context);
        source.is_ok_and(|source| !source.tree.has_errors())
    }

    /// What the file becomes, as rustfmt lays it out if that is how the file is written.
    pub fn laid_out(&self, text: Arc<str>) -> Arc<str> {
        let Ok(path) = self.path.canonicalize() else {
            return text;
        };
        if !self.config.compiler {
            return text;
        }
        let edition = self.context.edition.to_string();
        let rustfmt = |text: &str| formatted_apart(&path, text, &edition);
        laid_out(&self.text, &text, self.context, &rustfmt).unwrap_or(text)
    }
}

impl FoundFile {
    /// The file with the text that was compared; nothing if it hasn't changed.
    pub fn if_changed(self, path: &Path, before: &Before) -> Option<Self> {
        let text = match &before.staged {
            Some(staged) => Arc::clone(staged.get(path)?),
            None => match workspace::read(path) {
                Ok(text) => text,
                // Whoever reads it next says why it can't be read.
                Err(_) => return Some(self),
            },
        };
        let old = before.old.get(path).map_or("", |old| old);
        let touched = Comparison::by_lines(old, &text).changed_lines();
        let touched = (!touched.is_empty()).then_some(touched)?;
        let given = Some(GivenText {
            text,
            touched: Some(touched),
        });
        Some(Self { given, ..self })
    }

    /// Reads it; `resolved` is its path without links.
    pub fn read(self, resolved: &Path, manifests: &Manifests) -> Result<InputFile, ReadError> {
        let Self {
            path,
            shown,
            root,
            config,
            given,
        } = self;
        let (text, touched) = match given {
            Some(given) => (given.text, given.touched),
            None => (workspace::read(&path)?, None),
        };
        Ok(InputFile {
            text,
            touched,
            context: manifests.context_of(resolved),
            rules: config.rules.without(&manifests.silent_in(resolved)),
            package: manifests.package_place(resolved),
            path,
            shown,
            root,
            config,
        })
    }
}
