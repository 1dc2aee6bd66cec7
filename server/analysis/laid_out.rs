//! Edits as rustfmt lays them out.
//!
//! Lines that move may fit where they didn't, and nobody but rustfmt knows how it writes them then. It decides about white
//! space and idle commas alone: where it would change a word, the edit stays as it is.

use std::sync::Arc;

use super::difference::difference;
use crate::{
    syntax::{FileContext, Source, comments, words},
    text::Edits,
};

/// The text that `before` becomes, laid out by `rustfmt`, if that writes `before` as it is.
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

/// The same for the edits that lead there.
pub fn edits_laid_out(
    before: &str,
    edits: &Edits,
    context: FileContext,
    rustfmt: &dyn Fn(&str) -> Option<String>,
) -> Option<Edits> {
    let after = Arc::from(edits.apply(before)?);
    let formatted = laid_out(before, &after, context, rustfmt)?;
    Some(difference(before, &formatted))
}

/// Whether two texts have the same words, and the same comments, whatever their indentation.
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
    use crate::text::{Edit, TextRange};

    const BEFORE: &str = "fn f() {\n    a();\n}\n";
    const AFTER: &str = "fn f() {\n    b(\n        1,\n    ); // c\n}\n";
    const LAID_OUT: &str = "fn f() {\n    b(1); // c\n}\n";

    /// A rustfmt that knows these two texts.
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
    fn edits_lead_to_the_laid_out_text() {
        let at = BEFORE.find("a();").unwrap();
        let at = TextRange::at(u32::try_from(at).unwrap().into(), 4.into());
        let edits = Edits::new(vec![Edit::replace(at, "b(\n        1,\n    ); // c")]).unwrap();
        let rustfmt = |text: &str| Some(if text == BEFORE { BEFORE } else { LAID_OUT }.to_owned());
        let edits = edits_laid_out(BEFORE, &edits, FileContext::default(), &rustfmt).unwrap();
        assert_eq!(edits.apply(BEFORE).unwrap(), LAID_OUT);
    }
}
