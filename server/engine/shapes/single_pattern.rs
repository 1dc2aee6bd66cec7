//! A `match` that asks for one pattern.

use ra_ap_syntax::{
    AstNode, SyntaxKind, SyntaxNode,
    ast::{self, BinaryOp},
};

use crate::{
    syntax::{
        Edition, FileContext, Hazard, Refusal, Rewrite,
        layout::{self, width},
        moving_out::MovedOut,
        patterns, temporaries,
    },
    text::{TextRange, slice},
};

/// `match value { Pattern => …, _ => … }`, as a statement.
pub struct SinglePattern {
    choice: ast::MatchExpr,
    value: ast::Expr,
    pattern: ast::Pat,
    body: ast::BlockExpr,
    /// What is done otherwise, if that is anything.
    otherwise: Option<ast::BlockExpr>,
}

impl SinglePattern {
    pub fn of(choice: &ast::MatchExpr) -> Option<Self> {
        let parent = choice.syntax().parent()?;
        let is_statement = matches!(parent.kind(), SyntaxKind::EXPR_STMT | SyntaxKind::STMT_LIST);
        let [first, second] = patterns::two_plain_arms(choice).filter(|_| is_statement)?;
        let pattern = first.pat()?;
        let is_asked = !patterns::may_match_all(&pattern) && !patterns::binds_nothing(&pattern);
        if !is_asked || !is_rest(&second.pat()?) {
            return None;
        }
        let ast::Expr::BlockExpr(body) = first.expr()? else {
            return None;
        };
        let otherwise = match second.expr()? {
            ast::Expr::BlockExpr(block) if is_empty(&block) => None,
            ast::Expr::BlockExpr(block) => Some(block),
            ast::Expr::TupleExpr(unit) if unit.fields().next().is_none() => None,
            _ => return None,
        };
        // At the end of a block, both arms may be values of one weight.
        if otherwise.is_some() && parent.kind() != SyntaxKind::EXPR_STMT {
            return None;
        }
        let blocks = [Some(&body), otherwise.as_ref()];
        let is_plain = |block: &&ast::BlockExpr| {
            block.modifier().is_none() && block.label().is_none() && !is_empty(block)
        };
        if !blocks.iter().flatten().all(is_plain) {
            return None;
        }
        Some(Self {
            value: choice.expr()?,
            choice: choice.clone(),
            pattern,
            body,
            otherwise,
        })
    }

    pub fn rewrite<'a>(&self, text: &'a str, context: FileContext) -> Result<Rewrite<'a>, Refusal> {
        self.check()?;
        self.check_drops(context)?;
        let whole = self.choice.syntax().text_range();
        let indent = layout::indentation(text, whole.start());
        let ending = layout::first_line_ending(text);
        let (pattern, value) = (
            self.pattern.syntax().text_range(),
            self.value.syntax().text_range(),
        );
        let code = |range| slice(text, range).unwrap_or_default();
        let head = format!("if let {} = {} {{", code(pattern), code(value));
        let column = layout::column(text, whole.start());
        let fits = column + width(&head) <= context.width.max();
        if head.contains('\n') || !fits || !layout::is_first_on_line(text, whole.start()) {
            return Err(Refusal::of_layout());
        }
        let inside = |block: &ast::BlockExpr| -> Result<(TextRange, String), Refusal> {
            let moved = MovedOut::new(text, block, context)?;
            let inner = format!("{indent}{}", moved.unit);
            let is_even = moved.outer_indent == inner;
            let code = moved.whole(&inner)?;
            let code = format!("{ending}{inner}{code}{ending}{indent}");
            is_even
                .then_some((moved.inside, code))
                .ok_or_else(Refusal::of_layout)
        };
        let (range, body) = inside(&self.body)?;
        let rewrite = Rewrite::of(text, whole)
            .text("if let ")
            .keep(pattern)
            .text(" = ")
            .keep(value)
            .text(" {")
            .keep_as(range, &body)
            .text("}");
        let Some(otherwise) = &self.otherwise else {
            return Ok(rewrite);
        };
        let (range, other) = inside(otherwise)?;
        Ok(rewrite.text(" else {").keep_as(range, &other).text("}"))
    }

    fn check(&self) -> Result<(), Refusal> {
        let choice = self.choice.syntax();
        let comments = layout::comments_in(choice, choice.text_range());
        let blocks = || {
            [Some(&self.body), self.otherwise.as_ref()]
                .into_iter()
                .flatten()
        };
        let is_inside = |at: TextRange| {
            let mut blocks = blocks();
            blocks.any(|block| block.syntax().text_range().contains_range(at))
        };
        if !comments.iter().all(|it| is_inside(it.text_range())) {
            return Err(Refusal::because(
                Hazard::Text,
                "A comment stands between the arms, where the new form has no place for it.",
            ));
        }
        if blocks().any(is_only_if) {
            return Err(Refusal::because(
                Hazard::Text,
                "A branch would be nothing but an `if`, which could be one with the choice around.",
            ));
        }
        let is_lazy = matches!(&self.value, ast::Expr::BinExpr(it) if matches!(it.op_kind(), Some(BinaryOp::LogicOp(_))));
        if is_lazy || self.value.syntax().text().contains_char('{') {
            return Err(Refusal::because(
                Hazard::Text,
                "What is matched would have to be written in parentheses.",
            ));
        }
        if !temporaries::makes_none(&self.value) {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "What is matched keeps something alive, which an `if let` may drop at another time.",
            ));
        }
        Ok(())
    }
}

impl SinglePattern {
    /// From edition 2024 on, what `if let` asks is dropped before its `else`, and what `match` asks behind all arms.
    fn check_drops(&self, context: FileContext) -> Result<(), Refusal> {
        let referred = match &self.value {
            ast::Expr::RefExpr(it) => it.expr(),
            value => Some(value.clone()),
        };
        let is_place = referred.is_some_and(|it| temporaries::is_place(&it));
        if self.otherwise.is_none() || is_place || context.edition < Edition::Edition2024 {
            return Ok(());
        }
        Err(Refusal::because(
            Hazard::Temporaries,
            "What is matched would be dropped before the `else`, and not behind it.",
        ))
    }
}

/// Whether a pattern only says that the other one doesn't match. One that names another case wants to be told if there is a third.
fn is_rest(pattern: &ast::Pat) -> bool {
    let text = pattern.syntax().text().to_string();
    let is_other = matches!(&*text, "_" | "None" | "Err(_)" | "Ok(_)");
    is_other && patterns::binds_nothing(pattern)
}

fn is_empty(block: &ast::BlockExpr) -> bool {
    let list = block.stmt_list();
    list.is_none_or(|list| {
        list.syntax().children().next().is_none() && !layout::has_comment(list.syntax())
    })
}

fn is_only_if(block: &ast::BlockExpr) -> bool {
    let children: Vec<SyntaxNode> = block
        .stmt_list()
        .map(|list| list.syntax().children().collect())
        .unwrap_or_default();
    matches!(children.as_slice(), [only] if only.kind() == SyntaxKind::IF_EXPR
        || only.first_child().is_some_and(|it| it.kind() == SyntaxKind::IF_EXPR))
}
