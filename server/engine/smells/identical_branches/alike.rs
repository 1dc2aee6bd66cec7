//! Two branches that are the same call except for one token of its arguments.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, TextRange,
    ast::{self, ElseBranch},
};

use super::Branch;
use crate::syntax::layout;

/// Minimum length; shorter branches are read at a glance.
const SHORTEST: usize = 12;

/// The two tokens in which the branches of an `if` differ.
pub(super) fn differing_words(choice: &SyntaxNode) -> Vec<TextRange> {
    of(choice).map_or_else(Vec::new, |pair| pair.map(|it| it.text_range()).to_vec())
}

/// Whether a source text is a single name or literal.
pub(super) fn is_word(text: &str) -> bool {
    let is_name = text
        .chars()
        .all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    !text.is_empty() && (is_name || text.starts_with(['"', '\'']))
}

fn of(choice: &SyntaxNode) -> Option<[SyntaxToken; 2]> {
    let choice = ast::IfExpr::cast(choice.clone())?;
    let ElseBranch::Block(other) = choice.else_branch()? else {
        return None;
    };
    let is_in_chain = choice
        .syntax()
        .parent()
        .is_some_and(|it| ast::IfExpr::can_cast(it.kind()));
    let then = Branch::of(&ast::Expr::BlockExpr(choice.then_branch()?)).value;
    let other = Branch::of(&ast::Expr::BlockExpr(other)).value;
    let is_call =
        |it: &ast::Expr| matches!(it, ast::Expr::CallExpr(_) | ast::Expr::MethodCallExpr(_));
    if is_in_chain || !is_call(&then) || !is_call(&other) || layout::has_comment(choice.syntax()) {
        return None;
    }
    let (mut left, mut right) = (words(&then), words(&other));
    let (mut pair, mut count) = (None, 0);
    loop {
        match (left.next(), right.next()) {
            (Some(one), Some(other)) if one.text() == other.text() => count += 1,
            (Some(one), Some(other)) if pair.is_none() => pair = Some([one, other]),
            (None, None) => break,
            _ => return None,
        }
    }
    let pair = pair.filter(|_| count >= SHORTEST)?;
    let are_values = pair.iter().all(is_argument);
    are_values.then_some(pair)
}

fn words(value: &ast::Expr) -> impl Iterator<Item = SyntaxToken> + use<> {
    let all = value.syntax().descendants_with_tokens();
    let tokens = all.filter_map(NodeOrToken::into_token);
    tokens.filter(|token| !token.kind().is_trivia())
}

/// Whether a token is an argument, or the last part of one.
fn is_argument(token: &SyntaxToken) -> bool {
    let Some(parent) = token.parent() else {
        return false;
    };
    let value = match parent.kind() {
        SyntaxKind::LITERAL => Some(parent),
        SyntaxKind::NAME_REF => parent
            .ancestors()
            .skip(1)
            .find(|it| !matches!(it.kind(), SyntaxKind::PATH_SEGMENT | SyntaxKind::PATH)),
        _ => None,
    };
    let Some(value) = value else {
        return false;
    };
    let is_value = matches!(
        value.kind(),
        SyntaxKind::LITERAL | SyntaxKind::PATH_EXPR | SyntaxKind::FIELD_EXPR
    );
    // A callee doesn't count: a different call is a different step.
    let around = value
        .ancestors()
        .skip(1)
        .find(|it| it.kind() != SyntaxKind::REF_EXPR);
    is_value && around.is_some_and(|it| it.kind() == SyntaxKind::ARG_LIST)
}
