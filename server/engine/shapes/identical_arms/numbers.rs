//! Consecutive numbers, which should be a range instead of alternatives.

use ra_ap_syntax::{AstNode, ast};

use crate::syntax::{Hazard, Refusal};

/// Rejects arms that merge into consecutive numbers, which Clippy reports.
pub(super) fn check(arms: &[ast::MatchArm]) -> Result<(), Refusal> {
    let patterns = arms.iter().filter_map(ast::MatchArm::pat);
    let text: Vec<String> = patterns
        .map(|pattern| pattern.syntax().text().to_string())
        .collect();
    let numbers: Option<Vec<_>> = text
        .iter()
        .flat_map(|text| text.split('|'))
        .map(values)
        .collect();
    let Some(mut numbers) = numbers else {
        return Ok(());
    };
    let has_range = numbers.iter().any(|(first, last)| first != last);
    numbers.sort_unstable();
    let is_run = numbers
        .windows(2)
        .all(|pair| pair[1].0 <= pair[0].1.saturating_add(1));
    if is_run && (has_range || numbers.len() > 2) {
        return Err(Refusal::because(
            Hazard::Text,
            "The numbers would be consecutive, which calls for a range.",
        ));
    }
    Ok(())
}

/// The bounds of a pattern that is a number or a range, which may be open at one end.
fn values(pattern: &str) -> Option<(i128, i128)> {
    let pattern = pattern.trim();
    let (first, last, step) = if let Some((first, last)) = pattern.split_once("..=") {
        (first, last, 0)
    } else if let Some((first, last)) = pattern.split_once("..") {
        (first, last, i128::from(!last.is_empty()))
    } else {
        (pattern, pattern, 0)
    };
    let end = |text: &str, open: i128| match text.trim() {
        "" => Some(open),
        text => number(text),
    };
    if pattern.trim_matches(['.', '=']).is_empty() {
        return None;
    }
    Some((end(first, i128::MIN)?, end(last, i128::MAX)? - step))
}

/// The value of an integer literal in any base, ignoring its suffix and underscores.
fn number(text: &str) -> Option<i128> {
    const SUFFIXES: [&str; 12] = [
        "i128", "i16", "i32", "i64", "i8", "isize", "u128", "u16", "u32", "u64", "u8", "usize",
    ];
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits.trim_start()),
        None => (1, text),
    };
    let digits = digits.replace('_', "");
    let mut suffixes = SUFFIXES.iter();
    let bare = suffixes.find_map(|suffix| digits.strip_suffix(suffix));
    let digits = bare.unwrap_or(&digits);
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ => (10, digits),
    };
    Some(sign * i128::from_str_radix(digits, radix).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_rust_writes_them() {
        for (text, value) in [
            ("7", (7, 7)),
            ("-1_000i64", (-1000, -1000)),
            ("0xff_u8", (255, 255)),
            ("0b10..=0o17", (2, 15)),
            ("1..3", (1, 2)),
            ("..=3", (i128::MIN, 3)),
            ("3..", (3, i128::MAX)),
        ] {
            assert_eq!(values(text), Some(value), "{text}");
        }
        for text in ["a", "A", "1.5", "b'a'", "..", "\u{65e5}", "0x"] {
            assert_eq!(values(text), None, "{text}");
        }
    }
}
