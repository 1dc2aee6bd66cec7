//! Whether something else than a guard is what a place wants: then a guard would be one more change in the way of it.

use ra_ap_syntax::{
    AstNode,
    ast::{self, BinaryOp, CmpOp, ElseBranch, LogicOp},
};

use crate::syntax::{
    conditions::{conjuncts, operands},
    flow::{BodyOf, body_of},
};

/// A chain of so many branches is a table.
const FEWEST_OF_TABLE: usize = 4;

/// Whether a reviewer would rather ask for another change at the `if`, which ends `block` and holds `then`.
pub(super) fn is_wanted(
    choice: &ast::IfExpr,
    block: &ast::BlockExpr,
    then: &ast::BlockExpr,
) -> bool {
    is_asked_again_inside(choice, then) || is_table(then) || wants_while_let(choice, block)
}

/// Whether the condition only compares by order: its negation is another number rather than the other case.
pub(super) fn compares_by_order(choice: &ast::IfExpr) -> bool {
    let condition = choice.condition();
    let compares = |part: ast::Expr| match part {
        ast::Expr::BinExpr(binary) => {
            matches!(binary.op_kind(), Some(BinaryOp::CmpOp(CmpOp::Ord { .. })))
        }
        _ => false,
    };
    condition.is_some_and(|it| conjuncts(&it).into_iter().all(compares))
}

/// `if a || b { if a { … } if b { … } }`: the `if` around can go.
fn is_asked_again_inside(choice: &ast::IfExpr, then: &ast::BlockExpr) -> bool {
    let condition = choice.condition();
    let asked = condition.iter().flat_map(|it| operands(it, LogicOp::Or));
    let asked: Vec<_> = asked.map(|it| it.syntax().text().to_string()).collect();
    let asks = |inner: ast::Expr| match inner {
        ast::Expr::IfExpr(inner) if inner.else_branch().is_none() => inner
            .condition()
            .is_some_and(|it| asked.contains(&it.syntax().text().to_string())),
        _ => false,
    };
    let mut statements = then.statements().map(|statement| match statement {
        ast::Stmt::ExprStmt(statement) => statement.expr(),
        _ => None,
    });
    asked.len() > 1
        && statements.all(|statement| statement.is_some_and(asks))
        && then.tail_expr().is_none_or(asks)
}

/// Whether the block is one chain of branches, each for a value: its repetition is the matter, and not its depth.
fn is_table(then: &ast::BlockExpr) -> bool {
    let only = match (then.statements().next(), then.tail_expr()) {
        (None, tail) => tail,
        _ => None,
    };
    let Some(ast::Expr::IfExpr(first)) = only else {
        return false;
    };
    let rest = std::iter::successors(Some(first), |branch| match branch.else_branch() {
        Some(ElseBranch::IfExpr(next)) => Some(next),
        _ => None,
    });
    rest.count() >= FEWEST_OF_TABLE
}

/// `loop { if let Ok(a) = next() { … } }`: what goes on for ever where nothing comes wants `while let`, or a `break`.
fn wants_while_let(choice: &ast::IfExpr, block: &ast::BlockExpr) -> bool {
    let is_loop = match body_of(block) {
        Some(BodyOf::Loop(around)) => ast::LoopExpr::can_cast(around.kind()),
        _ => false,
    };
    let is_all = block.statements().next().is_none();
    is_loop && is_all && matches!(choice.condition(), Some(ast::Expr::LetExpr(_)))
}

#[cfg(test)]
mod tests {
    use super::{super::block_ended_by, *};
    use crate::syntax::{FileContext, Source};

    fn first_of(body: &str) -> ast::IfExpr {
        let text = format!("fn f() {{ {body} }}");
        let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
        let mut choices = source.root().descendants().filter_map(ast::IfExpr::cast);
        choices.next().unwrap()
    }

    fn wants_other(body: &str) -> bool {
        let choice = first_of(body);
        let block = block_ended_by(&choice).unwrap();
        is_wanted(&choice, &block, &choice.then_branch().unwrap())
    }

    #[test]
    fn what_is_asked_again_inside() {
        assert!(wants_other("if a() || b { if b { c(); } if a() { d(); } }"));
        for other in [
            "if a() || b { if b { c(); } d(); }",
            "if a() || b { if b { c(); } else { d(); } }",
            "if a() || b { if e { c(); } if a() { d(); } }",
            "if a() { if a() { c(); } }",
            "if a() || b { let c = b; }",
        ] {
            assert!(!wants_other(other), "{other}");
        }
    }

    #[test]
    fn a_table_of_branches() {
        let chain = |count: usize| vec!["if a == 1 { b(); }"; count].join(" else ");
        assert!(wants_other(&format!(
            "if let Some(a) = c {{ {} }}",
            chain(4)
        )));
        assert!(!wants_other(&format!(
            "if let Some(a) = c {{ {} }}",
            chain(3)
        )));
        assert!(!wants_other(&format!(
            "if let Some(a) = c {{ d(); {} }}",
            chain(4)
        )));
    }

    #[test]
    fn a_loop_that_only_waits_for_a_value() {
        assert!(wants_other("loop { if let Ok(a) = b() { c(a); } }"));
        for other in [
            "loop { d(); if let Ok(a) = b() { c(a); } }",
            "loop { if a() { c(); } }",
            "for e in f { if let Ok(a) = b(e) { c(a); } }",
        ] {
            assert!(!wants_other(other), "{other}");
        }
    }

    #[test]
    fn comparisons_by_order() {
        for (condition, expected) in [
            ("a > b", true),
            ("b < c && a <= 1 + b", true),
            ("c && a <= 1 + b", false),
            ("a == b", false),
            ("a.is_some() && c != d", false),
            ("f(a > b)", false),
        ] {
            let choice = first_of(&format!("if {condition} {{ g(); }}"));
            assert_eq!(compares_by_order(&choice), expected, "{condition}");
        }
    }
}
