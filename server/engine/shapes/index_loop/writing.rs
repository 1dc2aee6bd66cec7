//! Writes the loop's head, and the name in place of the indexed elements.

use ra_ap_syntax::{AstNode, ast};

use super::{
    Parts,
    form::{Form, Given, Item, Lends},
    uses::{Use, Uses, Way},
};
use crate::{
    syntax::{
        FileContext, Rewrite,
        layout::{self, width},
        replacing::Replaced,
        types_shown::ListHeld,
    },
    text::{TextRange, TextSize, slice},
};

/// Maximum width of a chain on one line.
const WIDEST: usize = 60;

pub(super) fn rewrites<'a>(
    parts: &Parts,
    uses: &Uses,
    form: &Form,
    text: &'a str,
    context: FileContext,
) -> Option<Vec<Rewrite<'a>>> {
    let head = head(parts, uses, form, text);
    let before = layout::column(text, parts.counting.start());
    let is_simple = !slice(text, parts.counting)?.contains('\n') && !head.written().contains('\n');
    let fits = before + width(head.written()) + width(" {") <= context.width.max()
        && width(head.written()) <= context.width.share(WIDEST);
    if !is_simple || !fits {
        return None;
    }
    let mut all = vec![head];
    match &form.item {
        Item::Declared { statement, .. } => {
            all.push(Rewrite::of(text, lines_of(statement, parts, text)?));
        }
        Item::Named { name, given } => {
            let places: Vec<_> = uses.all.iter().map(|it| place(it, name, *given)).collect();
            check_layout(parts, &places, text, context)?;
            let written = places
                .iter()
                .map(|(range, code)| Rewrite::of(text, *range).text(code));
            all.extend(written);
        }
    }
    Some(all)
}

/// `(index, element) in list.iter().enumerate()`
fn head<'a>(parts: &Parts, uses: &Uses, form: &Form, text: &'a str) -> Rewrite<'a> {
    let index = TextRange::at(parts.counting.start(), TextSize::of(&*parts.index));
    let list = parts.list.syntax().text_range();
    let mut head = Rewrite::of(text, parts.counting);
    if uses.counts {
        head = head.text("(").keep(index).text(", ");
    }
    head = match &form.item {
        Item::Declared { pattern, given, .. } => {
            let pattern = pattern.syntax().text_range();
            head.text(mark(*given)).keep(pattern)
        }
        Item::Named { name, given } => head.text(mark(*given)).text(name),
    };
    if uses.counts {
        head = head.text(")");
    }
    head = head.text(" in ");
    match (form.lends, form.held) {
        (Lends::Shared, _) if uses.counts => head.keep(list).text(".iter().enumerate()"),
        (Lends::Mutably, _) if uses.counts => head.keep(list).text(".iter_mut().enumerate()"),
        (Lends::Shared, ListHeld::Lent) => head.keep(list),
        (Lends::Shared, ListHeld::LentMutably) => head.keep(list).text(".iter()"),
        (Lends::Shared, _) => head.text("&").keep(list),
        (Lends::Mutably, ListHeld::LentMutably) => head.keep(list).text(".iter_mut()"),
        (Lends::Mutably, _) => head.text("&mut ").keep(list),
    }
}

fn mark(given: Given) -> &'static str {
    match given {
        Given::Copied => "&",
        Given::Borrowed => "",
    }
}

/// The range to replace for one element, and its replacement.
fn place(one: &Use, name: &str, given: Given) -> (TextRange, String) {
    let own = one.place.syntax().text_range();
    match &one.way {
        Way::Borrowed(it) | Way::BorrowedMutably(it) => (it.syntax().text_range(), name.to_owned()),
        Way::Whole if given == Given::Borrowed => (own, format!("*{name}")),
        _ => (own, name.to_owned()),
    }
}

/// The lines of a statement at the start of the loop, including blank lines after it.
fn lines_of(statement: &ast::LetStmt, parts: &Parts, text: &str) -> Option<TextRange> {
    let own = statement.syntax().text_range();
    let brace = parts.body.stmt_list()?.l_curly_token()?.text_range();
    let is_first = slice(text, TextRange::new(brace.end(), own.start()))?
        .trim()
        .is_empty();
    // A comment above describes the statement.
    if !is_first || !layout::is_whole_lines(text, own) {
        return None;
    }
    let start = own.start() - TextSize::of(layout::indentation(text, own.start()));
    let rest = text.get(usize::from(own.end())..)?;
    let next = rest.find(|c: char| !c.is_whitespace())?;
    let last_line = rest.get(..next)?.rfind('\n')? + 1;
    let end = own.end() + TextSize::try_from(last_line).ok()?;
    // The body must not become empty.
    let is_last = parts.body.statements().count() == 1 && parts.body.tail_expr().is_none();
    (!is_last).then(|| TextRange::new(start, end))
}

fn check_layout(
    parts: &Parts,
    places: &[(TextRange, String)],
    text: &str,
    context: FileContext,
) -> Option<()> {
    let ranges: Vec<TextRange> = places.iter().map(|(range, _)| *range).collect();
    let widths = places.iter().map(|(_, code)| width(code));
    let (least, most) = (widths.clone().min()?, widths.max()?);
    let keeps = [least, most].into_iter().all(|width| {
        let replaced = Replaced {
            places: &ranges,
            width,
        };
        replaced.keeps_layout(parts.body.syntax(), text, context)
    });
    keeps.then_some(())
}
