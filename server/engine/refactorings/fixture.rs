//! Fixtures of refactorings: a text with the cursor at `$0`, and what becomes of it.
//!
//! Every fixture is tried with both line endings. Where the text before is as rustfmt wants it, so is the text after, if there
//! is a rustfmt to ask.

use super::{Context, Hazard, Offer, Refactoring, Refusal, Target, offer};
use crate::{
    syntax::{FileContext, Shares, Source},
    text::TextSize,
};

#[path = "../../../tests/fixtures/rustfmt.rs"]
mod rustfmt;

/// The refactoring makes `after` of `before`, in edition 2021 and without a promised compiler.
#[track_caller]
pub(crate) fn assert_becomes(refactoring: &'static Refactoring, before: &str, after: &str) {
    assert_becomes_in(FileContext::default(), refactoring, before, after);
}

#[track_caller]
pub(crate) fn assert_becomes_in(
    context: FileContext,
    refactoring: &'static Refactoring,
    before: &str,
    after: &str,
) {
    let result = applied(context, refactoring, before);
    assert_eq!(result.as_deref(), Ok(after), "of\n{before}");
    let crlf = applied(context, refactoring, &before.replace('\n', "\r\n"));
    assert_eq!(crlf, Ok(after.replace('\n', "\r\n")));
    if is_formatted(context, &without_cursor(before).0) == Some(true) {
        let is_clean = is_formatted(context, after) == Some(true);
        assert!(is_clean, "rustfmt would change\n{after}");
    }
}

/// The refactoring says why it can't be carried out, because of `hazard`.
#[track_caller]
pub(crate) fn assert_refused(refactoring: &'static Refactoring, hazard: Hazard, text: &str) {
    assert_refused_in(FileContext::default(), refactoring, hazard, text);
}

#[track_caller]
pub(crate) fn assert_refused_in(
    context: FileContext,
    refactoring: &'static Refactoring,
    hazard: Hazard,
    text: &str,
) {
    match offered(context, refactoring, text) {
        Err(Refusal::Because { hazard: found, why }) => {
            assert_eq!(found, hazard, "{why}\nof\n{text}");
            assert!(why.ends_with('.') && why.len() > 20, "no sentence: {why}");
        }
        other => panic!("expected a refusal, found {other:?} of\n{text}"),
    }
}

/// The refactoring has no meaning at the cursor.
#[track_caller]
pub(crate) fn assert_not_here(refactoring: &'static Refactoring, text: &str) {
    let offered = offered(FileContext::default(), refactoring, text);
    assert!(
        matches!(offered, Err(Refusal::NotHere)),
        "{offered:?} of\n{text}"
    );
}

/// What the refactoring offers at the cursor.
pub(crate) fn offered(
    context: FileContext,
    refactoring: &'static Refactoring,
    text: &str,
) -> Result<Offer, Refusal> {
    let (text, cursor) = without_cursor(text);
    let source = Source::parse(text, context).expect("fixtures are small");
    let offer = offer(refactoring, &Context::new(&source), Target::Cursor(cursor))?;
    let title = &offer.change().title;
    assert!(title.chars().count() <= 60, "a long title: {title}");
    Ok(offer)
}

fn applied(
    context: FileContext,
    refactoring: &'static Refactoring,
    text: &str,
) -> Result<String, Refusal> {
    let offer = offered(context, refactoring, text)?;
    let result = offer.change().edits().apply(&without_cursor(text).0);
    Ok(result.expect("the audit has applied it"))
}

fn without_cursor(text: &str) -> (String, TextSize) {
    let (before, after) = text.split_once("$0").expect("a fixture has a cursor");
    (format!("{before}{after}"), TextSize::of(before))
}

fn is_formatted(context: FileContext, text: &str) -> Option<bool> {
    let heuristics = match context.width.shares {
        Shares::Scaled => "Default",
        Shares::Whole => "Max",
        Shares::Nothing => "Off",
    };
    let columns = context.width.columns;
    let options = format!("max_width={columns},use_small_heuristics={heuristics}");
    rustfmt::is_formatted(text, &context.edition.to_string(), &options)
}
