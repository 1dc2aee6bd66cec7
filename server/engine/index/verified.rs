//! Verifies candidates with equal prints on the source text.

use super::{Duplicate, DuplicateKind, FileId, Spot};
use crate::{
    survey::{Names, are_equal},
    syntax::Presence,
    text::{TextRange, TextSize, slice},
};

/// Minimum lines of code that repeats with renamed identifiers.
const FEWEST_LINES: usize = 5;

/// The code of one place, prepared for comparison.
#[derive(Debug)]
pub struct Code<'a> {
    pub text: &'a str,
    /// The name of a function, relative to the text; it isn't compared.
    pub but: Option<TextRange>,
    name: &'a str,
}

/// The places of a duplicate whose texts are equal (by `is_equal`) to the first readable one. Functions with the same name
/// under different `cfg` conditions are platform variants, not duplicates.
pub fn verified<'a>(
    duplicate: &Duplicate,
    text_of: impl Fn(FileId) -> Option<&'a str>,
    is_equal: impl Fn(&Code<'a>, &Code<'a>, Names) -> bool,
) -> Option<Duplicate> {
    let mut texts = duplicate.places.iter().filter_map(|place| {
        let text = text_of(place.file)?;
        Some((place, Code::of(place, text, duplicate.kind)?))
    });
    let (first, code) = texts.next()?;
    let names = match duplicate.kind {
        DuplicateKind::Function | DuplicateKind::Block => Names::Kept,
        DuplicateKind::RenamedFunction | DuplicateKind::Statement => Names::Numbered,
        DuplicateKind::RenamedBlock => Names::NumberedButCalls,
    };
    if duplicate.kind == DuplicateKind::RenamedBlock && code.text.lines().count() < FEWEST_LINES {
        return None;
    }
    let mut places = vec![*first];
    for (place, other) in texts {
        let is_conditional = [first, place]
            .iter()
            .any(|place| place.presence == Presence::Conditional);
        let is_twin = is_conditional && code.name == other.name;
        if !is_twin && is_equal(&code, &other, names) {
            places.push(*place);
        }
    }
    (places.len() > 1).then_some(Duplicate {
        places,
        ..*duplicate
    })
}

impl<'a> Code<'a> {
    fn of(place: &Spot, text: &'a str, kind: DuplicateKind) -> Option<Self> {
        let name = slice(text, place.at)?;
        let start: TextSize = place.range.start();
        let is_inside = place.range.contains_range(place.at);
        let but = (!kind.is_of_statements() && is_inside).then(|| place.at - start);
        Some(Self {
            text: slice(text, place.range)?,
            name,
            but,
        })
    }

    /// Whether the texts are equal token by token.
    pub fn is_equal(&self, other: &Self, names: Names) -> bool {
        self.is_same_text(other) || are_equal((self.text, self.but), (other.text, other.but), names)
    }

    /// Whether the texts are equal byte by byte, which is cheaper to check.
    pub fn is_same_text(&self, other: &Self) -> bool {
        self.around_name() == other.around_name()
    }

    fn around_name(&self) -> (&'a str, &'a str) {
        let around = self.but.and_then(|but| {
            let before = self.text.get(..usize::from(but.start()))?;
            Some((before, self.text.get(usize::from(but.end())..)?))
        });
        around.unwrap_or((self.text, ""))
    }
}
