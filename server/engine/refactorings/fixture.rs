//! Fixtures for refactorings: source text with the cursor at `$0`, and the expected result.
//!
//! Every fixture is tried with both line endings. If the source text before is formatted as rustfmt would, the result must be
//! too, provided that rustfmt is available.

use super::{Context, FilePlace, Hazard, Offer, Refactoring, Refusal, Target, offer};
use crate::{
    syntax::{FileContext, Shares, Source},
    text::{FileStep, TextSize},
};

#[path = "../../../tests/fixtures/rustfmt.rs"]
mod rustfmt;

/// Asserts that the refactoring turns `before` into `after`, in edition 2021 and without a declared `rust-version`.
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

/// Asserts that the refactoring is refused because of `hazard`.
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
    assert_because(offered(context, refactoring, text), hazard, text);
}

#[track_caller]
fn assert_because(offered: Result<Offer, Refusal>, hazard: Hazard, text: &str) {
    match offered {
        Err(Refusal::Because { hazard: found, why }) => {
            assert_eq!(found, hazard, "{why}\nof\n{text}");
            assert!(why.ends_with('.') && why.len() > 20, "no sentence: {why}");
        }
        other => panic!("expected a refusal, found {other:?} of\n{text}"),
    }
}

/// Asserts that, in a file at `place`, the refactoring turns `before` into `after` and a new file with this path and content.
#[track_caller]
pub(crate) fn assert_moves(
    place: FilePlace<'_>,
    refactoring: &'static Refactoring,
    before: &str,
    after: &str,
    (path, text): (&str, &str),
) {
    for ending in ["\n", "\r\n"] {
        let with = |text: &str| text.replace('\n', ending);
        let before = with(before);
        let offer = offered_at(place, refactoring, &before);
        let offer = offer.unwrap_or_else(|refusal| panic!("{refusal:?} of\n{before}"));
        let result = offer.change().edits().apply(&without_cursor(&before).0);
        assert_eq!(result, Some(with(after)));
        let [FileStep::Create { at, text: new }] = offer.change().steps.files.as_slice() else {
            panic!("not one new file");
        };
        assert_eq!(
            (at.components().join("/"), new),
            (path.to_owned(), &with(text))
        );
    }
}

#[track_caller]
pub(crate) fn assert_refused_at(
    place: FilePlace<'_>,
    refactoring: &'static Refactoring,
    hazard: Hazard,
    text: &str,
) {
    assert_because(offered_at(place, refactoring, text), hazard, text);
}

/// Asserts that the refactoring doesn't apply at the cursor.
#[track_caller]
pub(crate) fn assert_not_here(refactoring: &'static Refactoring, text: &str) {
    let offered = offered(FileContext::default(), refactoring, text);
    assert!(
        matches!(offered, Err(Refusal::NotHere)),
        "{offered:?} of\n{text}"
    );
}

/// The refactoring's offer at the cursor.
pub(crate) fn offered(
    context: FileContext,
    refactoring: &'static Refactoring,
    text: &str,
) -> Result<Offer, Refusal> {
    offered_by(context, FilePlace::Unknown, refactoring, text)
}

/// The refactoring's offer at the cursor in a file at a known place.
pub(crate) fn offered_at(
    place: FilePlace<'_>,
    refactoring: &'static Refactoring,
    text: &str,
) -> Result<Offer, Refusal> {
    offered_by(FileContext::default(), place, refactoring, text)
}

fn offered_by(
    context: FileContext,
    place: FilePlace<'_>,
    refactoring: &'static Refactoring,
    text: &str,
) -> Result<Offer, Refusal> {
    let (text, cursor) = without_cursor(text);
    let source = Source::parse(text, context).expect("fixtures are small");
    let context = Context::new(&source).placed(place);
    let offer = offer(refactoring, &context, Target::Cursor(cursor))?;
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
