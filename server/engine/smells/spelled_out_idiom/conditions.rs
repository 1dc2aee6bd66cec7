//! Branches and guards that only test whether some conditions hold.

use ra_ap_syntax::{
    AstNode,
    ast::{self, ElseBranch, LiteralKind},
};

use super::{Found, Idiom};
use crate::{
    shapes::boolean_choice::BooleanChoice,
    syntax::{Unit, flow, negation},
};

/// Maximum number of conditions and of characters in the combined condition.
const MOST: usize = 4;
const LONGEST: usize = 80;

/// Nested branches, each of which evaluates to `true`, `false` or a condition.
pub(super) fn of_branches(choice: &ast::IfExpr, unit: &Unit<'_>) -> Option<Found> {
    choice.else_token()?;
    let is_inside = choice
        .syntax()
        .parent()
        .is_some_and(|it| ast::IfExpr::can_cast(it.kind()));
    if is_inside {
        return None;
    }
    let mut tree = Tree::default();
    tree.add(choice)?;
    let is_its = tree.questions > 1 && tree.literals > 1 && tree.questions + tree.values <= MOST;
    if !is_its || BooleanChoice::of(choice, unit.text, unit.context).is_ok() {
        return None;
    }
    let at = choice.if_token()?.text_range();
    Some(Found {
        at,
        whole: choice.syntax().text_range(),
        beside: at,
        idiom: Idiom::And,
    })
}

#[derive(Default)]
struct Tree {
    questions: usize,
    literals: usize,
    values: usize,
}

impl Tree {
    fn add(&mut self, choice: &ast::IfExpr) -> Option<()> {
        let condition = choice.condition()?;
        if negation::contains_let(&condition) || !is_short(&condition) {
            return None;
        }
        self.questions += 1;
        self.add_value(&only_value(&choice.then_branch()?)?)?;
        match choice.else_branch()? {
            ElseBranch::Block(other) => self.add_value(&only_value(&other)?),
            ElseBranch::IfExpr(next) => self.add(&next),
        }
    }

    fn add_value(&mut self, value: &ast::Expr) -> Option<()> {
        match value {
            ast::Expr::IfExpr(inner) => return self.add(inner),
            ast::Expr::Literal(_) => {
                literal(value)?;
                self.literals += 1;
            }
            value if flow::is_block_like(value) || !is_short(value) => return None,
            _ => self.values += 1,
        }
        Some(())
    }
}

fn only_value(block: &ast::BlockExpr) -> Option<ast::Expr> {
    let is_alone = block.statements().next().is_none() && block.modifier().is_none();
    block.tail_expr().filter(|_| is_alone)
}

fn is_short(expr: &ast::Expr) -> bool {
    let text = expr.syntax().text();
    !text.contains_char('\n')
        && usize::from(text.len()) <= LONGEST
        && flow::escapes(expr.syntax()).is_empty()
}

pub(super) fn literal(value: &ast::Expr) -> Option<bool> {
    match value {
        ast::Expr::Literal(it) => match it.kind() {
            LiteralKind::Bool(value) => Some(value),
            _ => None,
        },
        _ => None,
    }
}
