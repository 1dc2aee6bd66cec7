//! Writes the `let`, and the name in place of the expressions, formatted as by rustfmt.

use ra_ap_syntax::{AstNode, ast};

use super::Repeated;
use crate::{
    syntax::{
        FileContext, Rewrite,
        layout::{self, width},
        replacing::Replaced,
    },
    text::{TextRange, slice},
};

/// Maximum width of a call or a chain on one line.
const WIDEST: usize = 60;

pub(super) fn rewrites<'a>(
    found: &Repeated,
    name: &str,
    text: &'a str,
    context: FileContext,
) -> Option<Vec<Rewrite<'a>>> {
    let start = found.statement.text_range().start();
    let first = found.range();
    let code = slice(text, first)?;
    let is_simple = !code.contains('\n') && width(code) <= context.width.share(WIDEST);
    if !is_simple || !layout::is_first_on_line(text, start) {
        return None;
    }
    let ranges: Vec<TextRange> = found.places.iter().map(with_parentheses).collect();
    let replaced = Replaced {
        places: &ranges,
        width: width(name),
    };
    if !replaced.keeps_layout(&found.statement, text, context) {
        return None;
    }
    let indent = layout::indentation(text, start);
    let end = layout::first_line_ending(text);
    let line = width(indent) + width("let  = ;") + width(name) + width(code);
    if line > context.width.max() {
        return None;
    }
    let named = Rewrite::at(text, start)
        .text(&format!("let {name} = "))
        .keep(first)
        .text(&format!(";{end}{indent}"));
    let places = ranges
        .iter()
        .map(|range| Rewrite::of(text, *range).text(name));
    Some([named].into_iter().chain(places).collect())
}

/// A name needs no parentheses around it.
fn with_parentheses(place: &ast::Expr) -> TextRange {
    let around = place.syntax().parent().and_then(ast::ParenExpr::cast);
    let node = around.map_or_else(|| place.syntax().clone(), |it| it.syntax().clone());
    node.text_range()
}
