//! Writes a `let … else`, formatted as by rustfmt.

use ra_ap_syntax::{AstNode, SyntaxToken, ast};

use super::LetElse;
use crate::{
    syntax::{
        FileContext, LineWidth, Rewrite,
        layout::{self, width},
        moving_out,
    },
    text::{TextRange, slice},
};

/// Returns the `let … else` that replaces the statement, or `None` if it can't be laid out as by rustfmt.
pub(super) fn rewrites<'a>(
    shape: &LetElse,
    text: &'a str,
    context: FileContext,
) -> Option<Vec<Rewrite<'a>>> {
    let start = shape.statement.syntax().text_range().start();
    let indent = layout::indentation(text, start);
    let unit = layout::indent_unit_around(text, shape.statement.syntax());
    let writer = Writer {
        text,
        context,
        shape,
        line_ending: layout::first_line_ending(text),
        indent,
        deeper: format!("{indent}{unit}"),
    };
    writer.rewrites()
}

struct Writer<'a, 's> {
    text: &'a str,
    context: FileContext,
    shape: &'s LetElse,
    line_ending: &'static str,
    indent: &'a str,
    deeper: String,
}

impl<'a> Writer<'a, '_> {
    fn rewrites(&self) -> Option<Vec<Rewrite<'a>>> {
        let statement = &self.shape.statement;
        let start = statement.pat()?.syntax().text_range().start();
        let end = statement.initializer()?.syntax().text_range().end();
        let whole = Rewrite::of(self.text, TextRange::new(start, end));
        let above = Rewrite::at(self.text, statement.syntax().text_range().start());
        let above = (self.shape.comments.iter()).fold(above, |above, comment| {
            let above = above.keep_as(comment.text_range(), comment.text().trim_end());
            above.text(&format!("{}{}", self.line_ending, self.indent))
        });
        Some(vec![above, whole.put(self.body()?)])
    }

    /// The code between `let` and `;`.
    fn body(&self) -> Option<Rewrite<'a>> {
        let head = self.head()?;
        let way_out = self.shape.otherwise.syntax().text_range();
        if let Some(short) = self.on_one_line(head.written()) {
            return Some(head.text(" else ").keep_as(way_out, &short));
        }
        let otherwise = self.otherwise()?;
        if self.would_be_joined(&otherwise) {
            return None;
        }
        let before_else = self.before_else(head.written());
        let comments = self.shape.comments_otherwise.iter();
        let kept = comments.map(SyntaxToken::text_range).chain([way_out]);
        let head = head.text(&format!("{before_else}else "));
        Some(head.keep_all_as(kept, &otherwise))
    }

    fn head(&self) -> Option<Rewrite<'a>> {
        let pattern = self.pattern()?;
        let scrutinee = self.scrutinee()?;
        let value = self.shape.scrutinee.syntax().text_range();
        if !self.is_too_wide(pattern.written(), &scrutinee) {
            let fits = !self.fits_below(&scrutinee);
            return fits.then(|| pattern.text(" = ").keep_as(value, &scrutinee));
        }
        if pattern.written().contains('\n') {
            return None;
        }
        let below = format!(" ={}{}", self.line_ending, self.deeper);
        Some(pattern.text(&below).keep_as(value, &scrutinee))
    }

    fn longest(&self) -> LineWidth {
        self.context.width
    }

    /// Whether the value doesn't fit after the last line of the pattern.
    fn is_too_wide(&self, pattern: &str, scrutinee: &str) -> bool {
        let first = scrutinee.lines().next().unwrap_or_default();
        let before = match pattern.rsplit_once('\n') {
            Some((_, last)) => width(last),
            None => width(self.indent) + width("let ") + width(pattern),
        };
        before + width(" = ") + width(first) > self.longest().max()
    }

    /// Whether the arguments of a multi-line call would fit on one line below the pattern, where rustfmt prefers to break.
    fn fits_below(&self, scrutinee: &str) -> bool {
        const WIDEST_ARGUMENTS: usize = 60;
        let joined = layout::on_one_line(scrutinee);
        let is_call = scrutinee
            .lines()
            .next()
            .is_some_and(|first| first.trim_end().ends_with('('));
        let arguments = joined
            .split_once('(')
            .map_or("", |(_, arguments)| arguments);
        is_call
            && scrutinee.contains('\n')
            && width(arguments) <= self.longest().share(WIDEST_ARGUMENTS)
            && width(&self.deeper) + width(&joined) <= self.longest().max()
    }

    fn pattern(&self) -> Option<Rewrite<'a>> {
        let range = self.shape.pattern.syntax().text_range();
        let named = self.renamed(range);
        let text = self.moved_text(named.written(), range)?;
        if text.contains('\n') && !self.shape.renamed.is_empty() {
            return None;
        }
        let is_longer = self.shape.renamed.iter().any(|name| name.is_field);
        if is_longer && text.split('{').skip(1).any(are_wide_fields) {
            return None;
        }
        let part = Rewrite::part(self.text);
        if matches!(self.shape.pattern, ast::Pat::OrPat(_)) {
            return Some(part.put_as(named, &format!("({text})")));
        }
        Some(part.put_as(named, &text))
    }

    /// The code in `range` with its bindings renamed.
    fn renamed(&self, range: TextRange) -> Rewrite<'a> {
        let mut part = Rewrite::part(self.text);
        let mut at = range.start();
        for name in &self.shape.renamed {
            part = part.keep(TextRange::new(at, name.at.start()));
            if name.is_field {
                part = part.keep(name.at).text(": ");
            }
            part = part.text(&name.to);
            at = name.at.end();
        }
        part.keep(TextRange::new(at, range.end()))
    }

    fn scrutinee(&self) -> Option<String> {
        let range = self.shape.scrutinee.syntax().text_range();
        let text = self.moved(range, self.indent)?;
        // A brace before `else` would be parsed as the end of the value.
        if text.ends_with('}') {
            return (!text.contains('\n')).then(|| format!("({text})"));
        }
        Some(text)
    }

    /// The code in `range`, where the indentation of its first line is changed to `to`.
    fn moved(&self, range: TextRange, to: &str) -> Option<String> {
        let from = layout::indentation(self.text, range.start());
        layout::moved(self.text, range, self.context.edition, from, to)
    }

    /// Like `moved`, for code that was at `range`.
    fn moved_text(&self, code: &str, range: TextRange) -> Option<String> {
        let from = layout::indentation(self.text, range.start());
        moving_out::moved_text(code, self.context.edition, from, self.indent)
    }

    fn on_one_line(&self, head: &str) -> Option<String> {
        let value = self.lone_value()?;
        let end = format!("{{ {value} }}");
        let whole = format!("let {head} else {end};");
        layout::is_short_let_else(&whole, self.longest(), self.indent).then_some(end)
    }

    /// The early exit, if it is a single expression on one line without comments.
    fn lone_value(&self) -> Option<&str> {
        if !self.shape.comments_otherwise.is_empty() {
            return None;
        }
        let value = match &self.shape.otherwise {
            ast::Expr::BlockExpr(block) => {
                let has_more = block.statements().next().is_some()
                    || block.modifier().is_some()
                    || layout::has_comment(block.syntax());
                if has_more {
                    return None;
                }
                block.tail_expr()?
            }
            value => value.clone(),
        };
        let text = slice(self.text, value.syntax().text_range())?;
        (!text.contains('\n')).then_some(text)
    }

    /// Whether lines of the early exit would be joined because they are indented less than in their arm.
    fn would_be_joined(&self, otherwise: &str) -> bool {
        let start = self.shape.otherwise.syntax().text_range().start();
        let from = width(layout::indentation(self.text, start));
        let gained = from.saturating_sub(width(self.indent));
        gained > 0 && layout::may_be_joined(otherwise, self.context, self.indent, gained)
    }

    /// The early exit as a multi-line block.
    fn otherwise(&self) -> Option<String> {
        let (line_ending, deeper) = (self.line_ending, &self.deeper);
        let comments = self.shape.comments_otherwise.iter().map(|comment| {
            let text = comment.text().trim_end();
            format!("{line_ending}{deeper}{text}")
        });
        let comments: String = comments.collect();
        let range = self.shape.otherwise.syntax().text_range();
        if let ast::Expr::BlockExpr(block) = &self.shape.otherwise
            && block.modifier().is_none()
        {
            let block = self.closed(block, range)?;
            let inside = block.strip_prefix('{')?;
            return Some(format!("{{{comments}{inside}"));
        }
        let value = self.moved(range, deeper)?;
        let semicolon = if is_jump(&self.shape.otherwise) {
            ";"
        } else {
            ""
        };
        Some(format!(
            "{{{comments}{line_ending}{deeper}{value}{semicolon}{line_ending}{}}}",
            self.indent
        ))
    }

    /// The block, with a `;` after a jump at its end. rustfmt doesn't require one in an arm, or on a single line.
    fn closed(&self, block: &ast::BlockExpr, range: TextRange) -> Option<String> {
        let is_on_lines = block.syntax().text().contains_char('\n');
        let Some(tail) = block
            .tail_expr()
            .filter(|tail| is_on_lines && is_jump(tail))
        else {
            return self.moved(range, self.indent);
        };
        let end = tail.syntax().text_range().end();
        let head = slice(self.text, TextRange::new(range.start(), end))?;
        let rest = slice(self.text, TextRange::new(end, range.end()))?;
        self.moved_text(&format!("{head};{rest}"), range)
    }

    /// The separator before the `else`. rustfmt keeps it on the value's last line if it fits there, or if that line only closes
    /// the value.
    fn before_else(&self, head: &str) -> String {
        let own_line = format!("{}{}", self.line_ending, self.indent);
        let Some((_, last)) = head.rsplit_once('\n') else {
            let line = width(self.indent) + width("let ") + width(head) + width(" else {");
            return if line < self.longest().max() {
                " ".to_owned()
            } else {
                own_line
            };
        };
        let closes = last.ends_with([')', ']', '}'])
            && last
                .strip_prefix(self.indent)
                .is_some_and(|rest| !rest.starts_with([' ', '\t']));
        let has_plain_pattern = !self.shape.pattern.syntax().text().contains_char('\n');
        if closes && has_plain_pattern {
            " ".to_owned()
        } else {
            own_line
        }
    }
}

/// Whether rustfmt puts each of the fields before `}` on its own line.
fn are_wide_fields(text: &str) -> bool {
    const WIDEST: usize = 18;
    let fields = text.split_once('}').map_or(text, |(fields, _)| fields);
    width(fields.trim()) > WIDEST
}

fn is_jump(expr: &ast::Expr) -> bool {
    matches!(
        expr,
        ast::Expr::ReturnExpr(_) | ast::Expr::BreakExpr(_) | ast::Expr::ContinueExpr(_)
    )
}
