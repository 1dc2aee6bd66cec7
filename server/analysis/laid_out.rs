//! Applies rustfmt's layout to edits.
//!
//! Moved lines may fit where they didn't before, and only rustfmt knows how to write them then. It only decides about white
//! space and optional commas: if it would change a word, the edit is kept as it is.

use std::sync::Arc;

use super::difference::difference;
use crate::{
    syntax::{FileContext, Source, comments, layout, words},
    text::{Edit, Edits, TextRange, TextSize, slice},
};

/// Returns `after` formatted by `rustfmt`, if `rustfmt` leaves `before` unchanged.
pub fn laid_out(
    before: &str,
    after: &Arc<str>,
    context: FileContext,
    rustfmt: &dyn Fn(&str) -> Option<String>,
) -> Option<Arc<str>> {
    let formatted = rustfmt(after).filter(|formatted| **formatted != **after)?;
    if rustfmt(before)? != before || !says_the_same(after, &formatted, context) {
        return None;
    }
    Some(formatted.into())
}

/// Like [`laid_out`], for edits of a source text. If they are within one item, only that is formatted, so that large files
/// aren't slower.
pub fn edits_laid_out(
    source: &Source,
    edits: &Edits,
    rustfmt: &dyn Fn(&str) -> Option<String>,
) -> Option<Edits> {
    let mut inserted = edits.as_slice().iter().map(|edit| &edit.insert);
    if !inserted.any(|text| layout::has_broken_lines(text)) {
        return None;
    }
    let item = layout::item_around(&source.root(), edits.span()?);
    let range = item.unwrap_or(TextRange::up_to(TextSize::of(&*source.text)));
    let before = slice(&source.text, range)?;
    let after = edits.relative_to(range.start())?.apply(before)?;
    // An item ends before its newline, but rustfmt writes one.
    let is_item = item.is_some();
    let rustfmt = |text: &str| {
        if !is_item {
            return rustfmt(text);
        }
        let formatted = rustfmt(&format!("{text}{}", layout::first_line_ending(text)))?;
        Some(formatted.trim_end().to_owned())
    };
    let laid_out = laid_out(before, &Arc::from(after), source.context, &rustfmt)?;
    let edits = difference(before, &laid_out);
    let moved = edits.as_slice().iter().map(|edit| Edit {
        delete: edit.delete + range.start(),
        insert: edit.insert.clone(),
    });
    Edits::new(moved.collect()).ok()
}

/// Whether two source texts have the same words and the same comments, regardless of indentation.
fn says_the_same(one: &Arc<str>, other: &str, context: FileContext) -> bool {
    let parsed = |text: Arc<str>| Source::parse(text, context).ok();
    let (Some(one), Some(other)) = (parsed(Arc::clone(one)), parsed(other.into())) else {
        return false;
    };
    let (one, other) = (one.root(), other.root());
    words(&one) == words(&other) && comments(&one) == comments(&other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "fn f() {\n    a();\n}\n";
    const AFTER: &str = "fn f() {\n    b(\n        1,\n    ); // c\n}\n";
    const LAID_OUT: &str = "fn f() {\n    b(1); // c\n}\n";

    /// Applies a fake rustfmt that knows these two texts.
    fn laid_out_by(of_before: Option<&str>, of_after: Option<&str>) -> Option<String> {
        let rustfmt = |text: &str| {
            let known = if text == BEFORE { of_before } else { of_after };
            known.map(str::to_owned)
        };
        let laid_out = laid_out(BEFORE, &AFTER.into(), FileContext::default(), &rustfmt);
        laid_out.map(|text| text.to_string())
    }

    #[test]
    fn white_space_and_idle_commas_are_rustfmt_s() {
        let laid_out = laid_out_by(Some(BEFORE), Some(LAID_OUT));
        assert_eq!(laid_out.as_deref(), Some(LAID_OUT));
    }

    #[test]
    fn what_was_not_formatted_stays_as_it_is() {
        assert_eq!(laid_out_by(Some("fn f() { a() }\n"), Some(LAID_OUT)), None);
        assert_eq!(laid_out_by(None, Some(LAID_OUT)), None);
        assert_eq!(laid_out_by(Some(BEFORE), None), None);
        assert_eq!(laid_out_by(Some(BEFORE), Some(AFTER)), None);
    }

    #[test]
    fn words_and_comments_are_not_rustfmt_s() {
        for other in [
            "fn f() {\n    b(2); // c\n}\n",
            "fn f() {\n    b(1);\n}\n",
            "fn f() {\n    { b(1) }; // c\n}\n",
            "fn f( {",
        ] {
            assert_eq!(laid_out_by(Some(BEFORE), Some(other)), None, "{other}");
        }
    }

    #[test]
    fn edits_of_one_item_need_its_text_alone() {
        let text = format!("fn g( ) {{}}\n{BEFORE}");
        let source = Source::parse(text.clone(), FileContext::default()).unwrap();
        let at = TextRange::at(
            u32::try_from(text.find("a();").unwrap()).unwrap().into(),
            4.into(),
        );
        let edits = |insert: &str| Edits::new(vec![Edit::replace(at, insert)]).unwrap();
        let rustfmt = |text: &str| Some(if text == BEFORE { BEFORE } else { LAID_OUT }.to_owned());
        let broken = edits("b(\n        1,\n    ); // c");
        let laid_out = edits_laid_out(&source, &broken, &rustfmt).unwrap();
        let expected = format!("fn g( ) {{}}\n{LAID_OUT}");
        assert_eq!(laid_out.apply(&text).unwrap(), expected);
        // The layout can't change, so rustfmt isn't run.
        let nobody = |_: &str| -> Option<String> { panic!("rustfmt is asked") };
        assert!(edits_laid_out(&source, &edits("b(1);\n    c();"), &nobody).is_none());
    }
}
