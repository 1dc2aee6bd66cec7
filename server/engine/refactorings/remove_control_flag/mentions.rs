//! Finds where a flag is assigned and read.

use ra_ap_syntax::{AstNode, NodeOrToken, SyntaxKind, SyntaxToken, ast};

use super::Flag;
use crate::{syntax::scopes, text::TextRange};

/// Every mention of a flag after its declaration.
#[derive(Default)]
pub(super) struct Mentions {
    /// `flag = true` in the loop, for a flag that starts as `false`, or the reverse.
    pub(super) sets: Vec<ast::BinExpr>,
    /// The number of mentions in the loop's condition.
    pub(super) in_condition: usize,
    /// The flag as the tail expression of the block, and whether it is negated.
    pub(super) tail: Option<(TextRange, bool)>,
    pub(super) others: usize,
}

impl Mentions {
    pub(super) fn of(flag: &Flag) -> Self {
        let mut mentions = Self::default();
        let start = flag.declared.syntax().text_range().end();
        let tokens = flag.around.syntax().descendants_with_tokens();
        let tokens = tokens.filter_map(NodeOrToken::into_token);
        for token in tokens.filter(|token| token.text_range().start() >= start) {
            let is_captured = token.kind() == SyntaxKind::STRING
                && scopes::captures(token.text()).any(|name| name == flag.name);
            if is_captured {
                mentions.others += 1;
            } else if token.kind() == SyntaxKind::IDENT && token.text() == flag.name {
                mentions.add(&token, flag);
            }
        }
        mentions
    }

    fn add(&mut self, token: &SyntaxToken, flag: &Flag) {
        let path = token.parent_ancestors().find_map(ast::PathExpr::cast);
        let path = path.filter(|path| path.syntax().text_range() == token.text_range());
        let Some(path) = path else {
            self.others += 1;
            return;
        };
        let at = path.syntax().text_range();
        let condition = match &flag.found {
            ast::Expr::WhileExpr(it) => it.condition(),
            _ => None,
        };
        if condition.is_some_and(|it| it.syntax().text_range().contains_range(at)) {
            self.in_condition += 1;
        } else if let Some(set) = set_at(&path, flag) {
            self.sets.push(set);
        } else if let Some(tail) = tail_at(at, flag) {
            self.tail = Some(tail);
        } else {
            self.others += 1;
        }
    }
}

fn set_at(path: &ast::PathExpr, flag: &Flag) -> Option<ast::BinExpr> {
    let set = ast::BinExpr::cast(path.syntax().parent()?)?;
    let is_set = matches!(set.op_kind(), Some(ast::BinaryOp::Assignment { op: None }))
        && set.lhs()?.syntax() == path.syntax();
    let value = set.rhs()?.syntax().text() == (!flag.starts).to_string().as_str();
    let body = flag.body.syntax().text_range();
    (is_set && value && body.contains_range(set.syntax().text_range())).then_some(set)
}

fn tail_at(at: TextRange, flag: &Flag) -> Option<(TextRange, bool)> {
    let tail = flag.around.tail_expr()?;
    let is_next = flag.found.syntax().text_range().end() <= at.start();
    let follows = {
        let statement = flag.found.syntax();
        let statement = statement
            .parent()
            .filter(|it| it.kind() == SyntaxKind::EXPR_STMT);
        let statement = statement.unwrap_or_else(|| flag.found.syntax().clone());
        statement.next_sibling().as_ref() == Some(tail.syntax())
    };
    let whole = tail.syntax().text_range();
    match &tail {
        _ if !is_next || !follows => None,
        ast::Expr::PathExpr(_) if whole == at => Some((whole, false)),
        ast::Expr::PrefixExpr(it) => {
            let is_denied = it.op_kind() == Some(ast::UnaryOp::Not);
            let inner = it.expr()?.syntax().text_range();
            (is_denied && inner == at).then_some((whole, true))
        }
        _ => None,
    }
}
