//! Functions at a place.

use crate::{
    syntax::{Source, Unit, inside, places},
    text::TextRange,
};

/// The whole range of the function whose signature, up to the brace of its body, holds `range`.
pub fn function_of_signature(source: &Source, range: TextRange) -> Option<TextRange> {
    let root = source.root();
    let mut units = places(&root).into_iter();
    let unit = units.find(|place| place.node.text_range().contains_range(range))?;
    let item = Unit::new(&source.text, &unit, source.context);
    let function = item.functions.iter().find(|function| {
        let signature = TextRange::new(function.range().start(), inside(&function.body).start());
        signature.contains_range(range)
    });
    function.map(crate::syntax::Function::range)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{syntax::FileContext, text::TextSize};

    const TEXT: &str = "#[inline]\npub fn outer<const N: usize>(a: [u8; { 1 }]) {\n    let x = 1;\n    fn inner() { x }\n}\n";

    fn at(what: &str) -> Option<&'static str> {
        let source = Source::parse(TEXT, FileContext::default()).unwrap();
        let at = TextSize::try_from(TEXT.find(what).unwrap()).unwrap();
        let range = function_of_signature(&source, TextRange::empty(at))?;
        Some(&TEXT[usize::from(range.start())..usize::from(range.end())])
    }

    #[test]
    fn a_signature_reaches_to_the_brace_of_the_body() {
        for what in ["pub fn", "outer", "1 }", "{\n    let"] {
            assert!(
                at(what).is_some_and(|it| it.starts_with("pub fn outer") && it.ends_with("}\n}")),
                "{what}"
            );
        }
        assert_eq!(at("inner()"), Some("fn inner() { x }"));
    }

    #[test]
    fn a_body_and_an_attribute_are_no_signature() {
        assert_eq!(at("let x"), None);
        assert_eq!(at("#[inline]"), None);
        assert_eq!(at("x }\n"), None);
    }
}
