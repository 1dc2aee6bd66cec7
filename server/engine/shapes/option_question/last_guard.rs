//! A `let … else` that returns a `bool`, before the last test of a function.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, LiteralKind},
};

use crate::{syntax::flow, text::TextRange};

pub(super) struct LastGuard {
    /// From the `let` to the function's result.
    pub(super) whole: TextRange,
    /// The test if the pattern matches.
    pub(super) asked: ast::Expr,
    /// The `bool` that is returned otherwise.
    pub(super) gives: bool,
    pub(super) otherwise: TextRange,
}

impl LastGuard {
    pub(super) fn of(statement: &ast::LetStmt) -> Option<Self> {
        let block = statement.let_else()?.block_expr()?;
        let (gives, otherwise) = returned(&block)?;
        if statement.ty().is_some() {
            return None;
        }
        let list = statement.syntax().parent().and_then(ast::StmtList::cast)?;
        let asked = list.tail_expr()?;
        let is_last = statement.syntax().next_sibling().as_ref() == Some(asked.syntax());
        let function = list.syntax().parent()?.parent().and_then(ast::Fn::cast)?;
        let is_bool = function.ret_type()?.ty()?.syntax().text() == "bool";
        let is_fit = is_last && is_bool && !flow::is_block_like(&asked);
        (is_fit && is_only_pattern(statement.syntax(), gives)).then(|| Self {
            whole: statement
                .syntax()
                .text_range()
                .cover(asked.syntax().text_range()),
            asked,
            gives,
            otherwise,
        })
    }
}

/// Whether no other pattern, and at most one condition, is tested before: a row of guards reads uniformly.
fn is_only_pattern(statement: &SyntaxNode, gives: bool) -> bool {
    let mut guards = 0;
    let mut before = statement.prev_sibling();
    while let Some(node) = before {
        match ast::Stmt::cast(node.clone()) {
            Some(ast::Stmt::LetStmt(it)) if it.let_else().is_none() => {}
            Some(ast::Stmt::ExprStmt(it)) => match it.expr() {
                Some(ast::Expr::IfExpr(choice)) => {
                    let own = choice.then_branch().and_then(|it| returned(&it));
                    let is_guard = choice.else_token().is_none();
                    if !is_guard || own.map(|(own, _)| own) != Some(gives) {
                        return false;
                    }
                    guards += 1;
                }
                Some(it) if flow::is_block_like(&it) => return false,
                _ => {}
            },
            _ => return false,
        }
        before = node.prev_sibling();
    }
    guards < 2
}

/// The `bool` that a block only returns.
fn returned(block: &ast::BlockExpr) -> Option<(bool, TextRange)> {
    let mut statements = block.statements();
    let only = match (statements.next(), statements.next(), block.tail_expr()) {
        (None, None, tail) => tail?,
        (Some(ast::Stmt::ExprStmt(it)), None, None) => it.expr()?,
        _ => return None,
    };
    let ast::Expr::ReturnExpr(it) = only else {
        return None;
    };
    let ast::Expr::Literal(given) = it.expr()? else {
        return None;
    };
    match given.kind() {
        LiteralKind::Bool(value) => Some((value, given.syntax().text_range())),
        _ => None,
    }
}
