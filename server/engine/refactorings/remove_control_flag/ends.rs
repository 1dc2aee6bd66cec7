//! The code in a loop after the flag is set.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use crate::{
    syntax::{
        Hazard, Refusal,
        flow::{self, Escape},
        scopes,
    },
    text::TextRange,
};

/// Whether nothing in the body runs after the assignment.
pub(super) fn ends_iteration(set: &ast::BinExpr, body: &ast::BlockExpr) -> bool {
    let mut node = set.syntax().clone();
    loop {
        let Some(parent) = node.parent() else {
            return false;
        };
        let is_last = match parent.kind() {
            SyntaxKind::EXPR_STMT | SyntaxKind::MATCH_ARM | SyntaxKind::MATCH_ARM_LIST => true,
            SyntaxKind::STMT_LIST => node.next_sibling().is_none(),
            // A branch, not the condition.
            SyntaxKind::IF_EXPR => parent.first_child().as_ref() != Some(&node),
            SyntaxKind::MATCH_EXPR => node.kind() == SyntaxKind::MATCH_ARM_LIST,
            SyntaxKind::BLOCK_EXPR => {
                if parent == *body.syntax() {
                    return true;
                }
                let block = ast::BlockExpr::cast(parent.clone());
                block.is_some_and(|it| it.modifier().is_none() && it.label().is_none())
            }
            _ => false,
        };
        if !is_last {
            return false;
        }
        node = parent;
    }
}

/// Refuses loops that clippy would complain about without the flag.
pub(super) fn check_lints(
    body: &ast::BlockExpr,
    sets: &[TextRange],
    has_condition: bool,
) -> Result<(), Refusal> {
    let goes_on = flow::escapes(body.syntax())
        .iter()
        .any(|it| matches!(it, Escape::Continue(_)));
    if !goes_on && block_ends(body, sets) {
        return Err(Refusal::because(
            Hazard::Text,
            "The loop would run only once.",
        ));
    }
    let first = body
        .stmt_list()
        .and_then(|list| list.syntax().first_child());
    let asks_first = first.is_some_and(|first| {
        let chooses = first
            .descendants()
            .any(|it| matches!(it.kind(), SyntaxKind::MATCH_EXPR | SyntaxKind::LET_EXPR));
        chooses
            && sets
                .iter()
                .any(|set| first.text_range().contains_range(*set))
    });
    if asks_first && !has_condition {
        return Err(Refusal::because(
            Hazard::Text,
            "The first statement decides whether the loop ends; `while let` is shorter.",
        ));
    }
    Ok(())
}

/// Checks that the rest of the condition can change in the loop, as far as clippy can tell.
pub(super) fn check_condition(
    body: &ast::BlockExpr,
    condition: &ast::Expr,
    flag: &str,
) -> Result<(), Refusal> {
    let asked: Vec<SyntaxNode> = condition.syntax().descendants().collect();
    let does_more = asked.iter().any(|it| {
        matches!(
            it.kind(),
            SyntaxKind::CALL_EXPR
                | SyntaxKind::FIELD_EXPR
                | SyntaxKind::INDEX_EXPR
                | SyntaxKind::MACRO_EXPR
                | SyntaxKind::METHOD_CALL_EXPR
        )
    });
    let asked = asked.into_iter().filter_map(ast::Expr::cast);
    let mut names = asked
        .filter_map(|it| scopes::as_name(&it))
        .filter(|name| name != flag)
        .peekable();
    if does_more || names.peek().is_none() {
        return Ok(());
    }
    let changed: Vec<String> = body.syntax().descendants().filter_map(changed).collect();
    if names.any(|name| changed.contains(&name)) {
        return Ok(());
    }
    Err(Refusal::because(
        Hazard::Text,
        "The rest of the condition doesn't change in the loop, which clippy would report.",
    ))
}

/// The variable that a node assigns or borrows mutably.
fn changed(node: SyntaxNode) -> Option<String> {
    let place = match ast::Expr::cast(node)? {
        ast::Expr::BinExpr(it) => match it.op_kind()? {
            ast::BinaryOp::Assignment { .. } => it.lhs()?,
            _ => return None,
        },
        ast::Expr::RefExpr(it) => it.expr().filter(|_| it.mut_token().is_some())?,
        ast::Expr::MethodCallExpr(it) => it.receiver()?,
        _ => return None,
    };
    scopes::as_name(&place)
}

/// Whether every path through a block sets the flag or leaves the loop in another way.
fn block_ends(block: &ast::BlockExpr, sets: &[TextRange]) -> bool {
    if flow::diverges(block) {
        return true;
    }
    let statements = block.stmt_list();
    let last = statements.and_then(|it| it.syntax().last_child());
    last.is_some_and(|last| ends(&flow::without_semicolon(last), sets))
}

fn ends(node: &SyntaxNode, sets: &[TextRange]) -> bool {
    if sets.contains(&node.text_range()) {
        return true;
    }
    match ast::Expr::cast(node.clone()) {
        Some(ast::Expr::IfExpr(choice)) => {
            let then = choice.then_branch().is_some_and(|it| block_ends(&it, sets));
            then && match choice.else_branch() {
                Some(ast::ElseBranch::Block(it)) => block_ends(&it, sets),
                Some(ast::ElseBranch::IfExpr(it)) => ends(it.syntax(), sets),
                None => false,
            }
        }
        Some(ast::Expr::MatchExpr(choice)) => choice.match_arm_list().is_some_and(|list| {
            let mut arms = list.arms().filter_map(|arm| arm.expr());
            arms.all(|arm| ends(arm.syntax(), sets))
        }),
        Some(ast::Expr::BlockExpr(block)) => block_ends(&block, sets),
        Some(expr) => flow::expr_diverges(&expr),
        None => false,
    }
}

/// The range from the assignment of the flag to the `break` of the loop right after it.
pub(super) fn with_break(set: &ast::BinExpr, found: &ast::Expr) -> Option<TextRange> {
    let statement = set
        .syntax()
        .parent()
        .filter(|it| it.kind() == SyntaxKind::EXPR_STMT)?;
    let jump = flow::without_semicolon(statement.next_sibling()?);
    let jump = ast::BreakExpr::cast(jump)?;
    let around = set.syntax().ancestors().skip(1).find(|it| {
        flow::is_own_scope(it)
            || matches!(
                it.kind(),
                SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR
            )
    })?;
    let is_plain = jump.expr().is_none() && jump.lifetime().is_none();
    let whole = set.syntax().text_range().cover(jump.syntax().text_range());
    (is_plain && around == *found.syntax()).then_some(whole)
}
