//! Writes a call of an `Option`'s or a `Result`'s method as rustfmt would.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::Parts;
use crate::{
    syntax::{
        FileContext, Rewrite,
        layout::{self, width},
    },
    text::{TextRange, slice},
};

/// What stands in the place of the shape. Nothing if it can't be laid out as rustfmt would.
pub(super) fn rewrite<'a>(
    parts: &Parts,
    text: &'a str,
    context: FileContext,
) -> Option<Rewrite<'a>> {
    let whole = parts.node.text_range();
    let is_tail = is_tail(parts);
    if !is_tail && !is_initializer(parts, text) {
        return None;
    }
    if is_tail && !layout::is_first_on_line(text, whole.start()) {
        return None;
    }
    let call = call(parts, text)?;
    let view = if parts.is_lent { ".as_ref()" } else { "" };
    let value = parts.value.syntax().text_range();
    let code = slice(text, value)?;
    if code.contains('\n') {
        return None;
    }
    let after = usize::from(!is_tail);
    let max = context.width.max();
    let chain = width(code) + width(view) + width(call.written());
    let links = layout::links(&parts.value);
    let count = links.len() + 1 + usize::from(parts.is_lent);
    let column = layout::column(text, whole.start());
    let is_short = count == 1 || chain <= context.width.share(60);
    if column + chain + after <= max && is_short {
        let rewrite = Rewrite::of(text, whole).keep(value).text(view);
        return Some(rewrite.put(call));
    }
    if count == 1 {
        return None;
    }
    let unit = layout::indent_unit_around(text, &parts.node);
    let indent = layout::indentation(text, whole.start());
    let below = format!("{}{indent}{unit}", layout::first_line_ending(text));
    let end = links.first().map_or(value.end(), |first| first.start());
    let mut broken = slice(text, TextRange::new(value.start(), end))?.to_owned();
    let mut pieces = Vec::new();
    for link in links {
        pieces.push(slice(text, link)?);
    }
    if parts.is_lent {
        pieces.push(view);
    }
    // A short root takes the next link beside it, where it is the first on its line.
    let mut is_root = is_tail;
    for piece in pieces {
        if !is_root || width(&broken) > width(&unit) {
            is_root = false;
            broken.push_str(&below);
        }
        broken.push_str(piece);
    }
    let last = width(indent) + width(&unit) + width(call.written()) + after;
    let fits = last <= max && broken.lines().all(|line| width(line) <= max);
    let value = Rewrite::part(text).keep(value).text(view);
    let rewrite = Rewrite::of(text, whole).put_as(value, &broken);
    fits.then(|| rewrite.text(&below).put(call))
}

fn call<'a>(parts: &Parts, text: &'a str) -> Option<Rewrite<'a>> {
    let asked = parts.asked.syntax().text_range();
    let code = slice(text, asked)?;
    let is_operand = |line: &str| {
        ["&& ", "|| "]
            .iter()
            .any(|it| line.trim_start().starts_with(it))
    };
    if !code.lines().skip(1).all(is_operand) {
        return None;
    }
    let call = Rewrite::part(text)
        .text(".")
        .text(parts.method)
        .text("(|")
        .keep(parts.pattern.syntax().text_range())
        .text("| ")
        .keep_as(asked, &layout::on_one_line(code))
        .text(")");
    (!call.written().contains('\n')).then_some(call)
}

/// The last expression of a block that has more, or that is the body of a function.
fn is_tail(parts: &Parts) -> bool {
    let list = parts.node.parent().and_then(ast::StmtList::cast);
    let Some(list) = list else {
        return false;
    };
    let is_last = list
        .tail_expr()
        .is_some_and(|tail| *tail.syntax() == parts.node);
    let block = list.syntax().parent();
    let owner = block.and_then(|block| block.parent());
    let is_kept = owner.is_some_and(|owner| owner.kind() == SyntaxKind::FN);
    is_last && (is_kept || list.statements().next().is_some())
}

/// The value of a `let`, on its line.
fn is_initializer(parts: &Parts, text: &str) -> bool {
    let parent = parts.node.parent();
    let is_let = parent.is_some_and(|parent| parent.kind() == SyntaxKind::LET_STMT);
    is_let && !layout::is_first_on_line(text, parts.node.text_range().start())
}
