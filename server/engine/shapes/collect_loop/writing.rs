//! Writes an iterator chain that ends with `collect`, formatted as by rustfmt.

use ra_ap_syntax::{
    AstNode,
    ast::{self, HasArgList, HasName},
};

use super::{Asked, parts::Parts, variables_of};
use crate::{
    shapes::loop_source::{Source, Wraps},
    syntax::{
        FileContext, Rewrite,
        layout::{self, width},
        scopes,
        types_shown::bindings_of,
    },
    text::{TextRange, slice},
};

pub(super) struct Filling<'p> {
    pub(super) parts: &'p Parts,
    pub(super) source: &'p Source,
    pub(super) asked: Option<&'p Asked>,
    /// Whether the variable stays `mut`.
    pub(super) stays_mutable: bool,
}

/// Returns the replacement of the shape, or `None` if it can't be laid out as by rustfmt.
pub(super) fn rewrite<'a>(
    plan: &Filling<'_>,
    text: &'a str,
    context: FileContext,
) -> Option<Rewrite<'a>> {
    let start = plan.parts.whole.start();
    if !layout::is_first_on_line(text, start) {
        return None;
    }
    let writer = Writer {
        plan,
        text,
        context,
    };
    writer.rewrite()
}

/// The `F` in `F(x)` if it names a struct or a variant, and `x` is the whole element.
pub(in crate::shapes) fn constructor(added: &ast::Expr, pattern: &ast::Pat) -> Option<ast::Expr> {
    let ast::Expr::CallExpr(call) = added else {
        return None;
    };
    let ast::Expr::PathExpr(callee) = call.expr()? else {
        return None;
    };
    let mut arguments = call.arg_list()?.args();
    let (only, None) = (arguments.next()?, arguments.next()) else {
        return None;
    };
    let ast::Pat::IdentPat(variable) = pattern else {
        return None;
    };
    let is_whole = scopes::as_name(&only)? == variable.name()?.text();
    let path = callee.syntax().text().to_string();
    let name = path.rsplit("::").next().unwrap_or_default();
    let is_constructor = name.starts_with(char::is_uppercase)
        && (name.len() == 1 || name.contains(char::is_lowercase))
        && !path.contains('<')
        && bindings_of(&callee).is_empty();
    (is_whole && is_constructor).then(|| callee.into())
}

struct Writer<'a, 'p> {
    plan: &'p Filling<'p>,
    text: &'a str,
    context: FileContext,
}

impl<'a> Writer<'a, '_> {
    fn rewrite(&self) -> Option<Rewrite<'a>> {
        let parts = self.plan.parts;
        let text = self.text;
        let head = self.head(" ")?;
        let mut calls = Vec::new();
        calls.extend(self.filter()?);
        calls.extend(self.map()?);
        calls.push(Rewrite::part(text).text(".collect()"));
        let source = self.source();
        if source.written().contains('\n') {
            return None;
        }
        let after = usize::from(!parts.is_tail);
        let max = self.context.width.max();
        let indent = layout::indentation(text, parts.whole.start());
        let chain: String = calls.iter().map(Rewrite::written).collect();
        let chain = format!("{}{chain}", source.written());
        let is_short = !chain.contains('\n') && width(&chain) <= self.context.width.share(60);
        let column = width(indent) + width(head.written());
        if is_short && column + width(&chain) + after <= max {
            let whole = calls.into_iter().fold(head.put(source), Rewrite::put);
            return Some(self.ended(whole));
        }
        let unit = layout::indent_unit_around(text, parts.found.syntax());
        let below = format!("{}{indent}{unit}", layout::first_line_ending(text));
        let fits_below = width(indent) + width(&unit) + width(&chain) + after <= max;
        if is_short && fits_below && !parts.is_tail {
            let head = self.head(&below)?.put(source);
            return Some(self.ended(calls.into_iter().fold(head, Rewrite::put)));
        }
        let whole = head.put_as(source, &self.broken(&below, width(&unit))?);
        let whole = calls
            .into_iter()
            .fold(whole, |whole, call| whole.text(&below).put(call));
        let written = format!("{indent}{}", whole.written());
        let fits = written.lines().all(|line| width(line) + after <= max);
        fits.then(|| self.ended(whole))
    }

    fn ended(&self, whole: Rewrite<'a>) -> Rewrite<'a> {
        if self.plan.parts.is_tail {
            whole
        } else {
            whole.text(";")
        }
    }

    /// The code before the iterator. `gap` separates it from the `=`.
    fn head(&self, gap: &str) -> Option<Rewrite<'a>> {
        let parts = self.plan.parts;
        let head = Rewrite::of(self.text, parts.whole);
        if parts.is_tail {
            return Some(head);
        }
        let name = parts.variable.name()?.syntax().text_range();
        let head = if self.plan.stays_mutable {
            head.text("let mut ")
        } else {
            head.text("let ")
        };
        let head = head.keep(name).text(": ");
        let head = match &parts.ty {
            Some(ty) => head.keep(ty.syntax().text_range()),
            None if parts.collection.ends_with("Map") => {
                head.text(&format!("{}<_, _>", parts.collection))
            }
            None => head.text(&format!("{}<_>", parts.collection)),
        };
        let is_plain = !head.written().contains('\n');
        is_plain.then(|| head.text(" =").text(gap))
    }

    fn source(&self) -> Rewrite<'a> {
        let kept = self.plan.source.kept.syntax().text_range();
        let part = Rewrite::part(self.text);
        match self.plan.source.wraps {
            Wraps::Nothing => part.keep(kept),
            Wraps::Parentheses => part.text("(").keep(kept).text(")"),
            Wraps::Iter => part.keep(kept).text(".iter()"),
            Wraps::IntoIter => part.keep(kept).text(".into_iter()"),
        }
    }

    /// The iterator with one call per line.
    fn broken(&self, below: &str, unit: usize) -> Option<String> {
        let source = self.plan.source;
        let links = layout::links(&source.kept);
        let kept = source.kept.syntax().text_range();
        let end = links.first().map_or(kept.end(), |first| first.start());
        let mut broken = slice(self.text, TextRange::new(kept.start(), end))?.to_owned();
        if source.wraps == Wraps::Parentheses {
            broken = format!("({broken})");
        }
        let mut pieces: Vec<&str> = Vec::new();
        for link in links {
            pieces.push(slice(self.text, link)?.trim());
        }
        match source.wraps {
            Wraps::Iter => pieces.push(".iter()"),
            Wraps::IntoIter => pieces.push(".into_iter()"),
            Wraps::Nothing | Wraps::Parentheses => {}
        }
        // A short root keeps the next link on its line if it comes first there.
        let mut is_root = self.plan.parts.is_tail;
        if is_root && pieces.is_empty() && width(&broken) <= unit {
            return None;
        }
        for piece in pieces {
            if !is_root || width(&broken) > unit {
                is_root = false;
                broken.push_str(below);
            }
            broken.push_str(piece);
        }
        Some(broken)
    }

    /// The call that filters elements, if any.
    fn filter(&self) -> Option<Vec<Rewrite<'a>>> {
        let Some(asked) = self.plan.asked else {
            return Some(Vec::new());
        };
        let pattern = self.plan.parts.pattern.syntax().text_range();
        let part = Rewrite::part(self.text)
            .text(".filter(|&")
            .keep(pattern)
            .text("| ");
        let part = match asked {
            Asked::Condition(condition) => part.keep(condition.syntax().text_range()),
            Asked::Opposite(condition, opposite) => {
                part.negate(condition.syntax().text_range(), opposite, &opposite.text)
            }
        };
        let part = part.text(")");
        (!part.written().contains('\n')).then(|| vec![part])
    }

    /// The call that maps elements, unless they are added unchanged.
    fn map(&self) -> Option<Vec<Rewrite<'a>>> {
        let parts = self.plan.parts;
        let part = Rewrite::part(self.text);
        let pattern = parts.pattern.syntax().text_range();
        let part = match parts.added.as_slice() {
            [only] => {
                let is_same = matches!(parts.pattern, ast::Pat::IdentPat(_))
                    && variables_of(&parts.pattern).first() == scopes::as_name(only).as_ref();
                if is_same {
                    return Some(Vec::new());
                }
                if let Some(function) = constructor(only, &parts.pattern) {
                    part.text(".map(").keep(function.syntax().text_range())
                } else {
                    let code = self.value(only)?;
                    // The condition would need the pattern once more.
                    self.bars(part, pattern)
                        .keep_as(only.syntax().text_range(), &code)
                }
            }
            [key, value] => {
                let (key, value) = (key.syntax().text_range(), value.syntax().text_range());
                let part = self.bars(part, pattern).text("(").keep(key).text(", ");
                let part = part.keep(value).text(")");
                if part.written().contains('\n') {
                    return None;
                }
                part
            }
            _ => return None,
        };
        Some(vec![part.text(")")])
    }

    fn bars(&self, part: Rewrite<'a>, pattern: TextRange) -> Rewrite<'a> {
        let part = part.text(".map(|");
        // The condition keeps the pattern, so this is a copy.
        let part = match (self.plan.asked, slice(self.text, pattern)) {
            (Some(_), Some(code)) => part.text(code),
            _ => part.keep(pattern),
        };
        part.text("| ")
    }

    /// The added value. A multi-line struct literal is accepted only if its lines keep their layout.
    fn value(&self, added: &ast::Expr) -> Option<String> {
        let code = slice(self.text, added.syntax().text_range())?;
        if !code.contains('\n') {
            return Some(code.to_owned());
        }
        let is_structure = matches!(added, ast::Expr::RecordExpr(_));
        let is_beside = !layout::is_first_on_line(self.text, added.syntax().text_range().start());
        let is_deeper = self.plan.asked.is_some() && !self.plan.parts.skips;
        let has_text = layout::has_text_of_lines(added.syntax());
        (is_structure && is_beside && !is_deeper && !has_text).then(|| code.to_owned())
    }
}
