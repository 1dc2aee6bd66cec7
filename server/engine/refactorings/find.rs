//! Finds the syntax at a target.

use ra_ap_syntax::{
    AstNode, Direction, SyntaxKind, SyntaxNode, SyntaxToken, algo::skip_trivia_token, ast,
};

use super::{Context, Refactoring, Refusal, Target};
use crate::text::TextRange;

/// The code that a cursor or a selection covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covered {
    Expression(ast::Expr),
    /// Consecutive children of one block: statements, and possibly its tail expression.
    Statements(Vec<SyntaxNode>),
}

/// Returns what a target covers: for a selection, the largest expression or the statements that fill it, ignoring surrounding
/// whitespace; for a cursor, the smallest expression around it. Returns `None` if a selection cuts through a node.
pub fn covered(root: &SyntaxNode, target: Target<'_>) -> Option<Covered> {
    let range = match target {
        Target::Selection(range) if !range.is_empty() => trimmed(root, range)?,
        target => root
            .token_at_offset(target.offset())
            .right_biased()?
            .text_range(),
    };
    let around = root.covering_element(range).ancestors().next()?;
    if !matches!(target, Target::Selection(_)) {
        return around
            .ancestors()
            .find_map(ast::Expr::cast)
            .map(Covered::Expression);
    }
    let filling = around
        .ancestors()
        .take_while(|node| node.text_range() == range);
    if let Some(expression) = filling.filter_map(ast::Expr::cast).last() {
        return Some(Covered::Expression(expression));
    }
    let is_whole = around.text_range() == range && ast::Stmt::can_cast(around.kind());
    let list = if is_whole {
        around.parent()?
    } else {
        around.clone()
    };
    statements(&list, range)
}

/// The statements of a block that exactly fill `range`.
fn statements(block: &SyntaxNode, range: TextRange) -> Option<Covered> {
    if block.kind() != SyntaxKind::STMT_LIST {
        return None;
    }
    let inside = |node: &SyntaxNode| range.contains_range(node.text_range());
    let found: Vec<SyntaxNode> = block.children().filter(inside).collect();
    let (first, last) = (found.first()?, found.last()?);
    let fills = first.text_range().cover(last.text_range()) == range;
    fills.then_some(Covered::Statements(found))
}

/// The range without leading and trailing whitespace.
fn trimmed(root: &SyntaxNode, range: TextRange) -> Option<TextRange> {
    let range = range.intersect(root.text_range())?;
    let solid = |token: SyntaxToken, direction| match token.kind() {
        SyntaxKind::WHITESPACE => skip_trivia_token(token, direction),
        _ => Some(token),
    };
    let first = root.token_at_offset(range.start()).right_biased()?;
    let last = root.token_at_offset(range.end()).left_biased()?;
    let start = solid(first, Direction::Next)?
        .text_range()
        .start()
        .max(range.start());
    let end = solid(last, Direction::Prev)?
        .text_range()
        .end()
        .min(range.end());
    (start < end).then(|| TextRange::new(start, end))
}

/// Whether the target is inside a node of a kind that the refactoring applies to.
pub(super) fn may_apply(
    refactoring: &Refactoring,
    context: &Context<'_>,
    target: Target<'_>,
) -> bool {
    let has_kind = |target| {
        let token = token_at(context, target);
        let mut around = token.into_iter().flat_map(|token| token.parent_ancestors());
        around.any(|node| refactoring.at.contains(&node.kind()))
    };
    targets(target).into_iter().any(has_kind)
}

/// The target itself and, for a finding, its parts from last to first.
fn targets(target: Target<'_>) -> Vec<Target<'_>> {
    let mut targets = vec![target];
    if let Target::Answer(sighting) = target {
        let parts = sighting.parts.iter().rev();
        targets.extend(parts.map(|part| Target::Cursor(part.at.start())));
    }
    targets
}

/// The token at a target. Between two tokens, it is the one after the target.
pub(super) fn token_at(context: &Context<'_>, target: Target<'_>) -> Option<SyntaxToken> {
    let offset = target.offset();
    if !context.root.text_range().contains_inclusive(offset) {
        return None;
    }
    let token = crate::syntax::token_behind(&context.root, offset)?;
    let is_blank = |token: &SyntaxToken| token.kind() == SyntaxKind::WHITESPACE;
    // At the end of a line, its last token is meant.
    if is_blank(&token) && token.text_range().start() == offset {
        return skip_trivia_token(token, Direction::Prev);
    }
    Some(token)
}

/// The nodes of one kind around a target, innermost first.
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

pub(super) const CHOICES: [SyntaxKind; 2] = [SyntaxKind::IF_EXPR, SyntaxKind::MATCH_EXPR];

/// The `if` or `match` whose first line is at the target.
pub(super) fn choice_at(context: &Context<'_>, target: Target<'_>) -> Option<SyntaxNode> {
    let at = token_at(context, target)?;
    let mut around = at.parent_ancestors();
    let found = around.find(|node| CHOICES.contains(&node.kind()))?;
    let body = found.children().find(|child| {
        matches!(
            child.kind(),
            SyntaxKind::MATCH_ARM_LIST | SyntaxKind::BLOCK_EXPR
        )
    })?;
    let head = TextRange::new(found.text_range().start(), body.text_range().start());
    head.contains_range(at.text_range()).then_some(found)
}

/// The loop whose first line is at the target.
pub(super) fn loop_at(context: &Context<'_>, target: Target<'_>) -> Option<ast::ForExpr> {
    let at = token_at(context, target)?.text_range();
    let found = around::<ast::ForExpr>(context, target).next()?;
    let start = found.for_token()?.text_range().start();
    let end = found.iterable()?.syntax().text_range().end();
    TextRange::new(start, end)
        .contains_range(at)
        .then_some(found)
}

/// The `let … else` whose pattern or keyword is at the target.
pub(super) fn let_else_at(context: &Context<'_>, target: Target<'_>) -> Option<SyntaxNode> {
    let at = token_at(context, target)?.text_range();
    let found = around::<ast::LetStmt>(context, target).next()?;
    let start = found.let_token()?.text_range().start();
    let end = found.pat()?.syntax().text_range().end();
    let is_head = TextRange::new(start, end).contains_range(at);
    (is_head && found.let_else().is_some()).then(|| found.syntax().clone())
}

/// The `if` at the target or the one whose `else` is there; for a finding, also those at its parts.
pub(super) fn ifs_at(context: &Context<'_>, target: Target<'_>) -> Vec<ast::IfExpr> {
    targets(target)
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

/// Returns the first successful result. If there is none, returns the first refusal other than `NotHere`.
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

/// The range from the `if` keyword to the opening brace of its block.
pub(super) fn head(found: &ast::IfExpr) -> Option<TextRange> {
    let start = found.if_token()?.text_range().start();
    let brace = found.then_branch()?.stmt_list()?.l_curly_token()?;
    Some(TextRange::new(start, brace.text_range().end()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        syntax::{FileContext, Source},
        text::TextSize,
    };

    /// The code covered by the part of `text` between two `|`, or by a cursor at the only one.
    fn covered_in(text: &str) -> Option<Vec<String>> {
        let parts: Vec<&str> = text.split('|').collect();
        let source = Source::parse(parts.concat(), FileContext::default()).unwrap();
        let start = TextSize::of(parts[0]);
        let target = match parts.as_slice() {
            [_, inside, _] => Target::Selection(TextRange::at(start, TextSize::of(*inside))),
            _ => Target::Cursor(start),
        };
        Some(match covered(&source.root(), target)? {
            Covered::Expression(expression) => vec![expression.to_string()],
            Covered::Statements(all) => all.iter().map(ToString::to_string).collect(),
        })
    }

    #[test]
    fn a_selection_covers_an_expression_or_statements() {
        for (text, expected) in [
            ("fn f() { a(|b + c|); }", &["b + c"][..]),
            ("fn f() { a(| b + c |); }", &["b + c"]),
            ("fn f() { |a(); b;| c }", &["a();", "b;"]),
            ("fn f() { |a();\n b| }", &["a();", "b"]),
            ("fn f() { |let x = 1;| b }", &["let x = 1;"]),
            ("fn f() { |a()| }", &["a()"]),
        ] {
            assert_eq!(covered_in(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn a_cursor_is_in_the_smallest_expression() {
        assert_eq!(covered_in("fn f() { a(|b + c); }").unwrap(), ["b"]);
    }

    #[test]
    fn a_selection_that_cuts_a_node_covers_nothing() {
        for text in [
            "fn f() { a(b |+ c|); }",
            "fn f() { |a(); b|(1) }",
            "fn f() { | | }",
            "|fn f()| {}",
        ] {
            assert_eq!(covered_in(text), None, "{text}");
        }
    }
}
