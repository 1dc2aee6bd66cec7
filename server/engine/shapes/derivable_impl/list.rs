//! The `derive` attributes of a type, and how to add a trait.

use ra_ap_syntax::{
    AstNode, NodeOrToken, SyntaxToken, T,
    ast::{self, HasAttrs, HasName},
};

use super::first_of_item;
use crate::{
    syntax::{FileContext, Hazard, Refusal, Rewrite, RustVersion, attributes, layout},
    text::TextRange,
};

/// The order in most lists. Names in it come before all others.
const ORDER: [&str; 9] = [
    "Debug",
    "Clone",
    "Copy",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
    "Default",
];

pub(super) struct DeriveList {
    item: ast::Adt,
    /// The names in each attribute.
    lists: Vec<Vec<Derived>>,
}

/// A name in a list, by its path.
struct Derived {
    range: TextRange,
    path: String,
}

impl DeriveList {
    pub(super) fn of(item: &ast::Adt) -> Self {
        let attributes = item.attrs();
        let lists = attributes.filter(|it| attributes::name(&attributes::bare(it)) == "derive");
        Self {
            item: item.clone(),
            lists: lists.map(|it| names_in(&it)).collect(),
        }
    }

    /// The last path segments of all derived traits.
    pub(super) fn names(&self) -> Vec<String> {
        let all = self.lists.iter().flatten();
        let last = |it: &Derived| it.path.rsplit("::").next().map(str::to_owned);
        all.filter_map(last).collect()
    }

    /// Returns the edit that also derives `name`.
    pub(super) fn with<'a>(
        &self,
        name: &str,
        text: &'a str,
        context: FileContext,
    ) -> Result<Vec<Rewrite<'a>>, Refusal> {
        let Some(first) = self.lists.first() else {
            return Ok(vec![self.new_list(name, text)?]);
        };
        let (Some(head), Some(last)) = (first.first(), first.last()) else {
            return Err(Refusal::of_layout());
        };
        let whole = head.range.cover(last.range);
        let is_on_one_line = !text[std::ops::Range::from(whole)].contains('\n');
        let end = layout::column(text, last.range.end()) + layout::width(name) + 4;
        if !is_on_one_line || end > context.width.max() {
            return Err(Refusal::of_layout());
        }
        Ok(vec![match place(first, name) {
            Some(next) => Rewrite::of(text, next)
                .text(&format!("{name}, "))
                .keep(next),
            None => Rewrite::of(text, last.range)
                .keep(last.range)
                .text(&format!(", {name}")),
        }])
    }

    fn new_list<'a>(&self, name: &str, text: &'a str) -> Result<Rewrite<'a>, Refusal> {
        let first = first_of_item(self.item.syntax()).ok_or_else(Refusal::of_layout)?;
        above(first, &format!("#[derive({name})]"), text)
    }
}

/// Returns the edit that marks a variant as the default.
pub(super) fn marked_default<'a>(
    variant: &ast::Variant,
    text: &'a str,
    context: FileContext,
) -> Result<Rewrite<'a>, Refusal> {
    if !context.supports(RustVersion(62)) {
        return Err(Refusal::because(
            Hazard::Edition,
            "The package's minimum Rust version can't derive `Default` for enums.",
        ));
    }
    let name = variant.name().filter(|_| variant.attrs().next().is_none());
    let name = name.ok_or_else(Refusal::of_layout)?;
    above(name.syntax().text_range(), "#[default]", text)
}

/// Inserts a line above the one that starts with `first`.
fn above<'a>(first: TextRange, line: &str, text: &'a str) -> Result<Rewrite<'a>, Refusal> {
    if !layout::is_first_on_line(text, first.start()) {
        return Err(Refusal::of_layout());
    }
    let indent = layout::indentation(text, first.start());
    let line_ending = layout::first_line_ending(text);
    let line = format!("{line}{line_ending}{indent}");
    Ok(Rewrite::of(text, first).text(&line).keep(first))
}

/// The name to insert before: the successor in an alphabetical list, or else the next one in the usual order.
fn place(list: &[Derived], name: &str) -> Option<TextRange> {
    let paths: Vec<&str> = list.iter().map(|it| &*it.path).collect();
    let is_alphabetical = paths.len() > 1 && paths.is_sorted();
    if is_alphabetical {
        return list.iter().find(|it| &*it.path > name).map(|it| it.range);
    }
    let rank = |name: &str| ORDER.iter().position(|it| *it == name);
    let own = rank(name)?;
    let behind = list
        .iter()
        .rposition(|it| rank(&it.path).is_some_and(|it| it < own));
    let next = behind.map_or(0, |it| it + 1);
    list.get(next).map(|it| it.range)
}

fn names_in(attribute: &ast::Attr) -> Vec<Derived> {
    let tokens = attribute.syntax().descendants_with_tokens();
    let tokens = tokens.filter_map(NodeOrToken::into_token);
    let inside = tokens.skip_while(|it| it.kind() != T!['(']).skip(1);
    let mut names: Vec<Derived> = Vec::new();
    let mut goes_on = false;
    for token in inside.take_while(|it| it.kind() != T![')']) {
        if token.kind() == T![,] {
            goes_on = false;
        } else if !token.kind().is_trivia() {
            add(&mut names, &token, goes_on);
            goes_on = true;
        }
    }
    names
}

fn add(names: &mut Vec<Derived>, token: &SyntaxToken, goes_on: bool) {
    match names.last_mut().filter(|_| goes_on) {
        Some(last) => {
            last.range = last.range.cover(token.text_range());
            last.path.push_str(token.text());
        }
        None => names.push(Derived {
            range: token.text_range(),
            path: token.text().to_owned(),
        }),
    }
}
