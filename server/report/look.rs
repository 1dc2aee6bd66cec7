//! Colour, characters and width of the output.

use std::borrow::Cow;

/// Capabilities of the reader's terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub colour: Colour,
    pub characters: Characters,
    pub reader: Reader,
    /// Columns.
    pub width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    Plain,
    Ansi,
}

/// Recipient of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Another program or a file.
    Program,
    /// A terminal.
    Person,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    Ascii,
    Unicode,
}

impl Default for Look {
    /// Capabilities that every recipient has, including files.
    fn default() -> Self {
        Self {
            colour: Colour::Plain,
            characters: Characters::Ascii,
            reader: Reader::Program,
            width: 100,
        }
    }
}

impl Look {
    /// Converts this program's own text to the supported characters; not for names and source text.
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

/// Typographic characters have ASCII equivalents; letters don't, and are kept.
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
}
