//! Colour, characters and width of the output.

use std::borrow::Cow;

/// Capabilities of the reader's terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub colour: Colour,
    pub characters: Characters,
    /// Columns.
    pub width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    Plain,
    Ansi,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    Ascii,
    Unicode,
}

impl Default for Look {
    /// Capabilities that every reader has, a file too.
    fn default() -> Self {
        Self {
            colour: Colour::Plain,
            characters: Characters::Ascii,
            width: 100,
        }
    }
}

impl Look {
    /// Our own text in the reader's characters; not for names and source.
    pub fn words<'a>(&self, words: &'a str) -> Cow<'a, str> {
        if self.characters == Characters::Unicode || words.is_ascii() {
            return Cow::Borrowed(words);
        }
        let mut ascii = String::with_capacity(words.len());
        for character in words.chars() {
            match transliteration(character) {
                Some(replacement) => ascii.push_str(replacement),
                None => ascii.push(character),
            }
        }
        Cow::Owned(ascii)
    }
}

/// Typography has ASCII forms; letters don't, and stay.
fn transliteration(character: char) -> Option<&'static str> {
    Some(match character {
        '→' => "->",
        '⇒' => "=>",
        '←' => "<-",
        '…' => "...",
        '–' | '−' => "-",
        '—' => "--",
        '‘' | '’' => "'",
        '“' | '”' => "\"",
        '·' | '•' => "*",
        '×' => "x",
        '≥' => ">=",
        '≤' => "<=",
        '≠' => "!=",
        '›' => ">",
        '\u{a0}' => " ",
        _ => return None,
    })
}

/// Foreign text, such as a path, without control characters, so that no file name can control a terminal.
pub fn printable(words: &str) -> Cow<'_, str> {
    if !words.contains(char::is_control) {
        return Cow::Borrowed(words);
    }
    let mut escaped = String::with_capacity(words.len() + 8);
    for character in words.chars() {
        if character.is_control() {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typography_becomes_ascii_and_letters_stay() {
        let look = Look::default();
        assert_eq!(
            look.words("38 → 17 … “größer” ≥ 3"),
            "38 -> 17 ... \"größer\" >= 3"
        );
        let unicode = Look {
            characters: Characters::Unicode,
            ..look
        };
        assert_eq!(unicode.words("38 → 17"), "38 → 17");
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(printable("a\u{1b}[31m\n"), "a\\u{1b}[31m\\n");
        assert_eq!(printable("größe.rs"), "größe.rs");
    }
}
