//! Files of a project, read with their configuration and context.

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

/// A file with its contents.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// Path for opening the file.
    pub path: PathBuf,
    /// Path in reports.
    pub shown: String,
    /// The folder that must contain new files, with links resolved.
    pub root: Arc<Path>,
    pub text: Arc<str>,
    pub context: FileContext,
    pub config: Arc<Config>,
    /// The configured rules, without smells that the package silences.
    pub rules: Rules,
    pub package: Option<PackagePlace>,
    /// Lines, starting at 0, whose findings are reported; `None` means all.
    pub touched: Option<Vec<RangeInclusive<u32>>>,
}

/// A file that exists but hasn't been read yet.
#[derive(Debug, Clone)]
pub struct FoundFile {
    pub path: PathBuf,
    pub shown: String,
    pub root: Arc<Path>,
    pub config: Arc<Config>,
    /// Contents to use instead of those on disk.
    pub given: Option<GivenText>,
}

/// A source text that replaces a file's.
#[derive(Debug, Clone)]
pub struct GivenText {
    pub text: Arc<str>,
    /// Lines, starting at 0, whose findings are reported; `None` means all.
    pub touched: Option<Vec<RangeInclusive<u32>>>,
}

impl InputFile {
    /// Whether to report a finding: if lines of the function around it changed, or its own lines outside of functions.
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

    /// Whether the file parses without errors; otherwise its findings are unknown.
    pub fn parses(&self) -> bool {
        let source = Source::parse(Arc::clone(&self.text), self.context);
        source.is_ok_and(|source| !source.tree.has_errors())
    }

    /// Returns the new source text with rustfmt's layout, if the file is formatted by rustfmt.
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
    /// Returns the file with the compared source text; `None` if it hasn't changed.
    pub fn if_changed(self, path: &Path, before: &Before) -> Option<Self> {
        let text = match &before.staged {
            Some(staged) => Arc::clone(staged.get(path)?),
            None => match workspace::read(path) {
                Ok(text) => text,
                // The error is reported when the file is read next.
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

    /// Reads the file; `resolved` is its path with links resolved.
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
