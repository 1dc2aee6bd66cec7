//! Escapes untrusted text for display.

use std::borrow::Cow;

/// Escapes control characters, bidirectional overrides and invisible characters in a path or other untrusted text, so that it
/// can neither control a terminal nor disguise itself as different text.
pub fn printable(words: &str) -> Cow<'_, str> {
    if !words.contains(is_unseen) {
        return Cow::Borrowed(words);
    }
    let mut escaped = String::with_capacity(words.len() + 8);
    for character in words.chars() {
        match character {
            '\t' | '\n' | '\r' => escaped.extend(character.escape_default()),
            _ if is_unseen(character) => escaped.extend(character.escape_unicode()),
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

/// The first `most` characters of the text, followed by an ellipsis if it is longer.
pub fn shortened(words: &str, most: usize) -> Cow<'_, str> {
    match words.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", &words[..end])),
        None => Cow::Borrowed(words),
    }
}

/// Whether a character has no visible representation.
pub fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{17b4}'
                | '\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_escaped() {
        assert_eq!(printable("a\u{1b}[31m\n"), "a\\u{1b}[31m\\n");
        assert_eq!(printable("\u{7f}\u{9b}2J"), "\\u{7f}\\u{9b}2J");
        assert_eq!(printable("\u{202e}sr.a\u{2066}"), "\\u{202e}sr.a\\u{2066}");
        assert_eq!(
            printable("a\u{200b}b\u{feff}\u{e0041}"),
            "a\\u{200b}b\\u{feff}\\u{e0041}"
        );
    }

    #[test]
    fn what_is_seen_stays() {
        for words in ["größe.rs", "日本語 ✓ 🦀", "a b-c"] {
            assert_eq!(printable(words), words);
        }
    }

    #[test]
    fn long_words_are_cut_between_characters() {
        assert_eq!(shortened("äöü", 3), "äöü");
        assert_eq!(shortened("äöü", 2), "äö…");
    }
}
