//! An open document as a chain of immutable versions, each parsed and measured lazily and at most once.

use std::sync::{Arc, Mutex, OnceLock};

use super::{Memo, measure, measure_and_survey};
use crate::{
    cache::locks::lock,
    facts::{FileReport, Problem},
    survey::FileSurvey,
    syntax::{FileContext, Source, Tree, Unparsable},
    text::{Edit, Lines, TextRange, slice},
};

/// One version of an open document.
#[derive(Debug)]
pub struct OpenFile {
    text: Arc<str>,
    lines: Lines,
    context: FileContext,
    memo: Arc<Memo>,
    /// The previous version and the edit that produced this one, until it is parsed.
    before: Mutex<Option<PreviousVersion>>,
    source: OnceLock<Result<Arc<Source>, Unparsable>>,
    report: OnceLock<Arc<FileReport>>,
    survey: OnceLock<Arc<FileSurvey>>,
}

#[derive(Debug, Clone)]
struct PreviousVersion {
    from: Arc<OpenFile>,
    edit: Edit,
    /// Number of unparsed versions before it.
    length: usize,
}

/// Maximum number of unparsed versions: beyond that, a full parse is no more expensive and holds fewer source texts.
const LONGEST_CHAIN: usize = 16;

impl OpenFile {
    pub fn new(text: impl Into<Arc<str>>, context: FileContext) -> Arc<Self> {
        let text = text.into();
        let lines = Lines::new(&text);
        Self::version(text, lines, context, Arc::default(), None)
    }

    /// Creates a file that is analysed once and never changed.
    pub fn seen_once(text: impl Into<Arc<str>>, context: FileContext) -> Arc<Self> {
        let text = text.into();
        let lines = Lines::new(&text);
        Self::version(text, lines, context, Arc::new(Memo::idle()), None)
    }

    /// Creates the next version, in the time of copying the source text. `None` if `range` is out of bounds.
    pub fn changed(self: &Arc<Self>, range: TextRange, insert: &str) -> Option<Arc<Self>> {
        slice(&self.text, range)?;
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        let text: Arc<str> = [&self.text[..start], insert, &self.text[end..]]
            .concat()
            .into();
        let length = self
            .before()
            .as_ref()
            .map_or(1, |previous| previous.length + 1);
        let edit = Edit::replace(range, insert);
        let lines = self.lines.edited(&edit, &text);
        let previous = PreviousVersion {
            from: Arc::clone(self),
            edit,
            length,
        };
        let previous = (length <= LONGEST_CHAIN).then_some(previous);
        let memo = Arc::clone(&self.memo);
        Some(Self::version(text, lines, self.context, memo, previous))
    }

    /// Returns the same source text under another manifest.
    pub fn with_context(&self, context: FileContext) -> Arc<Self> {
        Self::new(Arc::clone(&self.text), context)
    }

    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    pub fn context(&self) -> FileContext {
        self.context
    }

    /// Returns the parsed source text. The first call parses and needs a large stack.
    pub fn source(&self) -> Result<&Arc<Source>, Unparsable> {
        let source = self.source.get_or_init(|| self.parse());
        self.before().take();
        source.as_ref().map_err(|reason| *reason)
    }

    /// Returns the report of this version. The first call measures and needs a large stack.
    pub fn report(&self) -> &Arc<FileReport> {
        self.report.get_or_init(|| Arc::new(self.measure()))
    }

    /// Returns the survey of this version. The first call also computes the report and needs a large stack.
    pub fn survey(&self) -> &Arc<FileSurvey> {
        self.survey.get_or_init(|| {
            let Ok(source) = self.source() else {
                return Arc::default();
            };
            let measured = measure_and_survey(source, &self.memo);
            self.accept_report(Arc::new(measured.report));
            Arc::new(measured.survey)
        })
    }

    /// Whether the report is available without computing it.
    pub fn has_report(&self) -> bool {
        self.report.get().is_some()
    }

    /// Sets a cached report of this source text and context. Ignored if there is one already.
    pub fn accept_report(&self, report: Arc<FileReport>) {
        let _ = self.report.set(report);
    }

    fn version(
        text: Arc<str>,
        lines: Lines,
        context: FileContext,
        memo: Arc<Memo>,
        before: Option<PreviousVersion>,
    ) -> Arc<Self> {
        Arc::new(Self {
            lines,
            text,
            context,
            memo,
            before: Mutex::new(before),
            source: OnceLock::new(),
            report: OnceLock::new(),
            survey: OnceLock::new(),
        })
    }

    fn before(&self) -> std::sync::MutexGuard<'_, Option<PreviousVersion>> {
        lock(&self.before)
    }

    fn measure(&self) -> FileReport {
        match self.source() {
            Ok(source) => measure(source, &self.memo),
            Err(Unparsable::TooDeep) => problem(Problem::TooDeep),
            Err(Unparsable::TooLarge) => problem(Problem::TooLarge),
        }
    }

    fn parse(&self) -> Result<Arc<Source>, Unparsable> {
        let tree = match self.tree_from_before() {
            Some(tree) => tree,
            None => Tree::parse(&self.text, self.context.edition)?,
        };
        Ok(Arc::new(Source {
            text: Arc::clone(&self.text),
            lines: self.lines.clone(),
            tree,
            context: self.context,
        }))
    }

    /// Applies the edits since the last parsed version, if there is one.
    fn tree_from_before(&self) -> Option<Tree> {
        let mut edits: Vec<(Edit, Arc<str>)> = Vec::new();
        let mut previous = self.before().clone()?;
        let mut text = Arc::clone(&self.text);
        let mut tree = loop {
            edits.push((previous.edit, text));
            if let Some(parsed) = previous.from.source.get() {
                break parsed.as_ref().ok()?.tree.clone();
            }
            text = Arc::clone(&previous.from.text);
            let earlier = previous.from.before().clone()?;
            previous = earlier;
        };
        for (edit, text) in edits.iter().rev() {
            tree = tree.edited(edit, text, self.context.edition).ok()?;
        }
        Some(tree)
    }
}

fn problem(problem: Problem) -> FileReport {
    FileReport {
        problem: Some(problem),
        ..FileReport::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start.into(), end.into())
    }

    #[test]
    fn a_version_is_parsed_on_from_the_last_parsed_one() {
        let first = OpenFile::new("fn f() { g() }\n", FileContext::default());
        first.source().unwrap();
        let mut last = Arc::clone(&first);
        for _ in 0..40 {
            last = last.changed(range(9, 9), "a(); ").unwrap();
        }
        let source = last.source().unwrap();
        assert_eq!(source.root().text().to_string(), &*last.text().clone());
        assert!(last.before().is_none(), "the chain is let go");
    }

    #[test]
    fn a_change_outside_the_text_is_no_version() {
        let file = OpenFile::new("ä", FileContext::default());
        assert!(file.changed(range(1, 1), "x").is_none());
        assert!(file.changed(range(0, 9), "x").is_none());
    }

    #[test]
    fn a_text_beyond_the_bounds_has_a_report_that_says_so() {
        let file = OpenFile::new("(".repeat(100_000), FileContext::default());
        assert_eq!(file.report().problem, Some(Problem::TooDeep));
    }
}
