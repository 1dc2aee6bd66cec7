//! Format strings: the part in which they differ, and the variables that they name.

use ra_ap_syntax::{SyntaxKind, SyntaxToken};

use super::{
    Form, Spots,
    inputs::{is_input_itself, macro_of},
};
use crate::{
    extraction::passing::is_formatting,
    syntax::FileNames,
    text::{TextRange, TextSize},
};

/// The part in which format strings differ, if it is simple.
pub(super) fn formatted(row: &[&SyntaxToken]) -> Option<Spots> {
    let inside = row.iter().map(|it| {
        let name = macro_of(&it.parent()?).filter(|name| is_formatting(name));
        let is_input = it.kind() == SyntaxKind::STRING && is_input_itself(&it.parent()?);
        let name = name.filter(|_| is_input)?;
        let is_own = FileNames::around_node(&it.parent()?).has_macro(&name);
        let text = it.text().strip_prefix('"')?.strip_suffix('"')?;
        // Leading whitespace of a continued line isn't part of the string.
        let goes_on = text.contains("\\\n") || text.contains("\\\r");
        (!is_own && !goes_on).then_some(text)
    });
    let inside: Vec<&str> = inside.collect::<Option<_>>()?;
    let (before, behind) = around(&inside);
    let middle = |text: &&str| text[before..text.len() - behind].to_owned();
    let middles: Vec<String> = inside.iter().map(middle).collect();
    let is_plain = |it: &String| !it.is_empty() && !it.contains(['{', '}', '\\']);
    // Formatting a string alone is pointless.
    let is_all = before + behind == 0 && macro_of(&row[0].parent()?)? == "format";
    if is_all || !middles.iter().all(is_plain) {
        return None;
    }
    let ranges = row.iter().zip(&middles).map(|(token, middle)| {
        let start = token.text_range().start() + TextSize::of('"');
        let start = start + TextSize::try_from(before).ok()?;
        Some(TextRange::at(start, TextSize::of(&**middle)))
    });
    Some(Spots {
        ranges: ranges.collect::<Option<_>>()?,
        texts: middles.iter().map(|it| format!("\"{it}\"")).collect(),
        kinds: vec![Form::Literal; row.len()],
        node: None,
        is_formatted: true,
    })
}

/// The lengths of the common prefix and suffix of strings, excluding parts of words and of placeholders.
fn around(texts: &[&str]) -> (usize, usize) {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\\');
    let first = texts[0];
    let shortest = texts.iter().map(|it| it.len()).min().unwrap_or_default();
    let starts = |end: &usize| texts.iter().all(|it| it.get(..*end) == first.get(..*end));
    let is_open = |part: &str| part.rfind('{') > part.rfind('}');
    let begins = |end: &usize| {
        let part = first.get(..*end);
        part.is_some_and(|it| !it.ends_with(is_word) && !is_open(it)) && starts(end)
    };
    let before = (0..=shortest).rev().find(begins).unwrap_or_default();
    let ends = |size: &usize| {
        let part = |text: &&str| text.get(text.len() - size..).map(str::to_owned);
        let own = part(&first);
        let is_closed = own.as_ref().is_some_and(|it| {
            let (open, close) = (it.find('{'), it.find('}'));
            !it.starts_with(is_word) && (close.is_none() || open.is_some_and(|at| Some(at) < close))
        });
        is_closed && texts.iter().all(|it| part(it) == own)
    };
    let behind = (0..=shortest - before).rev().find(ends);
    (before, behind.unwrap_or_default())
}

/// The variables that otherwise identical format strings name, by position.
pub(super) fn names_in(row: &[&SyntaxToken]) -> Option<Vec<Vec<String>>> {
    let is_template = |it: &&SyntaxToken| {
        let tree = it.parent().filter(is_input_itself);
        let is_known = tree.is_some_and(|tree| {
            let name = macro_of(&tree).filter(|name| is_formatting(name));
            name.is_some_and(|name| !FileNames::around_node(&tree).has_macro(&name))
        });
        let has_braces = it.text().contains("{{") || it.text().contains("}}");
        it.kind() == SyntaxKind::STRING && is_known && !has_braces
    };
    if !row.iter().all(is_template) {
        return None;
    }
    let parted: Vec<(String, Vec<String>)> = row.iter().map(|it| parted(it.text())).collect();
    let (rest, first) = &parted[0];
    let is_alike = |(other, names): &(String, Vec<String>)| {
        other == rest && names.len() == first.len() && !names.is_empty()
    };
    if !parted.iter().all(is_alike) {
        return None;
    }
    let rows = (0..first.len()).map(|at| parted.iter().map(|it| it.1[at].clone()).collect());
    Some(rows.collect())
}

/// A format string without the names of its variables, and the names.
fn parted(text: &str) -> (String, Vec<String>) {
    let (mut rest, mut names) = (String::new(), Vec::new());
    for (number, part) in text.split('{').enumerate() {
        let end = part.find([':', '}']).filter(|_| number > 0);
        let (name, behind) = part.split_at(end.unwrap_or_default());
        rest.push('{');
        rest.push_str(behind);
        if !name.is_empty() {
            names.push(name.to_owned());
        }
    }
    (rest, names)
}
