//! Choices between values that have a shorter form: a comparison, `matches!`, or a method.

use ra_ap_syntax::{
    AstNode,
    ast::{self, ArithOp, BinaryOp},
};

use super::{Pulled, matched};
use crate::syntax::{Hazard, Refusal, patterns};

pub(super) fn check(pulled: &Pulled) -> Result<(), Refusal> {
    if are_bools(pulled) || is_of_option(pulled) || is_of_comparison(pulled) {
        return Err(Refusal::because(
            Hazard::Text,
            "A choice between these values is shorter as a comparison or a method call.",
        ));
    }
    Ok(())
}

fn are_bools(pulled: &Pulled) -> bool {
    let mut values = pulled.branches.iter().map(|it| it.value.syntax().text());
    values.all(|value| value == "true" || value == "false")
}

/// Whether a branch passes on the scrutinee's value or is empty, as with `map` and `unwrap_or`.
fn is_of_option(pulled: &Pulled) -> bool {
    if matched(&pulled.choice).is_empty() {
        return false;
    }
    pulled.branches.iter().any(|branch| {
        let value = branch.value.syntax().text().to_string();
        let all = branch.patterns.iter().filter_map(patterns::bindings);
        let mut names = all.flatten().filter_map(|it| ast::HasName::name(&it));
        value == "None" || names.any(|name| name.text() == value)
    })
}

/// Whether the values are those compared, as with `max`, `clamp`, `saturating_sub` and `abs_diff`.
fn is_of_comparison(pulled: &Pulled) -> bool {
    let inside = pulled.choice.descendants().filter_map(ast::BinExpr::cast);
    let compared = inside.filter(|it| matches!(it.op_kind(), Some(BinaryOp::CmpOp(_))));
    let sides = compared.flat_map(|it| [it.lhs(), it.rhs()]).flatten();
    let sides: Vec<String> = sides.map(|it| it.syntax().text().to_string()).collect();
    let is_side = |value: Option<ast::Expr>| {
        value.is_some_and(|value| sides.contains(&value.syntax().text().to_string()))
    };
    pulled.branches.iter().any(|branch| match &branch.value {
        ast::Expr::BinExpr(it) if it.op_kind() == Some(BinaryOp::ArithOp(ArithOp::Sub)) => {
            is_side(it.lhs()) || is_side(it.rhs())
        }
        value => !matches!(value, ast::Expr::Literal(_)) && is_side(Some(value.clone())),
    })
}
