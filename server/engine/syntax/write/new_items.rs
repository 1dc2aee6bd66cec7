//! Finds the position for a new constant or type alias.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasVisibility},
};

use super::layout;
use crate::{
    syntax::{Hazard, Refusal},
    text::{TextRange, TextSize},
};

/// A position between two items, with the text around the new item there.
pub struct Gap {
    pub at: TextSize,
    pub indent: String,
    pub before: String,
    pub after: String,
}

/// The kind of item that the new one may directly follow, without a blank line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joins {
    Constants,
    Nothing,
}

impl Gap {
    /// Before the only item that contains the places, or else before the first item of the module that declares more than a
    /// name.
    pub fn before_users(joins: Joins, places: &[SyntaxNode], text: &str) -> Result<Self, Refusal> {
        let first = places.first().ok_or(Refusal::NotHere)?;
        let module = items_around(first).ok_or(Refusal::NotHere)?;
        check_imports(&module)?;
        let is_user = |item: &SyntaxNode| {
            let range = item.text_range();
            places
                .iter()
                .any(|place| range.contains_range(place.text_range()))
        };
        let items: Vec<SyntaxNode> = module
            .children()
            .filter(|node| ast::Item::can_cast(node.kind()))
            .collect();
        let mut users = items.iter().filter(|item| is_user(item));
        let anchor = match (users.next(), users.next()) {
            (Some(only), None) => Some(only),
            _ => items.iter().find(|item| !leads(item)),
        };
        anchor.and_then(|anchor| Self::before(anchor, joins, text)).ok_or_else(|| {
            Refusal::because(
                Hazard::Text,
                "There is no blank line before the items that use it, where a new item could go.",
            )
        })
    }

    fn before(item: &SyntaxNode, joins: Joins, text: &str) -> Option<Self> {
        let blank = item.first_token()?.prev_token().filter(is_blank_line)?;
        let end = layout::first_line_ending(text);
        let range: TextRange = blank.text_range();
        let first_break = TextSize::try_from(blank.text().find('\n')? + 1).ok()?;
        let indent = layout::indentation(text, item.text_range().start()).to_owned();
        let is_behind_constant = item.prev_sibling().is_some_and(|it| {
            it.kind() == SyntaxKind::CONST && it.text_range().end() == range.start()
        });
        let is_joined = joins == Joins::Constants && is_behind_constant;
        let lead = if is_joined { "" } else { end };
        Some(Self {
            at: range.start() + first_break,
            before: format!("{lead}{indent}"),
            after: end.to_owned(),
            indent,
        })
    }
}

fn is_blank_line(token: &SyntaxToken) -> bool {
    token.kind() == SyntaxKind::WHITESPACE && token.text().matches('\n').count() > 1
}

/// The list of items in the enclosing module.
fn items_around(place: &SyntaxNode) -> Option<SyntaxNode> {
    let is_list =
        |node: &SyntaxNode| matches!(node.kind(), SyntaxKind::ITEM_LIST | SyntaxKind::SOURCE_FILE);
    place.ancestors().find(is_list)
}

/// Whether an item belongs at the head of a module.
fn leads(item: &SyntaxNode) -> bool {
    match item.kind() {
        SyntaxKind::MODULE => {
            ast::Module::cast(item.clone()).is_some_and(|it| it.item_list().is_none())
        }
        kind => matches!(
            kind,
            SyntaxKind::CONST
                | SyntaxKind::EXTERN_CRATE
                | SyntaxKind::MACRO_CALL
                | SyntaxKind::STATIC
                | SyntaxKind::USE
        ),
    }
}

/// A new item could shadow one with the same name that is reexported through the module.
fn check_imports(module: &SyntaxNode) -> Result<(), Refusal> {
    let mut imports = module.children().filter_map(ast::Use::cast);
    let hands_on_all = imports.any(|import| {
        let tokens = import.syntax().descendants_with_tokens();
        let mut tokens = tokens.filter_map(NodeOrToken::into_token);
        import.visibility().is_some() && tokens.any(|token| token.kind() == SyntaxKind::STAR)
    });
    (!hands_on_all).then_some(()).ok_or_else(|| {
        Refusal::because(
            Hazard::Scope,
            "The module re-exports another one with a glob, part of which the new item could shadow.",
        )
    })
}
