//! Writes two nested `if`s as one, formatted as by rustfmt.

use ra_ap_syntax::{AstNode, SyntaxToken};

use super::CollapsibleIf;
use crate::{
    syntax::{
        FileContext, Rewrite,
        conditions::{self, Chain},
        layout,
    },
    text::TextRange,
};

/// Returns the merged `if`, or `None` if it can't be laid out as by rustfmt.
pub(super) fn rewrites<'a>(
    shape: &CollapsibleIf,
    text: &'a str,
    context: FileContext,
) -> Option<Vec<Rewrite<'a>>> {
    let outer = shape.outer.syntax().text_range();
    let writer = Writer {
        text,
        context,
        line_ending: layout::first_line_ending(text),
        indent: layout::indentation(text, outer.start()),
    };
    writer.rewrites(shape)
}

struct Writer<'a> {
    text: &'a str,
    context: FileContext,
    line_ending: &'static str,
    /// The indentation of the outer `if`.
    indent: &'a str,
}

impl<'a> Writer<'a> {
    fn rewrites(&self, shape: &CollapsibleIf) -> Option<Vec<Rewrite<'a>>> {
        let (text, indent) = (self.text, self.indent);
        let outer = shape.outer.syntax().text_range();
        let from = shape.outer_condition.syntax().text_range().start();
        let column = layout::column(text, from);
        let condition = self.condition(shape, column)?;
        let room = self.room(column);
        let brace = conditions::before_brace(&condition, room, self.line_ending, indent);
        let inner = layout::indentation(text, shape.inner.syntax().text_range().start());
        let block = shape.body.syntax().text_range();
        let body = self.moved(block, inner, indent)?;
        let gained = layout::width(inner).saturating_sub(layout::width(indent));
        if layout::may_be_joined(&body, self.context, indent, gained) {
            return None;
        }
        let operands = shape.operands().into_iter();
        let operands = operands.map(|operand| operand.syntax().text_range());
        let comments = shape.comments.iter().map(SyntaxToken::text_range);
        let operands = operands.chain(comments);
        let merged = Rewrite::of(text, TextRange::new(from, outer.end()))
            .keep_all_as(operands, &condition)
            .text(&brace)
            .keep_as(block, &body);
        Some(vec![merged])
    }

    /// The joined condition, on one line or with one operand per line, as rustfmt decides.
    fn condition(&self, shape: &CollapsibleIf, column: usize) -> Option<String> {
        let operands = shape.operands();
        let unit = layout::indent_unit_around(self.text, shape.outer.syntax());
        let deeper = format!("{}{unit}", self.indent);
        let mut texts = Vec::with_capacity(operands.len());
        for (place, operand) in operands.iter().enumerate() {
            let range = operand.syntax().text_range();
            let to = if place == 0 { self.indent } else { &deeper };
            let own = layout::indentation(self.text, range.start());
            let code = self.moved(range, own, to)?;
            texts.push(if conditions::needs_parentheses(operand) {
                format!("({code})")
            } else {
                code
            });
        }
        if !shape.comments.is_empty() {
            return Some(self.commented(shape, texts, &deeper, column));
        }
        let chain = Chain {
            operator: "&&",
            operands: texts,
            is_broken_by_let: conditions::is_broken_by_let(&operands),
        };
        let whole = chain.on_one_line(self.room(column));
        Some(whole.unwrap_or_else(|| chain.on_lines(self.line_ending, &deeper, column)))
    }

    /// The conditions with the comments between them. rustfmt leaves such a condition unchanged.
    fn commented(
        &self,
        shape: &CollapsibleIf,
        mut operands: Vec<String>,
        deeper: &str,
        column: usize,
    ) -> String {
        let place = conditions::conjuncts(&shape.outer_condition).len();
        let inner = operands.split_off(place);
        let chain = Chain {
            operator: "&&",
            operands,
            is_broken_by_let: true,
        };
        let break_line = format!("{}{deeper}", self.line_ending);
        let mut out = chain.on_lines(self.line_ending, deeper, column);
        for comment in &shape.comments {
            out.push_str(&break_line);
            out.push_str(comment.text().trim_end());
        }
        for operand in inner {
            out.push_str(&break_line);
            out.push_str("&& ");
            out.push_str(&operand);
        }
        out
    }

    /// Number of columns left for a condition that starts in `column`.
    fn room(&self, column: usize) -> usize {
        self.context.width.max().saturating_sub(column)
    }

    fn moved(&self, range: TextRange, from: &str, to: &str) -> Option<String> {
        layout::moved(self.text, range, self.context.edition, from, to)
    }
}
