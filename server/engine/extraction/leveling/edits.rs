//! The edits that give each place the same words, and where a range of the text stands once they are done.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName},
};

use super::{NOT_WHOLE, Put};
use crate::{
    extraction::{
        NotExtracted,
        differing::{Differences, Form, declared, is_variable},
        selection::tokens,
    },
    syntax::{Edition, Source, scopes::Names},
    text::{Edit, TextRange, TextSize},
};

/// What gives each place the same words.
pub(super) fn edits(
    root: &SyntaxNode,
    lists: &[Vec<SyntaxNode>],
    (puts, found): (&[Put], &Differences),
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
            } else {
                // What can't be moved has a copy of its own here, in a text that nobody keeps.
                format!("let mut {name} = unsafe {{ {library}::ptr::read(&{text}) }}; ")
            };
            edits.push(Edit::insert(start, declared));
            for spot in &put.spots[number] {
                edits.push(Edit::replace(labelled(root, *spot, name), name.clone()));
            }
        }
        edits.extend(renaming(list, (number, found))?);
    }
    Ok(edits)
}

/// A value with the label of its field, if that is what the value is called.
fn labelled(root: &SyntaxNode, spot: TextRange, name: &str) -> TextRange {
    let node = root.covering_element(spot);
    let node = node.ancestors().find(|it| it.text_range() == spot);
    let field = node
        .and_then(|it| it.parent())
        .and_then(ast::RecordExprField::cast);
    let label = field.as_ref().and_then(ast::RecordExprField::name_ref);
    match (field, label) {
        (Some(field), Some(label)) if label.text() == name => field.syntax().text_range(),
        _ => spot,
    }
}

/// What gives the variables that a place declares the names that the first place has for them.
fn renaming(
    list: &[SyntaxNode],
    (number, found): (usize, &Differences),
) -> Result<Vec<Edit>, NotExtracted> {
    let pairs = found.renamed.iter();
    let pairs = pairs.map(|it| (it[number].as_str(), it[0].as_str()));
    let pairs: Vec<(&str, &str)> = pairs.filter(|(own, first)| own != first).collect();
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let own = declared(list);
    let is_caught = |(_, first): &(&str, &str)| {
        own.contains(*first) || list.iter().any(|it| Names::in_node(it).has(first))
    };
    if pairs.iter().any(is_caught) {
        return Err(NotExtracted::new(
            "A name is a variable in one place, and another one elsewhere.",
        ));
    }
    let words = list.iter().flat_map(tokens);
    let words = words.filter(|it| it.kind() == SyntaxKind::IDENT && is_variable(it));
    let edits = words.filter_map(|word| {
        let (_, first) = pairs.iter().find(|it| it.0 == word.text())?;
        Some(Edit::replace(word.text_range(), *first))
    });
    Ok(edits.chain(handed_on(list, &pairs)).collect())
}

/// What gives variables their own names back behind a place, where they are looked at.
fn handed_on(list: &[SyntaxNode], pairs: &[(&str, &str)]) -> Option<Edit> {
    let end = list.last()?;
    let behind = std::iter::successors(end.next_sibling(), SyntaxNode::next_sibling);
    let behind: Vec<Names> = behind.map(|it| Names::in_node(&it)).collect();
    let is_meant = |own: &str| behind.iter().any(|it| it.has(own));
    let is_mut = |own: &str| {
        let patterns = list.iter().flat_map(SyntaxNode::descendants);
        let mut patterns = patterns.filter_map(ast::IdentPat::cast);
        patterns
            .any(|it| it.mut_token().is_some() && it.name().is_some_and(|name| name.text() == own))
    };
    let meant = pairs.iter().filter(|(own, _)| is_meant(own));
    let words = meant.map(|(own, first)| {
        let word = if is_mut(own) { "mut " } else { "" };
        format!(" let {word}{own} = {first};")
    });
    let words: String = words.collect();
    (!words.is_empty()).then(|| Edit::insert(end.text_range().end(), words))
}

/// The range of a place once the edits are done that stand in it or in front of it.
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

/// What was there and what has become of it, edit by edit.
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
