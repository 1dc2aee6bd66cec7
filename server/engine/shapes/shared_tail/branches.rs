//! The branches of a choice.

use ra_ap_syntax::{
    AstNode, SyntaxNode,
    ast::{self, HasName},
};

use super::has_attributes;
use crate::syntax::{flow, patterns};

/// A branch that doesn't diverge.
pub(super) struct Branch {
    pub(super) block: ast::BlockExpr,
    /// Its statements, including the tail expression.
    pub(super) parts: Vec<SyntaxNode>,
    /// The patterns that have to match.
    patterns: Vec<ast::Pat>,
}

impl Branch {
    fn of(block: ast::BlockExpr, patterns: Vec<ast::Pat>) -> Option<Self> {
        let list = block.stmt_list()?;
        let is_plain = block.modifier().is_none()
            && block.label().is_none()
            && !has_attributes(&list)
            && !has_attributes(&block);
        let statements = list.statements().map(|it| it.syntax().clone());
        let tail = list.tail_expr().map(|it| it.syntax().clone());
        is_plain.then(|| Self {
            parts: statements.chain(tail).collect(),
            block,
            patterns,
        })
    }

    pub(super) fn has_bindings(&self) -> bool {
        let mut patterns = self.patterns.iter();
        patterns.any(|pattern| !patterns::binds_nothing(pattern))
    }

    /// The names that the branch declares before the shared statements, or `None` if they can't be determined.
    pub(super) fn declared(&self, rest: &[SyntaxNode]) -> Option<Vec<String>> {
        let mut names = Vec::new();
        let lets = rest.iter().cloned().filter_map(ast::LetStmt::cast);
        let own = lets.map(|it| it.pat());
        for pattern in self.patterns.iter().cloned().map(Some).chain(own) {
            for binding in patterns::bindings(&pattern?)? {
                names.push(binding.name()?.text().to_string());
            }
        }
        let has_item = |node: &SyntaxNode| ast::Item::can_cast(node.kind());
        (!rest.iter().any(has_item)).then_some(names)
    }
}

/// The branches that don't diverge. Returns `None` if one isn't a block, or if the choice has no `else`.
pub(super) fn of(choice: &SyntaxNode) -> Option<Vec<Branch>> {
    match ast::IfExpr::cast(choice.clone()) {
        Some(choice) => of_if(choice),
        None => of_match(&ast::MatchExpr::cast(choice.clone())?),
    }
}

fn of_if(mut choice: ast::IfExpr) -> Option<Vec<Branch>> {
    let mut branches = Vec::new();
    loop {
        if has_attributes(&choice) {
            return None;
        }
        let condition = choice.condition()?;
        let lets = condition
            .syntax()
            .descendants()
            .filter_map(ast::LetExpr::cast);
        let patterns = lets.map(|it| it.pat()).collect::<Option<Vec<_>>>()?;
        let then = choice.then_branch()?;
        if !flow::diverges(&then) {
            branches.push(Branch::of(then, patterns)?);
        }
        match choice.else_branch()? {
            ast::ElseBranch::IfExpr(next) => choice = next,
            ast::ElseBranch::Block(last) => {
                if !flow::diverges(&last) {
                    branches.push(Branch::of(last, Vec::new())?);
                }
                return Some(branches);
            }
        }
    }
}

fn of_match(choice: &ast::MatchExpr) -> Option<Vec<Branch>> {
    if has_attributes(choice) {
        return None;
    }
    let mut branches = Vec::new();
    for arm in choice.match_arm_list()?.arms() {
        if has_attributes(&arm) {
            return None;
        }
        let body = arm.expr()?;
        if flow::expr_diverges(&body) {
            continue;
        }
        let ast::Expr::BlockExpr(block) = body else {
            return None;
        };
        branches.push(Branch::of(block, vec![arm.pat()?])?);
    }
    Some(branches)
}

/// The scrutinees of a choice.
pub(super) fn matched(choice: &SyntaxNode) -> impl Iterator<Item = ast::Expr> {
    let mut values = Vec::new();
    let mut next = ast::IfExpr::cast(choice.clone());
    while let Some(here) = next {
        let lets = here.condition().into_iter().flat_map(|condition| {
            let inside = condition.syntax().descendants();
            inside.filter_map(ast::LetExpr::cast).collect::<Vec<_>>()
        });
        values.extend(lets.filter_map(|it| it.expr()));
        next = match here.else_branch() {
            Some(ast::ElseBranch::IfExpr(other)) => Some(other),
            _ => None,
        };
    }
    let choice = ast::MatchExpr::cast(choice.clone());
    values.extend(choice.and_then(|it| it.expr()));
    values.into_iter()
}
