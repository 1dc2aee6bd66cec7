//! The condition of a loop without the flag in it.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::Flag;
use crate::{
    syntax::{Hazard, Refusal, purity},
    text::TextRange,
};

/// What is left to be asked, if anything is.
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
        // It is not asked again once the flag is set.
        (before, []) if before.iter().all(purity::is_pure) => match before {
            [only] => Ok(Some(bare(only))),
            [first, .., last] => Ok(Some(range(first).cover(range(last)))),
            [] => Ok(None),
        },
        _ => Err(refusal()),
    }
}

/// The operands of `&&` from the left to the right.
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

/// Whether an operand says that the flag is as it was.
fn is_flag(operand: &ast::Expr, flag: &Flag) -> bool {
    let text = operand.syntax().text().to_string();
    let wanted = if flag.starts { "" } else { "!" };
    text.strip_prefix(wanted) == Some(&*flag.name)
}

fn range(operand: &ast::Expr) -> TextRange {
    operand.syntax().text_range()
}

/// What stands alone needs no parentheses.
fn bare(operand: &ast::Expr) -> TextRange {
    let inner = match operand {
        ast::Expr::ParenExpr(it) => it.expr(),
        _ => None,
    };
    range(inner.as_ref().unwrap_or(operand))
}
