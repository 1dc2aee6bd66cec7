//! Names proposed by a model for code without a name.

use std::{path::Path, sync::Arc};

use super::{
    Nameless, Refused, condition_named, functions::function_around, is_free_beside,
    nameless::nameless_condition, oversized::because, texts_beside,
};
use crate::{
    compiler::Texts,
    extraction::is_name,
    model::{MOST_NAMES, NameOf, NameSubject, proposed_names},
    syntax::{Source, layout},
};

/// Maximum length of code to send in bytes.
const LONGEST: usize = 6_000;

/// Returns what the model is told about the code.
pub fn name_subject(source: &Source, nameless: Nameless) -> Result<NameSubject, Refused> {
    let (range, of) = match nameless {
        Nameless::Lines(range) => (range, NameOf::Lines),
        Nameless::Condition(at) => (nameless_condition(source, at)?, NameOf::Condition),
    };
    let around = function_around(source, range);
    let around = around.ok_or_else(|| because("There is no function here."))?;
    let code = source.slice(range);
    if code.len() > LONGEST {
        return Err(because("The code is too long to ask for a name."));
    }
    let indent = layout::indentation(&source.text, range.start());
    let lines = code.lines().map(|line| {
        let line = line.strip_prefix(indent).unwrap_or(line);
        format!("{}\n", line.trim_end())
    });
    let code: String = lines.collect();
    Ok(NameSubject {
        of,
        function: source.slice(around.name).to_owned(),
        code: code.trim_end().to_owned(),
    })
}

/// Returns the unused names in an answer, best first. `path` has links resolved; `unsaved` are the editor's unsaved source
/// texts.
pub fn names_in(
    answer: &str,
    (source, nameless): (&Source, Nameless),
    (path, unsaved): (&Path, &Texts),
) -> Vec<String> {
    let mut proposed = proposed_names(answer).unwrap_or_default();
    if proposed.is_empty() {
        return proposed;
    }
    if let Nameless::Condition(at) = nameless {
        proposed.retain(|name| condition_named(source, at, name).is_ok());
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
    use crate::{
        syntax::FileContext,
        text::{TextRange, TextSize},
    };

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
        let subject = name_subject(&source(), Nameless::Lines(TextRange::new(at, end))).unwrap();
        assert_eq!(subject.function, "report");
        assert_eq!(
            subject.code,
            "let mut sum = 0;\nfor lamp in lamps {\n    sum += lamp;\n}"
        );
        let outside = Nameless::Lines(TextRange::empty(TextSize::new(3)));
        assert!(name_subject(&source(), outside).is_err());
    }

    const CONDITION: &str = "mod lamps;\nfn note_all() {}\n\nfn report(a: u8, is_late: bool) {\n    if a == 1\n        || is_late && a > 7\n    {\n        note_all();\n        return;\n    }\n    if a == 3 && is_late {\n        note_all();\n    }\n}\n\nfn later(is_open: bool, is_new: bool) {\n    if is_open && is_new {\n        note_all();\n        note_all();\n    }\n}\n";

    fn at(what: &str) -> Nameless {
        let at = TextSize::try_from(CONDITION.find(what).unwrap()).unwrap();
        Nameless::Condition(TextRange::empty(at))
    }

    #[test]
    fn a_condition_is_told_where_it_tells_no_name_itself() {
        let source = Source::parse(CONDITION, FileContext::default()).unwrap();
        let subject = name_subject(&source, at("if a == 1")).unwrap();
        assert_eq!(
            (subject.of, &*subject.function),
            (NameOf::Condition, "report")
        );
        assert_eq!(subject.code, "a == 1\n    || is_late && a > 7");
        for other in ["if is_open", "note_all", "return", "mod"] {
            assert!(name_subject(&source, at(other)).is_err(), "{other}");
        }
    }

    #[test]
    fn a_condition_gets_names_that_are_free_where_it_stands() {
        let source = Source::parse(CONDITION, FileContext::default()).unwrap();
        let names = [
            "is_late", "a", "note_all", "report", "IsDue", "match", "is_due", "is_open",
        ];
        let answer = json!({ "names": names }).to_string();
        let place = (Path::new("/none/lib.rs"), &Texts::new());
        let found = names_in(&answer, (&source, at("if a == 1")), place);
        assert_eq!(found, ["is_due"]);
        let Nameless::Condition(place) = at("if a == 1") else {
            panic!()
        };
        assert!(condition_named(&source, place, "is_due").is_ok());
        assert!(condition_named(&source, place, "is_late").is_err());
    }

    #[test]
    fn only_names_that_mean_nothing_yet_are_left() {
        let dropped = [
            // Already in use.
            "report",
            "note_all",
            "lamps",
            "lamp",
            "sum",
            "count_all",
            "weigh_it",
            "sum_it",
            // Keywords in some edition.
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
            // Not an identifier, or not in snake case.
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
