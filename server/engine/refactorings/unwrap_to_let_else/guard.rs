//! A guard that tests a place, followed by an `unwrap`.

use ra_ap_syntax::{
    AstNode, Direction, SyntaxKind,
    ast::{self, HasAttrs, HasName},
};

use super::{Asked, comment, mentions};
use crate::{
    refactorings::{Context, Hazard, Refusal},
    syntax::{
        Rewrite, flow,
        layout::{self, width},
    },
    text::{TextRange, slice},
};

/// The `let` with the `unwrap` after a guard.
pub(super) struct Guard {
    declared: ast::LetStmt,
    pattern: ast::IdentPat,
    /// The calls on the place before the `unwrap`, such as `as_ref()`.
    view: TextRange,
    leaves: ast::BlockExpr,
}

impl Guard {
    pub(super) fn of(choice: &ast::IfExpr, asked: &Asked) -> Option<Self> {
        let leaves = choice.then_branch()?;
        let statement = choice.syntax().parent().and_then(ast::ExprStmt::cast)?;
        if choice.else_token().is_some() || !flow::diverges(&leaves) {
            return None;
        }
        let mut behind = statement.syntax().siblings(Direction::Next).skip(1);
        let next = behind.find(|it| asked.is_mentioned_in(it))?;
        let declared = ast::LetStmt::cast(next)?;
        let ast::Pat::IdentPat(pattern) = declared.pat()? else {
            return None;
        };
        let is_plain = pattern.ref_token().is_none()
            && pattern.pat().is_none()
            && declared.ty().is_none()
            && declared.let_else().is_none()
            && declared.attrs().next().is_none();
        let view = asked.unwrapped(&declared.initializer()?)?;
        is_plain.then_some(Self {
            declared,
            pattern,
            view,
            leaves,
        })
    }

    pub(super) fn check(
        &self,
        choice: &ast::IfExpr,
        asked: &Asked,
        context: &Context<'_>,
    ) -> Result<(), Refusal> {
        Asked::check(choice, context)?;
        if !context.source.context.allows_let_else() {
            return Err(Refusal::because(
                Hazard::Edition,
                "`let … else` needs Rust 1.65, but the package may be built with an older version.",
            ));
        }
        if asked.is_mentioned_in(self.leaves.syntax()) {
            return Err(Refusal::because(
                Hazard::Borrows,
                "The early exit uses the value again.",
            ));
        }
        let statement = choice.syntax().parent().ok_or(Refusal::NotHere)?;
        let name = self.pattern.name().ok_or(Refusal::NotHere)?;
        let end = self.declared.syntax().text_range().start();
        let between = statement.siblings(Direction::Next).skip(1);
        let takes = slice(&context.source.text, self.view) == Some(".take()");
        for node in between.take_while(|it| it.text_range().end() <= end) {
            if takes {
                return Err(Refusal::because(
                    Hazard::Evaluation,
                    "`take` would be called earlier than before.",
                ));
            }
            if node.kind() == SyntaxKind::LET_STMT {
                return Err(Refusal::because(
                    Hazard::Drops,
                    "Variables declared in between would be dropped in a different order.",
                ));
            }
            if node.kind() == SyntaxKind::MACRO_EXPR || mentions(&node, name.text()) {
                return Err(Refusal::because(
                    Hazard::Scope,
                    "The new name may shadow a name used in between.",
                ));
            }
        }
        if layout::has_comment(self.declared.syntax()) {
            return Err(comment());
        }
        Ok(())
    }

    pub(super) fn rewrites<'a>(
        &self,
        choice: &ast::IfExpr,
        asked: &Asked,
        context: &'a Context<'_>,
    ) -> Option<(&'static str, Vec<Rewrite<'a>>)> {
        let text: &'a str = &context.source.text;
        let goes = layout::lines_that_go(self.declared.syntax(), text)?;
        // A `;` after the `if` is reused for the `let`.
        let whole = choice.syntax().parent()?.text_range();
        let pattern = self.pattern.syntax().text_range();
        let place = asked.place.syntax().text_range();
        let start = Rewrite::of(text, whole).text("let ");
        let view = slice(text, self.view)?.to_owned();
        if view.contains('\n') {
            return None;
        }
        let is_question = asked.variant == "Some" && returns_none(&self.leaves);
        let rewrite = if is_question {
            let head = start.keep(pattern).text(" = ").keep(place);
            head.keep_as(self.view, &view).text("?;")
        } else {
            let head = start
                .text(asked.variant)
                .text("(")
                .keep(pattern)
                .text(") = ");
            let head = head.keep(place).keep_as(self.view, &view).text(" else ");
            head.keep(self.leaves.syntax().text_range()).text(";")
        };
        let first = rewrite.written().lines().next().unwrap_or_default();
        let is_broken = self.leaves.statements().next().is_none() && !is_question;
        let fits = layout::column(text, whole.start()) + width(first)
            <= context.source.context.width.max();
        let is_even = layout::is_first_on_line(text, whole.start()) && fits && !is_broken;
        let title = if is_question {
            "Replace check and `unwrap` with `?`"
        } else {
            "Replace check and `unwrap` with `let … else`"
        };
        is_even.then(|| (title, vec![rewrite, Rewrite::of(text, goes)]))
    }
}

fn returns_none(block: &ast::BlockExpr) -> bool {
    let text: String = block
        .syntax()
        .text()
        .to_string()
        .split_whitespace()
        .collect();
    matches!(&*text, "{returnNone;}" | "{returnNone}")
}
