//! Writes the branches as arms.

use ra_ap_syntax::{
    AstNode, SyntaxKind,
    ast::{self, BinaryOp},
};

use super::{Chain, Value};
use crate::{
    syntax::{
        FileContext, Rewrite, flow,
        layout::{self, width},
    },
    text::slice,
};

/// Returns the replacement of the chain, or `None` if it can't be laid out as by rustfmt.
pub(super) fn rewrite<'a>(
    chain: &Chain,
    text: &'a str,
    context: FileContext,
) -> Option<Rewrite<'a>> {
    let whole = chain.choice.syntax().text_range();
    let indent = layout::indentation(text, whole.start());
    let unit = layout::indent_unit_around(text, chain.choice.syntax());
    let page = Page {
        text,
        context,
        inner: format!("{indent}{unit}"),
        deeper: format!("{indent}{unit}{unit}"),
        unit,
        ending: layout::first_line_ending(text),
    };
    let place = chain.place.syntax().text_range();
    let head = format!("match {} {{", slice(text, place)?);
    if layout::column(text, whole.start()) + width(&head) > context.width.max() {
        return None;
    }
    let mut rewrite = Rewrite::of(text, whole)
        .text("match ")
        .keep(place)
        .text(" {");
    for branch in &chain.branches {
        let pattern = branch.values.iter().map(Value::text).collect::<Vec<_>>();
        let arm = page.arm(&pattern.join(" | "), &branch.block)?;
        rewrite = page.on_its_line(rewrite, arm);
    }
    let last = match &chain.otherwise {
        Some(block) => page.arm("_", block)?,
        None => Rewrite::part(text).text("_ => {}"),
    };
    let rewrite = page.on_its_line(rewrite, last);
    Some(rewrite.text(&format!("{}{indent}}}", page.ending)))
}

struct Page<'a> {
    text: &'a str,
    context: FileContext,
    /// The indentation of the arms.
    inner: String,
    /// The indentation of the arms' bodies.
    deeper: String,
    unit: String,
    ending: &'static str,
}

impl<'a> Page<'a> {
    fn on_its_line(&self, rewrite: Rewrite<'a>, arm: Rewrite<'a>) -> Rewrite<'a> {
        rewrite
            .text(&format!("{}{}", self.ending, self.inner))
            .put(arm)
    }

    fn arm(&self, pattern: &str, block: &ast::BlockExpr) -> Option<Rewrite<'a>> {
        let arm = Rewrite::part(self.text).text(pattern).text(" => ");
        let room = self.context.width.max();
        let head = width(&self.inner) + width(pattern) + width(" => {");
        if head > room {
            return None;
        }
        if let Some(value) = only_value(block) {
            let range = value.syntax().text_range();
            let code = slice(self.text, range)?;
            let is_tail = block.tail_expr().is_some();
            if is_tail && (code.contains('\n') || is_choice(&value)) {
                return None;
            }
            // The comma replaces the brace.
            if head + width(code) <= room {
                return Some(arm.keep(range).text(","));
            }
            if is_tail {
                let below = width(&self.deeper) + width(code);
                return (below <= room).then(|| {
                    arm.text(&format!("{{{}{}", self.ending, self.deeper))
                        .keep(range)
                        .text(&format!("{}{}}}", self.ending, self.inner))
                });
            }
        }
        let range = block.syntax().text_range();
        let list = block.stmt_list()?;
        let is_empty = list.syntax().children().next().is_none();
        if is_empty && !layout::has_comment(list.syntax()) {
            return Some(arm.text("{}"));
        }
        let close = list.r_curly_token()?.text_range().start();
        let from = layout::indentation(self.text, close);
        let is_on_lines = layout::is_first_on_line(self.text, close);
        if !is_on_lines || format!("{from}{}", self.unit) != self.inner {
            return None;
        }
        let code = layout::moved(self.text, range, self.context.edition, from, &self.inner)?;
        (!self.may_break(block)).then(|| arm.keep_as(range, &code))
    }

    /// Whether rustfmt may break a line that barely fits one level further in.
    fn may_break(&self, block: &ast::BlockExpr) -> bool {
        const SLACK: usize = 2;
        let range = block.syntax().text_range();
        let code = slice(self.text, range).unwrap_or_default();
        let step = width(&self.unit);
        let room = self.context.width.max();
        code.lines().skip(1).any(|line| {
            let is_comment = line.trim_start().starts_with("//");
            !is_comment && width(line) + step + SLACK > room
        })
    }
}

/// The only expression of a block: its value, or a jump or assignment that needs no `;`.
fn only_value(block: &ast::BlockExpr) -> Option<ast::Expr> {
    let list = block.stmt_list()?;
    let is_alone = list.syntax().children().count() == 1 && !layout::has_comment(list.syntax());
    if !is_alone {
        return None;
    }
    list.tail_expr().or_else(|| {
        let ast::Stmt::ExprStmt(only) = list.statements().next()? else {
            return None;
        };
        let expr = only.expr()?;
        let is_set = matches!(&expr, ast::Expr::BinExpr(it) if matches!(it.op_kind(), Some(BinaryOp::Assignment { .. })));
        let is_short = !expr.syntax().text().contains_char('\n') && !is_choice(&expr);
        (is_short && (is_set || flow::expr_diverges(&expr))).then_some(expr)
    })
}

/// Whether rustfmt has special rules for an expression in an arm's braces.
fn is_choice(value: &ast::Expr) -> bool {
    matches!(
        value.syntax().kind(),
        SyntaxKind::IF_EXPR
            | SyntaxKind::MATCH_EXPR
            | SyntaxKind::BLOCK_EXPR
            | SyntaxKind::LOOP_EXPR
            | SyntaxKind::WHILE_EXPR
            | SyntaxKind::FOR_EXPR
            | SyntaxKind::CLOSURE_EXPR
    )
}
