//! Writes a value as a method call.

use ra_ap_syntax::AstNode;

use super::parts::{Form, Parts, mentions};
use crate::{
    shapes::option_call::{Called, Position},
    syntax::{
        FileContext, Rewrite, closures,
        conversions::takes_as_it_is,
        layout::{self, width},
    },
    text::slice,
};

/// How the method is called.
#[derive(Clone, Copy)]
pub(super) struct Written {
    pub(super) method: &'static str,
    pub(super) is_lazy: bool,
}

/// Returns the replacement of the shape, or `None` if it can't be laid out as by rustfmt.
pub(super) fn rewrite<'a>(
    parts: &Parts,
    written: Written,
    text: &'a str,
    context: FileContext,
) -> Option<Rewrite<'a>> {
    let called = Called {
        node: &parts.node,
        whole: parts.node.text_range(),
        position: Position::of(&parts.node, text)?,
        value: &parts.receiver,
        view: "",
        is_enclosed: parts.is_enclosed(),
    };
    called.with(call(parts, written, text, context)?, text, context)
}

fn call<'a>(
    parts: &Parts,
    written: Written,
    text: &'a str,
    context: FileContext,
) -> Option<Rewrite<'a>> {
    let value = parts.value.syntax().text_range();
    let code = slice(text, value)?;
    let call = Rewrite::part(text).text(".").text(written.method).text("(");
    if matches!(parts.form, Form::Ok | Form::UnwrapOrDefault) {
        return Some(call.text(")"));
    }
    if code.contains('\n') {
        return None;
    }
    let call = match &parts.default {
        Some(default) => call.keep(default.syntax().text_range()).text(", "),
        None => call,
    };
    let call = match (written.is_lazy, parts.function()) {
        (false, _) => {
            if width(code) > context.width.share(60) {
                return None;
            }
            call.keep(value)
        }
        (true, Some(function))
            if is_constructor(&function) && takes_as_it_is(&function) != Some(false) =>
        {
            call.keep(function.syntax().text_range())
        }
        // Clippy suggests the function itself, whose types may differ.
        (true, Some(_)) => return None,
        (true, None)
            if parts.held.is_none()
                && let Some(function) = closures::function_called(&parts.value) =>
        {
            call.keep(function.syntax().text_range())
        }
        (true, None) => {
            let bars = format!("|{}| ", given(parts)?);
            call.text(&bars).keep(value)
        }
    };
    let call = call.text(")");
    let is_too_wide = parts.form == Form::Then
        && written.is_lazy
        && width(call.written())
            > context.width.max()
                - layout::indentation(text, parts.node.text_range().start()).len();
    (!is_too_wide).then_some(call)
}

/// The parameters of the closure.
fn given(parts: &Parts) -> Option<String> {
    let Some(name) = &parts.held else {
        return Some(String::new());
    };
    let is_used = mentions(parts.value.syntax(), name);
    let is_free = parts.form == Form::UnwrapOrElse || parts.form == Form::MapErr;
    match (is_used, is_free) {
        (true, _) => Some(name.clone()),
        (false, true) => Some("_".to_owned()),
        (false, false) => None,
    }
}

/// Whether a function is the name of a struct or a variant.
fn is_constructor(function: &ra_ap_syntax::ast::Expr) -> bool {
    let path = function.syntax().text().to_string();
    let name = path.rsplit("::").next().unwrap_or_default();
    name.starts_with(char::is_uppercase) && !path.contains('<')
}
