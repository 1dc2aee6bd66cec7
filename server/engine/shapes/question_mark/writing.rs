//! Writes a value with its `?`, formatted as by rustfmt.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, ast};

use super::{
    failure::Failure,
    parts::{Form, Parts},
};
use crate::{
    syntax::{
        FileContext, Rewrite, closures,
        layout::{self, width},
        moving_out,
    },
    text::{TextRange, slice},
};

/// Returns the replacement of the shape, or `None` if it can't be laid out as by rustfmt.
pub(super) fn rewrite<'a>(
    parts: &Parts,
    failure: &Failure,
    text: &'a str,
    context: FileContext,
) -> Option<Rewrite<'a>> {
    let writer = Writer {
        parts,
        text,
        context,
        value: Chain::of(&parts.scrutinee, &parts.node, text, context),
    };
    writer.rewrite(failure)
}

struct Writer<'a, 'p> {
    parts: &'p Parts,
    text: &'a str,
    context: FileContext,
    value: Chain<'a>,
}

impl<'a> Writer<'a, '_> {
    fn rewrite(&self, failure: &Failure) -> Option<Rewrite<'a>> {
        let call = self.call(failure)?;
        let value = self.parts.scrutinee.syntax().text_range();
        let (head, column) = self.head()?;
        let laid = self.value.laid(call.written(), column)?;
        let whole = head.keep_as(value, &laid.value);
        let whole = if laid.breaks {
            whole.text(&self.value.below)
        } else {
            whole
        };
        let whole = whole.put(call).text("?");
        Some(if self.wants_semicolon() {
            whole.text(";")
        } else {
            whole
        })
    }

    /// The code before the value, and the column where the value starts.
    fn head(&self) -> Option<(Rewrite<'a>, usize)> {
        let range = self.parts.node.text_range();
        if self.parts.form != Form::Let {
            let is_value = matches!(
                self.parts.node.parent()?.kind(),
                SyntaxKind::LET_STMT | SyntaxKind::BIN_EXPR
            );
            // rustfmt would move it up next to the `=`.
            if is_value && layout::is_first_on_line(self.text, range.start()) {
                return None;
            }
            let column = layout::column(self.text, range.start()) + self.prefix().len();
            let head = Rewrite::of(self.text, range).text(self.prefix());
            return Some((head, column));
        }
        let statement = ast::LetStmt::cast(self.parts.node.clone())?;
        let start = statement.pat()?.syntax().text_range().start();
        let end = statement.let_else()?.syntax().text_range().end();
        let variable = self.parts.variable.as_ref()?.syntax().text_range();
        let value = self.parts.scrutinee.syntax().text_range();
        if layout::is_first_on_line(self.text, value.start()) {
            return None;
        }
        let head = Rewrite::of(self.text, TextRange::new(start, end));
        let head = head.keep(variable).text(" = ").text(self.prefix());
        let column = layout::column(self.text, start) + width(head.written());
        Some((head, column))
    }

    fn prefix(&self) -> &'static str {
        if self.parts.copies { "*" } else { "" }
    }

    /// The call between the value and the `?`.
    fn call(&self, failure: &Failure) -> Option<Rewrite<'a>> {
        let part = Rewrite::part(self.text);
        let value = self.parts.returned.syntax().text_range();
        let (open, inside) = match failure {
            Failure::Same | Failure::From | Failure::Declared | Failure::FromInto => {
                return Some(part);
            }
            Failure::OkOr => (".ok_or(".to_owned(), value),
            Failure::OkOrElse => match closures::function_called(&self.parts.returned) {
                Some(function) => (".ok_or_else(".to_owned(), function.syntax().text_range()),
                None => (".ok_or_else(|| ".to_owned(), value),
            },
            Failure::MapErr(function) => (".map_err(".to_owned(), function.syntax().text_range()),
            Failure::MapErrWith => (format!(".map_err(|{}| ", self.error()), value),
        };
        let part = part.text(&open).keep(inside).text(")");
        let is_short = !part.written().contains('\n')
            && width(part.written()) - width(".ok_or()") <= share_of_calls(self.context);
        is_short.then_some(part)
    }

    /// The name of the error, if the value uses it.
    fn error(&self) -> &str {
        let Some(name) = self.parts.error.as_deref() else {
            return "_";
        };
        let returned = slice(self.text, self.parts.returned.syntax().text_range());
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut words = returned.unwrap_or_default().split(|c| !is_word(c));
        if words.any(|word| word == name) {
            name
        } else {
            "_"
        }
    }

    fn wants_semicolon(&self) -> bool {
        let Some(parent) = self.parts.node.parent() else {
            return false;
        };
        match ast::ExprStmt::cast(parent.clone()) {
            Some(statement) => statement.semicolon_token().is_none(),
            None => parent.kind() == SyntaxKind::STMT_LIST && self.parts.form == Form::Unit,
        }
    }
}

/// A value that is followed by a call and a `?`.
pub(in crate::shapes) struct Chain<'a> {
    value: ast::Expr,
    /// Its source text at the new location.
    code: String,
    text: &'a str,
    context: FileContext,
    /// The line ending and the indentation of a continuation line.
    pub(in crate::shapes) below: String,
    unit: usize,
    /// Whether nothing precedes it on its line.
    is_first: bool,
}

impl<'a> Chain<'a> {
    /// Returns the chain for a value that moves to the line of `node`.
    pub(in crate::shapes) fn of(
        value: &ast::Expr,
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
    ) -> Self {
        let start = node.text_range().start();
        let unit = layout::indent_unit_around(text, node);
        let indent = layout::indentation(text, start);
        Self {
            value: value.clone(),
            code: value.syntax().text().to_string(),
            text,
            context,
            below: format!("{}{indent}{unit}", layout::first_line_ending(text)),
            unit: width(&unit),
            is_first: layout::is_first_on_line(text, start),
        }
    }

    /// Like `of`, for a value after a `let` on the line of `node`, which may be further out than the value.
    pub(in crate::shapes) fn of_let(
        value: &ast::Expr,
        node: &SyntaxNode,
        text: &'a str,
        context: FileContext,
    ) -> Option<Self> {
        let from = layout::indentation(text, value.syntax().text_range().start());
        let to = layout::indentation(text, node.text_range().start());
        let chain = Self::of(value, node, text, context);
        Some(Self {
            code: moving_out::moved_text(&chain.code, context.edition, from, to)?,
            is_first: false,
            ..chain
        })
    }

    /// Lays out the value starting at `column`, followed by `call` and a `?`.
    pub(in crate::shapes) fn laid(&self, call: &str, column: usize) -> Option<Laid> {
        let code = self.code.as_str();
        if code.contains('\n') {
            return self.over_lines(code, call, column);
        }
        self.on_one_line(code, call, column)
            .or_else(|| self.broken(call))
    }

    fn on_one_line(&self, code: &str, call: &str, column: usize) -> Option<Laid> {
        let length = width(code) + width(call) + width("?");
        let links = layout::links(&self.value).len() + usize::from(!call.is_empty());
        let fits = column + length + width(";") <= self.context.width.max()
            && (links <= 1 || length <= share_of_calls(self.context));
        fits.then(|| Laid {
            value: code.to_owned(),
            breaks: false,
        })
    }

    /// A chain with one call per line.
    fn broken(&self, call: &str) -> Option<Laid> {
        let links = layout::links(&self.value);
        if call.is_empty() || (links.is_empty() && !call.contains('|')) {
            return None;
        }
        let whole = self.value.syntax().text_range();
        let end = links.first().map_or(whole.end(), |first| first.start());
        let start = self.value.syntax().text_range().start();
        let mut value = slice(self.text, TextRange::new(start, end))?.to_owned();
        // A short root keeps the next link on its line if it comes first there.
        let mut is_root = self.is_first;
        for link in links {
            let link = slice(self.text, link)?;
            if !is_root || width(&value) > self.unit {
                is_root = false;
                value.push_str(&self.below);
            }
            value.push_str(link);
        }
        let widest = self.below.lines().last().map_or(0, width) + width(call) + width("?;");
        let max = self.context.width.max();
        let fits = widest <= max && value.lines().all(|line| width(line) < max);
        fits.then_some(Laid {
            value,
            breaks: true,
        })
    }

    /// A value that is multi-line already.
    fn over_lines(&self, code: &str, call: &str, column: usize) -> Option<Laid> {
        let is_chain = code
            .lines()
            .skip(1)
            .all(|line| line.trim_start().starts_with('.'));
        let is_added = !call.is_empty();
        if is_added && (!is_chain || call.contains('|')) {
            return None;
        }
        let value = self.value.syntax().text_range();
        let last = code.lines().last().unwrap_or_default();
        let is_joined = if is_chain {
            let whole = layout::on_one_line(code);
            self.on_one_line(&whole, call, column).is_some()
        } else {
            let gained = layout::column(self.text, value.start()).checked_sub(column)?;
            let indent = " ".repeat(column);
            layout::may_be_joined(&format!("{code}?;"), self.context, &indent, gained)
        };
        let fits = width(last) + width("?;") <= self.context.width.max();
        (fits && !is_joined).then(|| Laid {
            value: code.to_owned(),
            breaks: is_added,
        })
    }
}

fn share_of_calls(context: FileContext) -> usize {
    const WIDEST: usize = 60;
    context.width.share(WIDEST)
}

/// The value as laid out, and whether the call after it is on its own line.
pub(in crate::shapes) struct Laid {
    pub(in crate::shapes) value: String,
    pub(in crate::shapes) breaks: bool,
}
