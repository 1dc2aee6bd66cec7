//! The loop condition without the flag.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::Flag;
use crate::{
    syntax::{Hazard, Refusal, purity},
    text::TextRange,
};

/// Returns the range of the remaining condition, if any.
pub(super) fn without_flag(
    condition: &ast::Expr,
    flag: &Flag,
) -> Result<Option<TextRange>, Refusal> {
    let mut operands = Vec::new();
    flatten(condition, &mut operands);
    let refusal = || {
        Refusal::because(
            Hazard::Evaluation,
            "The rest of the loop condition might be evaluated less often.",
        )
    };
    let has_line = condition.syntax().text().contains_char('\n');
    let binds = condition
        .syntax()
        .descendants()
        .any(|it| it.kind() == SyntaxKind::LET_EXPR);
    let at = operands.iter().position(|operand| is_flag(operand, flag));
    let at = at.filter(|_| !has_line && !binds).ok_or_else(refusal)?;
    let (before, after) = (&operands[..at], &operands[at + 1..]);
    match (before, after) {
        ([], []) => Ok(None),
        ([], [only]) => Ok(Some(bare(only))),
        ([], [first, .., last]) => Ok(Some(range(first).cover(range(last)))),
        // The other operands aren't evaluated again once the flag is set.
        (before, []) if before.iter().all(purity::is_pure) => match before {
            [only] => Ok(Some(bare(only))),
            [first, .., last] => Ok(Some(range(first).cover(range(last)))),
            [] => Ok(None),
        },
        _ => Err(refusal()),
    }
}

/// Collects the operands of `&&` from left to right.
fn flatten(condition: &ast::Expr, operands: &mut Vec<ast::Expr>) {
    if let ast::Expr::BinExpr(both) = condition
        && matches!(
            both.op_kind(),
            Some(ast::BinaryOp::LogicOp(ast::LogicOp::And))
        )
        && let (Some(left), Some(right)) = (both.lhs(), both.rhs())
    {
        flatten(&left, operands);
        operands.push(right);
        return;
    }
    operands.push(condition.clone());
}

/// Whether an operand tests that the flag still has its initial value.
fn is_flag(operand: &ast::Expr, flag: &Flag) -> bool {
    let text = operand.syntax().text().to_string();
    let wanted = if flag.starts { "" } else { "!" };
    text.strip_prefix(wanted) == Some(&*flag.name)
}

fn range(operand: &ast::Expr) -> TextRange {
    operand.syntax().text_range()
}

/// The operand's range without its parentheses, which it doesn't need on its own.
fn bare(operand: &ast::Expr) -> TextRange {
    let inner = match operand {
        ast::Expr::ParenExpr(it) => it.expr(),
        _ => None,
    };
    range(inner.as_ref().unwrap_or(operand))
}
