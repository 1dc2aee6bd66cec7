//! # Matches opportunity
//!
//! ## What it does
//! Finds three or more comparisons of the same place expression with literals or with variants of an enum in the same file.
//!
//! ## Why
//! `matches!` names the value once, so it is clear that every comparison is about the same value.
//!
//! ## Example
//! ```rust before
//! fn ends_word(c: char) -> bool {
//!     c == ' ' || c == ',' || c == '.'
//! }
//! ```
//! ```rust after
//! fn ends_word(c: char) -> bool {
//!     matches!(c, ' ' | ',' | '.')
//! }
//! ```
//!
//! ## What it leaves alone
//! - Code that `comparisons-to-matches` would not change: constants, variants of other files, floating-point numbers,
//!   strings that are not known to be `&str`, values that are results of calls, and comparisons with comments.
//! - Some lines of a longer list of conditions.
//! - Comparisons that are repeated in the file, which should become a function first.
//!
//! ## Limits
//! The measure is the number of values. 2 are fine; more are a warning, more than 7 a strong one. It fires 0.9 times in
//! 100,000 lines of well-kept code. By default only findings with 4 or more values are reported: in a blind review of 16
//! findings all of these were worth acting on, and one of the others.
//!
//! ## Sources
//! The standard library's documentation of `matches!`. Clippy's `match_like_matches_macro` reports other forms.

use ra_ap_syntax::{AstNode, SyntaxKind, ast};

use super::{Calm, Cause, Limits, Look, Sightings, Smell};
use crate::{facts::Sighting, shapes::equality_chain::EqualityChain, syntax::Unit, text::slice};

pub(super) const SMELL: Smell = Smell {
    cause: Cause::Opportunity,
    rate: Some(0.9),
    calm: Calm::Chosen(has_four_values),
    answers: &["comparisons-to-matches"],
    sees: &[SyntaxKind::BIN_EXPR],
    measured: "{} values",
    ..Smell::new(
        "matches-opportunity",
        Limits::of(2, 7),
        Look::Function(look),
        say,
    )
};

/// Whether there are at least four values; three are easy to read as they are.
fn has_four_values(sighting: &Sighting) -> bool {
    sighting.measure >= 4
}

fn look(unit: &Unit<'_>, sightings: &mut Sightings) {
    if unit.is_for_tests() {
        return;
    }
    for found in unit.nodes::<ast::BinExpr>() {
        if let Ok((shape, _)) = EqualityChain::of(&found, unit.text, unit.context)
            && !shape.is_listed
            && !stands_again(&found, unit.text)
        {
            let values = u32::try_from(shape.values).unwrap_or(u32::MAX);
            sightings.push(shape.at, values);
        }
    }
}

/// Whether the same test is repeated in the file: then it should become a function rather than `matches!`.
fn stands_again(chain: &ast::BinExpr, text: &str) -> bool {
    let code = chain.syntax().text().to_string();
    text.matches(&code).nth(1).is_some()
}

fn say(sighting: &Sighting, text: &str) -> String {
    let place = slice(text, sighting.at).unwrap_or_default();
    let count = sighting.measure;
    format!("`{place}` is compared with {count} values; use `matches!`")
}

#[cfg(test)]
mod tests {
    use crate::smells::fixture::fired;

    #[test]
    fn comparisons_are_seen_at_their_place() {
        for (code, values) in [
            ("c == 'a' || c == 'b' || c == 'c'", 3),
            ("n || c == 'a' || c == 'b' || c == 'c' || c == 'd'", 4),
            ("c != 'a' && c != 'b' && c != 'c'", 3),
        ] {
            let text = format!("fn f(c: char, n: bool) -> bool {{\n    {code}\n}}\n");
            assert_eq!(
                fired("matches-opportunity", &text),
                [("c".to_owned(), values)],
                "{code}"
            );
        }
    }

    #[test]
    fn what_is_asked_once_more_wants_a_function() {
        let text = |other: &str| {
            format!(
                "fn f(c: char) -> bool {{\n    c == 'a' || c == 'b' || c == 'c'\n}}\nfn g(c: char) -> bool {{\n    {other}\n}}\n"
            )
        };
        let equal = text("c == 'a' || c == 'b' || c == 'c'");
        assert!(fired("matches-opportunity", &equal).is_empty());
        assert_eq!(fired("matches-opportunity", &text("c == 'a'")).len(), 1);
    }

    #[test]
    fn other_conditions_are_left_alone() {
        for code in [
            "c == 'a' || c == 'b'",
            "c == 'a' || n || c == 'b' || c == 'c'",
            "c == A || c == B || c == C",
            "n\n        || c == 'a'\n        || c == 'b'\n        || c == 'c'",
            "c.d() == 'a' || c.d() == 'b' || c.d() == 'c'",
        ] {
            let text = format!("fn f(c: char, n: bool) -> bool {{\n    {code}\n}}\n");
            assert!(fired("matches-opportunity", &text).is_empty(), "{code}");
        }
    }
}
