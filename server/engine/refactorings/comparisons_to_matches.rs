//! # Comparisons to matches
//!
//! ## What it does
//! Replaces three or more comparisons of the same expression with `matches!`.
//!
//! ## Why
//!
//! The expression is named once, and the values are next to each other.
//!
//! ## Example
//!
//! ```rust before
//! fn read(bytes: &[u8]) {
//!     let first: u8 = bytes[0];
//!     if $0first == b' ' || first == b'\t' || first == b'\n' {
//!         skip(bytes);
//!     }
//! }
//! ```
//!
//! ```rust after
//! fn read(bytes: &[u8]) {
//!     let first: u8 = bytes[0];
//!     if matches!(first, b' ' | b'\t' | b'\n') {
//!         skip(bytes);
//!     }
//! }
//! ```
//!
//! ## What it leaves alone
//!
//! - Constants, whose type may compare differently from how a pattern matches.
//! - Variants of an `enum` that the file doesn't declare, or whose `PartialEq` isn't derived.
//! - Floating-point numbers, and strings whose type isn't known to be `&str`.
//! - Repeated values.
//! - The results of calls.
//! - Comments.
//!
//! ## What it checks
//!
//! Reading the compared expression has no side effects. The values are literals, ranges of literals or fieldless
//! variants of one `enum`, and no two are equal. The file has no custom implementation that compares them.

use ra_ap_syntax::{SyntaxKind, ast};

use super::{Allows, Also, Change, Context, Kind, Needs, Plan, Refactoring, Refusal, Target, find};
use crate::{shapes::equality_chain::EqualityChain, syntax::types_shown::Ground};

pub(super) const REFACTORING: Refactoring = Refactoring {
    id: "comparisons-to-matches",
    kind: Kind::Rewrite,
    at: &[SyntaxKind::BIN_EXPR],
    needs: Needs::Syntax,
    allows: Allows::of("matches", "contains", &[Also::DropsEqualCopies]),
    plan,
};

fn plan<'a>(context: &'a Context<'_>, target: Target<'_>) -> Result<Plan<'a>, Refusal> {
    let source = context.source;
    let around = find::around::<ast::BinExpr>(context, target);
    let mut refusal = Refusal::NotHere;
    for found in around {
        match EqualityChain::of(&found, &source.text, source.context) {
            Ok((shape, rewrite)) => {
                return Plan::new(shape.whole, move || {
                    let change =
                        Change::new("Replace with `matches!`", shape.whole, vec![rewrite])?;
                    let (change, types) = match shape.ground {
                        Ground::Shown => (change, "the values are patterns of the compared type"),
                        Ground::Likely => (
                            change.to_check("the type"),
                            "judging by the comparisons, the values are patterns of the compared type",
                        ),
                    };
                    Ok(change.checked(&[
                        types,
                        "reading the compared value has no side effects",
                        "no two values are equal",
                    ]))
                });
            }
            Err(Refusal::NotHere) => {}
            Err(why) => refusal = why,
        }
    }
    Err(refusal)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Applicability,
            fixture::{assert_becomes, assert_not_here, assert_refused, offered},
        },
        *,
    };
    use crate::syntax::{FileContext, Hazard};

    static COMPARISONS_TO_MATCHES: Refactoring = REFACTORING;

    const ITEMS: &str = "#[derive(Clone, PartialEq)]\nenum E {\n    A,\n    B,\n    C,\n    D(u8),\n}\n\nstruct S {\n    e: E,\n    t: &'static str,\n}\n\n";

    fn inside(code: &str) -> String {
        let lines = code.lines().map(|line| format!("    {line}\n"));
        let lines: String = lines.collect();
        format!(
            "{ITEMS}fn f(c: char, n: i32, s: &S, e: &E, t: &str, o: &O) -> bool {{\n{lines}}}\n"
        )
    }

    fn becomes(before: &str, after: &str) {
        assert_becomes(&COMPARISONS_TO_MATCHES, &inside(before), &inside(after));
    }

    fn refused(hazard: Hazard, code: &str) {
        assert_refused(&COMPARISONS_TO_MATCHES, hazard, &inside(code));
    }

    #[test]
    fn values_in_a_row_are_a_range() {
        refused(Hazard::Text, "$0n == 3 || n == 1 || n == 2");
        becomes("$0n == 3 || n == 1 || n == 4", "matches!(n, 3 | 1 | 4)");
    }

    #[test]
    fn what_is_compared_with_may_be_dropped_loudly() {
        let code = inside("$0*e == E::A || *e == E::B || *e == E::C");
        let loud = "impl Drop for E { fn drop(&mut self) {} }\n";
        assert_refused(
            &COMPARISONS_TO_MATCHES,
            Hazard::Types,
            &format!("{loud}{code}"),
        );
    }

    #[test]
    fn one_place_is_named_once() {
        for (before, after) in [
            (
                "$0c == 'a' || c == 'b' || c == 'c'",
                "matches!(c, 'a' | 'b' | 'c')",
            ),
            (
                "$0c != 'a' && c != 'b' && c != 'c'",
                "!matches!(c, 'a' | 'b' | 'c')",
            ),
            (
                "$0n == 1 || n == -1 || n == 0x10",
                "matches!(n, 1 | -1 | 0x10)",
            ),
            (
                "$0s.e == E::A || s.e == E::B || s.e == E::C",
                "matches!(s.e, E::A | E::B | E::C)",
            ),
            (
                "$0*e == E::A || *e == E::B || *e == E::C",
                "matches!(*e, E::A | E::B | E::C)",
            ),
            (
                "$0t == \"a\" || t == \"b\" || t == \"c\"",
                "matches!(t, \"a\" | \"b\" | \"c\")",
            ),
            (
                "$0s.t == \"a\" || s.t == \"b\" || s.t == \"c\"",
                "matches!(s.t, \"a\" | \"b\" | \"c\")",
            ),
            (
                "$0('a'..='z').contains(&c) || c == '_' || c == '-'",
                "matches!(c, 'a'..='z' | '_' | '-')",
            ),
            (
                "let d = $0c == 'a' || c == 'b' || c == 'c' || o.d();\nd",
                "let d = matches!(c, 'a' | 'b' | 'c') || o.d();\nd",
            ),
            (
                "o.d() && ($0c == 'a' || c == 'b' || c == 'c')",
                "o.d() && matches!(c, 'a' | 'b' | 'c')",
            ),
            (
                "o.d() || !($0c == 'a' || c == 'b' || c == 'c')",
                "o.d() || !matches!(c, 'a' | 'b' | 'c')",
            ),
            (
                "o.any(|c: char| $0c == 'a' || c == 'b' || c == 'c')",
                "o.any(|c: char| matches!(c, 'a' | 'b' | 'c'))",
            ),
        ] {
            becomes(before, after);
        }
    }

    #[test]
    fn broken_conditions_are_laid_out_anew() {
        becomes(
            "if $0c == 'a'\n    || c == 'b'\n    || c == 'c'\n{\n    d();\n}\no.d()",
            "if matches!(c, 'a' | 'b' | 'c') {\n    d();\n}\no.d()",
        );
        becomes(
            "$0c == 'a'\n    || c == 'b'\n    || c == 'c'\n    || o.the_first_of_some_long_names_that_are_here() && o.the_second_of_some()",
            "matches!(c, 'a' | 'b' | 'c')\n    || o.the_first_of_some_long_names_that_are_here() && o.the_second_of_some()",
        );
        let many = "'a' 'b' 'c' 'd' 'e' 'f' 'g' 'h' 'i' 'j' 'k'";
        let asked: Vec<_> = many.split(' ').map(|it| format!("c == {it}")).collect();
        becomes(
            &format!("$0{}", asked.join("\n    || ")),
            &format!("matches!(\n    c,\n    {}\n)", many.replace(' ', " | ")),
        );
    }

    #[test]
    fn what_may_compare_in_another_way_is_refused() {
        refused(Hazard::Text, "$0c == 'a' || c == 'b' || c == 'a'");
        refused(Hazard::Text, "$0c == 'a' || c == '\\x61' || c == 'b'");
        refused(Hazard::Text, "$0n == 1 || n == 0x1 || n == 2");
        refused(Hazard::Text, "$0c == 'a' || c == 'b' /* d */ || c == 'c'");
        refused(
            Hazard::Types,
            "$0o.t == \"a\" || o.u == \"b\" || o.u == \"c\" || o.u == \"d\"",
        );
        refused(
            Hazard::Evaluation,
            "$0o.d() == 1 || o.d() == 2 || o.d() == 3",
        );
        for items in [
            "impl PartialEq for E { fn eq(&self, _: &E) -> bool { true } }",
            "impl PartialEq<O> for E { fn eq(&self, _: &O) -> bool { true } }",
        ] {
            let text = inside("$0s.e == E::A || s.e == E::B || s.e == E::C");
            let text = format!("{items}\n{text}");
            assert_refused(&COMPARISONS_TO_MATCHES, Hazard::Types, &text);
        }
        let own = "impl PartialEq<i32> for N { fn eq(&self, _: &i32) -> bool { true } }\n";
        let text = inside("$0n == 1 || n == 2 || n == 5");
        assert_refused(
            &COMPARISONS_TO_MATCHES,
            Hazard::Types,
            &format!("{own}{text}"),
        );
        let own = "macro_rules! matches { () => { true } }\n";
        assert_refused(
            &COMPARISONS_TO_MATCHES,
            Hazard::Scope,
            &format!("{own}{text}"),
        );
    }

    #[test]
    fn other_conditions_are_left_alone() {
        for code in [
            "$0c == 'a' || c == 'b'",
            "$0c == 'a' && c == 'b' && c == 'c'",
            "$0n == A || n == B || n == C",
            "$0o.e == F::A || o.e == F::B || o.e == F::C",
            "$0s.e == E::D(1) || s.e == E::D(2) || s.e == E::D(3)",
            "$0o.g == 1.0 || o.g == 2.0 || o.g == 3.0",
            "$0'a' == c || 'b' == c || 'c' == c",
        ] {
            assert_not_here(&COMPARISONS_TO_MATCHES, &inside(code));
        }
    }

    #[test]
    fn a_type_that_is_not_shown_needs_a_look() {
        let level = |code: &str| {
            let offer = offered(
                FileContext::default(),
                &COMPARISONS_TO_MATCHES,
                &inside(code),
            );
            offer.unwrap().change().applicability
        };
        for code in [
            "$0c == 'a' || c == 'b' || c == 'c'",
            "$0s.e == E::A || s.e == E::B || s.e == E::C",
        ] {
            assert_eq!(level(code), Applicability::Safe);
        }
        for code in [
            "$0o.c == 'a' || o.c == 'b' || o.c == 'c'",
            "$0o.k == E::A || o.k == E::B || o.k == E::C",
        ] {
            assert_eq!(level(code), Applicability::NeedsCheck);
        }
    }
}
