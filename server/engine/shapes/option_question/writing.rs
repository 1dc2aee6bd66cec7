//! Writes a test as a method call on an `Option` or a `Result`.

use ra_ap_syntax::AstNode;

use super::Parts;
use crate::{
    shapes::option_call::{Called, joined},
    syntax::{FileContext, Rewrite},
    text::slice,
};

/// Returns the replacement of the shape, or `None` if it can't be laid out as by rustfmt.
pub(super) fn rewrite<'a>(
    parts: &Parts,
    text: &'a str,
    context: FileContext,
) -> Option<Rewrite<'a>> {
    let called = Called {
        node: &parts.node,
        whole: parts.whole,
        position: parts.position(text)?,
        value: &parts.value,
        view: if parts.is_lent { ".as_ref()" } else { "" },
        is_enclosed: false,
    };
    called.with(call(parts, text)?, text, context)
}

fn call<'a>(parts: &Parts, text: &'a str) -> Option<Rewrite<'a>> {
    let asked = parts.asked.syntax().text_range();
    let code = joined(slice(text, asked)?)?;
    Some(
        Rewrite::part(text)
            .text(".")
            .text(parts.method)
            .text("(|")
            .keep(parts.pattern.syntax().text_range())
            .text("| ")
            .keep_as(asked, &code)
            .text(")"),
    )
}
