//! Gain of an offer, measured on its result.

use crate::{
    refactorings::Offer,
    syntax::{FileContext, Place, Source, Tree, Unit, place_around, places},
};

/// Cognitive complexity of the function around an offer, before and after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gain {
    pub before: u32,
    pub after: u32,
}

/// Maximum length of a title in characters that all editors show in full; a gain that doesn't fit is omitted.
const LONGEST_TITLE: usize = 60;

/// Returns the title of an offer with its gain, if any: "Replace nested `if` with a guard clause (complexity 9 → 4)".
pub fn title(source: &Source, offer: &Offer) -> String {
    let title = offer.change().title.clone();
    let Some(Gain { before, after }) = gain(source, offer) else {
        return title;
    };
    let gain = format!("(complexity {before} → {after})");
    let with_gain = match title.split_once(" (check ") {
        Some((title, check)) => format!("{title} {gain} (check {check}"),
        None => format!("{title} {gain}"),
    };
    let fits = with_gain.chars().count() <= LONGEST_TITLE;
    if fits { with_gain } else { title }
}

/// Measures the function around the offer; `None` if its complexity isn't reduced.
pub fn gain(source: &Source, offer: &Offer) -> Option<Gain> {
    let edits = offer.change().edits();
    let place = place_around(&source.root(), edits.span()?)?;
    let before = complexity(&source.text, &place, source.context)?;
    let unit = place.node.text_range();
    let after_text = edits.relative_to(unit.start())?.apply(source.slice(unit))?;
    let after_tree = Tree::parse(&after_text, source.context.edition).ok()?;
    let mut after_place = places(&after_tree.root()).into_iter().next()?;
    after_place.owner = place.owner;
    let after = complexity(&after_text, &after_place, source.context)?;
    (after < before).then_some(Gain { before, after })
}

fn complexity(text: &str, place: &Place, context: FileContext) -> Option<u32> {
    let item = Unit::new(text, place, context);
    item.functions
        .first()
        .map(|function| function.metrics.cognitive)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        refactorings::{self, Context, Target},
        text::TextSize,
    };

    const TEXT: &str = "struct S;\nimpl S {\n    fn f(a: bool, b: bool) {\n        if a {\n            if b {\n                g();\n            }\n        }\n    }\n}\n";

    #[test]
    fn the_gain_is_measured_in_the_function_around() {
        let source = Source::parse(TEXT, FileContext::default()).unwrap();
        let at = TextSize::try_from(TEXT.find("if a").unwrap()).unwrap();
        let merge = refactorings::by_name("merge-nested-if").unwrap();
        let offer = refactorings::offer(merge, &Context::new(&source), Target::Cursor(at)).unwrap();
        assert_eq!(
            gain(&source, &offer),
            Some(Gain {
                before: 3,
                after: 2
            })
        );
        assert!(title(&source, &offer).ends_with("(complexity 3 → 2)"));
    }
}
