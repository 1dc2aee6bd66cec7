//! Writes one arm in place of several, formatted as by rustfmt.

use ra_ap_syntax::{AstNode, ast};

use super::IdenticalArms;
use crate::{
    syntax::{
        FileContext, Rewrite,
        layout::{self, width},
        patterns,
    },
    text::{TextRange, slice},
};

/// Moves all patterns to the first arm. Adjacent arms keep the last body, others the first.
pub(super) fn rewrites<'a>(
    group: &IdenticalArms,
    text: &'a str,
    context: FileContext,
) -> Option<Vec<Rewrite<'a>>> {
    let place = Place { text, context };
    let (first, last) = (group.arms.first()?, group.arms.last()?);
    let kept = if group.is_run { last } else { first };
    let start = first.pat()?.syntax().text_range().start();
    let indent = layout::indentation(text, start);
    let line_ending = layout::first_line_ending(text);
    let pattern = place.pattern(group, indent, line_ending)?;
    let pattern_end = kept.pat()?.syntax().text_range().end();
    let patterns = group.arms.iter().filter_map(ast::MatchArm::pat);
    let patterns = patterns.map(|pattern| pattern.syntax().text_range());
    let joined = Rewrite::of(text, TextRange::new(start, pattern_end));
    let mut rewrites = vec![joined.keep_all_as(patterns, &pattern)];
    let last_line = pattern.rsplit('\n').next().unwrap_or_default();
    let column = if pattern.contains('\n') {
        width(last_line)
    } else {
        width(indent) + width(last_line)
    };
    rewrites.extend(place.body(kept, indent, column)?);
    if !group.is_run {
        rewrites.push(Rewrite::of(text, whole_lines(last)?));
    }
    Some(rewrites)
}

/// The surrounding source text.
struct Place<'a> {
    text: &'a str,
    context: FileContext,
}

impl<'a> Place<'a> {
    fn pattern(&self, group: &IdenticalArms, indent: &str, line_ending: &str) -> Option<String> {
        let patterns = group.arms.iter().filter_map(ast::MatchArm::pat);
        let alternatives: Vec<_> = patterns
            .flat_map(|pattern| patterns::alternatives(&pattern))
            .collect();
        let is_open_range = |pattern: &ast::Pat| {
            matches!(pattern, ast::Pat::RangePat(_))
                && pattern.syntax().text().to_string().ends_with('.')
        };
        let texts: Vec<&str> = alternatives
            .iter()
            .map(|pattern| slice(self.text, pattern.syntax().text_range()))
            .collect::<Option<_>>()?;
        if alternatives.iter().any(is_open_range) || texts.iter().any(|text| text.contains('\n')) {
            return None;
        }
        let longest = self.context.width.max();
        let room = longest.checked_sub(width(indent) + width(" => {"))?;
        let line = texts.join(" | ");
        if width(&line) <= room {
            return Some(line);
        }
        let break_line = format!("{line_ending}{indent}| ");
        if alternatives.iter().all(is_short) {
            return Some(filled(&texts, room, &break_line));
        }
        Some(texts.join(&break_line))
    }

    /// Wraps a body in a block if it doesn't fit after the patterns, which end in `column`. Returns `None` if it fits nowhere.
    fn body(&self, arm: &ast::MatchArm, indent: &str, column: usize) -> Option<Vec<Rewrite<'a>>> {
        let longest = self.context.width.max();
        let expression = arm.expr()?;
        let text = slice(self.text, expression.syntax().text_range())?;
        let first = text.lines().next().unwrap_or_default();
        let end = if text.contains('\n') { 0 } else { width(",") };
        if column + width(" => ") + width(first) + end <= longest {
            return Some(Vec::new());
        }
        let deeper = format!("{indent}{}", layout::indent_unit(self.text));
        let is_block = matches!(expression, ast::Expr::BlockExpr(_));
        if is_block || text.contains('\n') || width(&deeper) + width(text) > longest {
            return None;
        }
        let line_ending = layout::first_line_ending(self.text);
        let range = expression.syntax().text_range();
        let at = |offset| Rewrite::of(self.text, TextRange::empty(offset));
        let mut rewrites = vec![
            at(range.start()).text(&format!("{{{line_ending}{deeper}")),
            at(range.end()).text(&format!("{line_ending}{indent}}}")),
        ];
        rewrites.extend(
            arm.comma_token()
                .map(|comma| Rewrite::of(self.text, comma.text_range())),
        );
        Some(rewrites)
    }
}

/// The ranges where comments would be lost.
pub(super) fn touched(group: &IdenticalArms) -> Option<Vec<TextRange>> {
    let (first, last) = (group.arms.first()?, group.arms.last()?);
    let head = |arm: &ast::MatchArm| {
        let start = arm.syntax().text_range().start();
        Some(TextRange::new(
            start,
            arm.expr()?.syntax().text_range().start(),
        ))
    };
    if group.is_run {
        let start = first.pat()?.syntax().text_range().start();
        return Some(vec![TextRange::new(start, head(last)?.end())]);
    }
    let start = first.pat()?.syntax().text_range().start();
    let line_end = end_of_line(last)?;
    Some(vec![
        TextRange::new(start, head(first)?.end()),
        TextRange::new(whole_lines(last)?.start(), line_end),
    ])
}

/// The lines of an arm, from the end of the previous one so that the line break is included.
fn whole_lines(arm: &ast::MatchArm) -> Option<TextRange> {
    let before = arm.syntax().prev_sibling()?.text_range().end();
    Some(TextRange::new(before, arm.syntax().text_range().end()))
}

fn end_of_line(arm: &ast::MatchArm) -> Option<ra_ap_syntax::TextSize> {
    let end = arm.syntax().text_range().end();
    let mut tokens = std::iter::successors(arm.syntax().last_token()?.next_token(), |token| {
        token.next_token()
    });
    let stop = tokens.find(|token| token.text().contains('\n'));
    Some(stop.map_or(end, |token| token.text_range().start()))
}

/// Puts as many alternatives on each line as fit.
fn filled(texts: &[&str], room: usize, break_line: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    for text in texts {
        if out.is_empty() {
            used = width(text);
        } else if used + width(" | ") + width(text) <= room {
            used += width(" | ") + width(text);
            out.push_str(" | ");
        } else {
            used = width("| ") + width(text);
            out.push_str(break_line);
        }
        out.push_str(text);
    }
    out
}

/// Whether rustfmt puts several such patterns on one line.
fn is_short(pattern: &ast::Pat) -> bool {
    const LONGEST: usize = 20;
    pattern.syntax().text().len() <= LONGEST.try_into().unwrap_or_default() && is_simple(pattern)
}

fn is_simple(pattern: &ast::Pat) -> bool {
    let inner = |inner: Option<ast::Pat>| inner.is_some_and(|inner| is_simple(&inner));
    match pattern {
        ast::Pat::LiteralPat(_) | ast::Pat::WildcardPat(_) | ast::Pat::RestPat(_) => true,
        ast::Pat::IdentPat(name) => name.pat().is_none(),
        ast::Pat::TuplePat(tuple) => tuple.fields().count() <= 1,
        ast::Pat::TupleStructPat(pattern) => {
            let path = pattern.path();
            let is_name = path.is_some_and(|path| path.as_single_segment().is_some());
            is_name && pattern.fields().count() <= 1
        }
        ast::Pat::RefPat(pattern) => inner(pattern.pat()),
        ast::Pat::ParenPat(pattern) => inner(pattern.pat()),
        _ => false,
    }
}
