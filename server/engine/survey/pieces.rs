//! Single statements that are long enough to be worth deduplicating, and the method chains they begin with.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, BinaryOp, HasArgList},
};
use serde::{Deserialize, Serialize};

use super::{NamePrint, Names, Print, Words};
use crate::{
    syntax::{Owner, Unit},
    text::{TextRange, TextSize},
};

/// Minimum and maximum tokens of a piece. Shorter ones are too generic, and longer ones are found by their parts.
pub(super) const SHORTEST: u32 = 25;
const LONGEST: u32 = 200;
/// Maximum number of parts kept per chain.
const MOST_PARTS: usize = 8;

/// A statement or an expression. Pieces that are equal except for names and literals have equal shapes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PiecePrint {
    pub range: TextRange,
    /// The end of the first token.
    pub first_end: TextSize,
    pub words: u32,
    pub shape: Print,
    /// Whether it branches or loops, so that it is more than calls.
    pub is_logic: bool,
    /// Prints of each name and literal, in order.
    pub names: Vec<NamePrint>,
}

/// The pieces of a unit. Methods of a trait implementation are skipped, as the trait often requires their similarity.
pub(super) fn of(unit: &Unit<'_>, words: &Words<'_>, start: TextSize) -> Vec<PiecePrint> {
    if unit.owner == Owner::TraitImpl {
        return Vec::new();
    }
    let mut pieces = Vec::new();
    for list in unit.nodes::<ast::StmtList>() {
        for statement in list.statements() {
            let value = match &statement {
                ast::Stmt::ExprStmt(it) => it.expr(),
                ast::Stmt::LetStmt(it) => it.initializer(),
                ast::Stmt::Item(_) => None,
            };
            add(&mut pieces, statement.syntax(), value, words, start);
        }
        if let Some(tail) = list.tail_expr() {
            add(&mut pieces, tail.syntax(), Some(tail.clone()), words, start);
        }
    }
    pieces
}

/// Adds a statement, and then the expressions its value begins with, from the outside inwards.
fn add(
    pieces: &mut Vec<PiecePrint>,
    statement: &SyntaxNode,
    value: Option<ast::Expr>,
    words: &Words<'_>,
    start: TextSize,
) {
    let Some(value) = value.filter(|value| !holds_row(value)) else {
        return;
    };
    let whole = statement.text_range() - start;
    let is_let = ast::LetStmt::can_cast(statement.kind());
    if words.count(whole) < SHORTEST || (is_let && words.leaves(whole)) {
        return;
    }
    pieces.extend(piece(whole, words, &value));
    let mut inner = within(&value);
    for _ in 0..MOST_PARTS {
        let Some(part) = inner.filter(|part| !is_row(part)) else {
            break;
        };
        let range = part.syntax().text_range() - start;
        if words.count(range) < SHORTEST {
            break;
        }
        pieces.extend(piece(range, words, &part));
        inner = within(&part);
    }
}

fn piece(range: TextRange, words: &Words<'_>, value: &ast::Expr) -> Option<PiecePrint> {
    let count = words.count(range);
    // Code with `unsafe` or an attribute is often duplicated because the language requires it.
    let is_special = words.has(range, "unsafe") || words.has(range, "#");
    if count > LONGEST || is_special || words.is_mostly_literals(range) {
        return None;
    }
    let first = words.first(range)?;
    Some(PiecePrint {
        range: TextRange::new(first.start(), range.end()),
        first_end: first.end(),
        words: count,
        shape: words.print(range, None, Names::Numbered),
        is_logic: is_logic(value),
        names: words.names(range),
    })
}

fn is_logic(value: &ast::Expr) -> bool {
    matches!(
        value,
        ast::Expr::ForExpr(_)
            | ast::Expr::IfExpr(_)
            | ast::Expr::LoopExpr(_)
            | ast::Expr::MatchExpr(_)
            | ast::Expr::WhileExpr(_)
    )
}

fn is_place(value: &ast::Expr) -> bool {
    match value {
        ast::Expr::PathExpr(_) => true,
        ast::Expr::FieldExpr(it) => it.expr().is_some_and(|it| is_place(&it)),
        _ => false,
    }
}

/// Whether a value is a list, a single call with its arguments, or only such a value wrapped in others:
/// `Ok(Box::new(S { .. }))`.
fn holds_row(value: &ast::Expr) -> bool {
    let is_wrapping = matches!(
        value,
        ast::Expr::AwaitExpr(_)
            | ast::Expr::CallExpr(_)
            | ast::Expr::ParenExpr(_)
            | ast::Expr::RefExpr(_)
            | ast::Expr::ReturnExpr(_)
            | ast::Expr::TryExpr(_)
    );
    let inner = within(value).filter(|_| is_wrapping);
    let is_single_call = match value {
        ast::Expr::CallExpr(_) => inner.is_none(),
        ast::Expr::MethodCallExpr(it) => it.receiver().is_none_or(|it| is_place(&it)),
        _ => false,
    };
    is_single_call || is_row(value) || inner.is_some_and(|inner| holds_row(&inner))
}

/// Whether an expression is a list or the input of a macro.
fn is_row(value: &ast::Expr) -> bool {
    matches!(
        value,
        ast::Expr::ArrayExpr(_)
            | ast::Expr::ClosureExpr(_)
            | ast::Expr::Literal(_)
            | ast::Expr::MacroExpr(_)
            | ast::Expr::RecordExpr(_)
            | ast::Expr::TupleExpr(_)
    )
}

/// The expression that this one begins with, or its only operand.
fn within(value: &ast::Expr) -> Option<ast::Expr> {
    match value {
        ast::Expr::AwaitExpr(it) => it.expr(),
        ast::Expr::BinExpr(it) => {
            let is_assignment = matches!(it.op_kind(), Some(BinaryOp::Assignment { .. }));
            it.rhs().filter(|_| is_assignment)
        }
        ast::Expr::CallExpr(it) => {
            let mut arguments = it.arg_list()?.args();
            let only = arguments.next();
            only.filter(|_| arguments.next().is_none())
        }
        ast::Expr::CastExpr(it) => it.expr(),
        ast::Expr::FieldExpr(it) => it.expr(),
        ast::Expr::IndexExpr(it) => it.base(),
        ast::Expr::MethodCallExpr(it) => it.receiver(),
        ast::Expr::ParenExpr(it) => it.expr(),
        ast::Expr::PrefixExpr(it) => it.expr(),
        ast::Expr::RefExpr(it) => it.expr(),
        ast::Expr::ReturnExpr(it) => it.expr(),
        ast::Expr::TryExpr(it) => it.expr(),
        _ => None,
    }
}
