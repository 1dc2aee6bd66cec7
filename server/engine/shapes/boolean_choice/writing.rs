//! Writes a condition in place of branches, formatted as by rustfmt.

use ra_ap_syntax::{
    AstNode,
    ast::{self, LogicOp},
};

use super::{Joined, Parts, Place, Term};
use crate::{
    syntax::{
        FileContext, Rewrite,
        conditions::{self, Chain},
        layout::{self, width},
    },
    text::{TextRange, slice},
};

/// Returns the replacement of the shape, or `None` if it can't be laid out as by rustfmt.
pub(super) fn rewrite<'a>(
    parts: &Parts,
    joined: &Joined,
    text: &'a str,
    context: FileContext,
) -> Option<Rewrite<'a>> {
    let start = parts.whole.start();
    let is_first = layout::is_first_on_line(text, start);
    let column = layout::column(text, start);
    let room = match parts.place {
        Place::Tail if is_first => context.width.max().checked_sub(column)?,
        Place::Let if !is_first => context.width.max().checked_sub(column + ";".len())?,
        Place::Tail | Place::Let => return None,
    };
    let chain = chain(joined, text)?;
    let code = match chain.on_one_line(room) {
        Some(line) => line,
        None if parts.place == Place::Tail && chain.operands.len() > 1 => {
            let unit = layout::indent_unit_around(text, parts.choice.syntax());
            let deeper = format!("{}{unit}", layout::indentation(text, start));
            let code = chain.on_lines(layout::first_line_ending(text), &deeper, column);
            let widest = code.lines().skip(1).map(width).max().unwrap_or_default();
            (widest <= context.width.max()).then_some(code)?
        }
        None => return None,
    };
    let first = code.lines().next().map(width).unwrap_or_default();
    if first > room {
        return None;
    }
    let mut part = Rewrite::part(text);
    for term in &joined.terms {
        part = keep(part, term);
    }
    Some(Rewrite::of(text, parts.whole).put_as(part, &code))
}

/// Writes a term.
fn keep<'a>(part: Rewrite<'a>, term: &Term) -> Rewrite<'a> {
    match term {
        Term::Kept(expr) => part.keep_as(expr.syntax().text_range(), ""),
        Term::Opposite(expr, opposite) => part.negate(expr.syntax().text_range(), opposite, ""),
        Term::Match(value, pattern) => part
            .text("matches!")
            .keep_all_as([range(value), pattern.syntax().text_range()], ""),
    }
}

fn range(expr: &ast::Expr) -> TextRange {
    expr.syntax().text_range()
}

fn chain(joined: &Joined, text: &str) -> Option<Chain> {
    let operator = joined.operator.unwrap_or(LogicOp::And);
    let mut operands = Vec::new();
    for term in &joined.terms {
        match term {
            Term::Kept(expr) => {
                for operand in conditions::operands(expr, operator) {
                    operands.push(slice(text, range(&operand))?.to_owned());
                }
            }
            // A string literal may contain the operator.
            Term::Opposite(_, opposite) if opposite.text.contains('"') => {
                operands.push(opposite.text.clone());
            }
            Term::Opposite(_, opposite) => {
                let between = format!(" {} ", conditions::sign(operator));
                operands.extend(opposite.text.split(&between).map(str::to_owned));
            }
            Term::Match(value, pattern) => {
                let value = slice(text, range(value))?;
                let pattern = slice(text, pattern.syntax().text_range())?;
                operands.push(format!("matches!({value}, {pattern})"));
            }
        }
    }
    let is_flat = operands.iter().all(|operand| !operand.contains('\n'));
    is_flat.then_some(Chain {
        operator: conditions::sign(operator),
        operands,
        is_broken_by_let: false,
    })
}
