//! Looks up functions by position.

#[cfg(feature = "model")]
use crate::syntax::{Metrics, place_around};
use crate::{
    facts::FunctionFacts,
    syntax::{Source, Unit, inside, places},
    text::{TextRange, TextSize},
};

/// The functions of a file, for lookups in logarithmic time.
#[derive(Debug)]
pub struct Functions {
    /// Sorted by start.
    all: Vec<FunctionFacts>,
    /// For each function, the maximum end of it and those before.
    ends: Vec<TextSize>,
}

impl Functions {
    /// `all` must be in the order of [`crate::facts::FileReport::functions`].
    pub fn new(all: Vec<FunctionFacts>) -> Self {
        let mut furthest = TextSize::new(0);
        let ends = all.iter().map(|function| {
            furthest = furthest.max(function.range.end());
            furthest
        });
        let ends = ends.collect();
        Self { all, ends }
    }

    pub fn all(&self) -> &[FunctionFacts] {
        &self.all
    }

    /// Returns the functions around a range, innermost first.
    pub fn around(&self, at: TextRange) -> impl Iterator<Item = &FunctionFacts> {
        let started = self
            .all
            .partition_point(|function| function.range.start() <= at.start());
        let before = (0..started).rev();
        before
            .take_while(move |place| self.ends[*place] >= at.end())
            .map(|place| &self.all[place])
            .filter(move |function| function.range.contains_range(at))
    }
}

/// Returns the innermost function around a nonempty range. Only examines its unit.
#[cfg(feature = "model")]
pub(super) fn function_around(source: &Source, at: TextRange) -> Option<FunctionFacts> {
    let place = place_around(&source.root(), at)?;
    let unit = Unit::new(&source.text, &place, source.context);
    let mut functions = unit.functions.iter().rev();
    let function = functions.find(|function| function.range().contains_range(at))?;
    let Metrics {
        cognitive,
        nesting,
        lines,
        parameters,
    } = function.metrics;
    Some(FunctionFacts {
        name: function.name(),
        range: function.range(),
        cognitive,
        nesting,
        lines,
        parameters,
    })
}

/// Returns the whole range of the function whose signature, up to the opening brace of its body, contains `range`.
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
    fn functions_around_a_place_are_found_from_the_innermost() {
        let text = "fn a() { fn b() { x } fn c() {} y }\nfn d() { z }\n";
        let file = crate::analysis::OpenFile::new(text, FileContext::default());
        let functions = Functions::new(file.report().functions());
        let around = |what: &str| -> Vec<&str> {
            let at = TextSize::try_from(text.find(what).unwrap()).unwrap();
            let around = functions.around(TextRange::empty(at));
            around
                .map(|function| crate::text::slice(text, function.name).unwrap())
                .collect()
        };
        assert_eq!(around("x"), ["b", "a"]);
        assert_eq!(around("y"), ["a"]);
        assert_eq!(around("z"), ["d"]);
        assert_eq!(around("c()"), ["c", "a"]);
    }

    #[test]
    fn a_body_and_an_attribute_are_no_signature() {
        assert_eq!(at("let x"), None);
        assert_eq!(at("#[inline]"), None);
        assert_eq!(at("x }\n"), None);
    }
}
