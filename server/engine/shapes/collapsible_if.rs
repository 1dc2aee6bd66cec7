//! An `if` that holds nothing but another `if`, where both conditions can be asked as one.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasAttrs},
};

use crate::syntax::{
    FileContext, Hazard, Refusal, Rewrite, attributes::has_condition_inside, conditions,
};

mod writing;

/// A condition of more parts is no easier to read than two.
const MOST_OPERANDS: usize = 4;

/// Two `if`s without `else`, one inside the other, and nothing beside them.
#[derive(Debug, Clone)]
pub struct CollapsibleIf {
    pub outer: ast::IfExpr,
    pub outer_condition: ast::Expr,
    pub inner: ast::IfExpr,
    pub inner_condition: ast::Expr,
    /// The block that both conditions guard.
    pub body: ast::BlockExpr,
    /// Comments between the conditions, which explain the inner one.
    pub comments: Vec<SyntaxToken>,
}

impl CollapsibleIf {
    /// The shape and what is written in its place: whether that can be laid out decides whether there is a shape.
    pub fn of<'a>(
        outer: &ast::IfExpr,
        text: &'a str,
        context: FileContext,
    ) -> Result<(Self, Vec<Rewrite<'a>>), Refusal> {
        let mut shape = Self::outline(outer).ok_or(Refusal::NotHere)?;
        shape.check_attributes()?;
        shape.check_chain(context)?;
        shape.comments = shape.comments_between()?;
        let rewrites = writing::rewrites(&shape, text, context).ok_or_else(|| {
            Refusal::because(
                Hazard::Text,
                "The lines of the inner block can't be moved outwards as they are.",
            )
        })?;
        Ok((shape, rewrites))
    }

    /// Whether a reviewer would ask for one condition: nothing is said between the two, and both together are read at a glance.
    pub fn is_worthwhile(&self) -> bool {
        let conditions = [&self.outer_condition, &self.inner_condition];
        let are_choices = conditions.into_iter().all(is_alternative);
        self.comments.is_empty() && !are_choices && self.operands().len() <= MOST_OPERANDS
    }

    fn outline(outer: &ast::IfExpr) -> Option<Self> {
        let block = outer.then_branch()?.stmt_list()?;
        let inner = only_if(&block)?;
        if outer.else_token().is_some() || inner.else_token().is_some() {
            return None;
        }
        Some(Self {
            outer: outer.clone(),
            outer_condition: outer.condition()?,
            inner_condition: inner.condition()?,
            body: inner.then_branch()?,
            inner,
            comments: Vec::new(),
        })
    }

    fn check_attributes(&self) -> Result<(), Refusal> {
        let block = self.outer.then_branch().and_then(|block| block.stmt_list());
        let in_block = block.into_iter().flat_map(|block| block.attrs());
        if self.inner.attrs().chain(in_block).next().is_some() {
            return Err(Refusal::because(
                Hazard::Text,
                "An attribute stands on the inner `if`, which would no longer be there.",
            ));
        }
        if has_condition_inside(self.outer.syntax()) {
            return Err(Refusal::because(
                Hazard::Text,
                "A part of the `if` is compiled only under a `#[cfg]`.",
            ));
        }
        Ok(())
    }

    fn check_chain(&self, context: FileContext) -> Result<(), Refusal> {
        let operands = self.operands();
        let lets: Vec<_> = operands
            .iter()
            .filter_map(|operand| ast::LetExpr::cast(operand.syntax().clone()))
            .collect();
        if lets.is_empty() {
            return Ok(());
        }
        if !context.allows_let_chains() {
            return Err(Refusal::because(
                Hazard::Edition,
                "`let` in a chain of `&&` needs edition 2024 and Rust 1.88.",
            ));
        }
        if lets.iter().any(|part| !conditions::is_chainable_let(part)) {
            return Err(Refusal::because(
                Hazard::Evaluation,
                "The expression that the `let` takes apart would swallow the rest of the chain.",
            ));
        }
        Ok(())
    }

    /// What is asked, in the order in which it is asked.
    pub fn operands(&self) -> Vec<ast::Expr> {
        let mut operands = conditions::conjuncts(&self.outer_condition);
        operands.extend(conditions::conjuncts(&self.inner_condition));
        operands
    }

    /// A comment on lines of its own between the conditions stays above the inner one. Elsewhere there is no place for one.
    fn comments_between(&self) -> Result<Vec<SyntaxToken>, Refusal> {
        let operands = self.operands();
        let mut kept: Vec<_> = operands
            .iter()
            .map(|operand| operand.syntax().text_range())
            .collect();
        kept.push(self.body.syntax().text_range());
        let is_kept = |token: &SyntaxToken| {
            let at = token.text_range();
            kept.iter().any(|range| range.contains_range(at))
        };
        let others = comments_of(self.outer.syntax()).filter(|token| !is_kept(token));
        let others: Vec<_> = others.collect();
        if others.iter().all(|token| self.is_above_inner(token)) {
            return Ok(others);
        }
        Err(Refusal::because(
            Hazard::Text,
            "A comment between the two conditions would lose its place.",
        ))
    }

    fn is_above_inner(&self, comment: &SyntaxToken) -> bool {
        let outer = self.outer_condition.syntax().text_range();
        let inner = self.inner.syntax().text_range();
        let at = comment.text_range();
        let text = comment.text();
        let is_doc = text.starts_with("///") || text.starts_with("//!");
        let before = comment.prev_token();
        let has_line = before.is_some_and(|before| before.text().contains('\n'));
        let is_between = outer.end() <= at.start() && at.end() <= inner.start();
        is_between && has_line && text.starts_with("//") && !is_doc
    }
}

fn is_alternative(condition: &ast::Expr) -> bool {
    let ast::Expr::BinExpr(both) = condition else {
        return false;
    };
    both.op_kind() == Some(ast::BinaryOp::LogicOp(ast::LogicOp::Or))
}

fn only_if(block: &ast::StmtList) -> Option<ast::IfExpr> {
    let mut statements = block.statements();
    let expression = match (statements.next(), block.tail_expr()) {
        (None, Some(tail)) => tail,
        (Some(ast::Stmt::ExprStmt(statement)), None) if statement.semicolon_token().is_none() => {
            statement.expr()?
        }
        _ => return None,
    };
    if statements.next().is_some() {
        return None;
    }
    match expression {
        ast::Expr::IfExpr(inner) => Some(inner),
        _ => None,
    }
}

fn comments_of(node: &SyntaxNode) -> impl Iterator<Item = SyntaxToken> {
    node.descendants_with_tokens()
        .filter_map(NodeOrToken::into_token)
        .filter(|token| token.kind() == SyntaxKind::COMMENT)
}

#[cfg(test)]
mod tests {
    use ra_ap_syntax::{AstNode, ast};

    use super::CollapsibleIf;
    use crate::syntax::{FileContext, Source};

    #[test]
    fn what_is_read_more_easily_in_two_steps() {
        let is_worthwhile = |outer: &str, inner: &str| {
            let text = format!(
                "fn f() {{\n    if {outer} {{\n        {inner} {{\n            g();\n        }}\n    }}\n}}\n"
            );
            let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
            let choice = source.root().descendants().find_map(ast::IfExpr::cast);
            let shape = CollapsibleIf::of(&choice.unwrap(), &text, FileContext::default());
            shape.unwrap().0.is_worthwhile()
        };
        assert!(is_worthwhile("a", "if b || c"));
        assert!(is_worthwhile("a && b", "if c && d"));
        assert!(!is_worthwhile("a || b", "if c || d"));
        assert!(!is_worthwhile("a && b && e", "if c && d"));
        assert!(!is_worthwhile("a", "// Why.\n        if b"));
    }
}
