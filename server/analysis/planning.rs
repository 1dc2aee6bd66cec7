//! Plans chosen by a model from a list: which parts of a function to extract, and their names.
//!
//! The engine computes the list and every edit: a choice is applied as an ordinary extraction, checked by rustc, and measured.
//! A choice can be poor, but never incorrect.

use std::{cmp::Reverse, path::Path, sync::Arc};

use super::{
    Extraction, Memo, Refused, extract_function, is_free_beside, measure,
    oversized::{Oversized, because},
    texts_beside,
};
use crate::{
    compiler::{Compiler, Texts, Unjudged, Verdict},
    config::Rules,
    extraction::{Choice, choices, is_name},
    facts::FunctionFacts,
    model::{ChosenPart, Listed, Subject, Suggestion, is_readable},
    syntax::Source,
    text::{Lines, TextRange},
};

/// An oversized function, and its extractable parts.
#[derive(Debug, Clone)]
pub struct Planning {
    large: Oversized,
    choices: Vec<Choice>,
}

/// A verified plan, as a source text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    pub text: Arc<str>,
    /// Names of the new functions, in source order.
    pub names: Vec<String>,
    pub before: u32,
    pub after: u32,
    /// The same measure of the largest new function.
    pub largest: u32,
    /// The model's reason, in one plain line.
    pub why: String,
}

/// Results of suggestions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Best first.
    pub planned: Vec<Planned>,
    /// Reasons why others were rejected, one sentence each.
    pub left: Vec<String>,
}

impl Planning {
    /// Returns the innermost function around a range, if it is above a limit and has extractable parts.
    pub fn at(source: &Source, rules: &Rules, range: TextRange) -> Result<Self, Refused> {
        let large = Oversized::at(source, rules, range)?;
        let choices = choices(source, large.function.name, large.goal);
        if choices.is_empty() {
            return Err(because(
                "Extracting a part of the function would not make it smaller.",
            ));
        }
        Ok(Self { large, choices })
    }

    /// Returns what the model is told: the function's lines, and the list of parts.
    pub fn subject(&self, source: &Source) -> Subject {
        let lines = Lines::new(&source.text);
        let start = self.large.function.range.start();
        let first = lines.line(start);
        let line_start = lines.range(first).map_or(start, TextRange::start);
        let before = source.slice(TextRange::new(line_start, start));
        let indent = before.len() - before.trim_start().len();
        let whole = source.slice(TextRange::new(line_start, self.large.function.range.end()));
        let function = whole.lines().map(|line| {
            let white = line.len() - line.trim_start().len();
            format!("{}\n", line[indent.min(white)..].trim_end())
        });
        let number = |at| (lines.line(at) - first + 1) as usize;
        let parts = self.choices.iter().map(|choice| {
            let range = choice.proposal.range;
            Listed {
                lines: (number(range.start()), number(range.end())),
                parameters: choice.proposal.parameters,
                gain: self.large.in_words(choice.proposal.after),
                name: choice.is_named.then(|| choice.proposal.name.clone()),
            }
        });
        Subject {
            finding: self.large.finding(),
            function: function.collect(),
            parts: parts.collect(),
        }
    }

    /// Number of parts to choose from.
    pub fn listed(&self) -> usize {
        self.choices.len()
    }

    /// Range of the function.
    pub fn range(&self) -> TextRange {
        self.large.function.range
    }

    /// Formats a gain like "complexity 49 → 21", with the measure of a new function if that is above the limit as well.
    pub fn gain_in_words(&self, planned: &Planned) -> String {
        let gain = self.large.in_words(planned.after);
        if planned.largest > self.large.goal.limit {
            return format!("{gain}, and {} in a new function", planned.largest);
        }
        gain
    }

    /// Applies each suggestion separately, and keeps those that rustc accepts and that are a gain. `path` has links resolved;
    /// `unsaved` are the editor's unsaved source texts.
    pub fn carried_out(
        &self,
        source: &Source,
        (path, unsaved): (&Path, &Texts),
        suggestions: &[Suggestion],
        compiler: &mut Compiler,
    ) -> Result<Outcome, Unjudged> {
        let mut trial = Trial {
            planning: self,
            source,
            path,
            others: texts_beside(path, unsaved),
            compiler,
            left: Vec::new(),
        };
        let mut planned: Vec<Planned> = Vec::new();
        for suggestion in suggestions {
            let Some(one) = trial.plan(suggestion)? else {
                continue;
            };
            if !planned.iter().any(|other| other.text == one.text) {
                planned.push(one);
            }
        }
        planned.sort_by_key(|it| (it.after.max(it.largest), it.after, Reverse(it.names.len())));
        Ok(Outcome {
            planned,
            left: trial.left,
        })
    }
}

/// State of trying suggestions for one function.
struct Trial<'a> {
    planning: &'a Planning,
    source: &'a Source,
    path: &'a Path,
    /// The other source texts of the workspace.
    others: Vec<Arc<str>>,
    compiler: &'a mut Compiler,
    left: Vec<String>,
}

impl Trial<'_> {
    fn plan(&mut self, suggestion: &Suggestion) -> Result<Option<Planned>, Unjudged> {
        // A keyword as a name isn't a typo.
        if let Some(part) = suggestion.parts.iter().find(|part| !is_name(&part.name)) {
            let why = format!(
                "A plan calls a part `{}`, which is no name for a function.",
                part.name
            );
            self.left.push(why);
            return Ok(None);
        }
        let mut text = Arc::clone(&self.source.text);
        let mut names = Vec::new();
        // From the end of the function, so that the ranges of remaining parts stay valid.
        for (range, name) in self.parts(suggestion).into_iter().rev() {
            match self.extracted(&text, range, &name)? {
                Ok(extracted) => {
                    text = extracted;
                    names.insert(0, name);
                }
                Err(why) => {
                    let lines = Lines::new(&self.source.text);
                    let [first, last] = [range.start(), range.end()].map(|at| lines.line(at) + 1);
                    self.left
                        .push(format!("`{name}` of lines {first} to {last}: {why}"));
                }
            }
        }
        if names.is_empty() {
            return Ok(None);
        }
        let Some((after, largest)) = self.measured(&text, &names) else {
            self.leave(&names, "It is no gain.");
            return Ok(None);
        };
        let texts = Texts::from([(self.path.to_path_buf(), Arc::clone(&text))]);
        if let Verdict::Broken(faults) = self.compiler.verdict(&texts)? {
            let fault = faults.first().map(ToString::to_string);
            let why = format!("rustc rejects it: {}.", fault.unwrap_or_default());
            self.leave(&names, &why);
            return Ok(None);
        }
        Ok(Some(Planned {
            text,
            names,
            before: self.planning.large.before,
            after,
            largest,
            why: suggestion.why.clone(),
        }))
    }

    fn leave(&mut self, names: &[String], why: &str) {
        let names = names.join("`, `");
        self.left.push(format!("`{names}`: {why}"));
    }

    /// Returns the parts that can be extracted together, in source order, with unused names.
    fn parts(&self, suggestion: &Suggestion) -> Vec<(TextRange, String)> {
        let mut parts: Vec<(TextRange, String)> = Vec::new();
        for ChosenPart { place, name } in &suggestion.parts {
            let Some(Choice { proposal, is_named }) = self.planning.choices.get(*place) else {
                continue;
            };
            let is_used = |name: &str| parts.iter().any(|(_, other)| other == name);
            let own = Some(&proposal.name).filter(|it| *is_named && !is_used(it));
            let name = Some(name).filter(|it| self.is_free(it) && !is_used(it));
            let shares = |(other, _): &(TextRange, String)| {
                let shared = other.intersect(proposal.range);
                shared.is_some_and(|it| !it.is_empty())
            };
            if let Some(name) = name.or(own)
                && !parts.iter().any(shares)
            {
                parts.push((proposal.range, name.clone()));
            }
        }
        parts.sort_by_key(|(range, _)| range.start());
        parts
    }

    /// Whether a name is readable and unused, in this file and in calls of others.
    fn is_free(&self, name: &str) -> bool {
        is_readable(name) && is_free_beside(self.source, &self.others, name)
    }

    fn extracted(
        &mut self,
        text: &Arc<str>,
        range: TextRange,
        name: &str,
    ) -> Result<Result<Arc<str>, String>, Unjudged> {
        let end = usize::from(range.end());
        let is_where_it_was = text.get(..end) == self.source.text.get(..end);
        if !is_where_it_was {
            return Ok(Err("It isn't where it was any more.".to_owned()));
        }
        let source = match Source::parse(Arc::clone(text), self.source.context) {
            Ok(source) => source,
            Err(why) => return Ok(Err(format!("The file is {why}."))),
        };
        let wanted = Extraction {
            range,
            name: Some(name.to_owned()),
            others: self.others.clone(),
        };
        match extract_function(&source, self.path, &wanted, self.compiler) {
            Ok(extracted) => Ok(Ok(extracted.text)),
            Err(Refused::Because(why)) => Ok(Err(why)),
            Err(Refused::Unjudged(why)) => Err(why),
        }
    }

    /// Returns the remaining measure, and that of the largest new function, if that is a gain.
    fn measured(&self, text: &Arc<str>, names: &[String]) -> Option<(u32, u32)> {
        let source = Source::parse(Arc::clone(text), self.source.context).ok()?;
        let large = &self.planning.large;
        let functions = measure(&source, &Memo::default()).functions();
        let left = functions.iter().find(|it| it.name == large.function.name)?;
        let after = large.measure_of(left);
        let is_new = |it: &&FunctionFacts| names.iter().any(|name| name == source.slice(it.name));
        let new: Vec<&FunctionFacts> = functions.iter().filter(is_new).collect();
        let largest = new.iter().map(|it| large.measure_of(it)).max()?;
        let is_gain = large.is_gain(after) && largest < large.before;
        (is_gain && new.len() == names.len()).then_some((after, largest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::suggestions, syntax::FileContext, text::TextSize};

    fn text() -> String {
        let part = |name: &str| {
            format!(
                "        // Count the {name}.\n        let mut {name} = 0;\n        for it in all {{\n            if it.a() {{\n                if it.b() && it.c() {{\n                    {name} += 1;\n                }}\n            }}\n        }}\n"
            )
        };
        let parts = ["first", "second", "third"].map(part).concat();
        format!(
            "impl S {{\n    // Not sent.\n    fn f(&self, all: &[It]) -> [u32; 3] {{\n{parts}        [first, second, third]\n    }}\n}}\n"
        )
    }

    fn planning(text: &str) -> Result<(Source, Planning), Refused> {
        let source = Source::parse(text, FileContext::default()).unwrap();
        let at = TextSize::try_from(text.find("let mut").unwrap()).unwrap();
        let planning = Planning::at(&source, &Rules::default(), TextRange::empty(at))?;
        Ok((source, planning))
    }

    #[test]
    fn a_function_above_a_limit_has_parts_to_choose_from() {
        let (source, planning) = planning(&text()).unwrap();
        assert!(planning.listed() >= 3, "{planning:?}");
        let subject = planning.subject(&source);
        assert!(
            subject
                .finding
                .starts_with("The function's cognitive complexity is 21"),
            "{}",
            subject.finding
        );
        assert!(
            subject
                .function
                .starts_with("fn f(&self, all: &[It]) -> [u32; 3] {\n    // Count the first.\n"),
            "{}",
            subject.function
        );
        assert!(!subject.function.contains("Not sent") && subject.function.ends_with("\n}\n"));
        let first = &subject.parts[0];
        assert_eq!((first.lines.0, first.parameters), (2, 1));
        assert!(first.gain.starts_with("complexity 21 → "), "{}", first.gain);
        let crlf = text().replace('\n', "\r\n");
        let source = Source::parse(&*crlf, FileContext::default()).unwrap();
        let at = TextSize::try_from(crlf.find("let mut").unwrap()).unwrap();
        let again = Planning::at(&source, &Rules::default(), TextRange::empty(at)).unwrap();
        assert_eq!(again.subject(&source), subject);
    }

    #[test]
    fn every_line_of_a_function_names_it() {
        let text = text();
        let source = Source::parse(&*text, FileContext::default()).unwrap();
        for line in ["    fn f(", "        let mut first", "    }\n}"] {
            let at = TextSize::try_from(text.find(line).unwrap()).unwrap();
            let line = TextRange::at(at, TextSize::of(line));
            assert!(
                Planning::at(&source, &Rules::default(), line).is_ok(),
                "{line:?}"
            );
        }
    }

    #[test]
    fn a_function_within_its_limits_is_left_alone() {
        let refused = planning("fn f() {\n    let mut a = 1;\n    a += 1;\n}\n").unwrap_err();
        assert!(
            refused.to_string().contains("within its limits"),
            "{refused}"
        );
        let refused = planning("const A: u8 = {\n    let mut a = 1;\n    a\n};\n").unwrap_err();
        assert!(refused.to_string().contains("no function"), "{refused}");
    }

    #[test]
    fn names_that_mean_something_are_not_taken() {
        let (source, planning) = planning(&text()).unwrap();
        let mut compiler = Compiler::new(crate::compiler::Stop::default());
        let trial = Trial {
            planning: &planning,
            source: &source,
            path: Path::new("lib.rs"),
            others: vec!["fn g(s: &S) { s.count_all(); }".into()],
            compiler: &mut compiler,
            left: Vec::new(),
        };
        for name in ["count_them", "count_2"] {
            assert!(trial.is_free(name), "{name}");
        }
        for name in [
            "first",
            "all",
            "count_all",
            "fn",
            "match",
            "CountThem",
            "a b",
            "x",
            "",
            "r#fn",
            "count::x",
            "f(){}",
            "däta",
            "_count",
            &"x".repeat(41),
        ] {
            assert!(!trial.is_free(name), "{name}");
        }
        let answer = |name: &str| {
            format!(
                "{{\"plans\":[{{\"parts\":[{{\"number\":1,\"name\":\"{name}\"}},{{\"number\":1,\"name\":\"b\"}}],\"why\":\"\"}}]}}"
            )
        };
        let part = |name: &str| {
            let suggestions = suggestions(&answer(name), planning.listed(), 1).unwrap();
            trial.parts(&suggestions[0])[0].1.clone()
        };
        assert_eq!(part("sum_up"), "sum_up");
        // A name from the code replaces one that is taken.
        assert_eq!(part("first"), planning.choices[0].proposal.name);
    }
}
