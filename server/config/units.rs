//! Amounts of bytes and of tokens as people write them.

/// The bytes of `256MB`: a whole number and a unit. Units of a thousand end in `B`, units of 1024 in `iB`.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text
        .find(|letter: char| !letter.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim_start().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// Pattern of what [`bytes`] reads, for the schema.
pub(super) const BYTES_PATTERN: &str = r"^\s*[0-9]+\s*([bB]|[kKmMgG][iI]?[bB])?\s*$";

/// The tokens of `200k` or `3M`: a whole number, and perhaps a letter for thousands, millions or thousands of millions.
pub(crate) fn tokens(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, factor) = match text.char_indices().last()? {
        (at, 'k' | 'K') => (&text[..at], 1_000),
        (at, 'm' | 'M') => (&text[..at], 1_000_000),
        (at, 'g' | 'G') => (&text[..at], 1_000_000_000),
        _ => (text, 1),
    };
    let number = number.trim_end();
    if !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_units_are_bytes() {
        assert_eq!(bytes("256MB"), Some(256_000_000));
        assert_eq!(bytes("256 MiB"), Some(256 << 20));
        assert_eq!(bytes("1kb"), Some(1000));
        assert_eq!(bytes("17"), Some(17));
        assert_eq!(bytes("2 GB "), Some(2_000_000_000));
    }

    #[test]
    fn numbers_with_letters_are_tokens() {
        assert_eq!(tokens("200k"), Some(200_000));
        assert_eq!(tokens(" 3 M "), Some(3_000_000));
        assert_eq!(tokens("1G"), Some(1_000_000_000));
        assert_eq!(tokens("0"), Some(0));
        assert_eq!(tokens("12345"), Some(12_345));
        for wrong in [
            "",
            "k",
            "-1",
            "+1",
            "1.5M",
            "1 2k",
            "20kB",
            "99999999999999999999",
            "99999999999999M",
            "5µ",
        ] {
            assert_eq!(tokens(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn everything_else_is_not() {
        for wrong in [
            "",
            "MB",
            "1.5GB",
            "-1",
            "10 XB",
            "10 M",
            "99999999999999999999",
            "99999999999 GB",
        ] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
    }
}
