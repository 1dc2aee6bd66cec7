//! A guard that returns a value: one branch at the end of a function is only a short value.

use ra_ap_syntax::{
    AstNode,
    ast::{self, ElseBranch, HasAttrs},
};

use super::{
    Finder, Form, GuardClause, Place, block_ended_by, check_surface, check_types, has_no_items,
    is_unit, lines_between_braces, too_long, worth,
};
use crate::{
    syntax::{
        Hazard, Refusal, Rewrite,
        attributes::has_condition_inside,
        flow::{BodyOf, body_of, diverges, is_block_like},
        layout,
        moving_out::MovedOut,
        negation::contains_let,
        temporaries,
    },
    text::TextRange,
};

/// A branch with only a short value, at the end of a function that returns it.
pub(super) struct Value {
    /// The branch with the value.
    guard: ast::BlockExpr,
    pub(super) given: ast::Expr,
    /// The other branch.
    pub(super) rest: ast::BlockExpr,
    /// Whether the branch with the value comes first.
    is_first: bool,
}

impl Value {
    pub(super) fn of(choice: &ast::IfExpr) -> Option<Self> {
        let ElseBranch::Block(other) = choice.else_branch()? else {
            return None;
        };
        let block = block_ended_by(choice)?;
        let Some(BodyOf::Function(function)) = body_of(&block) else {
            return None;
        };
        if is_unit(&function.ret_type()?) || function.gen_token().is_some() {
            return None;
        }
        let then = choice.then_branch()?;
        let (then_given, other_given) = (short_value(&then), short_value(&other));
        match (then_given, other_given) {
            (None, Some(given)) => Some(Self {
                guard: other,
                given,
                rest: then,
                is_first: false,
            }),
            (Some(given), None) => Some(Self {
                guard: then,
                given,
                rest: other,
                is_first: true,
            }),
            _ => None,
        }
    }
}

/// The value of a multi-line block with nothing else in it.
fn short_value(block: &ast::BlockExpr) -> Option<ast::Expr> {
    const LONGEST: u32 = 3;
    let given = block.tail_expr()?;
    let is_alone = block.statements().next().is_none() && block.modifier().is_none();
    let is_other = is_block_like(&given)
        || matches!(given, ast::Expr::MacroExpr(_) | ast::Expr::ClosureExpr(_));
    if !is_alone || is_other || diverges(block) {
        return None;
    }
    let is_short = (1..=LONGEST).contains(&lines_between_braces(block));
    is_short.then_some(given)
}

impl<'a> Finder<'a> {
    /// Writes the guard that returns the value, followed by the other branch.
    pub(super) fn with_value(
        &self,
        choice: &ast::IfExpr,
        value: &Value,
    ) -> Result<GuardClause<'a>, Refusal> {
        if has_condition_inside(choice.syntax()) {
            return Err(Refusal::because(
                Hazard::Text,
                "Part of the `if` is behind a `#[cfg]`.",
            ));
        }
        check_none(choice, value)?;
        check_surface(choice, &value.rest)?;
        if value.guard.attrs().next().is_some() || !has_no_items(&value.guard) {
            return Err(Refusal::NotHere);
        }
        let mut guard = GuardClause {
            rewrite: Rewrite::of(self.text, choice.syntax().text_range()),
            levels: 1,
            form: Form::Value,
            check: None,
            is_awkward: !worth::is_value_worthwhile(choice, value),
        };
        let body = MovedOut::new(self.text, &value.rest, self.context)?;
        let head = if value.is_first {
            self.kept_head(choice, value)?
        } else {
            check_types(choice, &value.rest)?;
            self.turned_head(choice, value, &body, &mut guard)?
        };
        let gap = self.gap(choice, &value.rest, head.written());
        let head = head.text(&format!("{}{gap}{}", self.ending, self.indent));
        self.check_width(&head)?;
        guard.rewrite = guard.rewrite.put(head);
        let guard = self.render_body(&value.rest, &body, &Place::Value, guard)?;
        self.check_behind(&guard)?;
        Ok(guard)
    }

    /// The original `if`, with a `return` in its block.
    fn kept_head(&self, choice: &ast::IfExpr, value: &Value) -> Result<Rewrite<'a>, Refusal> {
        let condition = choice.condition().ok_or(Refusal::NotHere)?;
        let is_free = match &condition {
            ast::Expr::LetExpr(matched) => {
                let value = matched.expr();
                value.is_some_and(|value| temporaries::makes_none(&value))
            }
            condition => !contains_let(condition),
        };
        if !is_free {
            return Err(Refusal::because(
                Hazard::Temporaries,
                "Temporaries of the matched value would be dropped earlier.",
            ));
        }
        let start = choice.syntax().text_range().start();
        let until = TextRange::new(start, value.guard.syntax().text_range().start());
        Ok(Rewrite::part(self.text)
            .keep(until)
            .put(self.returning(value)))
    }

    /// The negated condition, with the value of the other branch.
    fn turned_head(
        &self,
        choice: &ast::IfExpr,
        value: &Value,
        body: &MovedOut<'_>,
        guard: &mut GuardClause<'a>,
    ) -> Result<Rewrite<'a>, Refusal> {
        let condition = choice.condition().ok_or(Refusal::NotHere)?;
        let block = self.returning(value);
        let ast::Expr::LetExpr(matched) = condition else {
            return Ok(self.opposite(&condition, body, guard)?.put(block));
        };
        let head = self.pattern(&matched, guard)?;
        let line = layout::width(self.indent) + layout::width(head.written()) + " else {".len();
        if line >= self.context.width.max() {
            return Err(too_long());
        }
        Ok(head.text(" else ").put(block).text(";"))
    }

    /// The block of a guard that returns its value, with its comments.
    fn returning(&self, value: &Value) -> Rewrite<'a> {
        let (block, given) = (
            value.guard.syntax().text_range(),
            value.given.syntax().text_range(),
        );
        Rewrite::part(self.text)
            .keep(TextRange::new(block.start(), given.start()))
            .text("return ")
            .keep(given)
            .text(";")
            .keep(TextRange::new(given.end(), block.end()))
    }
}

/// Rejects a guard that Clippy would replace by a `?`.
fn check_none(choice: &ast::IfExpr, value: &Value) -> Result<(), Refusal> {
    if value.given.syntax().text() != "None" {
        return Ok(());
    }
    let asks = match choice.condition() {
        Some(ast::Expr::LetExpr(matched)) => matched.pat().is_some_and(|it| {
            let text = it.syntax().text().to_string();
            text.starts_with("Some(") || text == "None"
        }),
        Some(ast::Expr::MethodCallExpr(call)) => call
            .name_ref()
            .is_some_and(|it| matches!(it.text(), "is_none" | "is_some")),
        _ => false,
    };
    if asks {
        return Err(Refusal::because(
            Hazard::ControlFlow,
            "`?` is shorter here, unless the value is a reference.",
        ));
    }
    Ok(())
}
