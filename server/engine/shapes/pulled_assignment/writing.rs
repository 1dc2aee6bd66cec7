//! Writes the branches with their values, preceded by the place.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Branch, Pulled};
use crate::{
    syntax::{
        FileContext, Rewrite,
        layout::{self, width},
    },
    text::{TextRange, slice},
};

/// Maximum width of an `if` that rustfmt writes on one line when it is used as a value.
const CHOICE: usize = 50;

/// Returns the edits, or `None` if the result can't be laid out as by rustfmt.
pub(super) fn rewrites<'a>(
    pulled: &Pulled,
    text: &'a str,
    context: FileContext,
) -> Option<Vec<Rewrite<'a>>> {
    let page = Page { text, context };
    let choice = pulled.choice.text_range();
    let (mut rewrites, head) = page.head(pulled)?;
    let semicolon = Rewrite::at(text, choice.end()).text(";");
    let has_semicolon = text[usize::from(choice.end())..].starts_with(';');
    rewrites.extend((!has_semicolon).then_some(semicolon));
    if let Some(short) = page.short_choice(pulled) {
        let line = head + width(short.written()) + width(";");
        if line <= context.width.max() {
            rewrites.push(short);
            return Some(rewrites);
        }
    }
    page.check_first_line(pulled, head)?;
    for branch in &pulled.branches {
        rewrites.extend(page.branch(branch)?);
    }
    Some(rewrites)
}

#[derive(Clone, Copy)]
struct Page<'a> {
    text: &'a str,
    context: FileContext,
}

impl<'a> Page<'a> {
    /// The code to insert before the choice, and the column where the choice starts then.
    fn head(self, pulled: &Pulled) -> Option<(Vec<Rewrite<'a>>, usize)> {
        let start = pulled.choice.text_range().start();
        let Some(declaration) = &pulled.declaration else {
            let place = pulled.place.syntax().text().to_string();
            let column = layout::column(self.text, start) + width(&place) + width(" = ");
            let head = Rewrite::at(self.text, start).text(&format!("{place} = "));
            return Some((vec![head], column));
        };
        let end = declaration.semicolon_token()?.text_range();
        let between = slice(self.text, TextRange::new(end.end(), start))?;
        let is_next = between.trim().is_empty() && between.contains('\n');
        let column = layout::column(self.text, end.start()) + width(" = ");
        let joined = Rewrite::of(self.text, TextRange::new(end.start(), start)).text(" = ");
        is_next.then(|| (vec![joined], column))
    }

    /// The choice on one line, if rustfmt formats it so.
    fn short_choice(self, pulled: &Pulled) -> Option<Rewrite<'a>> {
        let choice = ast::IfExpr::cast(pulled.choice.clone())?;
        let Some(ast::ElseBranch::Block(_)) = choice.else_branch() else {
            return None;
        };
        let [then, other] = pulled.branches.as_slice() else {
            return None;
        };
        let condition = choice.condition()?.syntax().text_range();
        let is_short = then.is_only_value() && other.is_only_value();
        let written = Rewrite::of(self.text, choice.syntax().text_range())
            .text("if ")
            .keep(condition)
            .text(" { ")
            .keep(then.value.syntax().text_range())
            .text(" } else { ")
            .keep(other.value.syntax().text_range())
            .text(" }");
        let line = written.written();
        let fits = !line.contains('\n') && width(line) <= self.context.width.share(CHOICE);
        (is_short && fits).then_some(written)
    }

    /// Checks that the condition stays on one line.
    fn check_first_line(self, pulled: &Pulled, column: usize) -> Option<()> {
        let body = pulled.choice.children().find(|child| {
            matches!(
                child.kind(),
                SyntaxKind::MATCH_ARM_LIST | SyntaxKind::BLOCK_EXPR
            )
        })?;
        let start = pulled.choice.text_range().start();
        let line = slice(self.text, TextRange::new(start, body.text_range().start()))?;
        let fits = column + width(line) + width("{") <= self.context.width.max();
        (fits && !line.contains('\n')).then_some(())
    }

    fn branch(self, branch: &Branch) -> Option<Vec<Rewrite<'a>>> {
        let assignment = branch.assignment.syntax().text_range();
        let value = branch.value.syntax().text_range();
        let code = slice(self.text, value)?;
        self.check_value(branch, code)?;
        if let Some(arm) = &branch.arm
            && branch.is_only_value()
        {
            return self.arm(branch, arm, code);
        }
        let goes = TextRange::new(assignment.start(), value.start());
        let mut rewrites = vec![Rewrite::of(self.text, goes)];
        let statement = branch.assignment.syntax().parent();
        let statement = statement.and_then(ast::ExprStmt::cast);
        let semicolon = statement.and_then(|it| it.semicolon_token());
        if let Some(semicolon) = semicolon {
            let is_next = semicolon.text_range().start() == assignment.end();
            is_next.then_some(())?;
            rewrites.push(Rewrite::of(self.text, semicolon.text_range()));
        }
        Some(rewrites)
    }

    /// Checks that a value is laid out at the end of a block as it was in the assignment.
    fn check_value(self, branch: &Branch, code: &str) -> Option<()> {
        let first = branch.value.syntax().first_token()?;
        let is_whole_match = matches!(branch.value, ast::Expr::MatchExpr(_));
        let is_block_like = matches!(
            first.kind(),
            SyntaxKind::IF_KW
                | SyntaxKind::MATCH_KW
                | SyntaxKind::LOOP_KW
                | SyntaxKind::WHILE_KW
                | SyntaxKind::FOR_KW
                | SyntaxKind::UNSAFE_KW
                | SyntaxKind::ASYNC_KW
                | SyntaxKind::CONST_KW
                | SyntaxKind::L_CURLY
                | SyntaxKind::LIFETIME_IDENT
        );
        let is_macro_block = matches!(branch.value, ast::Expr::MacroExpr(_)) && code.ends_with('}');
        if is_block_like && !is_whole_match || is_macro_block {
            return None;
        }
        let assignment = branch.assignment.syntax().text_range();
        let goes = TextRange::new(
            assignment.start(),
            branch.value.syntax().text_range().start(),
        );
        let head = slice(self.text, goes)?;
        if !code.contains('\n') {
            return Some(());
        }
        let indent = layout::indentation(self.text, assignment.start());
        let gained = width(head.trim_end()) + 1;
        let is_joined = layout::may_be_joined(code, self.context, indent, gained);
        (!head.contains('\n') && !is_joined).then_some(())
    }

    /// An arm with just a value needs no braces.
    fn arm(self, branch: &Branch, arm: &ast::MatchArm, code: &str) -> Option<Vec<Rewrite<'a>>> {
        let body = branch.body.syntax().text_range();
        let value = branch.value.syntax().text_range();
        let start = arm.syntax().text_range().start();
        let head = slice(self.text, TextRange::new(start, body.start()))?;
        let last_line = head.rsplit('\n').next().unwrap_or(head);
        let column = if head.contains('\n') {
            0
        } else {
            layout::column(self.text, start)
        };
        let is_short =
            column + width(last_line) + width(code) + width(",") <= self.context.width.max();
        if code.contains('\n') {
            // Without braces, only the place is removed.
            let is_bare = !matches!(branch.body, ast::Expr::BlockExpr(_));
            let goes = TextRange::new(body.start(), value.start());
            return is_bare.then(|| vec![Rewrite::of(self.text, goes)]);
        }
        if !is_short {
            let ast::Expr::BlockExpr(_) = &branch.body else {
                return None;
            };
            let goes = TextRange::new(
                branch.assignment.syntax().text_range().start(),
                value.start(),
            );
            let end = TextRange::new(value.end(), body.end());
            let rest = slice(self.text, end)?;
            let without = rest.strip_prefix(';')?;
            let tail = Rewrite::of(self.text, end).text(without);
            return Some(vec![Rewrite::of(self.text, goes), tail]);
        }
        let comma = if arm.comma_token().is_some() { "" } else { "," };
        Some(vec![Rewrite::of(self.text, body).keep(value).text(comma)])
    }
}
