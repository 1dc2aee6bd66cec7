//! Temporaries of a value, which would be dropped at the end of the new function instead of at the end of the enclosing
//! statement.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, HasName},
};

use super::{
    NotExtracted,
    exits::{Exits, Leave},
};
use crate::syntax::{FileNames, temporaries};

/// Methods that return guards, which other code may wait for.
const GUARDING: [&str; 9] = [
    "lock",
    "try_lock",
    "read",
    "write",
    "borrow",
    "borrow_mut",
    "enter",
    "entered",
    "upgrade",
];

/// Checks that dropping the temporaries of a value earlier isn't observable.
pub(super) fn check(value: &ast::Expr, exits: &Exits) -> Result<(), NotExtracted> {
    let is_whole = matches!(exits.leave, Leave::Whole { .. });
    if is_whole || temporaries::makes_none(value) || ends_statement(value.syntax()) {
        return Ok(());
    }
    let calls = value
        .syntax()
        .descendants()
        .filter_map(ast::MethodCallExpr::cast);
    let guarding = calls
        .filter(|it| it.syntax() != value.syntax())
        .find(|call| {
            let name = call.name_ref().map(|it| it.text().to_string());
            name.is_some_and(|it| GUARDING.contains(&&*it))
        });
    if guarding.is_none() && !FileNames::around(value).has_drop() {
        return Ok(());
    }
    Err(NotExtracted::at(
        value.syntax(),
        "Temporaries of the value would be dropped earlier",
    ))
}

/// Whether the enclosing statement does nothing after an expression.
fn ends_statement(node: &SyntaxNode) -> bool {
    let Some(around) = node.parent() else {
        return false;
    };
    match around.kind() {
        SyntaxKind::LET_STMT => {
            let statement = ast::LetStmt::cast(around);
            statement.is_some_and(|it| {
                let is_plain =
                    matches!(it.pat(), Some(ast::Pat::IdentPat(name)) if name.name().is_some());
                is_plain && it.let_else().is_none()
            })
        }
        SyntaxKind::EXPR_STMT
        | SyntaxKind::RETURN_EXPR
        | SyntaxKind::WHILE_EXPR
        | SyntaxKind::LOOP_EXPR => true,
        SyntaxKind::STMT_LIST => around.parent().is_some_and(|block| {
            let is_body = block
                .parent()
                .is_some_and(|it| matches!(it.kind(), SyntaxKind::FN | SyntaxKind::CLOSURE_EXPR));
            is_body || ends_statement(&block)
        }),
        SyntaxKind::IF_EXPR => {
            let choice = ast::IfExpr::cast(around.clone());
            let condition = choice.and_then(|it| it.condition());
            condition.is_some_and(|it| it.syntax() == node) || ends_statement(&around)
        }
        SyntaxKind::FOR_EXPR => node.kind() == SyntaxKind::BLOCK_EXPR,
        SyntaxKind::MATCH_ARM => {
            let choice = around.ancestors().nth(2);
            choice.is_some_and(|it| ends_statement(&it))
        }
        SyntaxKind::BLOCK_EXPR | SyntaxKind::PAREN_EXPR | SyntaxKind::TRY_EXPR => {
            ends_statement(&around)
        }
        SyntaxKind::BIN_EXPR => {
            let operation = ast::BinExpr::cast(around.clone());
            let is_assigned = operation.is_some_and(|it| {
                matches!(it.op_kind(), Some(ast::BinaryOp::Assignment { op: None }))
                    && it.lhs().is_some_and(|lhs| temporaries::is_place(&lhs))
                    && it.rhs().is_some_and(|rhs| rhs.syntax() == node)
            });
            is_assigned && ends_statement(&around)
        }
        _ => false,
    }
}
