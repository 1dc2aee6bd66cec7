//! Escapes text in XML.

use std::fmt::{Display, Formatter, Result, Write};

use crate::text::printable;

/// Text content or an attribute's value: markup is escaped, and characters that XML doesn't allow are shown as codes.
pub(super) struct Escaped<'a>(pub(super) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        for character in printable(self.0).chars() {
            match character {
                '&' => out.write_str("&amp;")?,
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '"' => out.write_str("&quot;")?,
                '\'' => out.write_str("&apos;")?,
                '\u{fffe}' | '\u{ffff}' => out.write_char(char::REPLACEMENT_CHARACTER)?,
                _ => out.write_char(character)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Escaped;

    #[test]
    fn nothing_is_markup() {
        let escaped = Escaped("<a b=\"1\" c='2'>&\u{1}\n\u{ffff}").to_string();
        assert_eq!(
            escaped,
            "&lt;a b=&quot;1&quot; c=&apos;2&apos;&gt;&amp;\\u{1}\\n\u{fffd}"
        );
    }
}
