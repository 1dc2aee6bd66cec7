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

/// Who reads what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// It goes on to another program or into a file.
    Program,
    /// It goes to a terminal.
    Person,
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
            reader: Reader::Program,
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
