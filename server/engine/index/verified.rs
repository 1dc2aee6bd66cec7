//! What equal prints promise, held against the texts.

use super::{Duplicate, DuplicateKind, FileId, Spot};
use crate::{
    survey::{Names, are_equal},
    syntax::Presence,
    text::{TextRange, TextSize, slice},
};

/// What stands again with other names has so many lines.
const FEWEST_LINES: usize = 5;

/// What is left of a duplicate when its texts are compared word by word: the places that are equal to the first that can be
/// read. Functions of one name under conditions are one function for several systems, and no duplicate.
pub fn verified<'a>(
    duplicate: &Duplicate,
    text_of: impl Fn(FileId) -> Option<&'a str>,
) -> Option<Duplicate> {
    let mut texts = duplicate.places.iter().filter_map(|place| {
        let text = text_of(place.file)?;
        Some((place, Code::of(place, text, duplicate.kind)?))
    });
    let (first, code) = texts.next()?;
    let names = match duplicate.kind {
        DuplicateKind::Function | DuplicateKind::Block => Names::Kept,
        DuplicateKind::RenamedFunction => Names::Numbered,
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
        let is_equal = are_equal((code.text, code.but), (other.text, other.but), names);
        if is_equal && !is_twin {
            places.push(*place);
        }
    }
    (places.len() > 1).then_some(Duplicate {
        places,
        ..*duplicate
    })
}

struct Code<'a> {
    text: &'a str,
    name: &'a str,
    /// The name of a function, relative to the text.
    but: Option<TextRange>,
}

impl<'a> Code<'a> {
    fn of(place: &Spot, text: &'a str, kind: DuplicateKind) -> Option<Self> {
        let name = slice(text, place.at)?;
        let start: TextSize = place.range.start();
        let is_inside = place.range.contains_range(place.at);
        let is_block = matches!(kind, DuplicateKind::Block | DuplicateKind::RenamedBlock);
        let but = (!is_block && is_inside).then(|| place.at - start);
        Some(Self {
            text: slice(text, place.range)?,
            name,
            but,
        })
    }
}
