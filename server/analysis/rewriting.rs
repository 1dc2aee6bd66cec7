//! Functions rewritten by a model: what the model is told, and how its reply is checked.
//!
//! A reply isn't trusted. The engine compares its words with the old function's, measures the result, and rustc and cargo must
//! report nothing new in any dependent. The user must still review what passes, because equal behaviour in all cases isn't
//! proved.

use std::{path::Path, sync::Arc, time::Duration};

use super::{
    Memo, Refused,
    agreed::laid,
    asking::Asking,
    is_free_beside, measure,
    oversized::{Oversized, because},
    texts_beside,
};
use crate::{
    compiler::{Compiler, Fault, TestsTold, Texts},
    config::Rules,
    facts::FunctionFacts,
    model::{RewriteReply, RewriteSubject, is_readable},
    rewriting::{NotRewritten, Rewritable, Rewritten},
    smells,
    syntax::Source,
    text::{TextRange, printable, shortened},
};

/// Maximum number of other source texts to search for required declarations.
const MOST_OTHERS: usize = 8;
/// Timeout of tests.
const TIME_OF_TESTS: Duration = Duration::from_mins(2);
/// Maximum number of errors to report to the model.
const MOST_FAULTS: usize = 5;
/// Maximum length of each in characters.
const LONGEST_FAULT: usize = 300;
/// Maximum length of a removed part in characters, for display.
const LONGEST_GONE: usize = 60;

/// An oversized function that may be rewritten.
#[derive(Debug, Clone)]
pub struct Rewriting {
    large: Oversized,
    rules: Rules,
    /// Whether to run tests on accepted replies.
    is_tested: bool,
}

/// An accepted reply, as a source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRewrite {
    pub text: Arc<str>,
    pub helpers: Vec<String>,
    /// Gain like "complexity 49 → 12".
    pub gain: String,
    pub before: u32,
    pub after: u32,
    /// Parts that the reply removed: strings, characters, copies of comments.
    pub gone: Vec<String>,
    /// The model's reason, in one plain line.
    pub why: String,
    pub tests: TestsRun,
}

/// Result of the tests that name a function or its module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestsRun {
    /// Tests weren't requested.
    NotRun,
    /// This many tests pass, possibly none.
    Passed(usize),
    /// They also fail with the old function.
    FailedBefore(String),
    Late,
}

impl From<NotRewritten> for Refused {
    fn from(why: NotRewritten) -> Self {
        Self::Because(why.to_string())
    }
}

impl Rewriting {
    /// Returns the innermost function around a range, if it is above a limit and a rewritten version can be judged.
    pub fn at(source: &Source, rules: &Rules, range: TextRange) -> Result<Self, Refused> {
        let large = Oversized::at(source, rules, range)?;
        let rewriting = Self {
            large,
            rules: rules.clone(),
            is_tested: false,
        };
        rewriting.rewritable(source)?;
        Ok(rewriting)
    }

    /// Range of the function.
    pub fn range(&self) -> TextRange {
        self.large.function.range
    }

    /// Enables tests of accepted replies.
    #[must_use]
    pub fn with_tests(self) -> Self {
        Self {
            is_tested: true,
            ..self
        }
    }

    /// Returns what the model is told, including declarations that the function needs from other source texts of the workspace.
    pub fn subject(&self, source: &Source, others: &[Arc<str>]) -> Result<RewriteSubject, Refused> {
        let rewritable = self.rewritable(source)?;
        let needs = rewritable.needs();
        let others = others.iter().filter(|text| needs.may_be_met_by(text));
        let others: Vec<Source> = others
            .take(MOST_OTHERS)
            .filter_map(|text| Source::parse(Arc::clone(text), source.context).ok())
            .collect();
        let sources: Vec<&Source> = std::iter::once(source).chain(&others).collect();
        Ok(RewriteSubject {
            around: needs.told(&sources, self.range()),
            finding: self.large.finding(),
            function: rewritable.text()?,
            home: rewritable.home(),
        })
    }

    /// Checks a reply, or returns the reason for its rejection. `path` has links resolved; `unsaved` are the editor's unsaved
    /// source texts.
    pub fn tried(
        &self,
        source: &Source,
        (path, unsaved): (&Path, &Texts),
        reply: &RewriteReply,
        compiler: &mut Compiler,
    ) -> Result<HeldRewrite, Refused> {
        let others = texts_beside(path, unsaved);
        let is_free = |name: &str| is_readable(name) && is_free_beside(source, &others, name);
        let rewritable = self.rewritable(source)?;
        let Rewritten {
            text,
            helpers,
            gone,
        } = rewritable.rewritten(&reply.code, &is_free)?;
        let asking = Asking { path, compiler };
        let text = laid(source, text.into(), &asking);
        let after = self.measured(source, &text, &helpers)?;
        check_said(source, path, &text, compiler)?;
        let tests = self.tested(source, (path, &text), compiler)?;
        Ok(HeldRewrite {
            text,
            helpers,
            gain: self.large.in_words(after),
            before: self.large.before,
            after,
            gone: gone.iter().map(|it| in_one_line(it)).collect(),
            why: reply.why.clone(),
            tests,
        })
    }

    /// Runs the tests, if enabled: failures reject a reply, unless they also occur without it.
    fn tested(
        &self,
        source: &Source,
        (path, text): (&Path, &Arc<str>),
        compiler: &mut Compiler,
    ) -> Result<TestsRun, Refused> {
        if !self.is_tested {
            return Ok(TestsRun::NotRun);
        }
        let mut names = vec![source.slice(self.large.function.name).to_owned()];
        names.extend(module_of(path));
        let mut run = |text: &Arc<str>| {
            let texts = Texts::from([(path.to_path_buf(), Arc::clone(text))]);
            compiler.tests_naming(&texts, &names, TIME_OF_TESTS)
        };
        match run(text)? {
            TestsTold::Passed(count) => Ok(TestsRun::Passed(count)),
            TestsTold::Late => Ok(TestsRun::Late),
            TestsTold::Failed(why) => match run(&source.text)? {
                TestsTold::Failed(_) => Ok(TestsRun::FailedBefore(why)),
                _ => Err(Refused::Because(format!("With it, {why}."))),
            },
        }
    }

    fn rewritable<'a>(&self, source: &'a Source) -> Result<Rewritable<'a>, NotRewritten> {
        let FunctionFacts { name, range, .. } = self.large.function;
        Rewritable::new(source, name, range)
    }

    /// Returns the new measure, if it is a gain and no new function is too large.
    fn measured(
        &self,
        source: &Source,
        text: &Arc<str>,
        helpers: &[String],
    ) -> Result<u32, Refused> {
        let parsed = Source::parse(Arc::clone(text), source.context);
        let after = parsed.map_err(|why| Refused::Because(format!("The new text is {why}.")))?;
        let old = &self.large.function;
        let all = measure(&after, &Memo::default()).functions();
        let new = all.iter().find(|it| it.name == old.name);
        let new = new.ok_or_else(|| because("The function isn't where it was."))?;
        let left = self.large.measure_of(new);
        if !self.large.is_gain(left) {
            let gain = self.large.in_words(left);
            return Err(because(&format!("It is no gain: {gain}.")));
        }
        if let Some(above) = self.above(new, Some(old)) {
            return Err(because(&format!("The function's {above}.")));
        }
        let is_helper =
            |it: &&FunctionFacts| helpers.iter().any(|name| name == after.slice(it.name));
        for helper in all.iter().filter(is_helper) {
            if let Some(above) = self.above(helper, None) {
                let name = after.slice(helper.name);
                return Err(because(&format!("The helper `{name}`: its {above}.")));
            }
        }
        Ok(left)
    }

    /// Returns a measure of a function that is above its limit and has increased.
    fn above(&self, function: &FunctionFacts, before: Option<&FunctionFacts>) -> Option<String> {
        let measures = |it: &FunctionFacts| {
            [
                ("cognitive-complexity", "cognitive complexity", it.cognitive),
                ("deep-nesting", "nesting", it.nesting),
                ("long-function", "number of lines", it.lines),
                ("too-many-parameters", "number of parameters", it.parameters),
            ]
        };
        let was = before.map(measures);
        let mut now = measures(function).into_iter().enumerate();
        now.find_map(|(at, (smell, noun, found))| {
            let limit = self.rules.judgement(smells::by_name(smell)?)?.limits.warn;
            let was = was.map_or(0, |was| was[at].2);
            (found > limit && found > was)
                .then(|| format!("{noun} would be {found}; the limit is {limit}"))
        })
    }
}

/// Rejects source texts with new diagnostics from cargo and rustc.
fn check_said(
    source: &Source,
    path: &Path,
    text: &Arc<str>,
    compiler: &mut Compiler,
) -> Result<(), Refused> {
    let of = |text: &Arc<str>| Texts::from([(path.to_path_buf(), Arc::clone(text))]);
    let new = compiler.complaints(&of(&source.text), &of(text))?;
    let in_words = |fault: &Fault, words: String| {
        let is_here = fault.file.as_deref() == Some(path);
        let line = text.lines().nth(fault.line as usize).filter(|_| is_here);
        let words = match line {
            Some(line) => format!("{words}, at `{}`", line.trim()),
            None => words,
        };
        shortened(&words, LONGEST_FAULT).into_owned()
    };
    let faults = new.faults.iter().map(|it| in_words(it, it.to_string()));
    let warnings = new.warnings.iter();
    let warnings = warnings.map(|it| in_words(it, format!("warning: {}", it.message)));
    let said: Vec<String> = faults.chain(warnings).take(MOST_FAULTS).collect();
    if said.is_empty() {
        return Ok(());
    }
    Err(Refused::Because(format!(
        "rustc rejects it: {}.",
        said.join("; ")
    )))
}

/// Returns a file's module as tests name it.
fn module_of(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_str()?;
    let module = match stem {
        "lib" | "main" => None,
        "mod" => path.parent()?.file_name()?.to_str(),
        stem => Some(stem),
    };
    module.map(str::to_owned)
}

fn in_one_line(words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    printable(&shortened(&words.join(" "), LONGEST_GONE)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compiler::Stop, syntax::FileContext, text::TextSize};

    const NESTED: &str = "pub fn f(all: &[u32]) -> u32 {\n    let mut sum = 0;\n    for it in all {\n        if *it > 7 {\n            if *it < 90 {\n                if *it != 20 {\n                    if *it != 30 {\n                        if *it != 40 {\n                            sum += it;\n                        }\n                    }\n                }\n            }\n        }\n    }\n    sum\n}\n";

    /// Checks a reply without rustc.
    fn tried(code: &str) -> Result<HeldRewrite, Refused> {
        let source = Source::parse(NESTED, FileContext::default()).unwrap();
        let at = TextRange::empty(TextSize::new(8));
        let rewriting = Rewriting::at(&source, &Rules::default(), at).unwrap();
        let stop = Stop::default();
        stop.now();
        let reply = RewriteReply {
            code: code.to_owned(),
            why: String::new(),
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lib.rs");
        std::fs::write(&path, NESTED).unwrap();
        rewriting.tried(
            &source,
            (&path, &Texts::new()),
            &reply,
            &mut Compiler::new(stop),
        )
    }

    #[test]
    fn what_is_no_gain_or_too_large_elsewhere_is_left() {
        for (code, why) in [
            (NESTED.to_owned(), "It is no gain"),
            (
                NESTED.replace(
                    "sum += it;",
                    "sum += it;\n                            sum += 0;",
                ),
                "It is no gain",
            ),
            (
                format!(
                    "pub fn f(all: &[u32]) -> u32 {{\n    sum_of(all)\n}}\n\n{}",
                    NESTED.replace("pub fn f", "fn sum_of")
                ),
                "The helper `sum_of`: its ",
            ),
            (
                format!(
                    "pub fn f(all: &[u32]) -> u32 {{\n    {}\n    all.iter().filter(|it| **it > 7 && **it < 90 && **it != 20 && **it != 30 && **it != 40).sum()\n}}\n",
                    "let _ = 0;\n    ".repeat(200)
                ),
                "The function's number of lines would be",
            ),
        ] {
            let refused = tried(&code).unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn nothing_holds_that_rustc_has_not_seen() {
        let code = "pub fn f(all: &[u32]) -> u32 {\n    let is_it = |it: &u32| *it > 7 && *it < 90 && *it != 20 && *it != 30 && *it != 40;\n    all.iter().filter(|it| is_it(it)).sum()\n}\n";
        assert!(matches!(tried(code), Err(Refused::Unjudged(_))));
    }
}
