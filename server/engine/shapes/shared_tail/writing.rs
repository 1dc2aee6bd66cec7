//! Moves the shared statements after the choice.

use super::Shared;
use crate::{
    syntax::{
        FileContext, Refusal, Rewrite,
        layout::{self, width},
    },
    text::{TextRange, slice},
};

/// Returns one rewrite for each branch, and one after the choice.
pub(super) fn rewrites<'a>(
    shared: &Shared,
    text: &'a str,
    context: FileContext,
) -> Result<Vec<Rewrite<'a>>, Refusal> {
    let mut rewrites = Vec::new();
    for branch in &shared.branches {
        let (Some(kept), Some(last)) = (shared.rest(branch).last(), branch.parts.last()) else {
            return Err(Refusal::NotHere);
        };
        let goes = TextRange::new(kept.text_range().end(), last.text_range().end());
        rewrites.push(Rewrite::of(text, goes));
    }
    let (Some(first), Some(last)) = (shared.first().first(), shared.first().last()) else {
        return Err(Refusal::NotHere);
    };
    let moved = TextRange::new(first.text_range().start(), last.text_range().end());
    let place = shared.place.text_range();
    if !layout::is_first_on_line(text, moved.start())
        || !layout::is_first_on_line(text, place.start())
    {
        return Err(Refusal::of_layout());
    }
    let from = layout::indentation(text, moved.start());
    let to = layout::indentation(text, place.start());
    let code =
        layout::moved(text, moved, context.edition, from, to).ok_or_else(Refusal::of_layout)?;
    let gained = width(from).saturating_sub(width(to));
    if layout::may_be_joined(&code, context, to, gained) {
        return Err(Refusal::of_layout());
    }
    let ending = layout::first_line_ending(text);
    let behind = Rewrite::at(text, place.end())
        .text(&format!("{ending}{to}"))
        .keep_as(moved, &code);
    rewrites.push(behind);
    let is_even = slice(text, place).is_some_and(|code| code.contains('\n'));
    if is_even {
        Ok(rewrites)
    } else {
        Err(Refusal::of_layout())
    }
}
