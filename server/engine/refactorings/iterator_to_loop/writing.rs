//! Writes the loop in rustfmt's layout.

use ra_ap_syntax::{AstNode, ast};

use super::{Context, Parts};
use crate::{
    shapes::loop_source::in_head,
    syntax::{
        Rewrite,
        layout::{self, width},
    },
    text::{TextRange, slice},
};

/// Maximum width of a chain that rustfmt keeps on one line.
const WIDEST: usize = 60;

pub(super) fn rewrite<'a>(
    parts: &Parts,
    returns: &[TextRange],
    context: &Context<'a>,
) -> Option<Rewrite<'a>> {
    let text = &*context.source.text;
    let start = parts.whole.start();
    let pattern = parts.pattern.syntax().text_range();
    if !layout::is_first_on_line(text, start) || slice(text, pattern)?.contains('\n') {
        return None;
    }
    let head = context
        .rewrite(parts.whole)
        .text("for ")
        .keep(pattern)
        .text(" in ");
    let head = with_source(head, parts, context)?;
    with_body(head, parts, returns, context)
}

/// Writes the iterable and the opening brace.
fn with_source<'a>(head: Rewrite<'a>, parts: &Parts, context: &Context<'a>) -> Option<Rewrite<'a>> {
    let text = &*context.source.text;
    let options = context.source.context;
    let column = layout::column(text, parts.whole.start());
    let (mark, chain) = in_head(&parts.source, options.edition);
    let source = chain.syntax().text_range();
    let code = slice(text, source)?;
    let line = layout::on_one_line(code);
    let before = column + width(head.written()) + width(mark);
    let fits = before + width(&line) + width(" {") <= options.width.max()
        && width(&line) <= options.width.share(WIDEST);
    let has_block = code.contains('\n') && code.contains('{');
    if fits && !has_block {
        return Some(head.text(mark).keep_as(source, &line).text(" {"));
    }
    if !code.contains('\n') {
        return None;
    }
    let end = layout::first_line_ending(text);
    let indent = layout::indentation(text, parts.whole.start());
    // After `in`, rustfmt puts the first link of a chain on its own line.
    let first = layout::links(&chain).first()?.start();
    let root = TextRange::new(source.start(), first);
    let rest = TextRange::new(first, source.end());
    let broken = format!("{end}{indent}{}", layout::indent_unit(text));
    let is_merged = !slice(text, rest)?.starts_with(char::is_whitespace);
    let head = head.text(mark).keep(root);
    let head = if is_merged { head.text(&broken) } else { head };
    Some(head.keep(rest).text(&format!("{end}{indent}{{")))
}

fn with_body<'a>(
    head: Rewrite<'a>,
    parts: &Parts,
    returns: &[TextRange],
    context: &Context<'a>,
) -> Option<Rewrite<'a>> {
    let text = &*context.source.text;
    let to = layout::indentation(text, parts.whole.start());
    let end = layout::first_line_ending(text);
    if let Some(only) = only_line(&parts.body, text) {
        let unit = layout::indent_unit(text);
        let code = slice(text, only)?;
        let room = context.source.context.width.max();
        let fits = width(to) + width(unit) + width(code) < room;
        return fits.then(|| {
            head.text(&format!("{end}{to}{unit}"))
                .keep(only)
                .text(&format!(";{end}{to}}}"))
        });
    }
    let ast::Expr::BlockExpr(block) = &parts.body else {
        return None;
    };
    let list = block.stmt_list()?;
    if block.modifier().is_some() || block.label().is_some() {
        return None;
    }
    let (open, close) = (
        list.l_curly_token()?.text_range(),
        list.r_curly_token()?.text_range(),
    );
    let from = layout::indentation(text, close.start());
    if !layout::is_first_on_line(text, close.start()) {
        return None;
    }
    let inside = TextRange::new(open.end(), close.end());
    let moved = |range| layout::moved(text, range, context.source.context.edition, from, to);
    let gained = width(from).checked_sub(width(to))?;
    let whole = moved(inside)?;
    if gained > 0 && layout::may_be_joined(&whole, context.source.context, to, gained) {
        return None;
    }
    let mut written = head;
    let mut at = inside.start();
    for jump in returns {
        let before = TextRange::new(at, jump.start());
        written = written.keep_as(before, &moved(before)?).text("continue");
        at = jump.end();
    }
    let rest = TextRange::new(at, inside.end());
    Some(written.keep_as(rest, &moved(rest)?))
}

/// The only expression of a body, if it is on a single line.
fn only_line(body: &ast::Expr, text: &str) -> Option<TextRange> {
    let whole = body.syntax().text_range();
    if slice(text, whole)?.contains('\n') {
        return None;
    }
    let ast::Expr::BlockExpr(block) = body else {
        let is_plain = !matches!(body, ast::Expr::IfExpr(_) | ast::Expr::MatchExpr(_));
        return is_plain.then_some(whole);
    };
    let mut statements = block.statements();
    let only = match (statements.next(), statements.next(), block.tail_expr()) {
        (Some(ast::Stmt::ExprStmt(only)), None, None) => only.expr(),
        (None, None, tail) => tail,
        _ => None,
    };
    let has_comment = layout::has_comment(block.syntax());
    let is_plain = block.modifier().is_none() && block.label().is_none() && !has_comment;
    only.filter(|_| is_plain).map(|it| it.syntax().text_range())
}
