//! What stands at a target.

use ra_ap_syntax::{AstNode, Direction, SyntaxToken, ast};

use super::{Context, Refusal, Target};
use crate::text::TextRange;

/// The token that a target means: the one behind it, where it lies between two.
pub(super) fn token_at(context: &Context<'_>, target: Target<'_>) -> Option<SyntaxToken> {
    let offset = target.offset();
    if !context.root.text_range().contains_inclusive(offset) {
        return None;
    }
    let token = crate::syntax::token_behind(&context.root, offset)?;
    let is_blank = |token: &SyntaxToken| token.kind() == ra_ap_syntax::SyntaxKind::WHITESPACE;
    // Behind the last token of a line, that token is meant.
    if is_blank(&token) && token.text_range().start() == offset {
        return ra_ap_syntax::algo::skip_trivia_token(token, Direction::Prev);
    }
    Some(token)
}

/// The nodes of one kind around a target, the innermost first.
pub(super) fn around<N: AstNode>(
    context: &Context<'_>,
    target: Target<'_>,
) -> impl Iterator<Item = N> {
    let token = token_at(context, target);
    token
        .into_iter()
        .flat_map(|token| token.parent_ancestors())
        .filter_map(N::cast)
}

/// The `if` whose keyword or condition is at the target, or whose `} else` is.
pub(super) fn if_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::IfExpr> {
    let token = token_at(context, target)?;
    let at = token.text_range();
    let found = around::<ast::IfExpr>(context, target).next()?;
    if head(&found)?.contains_range(at) {
        return Some(found);
    }
    let then_end = found.then_branch()?.syntax().text_range().end();
    match found.else_branch()? {
        ast::ElseBranch::IfExpr(next) => {
            let lead = TextRange::new(then_end, next.syntax().text_range().start());
            (lead.contains_range(at) || at.end() == then_end).then_some(next)
        }
        ast::ElseBranch::Block(_) => None,
    }
}

/// The `if` at the target with the one around it whose `else` it is; where a finding is answered, those at its parts too.
pub(super) fn ifs_at(context: &Context<'_>, target: Target<'_>) -> Vec<ast::IfExpr> {
    let mut targets = vec![target];
    if let Target::Answer(sighting) = target {
        let parts = sighting.parts.iter().rev();
        targets.extend(parts.map(|part| Target::Cursor(part.at.start())));
    }
    targets
        .into_iter()
        .filter_map(|target| if_at(context, target).or_else(|| if_of_else_at(context, target)))
        .collect()
}

/// The `if` whose `} else {` is at the target.
fn if_of_else_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::IfExpr> {
    let token = token_at(context, target)?;
    let found = around::<ast::IfExpr>(context, target).next()?;
    let start = found.then_branch()?.stmt_list()?.r_curly_token()?;
    let ast::ElseBranch::Block(other) = found.else_branch()? else {
        return None;
    };
    let end = other.stmt_list()?.l_curly_token()?;
    let lead = start.text_range().cover(end.text_range());
    lead.contains_range(token.text_range()).then_some(found)
}

/// What the first of several nodes gives that gives anything; else why the first of them doesn't.
pub(super) fn first_fit<N, T>(
    nodes: &[N],
    derive: impl Fn(&N) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let mut reason = Refusal::NotHere;
    for node in nodes {
        match derive(node) {
            Ok(found) => return Ok(found),
            Err(refusal) if reason == Refusal::NotHere => reason = refusal,
            Err(_) => {}
        }
    }
    Err(reason)
}

/// From the keyword of an `if` to the brace of its block.
pub(super) fn head(found: &ast::IfExpr) -> Option<TextRange> {
    let start = found.if_token()?.text_range().start();
    let brace = found.then_branch()?.stmt_list()?.l_curly_token()?;
    Some(TextRange::new(start, brace.text_range().end()))
}
