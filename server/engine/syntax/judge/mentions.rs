//! Textual occurrences of a name, including in strings and comments: the cheapest check for uses. Errs towards reporting one.

/// The offsets at which a name occurs in a text as a whole word.
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
