//! Inserts comments that suppress findings.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::Finding;
use crate::{
    smells::Drawn,
    syntax::{FileContext, LineEnding, Source, layout, place_for_comment},
    text::{TextRange, TextSize, is_unseen, slice},
};

/// A source text with additional allowances.
#[derive(Debug)]
pub struct Allowing {
    pub text: String,
    /// Whether a comment was written for each finding.
    pub is_allowed: Vec<bool>,
}

/// Reason why a text isn't valid in a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoReason {
    #[error("the reason is empty; explain why the finding is intended")]
    Empty,
    #[error("the reason has to be one line without invisible characters")]
    NotOneLine,
}

/// Trims and validates the reason for a comment.
pub fn reason_in_comment(reason: &str) -> Result<&str, NoReason> {
    let reason = reason.trim();
    if reason.is_empty() {
        return Err(NoReason::Empty);
    }
    if reason.contains(|it: char| it.is_control() || is_unseen(it)) {
        return Err(NoReason::NotOneLine);
    }
    Ok(reason)
}

/// Writes `// rustassistant: allow(id) reason` for each finding, with one comment per location. The rest of the source text
/// remains unchanged. Does nothing if the source text can't be parsed or has mixed line endings.
pub fn allowing(
    text: &Arc<str>,
    context: FileContext,
    findings: &[&Finding],
    reason: &str,
) -> Allowing {
    let unchanged = || Allowing {
        text: text.to_string(),
        is_allowed: vec![false; findings.len()],
    };
    let Ok(source) = Source::parse(Arc::clone(text), context) else {
        return unchanged();
    };
    let Some(ending) = LineEnding::of(text) else {
        return unchanged();
    };
    let places = findings.iter().map(|it| Place::of(&source, it));
    let places: Vec<Option<Place>> = places.collect();
    let mut comments: BTreeMap<Place, BTreeSet<&str>> = BTreeMap::new();
    for (finding, place) in findings.iter().zip(&places) {
        if let Some(place) = place {
            let parts = finding.parts.iter().filter_map(|part| part.smell);
            let ids = parts.chain([finding.smell.id]);
            comments.entry(*place).or_default().extend(ids);
        }
    }
    let mut new = text.to_string();
    for (place, ids) in comments.into_iter().rev() {
        let ids = ids.into_iter().collect::<Vec<_>>().join(", ");
        let line = match place {
            Place::File(_) => format!("// rustassistant: allow-file({ids}) {reason}"),
            Place::Ahead(_) => format!("// rustassistant: allow({ids}) {reason}"),
        };
        let indent = layout::indentation(text, place.start()).to_owned();
        new.insert_str(
            place.start().into(),
            &format!("{line}{}{indent}", ending.as_str()),
        );
    }
    Allowing {
        text: new,
        is_allowed: places.iter().map(Option::is_some).collect(),
    }
}

/// Removes the ids in these ranges, and comments without any ids left. A comment that was already in `old` is kept.
pub fn without_allowances(old: &str, new: &str, ids: &[TextRange]) -> String {
    let was_there: BTreeSet<&str> = old.lines().map(str::trim).collect();
    let mut without = String::with_capacity(new.len());
    let mut start = 0;
    for line in new.split_inclusive('\n') {
        let place = start..start + line.len();
        start = place.end;
        let mut inside = ids
            .iter()
            .filter(|id| place.contains(&usize::from(id.start())))
            .filter_map(|id| slice(new, *id))
            .peekable();
        if inside.peek().is_none() || was_there.contains(line.trim()) {
            without.push_str(line);
            continue;
        }
        let idle: BTreeSet<&str> = inside.collect();
        without.push_str(&without_ids(line, &idle));
    }
    without
}

/// Returns an empty string for a comment without remaining ids.
fn without_ids(line: &str, idle: &BTreeSet<&str>) -> String {
    let parts = line.split_once('(').and_then(|(ahead, rest)| {
        let (names, behind) = rest.split_once(')')?;
        Some((ahead, names, behind))
    });
    let Some((ahead, names, behind)) = parts else {
        return line.to_owned();
    };
    let names = names.split(',').map(str::trim);
    let left: Vec<&str> = names.filter(|name| !idle.contains(name)).collect();
    if left.is_empty() {
        return String::new();
    }
    format!("{ahead}({}){behind}", left.join(", "))
}

/// Where a comment is inserted; ordered by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// At the beginning of the file.
    File(TextSize),
    /// Before the item or statement that begins there.
    Ahead(TextSize),
}

impl Place {
    fn of(source: &Source, finding: &Finding) -> Option<Self> {
        if finding.smell.drawn == Drawn::Head {
            return Some(Self::File(head(&source.text)));
        }
        let at = place_for_comment(source, finding.at)?;
        // An existing comment for this smell has no effect, so another one wouldn't either.
        let above = source.text[..usize::from(at)]
            .lines()
            .rev()
            .skip_while(|it| it.trim().is_empty());
        let mut comments = above
            .map(str::trim)
            .take_while(|line| line.starts_with("//"));
        let is_there = comments.any(|line| allows(line, finding.smell.id));
        (!is_there).then_some(Self::Ahead(at))
    }

    fn start(self) -> TextSize {
        match self {
            Self::File(at) | Self::Ahead(at) => at,
        }
    }
}

/// Whether a comment allows a smell.
fn allows(comment: &str, id: &str) -> bool {
    let names = comment.split_once("rustassistant: allow(");
    let names = names.and_then(|(_, rest)| rest.split_once(')'));
    names.is_some_and(|(names, _)| names.split(',').any(|name| name.trim() == id))
}

/// Returns the offset after a byte order mark and a shebang line.
fn head(text: &str) -> TextSize {
    let mark = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let rest = &text[mark..];
    let is_script = rest.starts_with("#!") && !rest[2..].trim_start().starts_with('[');
    let line = rest.find('\n').map_or(0, |newline| newline + 1);
    let script = if is_script { line } else { 0 };
    TextSize::try_from(mark + script).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        analysis::{OpenFile, judge},
        config::Rules,
    };

    fn allowed(text: &str) -> (String, Vec<bool>) {
        let file = OpenFile::new(text, FileContext::default());
        let findings = judge(file.report(), text, &Rules::default());
        let findings: Vec<&Finding> = findings.iter().collect();
        let allowing = allowing(&Arc::from(text), FileContext::default(), &findings, "so");
        (allowing.text, allowing.is_allowed)
    }

    fn left(text: &str) -> usize {
        let file = OpenFile::new(text, FileContext::default());
        judge(file.report(), text, &Rules::default()).len()
    }

    #[test]
    fn a_comment_stands_ahead_of_what_is_found() {
        let text = "fn f(a: bool, b: bool) {\n    if a {\n        if b {\n            g();\n        }\n    }\n}\n";
        let expected = text.replace(
            "    if a",
            "    // rustassistant: allow(collapsible-if) so\n    if a",
        );
        assert_eq!(allowed(text), (expected.clone(), vec![true]));
        assert_eq!(left(&expected), 0);
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(allowed(&crlf).0, expected.replace('\n', "\r\n"));
        assert_eq!(allowed(&text.replacen('\n', "\r\n", 2)).1, [false]);
    }

    #[test]
    fn what_has_no_line_of_its_own_is_refused() {
        let text = "fn e() {} fn f(a: bool, b: bool) { if a { if b { g(); } } }\n";
        assert_eq!(allowed(text), (text.to_owned(), vec![false]));
    }

    #[test]
    fn what_silences_nothing_is_taken_away_where_it_is_new() {
        let old = "// rustassistant: allow(a) so\nfn f() {}\n";
        let new =
            format!("// rustassistant: allow(a, b) so\n    // rustassistant: allow(b) so\n{old}");
        let places = |what: &str| -> Vec<TextRange> {
            let found = new.match_indices(what);
            let found = found.map(|(at, what)| {
                TextRange::at(TextSize::try_from(at).unwrap(), TextSize::of(what))
            });
            found.collect()
        };
        assert_eq!(without_allowances(old, &new, &[]), new);
        assert_eq!(
            without_allowances(old, &new, &places("b")),
            format!("// rustassistant: allow(a) so\n{old}")
        );
    }

    #[test]
    fn a_reason_is_one_line() {
        assert_eq!(reason_in_comment(" as it is "), Ok("as it is"));
        assert_eq!(reason_in_comment(" \t"), Err(NoReason::Empty));
        for reason in ["a\nb", "a\rb", "a\u{1b}b", "a\u{202e}b", "a\u{2028}b"] {
            assert_eq!(
                reason_in_comment(reason),
                Err(NoReason::NotOneLine),
                "{reason:?}"
            );
        }
    }

    #[test]
    fn the_head_of_a_file_is_behind_its_script_line() {
        assert_eq!(head("#!/bin/x\nfn f() {}"), 9.into());
        assert_eq!(head("#![allow(x)]\n"), 0.into());
        assert_eq!(head("\u{feff}fn f() {}"), 3.into());
    }
}
