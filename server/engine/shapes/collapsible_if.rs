//! An `if` that contains only another `if`, where both conditions can be joined.

use ra_ap_syntax::{
    AstNode, Direction, NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken,
    ast::{self, HasAttrs},
};

use crate::syntax::{
    FileContext, Hazard, Refusal, Rewrite, attributes::has_condition_inside, conditions, flow,
    layout,
};

use crate::text::TextRange;

mod writing;

/// Maximum number of operands of the joined condition: more are no easier to read than two conditions.
const MOST_OPERANDS: usize = 4;

/// Two `if`s without `else`, one nested in the other with nothing beside it.
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
    /// Returns the shape and its replacement. There is a shape only if the replacement can be laid out.
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
                "The lines of the inner block can't be unindented as they are.",
            )
        })?;
        Ok((shape, rewrites))
    }

    /// Whether a reviewer would suggest joining the conditions: there is no comment between them, and the result reads at a
    /// glance.
    pub fn is_worthwhile(&self) -> bool {
        let conditions = [&self.outer_condition, &self.inner_condition];
        let are_choices = conditions.into_iter().all(is_alternative);
        let is_plain = !conditions.into_iter().any(asks_apart);
        self.comments.is_empty()
            && !are_choices
            && is_plain
            && !acts(&self.inner_condition)
            && !self.has_twin()
            && self.operands().len() <= MOST_OPERANDS
            && !layout::has_text_of_lines(self.body.syntax())
    }

    /// Whether another `if` in the same block, or another branch of the chain, nests an `if` in the same way.
    fn has_twin(&self) -> bool {
        let outer = self.outer.syntax();
        let statement = outer
            .parent()
            .filter(|it| ast::ExprStmt::can_cast(it.kind()));
        let statement = statement.unwrap_or_else(|| outer.clone());
        let beside = [Direction::Prev, Direction::Next].map(|way| statement.siblings(way).skip(1));
        let beside = beside.into_iter().flatten().map(flow::without_semicolon);
        let mut beside = beside.filter_map(ast::IfExpr::cast);
        let chain = outer.ancestors().skip(1);
        let mut chain = chain.map_while(ast::IfExpr::cast);
        beside.any(|other| consists_of_if(&other)) || chain.any(|other| ends_in_if(&other))
    }

    /// The range of a `let`, if joining the conditions needs a let chain.
    pub fn pattern(&self) -> Option<TextRange> {
        let mut operands = self.operands().into_iter();
        let pattern = operands.find(|operand| matches!(operand, ast::Expr::LetExpr(_)))?;
        Some(pattern.syntax().text_range())
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
                "The inner `if` has an attribute, which would be lost.",
            ));
        }
        if has_condition_inside(self.outer.syntax()) {
            return Err(Refusal::because(
                Hazard::Text,
                "Part of the `if` is behind a `#[cfg]`.",
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
                "Let chains need edition 2024 and Rust 1.88.",
            ));
        }
        if lets.iter().any(|part| !conditions::is_chainable_let(part)) {
            return Err(Refusal::because(
                Hazard::Evaluation,
                "The scrutinee of the `let` would absorb the rest of the chain.",
            ));
        }
        Ok(())
    }

    /// The operands in evaluation order.
    pub fn operands(&self) -> Vec<ast::Expr> {
        let mut operands = conditions::conjuncts(&self.outer_condition);
        operands.extend(conditions::conjuncts(&self.inner_condition));
        operands
    }

    /// A comment on its own lines between the conditions stays above the inner one. There is no room for comments elsewhere.
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
            "A comment between the two conditions would have no place.",
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

fn consists_of_if(choice: &ast::IfExpr) -> bool {
    let block = choice.then_branch().and_then(|then| then.stmt_list());
    block.is_some_and(|block| only_if(&block).is_some())
}

fn ends_in_if(choice: &ast::IfExpr) -> bool {
    let tail = choice.then_branch().and_then(|then| then.tail_expr());
    matches!(tail, Some(ast::Expr::IfExpr(_)))
}

/// Whether a condition has side effects or an early exit, which is easily overlooked after a `&&`.
fn acts(condition: &ast::Expr) -> bool {
    const ACTIONS: &[&str] = &[
        "insert",
        "next",
        "next_back",
        "pop",
        "push",
        "read",
        "recv",
        "remove",
        "replace",
        "send",
        "swap",
        "take",
        "write",
    ];
    let mut actions = 0;
    for node in condition.syntax().descendants() {
        match node.kind() {
            SyntaxKind::TRY_EXPR | SyntaxKind::AWAIT_EXPR => return true,
            SyntaxKind::REF_EXPR => {
                let reference = ast::RefExpr::cast(node);
                if reference.is_some_and(|it| it.mut_token().is_some()) {
                    return true;
                }
            }
            SyntaxKind::METHOD_CALL_EXPR => {
                let name = ast::MethodCallExpr::cast(node).and_then(|call| call.name_ref());
                actions += usize::from(name.is_some_and(|it| ACTIONS.contains(&it.text())));
            }
            _ => {}
        }
    }
    actions > 1
}

fn is_alternative(condition: &ast::Expr) -> bool {
    let ast::Expr::BinExpr(both) = condition else {
        return false;
    };
    both.op_kind() == Some(ast::BinaryOp::LogicOp(ast::LogicOp::Or))
}

/// Whether a condition tests the build configuration (`cfg!`), or binds by `ref`, which would have to change at the same time.
fn asks_apart(condition: &ast::Expr) -> bool {
    let mut inside = condition.syntax().descendants();
    inside.any(|node| match node.kind() {
        SyntaxKind::MACRO_CALL => node.text().to_string().starts_with("cfg!"),
        SyntaxKind::IDENT_PAT => {
            ast::IdentPat::cast(node).is_some_and(|binding| binding.ref_token().is_some())
        }
        _ => false,
    })
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
        assert!(!is_worthwhile("cfg!(unix)", "if b"));
        assert!(!is_worthwhile("a", "// Why.\n        if b"));
        assert!(!is_worthwhile("a", "if b()?"));
        assert!(!is_worthwhile("a", "if b.insert(c.take())"));
        assert!(!is_worthwhile("a", "if b(&mut c)"));
        assert!(is_worthwhile("a", "if b.insert(c)"));
    }

    #[test]
    fn what_nests_beside_another_stays() {
        let is_worthwhile = |code: &str| {
            let text = format!("fn f() {{\n{code}\n}}\n");
            let source = Source::parse(text.as_str(), FileContext::default()).unwrap();
            let choices = source.root().descendants().filter_map(ast::IfExpr::cast);
            let shapes = choices.filter_map(|choice| {
                CollapsibleIf::of(&choice, &text, FileContext::default()).ok()
            });
            shapes
                .map(|(shape, _)| shape.is_worthwhile())
                .last()
                .unwrap()
        };
        let nested = |condition: &str| {
            format!("    if {condition} {{\n        if b {{\n            g();\n        }}\n    }}")
        };
        assert!(is_worthwhile(&nested("a")));
        assert!(is_worthwhile(&format!("    h();\n{}", nested("a"))));
        assert!(!is_worthwhile(&format!("{}\n{}", nested("c"), nested("a"))));
        assert!(!is_worthwhile(&format!(
            "{}\n    h();\n{}",
            nested("c"),
            nested("a")
        )));
        assert!(!is_worthwhile(&format!(
            "{} else{}",
            nested("c"),
            nested("a").trim_start_matches("   ")
        )));
    }
}
