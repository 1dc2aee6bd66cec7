//! Whether statements that stand again are bound to their place, so that no function could say them.

use std::collections::HashSet;

use ra_ap_syntax::SyntaxKind;

use super::repeats::range_of;
use crate::{
    syntax::{Edition, FileUnit, Run, prints::Words, runs::Statement, tokens},
    text::{TextRange, TextSize, slice},
};

/// So many names are given back at most, of a block of fewer lines than that.
const MOST_LEFT: usize = 3;
const LONG: usize = 20;
/// So many names that borrow to change can't be given back, since each borrows all that a function is given.
const MANY_BORROWS: usize = 2;

/// Whether statements are about the type around, check what is given, return, or leave to what follows more than a function
/// could give back.
pub(super) fn is_bound(file: &FileUnit, run: &Run, statements: &[Statement]) -> bool {
    let text = slice(&file.text, range_of(statements)).unwrap_or_default();
    // Assembly has no part that a function could be given.
    text.contains("asm!(")
        || is_of_its_type(text)
        || only_asserts(file, statements)
        || leaves_early(file, run, statements)
        || leaves_many(file, run, statements)
        || only_prepares(file, run, statements)
        || takes_many(file, statements)
        || lends_on(file, run, statements)
}

/// The case that the arm around holds, if the statements read what its pattern takes out: in another case that may be of another
/// type.
pub(super) fn case_of<'a>(
    file: &'a FileUnit,
    run: &Run,
    statements: &[Statement],
) -> Option<&'a str> {
    let list = run.statements.first()?.range.start();
    let before = file.text.get(..usize::from(list))?.trim_end();
    let arm = before.strip_suffix('{')?.trim_end().strip_suffix("=>")?;
    let pattern = arm.rsplit('\n').next()?.trim();
    let (case, taken) = pattern.split_once(['(', '{'])?;
    let text = slice(&file.text, range_of(statements))?;
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut names = taken.split(|c: char| !c.is_alphanumeric() && c != '_');
    let is_name =
        |name: &str| name.starts_with(|c: char| c.is_lowercase() || c == '_') && name != "_";
    names
        .any(|name| is_name(name) && words.any(|word| word == name))
        .then_some(case)
}

/// Whether each statement says what has to be so: a function would fail at another place.
fn only_asserts(file: &FileUnit, statements: &[Statement]) -> bool {
    statements.iter().all(|statement| {
        let text = slice(&file.text, statement.range).unwrap_or_default();
        text.starts_with("assert") || text.starts_with("debug_assert")
    })
}

/// Whether a function in their place would have to tell its caller to return.
fn leaves_early(file: &FileUnit, run: &Run, statements: &[Statement]) -> bool {
    let block = range_of(statements);
    let text = slice(&file.text, block).unwrap_or_default();
    let jumps = ["return", "break", "continue"];
    if !jumps.iter().any(|word| text.contains(word)) {
        return false;
    }
    let (words, _, _) = words_of(file, run, statements);
    let range = TextRange::up_to(block.len());
    words.leaves(range) || words.jumps_out(range)
}

/// Whether a few lines only give names, several of them for what follows: a function would give them back in one.
fn only_prepares(file: &FileUnit, run: &Run, statements: &[Statement]) -> bool {
    const FEW: usize = 5;
    const SEVERAL: usize = 2;
    let prepares = |statement: &Statement| {
        let text = slice(&file.text, statement.range).unwrap_or_default();
        ["let ", "assert", "debug_assert"]
            .iter()
            .any(|it| text.starts_with(it))
    };
    if statements.len() > FEW || !statements.iter().all(prepares) {
        return false;
    }
    let (words, _, behind) = words_of(file, run, statements);
    words.given(TextRange::up_to(range_of(statements).len()), behind) >= SEVERAL
}

/// Whether statements read so many variables that a function would have too many parameters, or about as many as it has lines.
fn takes_many(file: &FileUnit, statements: &[Statement]) -> bool {
    const FEW: usize = 4;
    const MOST: usize = 7;
    let text = slice(&file.text, range_of(statements)).unwrap_or_default();
    let lines = text.lines().count();
    let read = variables_read(text, file.context.edition);
    read > MOST || (lines <= FEW && read > lines)
}

/// How many variables from elsewhere a text names; those in texts that are formatted too.
fn variables_read(text: &str, edition: Edition) -> usize {
    let tokens: Vec<(SyntaxKind, &str)> = tokens(text, edition)
        .into_iter()
        .filter(|(kind, _)| !kind.is_trivia())
        .collect();
    let (mut declared, mut read) = (HashSet::new(), HashSet::new());
    let mut is_pattern = false;
    for (at, (kind, word)) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).map_or("", |(_, next)| next);
        let word_before = |back: usize| at.checked_sub(back).map_or("", |it| tokens[it].1);
        let is_of_path = word_before(1) == ":" && word_before(2) == ":";
        match *word {
            "let" => is_pattern = true,
            "=" | ";" => is_pattern = false,
            _ => {}
        }
        match kind {
            SyntaxKind::STRING => read.extend(formatted_in(word)),
            SyntaxKind::IDENT if is_variable(word) && word_before(1) != "." && !is_of_path => {
                if is_pattern {
                    declared.insert(*word);
                } else if !matches!(next, "(" | "!" | ":") {
                    read.insert(*word);
                }
            }
            SyntaxKind::SELF_KW => {
                read.insert(*word);
            }
            _ => {}
        }
    }
    read.difference(&declared).count()
}

fn is_variable(word: &str) -> bool {
    word.starts_with(|c: char| c.is_lowercase() || c == '_')
}

/// The names between the braces of a text.
fn formatted_in(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split('{').skip(1);
    let names = parts.filter_map(|part| part.split(['}', ':']).next());
    names.filter(|name| is_variable(name) && name.chars().all(|c| c.is_alphanumeric() || c == '_'))
}

/// The type whose `impl` is around, if the statements read `self`: in another one that is another value.
pub(super) fn self_of<'a>(file: &'a FileUnit, statements: &[Statement]) -> Option<&'a str> {
    let text = slice(&file.text, range_of(statements))?;
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    if !words.any(|word| word == "self") {
        return None;
    }
    let before = file.text.get(..usize::from(range_of(statements).start()))?;
    // Nothing is read but the item around, since many places may ask.
    let is_item = |at: &usize| {
        let next = before[at + 1..].chars().next();
        next.is_some_and(char::is_alphabetic)
    };
    let lines = memchr::memchr_iter(b'\n', before.as_bytes()).rev();
    let start = lines.into_iter().find(is_item)?;
    let (head, _) = before[start + 1..].strip_prefix("impl")?.split_once('{')?;
    let ty = head.split_once(" where").map_or(head, |(head, _)| head);
    let ty = ty.rsplit_once(" for ").map_or(ty, |(_, ty)| ty).trim();
    // Parameters may have other names.
    let ty = ty
        .split_once('>')
        .filter(|_| ty.starts_with('<'))
        .map_or(ty, |(_, ty)| ty.trim());
    Some(ty.split_once('<').map_or(ty, |(name, _)| name))
}

/// Whether what follows reads several names that borrow in order to change.
fn lends_on(file: &FileUnit, run: &Run, statements: &[Statement]) -> bool {
    const BORROWING: [&str; 6] = [
        "&mut ",
        "_mut(",
        ".borrow()",
        ".lock()",
        ".read()",
        ".write()",
    ];
    let borrows = |statement: &&Statement| {
        let text = slice(&file.text, statement.range).unwrap_or_default();
        let value = text.strip_prefix("let ").and_then(|it| it.split_once('='));
        value.is_some_and(|(_, value)| BORROWING.iter().any(|it| value.contains(it)))
    };
    let lending: Vec<_> = statements.iter().filter(borrows).collect();
    if lending.len() < MANY_BORROWS {
        return false;
    }
    let (words, block, behind) = words_of(file, run, statements);
    let given = lending.iter().map(|statement| {
        let range = statement.range - block;
        words.given(range, behind).min(1)
    });
    given.sum::<usize>() >= MANY_BORROWS
}

/// Whether it is about the type around, and means another one elsewhere.
fn is_of_its_type(block: &str) -> bool {
    if !block.contains("Self") {
        return false;
    }
    let mut words = block.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| word == "Self")
}

/// Whether a block leaves so many names to what follows that a function would have to give back a tuple of about its size.
fn leaves_many(file: &FileUnit, run: &Run, statements: &[Statement]) -> bool {
    let block = range_of(statements);
    let text = |range| slice(&file.text, range).unwrap_or_default();
    let patterns = statements.iter().filter_map(|statement| {
        let (pattern, _) = text(statement.range)
            .strip_prefix("let ")?
            .split_once('=')?;
        Some(pattern.matches(',').count() + 1)
    });
    // Most blocks give so few names that nothing has to be looked up.
    if patterns.sum::<usize>() <= MOST_LEFT || text(block).lines().count() >= LONG {
        return false;
    }
    let (words, _, behind) = words_of(file, run, statements);
    words.given(TextRange::up_to(block.len()), behind) > MOST_LEFT
}

/// The words from the first of the statements to the end of their list, where that begins, and what is behind them.
fn words_of<'a>(
    file: &'a FileUnit,
    run: &Run,
    statements: &[Statement],
) -> (Words<'a>, TextSize, TextRange) {
    let block = range_of(statements);
    let end = run
        .statements
        .last()
        .map_or(block.end(), |it| it.range.end());
    let text = slice(&file.text, TextRange::new(block.start(), end)).unwrap_or_default();
    let words = Words::of(text, file.context.edition);
    let behind = TextRange::new(block.len(), end - block.start());
    (words, block.start(), behind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_from_elsewhere_are_counted_once() {
        for (text, count) in [
            (
                "let name = entry.name.as_ref().unwrap();\nwriteln!(writer, \"{vis}const {}: {} = {};\", name, ty, val)?;",
                5,
            ),
            (
                "let day = shop.calendar().today();\nshop.log(day, shop.rest().len());",
                1,
            ),
            ("self.step(a, b, Kind { c, d: e }, &F);", 5),
            ("list.iter().map(module::call).count();", 1),
        ] {
            assert_eq!(variables_read(text, Edition::CURRENT), count, "{text}");
        }
    }
}
