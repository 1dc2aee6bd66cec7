//! Names that somebody proposes for a function that is extracted.

use std::{path::Path, sync::Arc};

use super::{
    Refused, functions::function_around, is_free_beside, oversized::because, texts_beside,
};
use crate::{
    compiler::Texts,
    extraction::is_name,
    model::{MOST_NAMES, NameSubject, proposed_names},
    syntax::{Source, layout},
    text::TextRange,
};

/// Bytes of the longest selection that is told.
const LONGEST: usize = 6_000;

/// What is told of a selection that becomes a function.
pub fn name_subject(source: &Source, range: TextRange) -> Result<NameSubject, Refused> {
    let around = function_around(source, range);
    let around = around.ok_or_else(|| because("No function is here."))?;
    let code = source.slice(range);
    if code.len() > LONGEST {
        return Err(because("The selection is too long to be told for a name."));
    }
    let indent = layout::indentation(&source.text, range.start());
    let lines = code.lines().map(|line| {
        let line = line.strip_prefix(indent).unwrap_or(line);
        format!("{}\n", line.trim_end())
    });
    let code: String = lines.collect();
    Ok(NameSubject {
        function: source.slice(around.name).to_owned(),
        code: code.trim_end().to_owned(),
    })
}

/// The names of an answer that mean nothing yet, the best first. Beside the file, whose path has no links, stand the texts of an
/// editor that the disk doesn't have.
pub fn names_in(answer: &str, source: &Source, (path, unsaved): (&Path, &Texts)) -> Vec<String> {
    let proposed = proposed_names(answer).unwrap_or_default();
    if proposed.is_empty() {
        return proposed;
    }
    free_among(proposed, source, &texts_beside(path, unsaved))
}

fn free_among(mut names: Vec<String>, source: &Source, others: &[Arc<str>]) -> Vec<String> {
    names.retain(|name| is_name(name) && is_free_beside(source, others, name));
    names.truncate(MOST_NAMES);
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{syntax::FileContext, text::TextSize};

    const TEXT: &str = "mod lamps;\nfn note_all() {}\n\nfn report(lamps: &[u32]) -> u32 {\n    let mut sum = 0;\n    for lamp in lamps {\n        sum += lamp;\n    }\n    sum\n}\n";

    fn source() -> Source {
        Source::parse(TEXT, FileContext::default()).unwrap()
    }

    fn names(answer: &str) -> Vec<String> {
        let others = ["fn x(s: &S) { s.count_all(); weigh_it(); a::sum_it::b(); }".into()];
        free_among(
            proposed_names(answer).unwrap_or_default(),
            &source(),
            &others,
        )
    }

    #[test]
    fn a_selection_is_told_with_the_function_around() {
        let at = TEXT.find("let mut").unwrap();
        let end = TEXT.find("    sum\n").unwrap();
        let [at, end] = [at, end].map(|it| TextSize::try_from(it).unwrap());
        let subject = name_subject(&source(), TextRange::new(at, end)).unwrap();
        assert_eq!(subject.function, "report");
        assert_eq!(
            subject.code,
            "let mut sum = 0;\nfor lamp in lamps {\n    sum += lamp;\n}"
        );
        assert!(name_subject(&source(), TextRange::empty(TextSize::new(3))).is_err());
    }

    #[test]
    fn only_names_that_mean_nothing_yet_are_left() {
        let dropped = [
            // Taken.
            "report",
            "note_all",
            "lamps",
            "lamp",
            "sum",
            "count_all",
            "weigh_it",
            "sum_it",
            // Keywords of some edition.
            "match",
            "async",
            "await",
            "yield",
            "abstract",
            "try",
            "loop",
            "self",
            "super",
            "crate",
            "unsafe",
            "union",
            "dyn",
            "macro_rules",
            "gen",
            "become",
            "static",
            "struct",
            "type",
            // No name, or not in snake case.
            "",
            " ",
            "x",
            "ab",
            "SumUp",
            "sumUp",
            "SUM_UP",
            "_sum_up",
            "sum-up",
            "sum up",
            "sum_up()",
            "sum_up;",
            "r#sum_up",
            "3_sums",
            "sum_up!",
            "sum::up",
            "s\u{fc}m_up",
            "sum_up\u{200b}",
            "\u{202e}sum_up",
            "sum_up\n",
            "sum_up/*",
            "`sum_up`",
            "\"sum_up\"",
            "f(){}",
            "sum_\u{0443}p",
            "sum_up;rm -rf /",
            "$(sum_up)",
            "<b>sum_up</b>",
            "sum.up",
            "&sum_up",
            "sum_up?",
            "'sum_up",
        ];
        let long = "x".repeat(41);
        let replies = dropped.iter().copied().chain([&*long]);
        let mut count = 0;
        for name in replies {
            let answer = json!({ "names": [name, "tally_it"] }).to_string();
            assert_eq!(names(&answer), ["tally_it"], "{name:?}");
            count += 1;
        }
        assert!(count >= 60, "{count}");
        for name in ["tally_it", "tally_lamps", "add_watts_2", "sums"] {
            let answer = json!({ "names": [name] }).to_string();
            assert_eq!(names(&answer), [name]);
        }
    }
}
