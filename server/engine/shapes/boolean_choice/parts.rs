//! The parts of branches that only return `bool`s.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, HasAttrs, LiteralKind, LogicOp},
};

use super::has_method;
use crate::{
    syntax::{flow, negation, patterns, temporaries},
    text::TextRange,
};

pub(super) struct Parts {
    /// The first `if`.
    pub(super) choice: ast::IfExpr,
    pub(super) keyword: TextRange,
    pub(super) whole: TextRange,
    /// The enclosing statement list.
    pub(super) around: SyntaxNode,
    pub(super) place: Place,
    pub(super) asks: Vec<Ask>,
    pub(super) last: Last,
    /// Whether both branches are literals.
    pub(super) is_of_clippy: bool,
    /// Whether the `if` returns.
    pub(super) is_guarded: bool,
}

/// The position of the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The tail expression of a block.
    Tail,
    /// The initializer of a `let`.
    Let,
}

/// A condition, and the operator that joins it with the next one.
pub(super) struct Ask {
    pub(super) asked: Asked,
    pub(super) operator: LogicOp,
    pub(super) is_negated: bool,
}

pub(super) enum Asked {
    Condition(ast::Expr),
    Pattern(ast::Expr, ast::Pat),
}

/// The value if no condition decides.
pub(super) enum Last {
    Literal,
    Value(ast::Expr),
}

impl Parts {
    pub(super) fn of(choice: &ast::IfExpr) -> Option<Self> {
        if choice.attrs().next().is_some() {
            return None;
        }
        if choice.else_token().is_some() {
            return of_branches(choice);
        }
        of_guards(choice)
    }
}

/// `if a { return true; } b`, where another such guard may follow.
fn of_guards(choice: &ast::IfExpr) -> Option<Parts> {
    let statement = statement_of(choice)?;
    let around = statement.parent()?;
    let block = around.parent().and_then(ast::BlockExpr::cast)?;
    if !flow::gives_result(&block) || !is_of_bool(&around) {
        return None;
    }
    // A row of guards reads uniformly.
    if statement
        .prev_sibling()
        .is_some_and(|before| is_guard(&before))
    {
        return None;
    }
    let (first, gives) = guard(choice)?;
    let mut asks = vec![first];
    let mut end = statement.next_sibling()?;
    if let Some(next) = guard_at(&end) {
        let (second, _) = guard(&next).filter(|(_, it)| *it == gives)?;
        asks.push(second);
        end = end.next_sibling()?;
    }
    if end.next_sibling().is_some() {
        return None;
    }
    let whole = statement.text_range().cover(end.text_range());
    let value = value_of(&end)?;
    let last = match literal(&value) {
        Some(it) if it != gives => Last::Literal,
        None if asks.len() == 1 => Last::Value(value),
        _ => return None,
    };
    Some(Parts {
        choice: choice.clone(),
        keyword: choice.if_token()?.text_range(),
        whole,
        around,
        place: Place::Tail,
        asks,
        last,
        is_of_clippy: false,
        is_guarded: true,
    })
}

/// `if a { b } else { false }`.
fn of_branches(choice: &ast::IfExpr) -> Option<Parts> {
    let condition = choice.condition()?;
    if negation::contains_let(&condition) {
        return None;
    }
    let ast::ElseBranch::Block(other) = choice.else_branch()? else {
        return None;
    };
    let (then, other) = (only_value(&choice.then_branch()?)?, only_value(&other)?);
    let (operator, is_negated, last) = match (literal(&then), literal(&other)) {
        (Some(then), Some(other)) if then != other => (LogicOp::And, !then, Last::Literal),
        (Some(true), None) => (LogicOp::Or, false, Last::Value(other)),
        (Some(false), None) => (LogicOp::And, true, Last::Value(other)),
        (None, Some(false)) => (LogicOp::And, false, Last::Value(then)),
        _ => return None,
    };
    let parent = choice.syntax().parent()?;
    let (place, around) = match ast::LetStmt::cast(parent.clone()) {
        Some(statement) => (Place::Let, statement.syntax().parent()?),
        None => (Place::Tail, parent),
    };
    let tail = ast::StmtList::cast(around.clone())?.tail_expr();
    let is_tail = tail.is_some_and(|tail| tail.syntax() == choice.syntax());
    if place == Place::Tail && !is_tail {
        return None;
    }
    Some(Parts {
        choice: choice.clone(),
        keyword: choice.if_token()?.text_range(),
        whole: choice.syntax().text_range(),
        around,
        place,
        is_of_clippy: matches!(last, Last::Literal),
        is_guarded: false,
        asks: vec![Ask {
            asked: Asked::Condition(condition),
            operator,
            is_negated,
        }],
        last,
    })
}

/// A statement that is an `if`.
fn statement_of(choice: &ast::IfExpr) -> Option<SyntaxNode> {
    let statement = choice.syntax().parent().and_then(ast::ExprStmt::cast)?;
    let is_plain = statement.semicolon_token().is_none();
    is_plain.then(|| statement.syntax().clone())
}

/// The guard that a statement is.
fn guard_at(statement: &SyntaxNode) -> Option<ast::IfExpr> {
    let statement = ast::ExprStmt::cast(statement.clone())?;
    let ast::Expr::IfExpr(choice) = statement.expr()? else {
        return None;
    };
    let is_plain = choice.else_token().is_none() && choice.attrs().next().is_none();
    is_plain.then_some(choice)
}

/// The condition and the `bool` of an `if` that only returns a `bool`.
fn guard(choice: &ast::IfExpr) -> Option<(Ask, bool)> {
    let gives = returned(&choice.then_branch()?)?;
    let condition = choice.condition()?;
    let asked = match condition {
        ast::Expr::LetExpr(it) if gives => {
            let (value, pattern) = (it.expr()?, it.pat()?);
            let place = match &value {
                ast::Expr::RefExpr(it) => it.expr()?,
                value => value.clone(),
            };
            let is_asked = temporaries::is_place(&place)
                && patterns::binds_nothing(&pattern)
                && !has_method(&pattern);
            is_asked.then_some(Asked::Pattern(value, pattern))?
        }
        condition if negation::contains_let(&condition) => return None,
        condition => Asked::Condition(condition),
    };
    let operator = if gives { LogicOp::Or } else { LogicOp::And };
    let ask = Ask {
        asked,
        operator,
        is_negated: !gives,
    };
    Some((ask, gives))
}

/// The `bool` that a block only returns.
fn returned(block: &ast::BlockExpr) -> Option<bool> {
    if block.modifier().is_some() || block.label().is_some() {
        return None;
    }
    let list = block.stmt_list()?;
    let mut statements = list.statements();
    let expr = match (statements.next(), list.tail_expr()) {
        (None, Some(tail)) => tail,
        (Some(ast::Stmt::ExprStmt(it)), None) => it.expr()?,
        _ => return None,
    };
    let ast::Expr::ReturnExpr(it) = expr else {
        return None;
    };
    if statements.next().is_some() {
        return None;
    }
    literal(&it.expr()?)
}

/// The value of a last statement.
fn value_of(last: &SyntaxNode) -> Option<ast::Expr> {
    match ast::ExprStmt::cast(last.clone()) {
        Some(statement) => match statement.expr()? {
            ast::Expr::ReturnExpr(it) => it.expr(),
            _ => None,
        },
        None => match ast::Expr::cast(last.clone())? {
            ast::Expr::ReturnExpr(it) => it.expr(),
            value => Some(value),
        },
    }
}

/// The only expression of a plain block.
fn only_value(block: &ast::BlockExpr) -> Option<ast::Expr> {
    let list = block.stmt_list()?;
    let is_plain = block.modifier().is_none()
        && block.label().is_none()
        && list.statements().next().is_none()
        && list.attrs().next().is_none();
    list.tail_expr().filter(|_| is_plain)
}

fn literal(value: &ast::Expr) -> Option<bool> {
    match value {
        ast::Expr::Literal(it) => match it.kind() {
            LiteralKind::Bool(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}

/// Whether the enclosing function or closure returns a plain `bool`.
fn is_of_bool(node: &SyntaxNode) -> bool {
    let Some(scope) = node.ancestors().find(flow::is_own_scope) else {
        return false;
    };
    let gives = match ast::Fn::cast(scope.clone()) {
        Some(function) => function.ret_type(),
        None => match ast::ClosureExpr::cast(scope) {
            Some(closure) => match closure.ret_type() {
                None => return true,
                gives => gives,
            },
            None => return false,
        },
    };
    let ty = gives.and_then(|gives| gives.ty());
    ty.is_some_and(|ty| ty.syntax().text() == "bool")
}

/// Whether a statement may exit from the function early: an `if`, a `let … else`, or a loop.
fn is_guard(statement: &SyntaxNode) -> bool {
    if let Some(it) = ast::LetStmt::cast(statement.clone()) {
        return it.let_else().is_some();
    }
    let statement = ast::ExprStmt::cast(statement.clone());
    match statement.as_ref().and_then(ast::ExprStmt::expr) {
        Some(ast::Expr::IfExpr(choice)) => choice
            .then_branch()
            .is_some_and(|block| flow::diverges(&block)),
        Some(it @ (ast::Expr::ForExpr(_) | ast::Expr::WhileExpr(_) | ast::Expr::MatchExpr(_))) => {
            let mut inside = it.syntax().descendants();
            inside.any(|node| ast::ReturnExpr::can_cast(node.kind()))
        }
        _ => false,
    }
}
