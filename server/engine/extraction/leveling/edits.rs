//! The edits that make places identical, and the mapping of ranges through them.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, SyntaxToken, ast};

use super::{NOT_WHOLE, Put, Renamed};
use crate::{
    extraction::{
        NotExtracted,
        bindings::Bindings,
        differing::{Form, pointer},
    },
    syntax::{Edition, Source},
    text::{Edit, TextRange, TextSize},
};

/// Returns the edits that make all places identical.
pub(super) fn edits(
    root: &SyntaxNode,
    lists: &[Vec<SyntaxNode>],
    (puts, renamed): (&[Put], &[Renamed]),
    source: &Source,
) -> Result<Vec<Edit>, NotExtracted> {
    let library = match source.context.edition {
        Edition::Edition2015 => "::std",
        _ => "::core",
    };
    let mut edits = Vec::new();
    for (number, list) in lists.iter().enumerate() {
        let start = list.first().map(|it| it.text_range().start());
        let start = start.ok_or(NOT_WHOLE)?;
        for put in puts {
            let (name, text) = (&put.name, &put.texts[number]);
            let declared = if put.forms.iter().all(|it| *it == Form::Literal) {
                format!("let {name} = {text}; ")
            } else if put.forms.contains(&Form::Function) {
                let pointer = pointer(&list[0], text).ok_or(NOT_WHOLE)?;
                format!("let {name}: {pointer} = {text}; ")
            } else {
                // A non-`Copy` value is duplicated here, in text that is discarded.
                format!("let mut {name} = unsafe {{ {library}::ptr::read(&{text}) }}; ")
            };
            edits.push(Edit::insert(start, declared));
            for (spot, is_formatted) in &put.spots[number] {
                edits.push(if *is_formatted {
                    Edit::replace(*spot, format!("{{{name}}}"))
                } else {
                    Edit::replace(labelled(root, *spot, name)?, name.clone())
                });
            }
        }
        edits.extend(renaming(lists, number, renamed)?);
    }
    Ok(edits)
}

/// A value including its field label, if the label is the same name.
fn labelled(root: &SyntaxNode, spot: TextRange, name: &str) -> Result<TextRange, NotExtracted> {
    let node = root.covering_element(spot);
    let node = node.ancestors().find(|it| it.text_range() == spot);
    let field = node
        .and_then(|it| it.parent())
        .and_then(ast::RecordExprField::cast);
    let label = field.as_ref().and_then(ast::RecordExprField::name_ref);
    let (Some(field), Some(label)) = (field, label) else {
        return Ok(spot);
    };
    if label.text() != name {
        return Ok(spot);
    }
    let mut inside = field.syntax().descendants_with_tokens();
    if inside.any(|it| matches!(it.kind(), SyntaxKind::COMMENT | SyntaxKind::ATTR)) {
        return Err(NotExtracted::new(
            "A comment or an attribute next to a field would be lost.",
        ));
    }
    Ok(field.syntax().text_range())
}

/// Gives variables that each place declares under its own name the same name, wherever they are used.
fn renaming(
    lists: &[Vec<SyntaxNode>],
    number: usize,
    renamed: &[Renamed],
) -> Result<Vec<Edit>, NotExtracted> {
    const ELSEWHERE: NotExtracted =
        NotExtracted::new("A variable of one occurrence is used in another.");
    let range = |list: &[SyntaxNode]| -> Option<TextRange> {
        Some(list.first()?.text_range().cover(list.last()?.text_range()))
    };
    let own = range(&lists[number]).ok_or(NOT_WHOLE)?;
    let mut around = lists[number].iter().flat_map(SyntaxNode::ancestors);
    let function = around.find_map(ast::Fn::cast).ok_or(NOT_WHOLE)?;
    if renamed.is_empty() {
        return Ok(Vec::new());
    }
    let bindings = Bindings::of(&function);
    let mut edits: Vec<Edit> = Vec::new();
    for Renamed { fresh, names } in renamed {
        for word in bindings.occurrences(&names[number], own) {
            let at = word.text_range();
            let mut others = lists.iter().filter_map(|it| range(it));
            // A place in between declares it again, under the same common name.
            if others.any(|it| it.start() >= own.end() && at.start() >= it.start()) {
                return Err(ELSEWHERE);
            }
            match word.kind() {
                SyntaxKind::STRING => edits.extend(in_text(&word, &names[number], fresh)),
                _ => edits.push(Edit::replace(at, renaming_of(&word, fresh))),
            }
        }
    }
    edits.sort_by_key(|it| it.delete.start());
    edits.dedup();
    Ok(edits)
}

/// The replacement of a token that refers to a renamed variable.
fn renaming_of(word: &SyntaxToken, fresh: &str) -> String {
    let path = word.parent_ancestors().find_map(ast::PathExpr::cast);
    let field = path.and_then(|it| ast::RecordExprField::cast(it.syntax().parent()?));
    let is_label = field.is_some_and(|it| {
        it.colon_token().is_none() && it.syntax().text_range() == word.text_range()
    });
    if is_label {
        format!("{word}: {fresh}")
    } else {
        fresh.to_owned()
    }
}

/// The edits of a format string that names the variable.
fn in_text(text: &SyntaxToken, name: &str, fresh: &str) -> Vec<Edit> {
    let found = text.text().match_indices(name).filter(|(at, _)| {
        let (before, behind) = (&text.text()[..*at], &text.text()[at + name.len()..]);
        before.ends_with('{') && behind.starts_with(['}', ':'])
    });
    let edits = found.filter_map(|(at, name)| {
        let start = text.text_range().start() + TextSize::try_from(at).ok()?;
        let range = TextRange::at(start, TextSize::of(name));
        Some(Edit::replace(range, fresh))
    });
    edits.collect()
}

/// The range of a place after the edits inside and before it.
pub(super) fn moved(edits: &[Edit], place: TextRange) -> TextRange {
    let (mut start, mut end) = (place.start(), place.end());
    for edit in edits.iter().rev() {
        let (grown, gone) = (TextSize::of(&*edit.insert), edit.delete.len());
        let is_insertion = edit.delete.is_empty();
        let is_behind = is_insertion && edit.delete.end() == place.end();
        if edit.delete.end() <= place.end() && !is_behind {
            end = end + grown - gone;
        }
        let is_before = edit.delete.end() < place.start()
            || (is_insertion && edit.delete.end() == place.start());
        if is_before {
            start = start + grown - gone;
        }
    }
    TextRange::new(start, end)
}

/// The old and the new range of each edit.
pub(super) fn added(edits: &[Edit]) -> Vec<(TextRange, TextRange)> {
    let mut done = TextSize::new(0);
    let mut last = TextSize::new(0);
    let mut all = Vec::new();
    for edit in edits {
        done += edit.delete.start() - last;
        let grown = TextSize::of(&*edit.insert);
        all.push((edit.delete, TextRange::at(done, grown)));
        done += grown;
        last = edit.delete.end();
    }
    all
}
