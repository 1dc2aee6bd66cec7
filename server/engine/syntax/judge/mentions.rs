//! Where a name is written in a text, in strings and comments too: the cheapest look for a use. Errs towards there being one.

/// The places where a name stands in a text as a word of its own.
pub fn places_of<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let found = text.match_indices(name).map(|(at, _)| at);
    found.filter(move |at| {
        let is_begun = text[..*at].ends_with(is_word);
        let goes_on = text[at + name.len()..].starts_with(is_word);
        !is_begun && !goes_on
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_whole_words() {
        let places = |text: &str| places_of(text, "ab").collect::<Vec<_>>();
        assert_eq!(places("ab+x.ab(\"{ab}\")"), [0, 5, 10]);
        assert!(places("abc cab _ab ab_ é ab1").is_empty());
        assert!(places("").is_empty());
    }
}
