//! The source text with the new function and its call.

use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode, SyntaxToken, ast};

use super::{
    Known, NotExtracted, Passing, Selection, exits::Leave, home::Home, lifetimes::Lifetime, naming,
    outcome::Outcome, passing::Way, paths::Module,
};
use crate::{
    syntax::{Source, layout, scopes::Names},
    text::{Edit, Edits, TextRange, TextSize},
};

/// Source text that may compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub text: String,
    pub name: String,
    /// The new function alone.
    pub function: String,
    /// The edits that insert the function.
    pub written: Vec<Edit>,
    /// The edits that call it.
    pub called: Vec<Edit>,
}

/// The purpose of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Result,
    /// Returns a unique type, so that a hidden `return` doesn't compile.
    Trap,
    /// Makes the compiler report the unnameable result type.
    Asking,
}

impl Draft {
    pub fn new(
        source: &Source,
        selection: &Selection,
        known: &Known,
        passing: &Passing,
        name: Option<&str>,
        purpose: Purpose,
    ) -> Result<Self, NotExtracted> {
        let name = fresh_name(source, selection, name)?;
        let text = &*source.text;
        let newline = layout::first_line_ending(text);
        let home = Home::new(selection, passing, text, newline);
        let result = Outcome::new(selection, known, purpose)?;
        let indent = layout::indentation(text, selection.range.start());
        let fn_indent = home.indent.as_str();
        let unit = layout::indent_unit_around(text, selection.scope.function.syntax());
        let inner = format!("{fn_indent}{unit}");
        let lifetime = passing.lifetime();
        let writer = Writer {
            source,
            selection,
            home: &home,
            newline,
            indent,
            inner: &inner,
            unit: &unit,
            lifetime,
            constant: &passing.constant,
        };
        let body = writer.body(passing, &result)?;
        let heading = writer.heading(&name, passing, &result);
        let call = writer.call(home.call, &result, &heading);
        let head = heading.lines(&writer, fn_indent, source.context.width.max());
        let gates: String = gates(&home, selection.scope.inner.is_none())
            .map(|gate| [&gate, newline, fn_indent].concat())
            .collect();
        let function = format!("{newline}{fn_indent}{gates}{head}{body}{newline}{fn_indent}}}");
        let around = match &home.around {
            Some((open, close)) => [open, &*function, close].concat(),
            None => [newline, &*function].concat(),
        };
        let mut called = writer.idle_muts(passing);
        let returned = writer.returned_name(&result);
        let replaced = selection.replaced;
        let replaced = returned.map_or(replaced, |it| replaced.cover(it));
        let named = passing
            .closure
            .as_ref()
            .filter(|(_, params)| params == &heading.arguments && !selection.exits.awaits);
        let is_plain = result.leave == &Leave::Never || matches!(result.leave, Leave::Whole { .. });
        let named = named.filter(|_| is_plain && result.layer.is_none());
        called.push(match named {
            Some((closure, _)) => {
                let path = format!("{}{name}{}", home.call, heading.turbofish);
                Edit::replace(closure.syntax().text_range(), path)
            }
            None => Edit::replace(replaced, call),
        });
        let import = writer.import(&result, &around);
        let written: Vec<Edit> = import
            .into_iter()
            .chain([Edit::insert(home.after, around)])
            .collect();
        let edits = Edits::new(called.iter().chain(&written).cloned().collect());
        let text = edits.ok().and_then(|edits| edits.apply(text));
        let text = text.ok_or(NotExtracted::new("The edits don't fit."))?;
        Ok(Self {
            text,
            name,
            function,
            written,
            called,
        })
    }
}

/// The requested name, or else the best one that is available.
fn fresh_name(
    source: &Source,
    selection: &Selection,
    wish: Option<&str>,
) -> Result<String, NotExtracted> {
    let root = selection.scope.function.syntax().ancestors().last();
    let names = Names::in_node(&root.unwrap_or_else(|| selection.scope.function.syntax().clone()));
    if let Some(wish) = wish {
        if names.is_free(wish) {
            return Ok(wish.to_owned());
        }
        let why = format!("`{wish}` isn't a valid function name here, or is already in use.");
        return Err(NotExtracted(why.into()));
    }
    let wishes = naming::wishes(source, selection);
    let wishes: Vec<String> = wishes.map(|it| it.name).collect();
    let name = names.fresh(&wishes);
    name.ok_or(NotExtracted::new("Set a name with `--name`."))
}

/// The `cfg` and lint attributes of the function that the new one needs at its location.
fn gates(home: &Home, is_same_call: bool) -> impl Iterator<Item = String> {
    let attributes = home
        .gated_by
        .iter()
        .flat_map(|node| node.children().filter_map(ast::Attr::cast));
    let texts = attributes.map(|attribute| attribute.syntax().text().to_string());
    texts.filter(move |text| {
        let mut kept = ["#[cfg(", "#[allow("].iter();
        kept.any(|it| text.starts_with(it)) || (is_same_call && text == "#[track_caller]")
    })
}

pub(super) struct Writer<'a> {
    pub(super) source: &'a Source,
    pub(super) selection: &'a Selection,
    pub(super) home: &'a Home,
    pub(super) newline: &'a str,
    /// The indentation of the selection.
    pub(super) indent: &'a str,
    /// The indentation of the new body.
    pub(super) inner: &'a str,
    pub(super) unit: &'a str,
    pub(super) lifetime: &'a Lifetime,
    /// Outputs that aren't mutated.
    pub(super) constant: &'a [String],
}

impl Writer<'_> {
    /// Imports `ControlFlow`, if it is mentioned and can be imported.
    fn import(&self, result: &Outcome<'_>, function: &str) -> Option<Edit> {
        let path = result.import.filter(|_| function.contains("ControlFlow"))?;
        let owner = self.selection.scope.function.syntax();
        let module = Module::around(owner);
        let first = module
            .node
            .children()
            .find(|it| ast::Item::can_cast(it.kind()));
        let indent = first.map_or("", |it| {
            layout::indentation(&self.source.text, it.text_range().start())
        });
        Some(module.import(path, self.newline, indent))
    }

    /// Removes the `mut` of variables that only the selection mutates, which the new function owns now.
    fn idle_muts(&self, passing: &Passing) -> Vec<Edit> {
        let captures = passing.captured(self.selection);
        let taken = captures.filter(|(_, way)| matches!(way, Way::MutValue(_)));
        let range = self.selection.range;
        let idle = taken.filter(|(capture, _)| {
            !self.is_changed(&capture.name, &|at| !range.contains_range(at))
        });
        idle.filter_map(|(capture, _)| {
            let word = capture.mut_word.as_ref()?.text_range();
            Some(Edit::delete(TextRange::new(
                word.start(),
                word.end() + TextSize::of(' '),
            )))
        })
        .collect()
    }

    pub(super) fn is_changed_after(&self, name: &str) -> bool {
        let end = self.selection.range.end();
        self.is_changed(name, &|at| at.start() >= end)
    }

    /// Whether a variable may be mutated at one of these locations.
    fn is_changed(&self, name: &str, is_meant: &dyn Fn(TextRange) -> bool) -> bool {
        let tokens = super::selection::tokens(self.selection.scope.function.syntax());
        let after = tokens.filter(|it| is_meant(it.text_range()) && it.text() == name);
        after.into_iter().any(|mention| may_change(&mention))
    }
}

/// Whether a mention may mutate its variable.
pub(super) fn may_change(mention: &SyntaxToken) -> bool {
    let is_pattern = mention
        .parent()
        .is_some_and(|it| it.kind() == SyntaxKind::NAME);
    if is_pattern {
        return false;
    }
    let Some(path) = mention.parent_ancestors().find_map(ast::PathExpr::cast) else {
        return true;
    };
    let around = path.syntax().parent();
    let place = std::iter::successors(around, SyntaxNode::parent).find(|it| {
        !matches!(
            it.kind(),
            SyntaxKind::FIELD_EXPR | SyntaxKind::INDEX_EXPR | SyntaxKind::PAREN_EXPR
        )
    });
    place.is_some_and(|it| match it.kind() {
        SyntaxKind::REF_EXPR => ast::RefExpr::cast(it).is_some_and(|it| it.mut_token().is_some()),
        SyntaxKind::BIN_EXPR => ast::BinExpr::cast(it)
            .is_some_and(|it| matches!(it.op_kind(), Some(ast::BinaryOp::Assignment { .. }))),
        SyntaxKind::METHOD_CALL_EXPR | SyntaxKind::MACRO_CALL => true,
        _ => false,
    })
}
