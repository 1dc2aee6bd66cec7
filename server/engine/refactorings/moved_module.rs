//! The change shared by both refactorings that move a module to a file of its own.

use super::{Change, Context, NewFile, Plan, Refusal};
use crate::{shapes::module_body::InlineModule, syntax::types_shown::Ground, text::TextRange};

/// Moves a module's body to a new file and leaves its declaration behind.
pub(super) fn moved<'a>(
    context: &'a Context<'_>,
    (shape, range): (InlineModule, TextRange),
    (title, at): (String, NewFile),
) -> Result<Plan<'a>, Refusal> {
    Plan::new(range, move || {
        let declared = context.rewrite(shape.braces).text(";");
        let change = Change::new(title, range, vec![declared])?;
        let change = change.creating(at, shape.written(context.source)?);
        let change = match shape.ground {
            Ground::Shown => change,
            Ground::Likely => change.to_check("the macros"),
        };
        Ok(change.checked(&[
            "the module has the same path as before",
            "nothing in it depends on its file",
            "strings and comments stay as they are",
        ]))
    })
}
