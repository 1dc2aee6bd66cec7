//! Whether repeated statements are bound to their place, so that no function could replace them.

use super::repeats::range_of;
use crate::{
    syntax::{FileUnit, Run, mentions, prints::Words, runs::Statement},
    text::{TextRange, TextSize, slice},
};

/// Maximum number of names that a block with fewer than `LONG` lines may return.
const MOST_LEFT: usize = 3;
const LONG: usize = 20;
/// Number of mutably borrowing names that can't be returned together, since each would borrow all arguments of the function.
const MANY_BORROWS: usize = 2;

/// Whether statements depend on the surrounding type, only assert, return early, or leave more bindings to the following code
/// than a function could return.
pub(super) fn is_bound(file: &FileUnit, run: &Run, statements: &[Statement]) -> bool {
    let text = slice(&file.text, range_of(statements)).unwrap_or_default();
    // No part of an assembly block could become a parameter.
    text.contains("asm!(")
        || is_of_its_type(text)
        || only_asserts(file, statements)
        || leaves_early(file, run, statements)
        || leaves_many(file, run, statements)
        || only_prepares(file, run, statements)
        || takes_many(file, statements)
        || lends_on(file, run, statements)
}

/// The path of the surrounding arm's pattern, if the statements use its bindings: in another arm they may have a different
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

/// Whether all statements are assertions: a function would fail at a different location.
fn only_asserts(file: &FileUnit, statements: &[Statement]) -> bool {
    statements.iter().all(|statement| {
        let text = slice(&file.text, statement.range).unwrap_or_default();
        text.starts_with("assert") || text.starts_with("debug_assert")
    })
}

/// Whether a function in their place would have to make its caller return.
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

/// Whether a few lines only bind names, several of which are used afterwards: a function would have to return all of them.
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
    let read = mentions::variables_read(text, file.context.edition);
    read > MOST || (lines <= FEW && read > lines)
}

/// The type of the surrounding `impl`, if the statements use `self`: in another one, `self` is a different value.
pub(super) fn self_of<'a>(file: &'a FileUnit, statements: &[Statement]) -> Option<&'a str> {
    let text = slice(&file.text, range_of(statements))?;
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    if !words.any(|word| word == "self") {
        return None;
    }
    let before = file.text.get(..usize::from(range_of(statements).start()))?;
    // Reads only the surrounding item, since this may run for many places.
    let is_item = |at: &usize| {
        let line = &before[at + 1..];
        line.starts_with(char::is_alphabetic) && !line.starts_with("where")
    };
    let lines = memchr::memchr_iter(b'\n', before.as_bytes()).rev();
    let start = lines.into_iter().find(is_item)?;
    let (head, _) = before[start + 1..].strip_prefix("impl")?.split_once('{')?;
    let clause = head.find("\nwhere").or_else(|| head.find(" where"));
    let ty = clause.map_or(head, |at| &head[..at]);
    let ty = ty.rsplit_once(" for ").map_or(ty, |(_, ty)| ty).trim();
    // Generic parameters may be named differently.
    let ty = ty
        .split_once('>')
        .filter(|_| ty.starts_with('<'))
        .map_or(ty, |(_, ty)| ty.trim());
    Some(ty.split_once('<').map_or(ty, |(name, _)| name))
}

/// Whether the following code uses several names that borrow mutably.
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

/// Whether the code refers to the surrounding type with `Self`, which means something else in another place.
fn is_of_its_type(block: &str) -> bool {
    if !block.contains("Self") {
        return false;
    }
    let mut words = block.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.any(|word| word == "Self")
}

/// Whether a block leaves so many names to the following code that a function would have to return a tuple of about the block's
/// size.
fn leaves_many(file: &FileUnit, run: &Run, statements: &[Statement]) -> bool {
    let block = range_of(statements);
    let text = |range| slice(&file.text, range).unwrap_or_default();
    let patterns = statements.iter().filter_map(|statement| {
        let (pattern, _) = text(statement.range)
            .strip_prefix("let ")?
            .split_once('=')?;
        Some(pattern.matches(',').count() + 1)
    });
    // Most blocks bind so few names that nothing has to be looked up.
    if patterns.sum::<usize>() <= MOST_LEFT || text(block).lines().count() >= LONG {
        return false;
    }
    let (words, _, behind) = words_of(file, run, statements);
    words.given(TextRange::up_to(block.len()), behind) > MOST_LEFT
}

/// The tokens from the first of the statements to the end of their list, the offset where that begins, and the range after
/// them.
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
