//! Names for constants.

/// Maximum length of a name in bytes.
const LONGEST: usize = 32;

/// Derives a name from a string literal: `"content-type"` becomes `CONTENT_TYPE`.
pub(super) fn of_text(literal: &str) -> Option<String> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let joins = |c: char| c.is_ascii_alphanumeric() || "_-./:+@# ".contains(c);
    inner.chars().all(joins).then(|| screaming(inner))?
}

/// Converts to screaming snake case: `userId` and `user-id` become `USER_ID`.
pub(super) fn screaming(words: &str) -> Option<String> {
    let mut name = String::new();
    let mut before = '_';
    for character in words.chars() {
        let begins_word = character.is_ascii_uppercase() && before.is_ascii_lowercase();
        let is_letter = character.is_ascii_alphanumeric();
        if (begins_word || !is_letter) && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        if is_letter {
            name.push(character.to_ascii_uppercase());
        }
        before = character;
    }
    let name = name.trim_end_matches('_').to_owned();
    let is_telling = name.len() > 2
        && name.len() <= LONGEST
        && name.starts_with(|c: char| c.is_ascii_alphabetic());
    is_telling.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined() {
        for (text, name) in [
            ("content-type", "CONTENT_TYPE"),
            ("userId", "USER_ID"),
            ("HTTPServer", "HTTPSERVER"),
            ("/etc/hosts", "ETC_HOSTS"),
            ("app.main:name", "APP_MAIN_NAME"),
        ] {
            assert_eq!(of_text(&format!("\"{text}\"")).as_deref(), Some(name));
        }
        for text in ["-", "ab", "1_000", "{name}", "a\\nbcd"] {
            assert_eq!(of_text(&format!("\"{text}\"")), None, "{text}");
        }
    }
}
