//! Parses amounts of bytes, tokens and time.

/// Parses bytes such as `256MB`: an integer and a unit. Units of 1000 end in `B`, units of 1024 in `iB`.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    let (number, unit) = parts(text);
    let factor = match unit.to_ascii_lowercase().as_str() {
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

/// Parses tokens such as `200k`: an integer, optionally in thousands or millions.
pub(crate) fn tokens(text: &str) -> Option<u64> {
    let (number, unit) = parts(text);
    let factor = match unit {
        "" => 1,
        "k" | "K" => 1_000,
        "m" | "M" => 1_000_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// Parses seconds such as `60s`: an integer and a unit.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let (number, unit) = parts(text);
    let factor = match unit {
        "s" => 1,
        "m" | "min" => 60,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// Splits an amount into number and unit.
fn parts(text: &str) -> (&str, &str) {
    let text = text.trim();
    let digits = text.find(|letter: char| !letter.is_ascii_digit());
    let (number, unit) = text.split_at(digits.unwrap_or(text.len()));
    (number, unit.trim_start())
}

/// Patterns accepted by [`tokens`] and [`seconds`], for the schema.
pub(super) const TOKENS_PATTERN: &str = r"^\s*[0-9]+\s*[kKmM]?\s*$";
pub(super) const SECONDS_PATTERN: &str = r"^\s*[0-9]+\s*(s|m|min)\s*$";

/// Pattern accepted by [`bytes`], for the schema.
pub(super) const BYTES_PATTERN: &str = r"^\s*[0-9]+\s*([bB]|[kKmMgG][iI]?[bB])?\s*$";

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
    fn tokens_are_counted_in_thousands_and_millions() {
        assert_eq!(tokens("200k"), Some(200_000));
        assert_eq!(tokens("3 M"), Some(3_000_000));
        assert_eq!(tokens("0"), Some(0));
        for wrong in ["", "k", "1.5k", "3MB", "-1", "99999999999999999M"] {
            assert_eq!(tokens(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_names_its_unit() {
        assert_eq!(seconds("60s"), Some(60));
        assert_eq!(seconds("2 min"), Some(120));
        for wrong in ["", "60", "1h", "s"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
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
